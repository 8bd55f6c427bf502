//! The use cases of one's own account, beyond signing in.

use application::accounts::avatar::{AvatarPages, ClearAvatars};
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

pub(super) fn avatars(adapters: &Adapters) -> AvatarPages {
    AvatarPages {
        avatars: adapters.avatars.clone(),
        objects: adapters.objects.clone(),
        pictures: adapters.pictures.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

pub(super) fn clear_avatars(adapters: &Adapters) -> ClearAvatars {
    ClearAvatars {
        avatars: adapters.avatars.clone(),
        objects: adapters.objects.clone(),
        clock: adapters.clock.clone(),
    }
}
