//! Accounts, profiles and one-time tokens on a real server.

use crate::common::{Home, home};
use adapters_postgres::{PgAccounts, PgOneTimeTokens, PgProfiles};
use chrono::TimeDelta;
use domain::access::role::RoleName;
use domain::account::email::Email;
use domain::account::locale::Locale;
use domain::account::one_time_token::{OneTimeToken, TokenConflict, TokenIssue, TokenPurpose};
use domain::account::profile::{DisplayName, ProfileChange, ProfilePatch};
use domain::account::registration::{RegisterConflict, Registration};
use domain::account::user::User;
use domain::account::username::Username;
use domain::account::verification::EmailVerification;
use domain::audit::{AuditAction, Party, Subject};
use domain::id::TokenId;
use domain::job::{Job, Letter, MailOrder, NewJob};
use domain::outage::StoreError;
use domain::port::accounts::Accounts;
use domain::port::ids::Ids;
use domain::port::one_time_tokens::OneTimeTokens;
use domain::port::profiles::{Profiles, StaleProfile};
use domain::revision::Revision;
use test_support::{SequentialIds, a_journal, a_registration, a_session, a_user};

fn a_token(user: &User, id: u128) -> OneTimeToken {
    OneTimeToken {
        id: TokenId::new(uuid::Uuid::from_u128(id)),
        user: user.id,
        purpose: TokenPurpose::VerifyEmail,
        created_at: user.created_at,
        expires_at: user.created_at + TimeDelta::hours(24),
    }
}

/// A registration with everything that one can have.
fn a_full_registration(user: &User) -> Registration {
    let token = a_token(user, 77);
    let mail = NewJob {
        id: SequentialIds::default().job(),
        run_at: user.created_at,
        job: Job::SendMail(MailOrder::with_token(&token, Letter::VerifyEmail)),
    };
    let mut registration = a_registration(user.clone());
    registration.verification = Some(token);
    registration.session = Some(a_session(user.id));
    registration.journal = registration.journal.enqueue(mail);
    registration
}

async fn rows(home: &Home) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in [
        "users",
        "auth_providers",
        "user_roles",
        "one_time_tokens",
        "sessions",
        "audit_logs",
        "jobs",
    ] {
        counts.push(home.count(&format!("SELECT count(*) FROM {table}")).await);
    }
    counts
}

#[tokio::test]
async fn a_registration_lands_whole() {
    let home = home().await;
    let accounts = PgAccounts::new(home.pg.clone());
    let user = a_user();
    accounts
        .register(&a_full_registration(&user))
        .await
        .unwrap();
    assert_eq!(rows(&home).await, [1, 1, 1, 1, 1, 1, 1]);
    let found = accounts.find(user.id).await.unwrap().unwrap();
    assert_eq!(found.user, user);
    assert_eq!(found.roles, [RoleName::user()]);
}

#[tokio::test]
async fn a_registration_that_fails_at_its_end_leaves_nothing() {
    let home = home().await;
    let accounts = PgAccounts::new(home.pg.clone());
    let mut registration = a_full_registration(&a_user());
    registration
        .roles
        .push(RoleName::parse("no_such_role").unwrap());
    let outcome = accounts.register(&registration).await;
    assert!(matches!(outcome, Err(StoreError::Outage(_))));
    assert_eq!(rows(&home).await, [0; 7]);
}

#[tokio::test]
async fn an_email_can_be_registered_only_once_however_it_is_written_and_however_many_try() {
    let home = home().await;
    let mut tries = Vec::new();
    for number in 0..20 {
        let accounts = PgAccounts::new(home.pg.clone());
        let mut user = a_user();
        let typed = [
            "Alice@Example.org",
            "alice@example.org",
            "ALICE@EXAMPLE.ORG",
        ][number % 3];
        user.email = Some(Email::parse(typed).unwrap());
        tries.push(tokio::spawn(async move {
            accounts.register(&a_registration(user)).await
        }));
    }
    let mut made = 0;
    for outcome in tries {
        match outcome.await.unwrap() {
            Ok(()) => made += 1,
            Err(StoreError::Conflict(conflict)) => {
                assert_eq!(conflict, RegisterConflict::EmailTaken);
            }
            Err(StoreError::Outage(outage)) => panic!("{outage}"),
        }
    }
    assert_eq!(made, 1);
    assert_eq!(home.count("SELECT count(*) FROM users").await, 1);
    assert_eq!(home.count("SELECT count(*) FROM audit_logs").await, 1);
}

#[tokio::test]
async fn a_taken_name_is_told_apart_from_a_taken_address() {
    let home = home().await;
    let taken = home.person().await;
    let mut other = a_user();
    other.username = Username::parse(&taken.username.as_str().to_uppercase()).unwrap();
    let accounts = PgAccounts::new(home.pg.clone());
    let outcome = accounts.register(&a_registration(other.clone())).await;
    assert!(matches!(
        outcome,
        Err(StoreError::Conflict(RegisterConflict::UsernameTaken))
    ));
    other.email = taken.email;
    let outcome = accounts.register(&a_registration(other)).await;
    assert!(matches!(
        outcome,
        Err(StoreError::Conflict(RegisterConflict::EmailTaken))
    ));
}

#[tokio::test]
async fn credentials_are_found_by_the_address_in_any_case() {
    let home = home().await;
    let user = home.person().await;
    let shouted = user.email.unwrap().as_str().to_uppercase();
    let accounts = PgAccounts::new(home.pg.clone());
    let found = accounts
        .find_credentials(Email::parse(&shouted).unwrap().key())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.account.user.id, user.id);
    assert!(found.password.is_some());
}

