//! Asking a dependency whether it is there.

use async_trait::async_trait;

use crate::outage::{Dependency, Outage};

/// One dependency, for `/health/ready`.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Probe: Send + Sync {
    /// Which dependency this is.
    fn dependency(&self) -> Dependency;

    /// Asks it for a sign of life, within a second.
    async fn check(&self) -> Result<(), Outage>;
}
