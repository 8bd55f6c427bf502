//! People: their names, addresses, passwords, and how they come to be here.

pub mod avatar;
pub mod closure;
pub mod email;
pub mod locale;
pub mod one_time_token;
pub mod password;
pub mod profile;
pub mod registration;
pub mod second_factor;
pub mod user;
pub mod username;
pub mod verification;
