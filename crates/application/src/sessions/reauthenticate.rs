//! Proving once more who one is, for acts that ask for it.

use std::sync::Arc;

use domain::access::actor::Actor;
use domain::account::password::ClaimedPassword;
use domain::audit::{AuditAction, AuditEntry, Outcome, Subject};
use domain::journal::Journal;
use domain::outage::Outage;
use domain::port::accounts::Accounts;
use domain::port::audit_trail::AuditTrail;
use domain::port::clock::Clock;
use domain::port::ids::Ids;
use domain::port::password_hasher::PasswordHasher;
use domain::port::sessions::Sessions;
use domain::session::token::TokenPair;
use domain::session::{AuthMethod, Reauthentication};

use crate::sessions::issue::{Grounds, TokenIssuer};

/// Answers tokens of the same session with a fresh time of proof.
pub struct Reauthenticate {
    /// Knows the password.
    pub accounts: Arc<dyn Accounts>,
    /// Compares it.
    pub passwords: Arc<dyn PasswordHasher>,
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
        by: &Actor,
        password: &ClaimedPassword,
    ) -> Result<TokenPair, ReauthenticateError> {
        let stored = self.accounts.find_password(by.user()).await?;
        let check = self.passwords.check(password, stored.as_ref()).await?;
        let now = self.clock.now();
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            by.party(),
            AuditAction::Reauthenticate,
            Subject::Session(by.session()),
            by.origin(),
        );
        if !check.matches() {
            let failure = entry.with_outcome(Outcome::Failure);
            self.audit.append(&Journal::new(failure)).await?;
            return Err(ReauthenticateError::WrongPassword);
        }
        let proof = Reauthentication {
            session: by.session(),
            user: by.user(),
            methods: vec![AuthMethod::Password],
            at: now,
            journal: Journal::new(entry),
        };
        let state = self.sessions.reauthenticate(&proof).await?;
        let state = state.ok_or(ReauthenticateError::SessionEnded)?;
        let grounds = Grounds {
            user: proof.user,
            session: proof.session,
            state: &state,
            authenticated_at: now,
            methods: &proof.methods,
        };
        Ok(self.issuer.pair(grounds, now)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::account::password::{PasswordCheck, PasswordHash};
    use domain::port::access_tokens::MockAccessTokens;
    use domain::port::accounts::MockAccounts;
    use domain::port::audit_trail::MockAuditTrail;
    use domain::port::password_hasher::MockPasswordHasher;
    use domain::port::refresh_tokens::MockRefreshTokens;
    use domain::port::sessions::MockSessions;
    use domain::secret::Secret;
    use domain::session::rotation::{Generation, Lifetimes, RotationState};
    use test_support::{FixedClock, SequentialIds, actor};

    async fn run(
        check: PasswordCheck,
        sessions: MockSessions,
        audit: MockAuditTrail,
    ) -> Result<TokenPair, ReauthenticateError> {
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
        let use_case = Reauthenticate {
            accounts: Arc::new(accounts),
            passwords: Arc::new(passwords),
            sessions: Arc::new(sessions),
            audit: Arc::new(audit),
            issuer: TokenIssuer {
                access: Arc::new(access),
                refresh: Arc::new(refresh),
                lifetimes: Lifetimes::default(),
            },
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(FixedClock::default()),
        };
        let password = ClaimedPassword::new("correct horse".to_owned());
        use_case.run(&actor().build(), &password).await
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
}
