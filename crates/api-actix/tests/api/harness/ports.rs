//! The mocked ports, and what each of them does when a test does not care.

use std::sync::Arc;

use chrono::TimeDelta;
use domain::account::avatar::{DrawnAvatar, UnfitPicture};
use domain::account::one_time_token::{OneTimeToken, TokenPurpose};
use domain::account::registration::RegistrationMode;
use domain::account::second_factor::{
    ActiveTotp, HalfDone, RecoveryCode, RecoveryDigest, SealedTotp, TotpSecret, TotpStep,
};
use domain::id::{SessionId, TokenId};
use domain::limit::quota::{LimitClass, Verdict};
use domain::outage::Dependency;
use domain::outage::StoreError;
use domain::port::access_edits::MockAccessEdits;
use domain::port::account_closures::MockAccountClosures;
use domain::port::accounts::MockAccounts;
use domain::port::announcements::MockAnnouncements;
use domain::port::api_keys::MockApiKeys;
use domain::port::audit_notes::MockAuditNotes;
use domain::port::audit_records::MockAuditRecords;
use domain::port::audit_trail::MockAuditTrail;
use domain::port::avatars::{AvatarChanged, MockAvatars};
use domain::port::clock::Clock;
use domain::port::content_packer::MockContentPacker;
use domain::port::email_changes::MockEmailChanges;
use domain::port::hot_sessions::MockHotSessions;
use domain::port::idempotent_replies::MockIdempotentReplies;
use domain::port::identities::MockIdentities;
use domain::port::identity_providers::MockIdentityProviders;
use domain::port::lockdowns::MockLockdowns;
use domain::port::objects::MockObjects;
use domain::port::one_time_passwords::{EnrolmentSheet, MockOneTimePasswords};
use domain::port::one_time_tokens::{MockOneTimeTokenCodec, MockOneTimeTokens};
use domain::port::password_hasher::MockPasswordHasher;
use domain::port::password_strength::MockPasswordStrength;
use domain::port::personal_data::MockPersonalData;
use domain::port::pictures::MockPictures;
use domain::port::probe::MockProbe;
use domain::port::profiles::MockProfiles;
use domain::port::provider_flows::MockProviderFlows;
use domain::port::rate_limiter::MockRateLimiter;
use domain::port::recovery_codes::MockRecoveryCodes;
use domain::port::refresh_tokens::MockRefreshTokens;
use domain::port::roles::MockRoles;
use domain::port::scripts::MockScripts;
use domain::port::sealer::MockSealer;
use domain::port::seals::MockSeals;
use domain::port::second_factors::MockSecondFactors;
use domain::port::sessions::{MockSessions, Rotation};
use domain::port::supervised_accounts::MockSupervisedAccounts;
use domain::script::entity::ScriptDetail;
use domain::secret::Secret;
use domain::session::rotation::{Decision, Generation, Lifetimes, RotationState};
use domain::session::token::{ForgedToken, PresentedRefresh};
use domain::session::{AuthMethod, Revoke, SessionSummary};
use test_support::FixedClock;
use uuid::Uuid;

use super::people::{session_id, user_id};
use super::{accounts, providers, seals, stock, world};

/// Ada's password, as the documentation has it.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// All ports that are mocked.
#[derive(Default)]
pub(crate) struct Ports {
    pub(crate) access_edits: MockAccessEdits,
    pub(crate) accounts: MockAccounts,
    pub(crate) announcements: MockAnnouncements,
    pub(crate) api_keys: MockApiKeys,
    pub(crate) audit: MockAuditTrail,
    pub(crate) audit_notes: MockAuditNotes,
    pub(crate) audit_records: MockAuditRecords,
    pub(crate) avatars: MockAvatars,
    pub(crate) closures: MockAccountClosures,
    pub(crate) codec: MockOneTimeTokenCodec,
    pub(crate) flows: MockProviderFlows,
    pub(crate) email_changes: MockEmailChanges,
    pub(crate) hot: MockHotSessions,
    pub(crate) identities: MockIdentities,
    pub(crate) limiter: MockRateLimiter,
    pub(crate) lockdowns: MockLockdowns,
    /// Not a port, but as much a part of the world: how people join.
    pub(crate) mode: RegistrationMode,
    pub(crate) objects: MockObjects,
    pub(crate) one_time_passwords: MockOneTimePasswords,
    pub(crate) one_time_tokens: MockOneTimeTokens,
    pub(crate) packer: MockContentPacker,
    pub(crate) passwords: MockPasswordHasher,
    pub(crate) personal_data: MockPersonalData,
    pub(crate) pictures: MockPictures,
    pub(crate) probe: MockProbe,
    pub(crate) profiles: MockProfiles,
    pub(crate) providers: MockIdentityProviders,
    pub(crate) recovery_codes: MockRecoveryCodes,
    pub(crate) refresh_tokens: MockRefreshTokens,
    pub(crate) replies: MockIdempotentReplies,
    pub(crate) roles: MockRoles,
    pub(crate) scripts: MockScripts,
    pub(crate) sealer: MockSealer,
    pub(crate) seals: MockSeals,
    pub(crate) second_factors: MockSecondFactors,
    pub(crate) sessions: MockSessions,
    pub(crate) supervised: MockSupervisedAccounts,
    pub(crate) strength: MockPasswordStrength,
}

