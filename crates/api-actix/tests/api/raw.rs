//! Content as it goes over the wire.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::access::permission::Permission;
use domain::script::entity::OpenedVersion;
use domain::script::state::{ScriptStatus, Visibility};
use domain::script::taxonomy::Language;
use domain::script::version::VersionSelector;

use crate::harness::{Person, TestApi, user_id, world};

fn digest_of(bytes: &[u8]) -> String {
    format!(
        "sha-256=:{}:",
        STANDARD.encode(api_actix::digest::sha256(bytes))
    )
}

fn latest(id: domain::id::ScriptId) -> String {
    format!("/api/scripts/{id}/raw")
}

fn pinned(id: domain::id::ScriptId, version: &str) -> String {
    format!("/api/scripts/{id}/versions/{version}/raw")
}

#[actix_web::test]
async fn content_is_plain_text_that_no_browser_runs_whatever_it_asks_for() {
    let app = TestApi::new().start().await;
    for accept in [
        "text/html",
        "image/svg+xml",
        "*/*",
        "application/javascript",
    ] {
        let call = app
            .anonymous()
            .get(&latest(world::PUBLIC))
            .header("Accept", accept);
        let answer = call.await.expect(200);
        assert_eq!(answer.text(), world::CONTENT);
        assert_eq!(
            answer.header("content-type"),
            Some("text/plain; charset=utf-8")
        );
        assert_eq!(
            answer.header("content-security-policy"),
            Some("default-src 'none'; sandbox")
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        let name = "inline; filename=\"word-frequency-1.lua\"";
        assert_eq!(answer.header("content-disposition"), Some(name));
    }
}

#[actix_web::test]
async fn the_name_of_a_file_never_ends_in_something_that_is_run() {
    for language in ["html", "svg", "exe", "html.lua", "x.php", "c++", "batch"] {
        let mut detail = world::script(world::MISSING, "page", user_id("ada"), Visibility::Public);
        detail.script.language = Language::parse(language).unwrap();
        let app = TestApi::new().with_script(detail).start().await;
        let answer = app
            .anonymous()
            .get(&latest(world::MISSING))
            .await
            .expect(200);
        let name = "inline; filename=\"page-1.txt\"";
        assert_eq!(
            answer.header("content-disposition"),
            Some(name),
            "{language}"
        );
    }
}

#[actix_web::test]
async fn who_takes_gzip_gets_it_as_it_is_stored_and_others_get_text() {
    let app = TestApi::new().start().await;
    let stored = world::pack(world::CONTENT).gzip;
    let client = app.anonymous();
    for accepted in ["gzip", "gzip, deflate, br", "br;q=1, GZIP;q=0.5"] {
        let call = client
            .get(&latest(world::PUBLIC))
            .header("Accept-Encoding", accepted);
        let answer = call.await.expect(200);
        assert_eq!(
            answer.header("content-encoding"),
            Some("gzip"),
            "{accepted}"
        );
        assert_eq!(answer.body, stored);
        assert_eq!(answer.header("repr-digest"), Some(&*digest_of(&stored)));
    }
    for accepted in ["", "identity", "br", "gzip;q=0"] {
        let call = client
            .get(&latest(world::PUBLIC))
            .header("Accept-Encoding", accepted);
        let answer = call.await.expect(200);
        assert_eq!(answer.header("content-encoding"), None, "{accepted}");
        assert_eq!(answer.text(), world::CONTENT);
        assert_eq!(
            answer.header("repr-digest"),
            Some(&*digest_of(world::CONTENT.as_bytes()))
        );
    }
}

#[actix_web::test]
async fn each_form_has_a_tag_of_its_own_and_caches_are_told_apart_by_it() {
    let app = TestApi::new().start().await;
    let uri = pinned(world::PUBLIC, "1");
    let get = |coding: &str| app.anonymous().get(&uri).header("Accept-Encoding", coding);
    let (plain, packed) = (
        get("identity").await.expect(200),
        get("gzip").await.expect(200),
    );
    let tags = [
        plain.header("etag").unwrap(),
        packed.header("etag").unwrap(),
    ];
    assert_ne!(tags[0], tags[1]);
    assert!(plain.header("vary").unwrap().contains("Accept-Encoding"));
    get("gzip")
        .header("If-None-Match", tags[1])
        .await
        .expect(304);
    get("gzip")
        .header("If-None-Match", tags[0])
        .await
        .expect(200);
    get("identity")
        .header("If-None-Match", tags[0])
        .await
        .expect(304);
}

#[actix_web::test]
async fn a_client_that_has_it_costs_no_reading() {
    let app = TestApi::new().with(|ports| {
        ports
            .scripts
            .expect_open_version()
            .returning(|_, _| panic!("it is known"));
    });
    let app = app.start().await;
    let call = app
        .anonymous()
        .get(&latest(world::PUBLIC))
        .header("If-None-Match", "*");
    call.await.expect(304);
}

#[actix_web::test]
async fn what_never_changes_is_kept_for_a_year_and_the_latest_for_a_minute() {
    let app = TestApi::new().start().await;
    let digest = world::pack(world::CONTENT).sha256.to_string();
    let (year, minute) = ("public, max-age=31536000, immutable", "public, max-age=60");
    let cases = [
        (pinned(world::PUBLIC, "1"), year),
        (pinned(world::PUBLIC, "1.0.0"), year),
        (pinned(world::PUBLIC, &digest), year),
        (pinned(world::PUBLIC, "latest"), minute),
        (latest(world::PUBLIC), minute),
    ];
    for (uri, keeping) in cases {
        let answer = app.anonymous().get(&uri).await.expect(200);
        assert_eq!(answer.header("cache-control"), Some(keeping), "{uri}");
    }
}

#[actix_web::test]
async fn what_is_private_is_shown_to_its_owner_and_staff_and_kept_by_nobody() {
    let app = TestApi::new().start().await;
    let staff = Person::named("mod").holding([Permission::ScriptsModerate]);
    for uri in [latest(world::PRIVATE), pinned(world::PRIVATE, "1")] {
        for insider in [app.as_user(&[]), app.as_person(staff.clone())] {
            let answer = insider.get(&uri).await.expect(200);
            assert_eq!(answer.header("cache-control"), Some("private, no-store"));
            let again = insider
                .get(&uri)
                .header("If-None-Match", "*")
                .await
                .expect(304);
            assert_eq!(again.header("cache-control"), Some("private, no-store"));
        }
        for stranger in [
            app.anonymous(),
            app.as_person(Person::named("eve").holding([Permission::ScriptsRead])),
        ] {
            stranger.get(&uri).await.problem(404, "not_found");
            stranger
                .get(&uri)
                .header("If-None-Match", "*")
                .await
                .problem(404, "not_found");
        }
    }
}

#[actix_web::test]
async fn what_was_taken_down_is_kept_by_no_cache_even_when_its_owner_looks() {
    for status in [ScriptStatus::Quarantined, ScriptStatus::Removed] {
        let mut detail = world::script(world::MISSING, "worm", user_id("ada"), Visibility::Public);
        detail.script.status = status;
        let app = TestApi::new().with_script(detail).start().await;
        for uri in [latest(world::MISSING), pinned(world::MISSING, "1")] {
            let answer = app.as_user(&[]).get(&uri).await.expect(200);
            assert_eq!(answer.header("cache-control"), Some("private, no-store"));
            app.anonymous().get(&uri).await.problem(404, "not_found");
        }
    }
}

#[actix_web::test]
async fn content_that_was_erased_is_gone() {
    let app = TestApi::new().with(|ports| {
        ports.scripts.expect_open_version().returning(|_, _| {
            let context = world::version(&world::scripts()[0], &VersionSelector::Latest).unwrap();
            Ok(Some(OpenedVersion {
                context,
                content: None,
            }))
        });
    });
    let app = app.start().await;
    app.anonymous()
        .get(&latest(world::PUBLIC))
        .await
        .problem(410, "content_erased");
}
