//! The use cases of API keys over the adapters.

use application::api_keys::issue::IssueApiKey;
use application::api_keys::list::ListApiKeys;
use application::api_keys::revoke::RevokeApiKey;

use super::adapters::Adapters;

pub(super) fn issue(adapters: &Adapters) -> IssueApiKey {
    IssueApiKey {
        keys: adapters.api_keys.clone(),
        texts: adapters.key_texts.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

pub(super) fn list(adapters: &Adapters) -> ListApiKeys {
    ListApiKeys {
        keys: adapters.api_keys.clone(),
    }
}

pub(super) fn revoke(adapters: &Adapters) -> RevokeApiKey {
    RevokeApiKey {
        keys: adapters.api_keys.clone(),
        announcements: adapters.announcements.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}
