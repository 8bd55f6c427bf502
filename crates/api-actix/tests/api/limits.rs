//! How much is left, and when to come back.

use domain::access::permission::Permission;
use domain::limit::quota::LimitClass;
use serde_json::json;

use crate::harness::{TestApi, operations, used_up};

#[actix_web::test]
async fn everything_under_api_tells_how_much_is_left() {
    let app = TestApi::new().start().await;
    let quotas: [(&[Permission], &str, &str); 2] = [
        (&[], "\"api_user\";q=600;w=900", "\"api_user\";r=599;t=900"),
        (
            &[Permission::ApiAdvanced],
            "\"api_advanced\";q=3000;w=900",
            "\"api_advanced\";r=2999;t=900",
        ),
    ];
    for (permissions, policy, state) in quotas {
        let answer = app.as_user(permissions).get("/api/users/me").await;
        assert_eq!(answer.header("ratelimit-policy"), Some(policy));
        assert_eq!(answer.header("ratelimit"), Some(state));
    }
    let answer = app.anonymous().get("/api/scripts").await;
    assert_eq!(
        answer.header("ratelimit-policy"),
        Some("\"api\";q=100;w=900")
    );
    for operation in operations() {
        let answer = operation.example(&app.anonymous()).await;
        let is_counted = operation.path.starts_with("/api/");
        assert_eq!(
            answer.header("ratelimit").is_some(),
            is_counted,
            "{}",
            operation.name()
        );
    }
    let answer = app.anonymous().get("/api/nothing").await.expect(404);
    assert!(answer.header("ratelimit").is_some());
}

#[actix_web::test]
async fn trying_credentials_tells_of_all_that_was_counted_the_closest_guard_first() {
    let app = TestApi::new().start().await;
    let body = json!({"email": "ada@example.org", "password": "wrong"});
    let answer = app
        .anonymous()
        .post("/api/auth/login")
        .json(&body)
        .await
        .expect(401);
    let policy = "\"auth_ip\";q=50;w=900, \"auth\";q=5;w=900, \"api\";q=100;w=900";
    assert_eq!(answer.header("ratelimit-policy"), Some(policy));
}

#[actix_web::test]
async fn beyond_a_quota_the_answer_says_when_to_come_back() {
    let credentials = [
        "/api/auth/login",
        "/api/auth/restore",
        "/api/auth/register",
        "/api/auth/verify-email/resend",
    ];
    let classes = [
        (LimitClass::Auth, &credentials[..]),
        (LimitClass::AuthIp, &credentials[..]),
        (LimitClass::Refresh, &["/api/auth/refresh"][..]),
        (
            LimitClass::Api,
            &["/api/scripts", "/api/auth/login", "/api/users/ada"][..],
        ),
    ];
    for (class, paths) in classes {
        let app = TestApi::new().with(used_up(class)).start().await;
        for operation in operations()
            .iter()
            .filter(|operation| paths.contains(&&*operation.path))
        {
            let answer = operation
                .example(&app.anonymous())
                .await
                .problem(429, "rate_limited");
            assert_eq!(
                answer.header("retry-after"),
                Some("61"),
                "{}",
                operation.name()
            );
            let state = format!("\"{}\";r=0;t=61", class.name());
            assert!(answer.header("ratelimit").unwrap().contains(&state));
        }
    }
}

#[actix_web::test]
async fn limits_that_are_switched_off_are_not_told_of() {
    let app = TestApi::new()
        .unlimited()
        .with(used_up(LimitClass::Api))
        .start()
        .await;
    let answer = app.anonymous().get("/api/scripts").await.expect(200);
    assert_eq!(answer.header("ratelimit"), None);
    assert_eq!(answer.header("ratelimit-policy"), None);
}
