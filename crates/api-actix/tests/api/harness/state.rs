//! The state of the server over the mocked ports: what `wiring` does over adapters.

use std::sync::Arc;

use api_actix::client_ip::ClientAddresses;
use api_actix::health::Health;
use api_actix::limits::{Limits, Quotas};
use api_actix::state::{Api, Scripts as ScriptUseCases};
use application::access::authenticate::Authenticate;
use application::access::edit::EditAccess;
use application::access::read::ReadAccess;
use application::accounts::avatar::AvatarPages;
use application::accounts::change_email::ChangeEmail;
use application::accounts::change_password::ChangePassword;
use application::accounts::confirm_email_change::ConfirmEmailChange;
use application::accounts::delete::DeleteAccount;
use application::accounts::export::ExportAccount;
use application::accounts::forgot_password::ForgotPassword;
use application::accounts::guess_budget::GuessBudget;
use application::accounts::lock_down::LockDown;
use application::accounts::profile::ProfilePages;
use application::accounts::register::Register;
use application::accounts::resend_verification::ResendVerification;
use application::accounts::reset_password::ResetPassword;
use application::accounts::restore::RestoreAccount;
use application::accounts::verify_email::VerifyEmail;
use application::api_keys::issue::IssueApiKey;
use application::api_keys::list::ListApiKeys;
use application::api_keys::revoke::RevokeApiKey;
use application::audit::decisions::NoteDecisions;
use application::audit::export_log::ExportAuditLog;
use application::audit::read_log::ReadAuditLog;
use application::audit::read_timeline::ReadTimeline;
use application::providers::begin::BeginProviderFlow;
use application::providers::confirm_link::ConfirmLink;
use application::providers::exchange::ExchangeCode;
use application::providers::finish::FinishProviderFlow;
use application::providers::resolve::ResolveIdentity;
use application::providers::unlink::UnlinkProvider;
use application::providers::ways::ListWays;
use application::scripts::add_version::AddVersion;
use application::scripts::amend::AmendScript;
use application::scripts::delete::DeleteScript;
use application::scripts::list::ListScripts;
use application::scripts::publish::PublishScript;
use application::scripts::read::ReadScript;
use application::scripts::read_versions::ReadVersions;
use application::scripts::restore::RestoreScript;
use application::second_factor::FactorCheck;
use application::second_factor::confirm::ConfirmSecondFactor;
use application::second_factor::enrol::EnrolSecondFactor;
use application::second_factor::remove::RemoveSecondFactor;
use application::sessions::complete_sign_in::CompleteSignIn;
use application::sessions::door::Door;
use application::sessions::issue::TokenIssuer;
use application::sessions::list::ListSessions;
use application::sessions::reauthenticate::Reauthenticate;
use application::sessions::refresh::RefreshSession;
use application::sessions::revoke::RevokeSessions;
use application::sessions::sign_in::SignIn;
use application::staff::act_on_account::ActOnAccount;
use application::staff::read_accounts::ReadAccounts;
use domain::account::registration::RegistrationMode;
use domain::audit::notes::AllowedActs;
use domain::port::access_edits::AccessEdits;
use domain::port::access_tokens::AccessTokens;
use domain::port::account_closures::AccountClosures;
use domain::port::accounts::Accounts;
use domain::port::announcements::Announcements;
use domain::port::api_key_texts::ApiKeyTexts;
use domain::port::api_keys::ApiKeys;
use domain::port::audit_notes::AuditNotes;
use domain::port::audit_records::AuditRecords;
use domain::port::audit_trail::AuditTrail;
use domain::port::avatars::Avatars;
use domain::port::clock::Clock;
use domain::port::content_packer::ContentPacker;
use domain::port::email_changes::EmailChanges;
use domain::port::hot_sessions::HotSessions;
use domain::port::idempotent_replies::IdempotentReplies;
use domain::port::identities::Identities;
use domain::port::identity_providers::IdentityProviders;
use domain::port::ids::Ids;
use domain::port::key_standings::MockKeyStandings;
use domain::port::lockdowns::Lockdowns;
use domain::port::objects::Objects;
use domain::port::one_time_tokens::{OneTimeTokenCodec, OneTimeTokens};
use domain::port::password_hasher::PasswordHasher;
use domain::port::password_strength::PasswordStrength;
use domain::port::personal_data::PersonalData;
use domain::port::pictures::Pictures;
use domain::port::probe::Probe;
use domain::port::profiles::Profiles;
use domain::port::provider_flows::ProviderFlows;
use domain::port::rate_limiter::RateLimiter;
use domain::port::refresh_tokens::RefreshTokens;
use domain::port::roles::Roles;
use domain::port::scripts::Scripts;
use domain::port::sealer::Sealer;
use domain::port::seals::Seals;
use domain::port::second_factors::SecondFactors;
use domain::port::session_uses::MockSessionUses;
use domain::port::sessions::Sessions;
use domain::port::standings::MockStandings;
use domain::port::supervised_accounts::SupervisedAccounts;
use domain::session::rotation::Lifetimes;
use test_support::{FixedClock, SequentialIds};

