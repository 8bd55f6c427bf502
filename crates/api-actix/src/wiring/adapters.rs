//! The adapters, each made once.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;

use adapters_crypto::{
    AeadSealer, BcryptHasher, BcryptSettings, GzipPacker, HmacApiKeys, HmacAuditLinks,
    HmacOneTimeTokens, HmacRecoveryCodes, HmacRefreshTokens, HmacSeals, JwtAccessTokens, JwtKeys,
    JwtSettings, MasterKeys, TotpPasswords, ZxcvbnStrength,
};
use adapters_images::BoundedPictures;
use adapters_memory::{
    AuditNotePad, KeyCopies, LocalAnnouncements, LocalRateLimiter, NoHotSessions, SessionUseNotes,
    StandingCopies,
};
use adapters_oauth::Providers;
use adapters_postgres::{
    Pg, PgAccessEdits, PgAccounts, PgApiKeys, PgAuditChain, PgAuditPartitions, PgAuditRecords,
    PgAvatars, PgIdentities, PgJobs, PgOneTimeTokens, PgPersonalData, PgProfiles, PgProviderFlows,
    PgRecords, PgRoles, PgScripts, PgSecondFactors, PgSessions, PgStandings, PgSupervisedAccounts,
    PoolSettings,
};
use adapters_redis::{
    Redis, RedisAnnouncements, RedisHotSessions, RedisRateLimiter, RedisSettings,
    RedisSharedStandings,
};
use adapters_smtp::TemplateMailer;
use adapters_storage::{StorageKeys, StoredObjects};
use adapters_system::{SystemClock, SystemIds};
use domain::port::access_tokens::AccessTokens;
use domain::port::announcements::Announcements;
use domain::port::hot_sessions::HotSessions;
use domain::port::rate_limiter::RateLimiter;
use domain::port::shared_standings::SharedStandings;
use domain::port::standings::Standings;

use super::WiringError;
use crate::config::{Config, JwtConfig};

/// How many hashes may wait for one thread: two seconds of work at 250 ms a hash.
const HASHES_WAITING_PER_THREAD: usize = 8;

/// Everything there is one of.
pub(super) struct Adapters {
    pub(super) clock: Arc<SystemClock>,
    pub(super) ids: Arc<SystemIds>,
    pub(super) pg: Pg,
    pub(super) access_edits: Arc<PgAccessEdits>,
    pub(super) accounts: Arc<PgAccounts>,
    pub(super) audit_chain: Arc<PgAuditChain>,
    pub(super) audit_links: Arc<HmacAuditLinks>,
    pub(super) audit_notes: Arc<AuditNotePad>,
    pub(super) audit_partitions: Arc<PgAuditPartitions>,
    pub(super) api_keys: Arc<PgApiKeys>,
    pub(super) key_standings: Arc<KeyCopies>,
    pub(super) key_texts: Arc<HmacApiKeys>,
    pub(super) audit_records: Arc<PgAuditRecords>,
    pub(super) identities: Arc<PgIdentities>,
    pub(super) avatars: Arc<PgAvatars>,
    pub(super) personal_data: Arc<PgPersonalData>,
    pub(super) objects: Arc<StoredObjects>,
    pub(super) pictures: Arc<BoundedPictures>,
    pub(super) jobs: Arc<PgJobs>,
    pub(super) one_time_tokens: Arc<PgOneTimeTokens>,
    pub(super) profiles: Arc<PgProfiles>,
    pub(super) provider_flows: Arc<PgProviderFlows>,
    pub(super) providers: Arc<Providers>,
    pub(super) records: Arc<PgRecords>,
    pub(super) roles: Arc<PgRoles>,
    pub(super) scripts: Arc<PgScripts>,
    pub(super) second_factors: Arc<PgSecondFactors>,
    pub(super) supervised: Arc<PgSupervisedAccounts>,
    pub(super) sessions: Arc<PgSessions>,
    pub(super) changes: Arc<PgStandings>,
    pub(super) redis: Option<Redis>,
    pub(super) hot: Arc<dyn HotSessions>,
    pub(super) standings: Arc<StandingCopies>,
    pub(super) announcements: Arc<dyn Announcements>,
    pub(super) limiter: Arc<dyn RateLimiter>,
    pub(super) uses: Arc<SessionUseNotes>,
    pub(super) access_tokens: Arc<JwtAccessTokens>,
    pub(super) refresh_tokens: Arc<HmacRefreshTokens>,
    pub(super) token_codec: Arc<HmacOneTimeTokens>,
    pub(super) seals: Arc<HmacSeals>,
    pub(super) sealer: Arc<AeadSealer>,
    pub(super) one_time_passwords: Arc<TotpPasswords>,
    pub(super) recovery_codes: Arc<HmacRecoveryCodes>,
    pub(super) strength: Arc<ZxcvbnStrength>,
    pub(super) passwords: Arc<BcryptHasher>,
    pub(super) packer: Arc<GzipPacker>,
    pub(super) mailer: Arc<TemplateMailer>,
}

