use super::*;
use domain::access::standing::AccessEpoch;
use domain::account::one_time_token::OneTimeToken;
use domain::account::password::{PasswordChanged, PasswordHash};
use domain::account::user::UserWithRoles;
use domain::id::SessionId;
use domain::port::accounts::MockAccounts;
use domain::port::announcements::MockAnnouncements;
use domain::port::hot_sessions::MockHotSessions;
use domain::port::one_time_tokens::{MockOneTimeTokenCodec, MockOneTimeTokens};
use domain::port::password_hasher::MockPasswordHasher;
use domain::port::password_strength::MockPasswordStrength;
use test_support::{FixedClock, SequentialIds, a_session, a_user};

/// An open token of a person, and ports that know both.
fn ports(purpose: TokenPurpose) -> (ResetPasswordPorts, UserId) {
    let (id, now) = (
        SequentialIds::default().token(),
        FixedClock::default().now(),
    );
    let person = a_user();
    let user = person.id;
    let mut codec = MockOneTimeTokenCodec::new();
    codec.expect_read().returning(move |_, _| Ok(id));
    let mut tokens = MockOneTimeTokens::new();
    let record = OneTimeToken::new(id, user, purpose, now);
    tokens.expect_find().returning(move |_| Ok(Some(record)));
    let mut accounts = MockAccounts::new();
    accounts.expect_find().returning(move |_| {
        Ok(Some(UserWithRoles {
            user: person.clone(),
            roles: Vec::new(),
        }))
    });
    let ports = ResetPasswordPorts {
        codec,
        tokens,
        accounts,
        judgement: Ok(()),
        ended: Vec::new(),
    };
    (ports, user)
}

struct ResetPasswordPorts {
    codec: MockOneTimeTokenCodec,
    tokens: MockOneTimeTokens,
    accounts: MockAccounts,
    judgement: Result<(), WeakPassword>,
    /// What the nodes have to hear of.
    ended: Vec<SessionId>,
}

impl ResetPasswordPorts {
    async fn run(self) -> Result<(), ResetPasswordError> {
        let mut strength = MockPasswordStrength::new();
        strength.expect_judge().return_const(self.judgement);
        let mut passwords = MockPasswordHasher::new();
        passwords
            .expect_hash()
            .returning(|_| Ok(PasswordHash::restore("new".to_owned())));
        let mut hot = MockHotSessions::new();
        hot.expect_forget().returning(|_| Ok(()));
        let mut announcements = MockAnnouncements::new();
        for session in self.ended {
            announcements
                .expect_announce()
                .once()
                .withf(move |changes| changes == [AccessChange::SessionEnded(session)])
                .return_const(());
        }
        announcements
            .expect_announce()
            .withf(|changes| matches!(changes, [AccessChange::User { .. }]))
            .return_const(());
        let use_case = ResetPassword {
            codec: Arc::new(self.codec),
            tokens: Arc::new(self.tokens),
            accounts: Arc::new(self.accounts),
            strength: Arc::new(strength),
            passwords: Arc::new(passwords),
            hot: Arc::new(hot),
            announcements: Arc::new(announcements),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(FixedClock::default()),
        };
        let password = NewPassword::parse("correct horse battery").unwrap();
        use_case.run("token", &password, &Origin::default()).await
    }
}

#[tokio::test]
async fn a_good_token_sets_the_password_tells_the_person_and_every_node() {
    let (mut ports, user) = ports(TokenPurpose::ResetPassword);
    let session = a_session(user).id;
    ports.ended = vec![session];
    ports
        .accounts
        .expect_change_password()
        .once()
        .withf(move |change| {
            change.user == user
                && change.hash.expose() == "new"
                && matches!(change.grounds, ChangeGrounds::Token(_))
                && change.journal.jobs().len() == 1
        })
        .returning(move |_| {
            Ok(PasswordChanged {
                ended: vec![session],
                epoch: AccessEpoch(7),
            })
        });
    ports.run().await.unwrap();
}

#[tokio::test]
async fn a_token_for_something_else_sets_nothing() {
    let (ports, _) = ports(TokenPurpose::VerifyEmail);
    assert!(matches!(
        ports.run().await,
        Err(ResetPasswordError::TokenInvalid)
    ));
}

#[tokio::test]
async fn a_weak_password_leaves_the_token_for_another_try() {
    let (mut ports, _) = ports(TokenPurpose::ResetPassword);
    let advice = "add another word".to_owned();
    ports.judgement = Err(WeakPassword { advice });
    assert!(matches!(
        ports.run().await,
        Err(ResetPasswordError::WeakPassword(_))
    ));
}

#[tokio::test]
async fn a_token_that_was_used_meanwhile_is_not_valid() {
    let (mut ports, _) = ports(TokenPurpose::ResetPassword);
    ports
        .accounts
        .expect_change_password()
        .returning(|_| Err(StoreError::Conflict(TokenConflict::Invalid)));
    assert!(matches!(
        ports.run().await,
        Err(ResetPasswordError::TokenInvalid)
    ));
}
