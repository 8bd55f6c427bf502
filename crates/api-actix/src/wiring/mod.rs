//! Which adapter stands behind which port. Only this module and [`cli`](crate::cli) know adapters by name.

mod access;
mod adapters;
mod api_keys;
mod audit;
mod own_account;
mod providers;
mod scripts;
mod second_factor;
mod staff;
mod tasks;
mod use_cases;

use std::sync::Arc;

use application::jobs::worker::Worker;
use domain::outage::BoxError;

use crate::background::Background;
use crate::config::Config;
use crate::metrics_page::Refresh;
use crate::state::Api;
use adapters::Adapters;

/// Settings that were read well, but with which nothing can be built.
#[derive(Debug, thiserror::Error)]
#[error("{name} cannot be used")]
pub struct WiringError {
    name: &'static str,
    #[source]
    source: BoxError,
}

impl WiringError {
    fn of<E: Into<BoxError>>(name: &'static str) -> impl FnOnce(E) -> Self {
        move |source| Self {
            name,
            source: source.into(),
        }
    }
}

/// A platform that is put together. Nothing was opened yet, so this works while its dependencies are away.
pub struct Platform {
    adapters: Adapters,
}

impl Platform {
    /// Puts a platform together by its settings. Must be called on the runtime that it will live on.
    ///
    /// # Errors
    /// [`WiringError`] names the setting.
    pub fn of(config: &Config) -> Result<Self, WiringError> {
        Adapters::of(config).map(|adapters| Self { adapters })
    }

    /// What handlers reach.
    #[must_use]
    pub fn api(&self, config: &Config) -> Arc<Api> {
        Arc::new(use_cases::api(&self.adapters, config))
    }

    /// What does the jobs of the queue.
    #[must_use]
    pub fn worker(&self, config: &Config) -> Worker {
        use_cases::worker(&self.adapters, config)
    }

    /// What the operator can do from a shell.
    #[must_use]
    pub fn create_admin(&self) -> application::accounts::create_admin::CreateAdmin {
        use_cases::create_admin(&self.adapters)
    }

    /// What staff can do to accounts, for the operator's shell.
    #[must_use]
    pub fn act_on_account(&self) -> application::staff::act_on_account::ActOnAccount {
        staff::act_on_account(&self.adapters)
    }

    /// How the operator helps people back into their accounts.
    #[must_use]
    pub fn recover_account(&self) -> application::staff::recover_account::RecoverAccount {
        staff::recover_account(&self.adapters)
    }

    /// How the operator finds accounts.
    #[must_use]
    pub fn read_accounts(&self) -> application::staff::read_accounts::ReadAccounts {
        staff::read_accounts(&self.adapters)
    }

    /// How the operator looks at roles, and at why somebody may do something.
    #[must_use]
    pub fn read_access(&self) -> application::access::read::ReadAccess {
        access::read(&self.adapters)
    }

    /// How the operator changes who may do what.
    #[must_use]
    pub fn edit_access(&self) -> application::access::edit::EditAccess {
        access::edit(&self.adapters)
    }

    /// How the operator verifies the audit log.
    #[must_use]
    pub fn verify_audit_log(&self) -> application::audit::verify_log::VerifyAuditLog {
        audit::verify_log(&self.adapters)
    }

    /// Starts what a process that answers requests has to do besides.
    pub fn follow(&self, background: &Background) {
        tasks::follow_access(&self.adapters, background);
        tasks::compare_permissions(&self.adapters, background);
        tasks::record_uses(&self.adapters, background);
        audit::write_notes(&self.adapters, background);
    }

    /// Starts what a process that works on the queue has to do besides.
    pub fn tidy_up(&self, config: &Config, background: &Background) {
        audit::seal_log(&self.adapters, background);
        audit::keep_partitions(&self.adapters, config, background);
        tasks::purge(&self.adapters, background);
        tasks::end_suspensions(&self.adapters, background);
        tasks::clear_avatars(&self.adapters, background);
    }

    /// Starts to measure how much waits, and answers what sets the other gauges when somebody asks.
    #[must_use]
    pub fn gauges(&self, background: &Background) -> Refresh {
        tasks::measure_queue(&self.adapters, background);
        let pg = self.adapters.pg.clone();
        Arc::new(move || pg.report())
    }

    /// Reads the keys of access tokens anew; answers whether they are others than those before.
    ///
    /// # Errors
    /// [`WiringError`] names the setting; the keys in force stay.
    pub fn reload_keys(&self, config: &Config) -> Result<bool, WiringError> {
        self.adapters.reload_keys(config)
    }
}
