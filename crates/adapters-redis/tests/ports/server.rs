//! A Redis of one test, which may be frozen and killed.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use crate::common::{Corner, eventually};

pub(crate) struct Server {
    port: u16,
    process: Option<Child>,
}

impl Server {
    /// A Redis that is not there yet.
    pub(crate) fn absent() -> Self {
        let port = TcpListener::bind(("127.0.0.1", 0))
            .and_then(|listener| listener.local_addr())
            .unwrap()
            .port();
        Self {
            port,
            process: None,
        }
    }

    pub(crate) async fn running() -> Self {
        let mut server = Self::absent();
        server.start().await;
        server
    }

    pub(crate) fn corner(&self) -> Corner {
        Corner::of(format!("redis://127.0.0.1:{}", self.port))
    }

    /// Starts it empty, at the port that it always had.
    pub(crate) async fn start(&mut self) {
        let process = Command::new("redis-server")
            .args(["--port", &self.port.to_string()])
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("redis-server is in the PATH");
        self.process = Some(process);
        let url = self.corner().url;
        eventually("the server answers", async || {
            let client = redis::Client::open(url.as_str()).unwrap();
            client.get_multiplexed_async_connection().await.is_ok()
        })
        .await;
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// It accepts connections, since the kernel does that, and answers nothing.
    pub(crate) fn freeze(&self) {
        self.signal("-STOP");
    }

    pub(crate) fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let process = self.process.as_ref().unwrap().id().to_string();
        let status = Command::new("kill").args([signal, &process]).status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
