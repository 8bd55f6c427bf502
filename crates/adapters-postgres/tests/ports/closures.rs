//! Accounts that end and come back, and what is hidden with them.

use crate::common::{Home, home};
use adapters_postgres::{PgAccounts, PgOneTimeTokens, PgProfiles, PgScripts, PgSessions};
use chrono::TimeDelta;
use domain::account::closure::{AccountDeletion, AccountRestoration, ClosureConflict, RESTORABLE};
use domain::account::one_time_token::{OneTimeToken, TokenIssue, TokenPurpose};
use domain::account::user::{AccountStatus, User};
use domain::audit::{AuditAction, Party, Subject};
use domain::id::TokenId;
use domain::journal::Journal;
use domain::outage::StoreError;
use domain::page::{Limit, Window};
use domain::port::account_closures::AccountClosures;
use domain::port::accounts::Accounts;
use domain::port::one_time_tokens::OneTimeTokens;
use domain::port::profiles::Profiles;
use domain::port::scripts::Scripts;
use domain::port::sessions::Sessions;
use domain::script::entity::Script;
use domain::script::listing::{ListScope, ScriptFilter, ScriptListing, ScriptSort};
use domain::script::version::VersionSelector;
use domain::session::SessionOpening;
use test_support::{a_journal, a_session};
use uuid::Uuid;

fn journal(user: &User, action: AuditAction) -> Journal {
    a_journal(action, Party::User(user.id), Subject::User(user.id))
}

fn a_deletion(user: &User) -> AccountDeletion {
    AccountDeletion {
        user: user.id,
        at: user.created_at + TimeDelta::hours(1),
        journal: journal(user, AuditAction::DeleteAccount),
    }
}

fn a_restoration(user: &User, after: TimeDelta) -> AccountRestoration {
    AccountRestoration {
        user: user.id,
        at: a_deletion(user).at + after,
        journal: journal(user, AuditAction::RestoreAccount),
    }
}

fn accounts(home: &Home) -> PgAccounts {
    PgAccounts::new(home.pg.clone())
}

async fn an_open_token(home: &Home, user: &User) -> TokenId {
    let id = TokenId::new(Uuid::from_u128(1));
    let issue = TokenIssue {
        token: OneTimeToken::new(id, user.id, TokenPurpose::ResetPassword, user.created_at),
        journal: journal(user, AuditAction::RequestPasswordReset),
    };
    assert!(accounts(home).issue_token(&issue).await.unwrap());
    id
}

/// Through how many of the doors a stranger reaches the script.
async fn ways_to(home: &Home, owner: &User, script: &Script) -> usize {
    let scripts = PgScripts::new(home.pg.clone());
    let latest = VersionSelector::Latest;
    let list = async |scope| {
        let listing = ScriptListing {
            scope,
            filter: ScriptFilter::default(),
            sort: ScriptSort::New,
            window: Window::First,
            limit: Limit::DEFAULT,
        };
        !scripts.list(&listing).await.unwrap().items.is_empty()
    };
    let name = owner.username.key();
    let by_slug = scripts.find_by_slug(name, &script.slug).await.unwrap();
    let found = [
        scripts.find(script.id).await.unwrap().is_some(),
        by_slug.is_some(),
        list(ListScope::Public).await,
        list(ListScope::Everything { owner: owner.id }).await,
        scripts
            .find_version(script.id, &latest)
            .await
            .unwrap()
            .is_some(),
        scripts
            .open_version(script.id, &latest)
            .await
            .unwrap()
            .is_some(),
        PgProfiles::new(home.pg.clone())
            .find_public(name)
            .await
            .unwrap()
            .is_some(),
    ];
    found.iter().filter(|is_found| **is_found).count()
}

#[tokio::test]
async fn a_deletion_ends_every_session_and_every_token_and_happens_once() {
    let home = home().await;
    let user = home.person().await;
    let session = a_session(user.id);
    let opening = SessionOpening {
        session: session.clone(),
        journal: journal(&user, AuditAction::SignIn),
    };
    let sessions = PgSessions::new(home.pg.clone());
    sessions.open(&opening).await.unwrap();
    let token = an_open_token(&home, &user).await;
    let deleted = accounts(&home).delete(&a_deletion(&user)).await.unwrap();
    assert_eq!(deleted.ended, [session.id]);
    let tokens = PgOneTimeTokens::new(home.pg.clone());
    assert_eq!(tokens.find(token).await.unwrap(), None);
    assert_eq!(accounts(&home).find(user.id).await.unwrap(), None);
    assert!(matches!(
        accounts(&home).delete(&a_deletion(&user)).await,
        Err(StoreError::Conflict(ClosureConflict::WrongState))
    ));
}

#[tokio::test]
async fn what_a_deleted_person_published_is_behind_no_door_until_they_are_back() {
    let home = home().await;
    let user = home.person().await;
    let script = home.script(user.id, 3).await;
    assert_eq!(ways_to(&home, &user, &script).await, 7);
    accounts(&home).delete(&a_deletion(&user)).await.unwrap();
    assert_eq!(ways_to(&home, &user, &script).await, 0);
    let back = a_restoration(&user, TimeDelta::days(1));
    accounts(&home).restore(&back).await.unwrap();
    assert_eq!(ways_to(&home, &user, &script).await, 7);
}

#[tokio::test]
async fn a_restoration_signs_nobody_in_and_works_once() {
    let home = home().await;
    let user = home.person().await;
    let deleted = accounts(&home).delete(&a_deletion(&user)).await.unwrap();
    let back = a_restoration(&user, RESTORABLE - TimeDelta::seconds(1));
    let epoch = accounts(&home).restore(&back).await.unwrap();
    assert!(epoch > deleted.epoch);
    let found = accounts(&home).find(user.id).await.unwrap().unwrap().user;
    assert_eq!(found.status, AccountStatus::Active);
    assert_eq!(found.revision, user.revision.next().next());
    assert_eq!(home.count("SELECT count(*) FROM sessions").await, 0);
    assert!(matches!(
        accounts(&home).restore(&back).await,
        Err(StoreError::Conflict(ClosureConflict::WrongState))
    ));
}

#[tokio::test]
async fn after_thirty_days_nothing_comes_back() {
    let home = home().await;
    let user = home.person().await;
    accounts(&home).delete(&a_deletion(&user)).await.unwrap();
    let late = a_restoration(&user, RESTORABLE);
    assert!(matches!(
        accounts(&home).restore(&late).await,
        Err(StoreError::Conflict(ClosureConflict::WrongState))
    ));
    assert_eq!(home.count("SELECT count(*) FROM sessions").await, 0);
}

#[tokio::test]
async fn the_last_who_administers_the_platform_cannot_leave_it() {
    let home = home().await;
    let (one, two) = (home.person().await, home.person().await);
    home.owner
        .batch_execute("INSERT INTO user_roles (user_id, role_id) SELECT u.id, r.id FROM users u, roles r WHERE r.name = 'admin'")
        .await
        .unwrap();
    let accounts = accounts(&home);
    let (one, two) = (a_deletion(&one), a_deletion(&two));
    let (one, two) = tokio::join!(accounts.delete(&one), accounts.delete(&two));
    let refused = [one.err(), two.err()].into_iter().flatten();
    let refused: Vec<_> = refused.collect();
    assert!(
        matches!(
            refused.as_slice(),
            [StoreError::Conflict(ClosureConflict::LastAdmin)]
        ),
        "{refused:?}"
    );
}
