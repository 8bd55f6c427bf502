//! Signing in through others: the providers, and the use cases over them.

use adapters_oauth::{ProviderSettings, Providers};
use application::providers::begin::BeginProviderFlow;
use application::providers::confirm_link::ConfirmLink;
use application::providers::exchange::ExchangeCode;
use application::providers::finish::FinishProviderFlow;
use application::providers::resolve::ResolveIdentity;
use application::providers::unlink::UnlinkProvider;
use application::providers::ways::ListWays;
use application::sessions::door::Door;

use super::WiringError;
use super::adapters::Adapters;
use crate::config::{Config, ProviderConfig};

/// What their settings begin with.
const SETTINGS: &str = "OAUTH_*, OIDC_*";

/// The providers that settings switch on.
pub(super) fn of(config: &Config) -> Result<Providers, WiringError> {
    for provider in &config.providers.named {
        adapters_oauth::registry::know(&provider.name, &provider.prefix)
            .map_err(WiringError::of(SETTINGS))?;
    }
    let switched_on = |providers: &[ProviderConfig]| -> Vec<_> {
        providers.iter().filter_map(settings).collect()
    };
    let named = switched_on(&config.providers.named);
    let issuers = switched_on(&config.providers.issuers);
    Providers::of(&named, &issuers, &config.public_base_url).map_err(WiringError::of(SETTINGS))
}

fn settings(provider: &ProviderConfig) -> Option<ProviderSettings> {
    let (client_id, client_secret) = provider.client.clone()?;
    Some(ProviderSettings {
        name: provider.name.clone(),
        prefix: provider.prefix.clone(),
        label: provider.label.clone(),
        client_id,
        client_secret,
        addresses: provider.addresses.clone(),
    })
}

pub(super) fn begin(adapters: &Adapters) -> BeginProviderFlow {
    BeginProviderFlow {
        providers: adapters.providers.clone(),
        flows: adapters.provider_flows.clone(),
        codec: adapters.token_codec.clone(),
        sealer: adapters.sealer.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

pub(super) fn finish(adapters: &Adapters, config: &Config) -> FinishProviderFlow {
    FinishProviderFlow {
        providers: adapters.providers.clone(),
        identities: adapters.identities.clone(),
        sealer: adapters.sealer.clone(),
        resolve: ResolveIdentity {
            mode: config.registration,
            identities: adapters.identities.clone(),
            flows: adapters.provider_flows.clone(),
            codec: adapters.token_codec.clone(),
            audit: adapters.records.clone(),
            hot: adapters.hot.clone(),
            announcements: adapters.announcements.clone(),
            ids: adapters.ids.clone(),
            clock: adapters.clock.clone(),
        },
    }
}

pub(super) fn exchange(adapters: &Adapters, door: Door) -> ExchangeCode {
    ExchangeCode {
        flows: adapters.provider_flows.clone(),
        accounts: adapters.accounts.clone(),
        identities: adapters.identities.clone(),
        door,
    }
}

pub(super) fn confirm_link(adapters: &Adapters, door: Door) -> ConfirmLink {
    ConfirmLink {
        flows: adapters.provider_flows.clone(),
        accounts: adapters.accounts.clone(),
        passwords: adapters.passwords.clone(),
        identities: adapters.identities.clone(),
        audit: adapters.records.clone(),
        door,
    }
}

pub(super) fn list_ways(adapters: &Adapters) -> ListWays {
    ListWays {
        providers: adapters.providers.clone(),
        identities: adapters.identities.clone(),
    }
}

pub(super) fn unlink(adapters: &Adapters) -> UnlinkProvider {
    UnlinkProvider {
        providers: adapters.providers.clone(),
        identities: adapters.identities.clone(),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}
