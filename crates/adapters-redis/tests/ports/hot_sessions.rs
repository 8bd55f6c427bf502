//! `rotate.lua` against the table of cases and its twin, and what else happens to hot sessions.

use adapters_redis::RedisHotSessions;
use chrono::{DateTime, TimeDelta, Utc};
use domain::id::{SessionId, UserId};
use domain::port::hot_sessions::HotSessions;
use domain::session::SessionUse;
use domain::session::rotation::{Decision, Generation, Lifetimes, RotationState};
use domain::session::rotation_cases::CASES;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use redis::AsyncCommands;
use tokio::task::JoinSet;

use crate::common::{Corner, a_session_of_a_user};

fn now() -> DateTime<Utc> {
    // Microseconds have to survive.
    DateTime::from_timestamp_micros(1_772_366_400_123_457).unwrap()
}

/// A session that began now and is at its fifth generation.
fn at_five() -> RotationState {
    RotationState {
        generation: Generation::restore(5),
        ..RotationState::begin(now(), &Lifetimes::default())
    }
}

async fn rotate(
    hot: &RedisHotSessions,
    session: SessionId,
    presented: i64,
    at: DateTime<Utc>,
) -> Option<Decision> {
    let presented = Generation::restore(presented);
    hot.rotate(session, presented, at, &Lifetimes::default())
        .await
        .unwrap()
}

#[tokio::test]
async fn every_case_of_the_table_is_decided_as_it_says() {
    let hot = RedisHotSessions::new(Corner::new().node());
    for case in CASES {
        let (session, user) = a_session_of_a_user();
        hot.put(session, user, &case.state()).await.unwrap();
        let decision = hot
            .rotate(session, case.presented(), case.now(), &case.lifetimes())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(case.outcome_of(&decision), case.expected, "{}", case.name);
        let twin = case
            .state()
            .decide(case.presented(), case.now(), &case.lifetimes());
        assert_eq!(decision, twin, "{}", case.name);
    }
}

#[derive(Debug, Clone)]
enum Event {
    Present(i64),
    Use(i64),
    Wait(i64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let day = 86_400_000_000_i64;
    let event = prop_oneof![
        4 => (-2_i64..2).prop_map(Event::Present),
        2 => (-1_i64..1).prop_map(Event::Use),
        3 => (0_i64..15_000_000).prop_map(Event::Wait),
        1 => (0..35 * day).prop_map(Event::Wait),
    ];
    prop::collection::vec(event, 1..30)
}

/// Plays the events on Redis and on the twin.
async fn play(hot: &RedisHotSessions, events: Vec<Event>) -> Result<(), TestCaseError> {
    let lifetimes = Lifetimes::default();
    let (session, user) = a_session_of_a_user();
    let (mut state, mut at) = (at_five(), now());
    hot.put(session, user, &state).await.unwrap();
    for event in events {
        let near = |offset: i64| Generation::restore(state.generation.get() + offset);
        match event {
            Event::Wait(micros) => at += TimeDelta::microseconds(micros),
            Event::Use(offset) => {
                let generation = near(offset);
                let notes = [SessionUse {
                    session,
                    generation,
                    at,
                }];
                hot.mark_used(&notes).await.unwrap();
                state.used |= generation == state.generation;
            }
            Event::Present(offset) => {
                let presented = near(offset);
                let decision = hot
                    .rotate(session, presented, at, &lifetimes)
                    .await
                    .unwrap();
                let twin = state.decide(presented, at, &lifetimes);
                prop_assert_eq!(decision, Some(twin));
                if let Decision::Rotate(next) = twin {
                    state = next;
                }
            }
        }
    }
    Ok(())
}

#[test]
fn the_script_decides_as_its_twin_does() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let hot = runtime.block_on(async { RedisHotSessions::new(Corner::new().node()) });
    TestRunner::new(ProptestConfig::with_cases(60))
        .run(&events(), |events| runtime.block_on(play(&hot, events)))
        .unwrap();
}

