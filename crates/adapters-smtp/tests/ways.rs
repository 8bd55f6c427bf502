//! The ways that mails go: a server that answers as servers do, and a folder.
#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure, and says where"
)]

use adapters_smtp::TemplateMailer;
use domain::account::email::Email;
use domain::account::locale::Locale;
use domain::account::username::Username;
use domain::id::JobId;
use domain::job::Letter;
use domain::port::clock::Clock;
use domain::port::mailer::{Mail, MailError, Mailer};
use test_support::FixedClock;
use test_support::services::unique_suffix;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use uuid::Uuid;

fn a_mail() -> Mail {
    Mail {
        job: JobId::new(Uuid::from_u128(7)),
        to: Email::parse("ada@example.org").unwrap(),
        username: Username::parse("ada").unwrap(),
        locale: Locale::English,
        detail: None,
        letter: Letter::RefreshTokenReused,
        at: FixedClock::default().now(),
        action: None,
    }
}

/// A server that answers the recipient with this line, and what it was sent.
async fn server(recipient: &'static str) -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let (sender, received) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (reader, mut writer) = stream.into_split();
        writer.write_all(b"220 test\r\n").await.unwrap();
        let mut lines = BufReader::new(reader).lines();
        let mut in_body = false;
        while let Ok(Some(line)) = lines.next_line().await {
            let answer = match line.split(' ').next().unwrap() {
                "." => {
                    in_body = false;
                    "250 taken"
                }
                _ if in_body => "",
                "EHLO" => "250 test",
                "RCPT" => recipient,
                "DATA" => {
                    in_body = true;
                    "354 go on"
                }
                _ => "250 fine",
            };
            sender.send(line).ok();
            if !answer.is_empty() {
                writer
                    .write_all(format!("{answer}\r\n").as_bytes())
                    .await
                    .unwrap();
            }
        }
    });
    (url, received)
}

async fn send(url: &str) -> Result<(), MailError> {
    let mailer = TemplateMailer::from_url(url, "ScriptHub <mail@scripthub.test>").unwrap();
    mailer.send(&a_mail()).await
}

#[tokio::test]
async fn a_server_that_takes_the_mail_has_it() {
    let (url, mut received) = server("250 fine").await;
    send(&url).await.unwrap();
    let mut lines = Vec::new();
    while let Ok(line) = received.try_recv() {
        lines.push(line);
    }
    assert!(
        lines
            .iter()
            .any(|line| line.contains("RCPT TO:<ada@example.org>"))
    );
    assert!(
        lines
            .iter()
            .any(|line| line.contains("A session of yours was ended"))
    );
}

#[tokio::test]
async fn a_refusal_is_for_ever_and_a_delay_is_not() {
    let (url, _) = server("550 no such mailbox").await;
    assert!(matches!(send(&url).await, Err(MailError::Rejected(_))));
    let (url, _) = server("450 try again later").await;
    assert!(matches!(send(&url).await, Err(MailError::Unavailable(_))));
}

#[tokio::test]
async fn a_server_that_is_away_is_tried_again() {
    assert!(matches!(
        send("smtp://127.0.0.1:1").await,
        Err(MailError::Unavailable(_))
    ));
}

#[tokio::test]
async fn a_mail_to_a_folder_is_one_file_however_often_it_is_sent() {
    let folder = std::env::temp_dir().join(format!("scripthub-mail-{}", unique_suffix()));
    let url = format!("file://{}", folder.display());
    send(&url).await.unwrap();
    send(&url).await.unwrap();
    let files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(files, ["00000000-0000-0000-0000-000000000007.eml"]);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_url_that_names_no_way_is_refused() {
    for url in ["", "http://example.org", "file://", "mail"] {
        assert!(
            TemplateMailer::from_url(url, "a@example.org").is_err(),
            "{url}"
        );
    }
    assert!(TemplateMailer::from_url("log://", "not an address").is_err());
}
