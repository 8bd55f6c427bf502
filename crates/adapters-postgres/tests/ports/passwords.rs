//! Passwords: set by a token, changed by who knows them, hashed anew.

use crate::common::{Home, home};
use adapters_postgres::{PgAccounts, PgOneTimeTokens, PgSessions};
use chrono::TimeDelta;
use domain::account::one_time_token::{OneTimeToken, TokenConflict, TokenIssue, TokenPurpose};
use domain::account::password::{ChangeGrounds, PasswordChange, PasswordHash, PasswordRehash};
use domain::account::user::User;
use domain::audit::{AuditAction, Party, Subject};
use domain::id::{SessionId, TokenId};
use domain::journal::Journal;
use domain::outage::StoreError;
use domain::port::accounts::Accounts;
use domain::port::one_time_tokens::OneTimeTokens;
use domain::port::sessions::Sessions;
use domain::session::{AuthMethod, Reauthentication, SessionOpening};
use test_support::{a_journal, a_session};
use uuid::Uuid;

fn journal(user: &User, action: AuditAction) -> Journal {
    a_journal(action, Party::User(user.id), Subject::User(user.id))
}

async fn an_open_token(home: &Home, user: &User, number: u128, purpose: TokenPurpose) -> TokenId {
    let id = TokenId::new(Uuid::from_u128(number));
    let issue = TokenIssue {
        token: OneTimeToken::new(id, user.id, purpose, user.created_at),
        journal: journal(user, AuditAction::RequestPasswordReset),
    };
    let accounts = PgAccounts::new(home.pg.clone());
    assert!(accounts.issue_token(&issue).await.unwrap());
    id
}

async fn a_signed_in_device(home: &Home, user: &User) -> SessionId {
    let session = a_session(user.id);
    let id = session.id;
    let opening = SessionOpening {
        session,
        journal: journal(user, AuditAction::SignIn),
    };
    let sessions = PgSessions::new(home.pg.clone());
    sessions.open(&opening).await.unwrap();
    id
}

fn a_change(user: &User, grounds: ChangeGrounds) -> PasswordChange {
    PasswordChange {
        user: user.id,
        hash: PasswordHash::restore("new".to_owned()),
        grounds,
        at: user.created_at + TimeDelta::minutes(5),
        journal: journal(user, AuditAction::ResetPassword),
    }
}

#[tokio::test]
async fn a_token_sets_the_password_once_ends_every_session_and_every_other_token() {
    let home = home().await;
    let user = home.person().await;
    let device = a_signed_in_device(&home, &user).await;
    let verification = an_open_token(&home, &user, 1, TokenPurpose::VerifyEmail).await;
    let token = an_open_token(&home, &user, 2, TokenPurpose::ResetPassword).await;
    let accounts = PgAccounts::new(home.pg.clone());
    let change = a_change(&user, ChangeGrounds::Token(token));
    let changed = accounts.change_password(&change).await.unwrap();
    assert_eq!(changed.ended, [device]);
    let stored = accounts.find_password(user.id).await.unwrap().unwrap();
    assert_eq!(stored.expose(), "new");
    let confirmed = accounts.find(user.id).await.unwrap().unwrap().user;
    assert_eq!(confirmed.email_verified_at, Some(change.at));
    let tokens = PgOneTimeTokens::new(home.pg.clone());
    assert_eq!(tokens.find(verification).await.unwrap(), None);
    assert!(matches!(
        accounts.change_password(&change).await,
        Err(StoreError::Conflict(TokenConflict::Invalid))
    ));
}

#[tokio::test]
async fn a_token_of_another_purpose_or_person_or_time_sets_nothing() {
    let home = home().await;
    let (user, other) = (home.person().await, home.person().await);
    let accounts = PgAccounts::new(home.pg.clone());
    let verification = an_open_token(&home, &user, 1, TokenPurpose::VerifyEmail).await;
    let foreign = an_open_token(&home, &other, 2, TokenPurpose::ResetPassword).await;
    let own = an_open_token(&home, &user, 3, TokenPurpose::ResetPassword).await;
    let mut late = a_change(&user, ChangeGrounds::Token(own));
    late.at = user.created_at + TokenPurpose::ResetPassword.lifetime();
    for change in [
        a_change(&user, ChangeGrounds::Token(verification)),
        a_change(&user, ChangeGrounds::Token(foreign)),
        late,
    ] {
        assert!(matches!(
            accounts.change_password(&change).await,
            Err(StoreError::Conflict(TokenConflict::Invalid))
        ));
    }
}

#[tokio::test]
async fn who_changes_a_known_password_keeps_the_session_and_loses_the_others() {
    let home = home().await;
    let user = home.person().await;
    let here = a_signed_in_device(&home, &user).await;
    let elsewhere = a_signed_in_device(&home, &user).await;
    let accounts = PgAccounts::new(home.pg.clone());
    let change = a_change(&user, ChangeGrounds::Session(here));
    let changed = accounts.change_password(&change).await.unwrap();
    assert_eq!(changed.ended, [elsewhere]);
    let unconfirmed = accounts.find(user.id).await.unwrap().unwrap().user;
    assert_eq!(unconfirmed.email_verified_at, None);
}

#[tokio::test]
async fn a_hash_is_replaced_only_while_it_is_the_one_that_was_seen() {
    let home = home().await;
    let user = home.person().await;
    let accounts = PgAccounts::new(home.pg.clone());
    let seen = accounts.find_password(user.id).await.unwrap().unwrap();
    let rehash = |from: PasswordHash, to: &str| PasswordRehash {
        user: user.id,
        from,
        to: PasswordHash::restore(to.to_owned()),
        journal: journal(&user, AuditAction::RehashPassword),
    };
    accounts
        .rehash_password(&rehash(seen.clone(), "stronger"))
        .await
        .unwrap();
    accounts
        .rehash_password(&rehash(seen, "late"))
        .await
        .unwrap();
    let stored = accounts.find_password(user.id).await.unwrap().unwrap();
    assert_eq!(stored.expose(), "stronger");
}

#[tokio::test]
async fn a_new_proof_moves_the_time_of_a_living_session_only() {
    let home = home().await;
    let user = home.person().await;
    let session = a_signed_in_device(&home, &user).await;
    let sessions = PgSessions::new(home.pg.clone());
    let mut proof = Reauthentication {
        session,
        user: user.id,
        methods: vec![AuthMethod::Password],
        at: user.created_at + TimeDelta::hours(1),
        journal: journal(&user, AuditAction::Reauthenticate),
    };
    let state = sessions.reauthenticate(&proof).await.unwrap().unwrap();
    assert_eq!(state.generation.get(), 1);
    proof.user = home.person().await.id;
    assert_eq!(sessions.reauthenticate(&proof).await.unwrap(), None);
}
