//! Rows and what they mean: the only place where one becomes the other.
#![expect(
    clippy::ref_option_ref,
    reason = "what diesel derives for a column that may be NULL"
)]

pub(crate) mod api_key;
pub(crate) mod audit;
pub(crate) mod job;
pub(crate) mod provider;
pub(crate) mod role;
pub(crate) mod script;
pub(crate) mod session;
pub(crate) mod user;

use crate::failure::Damage;

/// A stored number that the domain counts without a sign.
pub(crate) fn unsigned(
    what: &'static str,
    stored: impl TryInto<u32> + Copy + std::fmt::Display,
) -> Result<u32, Damage> {
    stored
        .try_into()
        .map_err(|_negative| Damage::new(what, stored.to_string()))
}

/// A number of the domain in the form that PostgreSQL stores; the domain's bounds are far below its own.
pub(crate) fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
