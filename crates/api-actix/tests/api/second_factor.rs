//! The second factor, as clients see it.

use chrono::TimeDelta;
use domain::account::second_factor::{EnrolConflict, FactorConflict};
use domain::outage::StoreError;
use domain::session::AuthMethod;
use serde_json::json;

use crate::harness::{PASSWORD, Person, TestApi};

const TOTP: &str = "/api/users/me/mfa/totp";
const CONFIRM: &str = "/api/users/me/mfa/totp/confirm";

#[actix_web::test]
async fn a_second_factor_is_set_up_in_two_steps() {
    let app = TestApi::new().start().await;
    let ada = app.as_user(&[]);
    let sheet = ada.post(TOTP).await.expect(200).json();
    assert_eq!(sheet["otpauth_uri"], "otpauth://totp/ScriptHub:ada");
    assert!(sheet["qr_svg"].as_str().unwrap().starts_with("<svg"));
    let confirmed = ada.post(CONFIRM).json(&json!({"code": "123456"})).await;
    let codes = confirmed.expect(200).json()["recovery_codes"].clone();
    assert_eq!(codes.as_array().unwrap().len(), 10);
    assert_eq!(codes[0], "abcd-efgh-ijkl-mnop");
    let wrong = ada.post(CONFIRM).json(&json!({"code": "654321"})).await;
    wrong.problem(403, "wrong_code");
}

#[actix_web::test]
async fn what_is_in_force_is_not_set_up_again_and_what_does_not_wait_is_not_confirmed() {
    let app = TestApi::new().with(|ports| {
        let factors = &mut ports.second_factors;
        factors
            .expect_begin()
            .returning(|_| Err(StoreError::Conflict(EnrolConflict::AlreadyEnabled)));
        factors.expect_find_pending().returning(|_| Ok(None));
    });
    let app = app.start().await;
    let ada = app.as_user(&[]);
    ada.post(TOTP).await.problem(409, "mfa_already_enabled");
    let confirmed = ada.post(CONFIRM).json(&json!({"code": "123456"})).await;
    confirmed.problem(409, "mfa_not_pending");
}

#[actix_web::test]
async fn an_old_proof_neither_sets_a_second_factor_up_nor_gives_it_up() {
    let app = TestApi::new().start().await;
    let stale = Person::named("ada").who_proved_it(TimeDelta::minutes(10));
    let stale = app.as_person(stale);
    stale.post(TOTP).await.problem(403, "reauth_required");
    stale.delete(TOTP).await.problem(403, "reauth_required");
    let recent = Person::named("ada").who_proved_it(TimeDelta::minutes(9));
    let recent = app.as_person(recent);
    recent.post(TOTP).await.expect(200);
    recent.delete(TOTP).await.expect(204);
}

#[actix_web::test]
async fn a_sign_in_with_a_second_factor_answers_no_session_before_the_code() {
    let app = TestApi::new().with(|ports| {
        let factors = &mut ports.second_factors;
        factors.expect_is_enabled().returning(|_| Ok(true));
        factors
            .expect_sign_in()
            .times(1)
            .withf(|sign_in| {
                let methods = &sign_in.opening.session.methods;
                *methods == [AuthMethod::Password, AuthMethod::Otp]
            })
            .returning(|_| Ok(Vec::new()));
        ports.sessions.expect_open().times(0);
    });
    let app = app.start().await;
    let body = json!({"email": "ada@example.org", "password": PASSWORD});
    let half = app.anonymous().post("/api/auth/login").json(&body).await;
    let expected = json!({
        "mfa_required": true,
        "mfa_token": "sho_…",
        "methods": ["totp", "recovery_code"],
    });
    assert_eq!(half.expect(200).json(), expected);
    let body = json!({"mfa_token": "sho_…", "code": "123 456"});
    let whole = app.anonymous().post("/api/auth/mfa").json(&body).await;
    assert_eq!(whole.expect(200).json()["user"]["username"], "ada");
}

#[actix_web::test]
async fn a_wrong_code_a_used_one_and_a_dead_token_are_told_apart() {
    let app = TestApi::new().with(|ports| {
        let factors = &mut ports.second_factors;
        factors
            .expect_sign_in()
            .returning(|_| Err(StoreError::Conflict(FactorConflict::CodeSpent)));
        factors
            .expect_take_try()
            .times(2)
            .returning(|_, _| Ok(Some(crate::harness::half_done())));
        factors.expect_take_try().returning(|_, _| Ok(None));
    });
    let app = app.start().await;
    for (token, code, problem) in [
        ("sho_…", "654321", "mfa_code_invalid"),
        ("sho_…", "123456", "mfa_code_invalid"),
        ("sho_…", "123456", "mfa_token_invalid"),
        ("sho_other", "123456", "mfa_token_invalid"),
    ] {
        let body = json!({"mfa_token": token, "code": code});
        let answer = app.anonymous().post("/api/auth/mfa").json(&body).await;
        let answer = answer.problem(401, problem);
        let challenge = answer.header("www-authenticate");
        assert_eq!(challenge, Some("Bearer realm=\"sign-in\""));
    }
}

#[actix_web::test]
async fn a_code_proves_who_you_are_as_the_password_does_but_not_both_at_once() {
    let app = TestApi::new().start().await;
    let ada = app.as_user(&[]);
    let prove = |body| ada.post("/api/auth/reauthenticate").json(&body);
    prove(json!({"code": "123456"})).await.expect(200);
    prove(json!({"code": "654321"}))
        .await
        .problem(403, "wrong_code");
    for body in [json!({}), json!({"password": PASSWORD, "code": "123456"})] {
        prove(body).await.problem(422, "validation_failed");
    }
}
