//! Signing in through a real OpenID provider, from the button to the last link.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Answer, Caller, OpenIdProvider, PASSWORD, Person, Platform, Way, browse};

const CALLBACK: &str = "http://scripthub.test/api/auth/corp/callback";

async fn a_platform(provider: &OpenIdProvider) -> Platform {
    Platform::plan()
        .without_limits()
        .setting("OIDC_PROVIDERS", "corp")
        .setting("OIDC_CORP_ISSUER", &provider.issuer)
        .setting("OIDC_CORP_CLIENT_ID", "scripthub")
        .setting("OIDC_CORP_CLIENT_SECRET", "a secret of the test")
        .setting("OIDC_CORP_LABEL", "Corp")
        .start()
        .await
}

fn ada() -> Value {
    json!({
        "sub": "ada-at-corp",
        "email": "ada@example.org",
        "email_verified": true,
        "name": "Ada Lovelace",
        "preferred_username": "Ada.Lovelace",
    })
}

/// Goes there and comes back; answers what the frontend gets.
async fn travel(caller: &Caller, way: &Way) -> String {
    let back = browse(&way.there).await;
    let path = format!("{}?{}", back.path(), back.query().unwrap_or_default());
    caller.come_back(&path, way).await
}

/// Signs in through the provider; the answer of the exchange.
async fn sign_in(caller: &Caller) -> Answer {
    let way = caller.leave_for("corp").await;
    let brought = travel(caller, &way).await;
    let code = brought.strip_prefix("code=").expect("a code");
    caller.exchange(code).await.must_be(200)
}

