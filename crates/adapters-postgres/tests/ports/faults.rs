//! Clients that hang up, servers that are away.

use std::time::{Duration, Instant};

use crate::common::{home, home_of};
use adapters_postgres::{Pg, PgAccounts, PgRecords, PgScripts, PoolSettings};
use domain::outage::{Dependency, Outage};
use domain::port::accounts::Accounts;
use domain::port::probe::Probe;
use domain::port::scripts::Scripts;
use test_support::{a_publication, a_script, packed};

/// Asks again until it is so.
async fn until(mut condition: impl AsyncFnMut() -> bool) {
    let patience = Instant::now() + Duration::from_secs(10);
    while !condition().await {
        assert!(
            Instant::now() < patience,
            "it did not come about in ten seconds"
        );
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_clients_that_hang_up_leave_no_open_transaction_and_no_half_write() {
    let home = home_of(6).await;
    let owner = home.person().await.id;
    let scripts = PgScripts::new(home.pg.clone());
    for number in 0..5_000_u64 {
        let (scripts, publication) = (scripts.clone(), a_publication(a_script(owner), packed(1)));
        let request = tokio::spawn(async move { scripts.publish(&publication).await });
        // Some at once, some after a while: in every state that a write goes through.
        for _ in 0..number % 50 {
            tokio::task::yield_now().await;
        }
        request.abort();
        if number % 500 == 0 {
            home.script(owner, 2).await;
        }
    }
    let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                AND pid <> pg_backend_pid() AND state <> 'idle'";
    until(async || home.count(open).await == 0).await;
    let halves = home
        .count(
            "SELECT count(*) FROM scripts s WHERE NOT EXISTS (SELECT FROM script_versions v WHERE v.script_id = s.id) \
                 OR NOT EXISTS (SELECT FROM audit_logs a WHERE a.subject_id = s.id)",
        )
        .await;
    assert_eq!(halves, 0);
    let orphans = home
        .count(
            "SELECT count(*) FROM audit_logs a WHERE subject_kind = 'script' \
                 AND NOT EXISTS (SELECT FROM scripts s WHERE s.id = a.subject_id)",
        )
        .await;
    assert_eq!(orphans, 0);
    home.script(owner, 3).await;
}

#[tokio::test]
async fn a_database_that_is_away_is_an_outage_and_told_at_once() {
    let pg = Pg::new(
        "postgres://nobody:nothing@127.0.0.1:1/none",
        &PoolSettings::default(),
    )
    .unwrap();
    let begun = Instant::now();
    let outcome = PgRecords::new(pg).check().await;
    assert!(matches!(
        outcome,
        Err(Outage::Unavailable {
            dependency: Dependency::Postgres,
            ..
        })
    ));
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn connections_that_the_server_closed_are_replaced() {
    let home = home().await;
    let user = home.person().await;
    home.owner
        .batch_execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await
        .unwrap();
    let accounts = PgAccounts::new(home.pg.clone());
    assert!(accounts.find(user.id).await.unwrap().is_some());
    home.person().await;
}

#[tokio::test]
async fn a_full_pool_is_overload_and_not_an_outage_of_the_database() {
    let database = test_support::database().await;
    let settings = PoolSettings {
        max_connections: 1,
        acquire_timeout: Duration::from_millis(500),
        ..PoolSettings::default()
    };
    let owner = database.owner().await;
    owner
        .batch_execute("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let accounts = PgAccounts::new(Pg::new(&database.url, &settings).unwrap());
    let user = test_support::a_user().id;
    let first = accounts.clone();
    let holder = tokio::spawn(async move { first.find(user).await });
    let watcher = database.owner().await;
    let waiting = "SELECT count(*) FROM pg_stat_activity \
                   WHERE datname = current_database() AND wait_event_type = 'Lock'";
    until(async || {
        watcher
            .query_one(waiting, &[])
            .await
            .unwrap()
            .get::<_, i64>(0)
            == 1
    })
    .await;
    let blocked = accounts.find(user).await;
    owner.batch_execute("ROLLBACK").await.unwrap();
    holder.await.unwrap().unwrap();
    assert!(matches!(
        blocked,
        Err(Outage::Overloaded(Dependency::Postgres))
    ));
}
