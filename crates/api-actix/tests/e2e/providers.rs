//! Providers as they really answer, and as they must not be believed: stubs of GitHub and of Google.

use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::harness::{Caller, Platform, Said, Stub, Way};

async fn with_github() -> (Platform, Stub) {
    let stub = Stub::start().await;
    let platform = Platform::plan()
        .without_limits()
        .setting("OAUTH_GITHUB_CLIENT_ID", "scripthub")
        .setting("OAUTH_GITHUB_CLIENT_SECRET", "hunter2")
        .setting("OAUTH_GITHUB_BASE_URL", &stub.base)
        .setting("OAUTH_GITHUB_API_URL", &stub.base)
        .start()
        .await;
    stub.says("/login/oauth/access_token", token());
    stub.says("/user", Said::Json(200, octocat("octocat")));
    let emails = json!([
        {"email": "other@example.org", "primary": false, "verified": true, "visibility": null},
        {"email": "octocat@example.org", "primary": true, "verified": true, "visibility": "public"},
    ]);
    stub.says("/user/emails", Said::Json(200, emails));
    (platform, stub)
}

fn token() -> Said {
    let token = json!({"access_token": "gho_secret", "token_type": "bearer", "scope": "read:user,user:email"});
    Said::Json(200, token)
}

fn octocat(login: &str) -> Value {
    json!({"id": 583_231, "login": login, "name": "The Octocat", "email": null, "avatar_url": "http://169.254.169.254/"})
}

