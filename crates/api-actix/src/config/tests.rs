use std::path::PathBuf;

use super::*;

const GIVEN: [(&str, &str); 3] = [
    (
        "DATABASE_URL",
        "postgres://app:hunter2@db.example/scripthub",
    ),
    ("SECRET_KEY", "dGhpcyBpcyBhIHNlY3JldCBvZiAzMiBieXRlcyEhISE="),
    ("JWT_KEYS_DIR", "keys/jwt"),
];

fn read_with(more: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let pairs = GIVEN.iter().chain(more);
    Config::read(
        pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        None,
    )
}

fn refused(more: &[(&str, &str)]) -> String {
    read_with(more).unwrap_err().to_string()
}

/// A file of this test alone, removed at its end.
struct Written(PathBuf);

impl Written {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!(
            "{}-{name}",
            test_support::services::unique_suffix()
        ));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        let _gone_already = std::fs::remove_file(&self.0);
    }
}

#[test]
fn what_is_not_said_has_the_defaults_of_the_contract() {
    let config = read_with(&[]).unwrap();
    assert_eq!(config.bind.to_string(), "127.0.0.1:8080");
    assert_eq!(config.lifetimes, Lifetimes::default());
    assert_eq!(config.quotas.auth.unwrap().limit(), 5);
    assert_eq!(config.public_base_url, "http://127.0.0.1:8080");
    assert_eq!(config.bcrypt_cost, 12);
    assert!(!config.https_only());
}

