//! `scripthub admin …`: acting on accounts from the operator's shell, by the same use cases as everywhere.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use application::accounts::create_admin::{AdminCreated, NewAdmin};
use clap::Subcommand;
use domain::account::email::Email;
use domain::account::password::NewPassword;
use domain::account::username::Username;
use domain::violation::Violation;

use super::tell;
use crate::config::Config;
use crate::wiring::Platform;

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub(super) enum Act {
    /// Make an account that may do everything, unless there is one with its address
    CreateAdmin {
        /// Its address; you answer for it, no mail is sent
        #[arg(long)]
        email: String,
        /// Its name in URLs; it may be a reserved one
        #[arg(long)]
        username: String,
        /// A file with the password; the end of its last line is cut off
        #[arg(long, value_name = "FILE")]
        password_file: PathBuf,
    },
}

pub(super) async fn perform(config: &Config, act: Act) -> Result<()> {
    let platform = Platform::of(config)?;
    match act {
        Act::CreateAdmin {
            email,
            username,
            password_file,
        } => {
            let admin = NewAdmin {
                email: parsed("--email", Email::parse(&email))?,
                username: parsed("--username", Username::parse_reserved(&username))?,
                password: parsed("--password-file", read_password(&password_file)?)?,
            };
            match platform.create_admin().run(admin).await? {
                AdminCreated::Created(id) => tell(&format!("made the administrator {id}")),
                AdminCreated::AlreadyThere => tell("an account with this address is there already"),
            }
        }
    }
}

fn parsed<T>(name: &str, parsed: Result<T, Violation>) -> Result<T> {
    parsed.map_err(|violation| anyhow!("{name}: {violation}"))
}

fn read_password(path: &Path) -> Result<Result<NewPassword, Violation>> {
    let text =
        fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(NewPassword::parse(text.trim_end_matches(['\r', '\n'])))
}
