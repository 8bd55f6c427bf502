//! Which copy answers when, over hand-written stores that count what they are asked.

use super::*;
use domain::access::permission::PermissionSet;
use domain::access::standing::{AccessEpoch, Rights};
use domain::account::user::AccountStatus;
use domain::outage::Dependency;
use domain::port::access_changes::MockAccessChanges;
use domain::port::shared_standings::MockSharedStandings;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::advance;
use uuid::Uuid;

fn ids() -> (SessionId, UserId) {
    (
        SessionId::new(Uuid::from_u128(1)),
        UserId::new(Uuid::from_u128(2)),
    )
}

fn at_epoch(epoch: i64) -> Standing {
    let (session, user) = ids();
    let rights = Rights {
        status: AccountStatus::Active,
        email_verified: true,
        permissions: PermissionSet::EMPTY,
        epoch: AccessEpoch(epoch),
    };
    Standing {
        session,
        user,
        rights,
    }
}

fn changed(epoch: i64) -> AccessChange {
    AccessChange::User {
        user: ids().1,
        epoch: AccessEpoch(epoch),
    }
}

/// A truth that counts what it is asked, and answers when it is let.
struct Truth {
    answer: Mutex<Option<Standing>>,
    is_out: Mutex<bool>,
    asked: AtomicU32,
    gate: Semaphore,
}

#[async_trait]
impl Standings for Truth {
    async fn find(&self, _: SessionId, _: UserId) -> Result<Option<Standing>, Outage> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = *self.answer.lock().unwrap();
        let _pass = self.gate.acquire().await.unwrap();
        if *self.is_out.lock().unwrap() {
            return Err(Outage::unavailable(Dependency::Postgres, "away"));
        }
        Ok(answer)
    }
}

impl Truth {
    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }

    fn becomes(&self, answer: Option<Standing>) {
        *self.answer.lock().unwrap() = answer;
    }
}

fn truth() -> Arc<Truth> {
    Arc::new(Truth {
        answer: Mutex::new(Some(at_epoch(1))),
        is_out: Mutex::new(false),
        asked: AtomicU32::new(0),
        gate: Semaphore::new(1_000),
    })
}

fn alone(truth: &Arc<Truth>) -> Arc<StandingCopies> {
    let copies = StandingCopies::new(truth.clone(), None);
    copies.caught_up(&RecentChanges::default());
    copies
}

fn in_company(truth: &Arc<Truth>, shared: MockSharedStandings) -> Arc<StandingCopies> {
    let copies = StandingCopies::new(truth.clone(), Some(Arc::new(shared)));
    copies.push_is(true);
    copies.caught_up(&RecentChanges::default());
    copies
}

/// Shared copies that hold this, and take whatever they are given.
fn holding(copy: Option<Standing>) -> MockSharedStandings {
    let mut shared = MockSharedStandings::new();
    shared.expect_find().returning(move |_, _| Ok(copy));
    shared.expect_put().returning(|_| Ok(()));
    shared
}

async fn find(copies: &StandingCopies) -> Option<i64> {
    let (session, user) = ids();
    let standing = copies.find(session, user).await.unwrap();
    standing.map(|standing| standing.rights.epoch.0)
}

