//! Signing in, staying signed in, signing out, as clients see it.

use domain::account::password::PasswordCheck;
use domain::account::user::AccountStatus;
use domain::port::accounts::Credentials;
use domain::port::sessions::Rotation;
use domain::session::Revoke;
use domain::session::rotation::Decision;
use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::harness::{Condition, PASSWORD, Person, TestApi, session_id, user_id, world};

fn credentials(email: &str, password: &str) -> Value {
    json!({"email": email, "password": password})
}

#[actix_web::test]
async fn whoever_knows_the_password_is_signed_in() {
    let app = TestApi::new().start().await;
    let call = app.anonymous().post("/api/auth/login");
    let answer = call
        .json(&credentials("ADA@example.org", PASSWORD))
        .await
        .expect(200);
    assert_json_snapshot!("signed_in", answer.json());
}

#[actix_web::test]
async fn unknown_wrong_deleted_and_passwordless_are_one_answer() {
    let app = TestApi::new().with(|ports| {
        let accounts = &mut ports.accounts;
        accounts
            .expect_find_credentials()
            .withf(|email| email.as_str() == "deleted@example.org")
            .returning(|_| {
                let mut account = world::ada();
                account.user.status = AccountStatus::Deleted;
                Ok(Some(Credentials {
                    account,
                    password: None,
                }))
            });
        accounts
            .expect_find_credentials()
            .withf(|email| email.as_str() == "provider@example.org")
            .returning(|_| {
                Ok(Some(Credentials {
                    account: world::ada(),
                    password: None,
                }))
            });
    });
    let app = app.start().await;
    let mut bodies = Vec::new();
    for (email, password) in [
        ("nobody@example.org", PASSWORD),
        ("no address", PASSWORD),
        ("", ""),
        ("ada@example.org", "wrong password"),
        ("deleted@example.org", PASSWORD),
        ("provider@example.org", PASSWORD),
    ] {
        let call = app
            .anonymous()
            .post("/api/auth/login")
            .header("X-Request-Id", "the-same-one");
        let answer = call
            .json(&credentials(email, password))
            .await
            .problem(401, "invalid_credentials");
        assert_eq!(
            answer.header("www-authenticate"),
            Some("Bearer realm=\"sign-in\"")
        );
        bodies.push(answer.body);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "answers differ: {bodies:?}");
}

#[actix_web::test]
async fn a_suspension_is_told_only_after_the_right_password() {
    let app = TestApi::new().with(|ports| {
        ports.accounts.expect_find_credentials().returning(|_| {
            let mut account = world::ada();
            account.user.status = AccountStatus::Suspended;
            Ok(Some(Credentials {
                account,
                password: None,
            }))
        });
        ports.passwords.expect_check().returning(|claim, _| {
            let is_right = claim.expose() == PASSWORD;
            Ok(if is_right {
                PasswordCheck::Matches
            } else {
                PasswordCheck::Differs
            })
        });
    });
    let app = app.start().await;
    let sign_in = |password| {
        app.anonymous()
            .post("/api/auth/login")
            .json(&credentials("ada@example.org", password))
    };
    sign_in("wrong password")
        .await
        .problem(401, "invalid_credentials");
    sign_in(PASSWORD).await.problem(403, "account_suspended");
}

#[actix_web::test]
async fn a_refresh_token_gets_the_next_pair() {
    let app = TestApi::new().start().await;
    let call = app
        .anonymous()
        .post("/api/auth/refresh")
        .json(&json!({"refresh_token": "shr_…"}));
    assert_json_snapshot!("refreshed", call.await.expect(200).json());
    let call = app
        .anonymous()
        .post("/api/auth/refresh")
        .json(&json!({"refresh_token": "shr_forged"}));
    call.await.problem(401, "refresh_token_invalid");
}

#[actix_web::test]
async fn a_copied_a_late_and_an_ended_refresh_token_are_told_apart() {
    let decisions = [
        (Decision::Reused, "refresh_token_reused"),
        (Decision::Expired, "session_expired"),
        (Decision::Revoked, "refresh_token_invalid"),
    ];
    for (decision, code) in decisions {
        let app = TestApi::new().with(|ports| {
            ports.sessions.expect_rotate().returning(move |attempt| {
                Ok(Some(Rotation {
                    user: user_id("ada"),
                    decision,
                    authenticated_at: attempt.now,
                    methods: Vec::new(),
                }))
            });
        });
        let app = app.start().await;
        let call = app
            .anonymous()
            .post("/api/auth/refresh")
            .json(&json!({"refresh_token": "shr_…"}));
        call.await.problem(401, code);
    }
}

#[actix_web::test]
async fn a_list_of_sessions_tells_which_one_asks_and_shows_no_token() {
    let app = TestApi::new().start().await;
    let answer = app.as_user(&[]).get("/api/auth/sessions").await.expect(200);
    assert_json_snapshot!("sessions", answer.json());
    assert!(!answer.text().contains("shr_"));
}

#[actix_web::test]
async fn sessions_are_ended_one_by_one_all_others_or_all() {
    let cases = [
        (
            format!("/api/auth/sessions/{}", session_id("phone")),
            Revoke::One(session_id("phone")),
        ),
        (
            "/api/auth/sessions".to_owned(),
            Revoke::AllBut(session_id("ada")),
        ),
        (
            "/api/auth/sessions?all=false".to_owned(),
            Revoke::AllBut(session_id("ada")),
        ),
        ("/api/auth/sessions?all=true".to_owned(), Revoke::All),
    ];
    for (uri, expected) in cases {
        let app = TestApi::new().with(|ports| {
            ports
                .sessions
                .expect_revoke()
                .times(1)
                .returning(move |revocation| {
                    assert_eq!(
                        (revocation.user, revocation.which),
                        (user_id("ada"), expected)
                    );
                    Ok(vec![session_id("phone")])
                });
        });
        let app = app.start().await;
        let answer = app.as_user(&[]).delete(&uri).await.expect(204);
        assert!(answer.body.is_empty());
    }
}

#[actix_web::test]
async fn a_session_of_somebody_else_is_not_there() {
    let app = TestApi::new().with(|ports| {
        ports.sessions.expect_revoke().returning(|_| Ok(Vec::new()));
    });
    let app = app.start().await;
    let uri = format!("/api/auth/sessions/{}", session_id("eve"));
    app.as_user(&[])
        .delete(&uri)
        .await
        .problem(404, "not_found");
}

#[actix_web::test]
async fn signing_out_twice_is_fine() {
    let app = TestApi::new().start().await;
    app.as_user(&[]).post("/api/auth/logout").await.expect(204);
    let ended = app.as_person(Person::named("ada").being(Condition::SignedOut));
    ended.post("/api/auth/logout").await.expect(204);
    app.anonymous()
        .post("/api/auth/logout")
        .await
        .problem(401, "unauthenticated");
}
