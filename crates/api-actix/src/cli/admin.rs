//! `scripthub admin …`: acting on accounts from the operator's shell, by the same use cases as everywhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use application::accounts::create_admin::{AdminCreated, NewAdmin};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use domain::access::authority::Authority;
use domain::access::edit::RoleAssignment;
use domain::access::role::RoleName;
use domain::account::email::Email;
use domain::account::password::NewPassword;
use domain::account::supervision::{
    SearchWords, Suspension, SuspensionReason, UserFilter, UserListing,
};
use domain::account::user::UserWithRoles;
use domain::account::username::Username;
use domain::id::UserId;
use domain::page::{Limit, Window};
use domain::violation::Violation;

use super::{audit, tell};
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
    /// Keep somebody out; of an account that is suspended already, change reason and end
    Suspend {
        #[command(flatten)]
        user: Whom,
        /// Why, in one line
        #[arg(long)]
        reason: String,
        /// When it ends by itself, as 2027-01-31T00:00:00Z; without it the suspension has to be lifted
        #[arg(long)]
        until: Option<DateTime<Utc>>,
    },
    /// Let somebody in again
    Unsuspend {
        #[command(flatten)]
        user: Whom,
    },
    /// Set a password for somebody who has lost theirs, and end all their sessions and API keys; they are told by mail
    ResetPassword {
        #[command(flatten)]
        user: Whom,
        /// A file with the password; the end of its last line is cut off
        #[arg(long, value_name = "FILE")]
        password_file: PathBuf,
    },
    /// Remove the second factor of somebody who has lost it and the recovery codes; they are told by mail
    ///
    /// Be sure that it is they who ask: a mailbox alone must not be enough.
    RemoveSecondFactor {
        #[command(flatten)]
        user: Whom,
    },
    /// End all sessions of an account
    Logout {
        #[command(flatten)]
        user: Whom,
    },
    /// Delete an account softly
    Delete {
        #[command(flatten)]
        user: Whom,
    },
    /// Bring a deleted account back, within 30 days
    Restore {
        #[command(flatten)]
        user: Whom,
    },
    /// Let an account hold exactly these roles
    SetRoles {
        #[command(flatten)]
        user: Whom,
        /// The names of the roles, with commas between; what is left out is taken away
        #[arg(long, required = true, value_delimiter = ',', value_name = "ROLES")]
        roles: Vec<String>,
    },
    /// Tell what an account may do, and which roles give it
    Permissions {
        #[command(flatten)]
        user: Whom,
    },
    /// Let every node forget what it remembers of permissions, after they were changed by SQL
    FlushPermissions,
    /// Prove that the audit log is what was written
    Audit {
        #[command(subcommand)]
        act: audit::AuditAct,
    },
}

/// The account that is meant.
#[derive(Debug, Args)]
pub(super) struct Whom {
    /// The account: its id, its username or its address
    #[arg(long = "user", value_name = "ID, NAME OR ADDRESS")]
    name: String,
}

pub(super) async fn perform(config: &Config, act: Act) -> Result<()> {
    let platform = Platform::of(config)?;
    match act {
        Act::Audit { act } => audit::perform(&platform, act).await,
        Act::CreateAdmin {
            email,
            username,
            password_file,
        } => create_admin(&platform, &email, &username, &password_file).await,
        Act::Suspend {
            user,
            reason,
            until,
        } => {
            let reason = parsed("--reason", SuspensionReason::parse(&reason))?;
            let suspension = Suspension { reason, until };
            let user = user.find(&platform).await?;
            let by = Authority::operator();
            let acts = platform.act_on_account();
            acts.suspend(&by, user, suspension).await?;
            tell(&format!("suspended {user}"))
        }
        Act::Unsuspend { user } => {
            let user = user.find(&platform).await?;
            let acts = platform.act_on_account();
            acts.lift_suspension(&Authority::operator(), user).await?;
            tell(&format!("lifted the suspension of {user}"))
        }
        Act::ResetPassword {
            user,
            password_file,
        } => reset_password(&platform, &user, &password_file).await,
        Act::RemoveSecondFactor { user } => remove_second_factor(&platform, &user).await,
        Act::Logout { user } => {
            let user = user.find(&platform).await?;
            let acts = platform.act_on_account();
            acts.sign_out(&Authority::operator(), user).await?;
            tell(&format!("ended all sessions of {user}"))
        }
        Act::Delete { user } => {
            let user = user.find(&platform).await?;
            let acts = platform.act_on_account();
            acts.delete(&Authority::operator(), user).await?;
            tell(&format!("deleted {user}"))
        }
        Act::Restore { user } => {
            let user = user.find(&platform).await?;
            let acts = platform.act_on_account();
            acts.restore(&Authority::operator(), user).await?;
            tell(&format!("restored {user}"))
        }
        Act::SetRoles { user, roles } => set_roles(&platform, &user, &roles).await,
        Act::Permissions { user } => permissions(&platform, &user).await,
        Act::FlushPermissions => {
            platform.edit_access().flush(&Authority::operator()).await?;
            tell("every node reads permissions anew")
        }
    }
}

