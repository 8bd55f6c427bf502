//! Discord as it really answers: an issuer that may leave addresses out, and lets people rename themselves.

use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::harness::{Caller, Platform, Said, Stub, Way};

const TOKEN: &str = "/api/oauth2/token";
const KEYS: &str = "/api/oauth2/keys";
const PERSON: &str = "/api/oauth2/userinfo";

/// Nelly's id there, a snowflake.
const NELLY: &str = "80351110224678912";

struct Discord {
    stub: Stub,
    key: KeyPair,
    kid: &'static str,
}

impl Discord {
    /// A Discord, and a platform whose people sign in through it.
    async fn start() -> (Self, Platform) {
        let discord = Self {
            stub: Stub::start().await,
            key: a_key(),
            kid: "discord-1",
        };
        discord.works();
        let platform = Platform::plan()
            .without_limits()
            .setting("OAUTH_DISCORD_CLIENT_ID", "scripthub")
            .setting("OAUTH_DISCORD_CLIENT_SECRET", "hunter2")
            .setting("OAUTH_DISCORD_BASE_URL", &discord.stub.base)
            .start()
            .await;
        (discord, platform)
    }

    /// Says what it is and which key it signs with.
    fn works(&self) {
        let base = &self.stub.base;
        let discovery = json!({
            "issuer": base,
            "authorization_endpoint": format!("{base}/oauth2/authorize"),
            "token_endpoint": format!("{base}{TOKEN}"),
            "userinfo_endpoint": format!("{base}{PERSON}"),
            "jwks_uri": format!("{base}{KEYS}"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        });
        let path = "/.well-known/openid-configuration";
        self.stub.says(path, Said::Json(200, discovery));
        let public = self.key.public_key();
        let part = |number: &[u8]| URL_SAFE_NO_PAD.encode(number);
        let key = json!({
            "kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.kid,
            "n": part(public.modulus().big_endian_without_leading_zero()),
            "e": part(public.exponent().big_endian_without_leading_zero()),
        });
        self.stub
            .says(KEYS, Said::Json(200, json!({"keys": [key]})));
    }

    /// Vouches for somebody who has gone this way; what it tells of them it tells in both places.
    fn vouches(&self, way: &Way, person: &Value) {
        let now = std::time::UNIX_EPOCH.elapsed().expect("it is past 1970");
        let mut claims = person.clone();
        for (name, value) in [
            ("iss", json!(self.stub.base)),
            ("aud", json!("scripthub")),
            ("nonce", json!(way.asked("nonce"))),
            ("iat", json!(now.as_secs())),
            ("exp", json!(now.as_secs() + 3600)),
        ] {
            claims[name] = value;
        }
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = json!({"alg": "RS256", "kid": self.kid, "typ": "JWT"});
        let message = format!("{}.{}", part(&header), part(&claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        let random = SystemRandom::new();
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &random,
                message.as_bytes(),
                &mut signature,
            )
            .expect("a message can be signed");
        let signature = URL_SAFE_NO_PAD.encode(signature);
        let tokens = json!({
            "access_token": "6qrZcUqja7812RVdnEKjpzOL4CvHBFG", "token_type": "Bearer", "expires_in": 604_800,
            "refresh_token": "D43f5y0ahjqew82jZ4NViEr2YafMKhue", "scope": "identify email openid",
            "id_token": format!("{message}.{signature}"),
        });
        self.stub.says(TOKEN, Said::Json(200, tokens));
        self.stub.says(PERSON, Said::Json(200, person.clone()));
    }

    /// Signs somebody in; answers their account.
    async fn signs_in(&self, caller: &Caller, person: &Value) -> Value {
        let way = caller.leave_for("discord").await;
        self.vouches(&way, person);
        let brought = caller.come_back_from("discord", &way).await;
        let code = brought.strip_prefix("code=");
        let code = code.unwrap_or_else(|| panic!("{brought}: {person}"));
        caller.exchange(code).await.must_be(200).json()["user"].clone()
    }
}

fn a_key() -> KeyPair {
    KeyPair::generate(KeySize::Rsa2048).expect("a key can be made")
}

/// What Discord tells of somebody.
fn person(id: &str, name: &str) -> Value {
    json!({
        "sub": id, "preferred_username": name, "nickname": "Nelly", "locale": "en-US",
        "picture": "http://169.254.169.254/avatar.png",
        "email": "nelly@example.org", "email_verified": true,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn discord_tells_who_somebody_is_by_an_id_that_outlives_names_and_addresses() {
    let (discord, platform) = Discord::start().await;
    let caller = platform.anonymous();
    let first = discord.signs_in(&caller, &person(NELLY, "nelly")).await;
    assert_eq!(first["username"], "nelly");
    assert_eq!(first["email"], "nelly@example.org");
    assert_ne!(first["email_verified_at"], Value::Null);
    let way = caller.leave_for("discord").await;
    assert!(way.asked("scope").contains("identify email"));
    let mut renamed = person(NELLY, "moderator");
    renamed["email"] = json!("another@example.org");
    let again = discord.signs_in(&caller, &renamed).await;
    assert_eq!(again["id"], first["id"]);
    assert_eq!(again["username"], "nelly");
    assert_eq!(again["email"], "nelly@example.org", "it is never rewritten");
    let heard = discord.stub.heard();
    assert!(!heard.iter().any(|request| request.contains("169.254")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_key_of_discord_is_found_when_it_signs_with_it() {
    let (mut discord, platform) = Discord::start().await;
    let caller = platform.anonymous();
    let first = discord.signs_in(&caller, &person(NELLY, "nelly")).await;
    (discord.key, discord.kid) = (a_key(), "discord-2");
    discord.works();
    let again = discord.signs_in(&caller, &person(NELLY, "nelly")).await;
    assert_eq!(again["id"], first["id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_discord_leaves_out_or_does_not_vouch_for_is_nobodys() {
    let (discord, platform) = Discord::start().await;
    let caller = platform.anonymous();
    let owner = platform.register("nelly").await;
    for (number, name, value) in [
        (1, "email", Some(Value::Null)),
        (2, "email", None),
        (3, "email_verified", None),
        (4, "email_verified", Some(Value::Null)),
        (5, "email_verified", Some(json!(false))),
        (6, "email_verified", Some(json!("false"))),
    ] {
        let mut stranger = person(&format!("9035111022467891{number}"), "stranger");
        match &value {
            Some(value) => stranger[name] = value.clone(),
            None => drop(stranger.as_object_mut().expect("an object").remove(name)),
        }
        let user = discord.signs_in(&caller, &stranger).await;
        assert_eq!(user["email"], Value::Null, "{name}: {value:?}");
        assert_ne!(user["id"], json!(owner.id), "{name}: {value:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_discord_that_is_broken_slow_or_endless_costs_no_account() {
    let (discord, platform) = Discord::start().await;
    let caller = platform.anonymous();
    let elsewhere = Said::Elsewhere(format!("{}{PERSON}", discord.stub.base));
    for (path, said) in [
        (TOKEN, Said::Json(500, Value::Null)),
        (TOKEN, Said::Json(200, json!("<html>"))),
        (TOKEN, Said::Megabytes(100)),
        (TOKEN, Said::Nothing),
        (TOKEN, elsewhere.clone()),
        (PERSON, Said::Json(503, Value::Null)),
        (PERSON, Said::Megabytes(100)),
        (PERSON, elsewhere),
    ] {
        let way = caller.leave_for("discord").await;
        let mut nameless = person(NELLY, "nelly");
        // Without it in the token, the page about the person is asked.
        nameless.as_object_mut().expect("an object").remove("email");
        discord.vouches(&way, &nameless);
        discord.stub.says(path, said.clone());
        let begun = Instant::now();
        let brought = caller.come_back_from("discord", &way).await;
        assert_eq!(brought, "error=provider_unavailable", "{path}: {said:?}");
        assert!(begun.elapsed() < Duration::from_secs(8), "{path}: {said:?}");
    }
    assert_eq!(platform.count("SELECT count(*) FROM users").await, 0);
    assert!(
        !platform
            .server
            .log()
            .contains("6qrZcUqja7812RVdnEKjpzOL4CvHBFG")
    );
    caller.get("/health/ready").await.must_be(200);
}
