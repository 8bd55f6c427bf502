//! Registrations with an address that is taken.

use crate::common::{Home, home};
use adapters_postgres::PgAccounts;
use chrono::TimeDelta;
use domain::account::registration::{RegisterConflict, TurnedAway};
use domain::account::user::User;
use domain::account::username::Username;
use domain::audit::{AuditAction, AuditEntry, Origin, Outcome, Party, Subject};
use domain::job::{Job, Letter, MailOrder, NewJob};
use domain::journal::Journal;
use domain::outage::StoreError;
use domain::port::accounts::Accounts;
use domain::port::ids::Ids;
use test_support::SequentialIds;

fn turned_away(ids: &SequentialIds, owner: &User, name: &str, minutes: i64) -> TurnedAway {
    let at = owner.created_at + TimeDelta::minutes(minutes);
    let (party, subject) = (Party::Anonymous, Subject::User(owner.id));
    let action = AuditAction::Register;
    let entry = AuditEntry::success(ids.audit(), at, party, action, subject, &Origin::default());
    TurnedAway {
        owner: owner.id,
        username: Username::parse(name).unwrap().key().clone(),
        at,
        journal: Journal::new(entry.with_outcome(Outcome::Failure)),
        notice: NewJob {
            id: ids.job(),
            run_at: at,
            job: Job::SendMail(MailOrder::notice(owner.id, Letter::AlreadyRegistered)),
        },
    }
}

async fn mails(home: &Home) -> i64 {
    home.count("SELECT count(*) FROM jobs").await
}

#[tokio::test]
async fn the_owner_is_told_three_times_an_hour_and_every_try_is_recorded() {
    let home = home().await;
    let (owner, ids) = (home.person().await, SequentialIds::default());
    let accounts = PgAccounts::new(home.pg.clone());
    let mut told = Vec::new();
    for minutes in [1, 2, 3, 4, 62] {
        let turned = turned_away(&ids, &owner, "somebody", minutes);
        told.push(accounts.turn_away(&turned).await.unwrap());
    }
    assert_eq!(told, [true, true, true, false, true]);
    assert_eq!(mails(&home).await, 4);
    let recorded = "SELECT count(*) FROM audit_logs WHERE outcome = 'failure'";
    assert_eq!(home.count(recorded).await, 5);
}

#[tokio::test]
async fn a_taken_name_is_told_first_and_writes_nothing() {
    let home = home().await;
    let (owner, other) = (home.person().await, home.person().await);
    let turned = turned_away(
        &SequentialIds::default(),
        &owner,
        other.username.as_str(),
        1,
    );
    let outcome = PgAccounts::new(home.pg.clone()).turn_away(&turned).await;
    assert!(matches!(
        outcome,
        Err(StoreError::Conflict(RegisterConflict::UsernameTaken))
    ));
    assert_eq!(mails(&home).await, 0);
}
