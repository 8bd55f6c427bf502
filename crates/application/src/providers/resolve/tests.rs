use super::*;
use domain::access::standing::AccessEpoch;
use domain::account::identity::{ProvidedEmail, ProviderName, ProviderSubject};
use domain::account::linking::{Encounter, Holder, Namesake};
use domain::port::announcements::MockAnnouncements;
use domain::port::audit_trail::MockAuditTrail;
use domain::port::hot_sessions::MockHotSessions;
use domain::port::identities::MockIdentities;
use domain::port::one_time_tokens::MockOneTimeTokenCodec;
use domain::port::provider_flows::MockProviderFlows;
use test_support::{FixedClock, SequentialIds, a_user};

const ACTIVE: AccountStatus = AccountStatus::Active;

fn identity() -> Identity {
    Identity {
        provider: ProviderName::parse("google").unwrap(),
        subject: ProviderSubject::parse("1").unwrap(),
    }
}

fn profile(email: Option<&str>) -> ProviderProfile {
    ProviderProfile {
        subject: identity().subject,
        email: ProvidedEmail::read(email, true),
        display_name: None,
        login: Some("ada".to_owned()),
    }
}

struct Ports {
    identities: MockIdentities,
    audit: MockAuditTrail,
    announcements: MockAnnouncements,
    /// What a code is expected to be good for.
    grant: Option<ProofGrant>,
    mode: RegistrationMode,
}

fn ports(grant: Option<ProofGrant>) -> Ports {
    Ports {
        identities: MockIdentities::new(),
        audit: MockAuditTrail::new(),
        announcements: MockAnnouncements::new(),
        grant,
        mode: RegistrationMode::Open,
    }
}

async fn run(ports: Ports, profile: &ProviderProfile) -> Result<String, ResolveError> {
    let mut flows = MockProviderFlows::new();
    let expected = ports.grant;
    flows
        .expect_issue()
        .times(usize::from(expected.is_some()))
        .withf(move |issue| Some(issue.proof.grant) == expected)
        .returning(|_| Ok(()));
    let mut codec = MockOneTimeTokenCodec::new();
    codec
        .expect_write()
        .withf(|_, purpose| *purpose == TokenPurpose::Exchange)
        .returning(|_, _| Secret::new("code".to_owned()));
    let use_case = ResolveIdentity {
        mode: ports.mode,
        identities: Arc::new(ports.identities),
        flows: Arc::new(flows),
        codec: Arc::new(codec),
        audit: Arc::new(ports.audit),
        hot: Arc::new(MockHotSessions::new()),
        announcements: Arc::new(ports.announcements),
        ids: Arc::new(SequentialIds::default()),
        clock: Arc::new(FixedClock::default()),
    };
    let code = use_case.run(identity(), profile, &Origin::default()).await;
    code.map(|code| code.expose().clone())
}

fn meeting(identities: &mut MockIdentities, met: Encounter) {
    identities
        .expect_meet()
        .once()
        .returning(move |_, _| Ok(met));
}

fn a_holder(status: AccountStatus) -> Encounter {
    Encounter {
        holder: Some(Holder {
            user: a_user().id,
            status,
        }),
        namesake: None,
    }
}

fn a_namesake(is_verified: bool) -> Encounter {
    Encounter {
        holder: None,
        namesake: Some(Namesake {
            user: a_user().id,
            status: ACTIVE,
            is_verified,
        }),
    }
}

#[tokio::test]
async fn somebody_new_joins_with_a_confirmed_address_and_a_name_that_is_free() {
    let mut ports = ports(Some(ProofGrant::SignIn));
    meeting(&mut ports.identities, Encounter::default());
    ports
        .identities
        .expect_join()
        .once()
        .withf(|joining| joining.user.username.as_str() == "ada")
        .returning(|_| Err(StoreError::Conflict(JoinConflict::UsernameTaken)));
    ports
        .identities
        .expect_join()
        .once()
        .withf(|joining| {
            joining.user.username.as_str().starts_with("ada-")
                && joining.user.email_verified_at.is_some()
                && joining.roles == [RoleName::user()]
        })
        .returning(|_| Ok(()));
    let code = run(ports, &profile(Some("ada@example.org"))).await;
    assert_eq!(code.unwrap(), "code");
}