impl Ports {
    /// Adds what happens where the test has said nothing: mocks ask the expectation that came first.
    pub(crate) fn with_defaults(mut self, stock: Vec<ScriptDetail>) -> Self {
        let stock = Arc::new(stock);
        accounts::defaults(&mut self);
        self.tokens();
        self.sessions();
        self.second_factor();
        providers::defaults(&mut self);
        stock::api_keys(&mut self.api_keys);
        self.people_and_limits();
        stock::supervised(&mut self.supervised);
        self.audit_notes.expect_note().return_const(());
        stock::audit_records(&mut self.audit_records);
        stock::roles(&mut self.roles);
        stock::access_edits(&mut self.access_edits);
        stock::scripts(&mut self.scripts, &stock);
        stock::versions(&mut self.scripts, &stock);
        self.content();
        self.pictures();
        stock::personal_data(&mut self.personal_data);
        self
    }

    /// `shr_…` and `sho_…` are the tokens that the documentation shows; here they are good ones.
    fn tokens(&mut self) {
        let write = |token: PresentedRefresh| {
            let (session, generation) = (token.session, token.generation.get());
            Secret::new(format!("shr_{session}.{generation}"))
        };
        self.refresh_tokens.expect_write().returning(write);
        self.refresh_tokens.expect_read().returning(|text| {
            let known = text == "shr_…";
            known
                .then(|| PresentedRefresh {
                    session: session_id("ada"),
                    generation: Generation::FIRST,
                })
                .ok_or(ForgedToken)
        });
        self.codec
            .expect_write()
            .returning(|_, _| Secret::new("sho_…".to_owned()));
        // There is one open token of every purpose.
        let id = token_id;
        self.codec.expect_read().returning(move |text, purpose| {
            (text == "sho_…").then(|| id(purpose)).ok_or(ForgedToken)
        });
        self.one_time_tokens.expect_find().returning(move |asked| {
            let now = FixedClock::default().now();
            let mut purposes = TokenPurpose::ALL.iter().copied();
            let purpose = purposes.find(|purpose| id(*purpose) == asked);
            Ok(purpose.map(|purpose| OneTimeToken::new(asked, user_id("ada"), purpose, now)))
        });
        self.seals.expect_seal().returning(seals::seal);
        self.seals.expect_open().returning(seals::open);
    }

    fn sessions(&mut self) {
        let mock = &mut self.sessions;
        mock.expect_open().returning(|_| Ok(Vec::new()));
        mock.expect_is_new_device().returning(|_, _| Ok(false));
        mock.expect_rotate().returning(|attempt| {
            let state = RotationState {
                generation: attempt.presented.next(),
                ..RotationState::begin(attempt.now, &attempt.lifetimes)
            };
            Ok(Some(Rotation {
                user: user_id("ada"),
                decision: Decision::Rotate(state),
                authenticated_at: attempt.now,
                methods: vec![AuthMethod::Password],
            }))
        });
        mock.expect_reauthenticate().returning(|proof| {
            let lifetimes = Lifetimes::default();
            Ok(Some(RotationState::begin(proof.at, &lifetimes)))
        });
        mock.expect_revoke().returning(|revocation| {
            Ok(match revocation.which {
                Revoke::One(session) => vec![session],
                Revoke::AllBut(_) | Revoke::All => Vec::new(),
            })
        });
        mock.expect_list().returning(|_, now| {
            let session = |id: SessionId| SessionSummary {
                device: None,
                id,
                ip: Some("203.0.113.9".parse().unwrap()),
                user_agent: Some("test".to_owned()),
                created_at: now,
                last_seen_at: now,
                expires_at: now + TimeDelta::days(30),
            };
            Ok(vec![
                session(session_id("ada")),
                session(session_id("phone")),
            ])
        });
        let hot = &mut self.hot;
        hot.expect_rotate().returning(|_, _, _, _| Ok(None));
        hot.expect_put().returning(|_, _, _| Ok(()));
        hot.expect_forget().returning(|_| Ok(()));
        self.announcements.expect_announce().return_const(());
        self.audit.expect_append().returning(|_| Ok(()));
        self.replies.expect_find().returning(|_| Ok(None));
    }

