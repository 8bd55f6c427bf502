//! API keys: made, found, used, ended.

use crate::common::{Home, home};
use adapters_postgres::{PgAccounts, PgApiKeys, PgStandings};
use chrono::{DateTime, TimeDelta, Utc};
use domain::access::key::{KeyReach, KeyScope, KeyScopes};
use domain::access::standing::AccessChange;
use domain::account::api_key::{
    ApiKey, KeyDigest, KeyIssue, KeyIssueConflict, KeyName, KeyRevocation, MAX_KEYS_PER_USER,
};
use domain::account::closure::AccountDeletion;
use domain::account::user::User;
use domain::audit::{AuditAction, Party, Subject};
use domain::id::{ApiKeyId, ScriptId};
use domain::journal::Journal;
use domain::outage::StoreError;
use domain::port::access_changes::AccessChanges;
use domain::port::account_closures::AccountClosures;
use domain::port::api_keys::ApiKeys;
use domain::port::key_standings::KeyStandings;
use test_support::a_journal;
use tokio::task::JoinSet;
use uuid::Uuid;

fn keys(home: &Home) -> PgApiKeys {
    PgApiKeys::new(home.pg.clone())
}

fn journal(user: &User) -> Journal {
    a_journal(
        AuditAction::CreateApiKey,
        Party::User(user.id),
        Subject::User(user.id),
    )
}

