//! Keyed writes: one effect, one stored answer.

use crate::common::home;
use adapters_postgres::{PgRecords, PgScripts};
use chrono::TimeDelta;
use domain::id::UserId;
use domain::idempotency::{
    IdempotencyConflict, IdempotencyKey, IdempotencyRecord, RequestIdentity, StoredReply,
};
use domain::outage::StoreError;
use domain::port::idempotent_replies::{IdempotentReplies, Repetition};
use domain::port::scripts::Scripts;
use domain::script::publication::PublishConflict;
use test_support::{a_publication, a_script, packed};

fn a_record(key: &str, fingerprint: u8) -> IdempotencyRecord {
    IdempotencyRecord {
        request: RequestIdentity {
            scope: "alice POST /api/scripts".to_owned(),
            key: IdempotencyKey::parse(key).unwrap(),
            fingerprint: [fingerprint; 32],
        },
        reply: StoredReply {
            status: 201,
            headers: vec![("Location".to_owned(), "/there".to_owned())],
            body: b"{}".to_vec(),
        },
        expires_at: a_script(UserId::new(uuid::Uuid::nil())).created_at + TimeDelta::days(36_500),
    }
}

#[tokio::test]
async fn of_many_equal_keyed_requests_one_has_an_effect_and_its_answer_is_stored() {
    let home = home().await;
    let owner = home.person().await.id;
    let mut tries = Vec::new();
    for _ in 0..20 {
        let scripts = PgScripts::new(home.pg.clone());
        let mut publication = a_publication(a_script(owner), packed(1));
        publication.idempotency = Some(a_record("k1", 1));
        tries.push(tokio::spawn(
            async move { scripts.publish(&publication).await },
        ));
    }
    let mut done = 0;
    for outcome in tries {
        match outcome.await.unwrap() {
            Ok(()) => done += 1,
            Err(StoreError::Conflict(PublishConflict::Repeated(conflict))) => assert!(matches!(
                conflict,
                IdempotencyConflict::InProgress | IdempotencyConflict::AlreadyDone
            )),
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(done, 1);
    assert_eq!(home.count("SELECT count(*) FROM scripts").await, 1);
    let records = PgRecords::new(home.pg.clone());
    let record = a_record("k1", 1);
    let same = records.find(&record.request).await.unwrap();
    assert_eq!(same, Some(Repetition::Same(record.reply)));
    let other = records.find(&a_record("k1", 2).request).await.unwrap();
    assert_eq!(other, Some(Repetition::OtherBody));
    assert_eq!(
        records.find(&a_record("k2", 1).request).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn an_effect_that_fails_stores_no_answer() {
    let home = home().await;
    let owner = home.person().await.id;
    let mut publication = a_publication(a_script(owner), packed(1));
    publication.script.slug = home.script(owner, 1).await.slug;
    publication.idempotency = Some(a_record("k1", 1));
    let outcome = PgScripts::new(home.pg.clone()).publish(&publication).await;
    assert!(outcome.is_err());
    assert_eq!(home.count("SELECT count(*) FROM idempotency_keys").await, 0);
}
