//! What staff does to accounts.

pub mod act_on_account;
pub mod end_suspensions;
pub mod read_accounts;
pub mod recover_account;
