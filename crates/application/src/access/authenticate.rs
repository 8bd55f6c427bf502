//! From an access token to an actor.

use std::sync::Arc;

use domain::access::actor::{Actor, Barred};
use domain::audit::Origin;
use domain::outage::Outage;
use domain::port::access_tokens::AccessTokens;
use domain::port::clock::Clock;
use domain::port::session_uses::SessionUses;
use domain::port::standings::Standings;

/// Verifies an access token and asks what its session may do **now**.
pub struct Authenticate {
    /// Verifies the token.
    pub tokens: Arc<dyn AccessTokens>,
    /// Knows whether the session lives and what its person may do.
    pub standings: Arc<dyn Standings>,
    /// Takes note that the token pair has arrived.
    pub uses: Arc<dyn SessionUses>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why a token makes no actor.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticateError {
    /// The token is none of ours, or no longer good.
    #[error("the access token is not valid")]
    Invalid,
    /// The token is ours, but its session has ended.
    #[error("the session has ended")]
    SessionEnded,
    /// The account may not act.
    #[error("the account may not act: {0:?}")]
    Barred(Barred),
    /// We could not find out.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl Authenticate {
    /// The actor behind a token.
    ///
    /// # Errors
    /// See [`AuthenticateError`].
    pub async fn run(&self, token: &str, origin: Origin) -> Result<Actor, AuthenticateError> {
        let Ok(access) = self.tokens.verify(token, self.clock.now()) else {
            return Err(AuthenticateError::Invalid);
        };
        let Some(standing) = self.standings.find(access.session, access.user).await? else {
            return Err(AuthenticateError::SessionEnded);
        };
        self.uses.note(access.session, access.generation);
        Actor::admit(&standing, access.authenticated_at, origin).map_err(AuthenticateError::Barred)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::account::user::AccountStatus;
    use domain::outage::Dependency;
    use domain::port::access_tokens::MockAccessTokens;
    use domain::port::session_uses::MockSessionUses;
    use domain::port::standings::MockStandings;
    use domain::session::rotation::Generation;
    use domain::session::token::{InvalidAccessToken, VerifiedAccess};
    use test_support::{FixedClock, actor};

    struct Ports {
        tokens: MockAccessTokens,
        standings: MockStandings,
        uses: MockSessionUses,
    }

    /// Ports that accept any token as one of the standing's session.
    fn ports() -> Ports {
        let mut tokens = MockAccessTokens::new();
        let standing = actor().standing();
        tokens.expect_verify().returning(move |_, now| {
            Ok(VerifiedAccess {
                user: standing.user,
                session: standing.session,
                generation: Generation::FIRST,
                authenticated_at: now,
            })
        });
        Ports {
            tokens,
            standings: MockStandings::new(),
            uses: MockSessionUses::new(),
        }
    }

    async fn run(ports: Ports) -> Result<Actor, AuthenticateError> {
        let use_case = Authenticate {
            tokens: Arc::new(ports.tokens),
            standings: Arc::new(ports.standings),
            uses: Arc::new(ports.uses),
            clock: Arc::new(FixedClock::default()),
        };
        use_case.run("token", Origin::default()).await
    }

    #[tokio::test]
    async fn a_living_session_makes_an_actor_and_its_use_is_noted() {
        let mut ports = ports();
        let standing = actor().standing();
        ports
            .standings
            .expect_find()
            .returning(move |_, _| Ok(Some(standing)));
        ports.uses.expect_note().once().return_const(());
        assert_eq!(run(ports).await.unwrap().user(), standing.user);
    }

    #[tokio::test]
    async fn a_token_that_is_not_ours_asks_nobody() {
        let mut ports = ports();
        ports.tokens = MockAccessTokens::new();
        ports
            .tokens
            .expect_verify()
            .returning(|_, _| Err(InvalidAccessToken));
        assert!(matches!(run(ports).await, Err(AuthenticateError::Invalid)));
    }

    #[tokio::test]
    async fn a_genuine_token_of_an_ended_session_is_told_apart() {
        let mut ports = ports();
        ports.standings.expect_find().returning(|_, _| Ok(None));
        assert!(matches!(
            run(ports).await,
            Err(AuthenticateError::SessionEnded)
        ));
    }

    #[tokio::test]
    async fn a_suspended_account_does_not_act() {
        let mut ports = ports();
        let mut standing = actor().standing();
        standing.rights.status = AccountStatus::Suspended;
        ports
            .standings
            .expect_find()
            .returning(move |_, _| Ok(Some(standing)));
        ports.uses.expect_note().return_const(());
        assert!(matches!(
            run(ports).await,
            Err(AuthenticateError::Barred(Barred::Suspended))
        ));
    }

    #[tokio::test]
    async fn our_own_outage_is_an_outage_and_not_a_refusal() {
        let mut ports = ports();
        ports
            .standings
            .expect_find()
            .returning(|_, _| Err(Outage::Overloaded(Dependency::Postgres)));
        assert!(matches!(
            run(ports).await,
            Err(AuthenticateError::Outage(_))
        ));
    }
}
