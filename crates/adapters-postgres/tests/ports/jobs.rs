//! The durable queue, retention and the audit log on a real server.

use std::collections::HashSet;

use crate::common::{Home, home};
use adapters_postgres::{PgJobs, PgRecords};
use chrono::{DateTime, TimeDelta, Utc};
use domain::audit::{AuditAction, Party, Subject};
use domain::id::{JobId, LeaseId, UserId};
use domain::job::{Job, Letter, MailOrder, NewJob, Settlement, retry};
use domain::port::audit_trail::AuditTrail;
use domain::port::jobs::Jobs;
use domain::port::retention::Retention;
use test_support::{a_journal, a_user};
use uuid::Uuid;

fn noon() -> DateTime<Utc> {
    a_user().created_at
}

fn lease(number: u128) -> LeaseId {
    LeaseId::new(Uuid::from_u128(number))
}

const MINUTE: TimeDelta = TimeDelta::minutes(1);

async fn enqueue(home: &Home, count: u128) {
    let mut journal = a_journal(AuditAction::SignIn, Party::System, Subject::None);
    for number in 1..=count {
        journal = journal.enqueue(NewJob {
            id: JobId::new(Uuid::from_u128(number)),
            run_at: noon(),
            job: Job::SendMail(MailOrder::notice(
                UserId::new(Uuid::nil()),
                Letter::RefreshTokenReused,
            )),
        });
    }
    PgRecords::new(home.pg.clone())
        .append(&journal)
        .await
        .unwrap();
}

#[tokio::test]
async fn many_workers_never_hold_one_job_at_a_time() {
    let home = home().await;
    enqueue(&home, 40).await;
    let mut workers = Vec::new();
    for number in 1..=4 {
        let jobs = PgJobs::new(home.pg.clone());
        workers.push(tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                let claimed = jobs.claim(lease(number), 3, noon(), MINUTE).await.unwrap();
                if claimed.is_empty() {
                    return mine;
                }
                mine.extend(claimed.into_iter().map(|job| job.id));
            }
        }));
    }
    let mut all = HashSet::new();
    let mut count = 0;
    for worker in workers {
        let mine = worker.await.unwrap();
        count += mine.len();
        all.extend(mine);
    }
    assert_eq!((count, all.len()), (40, 40));
}

#[tokio::test]
async fn a_lost_lease_gives_the_job_to_another_worker_and_settles_nothing() {
    let home = home().await;
    enqueue(&home, 1).await;
    let jobs = PgJobs::new(home.pg.clone());
    let first = jobs.claim(lease(1), 5, noon(), MINUTE).await.unwrap();
    assert_eq!(jobs.claim(lease(2), 5, noon(), MINUTE).await.unwrap(), []);
    let later = noon() + MINUTE;
    let second = jobs.claim(lease(2), 5, later, MINUTE).await.unwrap();
    assert_eq!(second[0].id, first[0].id);
    assert_eq!(second[0].attempt, 2);
    let frozen = jobs
        .settle(first[0].id, lease(1), &Settlement::Done, later)
        .await;
    assert!(!frozen.unwrap());
    let awake = jobs
        .settle(first[0].id, lease(2), &Settlement::Done, later)
        .await;
    assert!(awake.unwrap());
    assert_eq!(
        jobs.claim(lease(3), 5, later + MINUTE, MINUTE)
            .await
            .unwrap(),
        []
    );
}

#[tokio::test]
async fn a_failed_job_waits_for_its_time_and_a_dead_one_for_staff() {
    let home = home().await;
    enqueue(&home, 2).await;
    let jobs = PgJobs::new(home.pg.clone());
    let claimed = jobs.claim(lease(1), 5, noon(), MINUTE).await.unwrap();
    let run_at = noon() + TimeDelta::seconds(30);
    let error = "the mail server is away".to_owned();
    let retry = Settlement::Retry {
        run_at,
        error: error.clone(),
    };
    assert!(
        jobs.settle(claimed[0].id, lease(1), &retry, noon())
            .await
            .unwrap()
    );
    let dead = Settlement::Dead { error };
    assert!(
        jobs.settle(claimed[1].id, lease(1), &dead, noon())
            .await
            .unwrap()
    );
    assert_eq!(jobs.claim(lease(2), 5, noon(), MINUTE).await.unwrap(), []);
    let depth = jobs.depth(run_at + TimeDelta::seconds(7)).await.unwrap();
    assert_eq!((depth.waiting, depth.dead, depth.oldest_seconds), (1, 1, 7));
    let again = jobs.claim(lease(2), 5, run_at, MINUTE).await.unwrap();
    assert_eq!(again[0].id, claimed[0].id);
}

