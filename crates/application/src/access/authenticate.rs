//! From an access token, or an API key, to an actor.

use std::sync::Arc;

use domain::access::actor::{Actor, Barred};
use domain::audit::Origin;
use domain::outage::Outage;
use domain::port::access_tokens::AccessTokens;
use domain::port::api_key_texts::{ApiKeyTexts, KEY_PREFIX};
use domain::port::clock::Clock;
use domain::port::key_standings::KeyStandings;
use domain::port::session_uses::SessionUses;
use domain::port::standings::Standings;

/// Verifies an access token or an API key and asks what its session, or the key, may do **now**.
pub struct Authenticate {
    /// Verifies the token.
    pub tokens: Arc<dyn AccessTokens>,
    /// Knows whether the session lives and what its person may do.
    pub standings: Arc<dyn Standings>,
    /// Takes note that the token pair has arrived.
    pub uses: Arc<dyn SessionUses>,
    /// Reads API keys.
    pub key_texts: Arc<dyn ApiKeyTexts>,
    /// Knows whether a key lives, how far it reaches and what its person may do.
    pub key_standings: Arc<dyn KeyStandings>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why a token makes no actor.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticateError {
    /// The token is none of ours, or no longer good.
    #[error("the access token is not valid")]
    Invalid,
    /// The API key is none of ours, was ended or has expired.
    #[error("the API key is not valid")]
    KeyInvalid,
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
        if token.starts_with(KEY_PREFIX) {
            return self.by_key(token, origin).await;
        }
        let Ok(access) = self.tokens.verify(token, self.clock.now()) else {
            return Err(AuthenticateError::Invalid);
        };
        let Some(standing) = self.standings.find(access.session, access.user).await? else {
            return Err(AuthenticateError::SessionEnded);
        };
        self.uses.note(access.session, access.generation);
        Actor::admit(&standing, access.authenticated_at, origin).map_err(AuthenticateError::Barred)
    }

    async fn by_key(&self, text: &str, origin: Origin) -> Result<Actor, AuthenticateError> {
        let Ok(digests) = self.key_texts.read(text) else {
            return Err(AuthenticateError::KeyInvalid);
        };
        let standing = self.key_standings.find(&digests).await?;
        // A copy may be a minute old, and the key have expired since.
        let living = standing.filter(|standing| self.clock.now() < standing.expires_at);
        let standing = living.ok_or(AuthenticateError::KeyInvalid)?;
        Actor::admit_key(&standing, origin).map_err(AuthenticateError::Barred)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use domain::access::key::{KeyScope, KeyStanding};
    use domain::account::api_key::KeyDigest;
    use domain::account::user::AccountStatus;
    use domain::outage::Dependency;
    use domain::port::access_tokens::MockAccessTokens;
    use domain::port::api_key_texts::MockApiKeyTexts;
    use domain::port::key_standings::MockKeyStandings;
    use domain::port::session_uses::MockSessionUses;
    use domain::port::standings::MockStandings;
    use domain::session::rotation::Generation;
    use domain::session::token::{ForgedToken, InvalidAccessToken, VerifiedAccess};
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
            key_texts: Arc::new(MockApiKeyTexts::new()),
            key_standings: Arc::new(MockKeyStandings::new()),
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

    /// Comes with a key that every server would read, whose standing this is.
    async fn run_key(
        standing: Result<Option<KeyStanding>, Outage>,
        after: TimeDelta,
    ) -> Result<Actor, AuthenticateError> {
        let mut texts = MockApiKeyTexts::new();
        texts
            .expect_read()
            .returning(|_| Ok(vec![KeyDigest::restore([7; 32])]));
        let mut standings = MockKeyStandings::new();
        standings.expect_find().return_once(move |_| standing);
        let clock = FixedClock::default();
        clock.advance(after);
        let use_case = Authenticate {
            tokens: Arc::new(MockAccessTokens::new()),
            standings: Arc::new(MockStandings::new()),
            uses: Arc::new(MockSessionUses::new()),
            key_texts: Arc::new(texts),
            key_standings: Arc::new(standings),
            clock: Arc::new(clock),
        };
        use_case.run("shk_key", Origin::default()).await
    }

    fn key() -> KeyStanding {
        actor().key_standing(&[KeyScope::Read], None)
    }

    #[tokio::test]
    async fn a_living_key_makes_an_actor_who_is_in_no_session() {
        let standing = key();
        let user = standing.user;
        let actor = run_key(Ok(Some(standing)), TimeDelta::zero())
            .await
            .unwrap();
        assert_eq!(actor.user(), user);
        assert!(actor.by_session().is_err());
    }

    #[tokio::test]
    async fn a_key_that_has_expired_since_its_standing_was_copied_is_none() {
        let hour = TimeDelta::hours(1);
        assert!(
            run_key(Ok(Some(key())), hour - TimeDelta::seconds(1))
                .await
                .is_ok()
        );
        let outcome = run_key(Ok(Some(key())), hour).await;
        assert!(matches!(outcome, Err(AuthenticateError::KeyInvalid)));
    }

    #[tokio::test]
    async fn a_key_that_was_ended_is_none() {
        let outcome = run_key(Ok(None), TimeDelta::zero()).await;
        assert!(matches!(outcome, Err(AuthenticateError::KeyInvalid)));
    }

    #[tokio::test]
    async fn the_key_of_a_suspended_account_does_not_act() {
        let mut standing = key();
        standing.rights.status = AccountStatus::Suspended;
        let outcome = run_key(Ok(Some(standing)), TimeDelta::zero()).await;
        assert!(matches!(
            outcome,
            Err(AuthenticateError::Barred(Barred::Suspended))
        ));
    }

    #[tokio::test]
    async fn that_we_cannot_look_a_key_up_is_our_outage() {
        let away = Outage::Overloaded(Dependency::Postgres);
        let outcome = run_key(Err(away), TimeDelta::zero()).await;
        assert!(matches!(outcome, Err(AuthenticateError::Outage(_))));
    }

    #[tokio::test]
    async fn a_mistyped_key_asks_nobody() {
        let mut texts = MockApiKeyTexts::new();
        texts.expect_read().returning(|_| Err(ForgedToken));
        let use_case = Authenticate {
            tokens: Arc::new(MockAccessTokens::new()),
            standings: Arc::new(MockStandings::new()),
            uses: Arc::new(MockSessionUses::new()),
            key_texts: Arc::new(texts),
            key_standings: Arc::new(MockKeyStandings::new()),
            clock: Arc::new(FixedClock::default()),
        };
        let outcome = use_case.run("shk_kye", Origin::default()).await;
        assert!(matches!(outcome, Err(AuthenticateError::KeyInvalid)));
    }
}