    /// `123456` is the code of now; signing in does not ask for it, so that examples end with a session.
    fn second_factor(&mut self) {
        let mock = &mut self.second_factors;
        mock.expect_is_enabled().returning(|_| Ok(false));
        mock.expect_find_active().returning(|_| {
            Ok(Some(ActiveTotp {
                sealed: SealedTotp::restore(vec![1]),
                last_step: TotpStep::restore(0),
            }))
        });
        mock.expect_find_pending()
            .returning(|_| Ok(Some(SealedTotp::restore(vec![1]))));
        mock.expect_begin().returning(|_| Ok(()));
        mock.expect_confirm().returning(|_| Ok(()));
        mock.expect_remove().returning(|_| Ok(true));
        mock.expect_challenge().returning(|_| Ok(()));
        mock.expect_take_try()
            .returning(|_, _| Ok(Some(half_done())));
        mock.expect_sign_in().returning(|_| Ok(Vec::new()));
        mock.expect_reauthenticate().returning(|proof| {
            let lifetimes = Lifetimes::default();
            Ok(Some(RotationState::begin(proof.proof.at, &lifetimes)))
        });
        self.sealer.expect_seal().returning(|_, _| Ok(vec![1]));
        self.sealer
            .expect_open()
            .returning(|_, sealed| Ok(Secret::new(sealed.to_vec())));
        let passwords = &mut self.one_time_passwords;
        passwords
            .expect_new_secret()
            .returning(|| Ok(TotpSecret::restore(vec![1; 20])));
        passwords.expect_sheet().returning(|_, account| {
            Ok(EnrolmentSheet {
                secret: Secret::new("AEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIB".to_owned()),
                uri: Secret::new(format!("otpauth://totp/ScriptHub:{account}")),
                qr_svg: Secret::new("<svg/>".to_owned()),
            })
        });
        passwords
            .expect_find_step()
            .returning(|_, code, now, _| (code == "123456").then(|| TotpStep::at(now)));
        let codes = &mut self.recovery_codes;
        codes
            .expect_new_code()
            .returning(|| Ok(RecoveryCode::read("abcd-efgh-ijkl-mnop").unwrap()));
        codes
            .expect_digests()
            .returning(|_, _| vec![RecoveryDigest::restore([1; 32])]);
    }

    fn people_and_limits(&mut self) {
        self.profiles.expect_find_public().returning(|name| {
            let profile = world::profile();
            Ok((profile.username.key() == name).then_some(profile))
        });
        self.profiles.expect_change().returning(|change| {
            let mut account = world::ada();
            account.user.revision = change.expected.next();
            if let Some(name) = &change.patch.display_name {
                account.user.display_name.clone_from(name);
            }
            Ok(account)
        });
        self.limiter.expect_admit().returning(|act| Verdict {
            allowed: true,
            remaining: act.quota.limit() - 1,
            reset_after: act.quota.window(),
        });
        self.probe
            .expect_dependency()
            .return_const(Dependency::Postgres);
        self.probe.expect_check().returning(|| Ok(()));
    }

    /// Whatever begins like a PNG is a picture here.
    fn pictures(&mut self) {
        self.pictures.expect_draw_avatar().returning(|upload| {
            let is_picture = upload.starts_with(b"\x89PNG");
            let drawn = is_picture.then(|| DrawnAvatar {
                large: b"large".to_vec(),
                small: b"small".to_vec(),
            });
            drawn.ok_or(StoreError::Conflict(UnfitPicture::Unreadable))
        });
        self.objects.expect_put().returning(|_, _| Ok(()));
        self.objects.expect_remove().returning(|_| Ok(()));
        self.objects.expect_find().returning(|key| {
            Ok((key.avatar == world::AVATAR).then(|| key.size.side().to_string().into_bytes()))
        });
        self.avatars.expect_change().returning(|change| {
            let mut account = world::ada();
            account.user.avatar = change.avatar;
            account.user.revision = account.user.revision.next();
            Ok(AvatarChanged {
                account,
                replaced: Some(world::AVATAR),
            })
        });
    }

    fn content(&mut self) {
        self.packer
            .expect_pack()
            .returning(|text| Ok(world::pack(text.as_str())));
        self.packer.expect_unpack().returning(|packed| {
            let text = packed.gzip.strip_prefix(b"gzip:").unwrap();
            Ok(text.to_vec())
        });
    }
}

/// Ada's sign-in, whose first half was done by password.
pub(crate) fn half_done() -> HalfDone {
    HalfDone {
        user: user_id("ada"),
        first: AuthMethod::Password,
    }
}

/// The id of the open token of a purpose.
pub(super) fn token_id(purpose: TokenPurpose) -> TokenId {
    let mut purposes = TokenPurpose::ALL.iter();
    let number = purposes.position(|known| *known == purpose).unwrap();
    TokenId::new(Uuid::from_u128(number.try_into().unwrap()))
}

/// Refuses acts of this class.
pub(crate) fn used_up(class: LimitClass) -> impl FnOnce(&mut Ports) {
    move |ports| {
        let verdict = Verdict {
            allowed: false,
            remaining: 0,
            reset_after: TimeDelta::milliseconds(60_500),
        };
        let limiter = &mut ports.limiter;
        limiter
            .expect_admit()
            .withf(move |act| act.class == class)
            .return_const(verdict);
    }
}