async fn providers_of(person: &Person) -> Vec<String> {
    let list = person.get("/api/users/me/providers").await.must_be(200);
    let items = list.json()["items"].clone();
    let items = items.as_array().expect("a list").clone();
    items
        .iter()
        .map(|item| item["provider"].as_str().expect("a name").to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_new_joins_and_is_known_the_next_time() {
    let provider = OpenIdProvider::start(&[CALLBACK]);
    let platform = a_platform(&provider).await;
    provider.is_visited_by(&ada()).await;
    let caller = platform.anonymous();
    let ways = caller.get("/api/auth/providers").await.must_be(200);
    assert_eq!(ways.json()["items"][1]["label"], "Corp");

    let way = caller.leave_for("corp").await;
    assert!(
        way.there.contains("code_challenge_method=S256"),
        "{}",
        way.there
    );
    assert!(way.there.contains("&nonce="), "{}", way.there);
    let answer = sign_in(&caller).await;
    assert_eq!(answer.at("/user/username"), "ada-lovelace");
    assert_eq!(answer.at("/user/display_name"), "Ada Lovelace");
    assert_eq!(answer.at("/user/email"), "ada@example.org");
    assert!(answer.json()["user"]["email_verified_at"].is_string());
    let person = Person::of(&caller, &answer);
    assert_eq!(providers_of(&person).await, ["corp"]);

    // The address there is another one by now; the one here stays.
    let mut moved = ada();
    moved["email"] = json!("countess@example.org");
    provider.is_visited_by(&moved).await;
    let again = sign_in(&caller).await;
    assert_eq!(again.at("/user/id"), person.id);
    assert_eq!(again.at("/user/email"), "ada@example.org");
    assert_eq!(platform.count("SELECT count(*) FROM users").await, 1);
    let federated = "SELECT count(*) FROM sessions WHERE amr = ARRAY['fed']";
    assert_eq!(platform.count(federated).await, 2);

    // The only way to sign in stays.
    let unlinked = person.delete("/api/users/me/providers/corp").await;
    unlinked.must_fail(409, "last_sign_in_way");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_way_is_good_once_in_one_browser_and_so_is_its_code() {
    let provider = OpenIdProvider::start(&[CALLBACK]);
    let platform = a_platform(&provider).await;
    provider.is_visited_by(&ada()).await;
    let caller = platform.anonymous();
    let (way, other) = (
        caller.leave_for("corp").await,
        caller.leave_for("corp").await,
    );
    let back = browse(&way.there).await;
    let path = format!("{}?{}", back.path(), back.query().unwrap_or_default());
    // In another browser, which has the cookie of another way or none.
    let stranger = Way {
        cookie: String::new(),
        ..way.clone()
    };
    for wrong in [&other, &stranger] {
        assert_eq!(caller.come_back(&path, wrong).await, "error=state_invalid");
    }
    let brought = caller.come_back(&path, &way).await;
    let code = brought.strip_prefix("code=").expect("a code").to_owned();
    assert_eq!(caller.come_back(&path, &way).await, "error=state_invalid");
    let mut exchanges = JoinSet::new();
    for _ in 0..20 {
        let (caller, code) = (platform.anonymous(), code.clone());
        exchanges.spawn(async move { caller.exchange(&code).await });
    }
    let answers = exchanges.join_all().await;
    let (good, bad): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(good.len(), 1);
    for answer in bad {
        answer.must_fail(400, "code_invalid");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_with_the_same_confirmed_address_wants_its_password() {
    let provider = OpenIdProvider::start(&[CALLBACK]);
    let platform = a_platform(&provider).await;
    let account = platform.register("ada").await;
    provider.is_visited_by(&ada()).await;
    let caller = platform.anonymous();
    let due = sign_in(&caller).await;
    assert_eq!(due.json()["link_required"], true);
    assert_eq!(due.json()["methods"], json!(["password"]));
    let token = due.at("/link_token");
    let confirm = |password: &str| {
        let body = json!({"link_token": token, "password": password});
        caller.post("/api/auth/link/confirm").json(&body)
    };
    confirm("wrong").await.must_fail(401, "invalid_credentials");
    let linked = confirm(PASSWORD).await.must_be(200);
    assert_eq!(linked.at("/user/id"), account.id);
    confirm(PASSWORD).await.must_fail(400, "token_invalid");
    assert_eq!(sign_in(&caller).await.at("/user/id"), account.id);
    let pending = platform.mails().nth(&account.email, 1).await;
    assert!(
        pending.contains("Is it you who wants to sign in?"),
        "{pending}"
    );
    let notice = platform.mails().nth(&account.email, 2).await;
    assert!(
        notice.contains("A new way to sign in was linked"),
        "{notice}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_owner_of_an_address_gets_the_account_that_somebody_made_with_it() {
    let provider = OpenIdProvider::start(&[CALLBACK]);
    let platform = a_platform(&provider).await;
    let attacker = platform.newcomer("ada").await;
    // Its token works no longer after the take-over, and then it is not mailed.
    platform.mails().nth(&attacker.email, 0).await;
    provider.is_visited_by(&ada()).await;
    let caller = platform.anonymous();
    let owner = sign_in(&caller).await;
    assert_eq!(owner.at("/user/id"), attacker.id);
    attacker
        .get("/api/users/me")
        .await
        .must_fail(401, "session_ended");
    attacker.refresh(&attacker.refresh).await.must_be(401);
    let password = caller.login(&attacker.email, PASSWORD).await;
    password.must_fail(401, "invalid_credentials");
    let notice = platform.mails().nth(&attacker.email, 1).await;
    assert!(notice.contains("is yours now"), "{notice}");
    // Whoever came from a provider can set a password by mail, and sign in by it.
    let body = json!({"email": attacker.email});
    caller
        .post("/api/auth/password/forgot")
        .json(&body)
        .await
        .must_be(202);
    let token = platform.mails().nth_token(&attacker.email, 2).await;
    let body = json!({"token": token, "password": PASSWORD});
    caller
        .post("/api/auth/password/reset")
        .json(&body)
        .await
        .must_be(204);
    caller.login(&attacker.email, PASSWORD).await.must_be(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_is_not_verified_matches_nobody() {
    let provider = OpenIdProvider::start(&[CALLBACK]);
    let platform = a_platform(&provider).await;
    let account = platform.register("ada").await;
    let caller = platform.anonymous();
    for (sub, verified) in [
        ("1", json!(false)),
        ("2", json!("false")),
        ("3", Value::Null),
    ] {
        let mut person = ada();
        person["sub"] = json!(sub);
        person["email_verified"] = verified;
        provider.is_visited_by(&person).await;
        let answer = sign_in(&caller).await;
        assert_ne!(answer.at("/user/id"), account.id);
        assert_eq!(answer.json()["user"]["email"], Value::Null);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_is_linked_by_who_asked_and_only_while_they_are_signed_in() {
    let provider = OpenIdProvider::start(&[CALLBACK]);
    let platform = a_platform(&provider).await;
    let account = platform.register("bob").await;
    provider.is_visited_by(&ada()).await;
    let link = async |person: &Person| {
        let answer = person.post("/api/users/me/providers/corp").await;
        Way::of(&answer.must_be(200))
    };
    // Who signs out on the way links nothing.
    let leaving = account.sign_in().await;
    let way = link(&leaving).await;
    leaving.post("/api/auth/logout").await.must_be(204);
    assert_eq!(travel(&leaving, &way).await, "error=session_ended");
    assert_eq!(providers_of(&account).await, ["email"]);

    let way = link(&account).await;
    assert_eq!(travel(&account, &way).await, "linked=corp");
    assert_eq!(providers_of(&account).await, ["email", "corp"]);
    assert_eq!(sign_in(&account).await.at("/user/id"), account.id);
    // The identity belongs to one account.
    let other = platform.register("carol").await;
    let way = link(&other).await;
    assert_eq!(travel(&other, &way).await, "error=identity_taken");
    // It proves who one is, too.
    let answer = account
        .post("/api/auth/reauthenticate/corp")
        .await
        .must_be(200);
    let brought = travel(&account, &Way::of(&answer)).await;
    let code = brought.strip_prefix("code=").expect("a code");
    let fresh = account.exchange(code).await.must_be(200);
    let fresh = Person::of(&account, &fresh);
    fresh
        .delete("/api/users/me/providers/corp")
        .await
        .must_be(204);
    assert_eq!(providers_of(&account).await, ["email"]);
    let audits = "SELECT count(*) FROM audit_logs WHERE action LIKE 'account.%link_provider'";
    assert_eq!(
        platform.count(audits).await,
        4,
        "two failures, a link, an unlink"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suspended_and_the_deleted_are_let_in_by_no_provider() {
    let provider = OpenIdProvider::start(&[CALLBACK]);
    let platform = a_platform(&provider).await;
    provider.is_visited_by(&ada()).await;
    let caller = platform.anonymous();
    let person = Person::of(&caller, &sign_in(&caller).await);
    person.delete("/api/users/me").await.must_be(204);
    for subject in ["ada-at-corp", "another identity with the address"] {
        let mut ada = ada();
        ada["sub"] = json!(subject);
        provider.is_visited_by(&ada).await;
        let way = caller.leave_for("corp").await;
        assert_eq!(travel(&caller, &way).await, "error=sign_in_refused");
    }
    assert_eq!(platform.count("SELECT count(*) FROM users").await, 1);
}
