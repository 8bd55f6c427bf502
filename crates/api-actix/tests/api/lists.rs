//! Lists: how many, by what; and nothing that is not on the list of parameters.

use actix_web::http::Method;
use domain::access::permission::Permission;

use crate::harness::{Operation, Security, TestApi, operations};

fn with_queries() -> Vec<Operation> {
    let mut operations = operations();
    // A browser on its way is not stopped by what stands in its address.
    operations.retain(|operation| {
        !operation.parameters("query").is_empty() && !operation.leads_elsewhere()
    });
    assert!(operations.len() >= 4);
    operations
}

/// The operations that answer everybody page by page. What staff and the people concerned read is looked at in rooms of its own.
pub(crate) fn lists() -> Vec<Operation> {
    let mut operations = with_queries();
    operations.retain(|operation| {
        operation
            .parameters("query")
            .iter()
            .any(|name| name == "cursor")
            && operation.security != Security::SignedIn
    });
    assert!(operations.len() >= 3);
    operations
}

#[actix_web::test]
async fn parameters_that_nobody_offers_are_refused_by_name() {
    let app = TestApi::new().start().await;
    let client = app.as_user(Permission::ALL);
    let unknown = [
        ("filter%5Bemail%5D=a", "filter[email]"),
        ("fields=*", "fields"),
        ("include=sessions", "include"),
        ("owner_id=1", "owner_id"),
        ("visibility=private", "visibility"),
        ("deleted_at=1", "deleted_at"),
        ("page=9223372036854775807", "page"),
        ("offset=1", "offset"),
        ("%00=1", "\0"),
    ];
    for operation in with_queries() {
        for (query, name) in unknown {
            let call = client.call(
                operation.method.clone(),
                &format!("{}?{query}", operation.uri()),
            );
            call.await.invalid(name, "unknown_field");
        }
    }
}

#[actix_web::test]
async fn a_parameter_that_is_given_twice_is_refused_by_name() {
    let app = TestApi::new().start().await;
    let client = app.as_user(Permission::ALL);
    for operation in with_queries() {
        for name in operation.parameters("query") {
            let uri = format!("{}?{name}=true&{name}=true", operation.uri());
            let call = client.call(operation.method.clone(), &uri);
            call.await.invalid(&name, "duplicate_field");
        }
    }
}

#[actix_web::test]
async fn a_list_is_sorted_by_what_it_offers_and_by_nothing_else() {
    let app = TestApi::new().start().await;
    let client = app.anonymous();
    for operation in lists()
        .iter()
        .filter(|list| list.parameters("query").contains(&"sort".to_owned()))
    {
        for sort in [
            "password_hash",
            "email",
            "new;drop",
            "NEW",
            "",
            "created_at desc",
        ] {
            let sort: String = url::form_urlencoded::byte_serialize(sort.as_bytes()).collect();
            let answer = client
                .get(&format!("{}?sort={sort}", operation.uri()))
                .await;
            answer.invalid("sort", "unknown_value");
        }
        for sort in ["new", "updated"] {
            client
                .get(&format!("{}?sort={sort}", operation.uri()))
                .await
                .expect(200);
        }
    }
}

#[actix_web::test]
async fn a_page_has_at_least_one_row_and_at_most_fifty() {
    let app = TestApi::new().start().await;
    let client = app.anonymous();
    let bad = [
        "0",
        "-1",
        "51",
        "1000000000",
        "9223372036854775807",
        "1e1",
        "ten",
        "",
        "%201",
        "1.0",
        "0x10",
    ];
    for operation in lists() {
        for limit in bad {
            let answer = client
                .get(&format!("{}?limit={limit}", operation.uri()))
                .await;
            answer.invalid("limit", "malformed");
        }
        for limit in ["1", "50"] {
            client
                .get(&format!("{}?limit={limit}", operation.uri()))
                .await
                .expect(200);
        }
    }
}

#[actix_web::test]
async fn a_page_of_an_advanced_client_has_at_most_a_hundred_rows() {
    let app = TestApi::new().start().await;
    let client = app.as_user(&[Permission::ApiAdvanced]);
    for operation in lists() {
        client
            .get(&format!("{}?limit=100", operation.uri()))
            .await
            .expect(200);
        let answer = client.get(&format!("{}?limit=101", operation.uri())).await;
        answer.invalid("limit", "malformed");
    }
}

#[actix_web::test]
async fn a_flag_is_true_or_false() {
    let app = TestApi::new().start().await;
    let client = app.as_user(&[]);
    let end = |query: &str| client.call(Method::DELETE, &format!("/api/auth/sessions{query}"));
    for bad in ["maybe", "", "1", "TRUE", "%00"] {
        end(&format!("?all={bad}"))
            .await
            .invalid("all", "wrong_type");
    }
    for good in ["", "?all=true", "?all=false"] {
        end(good).await.expect(204);
    }
}
