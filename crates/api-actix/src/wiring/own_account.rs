//! The use cases of one's own account, beyond signing in.

use application::accounts::avatar::{AvatarPages, ClearAvatars};
use application::accounts::change_email::ChangeEmail;
use application::accounts::confirm_email_change::ConfirmEmailChange;
use application::accounts::delete::DeleteAccount;
use application::accounts::export::ExportAccount;
use application::accounts::guess_budget::GuessBudget;
use application::accounts::lock_down::LockDown;
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

pub(super) fn change_email(adapters: &Adapters) -> ChangeEmail {
    ChangeEmail {
        accounts: adapters.accounts.clone(),
        email_changes: adapters.accounts.clone(),
        passwords: adapters.passwords.clone(),
        audit: adapters.records.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

pub(super) fn export(adapters: &Adapters) -> ExportAccount {
    ExportAccount {
        accounts: adapters.accounts.clone(),
        identities: adapters.identities.clone(),
        second_factors: adapters.second_factors.clone(),
        sessions: adapters.sessions.clone(),
        keys: adapters.api_keys.clone(),
        data: adapters.personal_data.clone(),
        packer: adapters.packer.clone(),
        records: adapters.audit_records.clone(),
        audit: adapters.records.clone(),
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

pub(super) fn confirm_email_change(adapters: &Adapters) -> ConfirmEmailChange {
    ConfirmEmailChange {
        codec: adapters.token_codec.clone(),
        tokens: adapters.one_time_tokens.clone(),
        accounts: adapters.accounts.clone(),
        email_changes: adapters.accounts.clone(),
        announcements: adapters.announcements.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

pub(super) fn lock_down(adapters: &Adapters) -> LockDown {
    LockDown {
        codec: adapters.token_codec.clone(),
        tokens: adapters.one_time_tokens.clone(),
        lockdowns: adapters.accounts.clone(),
        hot: adapters.hot.clone(),
        announcements: adapters.announcements.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

pub(super) fn guess_budget(adapters: &Adapters) -> GuessBudget {
    GuessBudget {
        accounts: adapters.accounts.clone(),
    }
}

pub(super) fn clear_avatars(adapters: &Adapters) -> ClearAvatars {
    ClearAvatars {
        avatars: adapters.avatars.clone(),
        objects: adapters.objects.clone(),
        clock: adapters.clock.clone(),
    }
}
