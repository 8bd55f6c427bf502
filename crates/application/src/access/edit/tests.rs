use super::*;
use domain::access::permission_name::PermissionName;
use domain::access::proof::Right;
use domain::access::role::Purpose;
use domain::access::standing::AccessEpoch;
use domain::audit::Party;
use domain::id::UserId;
use domain::port::access_edits::MockAccessEdits;
use domain::port::announcements::MockAnnouncements;
use test_support::{FixedClock, SequentialIds, actor};
use uuid::Uuid;

fn holder<P: Right>() -> Authority<P> {
    let actor = actor().with(P::PERMISSION).build();
    actor.permit::<P>().unwrap().into()
}

/// A use case whose nodes are told of exactly this change, or of nothing.
fn over(edits: MockAccessEdits, told: Option<AccessChange>) -> EditAccess {
    let mut announcements = MockAnnouncements::new();
    announcements
        .expect_announce()
        .times(usize::from(told.is_some()))
        .withf(move |changes| changes.first() == told.as_ref() && changes.len() == 1)
        .return_const(());
    EditAccess {
        edits: Arc::new(edits),
        announcements: Arc::new(announcements),
        ids: Arc::new(SequentialIds::default()),
        clock: Arc::new(FixedClock::default()),
    }
}

fn helper() -> RoleEdit {
    RoleEdit::Create {
        role: RoleName::parse("helper").unwrap(),
        purpose: Purpose::default(),
        permissions: PermissionNames::default(),
    }
}

fn nobody() -> RoleAssignment {
    RoleAssignment {
        user: UserId::new(Uuid::from_u128(77)),
        roles: std::iter::once(RoleName::user()).collect(),
    }
}

#[tokio::test]
async fn other_roles_are_written_with_who_decided_and_told_to_every_node() {
    let change = AccessChange::User {
        user: nobody().user,
        epoch: AccessEpoch(9),
    };
    let mut edits = MockAccessEdits::new();
    edits
        .expect_decide()
        .once()
        .withf(|decision| {
            let entry = &decision.entry;
            decision.edit == AccessEdit::Assignment(nobody())
                && decision.by.map(Party::User) == Some(entry.actor)
                && entry.action == AuditAction::ChangeRoles
                && entry.subject == Subject::User(nobody().user)
        })
        .returning(move |_| Ok(Some(change)));
    let use_case = over(edits, Some(change));
    use_case.assign(&holder(), nobody()).await.unwrap();
}

#[tokio::test]
async fn what_changes_nobodys_rights_is_told_to_nobody() {
    let mut edits = MockAccessEdits::new();
    edits.expect_decide().once().returning(|_| Ok(None));
    let use_case = over(edits, None);
    use_case.role(&holder(), helper()).await.unwrap();
}

#[tokio::test]
async fn a_rehearsal_writes_nothing_and_meets_what_the_edit_would_meet() {
    let mut edits = MockAccessEdits::new();
    let held: PermissionNames = std::iter::once(PermissionName::parse("a.b").unwrap()).collect();
    let beyond = AccessConflict::Beyond(held.clone());
    edits
        .expect_rehearse()
        .once()
        .returning(move |_| Err(StoreError::Conflict(beyond.clone())));
    edits.expect_decide().never();
    let outcome = over(edits, None).rehearse_role(&holder(), helper()).await;
    assert!(matches!(outcome, Err(EditAccessError::Beyond(names)) if names == held));
}

#[tokio::test]
async fn an_operator_who_has_used_sql_lets_every_copy_be_forgotten() {
    let mut edits = MockAccessEdits::new();
    edits
        .expect_flush()
        .once()
        .withf(|journal| {
            let entry = journal.entries().first();
            entry.is_some_and(|entry| {
                entry.actor == Party::Operator && entry.action == AuditAction::FlushPermissions
            })
        })
        .returning(|_| Ok(AccessEpoch(4)));
    let told = AccessChange::Everybody {
        epoch: AccessEpoch(4),
    };
    let use_case = over(edits, Some(told));
    use_case.flush(&Authority::operator()).await.unwrap();
}