use super::FRONTEND;
use super::people::People;
use super::ports::Ports;

/// The ports that several use cases share.
struct Shared {
    edits: Arc<dyn AccessEdits>,
    accounts: Arc<dyn Accounts>,
    announcements: Arc<dyn Announcements>,
    audit: Arc<dyn AuditTrail>,
    codec: Arc<dyn OneTimeTokenCodec>,
    notes: Arc<dyn AuditNotes>,
    records: Arc<dyn AuditRecords>,
    keys: Arc<dyn ApiKeys>,
    texts: Arc<dyn ApiKeyTexts>,
    avatars: Arc<dyn Avatars>,
    clock: Arc<dyn Clock>,
    factors: FactorCheck,
    closures: Arc<dyn AccountClosures>,
    flows: Arc<dyn ProviderFlows>,
    identities: Arc<dyn Identities>,
    providers: Arc<dyn IdentityProviders>,
    sealer: Arc<dyn Sealer>,
    email_changes: Arc<dyn EmailChanges>,
    hot: Arc<dyn HotSessions>,
    ids: Arc<dyn Ids>,
    issuer: TokenIssuer,
    objects: Arc<dyn Objects>,
    packer: Arc<dyn ContentPacker>,
    passwords: Arc<dyn PasswordHasher>,
    data: Arc<dyn PersonalData>,
    pictures: Arc<dyn Pictures>,
    profiles: Arc<dyn Profiles>,
    refresh_tokens: Arc<dyn RefreshTokens>,
    replies: Arc<dyn IdempotentReplies>,
    roles: Arc<dyn Roles>,
    scripts: Arc<dyn Scripts>,
    second_factors: Arc<dyn SecondFactors>,
    sessions: Arc<dyn Sessions>,
    strength: Arc<dyn PasswordStrength>,
    supervised: Arc<dyn SupervisedAccounts>,
    access_tokens: Arc<dyn AccessTokens>,
    tokens: Arc<dyn OneTimeTokens>,
    limiter: Arc<dyn RateLimiter>,
    lockdowns: Arc<dyn Lockdowns>,
    mode: RegistrationMode,
    probe: Arc<dyn Probe>,
    seals: Arc<dyn Seals>,
}

/// A use case over shared ports, and some of its own.
macro_rules! over {
    ($shared:ident => $case:ident { $($port:ident),* $(; $own:ident: $value:expr)* }) => {
        $case { $($port: $shared.$port.clone(),)* $($own: $value,)* }
    };
}