#[tokio::test]
async fn without_a_verified_address_nobody_is_looked_for_by_it() {
    let mut ports = ports(Some(ProofGrant::SignIn));
    ports
        .identities
        .expect_meet()
        .once()
        .withf(|_, email| email.is_none())
        .returning(|_, _| Ok(Encounter::default()));
    ports
        .identities
        .expect_join()
        .once()
        .withf(|joining| joining.user.email.is_none() && joining.user.email_verified_at.is_none())
        .returning(|_| Ok(()));
    run(ports, &profile(None)).await.unwrap();
}

#[tokio::test]
async fn who_loses_a_race_is_looked_at_anew() {
    for lost in [JoinConflict::EmailTaken, JoinConflict::IdentityTaken] {
        let mut ports = ports(Some(ProofGrant::SignIn));
        meeting(&mut ports.identities, Encounter::default());
        ports
            .identities
            .expect_join()
            .once()
            .returning(move |_| Err(StoreError::Conflict(lost)));
        meeting(&mut ports.identities, a_holder(ACTIVE));
        run(ports, &profile(Some("ada@example.org"))).await.unwrap();
    }
}

#[tokio::test]
async fn an_unconfirmed_account_is_taken_over_and_every_node_told() {
    let mut ports = ports(Some(ProofGrant::SignIn));
    meeting(&mut ports.identities, a_namesake(false));
    ports
        .identities
        .expect_take_over()
        .once()
        .withf(|taking| taking.journal.jobs().len() == 1)
        .returning(|_| {
            Ok(TakenOver {
                ended: Vec::new(),
                epoch: AccessEpoch(2),
            })
        });
    ports
        .announcements
        .expect_announce()
        .once()
        .return_const(());
    run(ports, &profile(Some("ada@example.org"))).await.unwrap();
}

#[tokio::test]
async fn an_account_that_was_confirmed_meanwhile_is_not_taken_over() {
    let mut ports = ports(Some(ProofGrant::ConfirmLink));
    meeting(&mut ports.identities, a_namesake(false));
    ports
        .identities
        .expect_take_over()
        .once()
        .returning(|_| Err(StoreError::Conflict(TakeOverConflict::Changed)));
    meeting(&mut ports.identities, a_namesake(true));
    run(ports, &profile(Some("ada@example.org"))).await.unwrap();
}

#[tokio::test]
async fn the_dead_are_refused_and_recorded() {
    for status in [AccountStatus::Suspended, AccountStatus::Deleted] {
        let mut ports = ports(None);
        meeting(&mut ports.identities, a_holder(status));
        ports
            .audit
            .expect_append()
            .once()
            .withf(|journal| {
                let mut entries = journal.entries().iter();
                entries.all(|entry| entry.outcome == Outcome::Failure)
            })
            .returning(|_| Ok(()));
        let refused = run(ports, &profile(Some("ada@example.org"))).await;
        assert!(matches!(refused, Err(ResolveError::Refused)), "{status:?}");
    }
}

#[tokio::test]
async fn nobody_new_joins_while_registration_is_closed_but_the_known_sign_in() {
    let mut closed = ports(None);
    closed.mode = RegistrationMode::Closed;
    meeting(&mut closed.identities, Encounter::default());
    let refused = run(closed, &profile(None)).await;
    assert!(matches!(refused, Err(ResolveError::RegistrationClosed)));
    let mut known = ports(Some(ProofGrant::SignIn));
    known.mode = RegistrationMode::Closed;
    meeting(&mut known.identities, a_holder(ACTIVE));
    run(known, &profile(None)).await.unwrap();
}

#[tokio::test]
async fn a_race_that_does_not_end_is_an_outage_and_no_account() {
    let mut ports = ports(None);
    ports
        .identities
        .expect_meet()
        .returning(|_, _| Ok(Encounter::default()));
    ports
        .identities
        .expect_join()
        .returning(|_| Err(StoreError::Conflict(JoinConflict::EmailTaken)));
    let outcome = run(ports, &profile(None)).await;
    assert!(matches!(outcome, Err(ResolveError::Outage(_))));
}
