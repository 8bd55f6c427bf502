//! The chain of seals on a real server: what verifying finds when the owner of the tables changes them behind our back.

use std::sync::Arc;

use adapters_postgres::PgAuditChain;
use chrono::{DateTime, TimeDelta, Utc};
use domain::audit::chain::{ChainHead, ChainWalk, Digest, Finding, Seal};
use domain::audit::{Facts, Origin};
use domain::id::{ApiKeyId, AuditId};
use domain::outage::StoreError;
use domain::port::audit_chain::{AuditChain, Overtaken};
use domain::port::audit_links::AuditLinks;
use uuid::Uuid;

use crate::audit_partitions::{entry, write};
use crate::common::{Home, home};

/// Stands for a keyed hash; the real one has tests of its own.
struct Sums;

impl AuditLinks for Sums {
    fn hash(&self, message: &[u8]) -> Digest {
        let mut digest = [0_u8; 32];
        for (number, byte) in message.iter().enumerate() {
            let place = digest.get_mut(number % 32).unwrap();
            *place = place.wrapping_mul(31).wrapping_add(*byte).rotate_left(3);
        }
        digest
    }

    fn accepts(&self, message: &[u8], digest: &Digest) -> bool {
        self.hash(message) == *digest
    }
}

const FIRST: &str = "logs_first";

fn noon() -> DateTime<Utc> {
    test_support::a_user().created_at
}

/// Seals what waits, as the job does.
async fn seal(chain: &PgAuditChain) -> Vec<Seal> {
    let images = chain.list_unsealed(100).await.unwrap();
    let mut head = chain
        .find_head(FIRST)
        .await
        .unwrap()
        .unwrap_or(ChainHead::EMPTY);
    let mut seals = Vec::new();
    for image in &images {
        assert_eq!(image.partition, FIRST);
        let seal = Seal::after(&head, image, &Sums);
        head = seal.head();
        seals.push(seal);
    }
    seals
}

async fn findings(chain: &PgAuditChain) -> Vec<Finding> {
    let mut walk = ChainWalk::default();
    let mut found = Vec::new();
    loop {
        let after = walk.head().position;
        let sealed = chain.list_sealed(FIRST, after, 3).await.unwrap();
        for row in &sealed {
            found.extend(walk.check(row, &Sums));
        }
        if sealed.is_empty() {
            break;
        }
    }
    let mut after = None;
    while let Some((last, strays)) = chain.list_strays(FIRST, after, 3).await.unwrap() {
        found.extend(strays.into_iter().map(Finding::Stray));
        after = Some(last);
    }
    found
}

/// Eight sealed rows, with everything in them that a row can have.
async fn sealed(home: &Home) -> PgAuditChain {
    let origin = Origin {
        device: None,
        ip: Some([192, 0, 2, 1].into()),
        user_agent: Some("curl/8 \u{1f980}".to_owned()),
        request_id: Some("request-0001".to_owned()),
        session: None,
        key: Some(ApiKeyId::new(Uuid::from_u128(7))),
    };
    let rows: Vec<_> = (1..=8)
        .map(|number| {
            let at = noon() + TimeDelta::microseconds(i64::try_from(number).unwrap());
            let mut entry = entry(number, at);
            entry.origin = origin.clone();
            entry.with_change(Facts::none(), Facts::none().with("b", "2").with("a", "1"))
        })
        .collect();
    write(home, &rows).await;
    let chain = PgAuditChain::new(home.pg.clone());
    chain.extend(&seal(&chain).await).await.unwrap();
    assert_eq!(findings(&chain).await, []);
    chain
}

/// As the owner of the tables, with everything switched off that could hold them up.
async fn tamper(home: &Home, sql: &str) {
    home.owner
        .batch_execute(&format!(
            "BEGIN; ALTER TABLE audit_partitions.logs_first DISABLE TRIGGER ALL; \
             ALTER TABLE audit_partitions.seals_first DISABLE TRIGGER ALL; {sql}; COMMIT"
        ))
        .await
        .unwrap();
}

fn row(number: u128) -> AuditId {
    AuditId::new(Uuid::from_u128(number))
}

