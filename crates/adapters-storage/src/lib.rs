//! Uploaded objects in a folder or an S3 bucket, behind the port of the domain.

mod objects;
mod settings;

pub use objects::StoredObjects;
pub use settings::{StorageKeys, StorageSettingsError};
