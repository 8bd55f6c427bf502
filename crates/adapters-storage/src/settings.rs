//! From a URL to a store.

use std::sync::Arc;
use std::time::Duration;

use domain::secret::Secret;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, ObjectStore, RetryConfig};
use url::Url;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(1);
/// How long one try of a request may take.
const REQUEST: Duration = Duration::from_secs(3);

/// What is wrong with the settings of the store.
#[derive(Debug, thiserror::Error)]
pub enum StorageSettingsError {
    /// The URL is of no kind that is known.
    #[error("must be file://folder or s3://bucket?endpoint=https://…&region=…")]
    Url,
    /// A parameter of the URL is not known.
    #[error("knows the parameters endpoint and region, not {0}")]
    Parameter(String),
    /// Half of the credentials is missing.
    #[error("wants both or none of STORAGE_ACCESS_KEY and STORAGE_SECRET_KEY")]
    Keys,
    /// The folder has no absolute name.
    #[error("the folder cannot be named")]
    Folder(#[source] std::io::Error),
    /// The store does not accept them.
    #[error("the store cannot be set up")]
    Store(#[source] object_store::Error),
}

/// Who we are to an S3 store; without, the machine's own role (as on EC2) is asked for.
#[derive(Debug, Clone, Default)]
pub struct StorageKeys {
    /// The access key.
    pub access: Option<String>,
    /// Its secret.
    pub secret: Option<Secret<String>>,
}

/// The store of a URL. Nothing is opened or made yet.
pub(crate) fn store(
    url: &str,
    keys: &StorageKeys,
) -> Result<Arc<dyn ObjectStore>, StorageSettingsError> {
    match url.split_once("://") {
        Some(("file", folder)) if !folder.is_empty() => in_folder(folder),
        Some(("s3", _)) => in_bucket(url, keys),
        _ => Err(StorageSettingsError::Url),
    }
}

fn in_folder(folder: &str) -> Result<Arc<dyn ObjectStore>, StorageSettingsError> {
    let folder = std::path::absolute(folder).map_err(StorageSettingsError::Folder)?;
    let prefix = Path::from_absolute_path(&folder);
    let prefix = prefix.map_err(|error| StorageSettingsError::Store(error.into()))?;
    Ok(Arc::new(PrefixStore::new(LocalFileSystem::new(), prefix)))
}

fn in_bucket(url: &str, keys: &StorageKeys) -> Result<Arc<dyn ObjectStore>, StorageSettingsError> {
    let url = Url::parse(url).map_err(|_invalid| StorageSettingsError::Url)?;
    let bucket = url.host_str().ok_or(StorageSettingsError::Url)?;
    let client = ClientOptions::new()
        .with_connect_timeout(CONNECT)
        .with_timeout(REQUEST)
        .with_allow_http(true);
    let retries = RetryConfig {
        max_retries: 2,
        retry_timeout: REQUEST * 2,
        ..RetryConfig::default()
    };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_client_options(client)
        .with_retry(retries);
    for (name, value) in url.query_pairs() {
        builder = match &*name {
            "endpoint" => builder.with_endpoint(value),
            "region" => builder.with_region(value),
            other => return Err(StorageSettingsError::Parameter(other.to_owned())),
        };
    }
    builder = match (&keys.access, &keys.secret) {
        (Some(access), Some(secret)) => builder
            .with_access_key_id(access)
            .with_secret_access_key(secret.expose()),
        (None, None) => builder,
        _ => return Err(StorageSettingsError::Keys),
    };
    let store = builder.build().map_err(StorageSettingsError::Store)?;
    let prefix = url.path().trim_matches('/');
    if prefix.is_empty() {
        Ok(Arc::new(store))
    } else {
        let prefix = Path::from_url_path(prefix);
        let prefix = prefix.map_err(|error| StorageSettingsError::Store(error.into()))?;
        Ok(Arc::new(PrefixStore::new(store, prefix)))
    }
}
