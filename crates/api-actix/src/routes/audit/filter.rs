//! Which rows of the audit log are meant: what searching and exporting share.

use chrono::{DateTime, Utc};
use domain::audit::reading::AuditFilter;
use domain::audit::{AuditAction, Outcome};
use domain::id::UserId;
use domain::violation::Violation;
use uuid::Uuid;

use crate::extract::checked;
use crate::problem::Problem;

pub(super) fn an_id(text: &str) -> Result<Uuid, Violation> {
    Uuid::try_parse(text).map_err(|_not_an_id| Violation::Malformed("a UUID"))
}

pub(super) fn an_action(name: &str) -> Result<AuditAction, Violation> {
    AuditAction::by_name(name).ok_or(Violation::Unknown("the actions of the audit log"))
}

pub(super) fn an_outcome(name: &str) -> Result<Outcome, Violation> {
    Outcome::by_name(name).ok_or(Violation::Unknown("success, failure, denied"))
}

pub(super) fn a_time(text: &str) -> Result<DateTime<Utc>, Violation> {
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.with_timezone(&Utc))
        .map_err(|_not_a_time| Violation::Malformed("a time such as 2026-01-31T12:00:00Z"))
}

/// The form that request ids have in our answers and in the log.
pub(super) fn a_request_id(text: &str) -> Result<String, Violation> {
    let is_good = (8..=128).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    is_good
        .then(|| text.to_owned())
        .ok_or(Violation::Malformed("8 to 128 of A-Z a-z 0-9 . _ -"))
}

/// The parameters as they came.
pub(super) struct FilterTexts<'q> {
    pub(super) actor: Option<&'q str>,
    pub(super) subject: Option<&'q str>,
    pub(super) action: Option<&'q str>,
    pub(super) outcome: Option<&'q str>,
    pub(super) from: Option<&'q str>,
    pub(super) to: Option<&'q str>,
    pub(super) request_id: Option<&'q str>,
}

impl FilterTexts<'_> {
    /// What they mean.
    ///
    /// # Errors
    /// The field and the rule that it breaks.
    pub(super) fn read(&self) -> Result<AuditFilter, Problem> {
        let id = |field, text: Option<&str>| checked(field, text.map(an_id).transpose());
        let time = |field, text: Option<&str>| checked(field, text.map(a_time).transpose());
        let request_id = self.request_id.map(a_request_id).transpose();
        Ok(AuditFilter {
            actor: id("actor", self.actor)?.map(UserId::new),
            subject: id("subject", self.subject)?,
            action: checked("action", self.action.map(an_action).transpose())?,
            outcome: checked("outcome", self.outcome.map(an_outcome).transpose())?,
            from: time("from", self.from)?,
            to: time("to", self.to)?,
            request_id: checked("request_id", request_id)?,
        })
    }
}
