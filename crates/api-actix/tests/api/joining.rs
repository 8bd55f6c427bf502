//! Joining and confirming an address, as clients see it.

use domain::account::registration::{RegisterConflict, RegistrationMode};
use domain::outage::StoreError;
use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::harness::TestApi;

fn registration() -> Value {
    json!({
        "email": "Grace@Example.org",
        "username": "grace",
        "password": "long enough for anybody",
        "display_name": "Grace Hopper",
        "locale": "id",
    })
}

#[actix_web::test]
async fn whoever_joins_gets_an_account_and_is_signed_in() {
    let app = TestApi::new().with(|ports| {
        ports
            .accounts
            .expect_register()
            .times(1)
            .returning(|registration| {
                let session = registration.session.as_ref().unwrap();
                assert_eq!(session.ip, Some("203.0.113.9".parse().unwrap()));
                assert_eq!(session.user_agent.as_deref(), Some("a browser"));
                assert_eq!(registration.roles.len(), 1);
                assert!(registration.verification.is_some());
                Ok(())
            });
    });
    let app = app.start().await;
    let call = app
        .anonymous()
        .post("/api/auth/register")
        .header("User-Agent", "a browser");
    let answer = call.json(&registration()).await.expect(201);
    assert_eq!(answer.header("location"), Some("/api/users/grace"));
    assert_json_snapshot!("registered", answer.json());
}

#[actix_web::test]
async fn what_is_taken_is_told_apart() {
    let conflicts = [
        (RegisterConflict::EmailTaken, "email_taken"),
        (RegisterConflict::UsernameTaken, "username_taken"),
    ];
    for (conflict, code) in conflicts {
        let app = TestApi::new().with(|ports| {
            ports
                .accounts
                .expect_register()
                .returning(move |_| Err(StoreError::Conflict(conflict)));
        });
        let app = app.start().await;
        let answer = app
            .anonymous()
            .post("/api/auth/register")
            .json(&registration())
            .await;
        answer.problem(409, code);
    }
}

#[actix_web::test]
async fn a_password_has_8_characters_to_71_bytes() {
    let app = TestApi::new().start().await;
    for (password, code) in [
        ("", "required"),
        ("sevench", "too_short"),
        (&*"x".repeat(72), "too_long"),
        (&"ä".repeat(36), "too_long"),
    ] {
        let mut body = registration();
        body["password"] = json!(password);
        let answer = app.anonymous().post("/api/auth/register").json(&body).await;
        let answer = answer.invalid("password", code);
        assert!(password.is_empty() || !answer.text().contains(password));
    }
}

#[actix_web::test]
async fn a_mailed_token_confirms_the_address_and_a_wrong_one_does_not() {
    let app = TestApi::new().start().await;
    let confirm = |token: &str| {
        app.anonymous()
            .post("/api/auth/verify-email")
            .json(&json!({"token": token}))
    };
    let answer = confirm(" sho_…\n").await.expect(200);
    assert_eq!(answer.json()["user"]["username"], "ada");
    confirm("sho_forged").await.problem(400, "token_invalid");
}

#[actix_web::test]
async fn asking_for_another_mail_tells_nothing_about_accounts() {
    let app = TestApi::new().start().await;
    for email in ["ada@example.org", "nobody@example.org"] {
        let call = app
            .anonymous()
            .post("/api/auth/verify-email/resend")
            .json(&json!({"email": email}));
        assert!(call.await.expect(202).body.is_empty());
    }
}

#[actix_web::test]
async fn who_confirms_first_is_answered_alike_whether_or_not_the_address_is_taken() {
    let mut answers = Vec::new();
    for is_taken in [false, true] {
        let app = TestApi::new().with(|ports| {
            ports.mode = RegistrationMode::ConfirmFirst;
            ports.accounts.expect_register().returning(move |_| {
                if is_taken {
                    Err(StoreError::Conflict(RegisterConflict::EmailTaken))
                } else {
                    Ok(())
                }
            });
        });
        let app = app.start().await;
        let mut body = registration();
        body["email"] = json!("ada@example.org");
        let answer = app.anonymous().post("/api/auth/register").json(&body).await;
        answers.push(answer.expect(202).text().to_owned());
    }
    assert_eq!(answers, ["", ""]);
}

#[actix_web::test]
async fn nobody_joins_where_registration_is_closed() {
    let app = TestApi::new()
        .with(|ports| ports.mode = RegistrationMode::Closed)
        .start()
        .await;
    app.anonymous()
        .post("/api/auth/register")
        .json(&registration())
        .await
        .problem(403, "registration_closed");
}
