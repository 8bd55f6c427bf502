//! The use cases of one's own account, beyond signing in.

use application::accounts::delete::DeleteAccount;
use application::accounts::restore::RestoreAccount;

use super::adapters::Adapters;

pub(super) fn delete_account(adapters: &Adapters) -> DeleteAccount {
    DeleteAccount {
        closures: adapters.accounts.clone(),
        hot: adapters.hot.clone(),
        announcements: adapters.announcements.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

pub(super) fn restore_account(adapters: &Adapters) -> RestoreAccount {
    RestoreAccount {
        accounts: adapters.accounts.clone(),
        closures: adapters.accounts.clone(),
        passwords: adapters.passwords.clone(),
        audit: adapters.records.clone(),
        announcements: adapters.announcements.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}