pub(super) fn api(ports: Ports, people: &Arc<People>, quotas: Quotas, https_only: bool) -> Api {
    let shared = Shared::of(ports, people);
    let door = over!(shared => Door { second_factors, sessions, hot, announcements, issuer, ids, clock, codec });
    let resolve = over!(shared => ResolveIdentity { identities, flows, hot, announcements, ids, clock, audit, codec, mode });
    Api {
        authenticate: authenticate(&shared, people),
        register: over!(shared => Register { accounts, strength, passwords, hot, issuer, ids, clock, mode }),
        sign_in: over!(shared => SignIn { accounts, passwords, ids, clock, audit; door: door.clone() }),
        complete_sign_in: over!(shared => CompleteSignIn { accounts, sessions, factors, hot, announcements, issuer, ids, clock, audit, codec, tokens }),
        refresh: over!(shared => RefreshSession { sessions, hot, announcements, issuer, ids, clock; tokens: shared.refresh_tokens.clone() }),
        list_sessions: over!(shared => ListSessions { sessions, clock }),
        revoke_sessions: over!(shared => RevokeSessions { sessions, hot, announcements, ids, clock }),
        verify_email: over!(shared => VerifyEmail { accounts, announcements, ids, clock, codec, tokens }),
        resend_verification: over!(shared => ResendVerification { accounts, ids, clock }),
        forgot_password: over!(shared => ForgotPassword { accounts, ids, clock, audit }),
        reset_password: over!(shared => ResetPassword { accounts, strength, passwords, hot, announcements, ids, clock, codec, tokens }),
        change_password: over!(shared => ChangePassword { accounts, strength, passwords, hot, announcements, ids, clock, audit }),
        reauthenticate: over!(shared => Reauthenticate { accounts, passwords, factors, sessions, issuer, ids, clock, audit }),
        enrol_second_factor: over!(shared => EnrolSecondFactor { accounts, factors, ids, clock }),
        confirm_second_factor: over!(shared => ConfirmSecondFactor { factors, ids, clock, audit }),
        remove_second_factor: over!(shared => RemoveSecondFactor { second_factors, ids, clock }),
        begin_provider_flow: over!(shared => BeginProviderFlow { providers, flows, sealer, ids, clock, codec }),
        finish_provider_flow: over!(shared => FinishProviderFlow { providers, identities, sealer; resolve: resolve }),
        exchange_code: over!(shared => ExchangeCode { flows, accounts, identities; door: door.clone() }),
        confirm_link: over!(shared => ConfirmLink { flows, accounts, passwords, identities, audit; door: door }),
        list_ways: over!(shared => ListWays { providers, identities }),
        unlink_provider: over!(shared => UnlinkProvider { providers, identities, ids, clock }),
        change_email: over!(shared => ChangeEmail { accounts, email_changes, passwords, ids, clock, audit }),
        confirm_email_change: over!(shared => ConfirmEmailChange { accounts, email_changes, announcements, ids, clock, codec, tokens }),
        lock_down: over!(shared => LockDown { hot, announcements, ids, clock, codec, tokens, lockdowns }),
        guess_budget: over!(shared => GuessBudget { accounts }),
        delete_account: over!(shared => DeleteAccount { closures, hot, announcements, ids, clock }),
        export_audit_log: over!(shared => ExportAuditLog { records, ids, clock, audit }),
        note_decisions: over!(shared => NoteDecisions { notes, ids, clock; allowed: AllowedActs::Privileged }),
        restore_account: over!(shared => RestoreAccount { accounts, closures, passwords, announcements, ids, clock, audit }),
        read_timeline: over!(shared => ReadTimeline { records }),
        read_audit_log: over!(shared => ReadAuditLog { records }),
        read_accounts: shared.read_accounts(),
        act_on_account: shared.act_on_account(),
        read_access: over!(shared => ReadAccess { roles }),
        edit_access: over!(shared => EditAccess { edits, announcements, ids, clock }),
        issue_api_key: over!(shared => IssueApiKey { keys, texts, ids, clock }),
        list_api_keys: over!(shared => ListApiKeys { keys }),
        revoke_api_key: over!(shared => RevokeApiKey { keys, announcements, ids, clock }),
        profiles: over!(shared => ProfilePages { accounts, profiles, ids, clock }),
        scripts: scripts(&shared),
        access_tokens: shared.access_tokens.clone(),
        seals: shared.seals.clone(),
        export_account: over!(shared => ExportAccount { accounts, identities, second_factors, sessions, keys, data, packer, records, audit, ids, clock }),
        avatars: over!(shared => AvatarPages { avatars, objects, pictures, ids, clock }),
        ids: shared.ids.clone(),
        clock: shared.clock.clone(),
        limits: shared.limits(quotas),
        addresses: ClientAddresses::default(),
        health: Health::new(vec![shared.probe.clone()], Vec::new()),
        frontend_url: FRONTEND.to_owned(),
        pages: vec![FRONTEND.to_owned()],
        https_only,
    }
}

