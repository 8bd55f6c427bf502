//! A platform of one test.

use std::thread;
use std::time::Duration;

use test_support::TestDatabase;
use tokio_postgres::Client;

use super::caller::{Caller, an_address};
use super::mails::Mails;
use super::person::Person;
use super::proxy::CuttableProxy;
use super::scratch::Scratch;
use super::server::{Place, Server};
use super::settings::Settings;
use super::{PATIENCE, eventually};

/// A database, a Redis, a folder of mails, and a server.
pub(crate) struct Platform {
    // Ends before the folder with its log goes.
    pub(crate) server: Server,
    settings: Settings,
    database: TestDatabase,
    owner: Client,
    wires: Option<(CuttableProxy, CuttableProxy)>,
    others: Vec<Server>,
    scratch: Scratch,
}

/// What a platform is made of.
pub(crate) struct Blueprint {
    scratch: Scratch,
    settings: Settings,
    role: &'static str,
    has_wires: bool,
}

impl Blueprint {
    pub(crate) fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.set(name, value);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.settings.remove(name);
        self
    }

    /// Counts nothing: for those who act a lot, or as the same address in every run.
    pub(crate) fn without_limits(mut self) -> Self {
        for class in ["AUTH", "AUTH_IP", "API", "API_USER", "REFRESH"] {
            self.settings.set(&format!("RATE_LIMIT_{class}"), "off");
        }
        self
    }

    /// The folder that the platform will live in.
    pub(crate) fn scratch(&self) -> &Scratch {
        &self.scratch
    }

    pub(crate) fn role(mut self, role: &'static str) -> Self {
        self.role = role;
        self
    }

    /// With wires to PostgreSQL and Redis that can be cut.
    pub(crate) fn with_wires(mut self) -> Self {
        self.has_wires = true;
        self
    }

    pub(crate) async fn start(self) -> Platform {
        let Self {
            scratch,
            mut settings,
            role,
            has_wires,
        } = self;
        let database = test_support::database().await;
        settings.set("DATABASE_URL", &*database.url);
        let wires = if has_wires {
            let redis = settings
                .get("REDIS_URL")
                .expect("there is a Redis to be cut off from");
            let redis = CuttableProxy::before(redis, 6379).await;
            let postgres = CuttableProxy::before(&database.url, 5432).await;
            settings.set("DATABASE_URL", postgres.url());
            settings.set("REDIS_URL", redis.url());
            Some((postgres, redis))
        } else {
            None
        };
        let log = scratch.path().join("node-1.log");
        let has_redis = settings.get("REDIS_URL").is_some();
        let platform = Platform {
            server: Server::start(&settings, role, log).await,
            owner: database.owner().await,
            settings,
            database,
            wires,
            others: Vec::new(),
            scratch,
        };
        if has_redis {
            // Without it almost everything would go on, and a test would fail for no reason that it names.
            platform.becomes("ready", PATIENCE).await;
        }
        platform
    }
}

impl Platform {
    /// One node with the usual settings.
    pub(crate) async fn start() -> Self {
        Self::plan().start().await
    }

    pub(crate) fn plan() -> Blueprint {
        let scratch = Scratch::new();
        let mut settings = Settings::of(scratch.path());
        settings.set("REDIS_URL", test_support::redis_url());
        Blueprint {
            scratch,
            settings,
            role: "all",
            has_wires: false,
        }
    }

    /// Another node of the same platform, which lives as long.
    pub(crate) async fn another_node(&mut self) -> Place {
        self.another("all").await.place()
    }

    /// Another process of the same platform, which lives as long.
    pub(crate) async fn another(&mut self, role: &'static str) -> &mut Server {
        let name = format!("node-{}.log", self.others.len() + 2);
        let log = self.scratch.path().join(name);
        let server = Server::start(&self.settings, role, log).await;
        self.others.push(server);
        self.others.last_mut().expect("it was just put there")
    }

