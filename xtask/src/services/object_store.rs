//! A private S3 store for tests (`SeaweedFS`): started, found again, stopped. Nothing in it is worth keeping.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::Signal;

use super::port;
use crate::http;
use crate::private;
use crate::process::{ProcessMark, start_apart, until};
use crate::site::Site;

/// The bucket that tests share; each keeps to a folder of its own.
const BUCKET: &str = "tests";
const ACCESS_KEY: &str = "tests";
const SECRET_KEY: &str = "object_store.password";

/// An S3 store, and who we are to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ObjectStore {
    /// As in `STORAGE_URL`.
    pub(crate) url: String,
    /// The access key.
    pub(crate) access_key: String,
    /// Its secret.
    pub(crate) secret_key: String,
}

/// The private store if it runs.
pub(crate) async fn find(site: &Site) -> Result<Option<ObjectStore>> {
    let state = site.state();
    let (Some(mark), Some(port)) = (state.object_store, state.object_store_port) else {
        return Ok(None);
    };
    let runs = mark.is_alive() && http::status_of(port, "/").await.is_some();
    runs.then(|| ours(site, port)).transpose()
}

/// Starts the program `weed` as the private store of `site`.
pub(crate) async fn start(site: &Site, program: &Path) -> Result<ObjectStore> {
    let mut failure = None;
    for _ in 0..3 {
        // Somebody may take a port before the store does: then with others.
        match launch(site, program).await {
            Ok(port) => return ours(site, port),
            Err(error) => failure = Some(error),
        }
    }
    Err(failure.unwrap_or_else(|| anyhow::anyhow!("the object store was never started")))
}

/// Stops the private store, if it runs.
pub(crate) async fn stop(site: &Site) -> Result<bool> {
    let Some(mark) = site.state().object_store.filter(ProcessMark::is_alive) else {
        return Ok(false);
    };
    mark.stop(Signal::TERM, Duration::from_secs(10), Signal::KILL)
        .await;
    site.remember(|state| state.object_store = None)?;
    Ok(true)
}

fn ours(site: &Site, port: u16) -> Result<ObjectStore> {
    Ok(ObjectStore {
        url: format!("s3://{BUCKET}?endpoint=http://127.0.0.1:{port}&region=us-east-1"),
        access_key: ACCESS_KEY.to_owned(),
        secret_key: site.secret(SECRET_KEY)?,
    })
}

/// Answers the port of its S3 door.
async fn launch(site: &Site, program: &Path) -> Result<u16> {
    let folder = site.folder().join("object_store");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("the old objects cannot be thrown away")?;
    }
    private::create_folder(&folder)?;
    let people = folder.join("people.json");
    private::write(&people, &people_file(&site.secret(SECRET_KEY)?))?;
    let ports = port::several_free::<8>()?;
    let [s3, filer, ..] = ports;
    let log = site.log("object_store.log");
    let output = fs::File::create(&log).context("the log cannot be written")?;
    let mut command = Command::new(program);
    command
        .args(arguments(&folder, &people, ports))
        .current_dir(&folder)
        .stdout(Stdio::null())
        .stderr(output);
    let mut child = start_apart(&mut command)?;
    let mark = ProcessMark::of_child(&child).context("the object store ended at once")?;
    site.remember(|state| {
        state.object_store = Some(mark);
        state.object_store_port = Some(s3);
    })?;
    let bucket = format!("/buckets/{BUCKET}/");
    let answer = until(Duration::from_secs(30), async || {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(Err(status));
        }
        // A folder of the filer is a bucket, which may be there from the last probe; whoever does not say who they are is
        // turned away.
        let made = matches!(http::post_nothing(filer, &bucket).await, Some(201 | 409));
        (made && http::status_of(s3, "/").await == Some(403)).then_some(Ok(()))
    });
    match answer.await {
        Some(Ok(())) => Ok(s3),
        Some(Err(status)) => bail!(
            "the object store ended with {status}:\n{}",
            private::tail(&log, 10)
        ),
        None => {
            stop(site).await?;
            bail!(
                "the object store does not answer:\n{}",
                private::tail(&log, 10)
            )
        }
    }
}

/// Everything on the loopback interface, on ports of ours, and nothing told to the makers.
fn arguments(folder: &Path, people: &Path, ports: [u16; 8]) -> Vec<String> {
    let [s3, filer, master, volume, ..] = ports;
    let [.., s3_grpc, filer_grpc, master_grpc, volume_grpc] = ports;
    let mut arguments: Vec<String> = [
        "server",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-filer",
        "-s3",
        "-master.telemetry=false",
        "-master.volumeSizeLimitMB=64",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
    ]
    .map(str::to_owned)
    .into();
    arguments.push(format!("-dir={}", folder.display()));
    arguments.push(format!("-s3.config={}", people.display()));
    let doors = [
        ("s3.port", s3),
        ("s3.port.grpc", s3_grpc),
        ("filer.port", filer),
        ("filer.port.grpc", filer_grpc),
        ("master.port", master),
        ("master.port.grpc", master_grpc),
        ("volume.port", volume),
        ("volume.port.grpc", volume_grpc),
    ];
    arguments.extend(doors.map(|(name, port)| format!("-{name}={port}")));
    arguments
}

fn people_file(secret: &str) -> String {
    serde_json::json!({ "identities": [{
        "name": ACCESS_KEY,
        "credentials": [{ "accessKey": ACCESS_KEY, "secretKey": secret }],
        "actions": ["Admin", "Read", "Write", "List"],
    }] })
    .to_string()
}
