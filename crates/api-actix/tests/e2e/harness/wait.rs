//! Waiting for what has to come about, and never for a time.

use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};

const PAUSE: Duration = Duration::from_millis(20);

/// Asks again until it is so; answers how long that took.
pub(crate) async fn eventually(
    what: &str,
    patience: Duration,
    mut condition: impl AsyncFnMut() -> bool,
) -> Duration {
    let begun = Instant::now();
    found(what, patience, async || condition().await.then_some(())).await;
    begun.elapsed()
}

/// Looks again until it is found.
pub(crate) async fn found<T>(
    what: &str,
    patience: Duration,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> T {
    let looking = async {
        loop {
            if let Some(it) = look().await {
                return it;
            }
            sleep(PAUSE).await;
        }
    };
    within(what, patience, looking).await
}

/// What has to be done by then.
pub(crate) async fn within<T>(what: &str, patience: Duration, deed: impl Future<Output = T>) -> T {
    let Ok(done) = timeout(patience, deed).await else {
        panic!("within {patience:?} it did not come about: {what}");
    };
    done
}