async fn create_admin(
    platform: &Platform,
    email: &str,
    username: &str,
    password_file: &Path,
) -> Result<()> {
    let admin = NewAdmin {
        email: parsed("--email", Email::parse(email))?,
        username: parsed("--username", Username::parse_reserved(username))?,
        password: parsed("--password-file", read_password(password_file)?)?,
    };
    match platform.create_admin().run(admin).await? {
        AdminCreated::Created(id) => tell(&format!("made the administrator {id}")),
        AdminCreated::AlreadyThere => tell("an account with this address is there already"),
    }
}

async fn reset_password(platform: &Platform, user: &Whom, password_file: &Path) -> Result<()> {
    let password = parsed("--password-file", read_password(password_file)?)?;
    let user = user.find(platform).await?;
    let (recover, by) = (platform.recover_account(), Authority::operator());
    recover.set_password(&by, user, &password).await?;
    tell(&format!("set the password of {user}"))
}

async fn remove_second_factor(platform: &Platform, user: &Whom) -> Result<()> {
    let user = user.find(platform).await?;
    let (recover, by) = (platform.recover_account(), Authority::operator());
    recover.remove_second_factor(&by, user).await?;
    tell(&format!("removed the second factor of {user}"))
}

async fn set_roles(platform: &Platform, user: &Whom, roles: &[String]) -> Result<()> {
    let named: Result<BTreeSet<_>, _> = roles.iter().map(|role| RoleName::parse(role)).collect();
    let assignment = RoleAssignment {
        roles: parsed("--roles", named)?,
        user: user.find(platform).await?,
    };
    let who = assignment.user;
    let edits = platform.edit_access();
    edits.assign(&Authority::operator(), assignment).await?;
    tell(&format!("{who} holds {}", roles.join(", ")))
}

async fn permissions(platform: &Platform, user: &Whom) -> Result<()> {
    let user = user.find(platform).await?;
    let access = platform.read_access();
    let explained = access.explain(&Authority::operator(), user, None).await?;
    for explanation in &explained.permissions {
        let grants = explanation.grants.iter();
        let roles: Vec<_> = grants.map(|grant| grant.role.as_str()).collect();
        tell(&format!("{}\t{}", explanation.permission, roles.join(", ")))?;
    }
    Ok(())
}

impl Whom {
    /// The one account that is called exactly so.
    async fn find(&self, platform: &Platform) -> Result<UserId> {
        let name = self.name.trim().to_lowercase();
        let filter = UserFilter {
            words: Some(parsed("--user", SearchWords::parse(&name))?),
            ..UserFilter::default()
        };
        let listing = UserListing {
            filter,
            window: Window::First,
            limit: Limit::within(Limit::ADVANCED_CEILING, Limit::ADVANCED_CEILING)
                .unwrap_or(Limit::DEFAULT),
        };
        let found = platform.read_accounts();
        let page = found.list(&Authority::operator(), &listing).await?;
        let is_meant = |account: &&UserWithRoles| {
            let user = &account.user;
            user.id.to_string() == name
                || user.username.key().as_str() == name
                || user
                    .email
                    .as_ref()
                    .is_some_and(|email| email.key().as_str() == name)
        };
        let account = page.items.iter().find(is_meant);
        let account = account.with_context(|| format!("no account is called {name:?}"))?;
        Ok(account.user.id)
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
