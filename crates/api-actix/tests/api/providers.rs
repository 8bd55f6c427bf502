//! Signing in through others, as browsers and clients see it.

use domain::account::linking::{Encounter, Namesake};
use domain::account::one_time_token::TokenPurpose;
use domain::account::provider_flow::ProofGrant;
use domain::account::user::AccountStatus;
use domain::job::{Job, Letter};
use domain::outage::{Dependency, Outage};
use domain::port::identity_providers::ProviderError;
use domain::session::AuthMethod;
use serde_json::json;

use crate::harness::{
    Answer, App, FLOW_COOKIE, FRONTEND, PASSWORD, Ports, TestApi, a_proof, user_id,
};

const BEGIN: &str = "/api/auth/google";
pub(crate) const BACK: &str = "/api/auth/google/callback?state=sho_%E2%80%A6&code=good";
pub(crate) const MINE: &str = "/api/users/me/providers/google";

/// What a port does otherwise.
type Change = fn(&mut Ports);

/// Comes back from the provider with the cookie of the way.
pub(crate) async fn come_back(app: &App, uri: &str) -> Answer {
    let call = app.anonymous().get(uri);
    call.header("Cookie", FLOW_COOKIE).await.expect(302)
}

/// The fragment of the page of the frontend that an answer leads to.
pub(crate) fn fragment(answer: &Answer) -> String {
    let page = answer.header("location").unwrap();
    let (page, fragment) = page.split_once('#').unwrap();
    assert_eq!(page, format!("{FRONTEND}/auth/callback"));
    fragment.to_owned()
}

pub(crate) fn failed(answer: &Answer) -> String {
    let fragment = fragment(answer);
    let error = fragment.strip_prefix("error=").unwrap();
    error.split('&').next().unwrap().to_owned()
}

#[actix_web::test]
async fn a_frontend_learns_which_buttons_to_show() {
    let app = TestApi::new().start().await;
    let ways = app.anonymous().get("/api/auth/providers").await.expect(200);
    let items = ways.json()["items"].clone();
    let expected = json!([
        {"name": "email", "label": "E-mail", "start": null},
        {"name": "google", "label": "Google", "start": "/api/auth/google"},
    ]);
    assert_eq!(items, expected);
}

#[actix_web::test]
async fn the_way_there_is_bound_to_the_browser() {
    let app = TestApi::new().start().await;
    let answer = app.anonymous().get(BEGIN).await.expect(302);
    let there = answer.header("location").unwrap();
    assert_eq!(
        there,
        "https://accounts.google.example/auth?state=sho_%E2%80%A6"
    );
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-oauth-"), "{cookie}");
    for attribute in [
        "HttpOnly",
        "Secure",
        "SameSite=Lax",
        "Path=/",
        "Max-Age=600",
    ] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    let unknown = app.anonymous().get("/api/auth/nobody").await;
    unknown.problem(404, "not_found");
}

#[actix_web::test]
async fn only_a_path_of_the_frontend_is_where_people_go_on() {
    for (asked, kept) in [
        ("/scripts", "/scripts"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/%5cevil.example", "/"),
        ("/%250d%250aX:%20y", "/"),
        ("javascript:alert(1)", "/"),
    ] {
        let app = TestApi::new().with(move |ports| {
            ports
                .flows
                .expect_begin()
                .once()
                .withf(move |flow| flow.return_to.as_str() == kept)
                .returning(|_| Ok(()));
        });
        let app = app.start().await;
        let uri = format!("{BEGIN}?return_to={asked}");
        app.anonymous().get(&uri).await.expect(302);
    }
}

#[actix_web::test]
async fn who_comes_back_gets_a_code_in_the_fragment_and_tokens_for_it() {
    let app = TestApi::new().start().await;
    let answer = come_back(&app, BACK).await;
    let expected = "code=sho_%E2%80%A6&return_to=%2Fscripts%3Fsort%3Dnew";
    assert_eq!(fragment(&answer), expected);
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.contains("Max-Age=0"), "{cookie}");
    let body = json!({"code": "sho_…"});
    let tokens = app.anonymous().post("/api/auth/exchange").json(&body).await;
    assert_eq!(tokens.expect(200).json()["user"]["username"], "ada");
}

#[actix_web::test]
async fn a_way_back_that_is_not_the_way_there_leads_nowhere() {
    let app = TestApi::new().start().await;
    let client = app.anonymous();
    let without_cookie = client.get(BACK).await.expect(302);
    let other = FLOW_COOKIE.replace("0000=", "0001=");
    let of_another_way = client.get(BACK).header("Cookie", &other).await.expect(302);
    for answer in [without_cookie, of_another_way] {
        assert_eq!(failed(&answer), "state_invalid");
    }
    for query in [
        "",
        "?code=good",
        "?state=forged&code=good",
        "?state=sho_%E2%80%A6&state=x&code=good",
    ] {
        let uri = format!("/api/auth/google/callback{query}");
        assert_eq!(failed(&come_back(&app, &uri).await), "state_invalid");
    }
    let app = TestApi::new().with(|ports| {
        ports.flows.expect_take().returning(|_, _| Ok(None));
    });
    let app = app.start().await;
    assert_eq!(failed(&come_back(&app, BACK).await), "state_invalid");
}

