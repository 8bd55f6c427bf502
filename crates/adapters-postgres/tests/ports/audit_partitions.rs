//! The audit log by the month, and what the server may do to it.

use adapters_postgres::{PgAuditPartitions, PgRecords};
use chrono::{DateTime, TimeDelta, Utc};
use domain::audit::chain::Retirement;
use domain::audit::{AuditAction, AuditEntry, Origin, Party, Subject};
use domain::id::AuditId;
use domain::port::audit_partitions::AuditPartitions;
use domain::port::audit_trail::AuditTrail;
use test_support::a_journal;
use uuid::Uuid;

use crate::common::{Home, home};

pub(crate) fn entry(number: u128, at: DateTime<Utc>) -> AuditEntry {
    AuditEntry::success(
        AuditId::new(Uuid::from_u128(number)),
        at,
        Party::System,
        AuditAction::SignIn,
        Subject::None,
        &Origin::default(),
    )
}

pub(crate) async fn write(home: &Home, entries: &[AuditEntry]) {
    let records = PgRecords::new(home.pg.clone());
    records.append_batch(entries).await.unwrap();
}

async fn now(home: &Home) -> DateTime<Utc> {
    let row = home
        .owner
        .query_one("SELECT extract(epoch FROM now())::bigint", &[])
        .await
        .unwrap();
    DateTime::from_timestamp(row.get(0), 0).unwrap()
}

async fn partitions(home: &Home) -> i64 {
    home.count("SELECT count(*) FROM pg_inherits WHERE inhparent = 'audit_logs'::regclass")
        .await
}

fn retirement(keep_from: DateTime<Utc>) -> Retirement {
    let journal = a_journal(AuditAction::DropAudit, Party::System, Subject::None);
    Retirement { keep_from, journal }
}

#[tokio::test]
async fn a_batch_that_is_brought_again_is_there_once() {
    let home = home().await;
    let at = now(&home).await;
    let entries: Vec<_> = (1..=2_500).map(|number| entry(number, at)).collect();
    for _ in 0..2 {
        write(&home, &entries).await;
    }
    assert_eq!(home.count("SELECT count(*) FROM audit_logs").await, 2_500);
    let waiting = home.count("SELECT count(*) FROM audit_unsealed").await;
    assert_eq!(waiting, 2_500);
}

#[tokio::test]
async fn months_are_made_ahead_once_however_many_ask() {
    let home = home().await;
    let before = partitions(&home).await;
    let ask = |months| {
        let partitions = PgAuditPartitions::new(home.pg.clone());
        async move { partitions.make_ahead(months).await.unwrap() }
    };
    let stuck = tokio::join!(ask(5), ask(5), ask(5));
    assert_eq!(stuck, (0, 0, 0));
    assert_eq!(partitions(&home).await, before + 2);
}

#[tokio::test]
async fn a_row_that_fits_nowhere_is_kept_and_its_month_stays_in_the_default() {
    let home = home().await;
    let at = now(&home).await + TimeDelta::days(31 * 5);
    write(&home, &[entry(1, at)]).await;
    let kept = home
        .count("SELECT count(*) FROM audit_partitions.logs_other")
        .await;
    assert_eq!(kept, 1);
    let partitions = PgAuditPartitions::new(home.pg.clone());
    assert_eq!(partitions.make_ahead(8).await.unwrap(), 1);
    assert_eq!(home.count("SELECT count(*) FROM audit_logs").await, 1);
}

