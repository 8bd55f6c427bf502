//! The second factor: set up, used once a code, tried five times a sign-in, given up.

use crate::common::{Home, home};
use adapters_postgres::{PgAccounts, PgSecondFactors};
use chrono::TimeDelta;
use domain::account::one_time_token::{OneTimeToken, TokenIssue, TokenPurpose};
use domain::account::second_factor::{
    Confirmation, EnrolConflict, Enrolment, FactorChallenge, FactorConflict, FactorProof,
    FactorRemoval, FactorSignIn, FactorUse, HalfDone, RecoveryDigest, SealedTotp,
    TRIES_PER_SIGN_IN, TotpStep,
};
use domain::account::user::User;
use domain::audit::{AuditAction, Party, Subject};
use domain::id::TokenId;
use domain::journal::Journal;
use domain::outage::StoreError;
use domain::port::accounts::Accounts;
use domain::port::second_factors::SecondFactors;
use domain::session::{AuthMethod, Reauthentication, Session, SessionOpening};
use test_support::{a_journal, a_session};
use tokio::task::JoinSet;
use uuid::Uuid;

fn journal(user: &User) -> Journal {
    let action = AuditAction::EnableSecondFactor;
    a_journal(action, Party::User(user.id), Subject::User(user.id))
}

fn an_enrolment(user: &User, sealed: u8) -> Enrolment {
    Enrolment {
        user: user.id,
        sealed: SealedTotp::restore(vec![sealed]),
        at: user.created_at,
        journal: journal(user),
    }
}

/// The confirmation by the code of step 100, with two recovery codes.
fn a_confirmation(user: &User, sealed: u8) -> Confirmation {
    Confirmation {
        user: user.id,
        sealed: SealedTotp::restore(vec![sealed]),
        step: TotpStep::restore(100),
        recovery: vec![digest(1), digest(2)],
        at: user.created_at,
        journal: journal(user),
    }
}

const fn digest(seed: u8) -> RecoveryDigest {
    RecoveryDigest::restore([seed; 32])
}

const fn step(number: i64) -> FactorUse {
    FactorUse::Totp(TotpStep::restore(number))
}

/// Somebody with a second factor in force.
async fn protected(home: &Home) -> (User, PgSecondFactors) {
    let user = home.person().await;
    let factors = PgSecondFactors::new(home.pg.clone());
    factors.begin(&an_enrolment(&user, 1)).await.unwrap();
    factors.confirm(&a_confirmation(&user, 1)).await.unwrap();
    (user, factors)
}

async fn challenged(factors: &PgSecondFactors, user: &User, number: u128) -> TokenId {
    let id = TokenId::new(Uuid::from_u128(number));
    let challenge = FactorChallenge {
        token: OneTimeToken::new(id, user.id, TokenPurpose::Mfa, user.created_at),
        first: AuthMethod::Federated,
        journal: journal(user),
    };
    factors.challenge(&challenge).await.unwrap();
    id
}

fn a_sign_in(user: &User, token: TokenId, factor: FactorUse) -> FactorSignIn {
    let session = Session {
        methods: vec![AuthMethod::Password, AuthMethod::Otp],
        ..a_session(user.id)
    };
    FactorSignIn {
        token,
        factor,
        opening: SessionOpening {
            session,
            journal: journal(user),
        },
    }
}

#[tokio::test]
async fn a_secret_waits_until_it_is_confirmed_and_a_newer_one_takes_its_place() {
    let home = home().await;
    let user = home.person().await;
    let factors = PgSecondFactors::new(home.pg.clone());
    assert_eq!(factors.find_pending(user.id).await.unwrap(), None);
    factors.begin(&an_enrolment(&user, 1)).await.unwrap();
    factors.begin(&an_enrolment(&user, 2)).await.unwrap();
    let pending = factors.find_pending(user.id).await.unwrap().unwrap();
    assert_eq!(pending.as_bytes(), [2]);
    assert!(!factors.is_enabled(user.id).await.unwrap());
    assert!(matches!(
        factors.confirm(&a_confirmation(&user, 1)).await,
        Err(StoreError::Conflict(EnrolConflict::NothingPending))
    ));
    factors.confirm(&a_confirmation(&user, 2)).await.unwrap();
    let active = factors.find_active(user.id).await.unwrap().unwrap();
    assert_eq!(active.last_step.get(), 100);
    assert_eq!(factors.find_pending(user.id).await.unwrap(), None);
}

#[tokio::test]
async fn a_factor_in_force_is_neither_replaced_nor_confirmed_again() {
    let home = home().await;
    let (user, factors) = protected(&home).await;
    assert!(matches!(
        factors.begin(&an_enrolment(&user, 2)).await,
        Err(StoreError::Conflict(EnrolConflict::AlreadyEnabled))
    ));
    assert!(matches!(
        factors.confirm(&a_confirmation(&user, 1)).await,
        Err(StoreError::Conflict(EnrolConflict::NothingPending))
    ));
}