    /// The process of this number, from 0.
    pub(crate) fn process(&mut self, number: usize) -> &mut Server {
        match number.checked_sub(1) {
            None => &mut self.server,
            Some(other) => self.others.get_mut(other).expect("it was started"),
        }
    }

    /// Somebody who is not signed in, at an address of their own.
    pub(crate) fn anonymous(&self) -> Caller {
        self.caller(Some(an_address()))
    }

    /// Somebody about whom no proxy says anything.
    pub(crate) fn direct(&self) -> Caller {
        self.caller(None)
    }

    fn caller(&self, address: Option<String>) -> Caller {
        Caller::new(self.server.base(), address)
    }

    /// Somebody who joined and did not confirm their address.
    pub(crate) async fn newcomer(&self, name: &str) -> Person {
        let caller = self.anonymous();
        let answer = caller
            .join(&format!("{name}@example.org"), name)
            .await
            .must_be(201);
        Person::of(&caller, &answer)
    }

    /// Somebody who joined and confirmed their address.
    pub(crate) async fn register(&self, name: &str) -> Person {
        let person = self.newcomer(name).await;
        let token = self.mails().nth_token(&person.email, 0).await;
        person.verify(&token).await.must_be(200);
        person
    }

    pub(crate) fn mails(&self) -> Mails {
        Mails::in_folder(&self.scratch.path().join("mail"))
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The folder of this platform.
    pub(crate) fn scratch(&self) -> &Scratch {
        &self.scratch
    }

    /// The way to PostgreSQL.
    pub(crate) fn postgres(&self) -> &CuttableProxy {
        &self.wires.as_ref().expect("the platform has wires").0
    }

    /// The way to Redis.
    pub(crate) fn redis(&self) -> &CuttableProxy {
        &self.wires.as_ref().expect("the platform has wires").1
    }

    /// A connection to look behind the platform, past every wire.
    pub(crate) fn database(&self) -> &Client {
        &self.owner
    }

    /// The only number that a query answers.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        let row = self.owner.query_one(sql, &[]).await;
        row.expect("the query is right").get(0)
    }

    pub(crate) async fn execute(&self, sql: &str) {
        self.owner
            .batch_execute(sql)
            .await
            .expect("the statement is right");
    }

    /// What `scripthub admin` tells on the operator's shell.
    pub(crate) fn admin(&self, act: &[&str]) -> String {
        let mut command = self.settings().command();
        let output = command.arg("admin").args(act).output();
        let output = output.expect("the program can be started");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("the program speaks UTF-8")
    }

    /// What readiness says.
    pub(crate) async fn readiness(&self) -> (u16, String) {
        let answer = self.direct().get("/health/ready").await;
        (answer.status, answer.at("/status"))
    }

    /// Waits until readiness says so.
    pub(crate) async fn becomes(&self, status: &str, patience: Duration) -> Duration {
        let what = format!("readiness says {status}");
        eventually(&what, patience, async || self.readiness().await.1 == status).await
    }
}

impl Drop for Platform {
    /// No job may be left undone.
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        let servers = std::iter::once(&mut self.server).chain(&mut self.others);
        let running = servers.filter_map(|server| server.status().is_none().then_some(()));
        let is_running = running.count() > 0;
        let database = self.database.clone();
        let looking = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let runtime = runtime.expect("a runtime can be started");
            runtime.block_on(no_job_is_left(&database, is_running));
        });
        assert!(looking.join().is_ok(), "a job was left, see above");
    }
}

async fn no_job_is_left(database: &TestDatabase, somebody_works: bool) {
    let client = database.owner().await;
    let count = async |sql: &str| -> i64 {
        client
            .query_one(sql, &[])
            .await
            .expect("the query is right")
            .get(0)
    };
    let waiting = "SELECT count(*) FROM jobs WHERE done_at IS NULL AND dead_at IS NULL";
    if somebody_works {
        eventually("every job is done", PATIENCE, async || {
            count(waiting).await == 0
        })
        .await;
    }
    let dead = count("SELECT count(*) FROM jobs WHERE dead_at IS NOT NULL").await;
    assert_eq!(dead, 0, "jobs were given up");
}