#[tokio::test]
async fn a_job_whose_last_worker_was_lost_is_set_aside() {
    let home = home().await;
    enqueue(&home, 1).await;
    let jobs = PgJobs::new(home.pg.clone());
    let mut now = noon();
    for attempt in 1..=retry::MAX_ATTEMPTS {
        let claimed = jobs
            .claim(lease(attempt.into()), 5, now, MINUTE)
            .await
            .unwrap();
        assert_eq!(claimed[0].attempt, attempt);
        now += MINUTE;
    }
    assert_eq!(jobs.claim(lease(99), 5, now, MINUTE).await.unwrap(), []);
    assert_eq!(jobs.depth(now).await.unwrap().dead, 1);
}

#[tokio::test]
async fn a_job_that_cannot_be_read_is_set_aside_and_stalls_nobody() {
    let home = home().await;
    enqueue(&home, 2).await;
    home.owner
        .batch_execute("UPDATE jobs SET payload = '{\"mail\": \"unknown\"}' WHERE id = '00000000-0000-0000-0000-000000000001'")
        .await
        .unwrap();
    let jobs = PgJobs::new(home.pg.clone());
    let claimed = jobs.claim(lease(1), 5, noon(), MINUTE).await.unwrap();
    assert_eq!(claimed.len(), 1);
    assert_eq!(jobs.depth(noon()).await.unwrap().dead, 1);
}

#[tokio::test]
async fn what_has_outlived_its_purpose_is_purged_and_the_rest_stays() {
    let home = home().await;
    enqueue(&home, 2).await;
    home.owner
        .batch_execute(
            "UPDATE jobs SET done_at = now() - interval '2 days' WHERE id = '00000000-0000-0000-0000-000000000001'; \
             INSERT INTO access_changes (epoch, created_at) VALUES (7, now() - interval '2 hours'), (8, now()); \
             INSERT INTO idempotency_keys (scope, key, fingerprint, status, body, expires_at) \
                 VALUES ('s', 'old', decode(repeat('00', 32), 'hex'), 201, '', now() - interval '1 second'), \
                        ('s', 'new', decode(repeat('00', 32), 'hex'), 201, '', now() + interval '1 hour')",
        )
        .await
        .unwrap();
    let now = home
        .owner
        .query_one("SELECT extract(epoch FROM now())::bigint", &[])
        .await
        .unwrap();
    let now = DateTime::from_timestamp(now.get(0), 0).unwrap();
    assert_eq!(
        PgRecords::new(home.pg.clone())
            .purge(now + TimeDelta::seconds(2))
            .await
            .unwrap(),
        3
    );
    assert_eq!(home.count("SELECT count(*) FROM jobs").await, 1);
    assert_eq!(home.count("SELECT count(*) FROM access_changes").await, 1);
}

#[tokio::test]
async fn the_audit_log_can_be_added_to_and_neither_changed_nor_emptied() {
    let home = home().await;
    enqueue(&home, 0).await;
    assert_eq!(home.count("SELECT count(*) FROM audit_logs").await, 1);
    for act in [
        "UPDATE audit_logs SET outcome = 'denied'",
        "DELETE FROM audit_logs",
        "TRUNCATE audit_logs",
    ] {
        assert!(
            home.owner.batch_execute(act).await.is_err(),
            "its owner: {act}"
        );
        let as_app = format!("SET ROLE scripthub_app; {act}");
        assert!(
            home.owner.batch_execute(&as_app).await.is_err(),
            "the server: {act}"
        );
        home.owner.batch_execute("RESET ROLE").await.unwrap();
    }
}