#[tokio::test]
async fn of_many_who_present_the_same_token_one_rotates_and_all_get_the_same_successor() {
    let corner = Corner::new();
    let nodes = [corner.node(), corner.node()].map(RedisHotSessions::new);
    let (session, user) = a_session_of_a_user();
    nodes[0].put(session, user, &at_five()).await.unwrap();
    let mut attempts = JoinSet::new();
    for attempt in 0..50 {
        let hot = nodes[attempt % 2].clone();
        attempts.spawn(async move { rotate(&hot, session, 5, now()).await.unwrap() });
    }
    let decisions = attempts.join_all().await;
    let rotations = decisions
        .iter()
        .filter(|decision| matches!(decision, Decision::Rotate(_)));
    assert_eq!(rotations.count(), 1);
    for decision in &decisions {
        let (Decision::Rotate(state) | Decision::Replay(state)) = decision else {
            panic!("{decision:?}");
        };
        assert_eq!(state.generation.get(), 6);
    }
}

#[tokio::test]
async fn without_a_whole_copy_nothing_is_decided() {
    let corner = Corner::new();
    let hot = RedisHotSessions::new(corner.node());
    let (session, user) = a_session_of_a_user();
    assert_eq!(rotate(&hot, session, 5, now()).await, None);
    hot.put(session, user, &at_five()).await.unwrap();
    let key = corner.key(&format!("session:{session}"));
    let _: () = corner.raw().await.hdel(&key, "rotated_at").await.unwrap();
    assert_eq!(rotate(&hot, session, 5, now()).await, None);
}

#[tokio::test]
async fn a_copy_goes_with_its_session() {
    let corner = Corner::new();
    let hot = RedisHotSessions::new(corner.node());
    let (session, user) = a_session_of_a_user();
    hot.put(session, user, &at_five()).await.unwrap();
    let days = async || {
        let key = corner.key(&format!("session:{session}"));
        let left: i64 = corner.raw().await.pttl(key).await.unwrap();
        TimeDelta::milliseconds(left + 10_000).num_days()
    };
    assert_eq!(days().await, 30);
    // A session of 80 days has ten left, whatever its idle lifetime says.
    let old = RotationState {
        idle_expires_at: now() + TimeDelta::days(81),
        ..at_five()
    };
    hot.put(session, user, &old).await.unwrap();
    rotate(&hot, session, 5, now() + TimeDelta::days(80)).await;
    assert_eq!(days().await, 10);
}

#[tokio::test]
async fn the_truth_replaces_a_copy() {
    let hot = RedisHotSessions::new(Corner::new().node());
    let (session, user) = a_session_of_a_user();
    hot.put(session, user, &at_five()).await.unwrap();
    let ended = RotationState {
        revoked: true,
        ..at_five()
    };
    hot.put(session, user, &ended).await.unwrap();
    assert_eq!(
        rotate(&hot, session, 5, now()).await,
        Some(Decision::Revoked)
    );
}

#[tokio::test]
async fn using_sessions_that_have_no_copy_makes_none() {
    let corner = Corner::new();
    let hot = RedisHotSessions::new(corner.node());
    let uses: Vec<_> = (0..1_200)
        .map(|_| SessionUse {
            session: a_session_of_a_user().0,
            generation: Generation::FIRST,
            at: now(),
        })
        .collect();
    hot.mark_used(&uses).await.unwrap();
    hot.mark_used(&[]).await.unwrap();
    let key = corner.key(&format!("session:{}", uses[0].session));
    assert!(!corner.raw().await.exists::<_, bool>(key).await.unwrap());
}

#[tokio::test]
async fn a_forgotten_session_has_no_copy() {
    let hot = RedisHotSessions::new(Corner::new().node());
    let sessions: [(SessionId, UserId); 3] = std::array::from_fn(|_| a_session_of_a_user());
    for (session, user) in sessions {
        hot.put(session, user, &at_five()).await.unwrap();
    }
    hot.forget(&[sessions[0].0, sessions[1].0]).await.unwrap();
    hot.forget(&[]).await.unwrap();
    assert_eq!(rotate(&hot, sessions[0].0, 5, now()).await, None);
    assert_eq!(rotate(&hot, sessions[1].0, 5, now()).await, None);
    assert!(rotate(&hot, sessions[2].0, 5, now()).await.is_some());
}
