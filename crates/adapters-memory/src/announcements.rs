//! Telling this node about changes.

use std::sync::Arc;

use async_trait::async_trait;
use domain::access::standing::AccessChange;
use domain::port::announcements::Announcements;

use crate::standings::StandingCopies;

/// Tells this node and no other; all there is to do where no other node is.
pub struct LocalAnnouncements(Arc<StandingCopies>);

impl LocalAnnouncements {
    /// Announcements to these copies.
    #[must_use]
    pub const fn new(copies: Arc<StandingCopies>) -> Self {
        Self(copies)
    }
}

#[async_trait]
impl Announcements for LocalAnnouncements {
    async fn announce(&self, changes: &[AccessChange]) {
        self.0.observe(changes);
    }
}
