//! People: their names, addresses, passwords, and how they come to be here.

pub mod api_key;
pub mod avatar;
pub mod closure;
pub mod email;
pub mod email_change;
pub mod identity;
pub mod linking;
pub mod locale;
pub mod lockdown;
pub mod one_time_token;
pub mod password;
pub mod profile;
pub mod provider_flow;
pub mod registration;
pub mod second_factor;
pub mod suggestion;
pub mod supervision;
pub mod user;
pub mod username;
pub mod verification;
