//! A real OpenID provider, started by the test that wants one.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde_json::Value;

/// A process of npm's `oidc-provider`.
pub(crate) struct OpenIdProvider {
    process: Child,
    pub(crate) issuer: String,
}

impl OpenIdProvider {
    /// One that sends people back to these addresses.
    pub(crate) fn start(callbacks: &[&str]) -> Self {
        let folder = installed();
        let mut process = Command::new("node")
            .arg("provider.mjs")
            .args(callbacks)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("this test needs node: install Node.js 18 or newer");
        let out = process.stdout.take().expect("it was asked for");
        let mut lines = BufReader::new(out).lines();
        let issuer = lines.find_map(|line| {
            let line = line.expect("the provider speaks text");
            line.starts_with("http://").then_some(line)
        });
        Self {
            process,
            issuer: issuer.expect("the provider tells where it is"),
        }
    }

    /// Who signs in next: claims with a `sub`.
    pub(crate) async fn is_visited_by(&self, person: &Value) {
        let url = format!("{}/test/person", self.issuer);
        let told = Client::new().put(url).json(person).send().await;
        assert_eq!(told.expect("the provider answers").status(), 204);
    }
}

impl Drop for OpenIdProvider {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// The folder of the provider, with its packages as the lock file has them; installed once a machine.
fn installed() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = root.join("tests/e2e/oidc");
    let lock = fs::read(source.join("package-lock.json")).expect("the lock file is there");
    let digest = super::sha256(&lock);
    let short: String = digest
        .chars()
        .skip(8)
        .filter(char::is_ascii_alphanumeric)
        .take(16)
        .collect();
    let name = format!("openid-provider-{short}");
    let local = root.join("../../.local");
    fs::create_dir_all(&local).expect("a folder can be made");
    let folder = local.join(name);
    // Tests are processes of their own: the first one installs, the others wait for it.
    let guard = File::create(local.join("openid-provider.lock")).expect("a file can be made");
    guard.lock().expect("a file can be locked");
    if !folder.join("node_modules/.package-lock.json").exists() {
        fs::create_dir_all(&folder).expect("a folder can be made");
        for name in ["package.json", "package-lock.json"] {
            fs::copy(source.join(name), folder.join(name)).expect("a file can be copied");
        }
        let npm = Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
            .current_dir(&folder)
            .output()
            .expect("this test needs npm: install Node.js 18 or newer");
        assert!(npm.status.success(), "npm ci failed: {npm:?}");
    }
    let script = "provider.mjs";
    fs::copy(source.join(script), folder.join(script)).expect("a file can be copied");
    folder
}

/// A browser at a provider: it follows where it is led, with cookies, until it is led to somebody else.
pub(crate) async fn browse(start: &str) -> Url {
    let client = Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .build()
        .expect("a client can be made");
    let mut cookies = BTreeMap::new();
    let mut url = Url::parse(start).expect("an address");
    let home = url.origin();
    for _ in 0..12 {
        let jar: Vec<String> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = client.get(url.clone()).header("Cookie", jar.join("; "));
        let answer = request.send().await.expect("the provider answers");
        for set in answer.headers().get_all("set-cookie") {
            let set = set.to_str().expect("a cookie is text");
            let pair = set.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let status = answer.status();
        let Some(location) = answer.headers().get("location") else {
            panic!("{url} leads nowhere: {status}");
        };
        let location = location.to_str().expect("an address is text");
        url = url.join(location).expect("an address");
        if url.origin() != home {
            return url;
        }
    }
    panic!("the provider leads in circles");
}
