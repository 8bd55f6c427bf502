//! Another address: asked for, confirmed, undone; and "this was not me".

use adapters_postgres::{PgAccounts, PgOneTimeTokens};
use chrono::{DateTime, TimeDelta, Utc};
use domain::account::email::Email;
use domain::account::email_change::{
    AddressedToken, EmailChangeConfirmation, EmailChangeConflict, EmailChangeRequest,
};
use domain::account::lockdown::{Lockdown, LockdownConflict, LockdownGrounds};
use domain::account::one_time_token::{OneTimeToken, TokenPurpose};
use domain::account::password::{ChangeGrounds, PasswordChange, PasswordHash};
use domain::account::user::User;
use domain::audit::{AuditAction, Party, Subject};
use domain::id::{SessionId, TokenId};
use domain::journal::Journal;
use domain::outage::StoreError;
use domain::port::accounts::Accounts;
use domain::port::email_changes::EmailChanges;
use domain::port::lockdowns::Lockdowns;
use domain::port::one_time_tokens::OneTimeTokens;
use test_support::{a_journal, a_registration, a_user};
use uuid::Uuid;

use crate::common::home;

fn journal(user: &User) -> Journal {
    let subject = Subject::User(user.id);
    a_journal(AuditAction::ChangeEmail, Party::User(user.id), subject)
}

fn token(user: &User, number: u128, purpose: TokenPurpose, at: DateTime<Utc>) -> OneTimeToken {
    OneTimeToken::new(TokenId::new(Uuid::from_u128(number)), user.id, purpose, at)
}

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

/// A request whose tokens have this number and the next one.
fn a_request(user: &User, number: u128, from: &Email, to: &str) -> EmailChangeRequest {
    let at = user.created_at;
    EmailChangeRequest {
        to: email(to),
        confirm: token(user, number, TokenPurpose::ChangeEmail, at),
        undo: Some(AddressedToken {
            token: token(user, number + 1, TokenPurpose::UndoEmailChange, at),
            address: from.clone(),
        }),
        journal: journal(user),
    }
}

fn a_confirmation(user: &User, number: u128) -> EmailChangeConfirmation {
    EmailChangeConfirmation {
        token: TokenId::new(Uuid::from_u128(number)),
        user: user.id,
        undo: None,
        at: user.created_at + TimeDelta::minutes(5),
        journal: journal(user),
    }
}

fn a_lockdown(user: &User, number: u128, grounds: LockdownGrounds) -> Lockdown {
    let at = user.created_at + TimeDelta::minutes(9);
    let entry = journal(user).entries().first().unwrap().clone();
    Lockdown {
        token: TokenId::new(Uuid::from_u128(number)),
        user: user.id,
        grounds,
        at,
        reset: token(user, number + 1000, TokenPurpose::ResetPassword, at),
        loss: Some(entry),
        journal: journal(user),
    }
}

#[tokio::test]
async fn a_confirmed_address_takes_the_place_of_the_one_before_and_can_be_undone() {
    let home = home().await;
    let user = home.person().await;
    let before = user.email.clone().unwrap();
    let accounts = PgAccounts::new(home.pg.clone());
    let tokens = PgOneTimeTokens::new(home.pg.clone());
    let request = a_request(&user, 1, &before, "New@example.com");
    assert!(accounts.begin(&request).await.unwrap());
    let bound = tokens.find_address(request.confirm.id).await.unwrap();
    assert_eq!(bound, Some(email("New@example.com")));
    accounts.confirm(&a_confirmation(&user, 1)).await.unwrap();
    let changed = accounts.find(user.id).await.unwrap().unwrap().user;
    assert_eq!(changed.email, Some(email("New@example.com")));
    assert!(changed.email_verified_at.is_some());
    assert!(matches!(
        accounts.confirm(&a_confirmation(&user, 1)).await,
        Err(StoreError::Conflict(EmailChangeConflict::TokenInvalid))
    ));
    // The owner of the address before gets it back although somebody has registered with it meanwhile.
    let mut squatter = a_user();
    squatter.email = Some(before.clone());
    let squatting = a_registration(squatter.clone());
    accounts.register(&squatting).await.unwrap();
    let undo = a_lockdown(&user, 2, LockdownGrounds::UndoEmailChange);
    accounts.lock_down(&undo).await.unwrap();
    let undone = accounts.find(user.id).await.unwrap().unwrap().user;
    assert_eq!(undone.email, Some(before));
    assert_eq!(accounts.find_password(user.id).await.unwrap(), None);
    assert!(tokens.find(undo.reset.id).await.unwrap().is_some());
    let robbed = accounts.find(squatter.id).await.unwrap().unwrap().user;
    assert_eq!(robbed.email, None);
}