fn scripts(shared: &Shared) -> ScriptUseCases {
    ScriptUseCases {
        publish: over!(shared => PublishScript { scripts, accounts, replies, packer, ids, clock }),
        read: over!(shared => ReadScript { scripts }),
        list: over!(shared => ListScripts { scripts, profiles }),
        amend: over!(shared => AmendScript { scripts, ids, clock }),
        delete: over!(shared => DeleteScript { scripts, ids, clock }),
        restore: over!(shared => RestoreScript { scripts, ids, clock }),
        add_version: over!(shared => AddVersion { scripts, replies, packer, ids, clock }),
        read_versions: over!(shared => ReadVersions { scripts, packer }),
    }
}

fn authenticate(shared: &Shared, people: &Arc<People>) -> Authenticate {
    let (mut standings, mut uses) = (MockStandings::new(), MockSessionUses::new());
    let (key_texts, holders) = (people.clone(), people.clone());
    let mut key_standings = MockKeyStandings::new();
    key_standings
        .expect_find()
        .returning(move |digests| holders.key_standing(digests));
    let people = Arc::clone(people);
    standings
        .expect_find()
        .returning(move |session, user| people.standing(session, user));
    uses.expect_note().return_const(());
    Authenticate {
        tokens: shared.access_tokens.clone(),
        standings: Arc::new(standings),
        uses: Arc::new(uses),
        key_texts,
        key_standings: Arc::new(key_standings),
        clock: shared.clock.clone(),
    }
}

impl Shared {
    fn limits(&self, quotas: Quotas) -> Limits {
        Limits {
            limiter: self.limiter.clone(),
            quotas,
        }
    }

    fn read_accounts(&self) -> ReadAccounts {
        ReadAccounts {
            accounts: self.supervised.clone(),
        }
    }

    fn act_on_account(&self) -> ActOnAccount {
        let accounts = self.supervised.clone();
        over!(self => ActOnAccount { hot, announcements, ids, clock; accounts: accounts })
    }

    fn of(ports: Ports, people: &Arc<People>) -> Self {
        let access_tokens: Arc<dyn AccessTokens> = people.clone();
        let refresh_tokens: Arc<dyn RefreshTokens> = Arc::new(ports.refresh_tokens);
        let second_factors: Arc<dyn SecondFactors> = Arc::new(ports.second_factors);
        let sealer: Arc<dyn Sealer> = Arc::new(ports.sealer);
        Self {
            edits: Arc::new(ports.access_edits),
            accounts: Arc::new(ports.accounts),
            announcements: Arc::new(ports.announcements),
            audit: Arc::new(ports.audit),
            notes: Arc::new(ports.audit_notes),
            records: Arc::new(ports.audit_records),
            keys: Arc::new(ports.api_keys),
            texts: people.clone(),
            avatars: Arc::new(ports.avatars),
            clock: Arc::new(FixedClock::default()),
            codec: Arc::new(ports.codec),
            factors: FactorCheck {
                second_factors: second_factors.clone(),
                sealer: sealer.clone(),
                one_time_passwords: Arc::new(ports.one_time_passwords),
                recovery_codes: Arc::new(ports.recovery_codes),
            },
            closures: Arc::new(ports.closures),
            flows: Arc::new(ports.flows),
            identities: Arc::new(ports.identities),
            providers: Arc::new(ports.providers),
            sealer,
            email_changes: Arc::new(ports.email_changes),
            hot: Arc::new(ports.hot),
            ids: Arc::new(SequentialIds::default()),
            issuer: TokenIssuer {
                access: access_tokens.clone(),
                refresh: refresh_tokens.clone(),
                lifetimes: Lifetimes::default(),
            },
            objects: Arc::new(ports.objects),
            packer: Arc::new(ports.packer),
            passwords: Arc::new(ports.passwords),
            data: Arc::new(ports.personal_data),
            pictures: Arc::new(ports.pictures),
            profiles: Arc::new(ports.profiles),
            refresh_tokens,
            replies: Arc::new(ports.replies),
            roles: Arc::new(ports.roles),
            scripts: Arc::new(ports.scripts),
            second_factors,
            sessions: Arc::new(ports.sessions),
            strength: Arc::new(ports.strength),
            supervised: Arc::new(ports.supervised),
            access_tokens,
            tokens: Arc::new(ports.one_time_tokens),
            limiter: Arc::new(ports.limiter),
            lockdowns: Arc::new(ports.lockdowns),
            mode: ports.mode,
            probe: Arc::new(ports.probe),
            seals: Arc::new(ports.seals),
        }
    }
}
