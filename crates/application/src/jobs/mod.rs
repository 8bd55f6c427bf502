//! Work in the background: claimed from the queue, done at least once, settled by its lease.

pub mod send_mail;
pub mod worker;
