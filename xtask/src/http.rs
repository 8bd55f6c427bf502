//! As much of HTTP as waiting for servers takes.

use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The status that `GET path` answers on the loopback `port`; none if nobody answers in time.
pub(crate) async fn status_of(port: u16, path: &str) -> Option<u16> {
    timeout(Duration::from_secs(5), ask(port, "GET", path))
        .await
        .ok()?
}

/// The status that `POST path` without a body answers; none if nobody answers in time.
pub(crate) async fn post_nothing(port: u16, path: &str) -> Option<u16> {
    timeout(Duration::from_secs(5), ask(port, "POST", path))
        .await
        .ok()?
}

async fn ask(port: u16, method: &str, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.ok()?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok()?;
    let head = String::from_utf8_lossy(&answer);
    head.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn the_status_is_read_from_the_first_line() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let length = stream.read(&mut [0_u8; 512]).await.unwrap();
            assert!(length > 0);
            stream
                .write_all(b"HTTP/1.1 503 Service Unavailable\r\n\r\n{}")
                .await
                .unwrap();
        });
        assert_eq!(status_of(port, "/health/ready").await, Some(503));
        server.await.unwrap();
        assert_eq!(status_of(port, "/health/ready").await, None);
    }
}
