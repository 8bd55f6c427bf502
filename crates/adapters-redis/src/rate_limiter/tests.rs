//! `admit.lua` against the table of cases and against its twin, with given times; how it stands up to many acts at once
//! is tested with the other ports.

use super::*;
use crate::settings::RedisSettings;
use domain::limit::quota::{LimitClass, Quota};
use domain::limit::quota_cases::CASES;
use domain::limit::sliding_window::SlidingWindow;
use domain::port::rate_limiter::MockRateLimiter;
use domain::secret::Secret;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use test_support::redis_url;
use test_support::services::unique_suffix;

fn limiter() -> RedisRateLimiter {
    let settings = RedisSettings {
        prefix: format!("{}:", unique_suffix()),
        timeout: std::time::Duration::from_secs(5),
        ..RedisSettings::at(Secret::new(redis_url()))
    };
    RedisRateLimiter::new(
        Redis::new(settings).unwrap(),
        Arc::new(MockRateLimiter::new()),
    )
}

fn act(subject: &str, quota: Quota) -> LimitedAct {
    LimitedAct {
        class: LimitClass::Auth,
        subject: subject.to_owned(),
        quota,
    }
}

#[tokio::test]
async fn every_case_of_the_table_is_counted_as_it_says() {
    let limiter = limiter();
    for case in CASES {
        let act = act(case.name, case.quota());
        for (step, (at, expected)) in case.acts.iter().enumerate() {
            let verdict = limiter.count(&act, Some(*at)).await.unwrap();
            assert_eq!(
                (verdict.allowed, verdict.remaining),
                *expected,
                "{}, act {step}",
                case.name
            );
        }
    }
}

#[test]
fn the_script_counts_as_its_twin_does() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let limiter = runtime.block_on(async { limiter() });
    let acts = prop::collection::vec(-3_000_i64..8_000, 1..60);
    TestRunner::new(ProptestConfig::with_cases(40))
        .run(&(1_u32..20, 1_i64..200, acts), |(limit, seconds, steps)| {
            let quota = Quota::new(limit, TimeDelta::seconds(seconds)).unwrap();
            let act = act(&unique_suffix(), quota);
            let mut twin = SlidingWindow::default();
            // A time of these days, which has to stay exact in numbers of Lua.
            let mut now = 1_772_366_400_123;
            for step in steps {
                now += step;
                let verdict = runtime.block_on(limiter.count(&act, Some(now))).unwrap();
                prop_assert_eq!(verdict, twin.admit(now, quota));
            }
            Ok(())
        })
        .unwrap();
}
