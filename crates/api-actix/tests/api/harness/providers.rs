//! Google, as far as a test does not care: everybody who comes from there is Ada.

use chrono::TimeDelta;
use domain::access::standing::AccessEpoch;
use domain::account::identity::{
    Identity, LinkedIdentity, ProvidedEmail, ProviderName, ProviderProfile, ProviderSubject,
    SignInWays,
};
use domain::account::linking::{Encounter, Holder, TakenOver};
use domain::account::one_time_token::{OneTimeToken, TokenPurpose};
use domain::account::profile::DisplayName;
use domain::account::provider_flow::{
    FlowIntent, ProofGrant, ProviderFlow, ProviderProof, ReturnPath,
};
use domain::account::user::AccountStatus;
use domain::port::clock::Clock;
use domain::port::identity_providers::{Authorization, ProviderError, ProviderLabel};
use domain::secret::Secret;
use test_support::FixedClock;

use super::people::user_id;
use super::ports::{Ports, token_id};

/// The cookie of the flow that `sho_…` names as a state: what was sealed is what the mocked sealer hands back.
pub(crate) const FLOW_COOKIE: &str = "__Host-oauth-0000000000000000=dmVyaWZpZXIKbm9uY2U";

fn google() -> ProviderName {
    ProviderName::parse("google").unwrap()
}

/// The flow that `sho_…` names, begun for this.
pub(crate) fn a_flow(intent: FlowIntent) -> ProviderFlow {
    let now = FixedClock::default().now();
    ProviderFlow {
        id: token_id(TokenPurpose::ProviderFlow),
        provider: google(),
        intent,
        return_to: ReturnPath::parse("/scripts?sort=new").unwrap(),
        created_at: now,
        expires_at: now + TimeDelta::minutes(10),
    }
}

/// Ada, as Google knows her.
pub(crate) fn a_profile() -> ProviderProfile {
    ProviderProfile {
        subject: ProviderSubject::parse("ada-at-google").unwrap(),
        email: ProvidedEmail::read(Some("ada@example.org"), true),
        display_name: DisplayName::clean("Ada Lovelace"),
        login: Some("ada".to_owned()),
    }
}

/// What `sho_…` stands for as a token of this purpose.
pub(crate) fn a_proof(purpose: TokenPurpose, grant: ProofGrant) -> ProviderProof {
    let now = FixedClock::default().now();
    ProviderProof {
        token: OneTimeToken::new(token_id(purpose), user_id("ada"), purpose, now),
        grant,
        identity: Identity {
            provider: google(),
            subject: a_profile().subject,
        },
    }
}

pub(super) fn defaults(ports: &mut Ports) {
    let mock = &mut ports.providers;
    mock.expect_list().returning(|| {
        vec![ProviderLabel {
            name: google(),
            label: "Google".to_owned(),
        }]
    });
    mock.expect_begin().returning(|ask| {
        if ask.provider != google() {
            return Err(ProviderError::Unknown);
        }
        // As in a URL.
        let state = ask.state.expose().replace('…', "%E2%80%A6");
        Ok(Authorization {
            url: Secret::new(format!(
                "https://accounts.google.example/auth?state={state}"
            )),
            verifier: Secret::new("verifier".to_owned()),
            nonce: Secret::new("nonce".to_owned()),
        })
    });
    mock.expect_finish().returning(|_| Ok(a_profile()));
    flows(ports);
    let mock = &mut ports.identities;
    mock.expect_meet().returning(|_, _| {
        Ok(Encounter {
            holder: Some(Holder {
                user: user_id("ada"),
                status: AccountStatus::Active,
            }),
            namesake: None,
        })
    });
    mock.expect_list().returning(|_| {
        let since = FixedClock::default().now();
        Ok(SignInWays {
            password_since: Some(since),
            identities: vec![LinkedIdentity {
                provider: google(),
                linked_at: since,
            }],
        })
    });
    mock.expect_join().returning(|_| Ok(()));
    mock.expect_link().returning(|_| Ok(()));
    mock.expect_unlink().returning(|_| Ok(()));
    mock.expect_take_over().returning(|_| {
        Ok(TakenOver {
            ended: Vec::new(),
            epoch: AccessEpoch(2),
        })
    });
}

fn flows(ports: &mut Ports) {
    let mock = &mut ports.flows;
    mock.expect_begin().returning(|_| Ok(()));
    mock.expect_take()
        .returning(|_, _| Ok(Some(a_flow(FlowIntent::SignIn))));
    mock.expect_issue().returning(|_| Ok(()));
    mock.expect_find_proof()
        .returning(|_, purpose, _| Ok(Some(a_proof(purpose, ProofGrant::ConfirmLink))));
    mock.expect_take_proof()
        .returning(|_, purpose, _| Ok(Some(a_proof(purpose, ProofGrant::SignIn))));
}
