//! Signing in through others: OpenID Connect issuers (Google, Discord, any other), and GitHub, which speaks plain OAuth 2.
//!
//! [`registry`] lists the providers. One more OpenID Connect issuer is a matter of settings; one more that speaks OAuth 2
//! in its own way is a file beside `github.rs` and its line in the registry.

mod github;
mod http;
mod oidc;
mod provider;
pub mod registry;

pub use provider::ProviderSettings;
pub use registry::{Providers, SettingError};
