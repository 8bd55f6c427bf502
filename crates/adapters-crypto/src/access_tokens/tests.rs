use super::*;
use crate::jwt_keys::write_new_key;
use crate::master_keys::test_keys;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeZone;
use domain::session::AuthMethod;
use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};
use std::path::PathBuf;

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap()
}

fn folder() -> PathBuf {
    std::env::temp_dir().join(format!(
        "scripthub-jwt-{}",
        test_support::services::unique_suffix()
    ))
}

fn settings() -> JwtSettings {
    JwtSettings {
        issuer: "https://scripthub.test".to_owned(),
        audience: "scripthub".to_owned(),
    }
}

fn tokens() -> (JwtAccessTokens, PathBuf) {
    let folder = folder();
    write_new_key(&folder, "2026-01").unwrap();
    let keys = JwtKeys::read(&folder, TimeDelta::zero()).unwrap();
    (JwtAccessTokens::new(settings(), keys), folder)
}

fn claims() -> AccessClaims {
    AccessClaims {
        user: UserId::new(Uuid::from_u128(1)),
        session: SessionId::new(Uuid::from_u128(2)),
        generation: Generation::restore(3),
        authenticated_at: noon(),
        methods: vec![AuthMethod::Password],
        issued_at: noon(),
        expires_at: noon() + TimeDelta::minutes(10),
    }
}

fn body() -> Value {
    let (iat, exp) = (noon().timestamp(), noon().timestamp() + 600);
    json!({
        "iss": "https://scripthub.test", "aud": "scripthub", "sub": Uuid::from_u128(1), "sid": Uuid::from_u128(2),
        "iat": iat, "nbf": iat, "exp": exp, "jti": "j", "auth_time": iat, "amr": ["pwd"], "gen": 3,
    })
}

/// A token of the symmetric key, with a header and a body of one's own.
fn symmetric(header: &Header, body: &Value) -> (JwtAccessTokens, String) {
    let keys = JwtKeys::symmetric(&test_keys(1));
    let token = jsonwebtoken::encode(header, body, &keys.signer(noon()).unwrap().encoding).unwrap();
    (JwtAccessTokens::new(settings(), keys), token)
}

fn header() -> Header {
    let mut header = Header::new(jsonwebtoken::Algorithm::HS256);
    header.typ = Some(TYPE.to_owned());
    let keys = JwtKeys::symmetric(&test_keys(1));
    header.kid = Some(keys.signer(noon()).unwrap().kid.clone());
    header
}

#[test]
fn a_token_says_who_acts_through_which_session() {
    let (tokens, _) = tokens();
    let token = tokens.sign(&claims()).unwrap();
    // Twice: examined, and remembered.
    for _ in 0..2 {
        let access = tokens.verify(token.expose(), noon()).unwrap();
        assert_eq!(access.user, claims().user);
        assert_eq!(access.session, claims().session);
        assert_eq!(access.generation, claims().generation);
        assert_eq!(access.authenticated_at, noon());
    }
}

#[test]
fn a_token_is_good_between_its_times_and_thirty_seconds_around_them() {
    let (tokens, _) = tokens();
    let token = tokens.sign(&claims()).unwrap();
    let good_at = |seconds: i64| {
        let now = noon() + TimeDelta::seconds(seconds);
        tokens.verify(token.expose(), now).is_ok()
    };
    assert!(good_at(-30));
    assert!(!good_at(-31));
    assert!(good_at(629));
    assert!(!good_at(630));
}

