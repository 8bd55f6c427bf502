//! `scripthub keys …`: the keys that the server needs.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use adapters_crypto::{JwtKeys, KeyFileError, key_name, new_secret_key, write_new_key};
use adapters_system::SystemClock;
use anyhow::{Context, Result, anyhow, bail};
use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Subcommand};
use domain::port::clock::Clock;

use super::tell;

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub(super) enum Act {
    /// Make what is missing in a folder: `secret_key`, for `SECRET_KEY_FILE`, and a key in `jwt/`, for `JWT_KEYS_DIR`
    ///
    /// What is there already is left as it is, so it is safe to run before every start.
    Generate {
        /// The folder
        #[arg(long, value_name = "FOLDER")]
        dir: PathBuf,
    },
    /// Add a newer key for access tokens to the `jwt/` of a folder
    ///
    /// Running servers publish it within seconds and sign with it once it is `JWT_KEY_LEAD` old: where nodes have folders of
    /// their own, copy the file to all of them within that time. Older keys go on verifying until they are retired.
    Rotate {
        /// The folder
        #[arg(long, value_name = "FOLDER")]
        dir: PathBuf,
    },
    /// Tell which keys there are, which one signs, and which may be retired
    List(Rules),
    /// Remove a key from the `jwt/` of a folder, once every token that it signed has ended
    ///
    /// Running servers refuse what it signed within seconds. Where nodes have folders of their own, remove it from each.
    Retire {
        #[command(flatten)]
        rules: Rules,
        /// The key: the name of its file without `.pem`
        #[arg(long)]
        kid: String,
        /// Also if people are signed out of their tokens by it, as for a key that was stolen
        #[arg(long)]
        now: bool,
    },
}

/// Where the keys are, and by which rules the servers use them.
#[derive(Debug, Args)]
pub(super) struct Rules {
    /// The folder
    #[arg(long, value_name = "FOLDER")]
    dir: PathBuf,
    /// The servers' `JWT_KEY_LEAD`
    #[arg(long, env = "JWT_KEY_LEAD", default_value = "5m", value_parser = humantime::parse_duration)]
    lead: std::time::Duration,
    /// The servers' `ACCESS_TOKEN_TTL`
    #[arg(long, env = "ACCESS_TOKEN_TTL", default_value = "10m", value_parser = humantime::parse_duration)]
    ttl: std::time::Duration,
}

/// Clocks of different machines differ by no more than this, and a server reads its folder anew within it.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);

pub(super) fn perform(act: &Act) -> Result<()> {
    match act {
        Act::Generate { dir } => {
            make_secret(&dir.join("secret_key"))?;
            match JwtKeys::read(&dir.join("jwt"), TimeDelta::zero()) {
                Ok(_keys) => Ok(()),
                Err(KeyFileError::Empty(_)) => add_key(dir),
                Err(KeyFileError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
                    add_key(dir)
                }
                Err(error) => Err(error.into()),
            }
        }
        Act::Rotate { dir } => add_key(dir),
        Act::List(rules) => list(rules),
        Act::Retire { rules, kid, now } => retire(rules, kid, *now),
    }
}

fn make_secret(path: &Path) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    let told = || format!("{} cannot be written", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(told)?;
    }
    let key = new_secret_key().map_err(|error| anyhow!(error))?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).with_context(told)?;
    writeln!(file, "{}", key.expose()).with_context(told)?;
    tell(&format!("made {}", path.display()))
}

/// Keys are named by the time of their making, so that the newest is the last by name.
fn add_key(folder: &Path) -> Result<()> {
    let path = write_new_key(&folder.join("jwt"), &key_name(SystemClock.now()))?;
    tell(&format!("made {}", path.display()))
}

/// What may be done with a key.
#[derive(Debug, PartialEq, Eq)]
enum State {
    /// Published; signs from then on.
    Waits(DateTime<Utc>),
    Signs,
    /// Tokens that it signed may be in use until then.
    Verifies(DateTime<Utc>),
    /// No token that it signed is good any more.
    Idle,
}

impl Rules {
    fn folder(&self) -> PathBuf {
        self.dir.join("jwt")
    }

