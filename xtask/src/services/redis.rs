//! A private Redis (or Valkey): started, found again, stopped. Nothing in it is worth keeping.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::account::Account;
use super::{port, sockets};
use crate::private;
use crate::process::{ProcessMark, start_apart, until};
use crate::site::Site;

const PASSWORD: &str = "redis.password";

/// The URL of the private Redis if it runs and lets us in.
pub(crate) async fn find(site: &Site) -> Result<Option<String>> {
    let state = site.state();
    let (Some(mark), Some(port)) = (state.redis, state.redis_port) else {
        return Ok(None);
    };
    let url = url(site, port)?;
    Ok((mark.is_alive() && ping(&url).await.is_ok()).then_some(url))
}

/// Starts the server `program` as the private Redis of `site`.
pub(crate) async fn start(site: &Site, program: &Path) -> Result<String> {
    let mut last = site.state().redis_port;
    let mut failure = None;
    for _ in 0..3 {
        let port = port::choose(last)?;
        match launch(site, program, port).await {
            Ok(()) => return url(site, port),
            // Somebody may have taken the port in between: try another.
            Err(error) => failure = Some(error),
        }
        last = None;
    }
    Err(failure.unwrap_or_else(|| anyhow::anyhow!("Redis was never started")))
}

/// Stops the private Redis, if it runs.
pub(crate) async fn stop(site: &Site) -> Result<bool> {
    let Some(mark) = site.state().redis.filter(ProcessMark::is_alive) else {
        return Ok(false);
    };
    mark.stop(Signal::TERM, Duration::from_secs(10), Signal::KILL)
        .await;
    site.remember(|state| state.redis = None)?;
    Ok(true)
}

async fn launch(site: &Site, program: &Path, port: u16) -> Result<()> {
    let folder = site.folder().join("redis");
    private::create_folder(&folder)?;
    let log = site.log("redis.log");
    // The password goes through a file: a command line can be read by every user.
    let conf = folder.join("redis.conf");
    private::write(&conf, &settings(site, port, &folder, &log)?)?;
    let mut command = Command::new(program);
    command
        .arg(&conf)
        .current_dir(&folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = start_apart(&mut command)?;
    let mark = ProcessMark::of_child(&child).context("Redis ended at once")?;
    site.remember(|state| {
        state.redis = Some(mark);
        state.redis_port = Some(port);
    })?;
    let url = url(site, port)?;
    let answer = until(Duration::from_secs(15), async || {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(Err(status));
        }
        ping(&url).await.ok().map(Ok)
    });
    match answer.await {
        Some(Ok(())) => Ok(()),
        Some(Err(status)) => bail!("Redis ended with {status}:\n{}", private::tail(&log, 10)),
        None => bail!("Redis does not answer:\n{}", private::tail(&log, 10)),
    }
}

fn settings(site: &Site, port: u16, folder: &Path, log: &Path) -> Result<String> {
    let password = site.secret(PASSWORD)?;
    // Redis runs as ourselves, whoever PostgreSQL runs as.
    let sockets = sockets::folder(&format!("{}r", site.tag()), &Account::Ourselves)?;
    Ok(format!(
        "bind 127.0.0.1\n\
         port {port}\n\
         unixsocket \"{}/redis.sock\"\n\
         unixsocketperm 700\n\
         requirepass {password}\n\
         save \"\"\n\
         appendonly no\n\
         dir \"{}\"\n\
         logfile \"{}\"\n",
        sockets.display(),
        folder.display(),
        log.display()
    ))
}

fn url(site: &Site, port: u16) -> Result<String> {
    Ok(format!(
        "redis://:{}@127.0.0.1:{port}/0",
        site.secret(PASSWORD)?
    ))
}

/// Says PING to the Redis at `url`. Only a plain `redis://` is spoken; of the other kinds (TLS,
/// cluster, Sentinel) the first host must accept a connection.
pub(crate) async fn ping(url: &str) -> Result<()> {
    let (scheme, rest) = url
        .split_once("://")
        .context("the URL of Redis has no scheme")?;
    let address = rest.split(['/', '?']).next().unwrap_or(rest);
    let (credentials, hosts) = match address.rsplit_once('@') {
        Some((credentials, hosts)) => (Some(credentials), hosts),
        None => (None, address),
    };
    let host = hosts.split(',').next().unwrap_or(hosts);
    let host = if host.contains(':') {
        host.to_owned()
    } else {
        format!("{host}:6379")
    };
    let patience = Duration::from_secs(5);
    let mut stream = timeout(patience, TcpStream::connect(&host))
        .await
        .with_context(|| format!("Redis at {host} does not answer"))?
        .with_context(|| format!("Redis at {host} cannot be reached"))?;
    if scheme != "redis" {
        return Ok(());
    }
    let answer = timeout(patience, talk(&mut stream, credentials)).await;
    let answer = answer.with_context(|| format!("Redis at {host} does not answer"))??;
    if !answer.contains("+PONG") {
        bail!("Redis at {host} answers: {}", answer.trim());
    }
    Ok(())
}

async fn talk(stream: &mut TcpStream, credentials: Option<&str>) -> Result<String> {
    if let Some(credentials) = credentials {
        let (user, password) = credentials.split_once(':').unwrap_or(("", credentials));
        let auth: Vec<&str> = ["AUTH", user, password]
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect();
        stream.write_all(command(&auth).as_bytes()).await?;
    }
    stream.write_all(command(&["PING"]).as_bytes()).await?;
    let mut answer = String::new();
    let mut buffer = [0_u8; 512];
    while !answer.contains("+PONG") && !answer.contains('-') {
        let length = stream.read(&mut buffer).await?;
        if length == 0 {
            break;
        }
        let bytes = buffer.get(..length).unwrap_or_default();
        answer.push_str(&String::from_utf8_lossy(bytes));
    }
    Ok(answer)
}

/// `words` in the protocol of Redis.
fn command(words: &[&str]) -> String {
    words
        .iter()
        .fold(format!("*{}\r\n", words.len()), |text, word| {
            format!("{text}${}\r\n{word}\r\n", word.len())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_an_array_of_counted_words() {
        assert_eq!(command(&["AUTH", "pw"]), "*2\r\n$4\r\nAUTH\r\n$2\r\npw\r\n");
    }

    #[tokio::test]
    async fn a_port_where_nobody_listens_is_no_redis() {
        let port = port::choose(None).unwrap();
        assert!(ping(&format!("redis://127.0.0.1:{port}/0")).await.is_err());
    }
}
