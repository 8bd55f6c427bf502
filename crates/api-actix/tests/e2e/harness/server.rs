//! One process of the server.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::caller::Caller;
use super::settings::Settings;
use super::{PATIENCE, found};

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_scripthub");

/// How often a start is tried: somebody may take a free port between its choice and its use.
const STARTS: usize = 5;

/// How much of a log is shown when a test fails.
const TAIL: usize = 40;

/// Where a server is found.
#[derive(Debug, Clone)]
pub(crate) struct Place(pub(super) String);

impl Place {
    /// As `host:port`.
    pub(crate) fn address(&self) -> &str {
        self.0.trim_start_matches("http://")
    }
}

/// A running server, killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    base: String,
    metrics: String,
    role: &'static str,
    settings: Settings,
    log: PathBuf,
}

impl Server {
    /// Starts a server and waits until it wants requests, or work.
    pub(super) async fn start(settings: &Settings, role: &'static str, log: PathBuf) -> Self {
        for _ in 0..STARTS {
            let mut settings = settings.clone();
            let [http, metrics] = free_ports();
            settings.set("BIND_ADDR", format!("127.0.0.1:{http}"));
            settings.set("METRICS_ADDR", format!("127.0.0.1:{metrics}"));
            let mut server = Self::spawn(settings, role, log.clone());
            let sign = if role == "worker" {
                "/health/live"
            } else {
                "/health/ready"
            };
            if server.comes_up(sign).await {
                return server;
            }
            assert!(
                server.log().contains("cannot be listened on"),
                "{}",
                server.log()
            );
        }
        panic!("no port stayed free for long enough");
    }

    fn spawn(settings: Settings, role: &'static str, log: PathBuf) -> Self {
        let file = File::options().create(true).append(true).open(&log);
        let file = file.expect("the log can be written");
        let address = |name| format!("http://{}", settings.get(name).unwrap_or_default());
        let (base, metrics) = (address("BIND_ADDR"), address("METRICS_ADDR"));
        let child = settings
            .command()
            .args(["serve", "--role", role])
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a file can be shared"))
            .stderr(file)
            .spawn()
            .expect("the program can be started");
        Self {
            child,
            base,
            metrics,
            role,
            settings,
            log,
        }
    }

    /// Whether it came up; not so if it ended.
    async fn comes_up(&mut self, sign: &str) -> bool {
        let door = if self.role == "worker" {
            &self.metrics
        } else {
            &self.base
        };
        let door = Caller::new(door, None);
        found("the server comes up", PATIENCE, async || {
            if self.status().is_some() {
                return Some(false);
            }
            let answer = door.get(sign).attempt().await.ok()?;
            (answer.status == 200).then_some(true)
        })
        .await
    }

    /// Starts another process with the same settings in the place of this one, which has ended; it wants requests.
    pub(crate) async fn start_again(&mut self) {
        self.replace();
        assert!(self.comes_up("/health/ready").await, "{}", self.log());
    }

    /// The same where the new one cannot want requests yet.
    pub(crate) async fn start_up(&mut self) {
        self.replace();
        assert!(self.comes_up("/health/live").await, "{}", self.log());
    }

    fn replace(&mut self) {
        assert!(self.status().is_some(), "the server still runs");
        *self = Self::spawn(self.settings.clone(), self.role, self.log.clone());
    }

    /// Where requests go.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    pub(crate) fn place(&self) -> Place {
        Place(self.base.clone())
    }

    /// Somebody at the port of the metrics.
    pub(crate) fn operator(&self) -> Caller {
        Caller::new(&self.metrics, None)
    }

    /// The id of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What the server has written so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("the log can be read")
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("the server can be signalled");
    }

    /// As `kill -9` does.
    pub(crate) fn kill(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().expect("a child can be waited for");
    }

    /// How it ended, if it did.
    pub(crate) fn status(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be asked for")
    }

    /// Waits for its end.
    pub(crate) async fn ends_within(&mut self, patience: Duration) -> ExitStatus {
        found("the server ends", patience, async || self.status()).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if thread::panicking() {
            show_tail(&self.log);
        }
    }
}

fn show_tail(log: &Path) {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    eprintln!("--- the end of {}", log.display());
    for line in lines.iter().skip(lines.len().saturating_sub(TAIL)) {
        eprintln!("{line}");
    }
}

/// Two ports that nobody has just now.
fn free_ports() -> [u16; 2] {
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port is free"));
    listeners.map(|listener| listener.local_addr().expect("it has an address").port())
}