async fn sign_in(caller: &Caller, provider: &str) -> Value {
    let way = caller.leave_for(provider).await;
    let brought = caller.come_back_from(provider, &way).await;
    let code = brought.strip_prefix("code=");
    let code = code.unwrap_or_else(|| panic!("no code: {brought}"));
    caller.exchange(code).await.must_be(200).json()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn github_tells_who_somebody_is_by_an_id_that_outlives_names() {
    let (platform, stub) = with_github().await;
    let caller = platform.anonymous();
    let first = sign_in(&caller, "github").await;
    assert_eq!(first["user"]["username"], "octocat");
    assert_eq!(first["user"]["email"], "octocat@example.org");
    let heard = stub.heard();
    let exchange = heard.first().expect("the code was exchanged");
    assert!(exchange.contains("code_verifier="), "{exchange}");
    assert!(
        exchange
            .contains("redirect_uri=http%3A%2F%2Fscripthub.test%2Fapi%2Fauth%2Fgithub%2Fcallback")
    );
    assert!(!heard.iter().any(|request| request.contains("169.254")));
    // Renamed there; the same person here.
    stub.says("/user", Said::Json(200, octocat("admin")));
    let again = sign_in(&caller, "github").await;
    assert_eq!(again["user"]["id"], first["user"]["id"]);
    assert_eq!(again["user"]["username"], "octocat");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn github_without_a_verified_address_makes_an_account_without_one() {
    let (platform, stub) = with_github().await;
    let caller = platform.anonymous();
    let unverified = json!([{"email": "octocat@example.org", "primary": true, "verified": false}]);
    for (id, login, emails) in [
        (1, "admin", Said::Json(200, unverified)),
        (2, "<img onerror=x>\r\n", Said::Json(200, json!([]))),
        (3, "root", Said::Json(404, json!({"message": "Not Found"}))),
    ] {
        let mut person = octocat(login);
        person["id"] = json!(id);
        person["name"] = Value::Null;
        stub.says("/user", Said::Json(200, person));
        stub.says("/user/emails", emails);
        let user = sign_in(&caller, "github").await["user"].clone();
        assert_eq!(user["email"], Value::Null, "{user}");
        let name = user["username"].as_str().expect("a name");
        assert!(
            name.starts_with("user") || name == "img-onerror-x",
            "{name}"
        );
    }
}

/// What goes wrong at GitHub, and what the frontend is told of it.
fn trouble(stub: &Stub) -> Vec<(&'static str, Said, &'static str)> {
    let elsewhere = Said::Elsewhere(format!("{}/user", stub.base));
    let html = Said::Json(200, json!("<html>"));
    vec![
        (
            "/login/oauth/access_token",
            Said::Json(502, Value::Null),
            "provider_unavailable",
        ),
        (
            "/login/oauth/access_token",
            elsewhere.clone(),
            "provider_unavailable",
        ),
        (
            "/login/oauth/access_token",
            Said::Megabytes(100),
            "provider_unavailable",
        ),
        (
            "/login/oauth/access_token",
            html.clone(),
            "provider_unavailable",
        ),
        (
            "/login/oauth/access_token",
            Said::Json(200, json!({"error": "bad_verification_code"})),
            "provider_refused",
        ),
        (
            "/login/oauth/access_token",
            Said::Json(400, json!({"error": "invalid_grant"})),
            "provider_refused",
        ),
        (
            "/user",
            Said::Json(500, Value::Null),
            "provider_unavailable",
        ),
        ("/user", elsewhere, "provider_unavailable"),
        ("/user", Said::Megabytes(100), "provider_unavailable"),
        ("/user", html, "provider_unavailable"),
        (
            "/user/emails",
            Said::Json(503, Value::Null),
            "provider_unavailable",
        ),
        ("/user/emails", Said::Nothing, "provider_unavailable"),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_broken_slow_or_endless_costs_five_seconds_and_no_account() {
    let (platform, stub) = with_github().await;
    let caller = platform.anonymous();
    for (path, said, told) in trouble(&stub) {
        stub.says("/login/oauth/access_token", token());
        stub.says("/user", Said::Json(200, octocat("octocat")));
        stub.says(path, said.clone());
        let way = caller.leave_for("github").await;
        let begun = Instant::now();
        let brought = caller.come_back_from("github", &way).await;
        assert_eq!(brought, format!("error={told}"), "{path}: {said:?}");
        assert!(begun.elapsed() < Duration::from_secs(8), "{path}: {said:?}");
    }
    assert_eq!(platform.count("SELECT count(*) FROM users").await, 0);
    assert!(!platform.server.log().contains("gho_secret"));
    caller.get("/health/ready").await.must_be(200);
}

/// A stub of Google, and a key that it signs with.
struct Google {
    stub: Stub,
    key: EcdsaKeyPair,
}

impl Google {
    async fn start() -> Self {
        let stub = Stub::start().await;
        let key =
            EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key can be made");
        let google = Self { stub, key };
        google.describes_itself_as(&google.stub.base);
        google.has_the_key(&google.key);
        google
    }

    fn describes_itself_as(&self, issuer: &str) {
        let base = &self.stub.base;
        let discovery = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{base}/auth"),
            "token_endpoint": format!("{base}/token"),
            "jwks_uri": format!("{base}/keys"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
        });
        self.stub.says(
            "/.well-known/openid-configuration",
            Said::Json(200, discovery),
        );
    }

    fn has_the_key(&self, key: &EcdsaKeyPair) {
        let point = key.public_key().as_ref();
        let part = |range| URL_SAFE_NO_PAD.encode(point.get(range).expect("an uncompressed point"));
        let key = json!({
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "1",
            "x": part(1..33), "y": part(33..65),
        });
        self.stub
            .says("/keys", Said::Json(200, json!({"keys": [key]})));
    }

    /// The claims of a good id token for this way.
    fn claims(&self, way: &Way) -> Value {
        let now = std::time::UNIX_EPOCH
            .elapsed()
            .expect("it is past 1970")
            .as_secs();
        json!({
            "iss": self.stub.base, "aud": "scripthub", "sub": "1", "nonce": way.asked("nonce"),
            "iat": now, "exp": now + 3600, "email": "ada@example.org", "email_verified": true, "name": "Ada",
        })
    }

    fn signs(&self, header: &Value, claims: &Value) {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = self.key.sign(&SystemRandom::new(), message.as_bytes());
        let signature = signature.expect("a message can be signed");
        let signature = URL_SAFE_NO_PAD.encode(signature.as_ref());
        let token = json!({"access_token": "x", "token_type": "Bearer", "id_token": format!("{message}.{signature}")});
        self.stub.says("/token", Said::Json(200, token));
    }

    async fn platform(&self) -> Platform {
        Platform::plan()
            .without_limits()
            .setting("OAUTH_GOOGLE_CLIENT_ID", "scripthub")
            .setting("OAUTH_GOOGLE_CLIENT_SECRET", "hunter2")
            .setting("OAUTH_GOOGLE_ISSUER", &self.stub.base)
            .start()
            .await
    }
}

fn es256() -> Value {
    json!({"alg": "ES256", "kid": "1"})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_token_that_is_not_what_it_should_be_makes_nobody() {
    let google = Google::start().await;
    let platform = google.platform().await;
    let caller = platform.anonymous();
    let none = json!({"alg": "none"});
    let symmetric = json!({"alg": "HS256"});
    for (name, value, header) in [
        ("nonce", json!("another"), es256()),
        ("nonce", Value::Null, es256()),
        ("aud", json!("somebody else"), es256()),
        ("aud", json!(["scripthub", "somebody else"]), es256()),
        ("iss", json!("https://accounts.google.com"), es256()),
        ("azp", json!("somebody else"), es256()),
        ("exp", json!(1_700_000_000), es256()),
        ("sub", json!("ü\u{0}"), es256()),
        ("name", json!("signed with nothing"), none),
        ("name", json!("signed with a secret"), symmetric),
        (
            "name",
            json!("a key of nobody"),
            json!({"alg": "ES256", "kid": "2"}),
        ),
        ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"), es256()),
    ] {
        let way = caller.leave_for("google").await;
        let mut claims = google.claims(&way);
        claims[name] = value;
        google.signs(&header, &claims);
        let brought = caller.come_back_from("google", &way).await;
        assert_eq!(
            brought, "error=provider_refused",
            "{name}: {claims} {header}"
        );
    }
    assert_eq!(platform.count("SELECT count(*) FROM users").await, 0);
    let way = caller.leave_for("google").await;
    google.signs(&es256(), &google.claims(&way));
    assert!(
        caller
            .come_back_from("google", &way)
            .await
            .starts_with("code=")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_google_and_discord_leave_out_or_write_as_text_is_read_with_care() {
    let google = Google::start().await;
    let platform = google.platform().await;
    let caller = platform.anonymous();
    for (subject, email, verified) in [
        ("1", json!("ada@example.org"), json!("false")),
        ("2", json!("ada@example.org"), Value::Null),
        ("3", Value::Null, json!(true)),
        (
            "4",
            json!("ada@example.org\r\nBcc: eve@example.org"),
            json!(true),
        ),
    ] {
        let way = caller.leave_for("google").await;
        let mut claims = google.claims(&way);
        claims["sub"] = json!(subject);
        claims["email"] = email;
        claims["email_verified"] = verified;
        google.signs(&es256(), &claims);
        let brought = caller.come_back_from("google", &way).await;
        let code = brought.strip_prefix("code=");
        let code = code.unwrap_or_else(|| panic!("{brought}: {claims}"));
        let user = caller.exchange(code).await.must_be(200).json()["user"].clone();
        assert_eq!(user["email"], Value::Null, "{claims}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_issuer_that_is_away_or_another_one_stops_neither_the_start_nor_the_rest() {
    let google = Google::start().await;
    google.stub.says(
        "/.well-known/openid-configuration",
        Said::Json(503, Value::Null),
    );
    let platform = google.platform().await;
    let caller = platform.anonymous();
    let expected = "/auth/callback#error=provider_unavailable";
    let answer = caller.get("/api/auth/google").await.must_be(302);
    assert!(answer.header("location").contains(expected));
    google.describes_itself_as("https://evil.example");
    let answer = caller.get("/api/auth/google").await.must_be(302);
    assert!(answer.header("location").contains(expected));
    platform.newcomer("ada").await;
    google.describes_itself_as(&google.stub.base);
    caller.leave_for("google").await;
}
