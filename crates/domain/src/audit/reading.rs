//! Reading the audit log.

use chrono::{DateTime, Utc};
use std::net::IpAddr;
use uuid::Uuid;

use crate::audit::{AuditAction, Outcome, Party};
use crate::id::{ApiKeyId, AuditId, SessionId, UserId};
use crate::page::{Limit, Window};

/// A row of the audit log, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// The row's id; ids follow the order of time.
    pub id: AuditId,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who acted.
    pub actor: Party,
    /// What was done; a name that this release may not know any more.
    pub action: String,
    /// The kind of what it was done to.
    pub subject_kind: String,
    /// Its id, where there is one.
    pub subject_id: Option<Uuid>,
    /// How it ended.
    pub outcome: Outcome,
    /// What was there before, as the JSON object that was stored.
    pub before: String,
    /// What is there since, as the JSON object that was stored.
    pub after: String,
    /// The client's address.
    pub ip: Option<IpAddr>,
    /// The client's `User-Agent`.
    pub user_agent: Option<String>,
    /// The session that acted.
    pub session: Option<SessionId>,
    /// The API key that acted.
    pub key: Option<ApiKeyId>,
    /// The request.
    pub request_id: Option<String>,
}

/// Which rows somebody looks for; what is `None` does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// What this person did.
    pub actor: Option<UserId>,
    /// What was done to the thing of this id.
    pub subject: Option<Uuid>,
    /// This action.
    pub action: Option<AuditAction>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// At this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Before this time.
    pub to: Option<DateTime<Utc>>,
    /// In this request.
    pub request_id: Option<String>,
}

/// A list of rows, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditListing {
    /// Which rows.
    pub filter: AuditFilter,
    /// Where the page starts.
    pub window: Window,
    /// How many.
    pub limit: Limit,
}

/// What happened to the security of one account, newest first: what its person did, and what was done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityTimeline {
    /// Whose account.
    pub user: UserId,
    /// Where the page starts.
    pub window: Window,
    /// How many.
    pub limit: Limit,
}

impl AuditAction {
    /// Whether the person concerned finds the action in their timeline: whatever concerns their account and their sessions.
    #[must_use]
    pub fn concerns_security(self) -> bool {
        let (resource, _) = self.name().split_once('.').unwrap_or_default();
        matches!(resource, "account" | "session" | "api_key" | "provider")
            && !matches!(self, Self::UpdateProfile | Self::RehashPassword)
    }

    /// The action of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|action| action.name() == name)
    }
}

impl Outcome {
    /// The outcome of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        [Self::Success, Self::Failure, Self::Denied]
            .into_iter()
            .find(|outcome| outcome.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeline_tells_of_sign_ins_and_changes_and_not_of_scripts() {
        for told in [
            AuditAction::SignIn,
            AuditAction::ChangePassword,
            AuditAction::SuspendAccount,
            AuditAction::RevokeSessions,
        ] {
            assert!(told.concerns_security(), "{told:?}");
        }
        for other in [
            AuditAction::CreateScript,
            AuditAction::UpdateProfile,
            AuditAction::RehashPassword,
        ] {
            assert!(!other.concerns_security(), "{other:?}");
        }
    }

    #[test]
    fn every_action_and_outcome_is_found_by_its_name() {
        for action in AuditAction::ALL {
            assert_eq!(AuditAction::by_name(action.name()), Some(*action));
        }
        assert_eq!(Outcome::by_name("denied"), Some(Outcome::Denied));
        assert_eq!(AuditAction::by_name("account.fly"), None);
    }
}
