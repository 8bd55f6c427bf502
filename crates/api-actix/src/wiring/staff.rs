//! The use cases of staff.

use std::sync::Arc;

use application::staff::act_on_account::ActOnAccount;
use application::staff::end_suspensions::EndSuspensions;
use application::staff::read_accounts::ReadAccounts;
use application::staff::recover_account::RecoverAccount;

use super::adapters::Adapters;

pub(super) fn read_accounts(adapters: &Adapters) -> ReadAccounts {
    ReadAccounts {
        accounts: adapters.supervised.clone(),
    }
}

pub(super) fn act_on_account(adapters: &Adapters) -> ActOnAccount {
    ActOnAccount {
        accounts: adapters.supervised.clone(),
        hot: Arc::clone(&adapters.hot),
        announcements: Arc::clone(&adapters.announcements),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

pub(super) fn recover_account(adapters: &Adapters) -> RecoverAccount {
    RecoverAccount {
        accounts: adapters.accounts.clone(),
        passwords: adapters.passwords.clone(),
        second_factors: adapters.second_factors.clone(),
        hot: Arc::clone(&adapters.hot),
        announcements: Arc::clone(&adapters.announcements),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

pub(super) fn end_suspensions(adapters: &Adapters) -> EndSuspensions {
    EndSuspensions {
        accounts: adapters.supervised.clone(),
        act: act_on_account(adapters),
    }
}
