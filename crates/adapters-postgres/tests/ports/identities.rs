//! Identities of providers: who holds them, and what linking, unlinking and taking over leave behind.

use crate::common::{Home, home};
use crate::provider_flows::an_issue;
use adapters_postgres::{PgAccounts, PgIdentities, PgProviderFlows, PgSecondFactors, PgSessions};
use chrono::TimeDelta;
use domain::access::role::RoleName;
use domain::account::identity::{Identity, ProviderName, ProviderSubject};
use domain::account::linking::{
    JoinConflict, Joining, LinkConflict, LinkGrounds, Linking, TakeOver, TakeOverConflict,
    UnlinkConflict, Unlinking,
};
use domain::account::password::{ChangeGrounds, PasswordChange, PasswordHash};
use domain::account::provider_flow::ProofGrant;
use domain::account::second_factor::{Enrolment, SealedTotp};
use domain::account::user::{AccountStatus, User};
use domain::audit::{AuditAction, Party, Subject};
use domain::id::SessionId;
use domain::journal::Journal;
use domain::outage::StoreError;
use domain::port::accounts::Accounts;
use domain::port::identities::Identities;
use domain::port::provider_flows::ProviderFlows;
use domain::port::second_factors::SecondFactors;
use domain::port::sessions::Sessions;
use domain::session::SessionOpening;
use test_support::{a_journal, a_session, a_user};
use tokio::task::JoinSet;

pub(crate) fn provider(name: &str) -> ProviderName {
    ProviderName::parse(name).unwrap()
}

pub(crate) fn identity(name: &str, subject: &str) -> Identity {
    Identity {
        provider: provider(name),
        subject: ProviderSubject::parse(subject).unwrap(),
    }
}

pub(crate) fn journal(user: &User, action: AuditAction) -> Journal {
    a_journal(action, Party::User(user.id), Subject::User(user.id))
}

fn identities(home: &Home) -> PgIdentities {
    PgIdentities::new(home.pg.clone())
}

/// Somebody who came from a provider, with a confirmed address.
fn a_joining(subject: &str) -> Joining {
    let mut user = a_user();
    user.email_verified_at = Some(user.created_at);
    Joining {
        journal: journal(&user, AuditAction::JoinByProvider),
        user,
        roles: vec![RoleName::user()],
        identity: identity("google", subject),
    }
}

