//! Cursors: they open the list that they were made for, at the place that they stand for, and nothing else.

use chrono::DateTime;
use domain::page::{Page, Position, Window};
use serde_json::Value;
use uuid::Uuid;

use crate::harness::{Ports, TestApi, seal, world};
use crate::lists::lists;

/// Every list has a page before and a page after.
fn pages_everywhere(ports: &mut Ports) {
    let position = Position {
        at: DateTime::UNIX_EPOCH,
        id: Uuid::from_u128(9),
    };
    ports.scripts.expect_list().returning(move |_| {
        Ok(Page {
            items: vec![world::summary(&world::scripts()[0])],
            next: Some(position),
            previous: Some(position),
        })
    });
    ports
        .scripts
        .expect_list_versions()
        .returning(move |_, _, _| {
            Ok(Page {
                items: vec![world::scripts()[0].latest.clone()],
                next: Some(position),
                previous: Some(position),
            })
        });
}

fn cursor(page: &Value, name: &str) -> String {
    page[name].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_cursor_opens_the_list_that_it_was_made_for_and_no_other() {
    let app = TestApi::new().with(pages_everywhere).start().await;
    let client = app.anonymous();
    let other_versions = format!("/api/scripts/{}/versions", world::PRIVATE);
    let lists = [
        "/api/scripts".to_owned(),
        "/api/scripts?sort=updated".to_owned(),
        "/api/scripts?language=lua".to_owned(),
        "/api/scripts?tag=text".to_owned(),
        "/api/scripts?author=ada".to_owned(),
        "/api/users/ada/scripts".to_owned(),
        format!("/api/scripts/{}/versions", world::PUBLIC),
        other_versions,
    ];
    let owner = app.as_user(&[]);
    for made_for in &lists {
        let page = owner.get(made_for).await.expect(200).json();
        for name in ["next_cursor", "prev_cursor"] {
            for used_for in &lists {
                let join = if used_for.contains('?') { '&' } else { '?' };
                let uri = format!("{used_for}{join}cursor={}", cursor(&page, name));
                let answer = owner.get(&uri).await;
                if made_for == used_for {
                    answer.expect(200);
                } else {
                    answer.problem(400, "invalid_cursor");
                }
            }
        }
    }
    client.get("/api/scripts").await.expect(200);
}

#[actix_web::test]
async fn a_forged_cursor_is_refused() {
    let app = TestApi::new().with(pages_everywhere).start().await;
    let client = app.anonymous();
    for operation in lists() {
        let page = client.get(&operation.uri()).await.expect(200).json();
        let real = cursor(&page, "next_cursor");
        let flipped = if real.starts_with('A') {
            real.replacen('A', "B", 1)
        } else {
            format!("A{}", &real[1..])
        };
        let cut = real[..real.len() - 1].to_owned();
        let sealed_elsewhere = seal(b"another list", b">12345678");
        let forged = [
            flipped,
            cut,
            format!("{real}A"),
            sealed_elsewhere,
            String::new(),
            "x".to_owned(),
            "%00".to_owned(),
        ];
        for forged in forged {
            let answer = client
                .get(&format!("{}?cursor={forged}", operation.uri()))
                .await;
            answer.problem(400, "invalid_cursor");
        }
        let long = "A".repeat(513);
        let answer = client
            .get(&format!("{}?cursor={long}", operation.uri()))
            .await;
        answer.problem(422, "validation_failed");
    }
}

#[actix_web::test]
async fn a_page_tells_where_its_neighbours_are_and_their_addresses_work() {
    let app = TestApi::new().with(pages_everywhere).start().await;
    let client = app.anonymous();
    for operation in lists() {
        let first = client
            .get(&format!("{}?limit=7", operation.uri()))
            .await
            .expect(200);
        let links = first.header("link").unwrap();
        let page = first.json();
        for (relation, name) in [("next", "next_cursor"), ("prev", "prev_cursor")] {
            let link = links
                .split(", ")
                .find(|link| link.contains(&format!("rel=\"{relation}\"")));
            let uri = link.unwrap().split(['<', '>']).nth(1).unwrap();
            assert!(
                uri.contains("limit=7") && uri.contains(&cursor(&page, name)),
                "{uri}"
            );
            client.get(uri).await.expect(200);
        }
    }
}

#[actix_web::test]
async fn a_cursor_becomes_the_place_that_it_stands_for() {
    let app = TestApi::new().with(|ports| {
        let scripts = &mut ports.scripts;
        scripts
            .expect_list()
            .withf(|listing| listing.window == Window::First)
            .returning(|_| {
                let at = DateTime::from_timestamp_micros(1_772_366_400_123_456).unwrap();
                let next = Some(Position {
                    at,
                    id: Uuid::from_u128(9),
                });
                Ok(Page {
                    items: Vec::new(),
                    next,
                    previous: None,
                })
            });
        scripts.expect_list().returning(|listing| {
            let at = DateTime::from_timestamp_micros(1_772_366_400_123_456).unwrap();
            let place = Position {
                at,
                id: Uuid::from_u128(9),
            };
            assert_eq!(listing.window, Window::After(place));
            Ok(Page {
                items: Vec::new(),
                next: None,
                previous: None,
            })
        });
    });
    let app = app.start().await;
    let client = app.anonymous();
    let page = client.get("/api/scripts").await.expect(200).json();
    assert_eq!(page["prev_cursor"], Value::Null);
    let uri = format!("/api/scripts?cursor={}", cursor(&page, "next_cursor"));
    let last = client.get(&uri).await.expect(200);
    assert_eq!(last.header("link"), None);
    assert_eq!(last.json()["next_cursor"], Value::Null);
}
