//! How much is drawn at once.

use std::num::NonZero;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use domain::account::avatar::{DrawnAvatar, UnfitPicture};
use domain::outage::{Dependency, Outage, StoreError};
use domain::port::pictures::Pictures;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::draw::draw;

/// The most pictures that are drawn at once, whatever the machine: each may take some 200 MB for a moment.
const AT_ONCE: usize = 2;
/// The most that wait for their turn; what comes then is turned away.
const WAITING: usize = 16;
/// How long one may take, the wait included.
const PATIENCE: Duration = Duration::from_secs(10);

/// Draws pictures on threads of their own, a few at once.
#[derive(Debug, Clone)]
pub struct BoundedPictures {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    runtime: Handle,
}

impl BoundedPictures {
    /// Draws on the runtime that calls this.
    #[must_use]
    pub fn new() -> Self {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let at_once = cores.min(AT_ONCE);
        Self {
            places: Arc::new(Semaphore::new(at_once + WAITING)),
            turns: Arc::new(Semaphore::new(at_once)),
            runtime: Handle::current(),
        }
    }

    async fn drawn(&self, upload: Vec<u8>) -> Result<DrawnAvatar, StoreError<UnfitPicture>> {
        let overloaded = |_| Outage::Overloaded(Dependency::Pictures);
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(overloaded)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.map_err(|closed| Outage::unavailable(Dependency::Pictures, closed))?;
        let drawing = self.runtime.spawn_blocking(move || {
            // They are given back when the thread is done, also when nobody waits for it any more.
            let _held = (place, turn);
            draw(&upload)
        });
        match drawing.await {
            Ok(drawn) => drawn.map_err(StoreError::Conflict),
            Err(error) if error.is_panic() => {
                tracing::error!("a picture broke its decoder");
                Err(StoreError::Conflict(UnfitPicture::Unreadable))
            }
            Err(error) => Err(Outage::unavailable(Dependency::Pictures, error).into()),
        }
    }
}

impl Default for BoundedPictures {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Pictures for BoundedPictures {
    async fn draw_avatar(&self, upload: Vec<u8>) -> Result<DrawnAvatar, StoreError<UnfitPicture>> {
        let begun = Instant::now();
        let outcome = timeout(PATIENCE, self.drawn(upload)).await;
        let outcome =
            outcome.unwrap_or_else(|_elapsed| Err(Outage::Overloaded(Dependency::Pictures).into()));
        let told = match &outcome {
            Ok(_) => "drawn",
            Err(StoreError::Conflict(_)) => "refused",
            Err(StoreError::Outage(_)) => "failed",
        };
        metrics::histogram!("picture_seconds", "outcome" => told).record(begun.elapsed());
        outcome
    }
}
