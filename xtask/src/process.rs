//! Starting, recognising and stopping processes.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde::{Deserialize, Serialize};
use tokio::time::sleep;

const POLL: Duration = Duration::from_millis(25);

/// One process, recognised again by its id and the moment it started: ids are given out again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProcessMark {
    pid: i32,
    started: String,
}

impl ProcessMark {
    /// The mark of the process that has `pid` now; none if there is no such process.
    pub(crate) fn of(pid: i32) -> Option<Self> {
        let started = start_moment(pid)?;
        Some(Self { pid, started })
    }

    /// The mark of a process that was just started.
    pub(crate) fn of_child(child: &Child) -> Option<Self> {
        Self::of(i32::try_from(child.id()).ok()?)
    }

    /// The mark of this very process.
    pub(crate) fn of_ourselves() -> Option<Self> {
        Self::of(i32::try_from(std::process::id()).ok()?)
    }

    /// Whether exactly this process still runs.
    pub(crate) fn is_alive(&self) -> bool {
        Self::of(self.pid).as_ref() == Some(self)
    }

    /// The command line of the process, as far as the machine tells it.
    pub(crate) fn command_line(&self) -> String {
        let pid = self.pid;
        match fs::read(format!("/proc/{pid}/cmdline")) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).replace('\0', " "),
            Err(_) => ask_ps(pid, "command=").unwrap_or_default(),
        }
    }

    /// Asks the process to end with `polite`, and after `patience` ends it with `rude`. Answers
    /// whether it went when asked.
    pub(crate) async fn stop(&self, polite: Signal, patience: Duration, rude: Signal) -> bool {
        self.signal(polite);
        if self.is_gone_within(patience).await {
            return true;
        }
        self.signal(rude);
        self.is_gone_within(Duration::from_secs(10)).await;
        false
    }

    /// Waits for the process to end, for `patience` at most.
    pub(crate) async fn is_gone_within(&self, patience: Duration) -> bool {
        until(patience, async || (!self.is_alive()).then_some(()))
            .await
            .is_some()
    }

    /// Sends `signal`, unless the process is gone and its id may be somebody else's.
    pub(crate) fn signal(&self, signal: Signal) {
        if let (true, Some(pid)) = (self.is_alive(), Pid::from_raw(self.pid)) {
            // It may have gone in between, which is what every caller wants anyway.
            let _ = kill_process(pid, signal);
        }
    }
}

/// Whether `pid` is the id of anything, be it only the unburied remains of a process.
pub(crate) fn is_taken(pid: i32) -> bool {
    let Some(pid) = Pid::from_raw(pid) else {
        return false;
    };
    !matches!(test_kill_process(pid), Err(Errno::SRCH))
}

/// When `pid` was started; none if there is no such process, or only its unburied remains.
fn start_moment(pid: i32) -> Option<String> {
    match fs::read_to_string(format!("/proc/{pid}/stat")) {
        // The name in parentheses may itself hold spaces and parentheses.
        Ok(line) => {
            let (_, fields) = line.rsplit_once(')')?;
            let mut fields = fields.split_whitespace();
            let status = fields.next()?;
            let started = fields.nth(18)?;
            (!matches!(status, "Z" | "X")).then(|| started.to_owned())
        }
        Err(_) if fs::exists("/proc/self/stat").unwrap_or(false) => None,
        Err(_) => {
            let status = ask_ps(pid, "stat=")?;
            (!status.starts_with('Z')).then(|| ask_ps(pid, "lstart="))?
        }
    }
}

fn ask_ps(pid: i32, column: &str) -> Option<String> {
    let output = Command::new("ps")
        .args(["-p", &pid.to_string(), "-o", column])
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// Probes until it answers something, or `patience` is at its end.
pub(crate) async fn until<T>(
    patience: Duration,
    mut probe: impl AsyncFnMut() -> Option<T>,
) -> Option<T> {
    let began = Instant::now();
    loop {
        if let Some(answer) = probe().await {
            return Some(answer);
        }
        if began.elapsed() >= patience {
            return None;
        }
        sleep(POLL).await;
    }
}

/// A command in progress, ended when it is no longer waited for.
struct InProgress(Child);

impl Drop for InProgress {
    fn drop(&mut self) {
        if let (Ok(None), Some(mark)) = (self.0.try_wait(), ProcessMark::of_child(&self.0)) {
            mark.signal(Signal::TERM);
        }
    }
}

/// Runs `command` to its end. When the caller stops waiting the command is asked to end.
pub(crate) async fn finish(command: &mut Command) -> Result<ExitStatus> {
    let name = command.get_program().to_string_lossy().into_owned();
    let child = command
        .spawn()
        .with_context(|| format!("{name} cannot be started"))?;
    let mut running = InProgress(child);
    loop {
        if let Some(status) = running
            .0
            .try_wait()
            .with_context(|| format!("{name} is lost"))?
        {
            return Ok(status);
        }
        sleep(POLL).await;
    }
}

/// Runs `command` to its end, silently; its whole output becomes the error if it fails.
pub(crate) fn finish_quietly(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{name} cannot be started"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    let complained = String::from_utf8_lossy(&output.stderr);
    bail!("{name} ended with {}\n{said}{complained}", output.status)
}

/// Starts `command` out of reach of the terminal's Ctrl-C.
pub(crate) fn start_apart(command: &mut Command) -> Result<Child> {
    let name = command.get_program().to_string_lossy().into_owned();
    command
        .process_group(0)
        .stdin(Stdio::null())
        .spawn()
        .with_context(|| format!("{name} cannot be started"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_itself_and_not_its_successor() {
        let ourselves = ProcessMark::of_ourselves().unwrap();
        assert!(ourselves.is_alive());
        let predecessor = ProcessMark {
            started: "0".to_owned(),
            ..ourselves
        };
        assert!(!predecessor.is_alive());
    }

    #[tokio::test]
    async fn a_process_that_was_stopped_is_not_alive() {
        let mut child = start_apart(Command::new("sleep").arg("60")).unwrap();
        let mark = ProcessMark::of_child(&child).unwrap();
        assert!(mark.is_alive());
        // The new command line shows a moment after the start.
        let shown = until(Duration::from_secs(5), async || {
            mark.command_line().contains("sleep 60").then_some(())
        });
        assert_eq!(shown.await, Some(()));
        assert!(
            mark.stop(Signal::TERM, Duration::from_secs(5), Signal::KILL)
                .await
        );
        assert!(!mark.is_alive());
        child.wait().unwrap();
    }

    #[test]
    fn the_complaint_of_a_failed_command_is_kept() {
        let failure = finish_quietly(Command::new("sh").args(["-c", "echo why >&2; exit 3"]));
        assert!(failure.unwrap_err().to_string().contains("why"));
    }
}