#[tokio::test]
async fn a_changed_row_is_found_whatever_was_changed() {
    for change in [
        "outcome = 'denied'",
        "after = '{\"a\": \"1\", \"b\": \"3\"}'",
        "ip = '192.0.2.2'",
        "user_agent = NULL",
        "request_id = 'request-0002'",
        "session_id = id",
        "action = 'account.delete'",
    ] {
        let home = home().await;
        let chain = sealed(&home).await;
        let id = row(3);
        tamper(
            &home,
            &format!("UPDATE audit_partitions.logs_first SET {change} WHERE id = '{id}'"),
        )
        .await;
        let expected = [Finding::Changed {
            row: id,
            position: 3,
        }];
        assert_eq!(findings(&chain).await, expected, "{change}");
    }
}

#[tokio::test]
async fn a_missing_row_is_found_with_and_without_its_seal() {
    let home = home().await;
    let chain = sealed(&home).await;
    let id = row(3);
    let remove = format!("DELETE FROM audit_partitions.logs_first WHERE id = '{id}'");
    tamper(&home, &remove).await;
    let expected = [Finding::Missing {
        row: id,
        position: 3,
    }];
    assert_eq!(findings(&chain).await, expected);
    tamper(
        &home,
        "DELETE FROM audit_partitions.seals_first WHERE position = 3",
    )
    .await;
    assert_eq!(findings(&chain).await, [Finding::Gap { from: 3, to: 3 }]);
}

#[tokio::test]
async fn rows_that_changed_places_are_found() {
    let home = home().await;
    let chain = sealed(&home).await;
    tamper(
        &home,
        "UPDATE audit_partitions.seals_first SET position = 100 WHERE position = 3; \
         UPDATE audit_partitions.seals_first SET position = 3 WHERE position = 4; \
         UPDATE audit_partitions.seals_first SET position = 4 WHERE position = 100",
    )
    .await;
    let found = findings(&chain).await;
    assert!(!found.is_empty());
    let is_out_of_order = |finding: &Finding| matches!(finding, Finding::OutOfOrder { position, .. } if (3..=5).contains(position));
    assert!(found.iter().all(is_out_of_order), "{found:?}");
}

#[tokio::test]
async fn a_row_that_was_put_in_from_behind_is_found() {
    let home = home().await;
    let chain = sealed(&home).await;
    let at = noon();
    let id = row(99);
    tamper(
        &home,
        &format!(
            "INSERT INTO audit_partitions.logs_first (id, actor_kind, subject_kind, action, outcome, created_at) \
             VALUES ('{id}', 'system', 'none', 'session.sign_in', 'success', '{}')",
            at.to_rfc3339()
        ),
    )
    .await;
    let found = findings(&chain).await;
    assert!(
        matches!(found.as_slice(), [Finding::Stray(stray)] if stray.id == id),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_row_that_was_committed_late_with_an_older_id_joins_at_the_end() {
    let home = home().await;
    let chain = sealed(&home).await;
    write(&home, &[entry(0, noon() - TimeDelta::hours(1))]).await;
    assert_eq!(findings(&chain).await, [], "a row that waits is fine");
    let seals = seal(&chain).await;
    assert_eq!(seals.first().unwrap().position, 9);
    chain.extend(&seals).await.unwrap();
    assert_eq!(findings(&chain).await, []);
}

#[tokio::test]
async fn of_many_sealers_one_wins_each_place_and_the_chain_is_whole() {
    let home = home().await;
    let rows: Vec<_> = (1..=60).map(|number| entry(number, noon())).collect();
    write(&home, &rows).await;
    let chain = Arc::new(PgAuditChain::new(home.pg.clone()));
    let sealers: Vec<_> = (0..4)
        .map(|_| {
            let chain = Arc::clone(&chain);
            tokio::spawn(async move {
                loop {
                    let seals = seal(&chain).await;
                    if seals.is_empty() {
                        return;
                    }
                    match chain.extend(&seals).await {
                        Ok(()) | Err(StoreError::Conflict(Overtaken)) => {}
                        Err(StoreError::Outage(outage)) => panic!("{outage}"),
                    }
                }
            })
        })
        .collect();
    for sealer in sealers {
        sealer.await.unwrap();
    }
    assert_eq!(findings(&chain).await, []);
    assert_eq!(home.count("SELECT count(*) FROM audit_seals").await, 60);
    let head = chain.find_head(FIRST).await.unwrap();
    assert_eq!(head.unwrap().position, 60);
}
