//! A private PostgreSQL: made, started, found again after any kind of death, stopped.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::Signal;

use super::account::Account;
use super::binaries::PostgresBinaries;
use super::port;
use super::sockets;
use crate::database;
use crate::private;
use crate::process::{self, ProcessMark, finish_quietly, until};
use crate::site::{Purpose, Site};

/// The superuser of a private cluster; it owns everything the migrations make.
pub(crate) const OWNER: &str = "scripthub_owner";

/// The file that keeps the owner's password.
const OWNER_PASSWORD: &str = "postgres.password";

/// How long a crash recovery may take.
const RECOVERY: Duration = Duration::from_mins(2);

/// The private cluster of one site.
#[derive(Debug)]
pub(crate) struct Cluster<'a> {
    site: &'a Site,
    account: Account,
    home: PathBuf,
}

impl<'a> Cluster<'a> {
    /// The cluster of `site`, whether it exists yet or not.
    pub(crate) fn of(site: &'a Site, account: Account) -> Self {
        let home = account.home(site);
        Self {
            site,
            account,
            home,
        }
    }

    /// The major version that made the cluster; none before it is made.
    pub(crate) fn made_by(&self) -> Option<u32> {
        let text = fs::read_to_string(self.data().join("PG_VERSION")).ok()?;
        text.trim().parse().ok()
    }

    /// The port and the process of the server, if it runs.
    pub(crate) fn running(&self) -> Option<(u16, ProcessMark)> {
        let (pid, port) = self.pid_file()?;
        let mark = ProcessMark::of(pid)?;
        let ours = mark
            .command_line()
            .contains(&*self.data().to_string_lossy());
        ours.then_some((port, mark))
    }

    /// The URL of `name` on the running server, as its owner.
    pub(crate) fn url(&self, port: u16, name: &str) -> Result<String> {
        let password = self.site.secret(OWNER_PASSWORD)?;
        Ok(format!(
            "postgres://{OWNER}:{password}@127.0.0.1:{port}/{name}"
        ))
    }

    /// Answers the port of the server if it already runs, and waits for its crash recovery.
    pub(crate) async fn find(&self) -> Result<Option<u16>> {
        let answer = until(RECOVERY, async || match self.running() {
            None => Some(Ok(None)),
            Some((port, _)) => self.is_ours(port).await.ok().map(|()| Ok(Some(port))),
        });
        match answer.await {
            Some(answer) => answer,
            None => bail!("{} runs but does not let us in", self.data().display()),
        }
    }

