//! Ways to a provider and back, and the codes that they end in: each works once, and in time.

use crate::common::home;
use crate::identities::{a_session_of, identity, journal, provider};
use adapters_postgres::PgProviderFlows;
use chrono::TimeDelta;
use domain::account::one_time_token::{OneTimeToken, TokenPurpose};
use domain::account::provider_flow::{
    Asker, FlowIntent, ProofGrant, ProofIssue, ProviderFlow, ProviderProof, ReturnPath,
};
use domain::account::user::User;
use domain::audit::AuditAction;
use domain::id::{JobId, TokenId};
use domain::job::{Job, Letter, MailOrder, NewJob};
use domain::port::provider_flows::ProviderFlows;
use tokio::task::JoinSet;
use uuid::Uuid;

pub(crate) fn an_issue(user: &User, number: u128, grant: ProofGrant) -> ProofIssue {
    let id = TokenId::new(Uuid::from_u128(number));
    let notice = NewJob {
        id: JobId::new(Uuid::from_u128(number)),
        run_at: user.created_at,
        job: Job::SendMail(MailOrder::notice(user.id, Letter::LinkPending)),
    };
    let journal = journal(user, AuditAction::ProveAtProvider);
    ProofIssue {
        proof: ProviderProof {
            token: OneTimeToken::new(id, user.id, TokenPurpose::Exchange, user.created_at),
            grant,
            identity: identity("google", "1"),
        },
        journal: if grant == ProofGrant::ConfirmLink {
            journal.enqueue(notice)
        } else {
            journal
        },
    }
}

#[tokio::test]
async fn of_twenty_exchanges_of_a_code_at_once_one_gets_it_and_none_does_later() {
    let home = home().await;
    let user = home.person().await;
    let flows = PgProviderFlows::new(home.pg.clone());
    let issue = an_issue(&user, 1, ProofGrant::SignIn);
    flows.issue(&issue).await.unwrap();
    let (id, now) = (issue.proof.token.id, user.created_at);
    let purpose = TokenPurpose::Exchange;
    let mut tries = JoinSet::new();
    for _ in 0..20 {
        let flows = flows.clone();
        tries.spawn(async move { flows.take_proof(id, purpose, now).await.unwrap() });
    }
    let taken: Vec<_> = tries.join_all().await.into_iter().flatten().collect();
    assert_eq!(taken, [issue.proof]);
    let late = an_issue(&user, 2, ProofGrant::SignIn);
    flows.issue(&late).await.unwrap();
    let minute = now + TimeDelta::seconds(60);
    let taken = flows.take_proof(late.proof.token.id, purpose, minute).await;
    assert_eq!(taken.unwrap(), None);
    let other = flows.take_proof(late.proof.token.id, TokenPurpose::ConfirmLink, now);
    assert_eq!(other.await.unwrap(), None);
}

#[tokio::test]
async fn an_account_gets_three_letters_about_links_an_hour() {
    let home = home().await;
    let user = home.person().await;
    let flows = PgProviderFlows::new(home.pg.clone());
    for number in 1..=5 {
        flows
            .issue(&an_issue(&user, number, ProofGrant::ConfirmLink))
            .await
            .unwrap();
    }
    assert_eq!(home.count("SELECT count(*) FROM jobs").await, 3);
    let audits = "SELECT count(*) FROM audit_logs WHERE action = 'session.prove_at_provider'";
    assert_eq!(home.count(audits).await, 5);
}

#[tokio::test]
async fn a_way_to_a_provider_ends_once_and_in_time() {
    let home = home().await;
    let user = home.person().await;
    let session = a_session_of(&home, &user).await;
    let flows = PgProviderFlows::new(home.pg.clone());
    let now = user.created_at;
    let asker = Asker {
        user: user.id,
        session,
    };
    let intents = [
        FlowIntent::SignIn,
        FlowIntent::Link(asker),
        FlowIntent::Reauthenticate(asker),
    ];
    for (number, intent) in (1_u128..).zip(intents) {
        let flow = ProviderFlow {
            id: TokenId::new(Uuid::from_u128(number)),
            provider: provider("google"),
            intent,
            return_to: ReturnPath::parse("/settings").unwrap(),
            created_at: now,
            expires_at: now + TimeDelta::minutes(10),
        };
        flows.begin(&flow).await.unwrap();
        let late = flows.take(flow.id, flow.expires_at).await.unwrap();
        assert_eq!(late, None);
        let mut tries = JoinSet::new();
        for _ in 0..8 {
            let (flows, id) = (flows.clone(), flow.id);
            tries.spawn(async move { flows.take(id, now).await.unwrap() });
        }
        let taken: Vec<_> = tries.join_all().await.into_iter().flatten().collect();
        assert_eq!(taken, [flow]);
    }
}