#[tokio::test(start_paused = true)]
async fn a_standing_is_asked_for_once_while_the_feed_is_read() {
    let truth = truth();
    let copies = alone(&truth);
    for _ in 0..3 {
        assert_eq!(find(&copies).await, Some(1));
    }
    assert_eq!(truth.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_change_that_was_told_is_seen_at_once() {
    let truth = truth();
    let copies = alone(&truth);
    find(&copies).await;
    truth.becomes(Some(at_epoch(2)));
    copies.observe(&[changed(2)]);
    assert_eq!(find(&copies).await, Some(2));
    truth.becomes(None);
    copies.observe(&[AccessChange::SessionEnded(ids().0)]);
    assert_eq!(find(&copies).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_change_out_of_the_feed_counts_like_one_that_was_pushed() {
    let truth = truth();
    let copies = alone(&truth);
    find(&copies).await;
    truth.becomes(Some(at_epoch(2)));
    let mut feed = MockAccessChanges::new();
    feed.expect_recent()
        .withf(|lookback| *lookback == TimeDelta::minutes(1))
        .returning(|_| {
            Ok(RecentChanges {
                epoch: AccessEpoch(2),
                changes: vec![changed(2)],
            })
        });
    copies.catch_up(&feed).await.unwrap();
    assert_eq!(find(&copies).await, Some(2));
}

#[tokio::test(start_paused = true)]
async fn without_a_recent_reading_of_the_feed_the_truth_is_asked_every_time() {
    let truth = truth();
    let copies = alone(&truth);
    find(&copies).await;
    advance(Duration::from_millis(2_001)).await;
    find(&copies).await;
    find(&copies).await;
    assert_eq!(truth.asked(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_copy_from_before_a_gap_is_trusted_again_unless_the_feed_tells_of_a_change() {
    let truth = truth();
    let copies = in_company(&truth, holding(None));
    find(&copies).await;
    copies.push_is(false);
    find(&copies).await;
    assert_eq!(
        truth.asked(),
        2,
        "while the push is down nothing is believed"
    );
    truth.becomes(Some(at_epoch(2)));
    advance(Duration::from_millis(100)).await;
    copies.push_is(true);
    copies.caught_up(&RecentChanges {
        epoch: AccessEpoch(2),
        changes: vec![changed(2)],
    });
    assert_eq!(find(&copies).await, Some(2));
    assert_eq!(find(&copies).await, Some(2));
    assert_eq!(truth.asked(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_shared_copy_spares_the_truth_unless_it_is_contradicted() {
    let truth = truth();
    truth.becomes(Some(at_epoch(5)));
    let copies = in_company(&truth, holding(Some(at_epoch(3))));
    assert_eq!(find(&copies).await, Some(3));
    assert_eq!(truth.asked(), 0);
    copies.observe(&[changed(5)]);
    assert_eq!(find(&copies).await, Some(5));
}

#[tokio::test(start_paused = true)]
async fn what_the_truth_answered_is_shared() {
    let truth = truth();
    let mut shared = MockSharedStandings::new();
    shared.expect_find().returning(|_, _| Ok(None));
    shared
        .expect_put()
        .withf(|standing| *standing == at_epoch(1))
        .times(1)
        .returning(|_| Ok(()));
    find(&in_company(&truth, shared)).await;
}

#[tokio::test(start_paused = true)]
async fn shared_copies_that_are_out_of_reach_cost_nothing_but_speed() {
    let truth = truth();
    let mut shared = MockSharedStandings::new();
    let outage = || Outage::unavailable(Dependency::Redis, "away");
    shared.expect_find().returning(move |_, _| Err(outage()));
    shared.expect_put().returning(move |_| Err(outage()));
    assert_eq!(find(&in_company(&truth, shared)).await, Some(1));
}

#[tokio::test(start_paused = true)]
async fn a_node_that_never_read_the_feed_does_not_ask_for_shared_copies() {
    let truth = truth();
    let mut shared = MockSharedStandings::new();
    shared.expect_find().never();
    shared.expect_put().returning(|_| Ok(()));
    let copies = StandingCopies::new(truth.clone(), Some(Arc::new(shared)));
    copies.push_is(true);
    find(&copies).await;
    find(&copies).await;
    assert_eq!(truth.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_session_is_not_remembered_as_an_answer() {
    let truth = truth();
    truth.becomes(None);
    let copies = alone(&truth);
    assert_eq!(find(&copies).await, None);
    assert_eq!(find(&copies).await, None);
    assert_eq!(truth.asked(), 2);
}

#[tokio::test]
async fn many_who_look_for_the_same_share_one_look_up_and_its_outage() {
    let truth = truth();
    *truth.is_out.lock().unwrap() = true;
    let copies = alone(&truth);
    let closed = truth.gate.acquire_many(1_000).await.unwrap();
    let mut finds = JoinSet::new();
    for _ in 0..50 {
        let copies = Arc::clone(&copies);
        finds.spawn(async move {
            let (session, user) = ids();
            copies.find(session, user).await
        });
    }
    while truth.asked() == 0 {
        tokio::task::yield_now().await;
    }
    // On this one thread all others get to wait before the gate opens.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    drop(closed);
    for outcome in finds.join_all().await {
        let outage = outcome.unwrap_err();
        assert!(matches!(
            outage,
            Outage::Unavailable {
                dependency: Dependency::Postgres,
                ..
            }
        ));
    }
    assert_eq!(truth.asked(), 1);
    *truth.is_out.lock().unwrap() = false;
    assert_eq!(find(&copies).await, Some(1), "an outage is not kept");
}

#[tokio::test]
async fn a_change_between_reading_and_keeping_leaves_no_stale_answer() {
    let truth = truth();
    let copies = alone(&truth);
    let closed = truth.gate.acquire_many(1_000).await.unwrap();
    let reading = tokio::spawn({
        let copies = Arc::clone(&copies);
        async move { find(&copies).await }
    });
    while truth.asked() == 0 {
        tokio::task::yield_now().await;
    }
    truth.becomes(Some(at_epoch(2)));
    copies.observe(&[changed(2)]);
    drop(closed);
    assert_eq!(reading.await.unwrap(), Some(2));
    assert_eq!(find(&copies).await, Some(2));
}

#[tokio::test]
async fn who_gives_up_waiting_takes_nothing_from_the_others() {
    let truth = truth();
    let copies = alone(&truth);
    let closed = truth.gate.acquire_many(1_000).await.unwrap();
    let spawn = || {
        let copies = Arc::clone(&copies);
        tokio::spawn(async move { find(&copies).await })
    };
    let first = spawn();
    while truth.asked() == 0 {
        tokio::task::yield_now().await;
    }
    let second = spawn();
    tokio::task::yield_now().await;
    first.abort();
    drop(closed);
    assert_eq!(second.await.unwrap(), Some(1));
}