/// Whether a key lives is asked of the clock of the database, so these keys are made now.
async fn now(home: &Home) -> DateTime<Utc> {
    let seconds = home.count("SELECT extract(epoch FROM now())::bigint").await;
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn digest(number: u8) -> KeyDigest {
    KeyDigest::restore([number; 32])
}

fn id(number: u8) -> ApiKeyId {
    ApiKeyId::new(Uuid::from_u128(number.into()))
}

/// A key of this number and name that lives an hour.
fn a_key(user: &User, number: u8, made: DateTime<Utc>, scripts: Option<Vec<ScriptId>>) -> KeyIssue {
    let scopes = KeyScopes::collect([KeyScope::Write]).unwrap();
    KeyIssue {
        user: user.id,
        key: ApiKey {
            id: id(number),
            name: KeyName::parse(&format!("key {number}")).unwrap(),
            prefix: "shk_prefix".to_owned(),
            reach: KeyReach::restore(scopes, scripts),
            created_at: made,
            expires_at: made + TimeDelta::hours(1),
            last_used_at: None,
        },
        digest: digest(number),
        journal: journal(user),
    }
}

async fn lives(home: &Home, number: u8) -> bool {
    let found = keys(home).find(&[digest(number)]).await.unwrap();
    found.is_some()
}

fn conflict(outcome: Result<(), StoreError<KeyIssueConflict>>) -> KeyIssueConflict {
    match outcome {
        Err(StoreError::Conflict(conflict)) => conflict,
        other => panic!("no conflict: {other:?}"),
    }
}

#[tokio::test]
async fn a_key_is_found_by_any_of_its_digests_as_it_was_made() {
    let home = home().await;
    let user = home.person().await;
    let script = home.script(user.id, 1).await.id;
    let issue = a_key(&user, 1, now(&home).await, Some(vec![script]));
    keys(&home).issue(&issue).await.unwrap();
    let found = keys(&home).find(&[digest(9), digest(1)]).await.unwrap();
    let found = found.unwrap();
    assert_eq!((found.key, found.user), (id(1), user.id));
    assert_eq!(found.reach, issue.key.reach);
    assert!(
        !found
            .rights
            .permissions
            .iter()
            .collect::<Vec<_>>()
            .is_empty()
    );
    assert_eq!(keys(&home).list(user.id).await.unwrap(), [issue.key]);
    assert!(!lives(&home, 9).await);
}

#[tokio::test]
async fn an_expired_key_does_not_live_and_gives_its_name_free_when_another_is_made() {
    let home = home().await;
    let user = home.person().await;
    let now = now(&home).await;
    let old = a_key(&user, 1, now - TimeDelta::hours(2), None);
    keys(&home).issue(&old).await.unwrap();
    assert!(!lives(&home, 1).await);
    assert_eq!(
        keys(&home).list(user.id).await.unwrap(),
        std::slice::from_ref(&old.key)
    );
    let mut new = a_key(&user, 2, now, None);
    new.key.name = old.key.name;
    keys(&home).issue(&new).await.unwrap();
    assert_eq!(keys(&home).list(user.id).await.unwrap(), [new.key]);
}

#[tokio::test]
async fn a_name_belongs_to_one_living_key_of_a_person() {
    let home = home().await;
    let (user, other) = (home.person().await, home.person().await);
    let now = now(&home).await;
    let first = a_key(&user, 1, now, None);
    keys(&home).issue(&first).await.unwrap();
    let mut second = a_key(&user, 2, now, None);
    second.key.name = first.key.name.clone();
    let refused = keys(&home).issue(&second).await;
    assert_eq!(conflict(refused), KeyIssueConflict::NameTaken);
    let mut others = a_key(&other, 3, now, None);
    others.key.name = first.key.name;
    keys(&home).issue(&others).await.unwrap();
}

#[tokio::test]
async fn however_many_are_made_at_once_nobody_has_more_than_the_cap() {
    let home = home().await;
    let user = home.person().await;
    let now = now(&home).await;
    let mut tries = JoinSet::new();
    for number in 1..=60 {
        let (keys, issue) = (keys(&home), a_key(&user, number, now, None));
        tries.spawn(async move { keys.issue(&issue).await.is_ok() });
    }
    let made = tries
        .join_all()
        .await
        .into_iter()
        .filter(|made| *made)
        .count();
    assert_eq!(u32::try_from(made).unwrap(), MAX_KEYS_PER_USER);
    let refused = keys(&home).issue(&a_key(&user, 61, now, None)).await;
    assert_eq!(conflict(refused), KeyIssueConflict::TooMany);
}

#[tokio::test]
async fn a_key_is_kept_to_scripts_of_its_person_only() {
    let home = home().await;
    let (user, other) = (home.person().await, home.person().await);
    let (own, foreign) = (
        home.script(user.id, 1).await.id,
        home.script(other.id, 2).await.id,
    );
    let issue = a_key(&user, 1, now(&home).await, Some(vec![own, foreign]));
    let refused = keys(&home).issue(&issue).await;
    assert_eq!(conflict(refused), KeyIssueConflict::UnknownScript);
    assert!(keys(&home).list(user.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn ending_a_key_is_told_by_the_feed_and_only_its_person_can() {
    let home = home().await;
    let (user, other) = (home.person().await, home.person().await);
    let issue = a_key(&user, 1, now(&home).await, None);
    keys(&home).issue(&issue).await.unwrap();
    let mut revocation = KeyRevocation {
        key: id(1),
        user: other.id,
        at: issue.key.created_at,
        journal: journal(&other),
    };
    assert_eq!(keys(&home).revoke(&revocation).await.unwrap(), None);
    assert!(lives(&home, 1).await);
    revocation.user = user.id;
    let epoch = keys(&home).revoke(&revocation).await.unwrap().unwrap();
    assert!(!lives(&home, 1).await);
    let feed = PgStandings::new(home.pg.clone());
    let recent = feed.recent(TimeDelta::minutes(1)).await.unwrap();
    let told = AccessChange::User {
        user: user.id,
        epoch,
    };
    assert!(recent.changes.contains(&told));
    assert_eq!(keys(&home).revoke(&revocation).await.unwrap(), None);
}

#[tokio::test]
async fn the_use_of_a_key_is_written_down_once_a_minute() {
    let home = home().await;
    let user = home.person().await;
    let issue = a_key(&user, 1, now(&home).await, None);
    let (keys, made) = (keys(&home), issue.key.created_at);
    keys.issue(&issue).await.unwrap();
    for (seconds, written) in [(0, 0), (59, 0), (60, 60)] {
        let at = made + TimeDelta::seconds(seconds);
        keys.record_use(id(1), at).await.unwrap();
        let listed = keys.list(user.id).await.unwrap();
        let last = made + TimeDelta::seconds(written);
        assert_eq!(listed[0].last_used_at, Some(last));
    }
}

#[tokio::test]
async fn an_account_that_ends_takes_its_keys_along_and_makes_no_other() {
    let home = home().await;
    let user = home.person().await;
    let now = now(&home).await;
    keys(&home)
        .issue(&a_key(&user, 1, now, None))
        .await
        .unwrap();
    let deletion = AccountDeletion {
        user: user.id,
        at: now,
        journal: journal(&user),
    };
    let accounts = PgAccounts::new(home.pg.clone());
    accounts.delete(&deletion).await.unwrap();
    assert!(!lives(&home, 1).await);
    assert!(keys(&home).list(user.id).await.unwrap().is_empty());
    let refused = keys(&home).issue(&a_key(&user, 2, now, None)).await;
    assert_eq!(conflict(refused), KeyIssueConflict::AccountGone);
}
