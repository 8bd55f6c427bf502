//! One's own security timeline.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::access::actor::SessionActor;
use domain::audit::reading::{AuditRecord, SecurityTimeline};
use domain::audit::{Outcome, Party};
use domain::id::{AuditId, SessionId, UserId};
use domain::outage::Outage;
use domain::page::{Limit, Page, Window};
use domain::port::audit_records::AuditRecords;
use std::net::IpAddr;

/// Shows people what happened to the security of their account, out of the same rows that staff reads.
pub struct ReadTimeline {
    /// Knows the rows.
    pub records: Arc<dyn AuditRecords>,
}

/// Who acted, as the person concerned is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// They themselves.
    You,
    /// Somebody who had not signed in.
    Somebody,
    /// Staff; who it was is not told.
    Staff,
    /// The platform itself.
    Platform,
}

/// Something that happened to the security of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityEvent {
    /// Its id.
    pub id: AuditId,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What was done.
    pub action: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Who acted.
    pub by: By,
    /// The client's address, unless staff acted.
    pub ip: Option<IpAddr>,
    /// The client, unless staff acted.
    pub user_agent: Option<String>,
    /// The session that acted, when it was one's own.
    pub session: Option<SessionId>,
}

impl ReadTimeline {
    /// One page of the actor's own timeline.
    ///
    /// # Errors
    /// An outage.
    pub async fn run(
        &self,
        by: &SessionActor,
        window: Window,
        limit: Limit,
    ) -> Result<Page<SecurityEvent>, Outage> {
        let timeline = SecurityTimeline {
            user: by.user(),
            window,
            limit,
        };
        let page = self.records.timeline(&timeline).await?;
        Ok(page.map(|record| told(by.user(), record)))
    }
}

/// What a person is told of a row: nothing about people who are not themselves.
pub(crate) fn told(person: UserId, record: AuditRecord) -> SecurityEvent {
    let who = match record.actor {
        Party::User(user) if user == person => By::You,
        Party::User(_) | Party::Operator => By::Staff,
        Party::Anonymous => By::Somebody,
        Party::System => By::Platform,
    };
    let is_told = who != By::Staff;
    SecurityEvent {
        id: record.id,
        at: record.at,
        action: record.action,
        outcome: record.outcome,
        by: who,
        ip: record.ip.filter(|_| is_told),
        user_agent: record.user_agent.filter(|_| is_told),
        session: record.session.filter(|_| who == By::You),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::port::audit_records::MockAuditRecords;
    use domain::port::clock::Clock;
    use test_support::{FixedClock, actor};
    use uuid::Uuid;

    fn record(actor: Party) -> AuditRecord {
        AuditRecord {
            id: AuditId::new(Uuid::from_u128(1)),
            at: FixedClock::default().now(),
            actor,
            action: "account.suspend".to_owned(),
            subject_kind: "user".to_owned(),
            subject_id: None,
            outcome: Outcome::Success,
            before: "{}".to_owned(),
            after: "{\"reason\":\"spam\"}".to_owned(),
            ip: Some([192, 0, 2, 1].into()),
            user_agent: Some("curl".to_owned()),
            session: Some(SessionId::new(Uuid::from_u128(2))),
            key: None,
            request_id: None,
        }
    }

    async fn told(party: impl FnOnce(UserId) -> Party) -> SecurityEvent {
        let by = actor().in_session();
        let (user, row) = (by.user(), record(party(by.user())));
        let mut records = MockAuditRecords::new();
        records
            .expect_timeline()
            .withf(move |timeline| timeline.user == user)
            .returning(move |timeline| {
                let position = |record: &AuditRecord| domain::page::Position {
                    at: record.at,
                    id: record.id.as_uuid(),
                };
                let rows = vec![row.clone()];
                Ok(Page::cut(rows, timeline.window, timeline.limit, position))
            });
        let use_case = ReadTimeline {
            records: Arc::new(records),
        };
        let page = use_case.run(&by, Window::First, Limit::DEFAULT).await;
        page.unwrap().items.pop().unwrap()
    }

    #[tokio::test]
    async fn ones_own_acts_are_shown_with_where_they_came_from() {
        let event = told(Party::User).await;
        assert_eq!(event.by, By::You);
        assert!(event.ip.is_some() && event.user_agent.is_some() && event.session.is_some());
    }

    #[tokio::test]
    async fn of_staff_nothing_is_told_but_that_it_acted() {
        let other = UserId::new(Uuid::from_u128(99));
        for party in [Party::User(other), Party::Operator] {
            let event = told(|_| party).await;
            assert_eq!(event.by, By::Staff);
            assert!(event.ip.is_none() && event.user_agent.is_none() && event.session.is_none());
        }
    }

    #[tokio::test]
    async fn a_try_of_somebody_else_is_shown_with_its_address_and_no_session() {
        let event = told(|_| Party::Anonymous).await;
        assert_eq!(event.by, By::Somebody);
        assert!(event.ip.is_some() && event.session.is_none());
    }
}
