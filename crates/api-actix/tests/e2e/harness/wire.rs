//! Requests byte by byte, for clients that behave badly.

use std::fmt::Write;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::server::Place;

/// A connection and the request that goes over it.
pub(crate) struct Wire {
    stream: TcpStream,
    head: String,
    body: String,
}

impl Wire {
    /// A connection over which a `POST` is about to be sent.
    pub(crate) async fn posting(place: &Place, path: &str, token: &str, body: &Value) -> Self {
        let address = place.address();
        let stream = TcpStream::connect(address)
            .await
            .expect("the server listens");
        let body = body.to_string();
        let mut head = format!("POST {path} HTTP/1.1\r\nHost: {address}\r\n");
        write!(
            head,
            "Authorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        )
        .expect("a text can be written to");
        Self { stream, head, body }
    }

    /// Sends the headers and half of the body.
    pub(crate) async fn send_half(&mut self) {
        let (half, _) = self.body.split_at(self.body.len() / 2);
        let begin = format!("{}{half}", self.head);
        self.send(&begin).await;
    }

    /// Sends what [`send_half`](Self::send_half) has not.
    pub(crate) async fn send_rest(&mut self) {
        let (_, rest) = self.body.split_at(self.body.len() / 2);
        let rest = rest.to_owned();
        self.send(&rest).await;
    }

    /// Sends all of it.
    pub(crate) async fn send_all(&mut self) {
        let all = format!("{}{}", self.head, self.body);
        self.send(&all).await;
    }

    /// Waits for a while for the first bytes of the answer.
    pub(crate) async fn answer_within(&mut self, patience: Duration) {
        let mut bytes = [0; 64];
        // Whether it comes is not the question.
        timeout(patience, self.stream.read(&mut bytes)).await.ok();
    }

    /// Closes the connection with a reset, as a client that crashes does; dropping it says good-bye properly.
    pub(crate) fn reset(self) {
        self.stream
            .set_zero_linger()
            .expect("a connection can be reset");
    }

    /// Reads until the server closes the connection.
    pub(crate) async fn read_to_end(mut self) -> String {
        let mut answer = Vec::new();
        self.stream
            .read_to_end(&mut answer)
            .await
            .expect("the answer can be read");
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn send(&mut self, text: &str) {
        self.stream
            .write_all(text.as_bytes())
            .await
            .expect("the server reads what it is sent");
    }
}
