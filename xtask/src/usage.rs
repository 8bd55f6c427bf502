//! Who uses the engines of the tests at the moment. Several runs in one clone share them, and the last
//! one stops them.

use std::fs::{File, TryLockError};

use anyhow::{Context, Result};

use crate::services;
use crate::site::Site;

/// The use of the engines by one run. A run that is killed uses nothing any more: the lock that says
/// so ends with it.
#[derive(Debug)]
pub(crate) struct Usage(File);

impl Usage {
    /// Begins to use the engines of `site`.
    pub(crate) fn begin(site: &Site) -> Result<Self> {
        let file = site.lock_file("users")?;
        file.lock_shared()
            .context("the use of the engines cannot be told")?;
        Ok(Self(file))
    }

    /// Ends the use, and stops the engines if nobody else uses them and nobody asked for them to stay.
    pub(crate) async fn end(self, site: &Site) -> Result<()> {
        let _lock = site.lock()?;
        self.0
            .unlock()
            .context("the use of the engines cannot be ended")?;
        if let Some(_alone) = nobody(site)?
            && !site.state().kept
        {
            services::stop(site).await?;
        }
        Ok(())
    }
}

/// Keeps others from using the engines of `site` until the file is dropped; none if somebody does.
pub(crate) fn nobody(site: &Site) -> Result<Option<File>> {
    let file = site.lock_file("users")?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => {
            Err(error).context("the users of the engines cannot be told")
        }
    }
}
