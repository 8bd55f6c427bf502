//! Proving once more who one is, for acts that ask for it.

use std::sync::Arc;

use domain::access::actor::SessionActor;
use domain::account::password::ClaimedPassword;
use domain::account::second_factor::{ClaimedCode, FactorConflict, FactorProof};
use domain::audit::{AuditAction, AuditEntry, Outcome, Subject};
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::accounts::Accounts;
use domain::port::audit_trail::AuditTrail;
use domain::port::clock::Clock;
use domain::port::ids::Ids;
use domain::port::password_hasher::PasswordHasher;
use domain::port::sessions::Sessions;
use domain::session::rotation::RotationState;
use domain::session::token::TokenPair;
use domain::session::{AuthMethod, Reauthentication};

use crate::second_factor::FactorCheck;
use crate::sessions::issue::{Grounds, TokenIssuer};

/// Answers tokens of the same session with a fresh time of proof.
pub struct Reauthenticate {
    /// Knows the password.
    pub accounts: Arc<dyn Accounts>,
    /// Compares it.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Checks codes of the second factor.
    pub factors: FactorCheck,
    /// Writes the proof down.
    pub sessions: Arc<dyn Sessions>,
    /// Records failures.
    pub audit: Arc<dyn AuditTrail>,
    /// Makes tokens.
    pub issuer: TokenIssuer,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why nothing was proven.
#[derive(Debug, thiserror::Error)]
pub enum ReauthenticateError {
    /// The password is another one, or there is none.
    #[error("the password is another one")]
    WrongPassword,
    /// The code is another one or was used before, or there is no second factor.
    #[error("the code is another one")]
    WrongCode,
    /// The session ended meanwhile.
    #[error("the session has ended")]
    SessionEnded,
    /// We could not find out.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl Reauthenticate {
    /// Compares the password and answers the tokens.
    ///
    /// # Errors
    /// See [`ReauthenticateError`].
    pub async fn run(
        &self,
        by: &SessionActor,
        password: &ClaimedPassword,
    ) -> Result<TokenPair, ReauthenticateError> {
        let stored = self.accounts.find_password(by.user()).await?;
        let check = self.passwords.check(password, stored.as_ref()).await?;
        if !check.matches() {
            self.record_failure(by).await?;
            return Err(ReauthenticateError::WrongPassword);
        }
        let proof = self.proof(by, AuthMethod::Password);
        let state = self.sessions.reauthenticate(&proof).await?;
        self.pair(&proof, state)
    }

    /// Checks a code of the second factor, uses it up and answers the tokens.
    ///
    /// # Errors
    /// See [`ReauthenticateError`].
    pub async fn run_by_code(
        &self,
        by: &SessionActor,
        code: &ClaimedCode,
    ) -> Result<TokenPair, ReauthenticateError> {
        let read = self.factors.read(by.user(), code, self.clock.now());
        let Some(factor) = read.await? else {
            self.record_failure(by).await?;
            return Err(ReauthenticateError::WrongCode);
        };
        let proof = FactorProof {
            factor,
            proof: self.proof(by, AuthMethod::Otp),
        };
        let state = match self.factors.second_factors.reauthenticate(&proof).await {
            Ok(state) => state,
            Err(StoreError::Conflict(FactorConflict::CodeSpent | FactorConflict::TokenInvalid)) => {
                self.record_failure(by).await?;
                return Err(ReauthenticateError::WrongCode);
            }
            Err(StoreError::Outage(outage)) => return Err(outage.into()),
        };
        self.pair(&proof.proof, state)
    }

    fn proof(&self, by: &SessionActor, method: AuthMethod) -> Reauthentication {
        Reauthentication {
            session: by.session(),
            user: by.user(),
            methods: vec![method],
            at: self.clock.now(),
            journal: Journal::new(self.entry(by)),
        }
    }

    fn entry(&self, by: &SessionActor) -> AuditEntry {
        AuditEntry::success(
            self.ids.audit(),
            self.clock.now(),
            by.party(),
            AuditAction::Reauthenticate,
            Subject::Session(by.session()),
            by.origin(),
        )
    }

    async fn record_failure(&self, by: &SessionActor) -> Result<(), Outage> {
        let failure = self.entry(by).with_outcome(Outcome::Failure);
        self.audit.append(&Journal::new(failure)).await
    }

