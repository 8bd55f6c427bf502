//! The port, over whatever store there is.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::account::avatar::ObjectKey;
use domain::id::AvatarId;
use domain::outage::{Dependency, Outage};
use domain::port::objects::Objects;
use domain::port::probe::Probe;
use futures_util::TryStreamExt;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions};
use tokio::runtime::Handle;
use tokio::time::timeout;
use uuid::Uuid;

use crate::settings::{StorageKeys, StorageSettingsError, store};

/// How long anything but a list may take, retries included.
const PATIENCE: Duration = Duration::from_secs(8);
/// How long the clearing away may take to read a list.
const LISTING: Duration = Duration::from_mins(1);

/// Objects in a folder or a bucket.
#[derive(Clone)]
pub struct StoredObjects {
    store: Arc<dyn ObjectStore>,
    /// Connections outlive the request that opened them, so the work is done here.
    runtime: Handle,
}

impl StoredObjects {
    /// A store by `STORAGE_URL`: `file://folder`, or `s3://bucket[/prefix]?endpoint=…&region=…`. Nothing is opened or made yet, so
    /// this works while the store is away. Connections live on the runtime that calls this.
    ///
    /// # Errors
    /// See [`StorageSettingsError`].
    pub fn from_url(url: &str, keys: &StorageKeys) -> Result<Self, StorageSettingsError> {
        Ok(Self {
            store: store(url, keys)?,
            runtime: Handle::current(),
        })
    }

    /// Does something within a time, measured under a name. It goes on when its request is abandoned.
    async fn run<T, F>(
        &self,
        name: &'static str,
        patience: Duration,
        work: impl FnOnce(Arc<dyn ObjectStore>) -> F,
    ) -> Result<T, Outage>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let begun = Instant::now();
        let work = timeout(patience, work(Arc::clone(&self.store)));
        let outcome = match self.runtime.spawn(work).await {
            Ok(Ok(Ok(done))) => Ok(done),
            Ok(Ok(Err(error))) => Err(Outage::unavailable(Dependency::Storage, error)),
            Ok(Err(elapsed)) => Err(Outage::unavailable(Dependency::Storage, elapsed)),
            Err(ended) => Err(Outage::unavailable(Dependency::Storage, ended)),
        };
        let told = if outcome.is_ok() { "done" } else { "failed" };
        metrics::histogram!("storage_seconds", "operation" => name, "outcome" => told)
            .record(begun.elapsed());
        outcome
    }
}

fn path(key: ObjectKey) -> Path {
    Path::from(key.to_string())
}

/// The avatar that a stored name belongs to, if it is one of ours.
fn avatar_of(path: &Path) -> Option<AvatarId> {
    let mut parts = path.as_ref().split('/');
    let is_ours = parts.next() == Some("avatars");
    let id = parts.next().filter(|_| is_ours)?;
    Uuid::try_parse(id).ok().map(AvatarId::new)
}

#[async_trait]
impl Objects for StoredObjects {
    async fn put(&self, key: ObjectKey, content: Vec<u8>) -> Result<(), Outage> {
        self.run("put", PATIENCE, async move |store| {
            let options = PutOptions::from(PutMode::Create);
            let put = store.put_opts(&path(key), content.into(), options).await;
            match put {
                // A try whose answer got lost has kept it.
                Ok(_) | Err(Error::AlreadyExists { .. }) => Ok(()),
                Err(error) => Err(error),
            }
        })
        .await
    }

    async fn find(&self, key: ObjectKey) -> Result<Option<Vec<u8>>, Outage> {
        self.run("find", PATIENCE, async move |store| {
            let found = match store.get(&path(key)).await {
                Ok(found) => found,
                Err(Error::NotFound { .. }) => return Ok(None),
                Err(error) => return Err(error),
            };
            Ok(Some(found.bytes().await?.to_vec()))
        })
        .await
    }

    async fn remove(&self, key: ObjectKey) -> Result<(), Outage> {
        self.run("remove", PATIENCE, async move |store| {
            match store.delete(&path(key)).await {
                Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(error),
            }
        })
        .await
    }

    async fn list_written_before(&self, before: DateTime<Utc>) -> Result<Vec<AvatarId>, Outage> {
        self.run("list", LISTING, async move |store| {
            let mut objects = store.list(Some(&Path::from("avatars")));
            let mut newest: BTreeMap<AvatarId, DateTime<Utc>> = BTreeMap::new();
            while let Some(object) = objects.try_next().await? {
                if let Some(avatar) = avatar_of(&object.location) {
                    let time = newest.entry(avatar).or_insert(object.last_modified);
                    *time = object.last_modified.max(*time);
                }
            }
            let old = newest.into_iter().filter(|(_, time)| *time < before);
            Ok(old.map(|(avatar, _)| avatar).collect())
        })
        .await
    }
}

#[async_trait]
impl Probe for StoredObjects {
    fn dependency(&self) -> Dependency {
        Dependency::Storage
    }

    async fn check(&self) -> Result<(), Outage> {
        self.run(
            "probe",
            Duration::from_secs(1),
            async move |store| match store.head(&Path::from("health")).await {
                Ok(_) | Err(Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(error),
            },
        )
        .await
    }
}
