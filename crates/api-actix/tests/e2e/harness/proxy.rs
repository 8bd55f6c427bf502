//! A wire to a service that can be cut and frozen.

use std::net::SocketAddr;
use std::sync::OnceLock;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use url::Url;

/// What the wire does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Passes everything.
    Pass,
    /// Closes what is open and whatever is opened.
    Cut,
    /// Takes connections and keeps them, and passes nothing: what a black hole looks like.
    Freeze,
}

/// A TCP proxy in front of a service.
#[derive(Debug)]
pub(crate) struct CuttableProxy {
    url: String,
    mode: watch::Sender<Mode>,
}

impl CuttableProxy {
    /// A proxy in front of the service at `url`.
    pub(crate) async fn before(url: &str, usual_port: u16) -> Self {
        let mut url = Url::parse(url).expect("the address of a service is a URL");
        let host = url.host_str().expect("a service has a host").to_owned();
        let service = format!("{host}:{}", url.port().unwrap_or(usual_port));
        let (mode, modes) = watch::channel(Mode::Pass);
        let listener = aside()
            .spawn(TcpListener::bind("127.0.0.1:0"))
            .await
            .expect("the proxy runs")
            .expect("there is a free port");
        let address: SocketAddr = listener.local_addr().expect("a listener has an address");
        aside().spawn(listen(listener, service, modes));
        url.set_ip_host(address.ip())
            .expect("a host can be replaced");
        url.set_port(Some(address.port()))
            .expect("a port can be replaced");
        Self {
            url: url.to_string(),
            mode,
        }
    }

    /// Where the service is found through the proxy.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn pass(&self) {
        self.mode.send_replace(Mode::Pass);
    }

    pub(crate) fn cut(&self) {
        self.mode.send_replace(Mode::Cut);
    }

    pub(crate) fn freeze(&self) {
        self.mode.send_replace(Mode::Freeze);
    }
}

/// Proxies go on while a test does not: also while it waits in its `drop`.
fn aside() -> &'static Runtime {
    static ASIDE: OnceLock<Runtime> = OnceLock::new();
    ASIDE.get_or_init(|| {
        Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime can be started")
    })
}

async fn listen(listener: TcpListener, service: String, modes: watch::Receiver<Mode>) {
    while let Ok((client, _)) = listener.accept().await {
        tokio::spawn(connect(client, service.clone(), modes.clone()));
    }
}

async fn connect(client: TcpStream, service: String, mut modes: watch::Receiver<Mode>) {
    let Ok(Mode::Pass) = modes
        .wait_for(|mode| *mode != Mode::Freeze)
        .await
        .map(|mode| *mode)
    else {
        return;
    };
    let Ok(server) = TcpStream::connect(service).await else {
        return;
    };
    client.set_nodelay(true).ok();
    server.set_nodelay(true).ok();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::spawn(relay(from_client, to_server, modes.clone()));
    tokio::spawn(relay(from_server, to_client, modes));
}

async fn relay(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut modes: watch::Receiver<Mode>) {
    let mut buffer = [0; 16 * 1024];
    loop {
        let Ok(Mode::Pass) = modes
            .wait_for(|mode| *mode != Mode::Freeze)
            .await
            .map(|mode| *mode)
        else {
            return;
        };
        tokio::select! {
            biased;
            changed = modes.changed() => if changed.is_err() { return },
            read = from.read(&mut buffer) => {
                let Some(some) = read.ok().and_then(|length| buffer.get(..length)) else { return };
                if some.is_empty() || to.write_all(some).await.is_err() {
                    return;
                }
            }
        }
    }
}
