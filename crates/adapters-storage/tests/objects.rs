//! The port, over a folder and over a real S3 store: both keep the same promises.
#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure, and says where"
)]

use std::path::PathBuf;

use adapters_storage::{StorageKeys, StorageSettingsError, StoredObjects};
use chrono::{DateTime, TimeDelta, Utc};
use domain::account::avatar::{AvatarSize, ObjectKey};
use domain::id::AvatarId;
use domain::outage::{Dependency, Outage};
use domain::port::objects::Objects;
use domain::port::probe::Probe;
use domain::secret::Secret;
use test_support::services::{self, unique_suffix};
use uuid::Uuid;

/// A folder that goes with its test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("scripthub-objects-{}", unique_suffix())))
    }

    fn store(&self) -> StoredObjects {
        let url = format!("file://{}", self.0.display());
        StoredObjects::from_url(&url, &StorageKeys::default()).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A test that kept nothing never made it.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn keys() -> StorageKeys {
    let store = services::object_store();
    StorageKeys {
        access: Some(store.access_key),
        secret: Some(Secret::new(store.secret_key)),
    }
}

/// A place of the bucket that no other test has.
fn bucket(keys: &StorageKeys) -> StoredObjects {
    let url = services::object_store().url;
    let (bucket, parameters) = url.split_once('?').unwrap();
    let url = format!("{bucket}/{}?{parameters}", unique_suffix());
    StoredObjects::from_url(&url, keys).unwrap()
}

fn key(avatar: u128, size: AvatarSize) -> ObjectKey {
    ObjectKey {
        avatar: AvatarId::new(Uuid::from_u128(avatar)),
        size,
    }
}

/// Later than anything written by a test, on any clock.
fn later() -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(365 * 200)
}

async fn what_is_kept_is_found_as_it_was(store: &StoredObjects) {
    let (large, small) = (key(1, AvatarSize::Large), key(1, AvatarSize::Small));
    assert_eq!(store.find(large).await.unwrap(), None);
    let content: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    store.put(large, content.clone()).await.unwrap();
    assert_eq!(store.find(large).await.unwrap(), Some(content));
    assert_eq!(store.find(small).await.unwrap(), None);
}

async fn what_is_there_under_a_name_stays(store: &StoredObjects) {
    let name = key(1, AvatarSize::Small);
    store.put(name, b"first".to_vec()).await.unwrap();
    store.put(name, b"second".to_vec()).await.unwrap();
    assert_eq!(store.find(name).await.unwrap(), Some(b"first".to_vec()));
}

async fn what_is_removed_is_gone_and_may_be_removed_again(store: &StoredObjects) {
    let name = key(1, AvatarSize::Small);
    store.put(name, b"x".to_vec()).await.unwrap();
    for _ in 0..2 {
        store.remove(name).await.unwrap();
        assert_eq!(store.find(name).await.unwrap(), None);
    }
}

async fn each_avatar_is_listed_once_when_all_of_it_is_old(store: &StoredObjects) {
    for avatar in [3, 1, 2] {
        for size in AvatarSize::ALL {
            store.put(key(avatar, size), b"x".to_vec()).await.unwrap();
        }
    }
    let avatar = |number| key(number, AvatarSize::Large).avatar;
    let all = store.list_written_before(later()).await.unwrap();
    assert_eq!(all, [avatar(1), avatar(2), avatar(3)]);
    let old = store.list_written_before(DateTime::<Utc>::UNIX_EPOCH);
    assert_eq!(old.await.unwrap(), []);
}

/// One promise, kept by both.
macro_rules! promises {
    ($($promise:ident),* $(,)?) => {
        mod a_folder {
            $(#[tokio::test] async fn $promise() {
                let folder = super::Folder::new();
                super::$promise(&folder.store()).await;
            })*
        }
        mod a_bucket {
            $(#[tokio::test] async fn $promise() {
                super::$promise(&super::bucket(&super::keys())).await;
            })*
        }
    };
}

promises!(
    what_is_kept_is_found_as_it_was,
    what_is_there_under_a_name_stays,
    what_is_removed_is_gone_and_may_be_removed_again,
    each_avatar_is_listed_once_when_all_of_it_is_old,
);

#[tokio::test]
async fn what_else_lies_in_the_folder_is_passed_over() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.0.join("avatars/no-id")).unwrap();
    std::fs::write(folder.0.join("avatars/no-id/256.webp"), b"x").unwrap();
    std::fs::write(folder.0.join("note.txt"), b"x").unwrap();
    let store = folder.store();
    let found = store.list_written_before(later());
    assert_eq!(found.await.unwrap(), []);
}

fn is_outage<T>(result: &Result<T, Outage>) -> bool {
    matches!(
        result,
        Err(Outage::Unavailable {
            dependency: Dependency::Storage,
            ..
        })
    )
}

#[tokio::test]
async fn a_store_that_does_not_know_us_is_away() {
    let stranger = StorageKeys {
        secret: Some(Secret::new("guessed".to_owned())),
        ..keys()
    };
    let store = bucket(&stranger);
    let name = key(1, AvatarSize::Small);
    assert!(is_outage(&store.put(name, b"x".to_vec()).await));
    assert!(is_outage(&store.check().await));
}

#[tokio::test]
async fn a_store_that_nobody_runs_is_away() {
    let url = "s3://tests?endpoint=http://127.0.0.1:1&region=us-east-1";
    let store = StoredObjects::from_url(url, &keys()).unwrap();
    assert!(is_outage(&store.find(key(1, AvatarSize::Small)).await));
    assert!(is_outage(&store.check().await));
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_away() {
    let folder = Folder::new();
    std::fs::write(&folder.0, b"a file, not a folder").unwrap();
    let store = folder.store();
    let put = store.put(key(1, AvatarSize::Small), vec![1]).await;
    std::fs::remove_file(&folder.0).unwrap();
    assert!(is_outage(&put));
}

#[tokio::test]
async fn both_stores_answer_when_they_are_asked_how_they_are() {
    Folder::new().store().check().await.unwrap();
    bucket(&keys()).check().await.unwrap();
}

#[tokio::test]
async fn settings_that_name_no_store_are_refused() {
    let refusal = |url: &str, keys: &StorageKeys| StoredObjects::from_url(url, keys).err().unwrap();
    let none = StorageKeys::default();
    for url in ["", "file://", "ftp://x", "s3:x", "/var/objects"] {
        assert!(matches!(refusal(url, &none), StorageSettingsError::Url));
    }
    assert!(matches!(
        refusal("s3://b?acl=public", &none),
        StorageSettingsError::Parameter(name) if name == "acl"
    ));
    let half = StorageKeys {
        secret: None,
        ..keys()
    };
    let url = "s3://b?region=us-east-1";
    assert!(matches!(refusal(url, &half), StorageSettingsError::Keys));
}
