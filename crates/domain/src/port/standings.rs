//! What sessions may do right now.

use async_trait::async_trait;

use crate::access::standing::Standing;
use crate::id::{SessionId, UserId};
use crate::outage::Outage;

/// Answers whether a session lives and what its person may do **now**.
///
/// PostgreSQL knows; copies may stand in front of it, as long as a change is seen within a second.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Standings: Send + Sync {
    /// The standing of a living session of this person; `None` when it has ended, expired or never was.
    async fn find(&self, session: SessionId, user: UserId) -> Result<Option<Standing>, Outage>;
}
