//! Writing down what was refused and what was allowed.

use std::sync::Arc;

use domain::access::actor::{Actor, Denied};
use domain::access::permission::Permission;
use domain::audit::notes::AllowedActs;
use domain::audit::{AuditAction, AuditEntry, Facts, Outcome, Subject};
use domain::outage::Outage;
use domain::port::audit_notes::AuditNotes;
use domain::port::audit_trail::AuditTrail;
use domain::port::clock::Clock;
use domain::port::ids::Ids;

/// Takes note of decisions about access.
pub struct NoteDecisions {
    /// How much of what was allowed is noted.
    pub allowed: AllowedActs,
    /// Holds the notes until they are written.
    pub notes: Arc<dyn AuditNotes>,
    /// Names the rows.
    pub ids: Arc<dyn Ids>,
    /// Dates them.
    pub clock: Arc<dyn Clock>,
}

impl NoteDecisions {
    /// Somebody was refused; `route` is what they asked for, as a pattern.
    pub fn denied(&self, actor: &Actor, permission: Permission, denied: Denied, route: &str) {
        let reason = match denied {
            Denied::Missing(_) => "permission_denied",
            Denied::OutOfScope(_) => "out_of_scope",
            Denied::EmailNotVerified => "email_not_verified",
        };
        let facts = Facts::none()
            .with("permission", permission.name())
            .with("reason", reason)
            .with("route", route);
        self.note(actor, AuditAction::DenyAccess, Outcome::Denied, facts);
    }

    /// Somebody used a permission.
    pub fn allowed(&self, actor: &Actor, permission: Permission, route: &str) {
        if self.allowed.include(permission) {
            let facts = Facts::none()
                .with("permission", permission.name())
                .with("route", route);
            self.note(actor, AuditAction::UsePermission, Outcome::Success, facts);
        }
    }

    fn note(&self, actor: &Actor, action: AuditAction, outcome: Outcome, facts: Facts) {
        let entry = AuditEntry::success(
            self.ids.audit(),
            self.clock.now(),
            actor.party(),
            action,
            Subject::None,
            actor.origin(),
        );
        let entry = entry.with_outcome(outcome);
        self.notes.note(entry.with_change(Facts::none(), facts));
    }
}

/// Writes notes down, many in one statement.
pub struct WriteNotes {
    /// Where they go.
    pub trail: Arc<dyn AuditTrail>,
}

impl WriteNotes {
    /// Writes the notes down.
    ///
    /// # Errors
    /// An outage; the notes should be brought again, and none will be there twice.
    pub async fn run(&self, notes: &[AuditEntry]) -> Result<(), Outage> {
        if notes.is_empty() {
            return Ok(());
        }
        self.trail.append_batch(notes).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::audit::FactValue;
    use domain::port::audit_notes::MockAuditNotes;
    use test_support::{FixedClock, SequentialIds, actor};

    fn over(allowed: AllowedActs, notes: MockAuditNotes) -> NoteDecisions {
        NoteDecisions {
            allowed,
            notes: Arc::new(notes),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(FixedClock::default()),
        }
    }

    #[test]
    fn a_denial_names_the_permission_and_the_route() {
        let mut notes = MockAuditNotes::new();
        notes.expect_note().once().returning(|entry| {
            assert_eq!(entry.action.name(), "access.denied");
            assert_eq!(entry.outcome, Outcome::Denied);
            let facts = entry.after.as_slice();
            let value = |name: &str| &facts.iter().find(|fact| fact.name == name).unwrap().value;
            assert_eq!(*value("permission"), FactValue::from("users.suspend"));
            assert_eq!(*value("route"), FactValue::from("POST /api/x"));
        });
        let permission = Permission::UsersSuspend;
        over(AllowedActs::None, notes).denied(
            &actor().build(),
            permission,
            Denied::Missing(permission),
            "POST /api/x",
        );
    }

    #[test]
    fn of_what_was_allowed_as_much_is_noted_as_the_settings_say() {
        for (allowed, expected) in [
            (AllowedActs::None, 0),
            (AllowedActs::Privileged, 1),
            (AllowedActs::All, 2),
        ] {
            let mut notes = MockAuditNotes::new();
            notes.expect_note().times(expected).return_const(());
            let decisions = over(allowed, notes);
            for permission in [Permission::UsersRead, Permission::ScriptsCreate] {
                decisions.allowed(&actor().build(), permission, "GET /api/x");
            }
        }
    }
}