/// What Redis does, or what stands in for it.
struct Shared {
    redis: Option<Redis>,
    hot: Arc<dyn HotSessions>,
    standings: Arc<StandingCopies>,
    announcements: Arc<dyn Announcements>,
    limiter: Arc<dyn RateLimiter>,
}

fn pg(config: &Config) -> Result<Pg, WiringError> {
    let pool = PoolSettings {
        max_connections: config.database_pool_max,
        ..PoolSettings::default()
    };
    Pg::new(config.database_url.expose(), &pool).map_err(WiringError::of("DATABASE_URL"))
}

fn jwt_settings(config: &Config) -> JwtSettings {
    JwtSettings {
        issuer: config.public_base_url.clone(),
        audience: config.public_base_url.clone(),
    }
}

fn key_standings(
    keys: &Arc<PgApiKeys>,
    shared: &Shared,
    clock: &Arc<SystemClock>,
) -> Arc<KeyCopies> {
    Arc::new(KeyCopies::new(
        keys.clone(),
        keys.clone(),
        Arc::clone(&shared.standings),
        clock.clone(),
    ))
}

impl Adapters {
    pub(super) fn of(config: &Config) -> Result<Self, WiringError> {
        let clock = Arc::new(SystemClock);
        let pg = pg(config)?;
        let changes = Arc::new(PgStandings::new(pg.clone()));
        let shared = shared(config, &clock, changes.clone())?;
        let uses = SessionUseNotes::new(clock.clone());
        let master = master_keys(config)?;
        let tokens = jwt_settings(config);
        let mailer = TemplateMailer::from_url(config.mail_url.expose(), &config.mail_from)
            .map_err(WiringError::of("MAIL_URL, MAIL_FROM"))?;
        let api_keys = Arc::new(PgApiKeys::new(pg.clone()));
        let key_standings = key_standings(&api_keys, &shared, &clock);
        Ok(Self {
            api_keys,
            key_standings,
            key_texts: Arc::new(HmacApiKeys::new(&master)),
            clock,
            ids: Arc::new(SystemIds),
            access_edits: Arc::new(PgAccessEdits::new(pg.clone())),
            accounts: Arc::new(PgAccounts::new(pg.clone())),
            audit_chain: Arc::new(PgAuditChain::new(pg.clone())),
            audit_links: Arc::new(HmacAuditLinks::new(&master)),
            audit_notes: Arc::new(AuditNotePad::default()),
            audit_partitions: Arc::new(PgAuditPartitions::new(pg.clone())),
            audit_records: Arc::new(PgAuditRecords::new(pg.clone())),
            identities: Arc::new(PgIdentities::new(pg.clone())),
            avatars: Arc::new(PgAvatars::new(pg.clone())),
            personal_data: Arc::new(PgPersonalData::new(pg.clone())),
            objects: Arc::new(objects(config)?),
            pictures: Arc::new(BoundedPictures::new()),
            jobs: Arc::new(PgJobs::new(pg.clone())),
            one_time_tokens: Arc::new(PgOneTimeTokens::new(pg.clone())),
            profiles: Arc::new(PgProfiles::new(pg.clone())),
            provider_flows: Arc::new(PgProviderFlows::new(pg.clone())),
            providers: Arc::new(super::providers::of(config)?),
            records: Arc::new(PgRecords::new(pg.clone())),
            roles: Arc::new(PgRoles::new(pg.clone())),
            scripts: Arc::new(PgScripts::new(pg.clone())),
            second_factors: Arc::new(PgSecondFactors::new(pg.clone())),
            supervised: Arc::new(PgSupervisedAccounts::new(pg.clone())),
            sessions: Arc::new(PgSessions::new(pg.clone())),
            pg,
            changes,
            redis: shared.redis,
            hot: shared.hot,
            standings: shared.standings,
            announcements: shared.announcements,
            limiter: shared.limiter,
            uses: Arc::new(uses),
            access_tokens: Arc::new(JwtAccessTokens::new(tokens, jwt_keys(config, &master)?)),
            refresh_tokens: Arc::new(HmacRefreshTokens::new(&master)),
            token_codec: Arc::new(HmacOneTimeTokens::new(&master)),
            seals: Arc::new(HmacSeals::new(&master)),
            sealer: Arc::new(AeadSealer::new(&master)),
            one_time_passwords: Arc::new(TotpPasswords),
            recovery_codes: Arc::new(HmacRecoveryCodes::new(&master)),
            strength: Arc::new(ZxcvbnStrength),
            passwords: Arc::new(hasher(config.bcrypt_cost)?),
            packer: Arc::new(GzipPacker::new(cores())),
            mailer,
        })
    }