pub(crate) async fn a_session_of(home: &Home, user: &User) -> SessionId {
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

fn a_linking(user: &User, identity: Identity, session: SessionId) -> Linking {
    Linking {
        user: user.id,
        identity,
        grounds: LinkGrounds::Session(session),
        at: user.created_at,
        journal: journal(user, AuditAction::LinkProvider),
    }
}

fn an_unlinking(user: &User, name: &str) -> Unlinking {
    Unlinking {
        user: user.id,
        provider: provider(name),
        usable: vec![provider("google"), provider("github")],
        at: user.created_at,
        journal: journal(user, AuditAction::UnlinkProvider),
    }
}

fn conflict<T: std::fmt::Debug, C>(outcome: Result<T, StoreError<C>>) -> C {
    match outcome {
        Err(StoreError::Conflict(conflict)) => conflict,
        Err(StoreError::Outage(outage)) => panic!("{outage}"),
        Ok(done) => panic!("it was done: {done:?}"),
    }
}

#[tokio::test]
async fn somebody_new_is_met_again_by_identity_and_by_address() {
    let home = home().await;
    let identities = identities(&home);
    let joining = a_joining("1");
    identities.join(&joining).await.unwrap();
    let email = joining.user.email.as_ref().unwrap().key().clone();
    let met = identities
        .meet(&joining.identity, Some(email.clone()))
        .await
        .unwrap();
    let holder = met.holder.unwrap();
    assert_eq!(
        (holder.user, holder.status),
        (joining.user.id, AccountStatus::Active)
    );
    let other = identities
        .meet(&identity("google", "2"), Some(email))
        .await
        .unwrap();
    assert_eq!(other.holder, None);
    assert!(other.namesake.unwrap().is_verified);
    let nobody = identities
        .meet(&identity("github", "1"), None)
        .await
        .unwrap();
    assert_eq!((nobody.holder, nobody.namesake), (None, None));
    let roles = "SELECT count(*) FROM user_roles";
    assert_eq!(home.count(roles).await, 1);
}

#[tokio::test]
async fn a_name_an_address_and_an_identity_are_taken_once() {
    let home = home().await;
    let identities = identities(&home);
    let first = a_joining("1");
    identities.join(&first).await.unwrap();
    let mut same_name = a_joining("2");
    same_name.user.username = first.user.username.clone();
    let mut same_email = a_joining("3");
    same_email.user.email = first.user.email.clone();
    let same_identity = a_joining("1");
    for (joining, expected) in [
        (same_name, JoinConflict::UsernameTaken),
        (same_email, JoinConflict::EmailTaken),
        (same_identity, JoinConflict::IdentityTaken),
    ] {
        assert_eq!(conflict(identities.join(&joining).await), expected);
    }
    assert_eq!(home.count("SELECT count(*) FROM users").await, 1);
}

#[tokio::test]
async fn of_two_first_sign_ins_at_once_one_makes_the_account() {
    let home = home().await;
    let mut tries = JoinSet::new();
    for _ in 0..8 {
        let identities = identities(&home);
        tries.spawn(async move { identities.join(&a_joining("1")).await.is_ok() });
    }
    let made = tries.join_all().await.into_iter().filter(|made| *made);
    assert_eq!(made.count(), 1);
    assert_eq!(home.count("SELECT count(*) FROM users").await, 1);
}

#[tokio::test]
async fn of_twenty_links_of_one_identity_at_once_one_lands() {
    let home = home().await;
    let mut people = Vec::new();
    for _ in 0..20 {
        let user = home.person().await;
        let session = a_session_of(&home, &user).await;
        people.push((user, session));
    }
    let mut tries = JoinSet::new();
    for (user, session) in people {
        let identities = identities(&home);
        tries.spawn(async move {
            let linking = a_linking(&user, identity("github", "7"), session);
            identities.link(&linking).await
        });
    }
    let (linked, refused): (Vec<_>, Vec<_>) =
        tries.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!(linked.len(), 1);
    for refusal in refused {
        assert_eq!(conflict(refusal), LinkConflict::HeldByAnother);
    }
    let rows = "SELECT count(*) FROM auth_providers WHERE provider = 'github'";
    assert_eq!(home.count(rows).await, 1);
    let audits = "SELECT count(*) FROM audit_logs WHERE action = 'account.link_provider'";
    assert_eq!(home.count(audits).await, 1);
}

#[tokio::test]
async fn a_link_needs_a_living_session_of_the_same_person() {
    let home = home().await;
    let (ada, eve) = (home.person().await, home.person().await);
    let of_eve = a_session_of(&home, &eve).await;
    let of_ada = a_session_of(&home, &ada).await;
    let identities = identities(&home);
    let foreign = a_linking(&ada, identity("github", "1"), of_eve);
    assert_eq!(
        conflict(identities.link(&foreign).await),
        LinkConflict::GroundsGone
    );
    let mut late = a_linking(&ada, identity("github", "1"), of_ada);
    late.at = ada.created_at + TimeDelta::days(91);
    assert_eq!(
        conflict(identities.link(&late).await),
        LinkConflict::GroundsGone
    );
    let good = a_linking(&ada, identity("github", "1"), of_ada);
    identities.link(&good).await.unwrap();
    identities.link(&good).await.expect("linking again is fine");
    let another = a_linking(&ada, identity("github", "2"), of_ada);
    assert_eq!(
        conflict(identities.link(&another).await),
        LinkConflict::ProviderTaken
    );
    let ways = identities.list(ada.id).await.unwrap();
    assert!(ways.password_since.is_some());
    assert_eq!(ways.identities.len(), 1);
}

#[tokio::test]
async fn the_last_usable_way_to_sign_in_stays() {
    let home = home().await;
    let identities = identities(&home);
    let joining = a_joining("1");
    identities.join(&joining).await.unwrap();
    let user = &joining.user;
    let unlinked = identities.unlink(&an_unlinking(user, "google")).await;
    assert_eq!(conflict(unlinked), UnlinkConflict::LastWay);
    let unlinked = identities.unlink(&an_unlinking(user, "github")).await;
    assert_eq!(conflict(unlinked), UnlinkConflict::NotLinked);
    // A provider that is switched off is no way in.
    let session = a_session_of(&home, user).await;
    identities
        .link(&a_linking(user, identity("old-idp", "1"), session))
        .await
        .unwrap();
    let unlinked = identities.unlink(&an_unlinking(user, "google")).await;
    assert_eq!(conflict(unlinked), UnlinkConflict::LastWay);
    // A password is.
    let change = PasswordChange {
        user: user.id,
        hash: PasswordHash::restore("hash".to_owned()),
        grounds: ChangeGrounds::Session(session),
        at: user.created_at,
        journal: journal(user, AuditAction::ChangePassword),
    };
    let accounts = PgAccounts::new(home.pg.clone());
    accounts.change_password(&change).await.unwrap();
    identities
        .unlink(&an_unlinking(user, "google"))
        .await
        .unwrap();
    let email = "SELECT count(*) FROM auth_providers WHERE provider = 'email'";
    assert_eq!(home.count(email).await, 1);
}

#[tokio::test]
async fn of_two_last_ways_that_are_unlinked_at_once_one_stays() {
    let home = home().await;
    let joining = a_joining("1");
    identities(&home).join(&joining).await.unwrap();
    let session = a_session_of(&home, &joining.user).await;
    let second = a_linking(&joining.user, identity("github", "1"), session);
    identities(&home).link(&second).await.unwrap();
    let mut tries = JoinSet::new();
    for name in ["google", "github"] {
        let (identities, user) = (identities(&home), joining.user.clone());
        tries.spawn(async move { identities.unlink(&an_unlinking(&user, name)).await.is_ok() });
    }
    let done = tries.join_all().await.into_iter().filter(|done| *done);
    assert_eq!(done.count(), 1);
}

#[tokio::test]
async fn taking_an_account_over_leaves_nothing_to_whoever_made_it() {
    let home = home().await;
    let user = home.person().await;
    let session = a_session_of(&home, &user).await;
    let identities = identities(&home);
    let planted = a_linking(&user, identity("github", "evil"), session);
    identities.link(&planted).await.unwrap();
    let factors = PgSecondFactors::new(home.pg.clone());
    let enrolment = Enrolment {
        user: user.id,
        sealed: SealedTotp::restore(vec![1]),
        at: user.created_at,
        journal: journal(&user, AuditAction::EnrolSecondFactor),
    };
    factors.begin(&enrolment).await.unwrap();
    let flows = PgProviderFlows::new(home.pg.clone());
    flows
        .issue(&an_issue(&user, 1, ProofGrant::SignIn))
        .await
        .unwrap();
    let take_over = TakeOver {
        user: user.id,
        identity: identity("google", "owner"),
        at: user.created_at,
        journal: journal(&user, AuditAction::TakeOverAccount),
    };
    let taken = identities.take_over(&take_over).await.unwrap();
    assert_eq!(taken.ended, [session]);
    let left = "SELECT (SELECT count(*) FROM users WHERE password_hash IS NOT NULL OR email_verified_at IS NULL) \
                     + (SELECT count(*) FROM sessions WHERE revoked_at IS NULL) \
                     + (SELECT count(*) FROM one_time_tokens WHERE consumed_at IS NULL) \
                     + (SELECT count(*) FROM totp_secrets) \
                     + (SELECT count(*) FROM auth_providers WHERE subject <> 'owner')";
    assert_eq!(home.count(left).await, 0);
    // The address is confirmed now, so nobody else gets the account this way.
    let again = identities.take_over(&take_over).await;
    assert_eq!(conflict(again), TakeOverConflict::Changed);
}