#[tokio::test]
async fn an_address_that_somebody_confirmed_is_taken_and_the_token_stays_open() {
    let home = home().await;
    let (user, mut other) = (home.person().await, a_user());
    other.email_verified_at = Some(other.created_at);
    let accounts = PgAccounts::new(home.pg.clone());
    let taken = other.email.clone().unwrap();
    let before = user.email.clone().unwrap();
    let request = a_request(&user, 1, &before, taken.as_str());
    assert!(accounts.begin(&request).await.unwrap());
    accounts.register(&a_registration(other)).await.unwrap();
    for _ in 0..2 {
        assert!(matches!(
            accounts.confirm(&a_confirmation(&user, 1)).await,
            Err(StoreError::Conflict(EmailChangeConflict::EmailTaken))
        ));
    }
}

#[tokio::test]
async fn a_new_password_cancels_a_change_that_waits_and_leaves_the_way_back() {
    let home = home().await;
    let user = home.person().await;
    let before = user.email.clone().unwrap();
    let accounts = PgAccounts::new(home.pg.clone());
    let request = a_request(&user, 1, &before, "thief@example.com");
    assert!(accounts.begin(&request).await.unwrap());
    let change = PasswordChange {
        user: user.id,
        hash: PasswordHash::restore("new".to_owned()),
        grounds: ChangeGrounds::Session(SessionId::new(Uuid::nil())),
        at: user.created_at + TimeDelta::minutes(1),
        journal: journal(&user),
    };
    accounts.change_password(&change).await.unwrap();
    assert!(matches!(
        accounts.confirm(&a_confirmation(&user, 1)).await,
        Err(StoreError::Conflict(EmailChangeConflict::TokenInvalid))
    ));
    let undo = a_lockdown(&user, 2, LockdownGrounds::UndoEmailChange);
    accounts.lock_down(&undo).await.unwrap();
    assert!(matches!(
        accounts.lock_down(&undo).await,
        Err(StoreError::Conflict(LockdownConflict::TokenInvalid))
    ));
}

#[tokio::test]
async fn a_thiefs_newer_way_back_does_not_close_the_owners_and_falls_by_it() {
    let home = home().await;
    let user = home.person().await;
    let own = user.email.clone().unwrap();
    let accounts = PgAccounts::new(home.pg.clone());
    let first = a_request(&user, 1, &own, "thief@example.com");
    assert!(accounts.begin(&first).await.unwrap());
    accounts.confirm(&a_confirmation(&user, 1)).await.unwrap();
    let mut second = a_request(&user, 11, &email("thief@example.com"), "lair@example.com");
    for made in [
        &mut second.confirm,
        &mut second.undo.as_mut().unwrap().token,
    ] {
        made.created_at += TimeDelta::minutes(6);
    }
    assert!(accounts.begin(&second).await.unwrap());
    let tokens = PgOneTimeTokens::new(home.pg.clone());
    let by_owner = a_lockdown(&user, 2, LockdownGrounds::UndoEmailChange);
    accounts.lock_down(&by_owner).await.unwrap();
    let thiefs = second.undo.unwrap().token.id;
    assert_eq!(tokens.find(thiefs).await.unwrap(), None);
    let account = accounts.find(user.id).await.unwrap().unwrap().user;
    assert_eq!(account.email, Some(own));
}

#[tokio::test]
async fn nobody_gets_more_than_three_such_mails_an_hour_whoever_asks() {
    let home = home().await;
    let accounts = PgAccounts::new(home.pg.clone());
    let mut begun = Vec::new();
    for number in 0..5_u128 {
        let user = home.person().await;
        let own = user.email.clone().unwrap();
        let request = a_request(&user, 1 + 2 * number, &own, "victim@example.com");
        begun.push(accounts.begin(&request).await.unwrap());
    }
    assert_eq!(begun, [true, true, true, false, false]);
}
