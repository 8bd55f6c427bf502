//! Identities, ways to providers, and what was shown there, as rows.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Bool, Nullable, Text, Timestamptz};
use domain::account::identity::{
    Identity, LinkedIdentity, ProviderName, ProviderSubject, SignInWays,
};
use domain::account::linking::{Encounter, Holder, Namesake};
use domain::account::provider_flow::{
    Asker, FlowIntent, ProofGrant, ProviderFlow, ProviderProof, ReturnPath,
};
use domain::id::{SessionId, TokenId, UserId};
use uuid::Uuid;

use super::user::{TokenRow, status};
use crate::failure::Damage;

/// Somebody whom an identity or an address belongs to.
#[derive(QueryableByName)]
pub(crate) struct MetRow {
    #[diesel(sql_type = Bool)]
    is_holder: bool,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    account_status: String,
    #[diesel(sql_type = Bool)]
    is_verified: bool,
}

/// Everybody that was met.
pub(crate) fn encounter(rows: Vec<MetRow>) -> Result<Encounter, Damage> {
    let mut met = Encounter::default();
    for row in rows {
        let (user, status) = (UserId::new(row.id), status(&row.account_status)?);
        if row.is_holder {
            met.holder = Some(Holder { user, status });
        } else {
            met.namesake = Some(Namesake {
                user,
                status,
                is_verified: row.is_verified,
            });
        }
    }
    Ok(met)
}

/// A way to sign in; the columns of the provider are empty for an account that has none.
#[derive(QueryableByName)]
pub(crate) struct WayRow {
    #[diesel(sql_type = Nullable<Text>)]
    provider: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    linked_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    has_password: bool,
    #[diesel(sql_type = Timestamptz)]
    joined_at: DateTime<Utc>,
}

/// The ways of one account.
pub(crate) fn ways(rows: Vec<WayRow>) -> SignInWays {
    let mut ways = SignInWays::default();
    for row in rows {
        if row.has_password && ways.password_since.is_none() {
            ways.password_since = Some(row.joined_at);
        }
        let (Some(provider), Some(linked_at)) = (row.provider, row.linked_at) else {
            continue;
        };
        if provider != "email" {
            ways.identities.push(LinkedIdentity {
                provider: ProviderName::restore(provider),
                linked_at,
            });
        } else if row.has_password {
            ways.password_since = Some(linked_at);
        }
    }
    ways
}

/// A way to a provider.
#[derive(QueryableByName)]
pub(crate) struct FlowRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    provider: String,
    #[diesel(sql_type = Text)]
    intent: String,
    #[diesel(sql_type = Nullable<diesel::sql_types::Uuid>)]
    user_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<diesel::sql_types::Uuid>)]
    session_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    return_to: String,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    expires_at: DateTime<Utc>,
}

impl FlowRow {
    pub(crate) fn into_flow(self) -> Result<ProviderFlow, Damage> {
        let asker = self.user_id.zip(self.session_id);
        let asker = asker.map(|(user, session)| Asker {
            user: UserId::new(user),
            session: SessionId::new(session),
        });
        let intent = match (self.intent.as_str(), asker) {
            ("sign_in", None) => FlowIntent::SignIn,
            ("link", Some(asker)) => FlowIntent::Link(asker),
            ("reauthenticate", Some(asker)) => FlowIntent::Reauthenticate(asker),
            (other, _) => return Err(Damage::new("provider_flows.intent", other)),
        };
        Ok(ProviderFlow {
            id: TokenId::new(self.id),
            provider: ProviderName::restore(self.provider),
            intent,
            return_to: ReturnPath::restore(self.return_to),
            created_at: self.created_at,
            expires_at: self.expires_at,
        })
    }
}

/// What somebody showed at a provider, with its token.
#[derive(QueryableByName)]
pub(crate) struct ProofRow {
    #[diesel(embed)]
    token: TokenRow,
    #[diesel(sql_type = Text)]
    intent: String,
    #[diesel(sql_type = Text)]
    provider: String,
    #[diesel(sql_type = Text)]
    subject: String,
    #[diesel(sql_type = Nullable<diesel::sql_types::Uuid>)]
    session_id: Option<Uuid>,
}

impl ProofRow {
    pub(crate) fn into_proof(self) -> Result<ProviderProof, Damage> {
        let grant = match (self.intent.as_str(), self.session_id) {
            ("sign_in", None) => ProofGrant::SignIn,
            ("confirm_link", None) => ProofGrant::ConfirmLink,
            ("reauthenticate", Some(session)) => {
                ProofGrant::Reauthenticate(SessionId::new(session))
            }
            (other, _) => return Err(Damage::new("provider_proofs.intent", other)),
        };
        Ok(ProviderProof {
            token: self.token.into_token()?,
            grant,
            identity: Identity {
                provider: ProviderName::restore(self.provider),
                subject: ProviderSubject::restore(self.subject),
            },
        })
    }
}