#[test]
fn no_algorithm_but_ours_is_accepted() {
    let (tokens, folder) = tokens();
    let body = URL_SAFE_NO_PAD.encode(body().to_string());
    for alg in ["none", "None", "nOnE", "HS256", "RS256"] {
        let header = json!({"alg": alg, "typ": TYPE, "kid": "2026-01"}).to_string();
        let unsigned = format!("{}.{body}.", URL_SAFE_NO_PAD.encode(header));
        assert!(tokens.verify(&unsigned, noon()).is_err(), "{alg}");
        assert!(
            tokens
                .verify(unsigned.trim_end_matches('.'), noon())
                .is_err(),
            "{alg}"
        );
    }
    // The public key as a secret of HS256.
    let set: Value = serde_json::from_str(&tokens.key_set()).unwrap();
    let public = URL_SAFE_NO_PAD
        .decode(set["keys"][0]["x"].as_str().unwrap())
        .unwrap();
    let mut header = header();
    header.kid = Some("2026-01".to_owned());
    let confused =
        jsonwebtoken::encode(&header, &self::body(), &EncodingKey::from_secret(&public)).unwrap();
    assert!(tokens.verify(&confused, noon()).is_err());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn another_signed_thing_of_ours_does_not_pass_as_an_access_token() {
    let (tokens, token) = symmetric(&header(), &body());
    assert!(tokens.verify(&token, noon()).is_ok());
    for kind in [None, Some("JWT"), Some("AT+JWT2")] {
        let mut other = header();
        other.typ = kind.map(str::to_owned);
        let (tokens, token) = symmetric(&other, &body());
        assert!(tokens.verify(&token, noon()).is_err(), "{kind:?}");
    }
}

#[test]
fn every_claim_is_required_and_issuer_and_audience_are_ours() {
    for claim in [
        "iss",
        "aud",
        "sub",
        "sid",
        "iat",
        "nbf",
        "exp",
        "auth_time",
        "gen",
    ] {
        let mut without = body();
        without.as_object_mut().unwrap().remove(claim);
        let (tokens, token) = symmetric(&header(), &without);
        assert!(tokens.verify(&token, noon()).is_err(), "without {claim}");
    }
    for (claim, value) in [
        ("iss", json!("https://evil.test")),
        ("aud", json!("other")),
        ("exp", json!("9999999999")),
        ("sub", json!("alice")),
    ] {
        let mut other = body();
        other[claim] = value;
        let (tokens, token) = symmetric(&header(), &other);
        assert!(tokens.verify(&token, noon()).is_err(), "other {claim}");
    }
}

#[test]
fn a_kid_names_a_key_of_ours_and_nothing_else() {
    for kid in ["../../dev/null", "' OR 1=1--", "unknown", ""] {
        let mut other = header();
        other.kid = Some(kid.to_owned());
        let (tokens, token) = symmetric(&other, &body());
        assert!(tokens.verify(&token, noon()).is_err(), "{kid}");
    }
    let (tokens, _) = tokens();
    assert!(tokens.verify(&"a".repeat(10_000), noon()).is_err());
}

#[test]
fn the_newest_key_signs_all_verify_and_a_key_that_is_gone_verifies_no_more() {
    let (tokens, folder) = tokens();
    let old = tokens.sign(&claims()).unwrap();
    write_new_key(&folder, "2026-02").unwrap();
    tokens.replace_keys(JwtKeys::read(&folder, TimeDelta::zero()).unwrap());
    let new = tokens.sign(&claims()).unwrap();
    assert_eq!(
        jsonwebtoken::decode_header(new.expose())
            .unwrap()
            .kid
            .unwrap(),
        "2026-02"
    );
    assert!(tokens.verify(old.expose(), noon()).is_ok());
    std::fs::remove_file(folder.join("2026-01.pem")).unwrap();
    tokens.replace_keys(JwtKeys::read(&folder, TimeDelta::zero()).unwrap());
    assert!(tokens.verify(old.expose(), noon()).is_err());
    assert!(tokens.verify(new.expose(), noon()).is_ok());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_key_file_is_for_its_owner_only_and_never_overwritten() {
    let folder = folder();
    let path = write_new_key(&folder, "k").unwrap();
    assert!(write_new_key(&folder, "k").is_err());
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    std::fs::remove_dir_all(folder).unwrap();
}
