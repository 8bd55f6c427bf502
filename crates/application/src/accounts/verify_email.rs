//! Confirming an address.

use std::sync::Arc;

use domain::access::standing::AccessChange;
use domain::account::one_time_token::{TokenConflict, TokenPurpose};
use domain::account::user::UserWithRoles;
use domain::account::verification::EmailVerification;
use domain::audit::{AuditAction, AuditEntry, Origin, Party, Subject};
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::accounts::Accounts;
use domain::port::announcements::Announcements;
use domain::port::clock::Clock;
use domain::port::ids::Ids;
use domain::port::one_time_tokens::{OneTimeTokenCodec, OneTimeTokens};

/// Uses a mailed token up and marks the address of its account as confirmed.
pub struct VerifyEmail {
    /// Reads tokens.
    pub codec: Arc<dyn OneTimeTokenCodec>,
    /// Knows which tokens are open.
    pub tokens: Arc<dyn OneTimeTokens>,
    /// Marks addresses.
    pub accounts: Arc<dyn Accounts>,
    /// Tells the nodes that the person may do more now.
    pub announcements: Arc<dyn Announcements>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why nothing was confirmed.
#[derive(Debug, thiserror::Error)]
pub enum VerifyEmailError {
    /// The token is none of ours, used, superseded or expired: deliberately one answer.
    #[error("the token is not valid")]
    TokenInvalid,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl VerifyEmail {
    /// Confirms; answers the account.
    ///
    /// # Errors
    /// See [`VerifyEmailError`].
    pub async fn run(
        &self,
        token: &str,
        origin: &Origin,
    ) -> Result<UserWithRoles, VerifyEmailError> {
        let Ok(id) = self.codec.read(token, TokenPurpose::VerifyEmail) else {
            return Err(VerifyEmailError::TokenInvalid);
        };
        let now = self.clock.now();
        let record = self.tokens.find(id).await?;
        let record = record.filter(|record| record.serves(TokenPurpose::VerifyEmail, now));
        let Some(record) = record else {
            return Err(VerifyEmailError::TokenInvalid);
        };
        let user = record.user;
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            Party::User(user),
            AuditAction::VerifyEmail,
            Subject::User(user),
            origin,
        );
        let verification = EmailVerification {
            token: id,
            user,
            at: now,
            journal: Journal::new(entry),
        };
        let epoch =
            self.accounts
                .verify_email(&verification)
                .await
                .map_err(|error| match error {
                    StoreError::Conflict(TokenConflict::Invalid) => VerifyEmailError::TokenInvalid,
                    StoreError::Outage(outage) => VerifyEmailError::Outage(outage),
                })?;
        self.announcements
            .announce(&[AccessChange::User { user, epoch }])
            .await;
        self.accounts
            .find(user)
            .await?
            .ok_or(VerifyEmailError::TokenInvalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use domain::access::standing::AccessEpoch;
    use domain::account::one_time_token::OneTimeToken;
    use domain::id::UserId;
    use domain::port::accounts::MockAccounts;
    use domain::port::announcements::MockAnnouncements;
    use domain::port::one_time_tokens::{MockOneTimeTokenCodec, MockOneTimeTokens};
    use domain::session::token::ForgedToken;
    use test_support::{FixedClock, SequentialIds, a_user};

    struct Ports {
        codec: MockOneTimeTokenCodec,
        tokens: MockOneTimeTokens,
        accounts: MockAccounts,
        announcements: MockAnnouncements,
    }

    fn ports(life_left: TimeDelta) -> (Ports, UserId) {
        let ids = SequentialIds::default();
        let (id, user, now) = (ids.token(), a_user().id, FixedClock::default().now());
        let mut ports = Ports {
            codec: MockOneTimeTokenCodec::new(),
            tokens: MockOneTimeTokens::new(),
            accounts: MockAccounts::new(),
            announcements: MockAnnouncements::new(),
        };
        ports.codec.expect_read().returning(move |_, _| Ok(id));
        let record = OneTimeToken {
            id,
            user,
            purpose: TokenPurpose::VerifyEmail,
            created_at: now,
            expires_at: now + life_left,
        };
        ports
            .tokens
            .expect_find()
            .returning(move |_| Ok(Some(record)));
        (ports, user)
    }

    async fn run(ports: Ports) -> Result<UserWithRoles, VerifyEmailError> {
        let use_case = VerifyEmail {
            codec: Arc::new(ports.codec),
            tokens: Arc::new(ports.tokens),
            accounts: Arc::new(ports.accounts),
            announcements: Arc::new(ports.announcements),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(FixedClock::default()),
        };
        use_case.run("token", &Origin::default()).await
    }

    #[tokio::test]
    async fn a_good_token_confirms_the_address_of_its_account_and_tells_every_node() {
        let (mut ports, user) = ports(TimeDelta::seconds(1));
        ports
            .accounts
            .expect_verify_email()
            .once()
            .withf(move |made| made.user == user)
            .returning(|_| Ok(AccessEpoch(7)));
        ports.accounts.expect_find().returning(|_| {
            Ok(Some(UserWithRoles {
                user: a_user(),
                roles: Vec::new(),
            }))
        });
        let change = AccessChange::User {
            user,
            epoch: AccessEpoch(7),
        };
        ports
            .announcements
            .expect_announce()
            .once()
            .withf(move |changes| changes == [change])
            .return_const(());
        assert!(run(ports).await.is_ok());
    }

    #[tokio::test]
    async fn a_token_at_the_end_of_its_life_confirms_nothing() {
        let (ports, _) = ports(TimeDelta::zero());
        assert!(matches!(
            run(ports).await,
            Err(VerifyEmailError::TokenInvalid)
        ));
    }

    #[tokio::test]
    async fn forged_unknown_and_used_tokens_are_one_answer() {
        let (mut forged, _) = ports(TimeDelta::hours(1));
        forged.codec = MockOneTimeTokenCodec::new();
        forged
            .codec
            .expect_read()
            .returning(|_, _| Err(ForgedToken));
        let (mut unknown, _) = ports(TimeDelta::hours(1));
        unknown.tokens = MockOneTimeTokens::new();
        unknown.tokens.expect_find().returning(|_| Ok(None));
        let (mut used, _) = ports(TimeDelta::hours(1));
        used.accounts
            .expect_verify_email()
            .returning(|_| Err(StoreError::Conflict(TokenConflict::Invalid)));
        for ports in [forged, unknown, used] {
            assert!(matches!(
                run(ports).await,
                Err(VerifyEmailError::TokenInvalid)
            ));
        }
    }
}