#[test]
fn a_malformed_setting_stops_the_start_by_name() {
    for (name, bad) in [
        ("BIND_ADDR", "8080"),
        ("DATABASE_POOL_MAX", "0"),
        ("PUBLIC_BASE_URL", "scripthub"),
        ("CORS_ALLOWED_ORIGINS", "*"),
        ("TRUSTED_PROXIES", "everybody"),
        ("REGISTRATION", "maybe"),
        ("AUDIT_ALLOWED", "some"),
        ("AUDIT_RETENTION", "30d"),
        ("RATE_LIMIT_AUTH", "many"),
        ("ACCESS_TOKEN_TTL", "10"),
        ("JWT_ALGORITHM", "none"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
        ("BCRYPT_COST", "31"),
    ] {
        let told = refused(&[(name, bad)]);
        assert!(told.starts_with(name) && !told.contains('\n'), "{told}");
    }
}

#[test]
fn a_setting_that_nobody_knows_stops_the_start_by_name() {
    assert!(refused(&[("RATE_LIMIT_LOGIN", "5/15m")]).starts_with("RATE_LIMIT_LOGIN "));
    read_with(&[("PATH", "/bin"), ("REDIS_SERVICE_HOST", "10.0.0.7")]).unwrap();
    let file = Written::new("unknown.toml", "BIND_ADRESS = \"0.0.0.0:80\"");
    let told = Config::read([], Some(&file.0)).unwrap_err().to_string();
    assert!(told.contains("DATABASE_URL"), "{told}");
    let given = GIVEN.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let told = Config::read(given, Some(&file.0)).unwrap_err().to_string();
    assert!(told.starts_with("BIND_ADRESS "), "{told}");
}

#[test]
fn the_environment_wins_over_the_file() {
    let file = Written::new(
        "settings.toml",
        "BIND_ADDR = \"0.0.0.0:80\"\nDATABASE_POOL_MAX = 7\nTRUSTED_PROXIES = [\"10.0.0.0/8\", \"::1\"]",
    );
    let pairs = GIVEN.iter().chain(&[("BIND_ADDR", "127.0.0.1:1")]);
    let pairs = pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let config = Config::read(pairs, Some(&file.0)).unwrap();
    assert_eq!(config.bind.to_string(), "127.0.0.1:1");
    assert_eq!(config.database_pool_max, 7);
    assert_eq!(config.trusted_proxies.len(), 2);
}

#[test]
fn a_secret_may_lie_in_a_file_but_not_in_two_places() {
    let file = Written::new("redis_url", "redis://127.0.0.1/\n");
    let path = file.0.to_str().unwrap();
    let config = read_with(&[("REDIS_URL_FILE", path)]).unwrap();
    assert_eq!(config.redis_url.unwrap().expose(), "redis://127.0.0.1/");
    let told = refused(&[("REDIS_URL_FILE", path), ("REDIS_URL", "redis://x/")]);
    assert!(told.starts_with("REDIS_URL is given twice"), "{told}");
}

#[test]
fn several_nodes_need_redis() {
    assert!(refused(&[("NODES", "2")]).starts_with("REDIS_URL is required"));
    read_with(&[("NODES", "2"), ("REDIS_URL", "redis://127.0.0.1/")]).unwrap();
}

#[test]
fn what_is_shown_holds_no_secret() {
    let shown = read_with(&[("REDIS_URL", "redis://:hunter3@127.0.0.1/")])
        .unwrap()
        .to_string();
    assert!(
        shown.contains("DATABASE_URL=postgres://app:***@db.example/scripthub"),
        "{shown}"
    );
    assert!(
        !shown.contains("hunter") && !shown.contains("dGhpcyBpcyBh"),
        "{shown}"
    );
}

#[test]
fn what_is_shown_can_be_read_again() {
    let config = read_with(&[("REDIS_URL", "redis://127.0.0.1/")]).unwrap();
    let shown = config.to_string();
    let pairs = shown.lines().map(|line| line.split_once('=').unwrap());
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let again = Config::read(pairs, None).unwrap();
    assert_eq!(again.to_string(), shown);
}

const GOOGLE: [(&str, &str); 2] = [
    ("OAUTH_GOOGLE_CLIENT_ID", "id"),
    ("OAUTH_GOOGLE_CLIENT_SECRET", "hunter4"),
];

#[test]
fn a_provider_is_on_when_both_of_its_credentials_are_set() {
    let on = read_with(&GOOGLE).unwrap().providers;
    let google = on.named.first().unwrap();
    assert_eq!(google.name.as_str(), "google");
    assert!(google.client.is_some());
    let off = read_with(&GOOGLE[..1]).unwrap().providers;
    assert!(off.named.first().unwrap().client.is_none());
    assert!(read_with(&[]).unwrap().providers.named.is_empty());
}

#[test]
fn any_issuer_is_a_matter_of_settings() {
    let corp = [
        ("OIDC_PROVIDERS", "my-corp"),
        ("OIDC_MY_CORP_ISSUER", "https://id.corp.example"),
        ("OIDC_MY_CORP_CLIENT_ID", "id"),
        ("OIDC_MY_CORP_CLIENT_SECRET", "hunter4"),
        ("OIDC_MY_CORP_LABEL", "Corp"),
    ];
    let config = read_with(&corp).unwrap();
    let issuer = config.providers.issuers.first().unwrap();
    assert_eq!(issuer.name.as_str(), "my-corp");
    assert_eq!(issuer.label.as_deref(), Some("Corp"));
    assert_eq!(issuer.addresses["ISSUER"], "https://id.corp.example");
    assert!(!config.to_string().contains("hunter"));
    assert!(refused(&corp[..2]).starts_with("OIDC_MY_CORP_CLIENT_ID "));
    assert!(refused(&[("OIDC_PROVIDERS", "email")]).starts_with("OIDC_EMAIL_CLIENT_ID "));
    assert!(refused(&[("OIDC_CORP_ISSUER", "https://x.example")]).starts_with("OIDC_CORP_ISSUER "));
    assert!(refused(&[("OAUTH_GOOGLE_SECRET", "x")]).starts_with("OAUTH_GOOGLE_SECRET "));
}

#[test]
fn providers_that_are_shown_can_be_read_again() {
    let shown = read_with(&GOOGLE).unwrap().to_string();
    let pairs = shown.lines().map(|line| line.split_once('=').unwrap());
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(Config::read(pairs, None).unwrap().to_string(), shown);
}
