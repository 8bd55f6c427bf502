//! Finding out who is asking.

pub mod authenticate;
