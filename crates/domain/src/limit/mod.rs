//! How often somebody may do something.

pub mod quota;
#[cfg(any(test, feature = "mocks"))]
pub mod quota_cases;
pub mod sliding_window;