    /// The keys from old to new, and what each is good for.
    fn states(&self, now: DateTime<Utc>) -> Result<Vec<(String, State)>> {
        let lead = TimeDelta::from_std(self.lead).context("--lead is too long")?;
        let ttl = TimeDelta::from_std(self.ttl).context("--ttl is too long")?;
        let keys = JwtKeys::read(&self.folder(), lead)?;
        let signer = keys.signer_at(now);
        // The signer took over from all that were before it at the time from which it signs.
        let handed_over = keys
            .overview()
            .find_map(|(kid, from)| (Some(kid) == signer).then_some(from));
        let last_of_others = handed_over.unwrap_or(now).checked_add_signed(ttl + LEEWAY);
        let last_of_others = last_of_others.unwrap_or(DateTime::<Utc>::MAX_UTC);
        let state = |kid: &str, from: DateTime<Utc>| match () {
            () if Some(kid) == signer => State::Signs,
            () if from > now => State::Waits(from),
            () if last_of_others > now => State::Verifies(last_of_others),
            () => State::Idle,
        };
        let all = keys.overview();
        Ok(all
            .map(|(kid, from)| (kid.to_owned(), state(kid, from)))
            .collect())
    }
}

fn list(rules: &Rules) -> Result<()> {
    let time = |time: DateTime<Utc>| time.format("%FT%TZ").to_string();
    for (kid, state) in rules.states(SystemClock.now())? {
        let told = match state {
            State::Waits(from) => format!("published, signs from {}", time(from)),
            State::Signs => "signs".to_owned(),
            State::Verifies(until) => format!("verifies, may be retired from {}", time(until)),
            State::Idle => "may be retired".to_owned(),
        };
        tell(&format!("{kid}  {told}"))?;
    }
    Ok(())
}

fn retire(rules: &Rules, kid: &str, at_once: bool) -> Result<()> {
    let states = rules.states(SystemClock.now())?;
    let state = states
        .iter()
        .find_map(|(known, state)| (known == kid).then_some(state));
    let Some(state) = state else {
        bail!("there is no key {kid} in {}", rules.folder().display());
    };
    if states.len() == 1 {
        bail!("{kid} is the only key: nobody could sign in without it");
    }
    match state {
        _ if at_once => {}
        State::Signs => bail!("{kid} signs; a newer key has to take over first"),
        State::Verifies(until) => {
            bail!("tokens that {kid} signed are good until {until}; --now ends them before")
        }
        State::Waits(_) | State::Idle => {}
    }
    let path = rules.folder().join(format!("{kid}.pem"));
    fs::remove_file(&path).with_context(|| format!("{} cannot be removed", path.display()))?;
    tell(&format!("removed {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(folder: &str, made: &[&str]) -> Rules {
        let dir = std::env::temp_dir().join(format!(
            "{folder}-{}",
            test_support::services::unique_suffix()
        ));
        for kid in made {
            write_new_key(&dir.join("jwt"), kid).unwrap();
        }
        Rules {
            dir,
            lead: std::time::Duration::from_mins(5),
            ttl: std::time::Duration::from_mins(10),
        }
    }

    #[test]
    fn a_key_may_be_retired_when_every_token_that_it_signed_has_ended() {
        let (old, new) = ("20260301T120000000000", "20260301T130000000000");
        let rules = rules("retiring", &[old, new]);
        let at = |time: &str| {
            let now = format!("2026-03-01T{time}Z").parse().unwrap();
            let states = rules.states(now).unwrap();
            states
                .into_iter()
                .map(|(_, state)| state)
                .collect::<Vec<_>>()
        };
        let moment = |time: &str| format!("2026-03-01T{time}Z").parse().unwrap();
        assert_eq!(
            at("13:01:00"),
            [State::Signs, State::Waits(moment("13:05:00"))]
        );
        assert_eq!(
            at("13:05:00"),
            [State::Verifies(moment("13:16:00")), State::Signs]
        );
        assert_eq!(at("13:16:00"), [State::Idle, State::Signs]);
        fs::remove_dir_all(&rules.dir).unwrap();
    }
}
