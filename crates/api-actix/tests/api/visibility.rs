//! Who sees which script: what may not be seen is not there, by every door.

use actix_web::http::Method;
use domain::access::permission::Permission;
use domain::id::ScriptId;
use serde_json::{Value, json};

use crate::harness::{Client, Person, TestApi, world};

async fn slugs(client: &Client<'_>, uri: &str) -> Vec<String> {
    let body = client.get(uri).await.expect(200).json();
    let items = body["items"].as_array().unwrap().iter();
    items
        .map(|item| item["slug"].as_str().unwrap().to_owned())
        .collect()
}

#[actix_web::test]
async fn people_find_all_their_scripts_and_strangers_the_public_ones() {
    let app = TestApi::new().start().await;
    let uri = "/api/users/ada/scripts";
    let (eve, staff) = (
        Person::named("eve"),
        Person::named("mod").holding([Permission::ScriptsModerate]),
    );
    assert_eq!(
        slugs(&app.as_user(&[]), uri).await,
        ["word-frequency", "diary"]
    );
    assert_eq!(
        slugs(&app.as_person(staff), uri).await,
        ["word-frequency", "diary"]
    );
    assert_eq!(slugs(&app.as_person(eve), uri).await, ["word-frequency"]);
    assert_eq!(slugs(&app.anonymous(), uri).await, ["word-frequency"]);
    app.anonymous()
        .get("/api/users/nobody/scripts")
        .await
        .problem(404, "not_found");
}

/// Every door to one script, with whatever its operation needs.
fn doors(id: ScriptId, slug: &str) -> Vec<(Method, String, Option<Value>)> {
    vec![
        (Method::GET, world::path(id, ""), None),
        (Method::GET, format!("/api/scripts/by/ada/{slug}"), None),
        (Method::GET, world::path(id, "/raw"), None),
        (Method::GET, world::path(id, "/versions"), None),
        (Method::GET, world::path(id, "/versions/1"), None),
        (Method::GET, world::path(id, "/versions/latest/raw"), None),
        (Method::PATCH, world::path(id, ""), Some(json!({}))),
        (Method::DELETE, world::path(id, ""), None),
        (Method::POST, world::path(id, "/restore"), None),
        (
            Method::POST,
            world::path(id, "/versions"),
            Some(json!({"content": "a"})),
        ),
    ]
}

#[actix_web::test]
async fn what_may_not_be_seen_answers_by_every_door_like_what_is_not_there() {
    let app = TestApi::new().start().await;
    let rights = [
        Permission::ScriptsCreate,
        Permission::ScriptsUpdate,
        Permission::ScriptsDelete,
        Permission::ScriptsRead,
    ];
    let eve = app.as_person(Person::named("eve").holding(rights));
    let (hidden, missing) = (
        doors(world::PRIVATE, "diary"),
        doors(world::MISSING, "nothing"),
    );
    for (hidden, missing) in hidden.into_iter().zip(missing) {
        let mut answers = Vec::new();
        for (method, uri, body) in [hidden, missing] {
            let call = eve
                .call(method, &uri)
                .header("If-Match", "\"1-0\"")
                .header("X-Request-Id", "the-same-one");
            let call = match body {
                Some(body) => call.json(&body),
                None => call,
            };
            let answer = call.await.problem(404, "not_found");
            let mut headers: Vec<_> = answer
                .headers
                .iter()
                .map(|(name, value)| format!("{name}: {value:?}"))
                .collect();
            headers.sort();
            answers.push((headers, answer.body));
        }
        assert_eq!(answers[0], answers[1]);
    }
}

#[actix_web::test]
async fn what_is_somebody_elses_is_told_from_what_is_not_there_when_it_can_be_seen() {
    let app = TestApi::new().start().await;
    let rights = [
        Permission::ScriptsCreate,
        Permission::ScriptsUpdate,
        Permission::ScriptsDelete,
    ];
    let eve = app.as_person(Person::named("eve").holding(rights));
    let call = |method, tail| {
        eve.call(method, &world::path(world::PUBLIC, tail))
            .header("If-Match", "\"1-0\"")
    };
    call(Method::PATCH, "")
        .json(&json!({"title": "Mine"}))
        .await
        .problem(403, "not_yours");
    call(Method::DELETE, "").await.problem(403, "not_yours");
    call(Method::POST, "/versions")
        .json(&json!({"content": "a"}))
        .await
        .problem(403, "not_yours");
}