    /// Answers whether the keys are others than those before.
    pub(super) fn reload_keys(&self, config: &Config) -> Result<bool, WiringError> {
        let keys = jwt_keys(config, &master_keys(config)?)?;
        Ok(self.access_tokens.replace_keys(keys))
    }

    pub(super) fn verifier(&self) -> Arc<dyn AccessTokens> {
        self.access_tokens.clone()
    }
}

fn shared(
    config: &Config,
    clock: &Arc<SystemClock>,
    truth: Arc<dyn Standings>,
) -> Result<Shared, WiringError> {
    let local = Arc::new(LocalRateLimiter::new(clock.clone(), config.nodes));
    let Some(url) = &config.redis_url else {
        let standings = StandingCopies::new(truth, None);
        return Ok(Shared {
            redis: None,
            hot: Arc::new(NoHotSessions),
            announcements: Arc::new(LocalAnnouncements::new(Arc::clone(&standings))),
            standings,
            limiter: local,
        });
    };
    let settings = RedisSettings::at(url.clone());
    let redis = Redis::new(settings).map_err(WiringError::of("REDIS_URL"))?;
    let copies: Arc<dyn SharedStandings> =
        Arc::new(RedisSharedStandings::new(redis.clone(), clock.clone()));
    let standings = StandingCopies::new(truth, Some(copies));
    let here = Arc::new(LocalAnnouncements::new(Arc::clone(&standings)));
    Ok(Shared {
        hot: Arc::new(RedisHotSessions::new(redis.clone())),
        announcements: Arc::new(RedisAnnouncements::new(redis.clone(), here)),
        limiter: Arc::new(RedisRateLimiter::new(redis.clone(), local)),
        redis: Some(redis),
        standings,
    })
}

fn objects(config: &Config) -> Result<StoredObjects, WiringError> {
    let keys = StorageKeys {
        access: config.storage_access_key.clone(),
        secret: config.storage_secret_key.clone(),
    };
    StoredObjects::from_url(config.storage_url.expose(), &keys)
        .map_err(WiringError::of("STORAGE_URL"))
}

fn master_keys(config: &Config) -> Result<MasterKeys, WiringError> {
    let old = config
        .secret_keys_old
        .iter()
        .map(|key| key.expose().as_str());
    MasterKeys::parse(config.secret_key.expose(), old)
        .map_err(WiringError::of("SECRET_KEY, SECRET_KEYS_OLD"))
}

fn jwt_keys(config: &Config, master: &MasterKeys) -> Result<JwtKeys, WiringError> {
    match &config.jwt {
        JwtConfig::EdDsa(folder) => {
            JwtKeys::read(folder, config.jwt_key_lead).map_err(WiringError::of("JWT_KEYS_DIR"))
        }
        JwtConfig::Hs256 => Ok(JwtKeys::symmetric(master)),
    }
}

fn cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// As many threads as there are cores: they run at a lower priority, so that reads have the processor first.
fn hasher(cost: u32) -> Result<BcryptHasher, WiringError> {
    let threads = cores().get();
    let settings = BcryptSettings {
        cost,
        threads,
        queue: threads * HASHES_WAITING_PER_THREAD,
    };
    BcryptHasher::start(settings).map_err(WiringError::of("BCRYPT_COST"))
}