    /// Starts the server, after making the cluster if there is none. That of tests is always made
    /// anew: it runs without fsync, so a crash may have spoilt it, and it is full of old databases.
    pub(crate) async fn start(&self, binaries: &PostgresBinaries) -> Result<u16> {
        if self.site.purpose() == Purpose::Tests {
            self.discard()?;
        }
        if self.made_by().is_none() {
            self.make(binaries)?;
        }
        let mut last = self.site.state().postgres_port;
        let mut failure = None;
        for _ in 0..3 {
            let port = port::choose(last)?;
            match self.launch(binaries, port).await {
                Ok(()) => {
                    self.site
                        .remember(|state| state.postgres_port = Some(port))?;
                    return Ok(port);
                }
                // Somebody may have taken the port in between, or the remains of a killed server
                // are still on their way out.
                Err(error) => failure = Some(error),
            }
            last = None;
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        Err(failure.unwrap_or_else(|| anyhow::anyhow!("PostgreSQL was never started")))
    }

    /// Stops the server, if it runs, the fast way: clients are disconnected, data is written.
    pub(crate) async fn stop(&self) -> Result<bool> {
        let Some((_, mark)) = self.running() else {
            return Ok(false);
        };
        let polite = mark
            .stop(Signal::INT, Duration::from_mins(1), Signal::QUIT)
            .await;
        if !polite {
            bail!("PostgreSQL did not stop within a minute and was ended by force");
        }
        if self.site.purpose() == Purpose::Tests {
            self.discard()?;
        }
        Ok(true)
    }

    /// Throws the cluster away. It must not run.
    pub(crate) fn discard(&self) -> Result<()> {
        if self.home.exists() {
            fs::remove_dir_all(&self.home)
                .with_context(|| format!("{} cannot be removed", self.home.display()))?;
        }
        Ok(())
    }

    /// Makes the cluster beside its place and moves it there when it is whole, so that a killed
    /// `initdb` leaves nothing that looks like a cluster.
    fn make(&self, binaries: &PostgresBinaries) -> Result<()> {
        self.account.create_folder(&self.home)?;
        let draft = self.home.join("draft");
        if draft.exists() {
            fs::remove_dir_all(&draft).context("the remains of initdb cannot be removed")?;
        }
        let password = self.home.join("initial-password");
        private::write(&password, &self.site.secret(OWNER_PASSWORD)?)?;
        self.account.give(&password)?;
        // C.UTF-8 is not known everywhere; plain C orders the same way.
        let made = self
            .initdb(binaries, &draft, &password, "C.UTF-8")
            .or_else(|_| {
                fs::remove_dir_all(&draft).ok();
                self.initdb(binaries, &draft, &password, "C")
            });
        fs::remove_file(&password).context("the initial password cannot be removed")?;
        made.context("initdb failed")?;
        let main = draft.join("postgresql.conf");
        let mut settings = fs::read_to_string(&main).context("initdb left no postgresql.conf")?;
        settings.push_str("\ninclude 'scripthub.conf'\n");
        fs::write(&main, settings).context("postgresql.conf cannot be extended")?;
        fs::rename(&draft, self.data()).context("the new cluster cannot be moved to its place")
    }

    fn initdb(
        &self,
        binaries: &PostgresBinaries,
        folder: &Path,
        password: &Path,
        locale: &str,
    ) -> Result<String> {
        let mut command = self
            .account
            .command(&binaries.program("initdb"), &self.home);
        command
            .arg("-D")
            .arg(folder)
            .args(["-U", OWNER, "-A", "scram-sha-256", "-E", "UTF8"])
            .arg(format!("--locale={locale}"))
            .arg(format!("--pwfile={}", password.display()));
        match self.site.purpose() {
            Purpose::Platform => command.arg("--data-checksums"),
            Purpose::Tests => command.arg("--no-sync"),
        };
        finish_quietly(&mut command)
    }

    async fn launch(&self, binaries: &PostgresBinaries, port: u16) -> Result<()> {
        self.clear_stale_pid_file()?;
        let sockets = sockets::folder(self.site.tag(), &self.account)?;
        let conf = self.data().join("scripthub.conf");
        private::write(&conf, &settings(self.site.purpose(), port, &sockets))?;
        self.account.give(&conf)?;
        let log = self.home.join("postgres.log");
        let mut command = self
            .account
            .command(&binaries.program("pg_ctl"), &self.home);
        command
            .arg("start")
            .arg("-D")
            .arg(self.data())
            .arg("-l")
            .arg(&log);
        finish_quietly(command.args(["-w", "-t", "120", "-s"])).with_context(|| {
            format!(
                "PostgreSQL did not start; its log says:\n{}",
                private::tail(&log, 15)
            )
        })?;
        self.is_ours(port).await
    }

    /// A crash leaves the pid file. PostgreSQL sees through that itself, unless its old id is another
    /// process by now, or one that nobody has buried. The check of the shared memory, which keeps
    /// two servers off one folder, stays in force.
    fn clear_stale_pid_file(&self) -> Result<()> {
        let stale = self
            .pid_file()
            .is_some_and(|(pid, _)| process::is_taken(pid) && self.running().is_none());
        if stale {
            fs::remove_file(self.data().join("postmaster.pid"))
                .context("the stale postmaster.pid cannot be removed")?;
        }
        Ok(())
    }

    /// Whether the server on `port` lets us in and serves our folder.
    async fn is_ours(&self, port: u16) -> Result<()> {
        let client = database::connect(&self.url(port, "postgres")?).await?;
        let served = database::ask(&client, "SHOW data_directory")
            .await?
            .unwrap_or_default();
        let same = fs::canonicalize(&served).ok() == fs::canonicalize(self.data()).ok();
        if !same {
            bail!("port {port} belongs to the PostgreSQL of {served}");
        }
        Ok(())
    }

    /// The process id and the port in the pid file.
    fn pid_file(&self) -> Option<(i32, u16)> {
        let text = fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        let mut lines = text.lines();
        let pid = lines.next()?.trim().parse().ok()?;
        let port = lines.nth(2)?.trim().parse().ok()?;
        Some((pid, port))
    }

    fn data(&self) -> PathBuf {
        self.home.join("data")
    }
}

fn settings(purpose: Purpose, port: u16, sockets: &Path) -> String {
    let sockets = sockets.display();
    let common = format!(
        "# Written by cargo xtask at every start.\n\
         listen_addresses = '127.0.0.1'\n\
         port = {port}\n\
         unix_socket_directories = '{sockets}'\n\
         unix_socket_permissions = 0700\n\
         shared_buffers = 128MB\n\
         timezone = 'UTC'\n\
         log_timezone = 'UTC'\n"
    );
    let own = match purpose {
        Purpose::Platform => "max_connections = 100\n",
        Purpose::Tests => {
            "max_connections = 400\n\
             fsync = off\n\
             synchronous_commit = off\n\
             full_page_writes = off\n\
             autovacuum = off\n"
        }
    };
    common + own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_data_of_tests_may_be_lost() {
        let sockets = Path::new("/tmp/s");
        assert!(settings(Purpose::Tests, 1, sockets).contains("fsync = off"));
        assert!(!settings(Purpose::Platform, 1, sockets).contains("off"));
    }
}
