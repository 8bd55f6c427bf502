//! One round of a worker: claim, do, settle.

use std::sync::Arc;

use chrono::TimeDelta;
use domain::id::LeaseId;
use domain::job::{ClaimedJob, Job, Settlement, retry};
use domain::outage::Outage;
use domain::port::clock::Clock;
use domain::port::ids::Ids;
use domain::port::jobs::Jobs;

use crate::jobs::send_mail::{MailOutcome, SendMail, SendMailError};

/// Does the jobs of the queue. Any number of workers may run; each job is held by one at a time.
pub struct Worker {
    /// The queue.
    pub jobs: Arc<dyn Jobs>,
    /// Sends mails.
    pub send_mail: SendMail,
    /// Makes ids and jitter.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Jobs claimed at once: with ten seconds a mail at worst, all are settled within their lease.
const BATCH: u16 = 5;
const LEASE: TimeDelta = TimeDelta::seconds(120);

impl Worker {
    /// Claims a batch, does it, and settles each job on its own, so that none stalls another. Answers how many jobs
    /// were claimed: none means that there is nothing to do for now.
    ///
    /// # Errors
    /// An outage of the queue; jobs that were claimed come back when their lease ends.
    pub async fn run_once(&self) -> Result<usize, Outage> {
        let lease = self.ids.lease();
        let claimed = self
            .jobs
            .claim(lease, BATCH, self.clock.now(), LEASE)
            .await?;
        for job in &claimed {
            self.work(job, lease).await?;
        }
        Ok(claimed.len())
    }

    async fn work(&self, job: &ClaimedJob, lease: LeaseId) -> Result<(), Outage> {
        let outcome = match &job.job {
            Job::SendMail(order) => self.send_mail.run(job, order).await,
        };
        let settlement = match outcome {
            Ok(MailOutcome::Sent | MailOutcome::NotNeeded) => Settlement::Done,
            Err(SendMailError::Permanent(error)) => Settlement::Dead {
                error: error.to_string(),
            },
            Err(SendMailError::Temporary(error)) => self.later(job, &error.to_string()),
        };
        if let Settlement::Dead { error } = &settlement {
            tracing::error!(job = %job.id, kind = job.job.kind(), attempt = job.attempt, error, "a job was set aside");
        }
        if !self
            .jobs
            .settle(job.id, lease, &settlement, self.clock.now())
            .await?
        {
            tracing::warn!(job = %job.id, "a job took longer than its lease; another worker has it");
        }
        Ok(())
    }

    fn later(&self, job: &ClaimedJob, error: &str) -> Settlement {
        match retry::delay(job.attempt, self.ids.jitter()) {
            Some(delay) => Settlement::Retry {
                run_at: self.clock.now() + delay,
                error: error.to_owned(),
            },
            None => Settlement::Dead {
                error: format!("gave up after {} tries: {error}", job.attempt),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::account::email::Email;
    use domain::account::locale::Locale;
    use domain::account::user::AccountStatus;
    use domain::account::username::Username;
    use domain::job::{Letter, MailOrder};
    use domain::port::accounts::{MockAccounts, Recipient};
    use domain::port::jobs::MockJobs;
    use domain::port::mailer::{MailError, MockMailer};
    use domain::port::one_time_tokens::{MockOneTimeTokenCodec, MockOneTimeTokens};
    use test_support::{FixedClock, SequentialIds, a_user};

    fn job(attempt: u32) -> ClaimedJob {
        let ids = SequentialIds::default();
        let order = MailOrder::notice(a_user().id, Letter::RefreshTokenReused);
        ClaimedJob {
            id: ids.job(),
            lease: ids.lease(),
            attempt,
            job: Job::SendMail(order),
            enqueued_at: FixedClock::default().now(),
        }
    }

    /// Runs one round over one job that was tried before, and answers how it was settled.
    async fn settle(attempt: u32, sent: fn() -> Result<(), MailError>) -> Settlement {
        let (settled, seen) = std::sync::mpsc::channel();
        let mut jobs = MockJobs::new();
        jobs.expect_claim()
            .returning(move |_, _, _, _| Ok(vec![job(attempt)]));
        jobs.expect_settle()
            .once()
            .returning(move |_, _, settlement, _| {
                settled.send(settlement.clone()).unwrap();
                Ok(true)
            });
        let mut accounts = MockAccounts::new();
        accounts.expect_find_recipient().returning(|_| {
            Ok(Some(Recipient {
                email: Email::parse("alice@example.org").ok(),
                username: Username::parse("alice").unwrap(),
                locale: Locale::English,
                status: AccountStatus::Active,
            }))
        });
        let mut mailer = MockMailer::new();
        mailer.expect_send().returning(move |_| sent());
        let clock: Arc<FixedClock> = Arc::default();
        let send_mail = SendMail {
            accounts: Arc::new(accounts),
            tokens: Arc::new(MockOneTimeTokens::new()),
            codec: Arc::new(MockOneTimeTokenCodec::new()),
            mailer: Arc::new(mailer),
            pages: String::new(),
            clock: Arc::<FixedClock>::clone(&clock),
        };
        let worker = Worker {
            jobs: Arc::new(jobs),
            send_mail,
            ids: Arc::new(SequentialIds::default()),
            clock,
        };
        assert_eq!(worker.run_once().await.unwrap(), 1);
        seen.recv().unwrap()
    }

    #[tokio::test]
    async fn a_job_that_was_done_is_settled() {
        assert_eq!(settle(1, || Ok(())).await, Settlement::Done);
    }

    #[tokio::test]
    async fn a_job_whose_dependency_is_away_is_tried_again_later() {
        let settlement = settle(1, || Err(MailError::Unavailable("away".into()))).await;
        let run_at = FixedClock::default().now() + TimeDelta::seconds(5);
        assert_eq!(
            settlement,
            Settlement::Retry {
                run_at,
                error: "away".to_owned()
            }
        );
    }

    #[tokio::test]
    async fn a_job_that_cannot_succeed_is_set_aside_at_once() {
        assert!(matches!(
            settle(1, || Err(MailError::Rejected("no such mailbox".into()))).await,
            Settlement::Dead { .. }
        ));
    }

    #[tokio::test]
    async fn a_job_that_used_all_its_tries_is_set_aside() {
        assert!(matches!(
            settle(retry::MAX_ATTEMPTS, || Err(MailError::Unavailable(
                "away".into()
            )))
            .await,
            Settlement::Dead { .. }
        ));
    }
}
