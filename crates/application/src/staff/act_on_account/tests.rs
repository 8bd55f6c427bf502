use super::*;
use chrono::TimeDelta;
use domain::access::permission::Permission;
use domain::access::proof::Right;
use domain::access::standing::AccessEpoch;
use domain::account::supervision::SuspensionReason;
use domain::audit::Party;
use domain::id::SessionId;
use domain::job::Job;
use domain::port::announcements::MockAnnouncements;
use domain::port::hot_sessions::MockHotSessions;
use domain::port::supervised_accounts::MockSupervisedAccounts;
use test_support::{FixedClock, SequentialIds, actor};
use uuid::Uuid;

fn member() -> UserId {
    UserId::new(Uuid::from_u128(77))
}

fn moderator<P: Right>() -> Authority<P> {
    actor()
        .with(P::PERMISSION)
        .build()
        .permit::<P>()
        .unwrap()
        .into()
}

fn spam(until: Option<DateTime<Utc>>) -> Suspension {
    Suspension {
        reason: SuspensionReason::parse("spam").unwrap(),
        until,
    }
}

/// A use case whose nodes are told of exactly one session that has ended, or of none.
fn over(accounts: MockSupervisedAccounts, ended: bool) -> ActOnAccount {
    let mut hot = MockHotSessions::new();
    hot.expect_forget()
        .times(usize::from(ended))
        .returning(|_| Ok(()));
    let mut announcements = MockAnnouncements::new();
    announcements.expect_announce().returning(|_| ());
    ActOnAccount {
        accounts: Arc::new(accounts),
        hot: Arc::new(hot),
        announcements: Arc::new(announcements),
        ids: Arc::new(SequentialIds::default()),
        clock: Arc::new(FixedClock::default()),
    }
}

fn made(ended: Vec<SessionId>) -> StaffDecisionMade {
    StaffDecisionMade {
        ended,
        epoch: AccessEpoch(9),
    }
}

#[tokio::test]
async fn a_suspension_is_written_with_who_why_and_a_mail_and_every_node_forgets_the_sessions() {
    let mut accounts = MockSupervisedAccounts::new();
    accounts
        .expect_decide()
        .once()
        .withf(|decision| {
            let [entry] = decision.journal.entries() else {
                return false;
            };
            let [job] = decision.journal.jobs() else {
                return false;
            };
            let Job::SendMail(order) = &job.job;
            decision.by.is_some()
                && entry.action == AuditAction::SuspendAccount
                && matches!(entry.actor, Party::User(_))
                && entry
                    .after
                    .as_slice()
                    .iter()
                    .any(|fact| fact.name == "reason")
                && order.letter == Letter::AccountSuspended
        })
        .returning(|_| Ok(made(vec![SessionId::new(Uuid::from_u128(5))])));
    let use_case = over(accounts, true);
    let by = moderator::<SuspendUsers>();
    use_case.suspend(&by, member(), spam(None)).await.unwrap();
}

#[tokio::test]
async fn nobody_puts_themselves_out() {
    let use_case = over(MockSupervisedAccounts::new(), false);
    let by = moderator::<SuspendUsers>();
    let oneself = by.person().unwrap();
    let outcome = use_case.suspend(&by, oneself, spam(None)).await;
    assert!(matches!(outcome, Err(ActError::OwnAccount)));
    let by = moderator::<DeleteUsers>();
    let outcome = use_case.delete(&by, by.person().unwrap()).await;
    assert!(matches!(outcome, Err(ActError::OwnAccount)));
}

#[tokio::test]
async fn a_suspension_that_has_ended_already_is_refused() {
    let use_case = over(MockSupervisedAccounts::new(), false);
    let now = FixedClock::default().now();
    for until in [now, now - TimeDelta::seconds(1)] {
        let outcome = use_case
            .suspend(&moderator(), member(), spam(Some(until)))
            .await;
        assert!(matches!(outcome, Err(ActError::EndsInThePast)));
    }
}

#[tokio::test]
async fn the_operator_acts_as_nobody_in_particular() {
    let mut accounts = MockSupervisedAccounts::new();
    accounts
        .expect_decide()
        .once()
        .withf(|decision| {
            let entry = decision.journal.entries().first();
            decision.by.is_none() && entry.is_some_and(|entry| entry.actor == Party::Operator)
        })
        .returning(|_| Ok(made(Vec::new())));
    let use_case = over(accounts, false);
    let by = Authority::<SuspendUsers>::operator();
    use_case.sign_out(&by, member()).await.unwrap();
}

#[tokio::test]
async fn what_stands_in_the_way_is_told_apart() {
    type Expected = fn(&ActError) -> bool;
    let cases: [(StaffConflict, Expected); 4] = [
        (StaffConflict::NotFound, |error| {
            matches!(error, ActError::NotFound)
        }),
        (StaffConflict::Above, |error| {
            matches!(error, ActError::Above)
        }),
        (StaffConflict::LastAdmin, |error| {
            matches!(error, ActError::LastAdmin)
        }),
        (StaffConflict::WrongState(AccountStatus::Active), |error| {
            matches!(error, ActError::WrongState(AccountStatus::Active))
        }),
    ];
    for (conflict, expected) in cases {
        let mut accounts = MockSupervisedAccounts::new();
        accounts
            .expect_decide()
            .returning(move |_| Err(StoreError::Conflict(conflict)));
        let outcome = over(accounts, false).restore(&moderator(), member()).await;
        assert!(expected(&outcome.unwrap_err()), "{conflict:?}");
    }
}

#[tokio::test]
async fn the_permission_of_one_act_is_not_that_of_another() {
    let suspender = actor().with(Permission::UsersSuspend).build();
    assert!(suspender.clone().permit::<DeleteUsers>().is_err());
    assert!(suspender.permit::<RestoreUsers>().is_err());
}
