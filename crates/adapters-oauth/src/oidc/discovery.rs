//! What an issuer says about itself, and its keys: read when they are needed, kept for an hour.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::port::identity_providers::ProviderError;
use openidconnect::core::CoreProviderMetadata;
use openidconnect::{DiscoveryError, IssuerUrl};
use tokio::sync::Mutex;

use crate::http::{Http, told};
use crate::provider::unavailable;

/// For so long the issuer is not asked again.
const FRESH: Duration = Duration::from_hours(1);
/// For so long what it said is used while it cannot be asked.
const USABLE: Duration = Duration::from_hours(24);
/// Tokens with keys that we do not know make us ask no more often than this.
const AT_MOST_EVERY: Duration = Duration::from_mins(1);

/// One issuer, and what is known of it.
pub(super) struct Discovery {
    issuer: IssuerUrl,
    known: Mutex<Option<Known>>,
    /// When a key that we do not know made us ask last.
    asked_anew_at: Mutex<Option<Instant>>,
}

#[derive(Clone)]
struct Known {
    metadata: Arc<CoreProviderMetadata>,
    asked_at: Instant,
}

impl Discovery {
    pub(super) fn of(issuer: IssuerUrl) -> Self {
        Self {
            issuer,
            known: Mutex::new(None),
            asked_anew_at: Mutex::new(None),
        }
    }

    /// What the issuer says, with its keys. While it cannot be asked, what it said before is good for a day.
    pub(super) async fn read(
        &self,
        http: &Http,
    ) -> Result<Arc<CoreProviderMetadata>, ProviderError> {
        self.younger_than(FRESH, http).await
    }

    /// The same, asked now, unless that was done within the last minute; then with keys that are at most a minute old.
    pub(super) async fn read_anew(
        &self,
        http: &Http,
    ) -> Result<Arc<CoreProviderMetadata>, ProviderError> {
        let age = if self.may_ask_anew().await {
            Duration::ZERO
        } else {
            AT_MOST_EVERY
        };
        self.younger_than(age, http).await
    }

    async fn may_ask_anew(&self) -> bool {
        let mut last = self.asked_anew_at.lock().await;
        let may = last.is_none_or(|last| last.elapsed() >= AT_MOST_EVERY);
        if may {
            *last = Some(Instant::now());
        }
        may
    }

    async fn younger_than(
        &self,
        age: Duration,
        http: &Http,
    ) -> Result<Arc<CoreProviderMetadata>, ProviderError> {
        let known = self.known.lock().await.clone();
        let is_younger = |known: &Known, age| known.asked_at.elapsed() < age;
        if let Some(known) = known.as_ref().filter(|known| is_younger(known, age)) {
            return Ok(Arc::clone(&known.metadata));
        }
        // Not under the lock: a slow issuer must not make those wait who come later for longer than it lets us wait.
        match CoreProviderMetadata::discover_async(self.issuer.clone(), http).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *self.known.lock().await = Some(Known {
                    metadata: Arc::clone(&metadata),
                    asked_at: Instant::now(),
                });
                Ok(metadata)
            }
            Err(error) => {
                let told = of_discovery(&error);
                match known.filter(|known| is_younger(known, USABLE)) {
                    Some(known) => {
                        tracing::warn!(issuer = self.issuer.as_str(), error = %told, "an issuer cannot be asked");
                        Ok(known.metadata)
                    }
                    None => Err(unavailable("discovery", told)),
                }
            }
        }
    }
}

fn of_discovery(error: &DiscoveryError<crate::http::HttpError>) -> String {
    match error {
        DiscoveryError::Request(error) => told(error),
        DiscoveryError::Response(status, ..) => format!("the issuer answered {status}"),
        DiscoveryError::Validation(_) => "the issuer says that it is another one".to_owned(),
        _ => "the answer is not of the expected form".to_owned(),
    }
}
