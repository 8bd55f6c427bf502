//! Linking and unlinking providers, and proving once more who one is at one.

use chrono::TimeDelta;
use domain::account::linking::{Encounter, LinkConflict, UnlinkConflict};
use domain::account::provider_flow::{Asker, FlowIntent, ProofGrant};
use domain::outage::StoreError;
use serde_json::json;

use crate::harness::{FLOW_COOKIE, Person, Ports, TestApi, a_flow, a_proof, session_id, user_id};
use crate::providers::{BACK, MINE, come_back, failed, fragment};

const ASKER: fn() -> Asker = || Asker {
    user: user_id("ada"),
    session: session_id("ada"),
};

#[actix_web::test]
async fn linking_and_unlinking_ask_for_a_fresh_proof() {
    let app = TestApi::new().start().await;
    let stale = app.as_person(Person::named("ada").who_proved_it(TimeDelta::minutes(10)));
    stale.post(MINE).await.problem(403, "reauth_required");
    stale.delete(MINE).await.problem(403, "reauth_required");
    let ada = app.as_user(&[]);
    let link = ada.post(MINE).await.expect(200);
    assert!(
        link.header("set-cookie")
            .unwrap()
            .starts_with("__Host-oauth-")
    );
    let there = link.json()["authorize_url"].clone();
    assert_eq!(
        there,
        "https://accounts.google.example/auth?state=sho_%E2%80%A6"
    );
    ada.delete(MINE).await.expect(204);
    let prove = ada.post("/api/auth/reauthenticate/google").await;
    prove.expect(200);
}

#[actix_web::test]
async fn what_cannot_be_unlinked_stays() {
    for (conflict, status, code) in [
        (UnlinkConflict::LastWay, 409, "last_sign_in_way"),
        (UnlinkConflict::NotLinked, 404, "not_found"),
    ] {
        let app = TestApi::new().with(move |ports| {
            let unlink = ports.identities.expect_unlink();
            unlink.returning(move |_| Err(StoreError::Conflict(conflict)));
        });
        let app = app.start().await;
        app.as_user(&[]).delete(MINE).await.problem(status, code);
    }
}

#[actix_web::test]
async fn a_link_ends_where_it_began_and_with_whom() {
    let link = |ports: &mut Ports| {
        let flow = || a_flow(FlowIntent::Link(ASKER()));
        ports
            .flows
            .expect_take()
            .returning(move |_, _| Ok(Some(flow())));
    };
    let app = TestApi::new().with(link).start().await;
    let answer = come_back(&app, BACK).await;
    assert!(fragment(&answer).starts_with("linked=google&"));
    // Somebody else has signed in meanwhile.
    let eve = app.as_person(Person::named("eve"));
    let answer = eve.get(BACK).header("Cookie", FLOW_COOKIE).await;
    assert_eq!(failed(&answer.expect(302)), "session_ended");
    for (conflict, told) in [
        (LinkConflict::GroundsGone, "session_ended"),
        (LinkConflict::HeldByAnother, "identity_taken"),
        (LinkConflict::ProviderTaken, "provider_already_linked"),
    ] {
        let app = TestApi::new().with(link).with(move |ports| {
            let link = ports.identities.expect_link();
            link.returning(move |_| Err(StoreError::Conflict(conflict)));
            ports.audit.expect_append().once().returning(|_| Ok(()));
        });
        let app = app.start().await;
        assert_eq!(failed(&come_back(&app, BACK).await), told);
    }
}

#[actix_web::test]
async fn a_proof_at_a_provider_makes_the_same_session_fresh() {
    let app = TestApi::new().with(|ports| {
        let flow = || a_flow(FlowIntent::Reauthenticate(ASKER()));
        ports
            .flows
            .expect_take()
            .returning(move |_, _| Ok(Some(flow())));
        ports.flows.expect_take_proof().returning(|_, purpose, _| {
            Ok(Some(a_proof(
                purpose,
                ProofGrant::Reauthenticate(session_id("ada")),
            )))
        });
        ports.sessions.expect_open().times(0);
    });
    let app = app.start().await;
    assert!(fragment(&come_back(&app, BACK).await).starts_with("code="));
    let body = json!({"code": "sho_…"});
    let fresh = app.anonymous().post("/api/auth/exchange").json(&body).await;
    let access = fresh.expect(200).json()["token"]["access_token"].clone();
    assert_eq!(access, format!("access.{}.1", session_id("ada")));
}

#[actix_web::test]
async fn somebody_else_at_the_provider_proves_nothing() {
    let app = TestApi::new().with(|ports| {
        let flow = || a_flow(FlowIntent::Reauthenticate(ASKER()));
        ports
            .flows
            .expect_take()
            .returning(move |_, _| Ok(Some(flow())));
        ports
            .identities
            .expect_meet()
            .returning(|_, _| Ok(Encounter::default()));
        ports.audit.expect_append().once().returning(|_| Ok(()));
    });
    let app = app.start().await;
    assert_eq!(failed(&come_back(&app, BACK).await), "wrong_person");
}
