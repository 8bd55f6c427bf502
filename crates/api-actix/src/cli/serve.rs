//! `scripthub serve`: the life of a process, from its settings to its last request.

use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::sleep;

use crate::background::Background;
use crate::config::Config;
use crate::logging;
use crate::metrics_page;
use crate::server::{self, Site};
use crate::state::Api;
use crate::wiring::Platform;

/// How long load balancers are given to notice that a node is going, before it stops to take requests.
const DRAIN: Duration = Duration::from_secs(5);

/// How often the folder of keys is looked into. A key signs only after `JWT_KEY_LEAD`, which is much longer.
const KEYS: Duration = Duration::from_secs(5);

/// What `scripthub serve` is told.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct ServeArgs {
    /// What this process does
    #[arg(long, value_enum, default_value = "all")]
    role: Role,
}

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Role {
    /// Answers requests
    Api,
    /// Works on the queue
    Worker,
    /// Both
    All,
}

/// Serves until it is told to stop: SIGTERM takes the node out of rotation first, SIGINT stops at once, and a second of either
/// waits for nothing. The keys of access tokens are read anew every few seconds, and at once on SIGHUP.
pub(super) async fn serve(config: &Config, args: ServeArgs) -> Result<()> {
    logging::start(config.log);
    let mut signals = Signals::listen()?;
    let grace = config
        .shutdown_grace
        .to_std()
        .context("SHUTDOWN_GRACE is negative")?;
    let gathered = metrics_page::gather().context("metrics cannot be gathered")?;
    let platform = Arc::new(Platform::of(config)?);
    let background = Background::default();
    watch_keys(&platform, config, &background);
    let refresh = platform.gauges(&background);
    let page = metrics_page::serve(config.metrics, gathered, refresh)
        .with_context(|| format!("METRICS_ADDR {} cannot be listened on", config.metrics))?;
    let page_handle = page.handle();
    tokio::spawn(page);
    if args.role != Role::Api {
        background.work(platform.worker(config));
        platform.tidy_up(config, &background);
    }
    let door = match args.role {
        Role::Worker => None,
        Role::Api | Role::All => Some(Door::open(config, &platform, &background, grace)?),
    };
    tracing::info!(address = %config.bind, metrics = %config.metrics, role = ?args.role, "started");
    let stop = signals.until_stop(|| reload(&platform, config)).await;
    tracing::info!(signal = stop.name(), "stopping");
    tokio::select! {
        () = wind_down(door, &background, stop, grace) => tracing::info!("stopped"),
        again = signals.until_stop(|| ()) => tracing::warn!(signal = again.name(), "told twice: not waiting"),
    }
    page_handle.stop(false).await;
    Ok(())
}

/// The door that requests come through.
struct Door {
    api: Arc<Api>,
    server: ServerHandle,
}

impl Door {
    fn open(
        config: &Config,
        platform: &Platform,
        background: &Background,
        grace: Duration,
    ) -> Result<Self> {
        let api = platform.api(config);
        platform.follow(background);
        let site = Site::new(Arc::clone(&api), &config.cors_allowed_origins)?;
        let server = server::serve(site, config.bind, grace)
            .with_context(|| format!("BIND_ADDR {} cannot be listened on", config.bind))?;
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Self {
            api,
            server: handle,
        })
    }
}

async fn wind_down(door: Option<Door>, background: &Background, stop: Stop, grace: Duration) {
    if let Some(door) = door {
        door.api.health.drain();
        if stop == Stop::Terminate {
            sleep(DRAIN.min(grace / 4)).await;
        }
        door.server.stop(true).await;
    }
    background.stop(grace).await;
}

fn watch_keys(platform: &Arc<Platform>, config: &Config, background: &Background) {
    let (platform, config) = (Arc::clone(platform), config.clone());
    background.every(KEYS, move || {
        reload(&platform, &config);
        async {}
    });
}

fn reload(platform: &Platform, config: &Config) {
    match platform.reload_keys(config) {
        Ok(false) => {}
        Ok(true) => tracing::info!("the keys of access tokens are others now"),
        Err(error) => {
            metrics::counter!("jwt_key_reload_failures_total").increment(1);
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(%error, cause, "the keys of access tokens stay as they are");
        }
    }
}

/// Why a process stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// SIGTERM, from whoever keeps services.
    Terminate,
    /// SIGINT, from somebody at a keyboard.
    Interrupt,
}

impl Stop {
    const fn name(self) -> &'static str {
        match self {
            Self::Terminate => "SIGTERM",
            Self::Interrupt => "SIGINT",
        }
    }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    fn listen() -> Result<Self> {
        let listen = |kind| signal(kind).context("signals cannot be listened for");
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            hang_up: listen(SignalKind::hangup())?,
        })
    }

    async fn until_stop(&mut self, reload: impl Fn()) -> Stop {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return Stop::Terminate,
                _ = self.interrupt.recv() => return Stop::Interrupt,
                _ = self.hang_up.recv() => reload(),
            }
        }
    }
}