fn a_verification(user: &User, token: TokenId) -> EmailVerification {
    EmailVerification {
        token,
        user: user.id,
        at: user.created_at + TimeDelta::minutes(5),
        journal: a_journal(
            AuditAction::VerifyEmail,
            Party::User(user.id),
            Subject::User(user.id),
        ),
    }
}

#[tokio::test]
async fn a_token_confirms_once_and_moves_the_epoch_on() {
    let home = home().await;
    let accounts = PgAccounts::new(home.pg.clone());
    let user = a_user();
    let registration = a_full_registration(&user);
    let token = registration.verification.unwrap().id;
    accounts.register(&registration).await.unwrap();
    let before = home.count("SELECT value FROM access_epoch").await;
    let verification = a_verification(&user, token);
    let epoch = accounts.verify_email(&verification).await.unwrap();
    assert_eq!(epoch.0, before + 1);
    let confirmed = accounts.find(user.id).await.unwrap().unwrap();
    assert_eq!(confirmed.user.email_verified_at, Some(verification.at));
    let again = accounts.verify_email(&verification).await;
    assert!(matches!(
        again,
        Err(StoreError::Conflict(TokenConflict::Invalid))
    ));
    assert_eq!(
        home.count("SELECT value FROM access_epoch").await,
        before + 1
    );
    let records = PgOneTimeTokens::new(home.pg.clone());
    assert_eq!(records.find(token).await.unwrap(), None);
}

#[tokio::test]
async fn an_expired_token_confirms_nothing() {
    let home = home().await;
    let accounts = PgAccounts::new(home.pg.clone());
    let user = a_user();
    let registration = a_full_registration(&user);
    accounts.register(&registration).await.unwrap();
    let mut late = a_verification(&user, registration.verification.unwrap().id);
    late.at = user.created_at + TimeDelta::hours(24);
    assert!(accounts.verify_email(&late).await.is_err());
}

#[tokio::test]
async fn at_most_three_tokens_an_hour_and_the_newest_alone_works() {
    let home = home().await;
    let accounts = PgAccounts::new(home.pg.clone());
    let user = home.person().await;
    let journal = || {
        a_journal(
            AuditAction::ResendVerification,
            Party::Anonymous,
            Subject::User(user.id),
        )
    };
    let renew = |number: u128, minutes: i64| {
        let mut token = a_token(&user, number);
        token.created_at += TimeDelta::minutes(minutes);
        TokenIssue {
            token,
            journal: journal(),
        }
    };
    for (number, minutes, sent) in [
        (1, 0, true),
        (2, 10, true),
        (3, 20, true),
        (4, 30, false),
        (5, 61, true),
    ] {
        let renewed = accounts.issue_token(&renew(number, minutes)).await.unwrap();
        assert_eq!(renewed, sent, "the one at minute {minutes}");
    }
    let records = PgOneTimeTokens::new(home.pg.clone());
    assert_eq!(records.find(a_token(&user, 3).id).await.unwrap(), None);
    assert!(records.find(a_token(&user, 5).id).await.unwrap().is_some());
}

#[tokio::test]
async fn two_renewals_at_once_count_one_after_the_other() {
    let home = home().await;
    let user = home.person().await;
    let mut tries = Vec::new();
    for number in 1..=8 {
        let accounts = PgAccounts::new(home.pg.clone());
        let renewal = TokenIssue {
            token: a_token(&user, number),
            journal: a_journal(
                AuditAction::ResendVerification,
                Party::Anonymous,
                Subject::User(user.id),
            ),
        };
        tries.push(tokio::spawn(async move {
            accounts.issue_token(&renewal).await.unwrap()
        }));
    }
    let mut sent = 0;
    for renewed in tries {
        sent += i32::from(renewed.await.unwrap());
    }
    assert_eq!(sent, 3);
}

#[tokio::test]
async fn the_second_of_two_profile_changes_is_stale() {
    let home = home().await;
    let user = home.person().await;
    let profiles = PgProfiles::new(home.pg.clone());
    let change = ProfileChange {
        user: user.id,
        expected: Revision::FIRST,
        patch: ProfilePatch {
            display_name: Some(Some(DisplayName::parse("Ada").unwrap())),
            biography: None,
            locale: Some(Locale::Indonesian),
        },
        at: user.created_at + TimeDelta::minutes(1),
        journal: a_journal(
            AuditAction::UpdateProfile,
            Party::User(user.id),
            Subject::User(user.id),
        ),
    };
    let changed = profiles.change(&change).await.unwrap().user;
    assert_eq!(changed.display_name.unwrap().as_str(), "Ada");
    assert_eq!(changed.locale, Locale::Indonesian);
    assert_eq!(changed.revision, Revision::FIRST.next());
    let again = profiles.change(&change).await;
    assert!(matches!(again, Err(StoreError::Conflict(StaleProfile))));
}

#[tokio::test]
async fn a_public_profile_counts_public_scripts_only() {
    let home = home().await;
    let user = home.person().await;
    home.script(user.id, 1).await;
    home.script(user.id, 2).await;
    home.owner
        .batch_execute("UPDATE scripts SET visibility = 'private' WHERE id = (SELECT min(id::text)::uuid FROM scripts)")
        .await
        .unwrap();
    let profiles = PgProfiles::new(home.pg.clone());
    let found = profiles.find_public(user.username.key()).await.unwrap();
    assert_eq!(found.unwrap().public_scripts, 1);
    home.owner
        .batch_execute("UPDATE users SET account_status = 'suspended'")
        .await
        .unwrap();
    assert_eq!(
        profiles.find_public(user.username.key()).await.unwrap(),
        None
    );
}