    fn pair(
        &self,
        proof: &Reauthentication,
        state: Option<RotationState>,
    ) -> Result<TokenPair, ReauthenticateError> {
        let state = state.ok_or(ReauthenticateError::SessionEnded)?;
        let grounds = Grounds {
            user: proof.user,
            session: proof.session,
            state: &state,
            authenticated_at: proof.at,
            methods: &proof.methods,
        };
        Ok(self.issuer.pair(grounds, proof.at)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::second_factor::fixtures::{a_check, active, code};
    use domain::account::password::{PasswordCheck, PasswordHash};
    use domain::port::access_tokens::MockAccessTokens;
    use domain::port::accounts::MockAccounts;
    use domain::port::audit_trail::MockAuditTrail;
    use domain::port::password_hasher::MockPasswordHasher;
    use domain::port::refresh_tokens::MockRefreshTokens;
    use domain::port::second_factors::MockSecondFactors;
    use domain::port::sessions::MockSessions;
    use domain::secret::Secret;
    use domain::session::rotation::{Generation, Lifetimes};
    use test_support::{FixedClock, SequentialIds, actor};

    fn use_case(
        check: PasswordCheck,
        sessions: MockSessions,
        second_factors: MockSecondFactors,
        audit: MockAuditTrail,
    ) -> Reauthenticate {
        let mut accounts = MockAccounts::new();
        accounts
            .expect_find_password()
            .returning(|_| Ok(Some(PasswordHash::restore("hash".to_owned()))));
        let mut passwords = MockPasswordHasher::new();
        passwords.expect_check().returning(move |_, _| Ok(check));
        let mut access = MockAccessTokens::new();
        access
            .expect_sign()
            .withf(|claims| claims.authenticated_at == FixedClock::default().now())
            .returning(|_| Ok(Secret::new("access".to_owned())));
        let mut refresh = MockRefreshTokens::new();
        refresh
            .expect_write()
            .withf(|token| token.generation == Generation::FIRST)
            .returning(|_| Secret::new("refresh".to_owned()));
        Reauthenticate {
            accounts: Arc::new(accounts),
            passwords: Arc::new(passwords),
            factors: a_check(Arc::new(second_factors)),
            sessions: Arc::new(sessions),
            audit: Arc::new(audit),
            issuer: TokenIssuer {
                access: Arc::new(access),
                refresh: Arc::new(refresh),
                lifetimes: Lifetimes::default(),
            },
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(FixedClock::default()),
        }
    }

    async fn run(
        check: PasswordCheck,
        sessions: MockSessions,
        audit: MockAuditTrail,
    ) -> Result<TokenPair, ReauthenticateError> {
        let use_case = use_case(check, sessions, MockSecondFactors::new(), audit);
        let password = ClaimedPassword::new("correct horse".to_owned());
        use_case.run(&actor().in_session(), &password).await
    }

    #[tokio::test]
    async fn the_right_password_gives_the_same_session_a_fresh_time_of_proof() {
        let mut sessions = MockSessions::new();
        let state = RotationState::begin(FixedClock::default().now(), &Lifetimes::default());
        sessions
            .expect_reauthenticate()
            .once()
            .returning(move |_| Ok(Some(state)));
        let tokens = run(PasswordCheck::Matches, sessions, MockAuditTrail::new()).await;
        assert_eq!(tokens.unwrap().refresh.expose(), "refresh");
    }

    #[tokio::test]
    async fn a_wrong_password_proves_nothing_and_is_recorded() {
        let mut audit = MockAuditTrail::new();
        audit.expect_append().once().returning(|_| Ok(()));
        let proven = run(PasswordCheck::Differs, MockSessions::new(), audit).await;
        assert!(matches!(proven, Err(ReauthenticateError::WrongPassword)));
    }

    #[tokio::test]
    async fn a_session_that_ended_meanwhile_gets_no_tokens() {
        let mut sessions = MockSessions::new();
        sessions.expect_reauthenticate().returning(|_| Ok(None));
        let proven = run(PasswordCheck::Matches, sessions, MockAuditTrail::new()).await;
        assert!(matches!(proven, Err(ReauthenticateError::SessionEnded)));
    }

    async fn run_by_code(
        mut second_factors: MockSecondFactors,
        audit: MockAuditTrail,
        typed: &str,
    ) -> Result<TokenPair, ReauthenticateError> {
        second_factors
            .expect_find_active()
            .returning(|_| Ok(Some(active(99))));
        let sessions = MockSessions::new();
        let use_case = use_case(PasswordCheck::Differs, sessions, second_factors, audit);
        let by = actor().in_session();
        use_case.run_by_code(&by, &code(typed)).await
    }

    #[tokio::test]
    async fn a_code_of_the_second_factor_proves_as_much() {
        let mut second_factors = MockSecondFactors::new();
        let state = RotationState::begin(FixedClock::default().now(), &Lifetimes::default());
        second_factors
            .expect_reauthenticate()
            .once()
            .withf(|proof| proof.proof.methods == [AuthMethod::Otp])
            .returning(move |_| Ok(Some(state)));
        let tokens = run_by_code(second_factors, MockAuditTrail::new(), "123456").await;
        assert_eq!(tokens.unwrap().refresh.expose(), "refresh");
    }

    #[tokio::test]
    async fn a_wrong_code_and_one_that_was_used_prove_nothing_and_are_recorded() {
        for typed in ["654321", "123456"] {
            let mut second_factors = MockSecondFactors::new();
            second_factors
                .expect_reauthenticate()
                .returning(|_| Err(StoreError::Conflict(FactorConflict::CodeSpent)));
            let mut audit = MockAuditTrail::new();
            audit.expect_append().once().returning(|_| Ok(()));
            let proven = run_by_code(second_factors, audit, typed).await;
            assert!(matches!(proven, Err(ReauthenticateError::WrongCode)));
        }
    }
}
