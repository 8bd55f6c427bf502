//! Being asked to stop.

use anyhow::{Context, Result};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Ctrl-C, `kill`, and the closing of the terminal, from the moment it was made on.
#[derive(Debug)]
pub(crate) struct Interrupt {
    ctrl_c: Signal,
    kill: Signal,
    hang_up: Signal,
}

impl Interrupt {
    /// Starts to listen; from now on the signals no longer end the process.
    pub(crate) fn listen() -> Result<Self> {
        let listen = |kind| signal(kind).context("signals cannot be listened to");
        Ok(Self {
            ctrl_c: listen(SignalKind::interrupt())?,
            kill: listen(SignalKind::terminate())?,
            hang_up: listen(SignalKind::hangup())?,
        })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.ctrl_c.recv() => {}
            _ = self.kill.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}
