//! Choosing TCP ports on the loopback interface.

use std::env;
use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::process::until;

/// Whether nobody listens on `port`.
pub(crate) fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// A little longer than a server may take to begin.
const TURN: Duration = Duration::from_secs(90);

/// The file by which all clones of this machine take turns.
pub(crate) fn turns() -> PathBuf {
    env::temp_dir().join("scripthub-ports.lock")
}

/// The right to choose a port, held until the file is dropped: between the choice and the moment in which a server listens there, the port
/// looks free to everybody else.
pub(crate) async fn take_turn(turns: &Path) -> Result<File> {
    // It may belong to another user, whose file can be locked but not written.
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(turns)
        .or_else(|_error| File::open(turns))
        .with_context(|| format!("{} cannot be opened", turns.display()))?;
    let turn = until(TURN, async || file.try_lock().ok()).await;
    turn.context("another clone takes too long to start")?;
    Ok(file)
}

/// The port of the last time if it is still free, else any free one.
pub(crate) fn choose(last: Option<u16>) -> Result<u16> {
    if let Some(port) = last.filter(|port| is_free(*port)) {
        return Ok(port);
    }
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port can be found")?;
    Ok(listener
        .local_addr()
        .context("the free port has no number")?
        .port())
}

/// Ports that are free at the same time.
pub(crate) fn several_free<const COUNT: usize>() -> Result<[u16; COUNT]> {
    let mut held = Vec::with_capacity(COUNT);
    let mut ports = [0; COUNT];
    for port in &mut ports {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port can be found")?;
        *port = listener
            .local_addr()
            .context("the free port has no number")?
            .port();
        held.push(listener);
    }
    Ok(ports)
}

/// The first free port from `first` on.
pub(crate) fn first_free(first: u16) -> Result<u16> {
    (first..first.saturating_add(100))
        .find(|port| is_free(*port))
        .with_context(|| {
            format!(
                "ports {first} to {} are all taken",
                first.saturating_add(99)
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_somebody_took_is_not_chosen_again() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert!(!is_free(port));
        assert_ne!(choose(Some(port)).unwrap(), port);
        drop(taken);
        assert_eq!(choose(Some(port)).unwrap(), port);
    }

    #[tokio::test]
    async fn one_clone_at_a_time_chooses_a_port() {
        let folder = env::temp_dir();
        let turns = folder.join(format!("scripthub-turns-{}.lock", std::process::id()));
        let first = take_turn(&turns).await.unwrap();
        let second = tokio::time::timeout(Duration::from_millis(100), take_turn(&turns));
        assert!(second.await.is_err());
        drop(first);
        take_turn(&turns).await.unwrap();
        std::fs::remove_file(&turns).unwrap();
    }
}