#[tokio::test]
async fn whole_partitions_go_when_their_time_is_over_and_that_is_told() {
    let home = home().await;
    // A month of three years ago, as if time had passed: the first partition ends before it.
    home.owner
        .batch_execute(
            "ALTER TABLE audit_logs DETACH PARTITION audit_partitions.logs_first; \
             ALTER TABLE audit_logs ATTACH PARTITION audit_partitions.logs_first FOR VALUES FROM (MINVALUE) TO ('2023-01-01Z'); \
             SELECT add_audit_partition('2023_01', $$FOR VALUES FROM ('2023-01-01Z') TO ('2023-02-01Z')$$); \
             SELECT make_audit_partitions(0)",
        )
        .await
        .unwrap();
    let old = DateTime::parse_from_rfc3339("2023-01-31T23:59:59Z").unwrap();
    let (old, young) = (old.with_timezone(&Utc), now(&home).await);
    write(&home, &[entry(1, old), entry(2, young)]).await;
    let partitions = PgAuditPartitions::new(home.pg.clone());
    let kept = partitions.drop_expired(&retirement(old)).await.unwrap();
    assert_eq!(
        kept,
        ["logs_first"],
        "the month is not over at its last second"
    );
    let dropped = partitions
        .drop_expired(&retirement(young - TimeDelta::days(400)))
        .await
        .unwrap();
    assert_eq!(dropped, ["logs_2023_01"]);
    let told = "SELECT count(*) FROM audit_logs WHERE action = 'audit.drop'";
    assert_eq!(home.count(told).await, 2);
    let left = "SELECT count(*) FROM audit_logs WHERE action <> 'audit.drop'";
    assert_eq!(home.count(left).await, 1);
    let seals = "SELECT count(*) FROM pg_class WHERE relname IN ('seals_first', 'seals_2023_01')";
    assert_eq!(home.count(seals).await, 0);
    let again = partitions.drop_expired(&retirement(old)).await.unwrap();
    assert_eq!(again, Vec::<String>::new());
    assert_eq!(
        home.count(told).await,
        2,
        "nothing was dropped, nothing told"
    );
}

#[tokio::test]
async fn nothing_of_the_last_thirty_days_goes_whoever_asks() {
    let home = home().await;
    let keep_from = now(&home).await - TimeDelta::days(29);
    let partitions = PgAuditPartitions::new(home.pg.clone());
    assert!(
        partitions
            .drop_expired(&retirement(keep_from))
            .await
            .is_err()
    );
    for act in [
        "SELECT drop_audit_partitions('infinity')",
        "SELECT drop_audit_partitions(NULL)",
    ] {
        let as_app = format!("SET ROLE scripthub_app; {act}");
        assert!(home.owner.batch_execute(&as_app).await.is_err(), "{act}");
        home.owner.batch_execute("RESET ROLE").await.unwrap();
    }
}

#[tokio::test]
async fn the_server_changes_nothing_in_the_log_its_seals_or_its_partitions() {
    let home = home().await;
    write(&home, &[entry(1, now(&home).await)]).await;
    for act in [
        "UPDATE audit_logs SET outcome = 'denied'",
        "DELETE FROM audit_logs",
        "TRUNCATE audit_logs",
        "UPDATE audit_seals SET position = 1",
        "DELETE FROM audit_seals",
        "TRUNCATE audit_seals",
        "INSERT INTO audit_unsealed VALUES (gen_random_uuid(), now())",
        "UPDATE audit_unsealed SET created_at = now()",
        "SELECT * FROM audit_partitions.logs_first",
        "DELETE FROM audit_partitions.logs_first",
        "DROP TABLE audit_partitions.logs_first",
        "ALTER TABLE audit_logs DETACH PARTITION audit_partitions.logs_first",
        "ALTER TABLE audit_logs DISABLE TRIGGER ALL",
        "SELECT add_audit_partition('x', 'DEFAULT')",
        "SELECT guard_audit_table('audit_logs')",
    ] {
        let as_app = format!("SET ROLE scripthub_app; {act}");
        let refused = home.owner.batch_execute(&as_app).await;
        home.owner.batch_execute("RESET ROLE").await.unwrap();
        let refused = refused.expect_err(act);
        let code = refused.code().unwrap().code();
        assert_eq!(code, "42501", "{act}: {refused:?}");
    }
    for act in [
        "UPDATE audit_partitions.logs_first SET outcome = 'denied'",
        "DELETE FROM audit_partitions.logs_first",
        "TRUNCATE audit_partitions.logs_first",
        "DELETE FROM audit_seals",
    ] {
        assert!(
            home.owner.batch_execute(act).await.is_err(),
            "its owner: {act}"
        );
    }
}