#[tokio::test]
async fn a_sign_in_uses_token_and_step_up() {
    let home = home().await;
    let (user, factors) = protected(&home).await;
    let first = challenged(&factors, &user, 1).await;
    let sign_in = a_sign_in(&user, first, step(101));
    factors.sign_in(&sign_in).await.unwrap();
    assert_eq!(home.count("SELECT count(*) FROM sessions").await, 1);
    assert!(matches!(
        factors.sign_in(&a_sign_in(&user, first, step(102))).await,
        Err(StoreError::Conflict(FactorConflict::TokenInvalid))
    ));
    let second = challenged(&factors, &user, 2).await;
    for spent in [step(100), step(101)] {
        assert!(matches!(
            factors.sign_in(&a_sign_in(&user, second, spent)).await,
            Err(StoreError::Conflict(FactorConflict::CodeSpent))
        ));
    }
    assert_eq!(home.count("SELECT count(*) FROM sessions").await, 1);
    // What was refused has written nothing: the token still works.
    let sign_in = a_sign_in(&user, second, step(102));
    factors.sign_in(&sign_in).await.unwrap();
}

#[tokio::test]
async fn a_recovery_code_works_once_for_its_owner() {
    let home = home().await;
    let (user, factors) = protected(&home).await;
    let (other, _) = protected(&home).await;
    let use_of = |seed| FactorUse::Recovery(vec![digest(9), digest(seed)]);
    let first = challenged(&factors, &user, 1).await;
    let sign_in = a_sign_in(&user, first, use_of(1));
    factors.sign_in(&sign_in).await.unwrap();
    let second = challenged(&factors, &user, 2).await;
    for unknown in [use_of(1), use_of(3)] {
        assert!(matches!(
            factors.sign_in(&a_sign_in(&user, second, unknown)).await,
            Err(StoreError::Conflict(FactorConflict::CodeSpent))
        ));
    }
    let spent = "SELECT count(*) FROM recovery_codes WHERE used_at IS NOT NULL";
    assert_eq!(home.count(spent).await, 1, "{} keeps theirs", other.id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_tries_at_once_are_five() {
    let home = home().await;
    let (user, factors) = protected(&home).await;
    let token = challenged(&factors, &user, 1).await;
    let mut tries = JoinSet::new();
    for _ in 0..20 {
        let (factors, now) = (factors.clone(), user.created_at);
        tries.spawn(async move { factors.take_try(token, now).await.unwrap() });
    }
    let owners = tries.join_all().await.into_iter().flatten();
    assert_eq!(u32::try_from(owners.count()), Ok(TRIES_PER_SIGN_IN));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_code_shown_ten_times_at_once_signs_in_once() {
    let home = home().await;
    let (user, factors) = protected(&home).await;
    let mut tries = JoinSet::new();
    for number in 1..=10 {
        let token = challenged(&factors, &user, number).await;
        let (factors, sign_in) = (factors.clone(), a_sign_in(&user, token, step(101)));
        tries.spawn(async move { factors.sign_in(&sign_in).await.is_ok() });
    }
    let admitted = tries.join_all().await.into_iter().filter(|is_in| *is_in);
    assert_eq!(admitted.count(), 1);
}

#[tokio::test]
async fn no_try_is_taken_with_a_token_that_is_late_used_or_for_something_else() {
    let home = home().await;
    let (user, factors) = protected(&home).await;
    let now = user.created_at;
    let token = challenged(&factors, &user, 1).await;
    let half_done = HalfDone {
        user: user.id,
        first: AuthMethod::Federated,
    };
    assert_eq!(factors.take_try(token, now).await.unwrap(), Some(half_done));
    let late = now + TimeDelta::minutes(5);
    assert_eq!(factors.take_try(token, late).await.unwrap(), None);
    let sign_in = a_sign_in(&user, token, step(101));
    factors.sign_in(&sign_in).await.unwrap();
    assert_eq!(factors.take_try(token, now).await.unwrap(), None);
    let id = TokenId::new(Uuid::from_u128(2));
    let issue = TokenIssue {
        token: OneTimeToken::new(id, user.id, TokenPurpose::ResetPassword, now),
        journal: journal(&user),
    };
    let accounts = PgAccounts::new(home.pg.clone());
    assert!(accounts.issue_token(&issue).await.unwrap());
    assert_eq!(factors.take_try(id, now).await.unwrap(), None);
}

#[tokio::test]
async fn a_proof_by_code_moves_the_time_of_a_living_session_and_uses_the_code_up() {
    let home = home().await;
    let (user, factors) = protected(&home).await;
    let token = challenged(&factors, &user, 1).await;
    let sign_in = a_sign_in(&user, token, step(101));
    factors.sign_in(&sign_in).await.unwrap();
    let proof = |number| FactorProof {
        factor: step(number),
        proof: Reauthentication {
            session: sign_in.opening.session.id,
            user: user.id,
            methods: vec![AuthMethod::Otp],
            at: user.created_at + TimeDelta::hours(1),
            journal: journal(&user),
        },
    };
    let state = factors.reauthenticate(&proof(102)).await.unwrap();
    assert_eq!(state.unwrap().generation.get(), 1);
    assert!(matches!(
        factors.reauthenticate(&proof(102)).await,
        Err(StoreError::Conflict(FactorConflict::CodeSpent))
    ));
}

#[tokio::test]
async fn what_is_given_up_takes_its_codes_and_waiting_sign_ins_along() {
    let home = home().await;
    let (user, factors) = protected(&home).await;
    let token = challenged(&factors, &user, 1).await;
    let removal = FactorRemoval {
        user: user.id,
        at: user.created_at,
        journal: journal(&user),
    };
    assert!(factors.remove(&removal).await.unwrap());
    assert!(!factors.remove(&removal).await.unwrap());
    assert!(!factors.is_enabled(user.id).await.unwrap());
    assert_eq!(home.count("SELECT count(*) FROM recovery_codes").await, 0);
    let tried = factors.take_try(token, user.created_at).await.unwrap();
    assert_eq!(tried, None);
}
