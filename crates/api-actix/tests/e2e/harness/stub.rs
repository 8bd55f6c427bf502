//! A provider that answers what the test says: as real ones do, and as broken or hostile ones might.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the provider says to a request.
#[derive(Debug, Clone)]
pub(crate) enum Said {
    /// This status with JSON.
    Json(u16, Value),
    /// Look elsewhere.
    Elsewhere(String),
    /// Nothing, for ever.
    Nothing,
    /// More than anybody wants.
    Megabytes(usize),
}

type Answers = Arc<Mutex<BTreeMap<String, Said>>>;

/// A server of its own; it lives as long as the runtime of the test.
pub(crate) struct Stub {
    pub(crate) base: String,
    answers: Answers,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let (answers, heard) = (Answers::default(), Arc::<Mutex<Vec<String>>>::default());
        let (known, noted) = (Arc::clone(&answers), Arc::clone(&heard));
        tokio::spawn(async move {
            while let Ok((wire, _)) = listener.accept().await {
                tokio::spawn(serve(wire, Arc::clone(&known), Arc::clone(&noted)));
            }
        });
        Self {
            base: format!("http://{address}"),
            answers,
            heard,
        }
    }

    /// Says this to requests of this path from now on.
    pub(crate) fn says(&self, path: &str, said: Said) {
        let mut answers = self.answers.lock().expect("nobody panicked");
        answers.insert(path.to_owned(), said);
    }

    /// Head and body of every request so far.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("nobody panicked").clone()
    }
}

async fn serve(mut wire: TcpStream, answers: Answers, heard: Arc<Mutex<Vec<String>>>) {
    let Some(request) = read(&mut wire).await else {
        return;
    };
    let target = request.split(' ').nth(1).unwrap_or_default();
    let path = target.split('?').next().unwrap_or_default();
    let said = answers.lock().expect("nobody panicked").get(path).cloned();
    heard.lock().expect("nobody panicked").push(request);
    let said = said.unwrap_or(Said::Json(404, Value::Null));
    // A client that has heard enough hangs up.
    answer(&mut wire, said).await.ok();
}

async fn read(wire: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let length = wire
            .read(&mut chunk)
            .await
            .ok()
            .filter(|length| *length > 0)?;
        bytes.extend_from_slice(chunk.get(..length)?);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let expected = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse().ok())?
        });
        if body.len() >= expected.unwrap_or(0) {
            return Some(text);
        }
    }
}

async fn answer(wire: &mut TcpStream, said: Said) -> std::io::Result<()> {
    let head = |status: u16, more: &str| {
        format!(
            "HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nConnection: close\r\n{more}\r\n"
        )
    };
    match said {
        Said::Json(status, value) => {
            let body = value.to_string();
            let length = format!("Content-Length: {}\r\n", body.len());
            wire.write_all((head(status, &length) + &body).as_bytes())
                .await?;
        }
        Said::Elsewhere(to) => {
            let location = format!("Location: {to}\r\nContent-Length: 0\r\n");
            wire.write_all(head(302, &location).as_bytes()).await?;
        }
        Said::Nothing => std::future::pending().await,
        Said::Megabytes(count) => {
            wire.write_all(head(200, "").as_bytes()).await?;
            for _ in 0..count {
                wire.write_all(&vec![b' '; 1 << 20]).await?;
            }
        }
    }
    wire.shutdown().await
}
