//! Whom people can sign in through: `OAUTH_{NAME}_…` for the providers that have a name of their own, and `OIDC_{NAME}_…` for
//! the issuers that `OIDC_PROVIDERS` lists.

use std::collections::{BTreeMap, BTreeSet};

use domain::account::identity::ProviderName;
use domain::secret::Secret;

use super::source::Source;
use super::{ConfigError, value};

/// Where a provider may be told to be.
const ADDRESSES: [&str; 3] = ["API_URL", "BASE_URL", "ISSUER"];
/// What else a provider may be told.
const OTHERS: [&str; 4] = ["CLIENT_ID", "CLIENT_SECRET", "CLIENT_SECRET_FILE", "LABEL"];

/// What an operator says about one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderConfig {
    /// Its name.
    pub name: ProviderName,
    /// What its settings begin with.
    pub prefix: String,
    /// The name on buttons, where it is not the usual one.
    pub label: Option<String>,
    /// Who we are to the provider, and how we prove it; without the two it is switched off.
    pub client: Option<(String, Secret<String>)>,
    /// Where it is, by the rest of the setting's name.
    pub addresses: BTreeMap<String, String>,
}

/// The providers that settings speak of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProvidersConfig {
    /// Those that have a name of their own.
    pub named: Vec<ProviderConfig>,
    /// Any other OpenID Connect issuers.
    pub issuers: Vec<ProviderConfig>,
}

impl ProvidersConfig {
    pub(super) fn read(source: &mut Source) -> Result<Self, ConfigError> {
        let mut named = Vec::new();
        for label in names(source) {
            let prefix = format!("OAUTH_{label}_");
            named.push(provider(source, &label, prefix)?);
        }
        let mut issuers = Vec::new();
        let listed = source.text("OIDC_PROVIDERS").unwrap_or_default();
        for name in value::list(&listed) {
            let prefix = format!("OIDC_{}_", name.to_ascii_uppercase().replace('-', "_"));
            let issuer = provider(source, name, prefix)?;
            if issuer.client.is_none() {
                let name = format!("{}CLIENT_ID", issuer.prefix);
                let rule = "is required with its _CLIENT_SECRET, since OIDC_PROVIDERS lists it";
                return Err(ConfigError::new(name, rule));
            }
            issuers.push(issuer);
        }
        Ok(Self { named, issuers })
    }

    /// What is in force, secrets masked.
    pub(super) fn shown(&self) -> Vec<(String, String)> {
        let mut shown = Vec::new();
        if !self.issuers.is_empty() {
            let names = self.issuers.iter().map(|issuer| issuer.name.as_str());
            let names: Vec<_> = names.collect();
            shown.push(("OIDC_PROVIDERS".to_owned(), names.join(",")));
        }
        for provider in self.named.iter().chain(&self.issuers) {
            let mut tell = |key: &str, value: &str| {
                shown.push((format!("{}{key}", provider.prefix), value.to_owned()));
            };
            if let Some((client_id, _)) = &provider.client {
                tell("CLIENT_ID", client_id);
                tell("CLIENT_SECRET", "***");
            }
            if let Some(label) = &provider.label {
                tell("LABEL", label);
            }
            for (key, address) in &provider.addresses {
                tell(key, address);
            }
        }
        shown
    }
}

/// The names in settings such as `OAUTH_GOOGLE_CLIENT_ID`.
fn names(source: &Source) -> BTreeSet<String> {
    let name = |setting: &str| {
        let rest = setting.strip_prefix("OAUTH_")?;
        let mut keys = ADDRESSES.iter().chain(&OTHERS);
        let name = keys.find_map(|key| rest.strip_suffix(key)?.strip_suffix('_'))?;
        (!name.is_empty()).then(|| name.to_owned())
    };
    source.names().filter_map(name).collect()
}

fn provider(
    source: &mut Source,
    name: &str,
    prefix: String,
) -> Result<ProviderConfig, ConfigError> {
    let id = format!("{prefix}CLIENT_ID");
    let parsed = ProviderName::parse(&name.to_ascii_lowercase().replace('_', "-"));
    let name = parsed.map_err(|violation| {
        ConfigError::new(
            id.as_str(),
            format!("is of a provider whose name {violation}"),
        )
    })?;
    let client_id = source.text(&id);
    let secret = format!("{prefix}CLIENT_SECRET");
    let client_secret = source.secret(&secret, &format!("{secret}_FILE"))?;
    let mut addresses = BTreeMap::new();
    for key in ADDRESSES {
        if let Some(address) = source.text(&format!("{prefix}{key}")) {
            addresses.insert(key.to_owned(), address);
        }
    }
    Ok(ProviderConfig {
        name,
        label: source.text(&format!("{prefix}LABEL")),
        prefix,
        client: client_id.zip(client_secret.map(Secret::new)),
        addresses,
    })
}