#[actix_web::test]
async fn nothing_that_a_provider_says_is_repeated() {
    let app = TestApi::new().start().await;
    for (query, told) in [
        (
            "error=access_denied&error_description=%3Cscript%3E",
            "access_denied",
        ),
        ("error=%3Cscript%3E", "provider_refused"),
        ("code=a&code=b", "provider_refused"),
        ("", "provider_refused"),
    ] {
        let uri = format!("/api/auth/google/callback?state=sho_%E2%80%A6&{query}");
        let answer = come_back(&app, &uri).await;
        assert_eq!(failed(&answer), told);
        assert!(!fragment(&answer).contains("script%3E"), "{answer:?}");
    }
}

#[actix_web::test]
async fn a_provider_that_fails_and_an_outage_of_ours_are_told_to_the_page() {
    let cases: [(Change, &str); 3] = [
        (
            |ports| {
                let finish = ports.providers.expect_finish();
                finish.returning(|_| Err(ProviderError::Unavailable("timeout".into())));
            },
            "provider_unavailable",
        ),
        (
            |ports| {
                let finish = ports.providers.expect_finish();
                finish.returning(|_| Err(ProviderError::Refused("nonce".into())));
            },
            "provider_refused",
        ),
        (
            |ports| {
                let meet = ports.identities.expect_meet();
                meet.returning(|_, _| Err(Outage::Overloaded(Dependency::Postgres)));
            },
            "unavailable",
        ),
    ];
    for (change, told) in cases {
        let app = TestApi::new().with(change).start().await;
        assert_eq!(failed(&come_back(&app, BACK).await), told);
    }
    let app = TestApi::new().with(|ports| {
        let begin = ports.providers.expect_begin();
        begin.returning(|_| Err(ProviderError::Unavailable("timeout".into())));
    });
    let app = app.start().await;
    let answer = app.anonymous().get(BEGIN).await.expect(302);
    assert_eq!(failed(&answer), "provider_unavailable");
    let answer = app.as_user(&[]).post(MINE).await;
    answer.problem(503, "provider_unavailable");
}

fn meeting_a_verified_namesake(ports: &mut Ports) {
    ports.identities.expect_meet().returning(|_, _| {
        Ok(Encounter {
            holder: None,
            namesake: Some(Namesake {
                user: user_id("ada"),
                status: AccountStatus::Active,
                is_verified: true,
            }),
        })
    });
}

#[actix_web::test]
async fn an_account_of_the_same_address_is_linked_after_its_password_only() {
    let app = TestApi::new().with(|ports| {
        meeting_a_verified_namesake(ports);
        ports
            .flows
            .expect_issue()
            .once()
            .withf(|issue| {
                let letters = issue.journal.jobs().iter().map(|job| match &job.job {
                    Job::SendMail(order) => order.letter,
                });
                letters.eq([Letter::LinkPending]) && issue.proof.grant == ProofGrant::ConfirmLink
            })
            .returning(|_| Ok(()));
        ports
            .flows
            .expect_take_proof()
            .returning(|_, purpose, _| Ok(Some(a_proof(purpose, ProofGrant::ConfirmLink))));
        ports.identities.expect_link().once().returning(|_| Ok(()));
    });
    let app = app.start().await;
    assert!(fragment(&come_back(&app, BACK).await).starts_with("code="));
    let client = app.anonymous();
    let due = client
        .post("/api/auth/exchange")
        .json(&json!({"code": "sho_…"}))
        .await;
    let expected = json!({
        "link_required": true,
        "link_token": "sho_…",
        "provider": "google",
        "methods": ["password", "google"],
    });
    assert_eq!(due.expect(200).json(), expected);
    let confirm = |password| {
        let body = json!({"link_token": "sho_…", "password": password});
        client.post("/api/auth/link/confirm").json(&body)
    };
    confirm("wrong").await.problem(401, "invalid_credentials");
    let linked = confirm(PASSWORD).await.expect(200);
    assert_eq!(linked.json()["user"]["username"], "ada");
}

#[actix_web::test]
async fn the_second_factor_is_asked_for_after_a_provider_too() {
    let app = TestApi::new().with(|ports| {
        let factors = &mut ports.second_factors;
        factors.expect_is_enabled().returning(|_| Ok(true));
        factors
            .expect_challenge()
            .once()
            .withf(|challenge| challenge.first == AuthMethod::Federated)
            .returning(|_| Ok(()));
        ports.sessions.expect_open().times(0);
    });
    let app = app.start().await;
    let body = json!({"code": "sho_…"});
    let half = app.anonymous().post("/api/auth/exchange").json(&body).await;
    assert_eq!(half.expect(200).json()["mfa_required"], true);
}

#[actix_web::test]
async fn a_code_that_is_used_or_forged_is_exchanged_for_nothing() {
    let app = TestApi::new().with(|ports| {
        ports
            .flows
            .expect_take_proof()
            .returning(|_, _, _| Ok(None));
        ports
            .flows
            .expect_find_proof()
            .withf(|_, purpose, _| *purpose == TokenPurpose::ConfirmLink)
            .returning(|_, _, _| Ok(None));
    });
    let app = app.start().await;
    let client = app.anonymous();
    for code in ["sho_…", "forged"] {
        let body = json!({"code": code});
        let answer = client.post("/api/auth/exchange").json(&body).await;
        answer.problem(400, "code_invalid");
        let body = json!({"link_token": code, "password": PASSWORD});
        let answer = client.post("/api/auth/link/confirm").json(&body).await;
        answer.problem(400, "token_invalid");
    }
}
