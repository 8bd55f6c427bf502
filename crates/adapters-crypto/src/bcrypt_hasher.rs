//! Passwords by bcrypt, on threads of their own.
//!
//! One hash of cost 12 takes about 200 ms of a core. It is computed on few threads at low priority, behind a bounded queue:
//! a storm of sign-ins fills the queue and is turned away, and reads stay fast.

use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Instant;

use async_trait::async_trait;
use bcrypt::BcryptError;
use domain::account::password::{ClaimedPassword, NewPassword, PasswordCheck, PasswordHash};
use domain::outage::{BoxError, Dependency, Outage};
use domain::port::password_hasher::PasswordHasher;
use tokio::sync::oneshot;

/// The costs that bcrypt is defined for.
const COSTS: RangeInclusive<u32> = 4..=31;

/// How much of a hash follows its cost.
const SALT_AND_DIGEST_CHARACTERS: usize = 22 + 31;

/// How passwords are hashed.
#[derive(Debug, Clone, Copy)]
pub struct BcryptSettings {
    /// The logarithm of the number of rounds.
    pub cost: u32,
    /// How many are computed at once.
    pub threads: usize,
    /// How many wait at most.
    pub queue: usize,
}

enum Task {
    Hash(NewPassword, oneshot::Sender<Result<PasswordHash, BoxError>>),
    Check(
        ClaimedPassword,
        Option<PasswordHash>,
        oneshot::Sender<PasswordCheck>,
    ),
}

/// Hashes and compares.
pub struct BcryptHasher {
    tasks: mpsc::SyncSender<Task>,
}

struct Bench {
    cost: u32,
    /// A hash of this cost that no password has, for comparing with when there is nothing to compare with.
    nobody: String,
}

impl BcryptHasher {
    /// Starts the threads; they end with this value.
    ///
    /// # Errors
    /// If a thread cannot be started, or the cost is out of bcrypt's bounds.
    pub fn start(settings: BcryptSettings) -> Result<Self, BoxError> {
        let (tasks, receiver) = mpsc::sync_channel(settings.queue.max(1));
        let receiver = Arc::new(Mutex::new(receiver));
        let nobody = hash_of_nobody(settings.cost)?;
        let bench = Arc::new(Bench {
            cost: settings.cost,
            nobody,
        });
        for number in 0..settings.threads.max(1) {
            let (receiver, bench) = (Arc::clone(&receiver), Arc::clone(&bench));
            thread::Builder::new()
                .name(format!("bcrypt-{number}"))
                .spawn(move || bench.work(&receiver))?;
        }
        Ok(Self { tasks })
    }

    async fn ask<T>(&self, task: Task, answer: oneshot::Receiver<T>) -> Result<T, Outage> {
        let begun = Instant::now();
        let overloaded = || Outage::Overloaded(Dependency::PasswordHashing);
        metrics::gauge!("password_hash_queue").increment(1.0);
        let accepted = self.tasks.try_send(task);
        if accepted.is_err() {
            metrics::gauge!("password_hash_queue").decrement(1.0);
            metrics::counter!("password_hash_rejected_total").increment(1);
            return Err(overloaded());
        }
        let answer = answer.await.map_err(|_thread_is_gone| overloaded())?;
        metrics::histogram!("password_hash_seconds").record(begun.elapsed());
        Ok(answer)
    }
}

/// Reads come first: a hash can wait some milliseconds longer. It must not wait for ever: at 10, Linux gives it a tenth of a core
/// that everybody wants; at 19, one part in seventy, and a storm of reads would keep everybody from signing in.
const NICENESS: i32 = 10;

impl Bench {
    fn work(&self, tasks: &Mutex<mpsc::Receiver<Task>>) {
        // Where it is not allowed, nothing is lost but that reads come first.
        if let Err(error) = rustix::process::nice(NICENESS) {
            tracing::debug!(%error, "hashing runs at normal priority");
        }
        loop {
            let task = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(task) = task else { return };
            metrics::gauge!("password_hash_queue").decrement(1.0);
            self.perform(task);
        }
    }

    fn perform(&self, task: Task) {
        // Nobody waits for a request that was given up; a receiver that went away meanwhile is fine, too.
        match task {
            Task::Hash(password, answer) if !answer.is_closed() => {
                let hash = bcrypt::non_truncating_hash(password.expose(), self.cost)
                    .map(PasswordHash::restore)
                    .map_err(BoxError::from);
                let _nobody_waits = answer.send(hash);
            }
            Task::Check(claim, hash, answer) if !answer.is_closed() => {
                let _nobody_waits = answer.send(self.check(&claim, hash.as_ref()));
            }
            Task::Hash(..) | Task::Check(..) => {}
        }
    }

    fn check(&self, claim: &ClaimedPassword, hash: Option<&PasswordHash>) -> PasswordCheck {
        // A claim that no password can be is compared all the same, with an empty one, so that it takes its time.
        let (claimed, possible) = if claim.is_possible() {
            (claim.expose(), true)
        } else {
            ("", false)
        };
        let Some(hash) = hash else {
            let _same_time = bcrypt::non_truncating_verify(claimed, &self.nobody);
            return PasswordCheck::Differs;
        };
        match bcrypt::non_truncating_verify(claimed, hash.expose()) {
            Ok(true) if possible => match cost_of(hash.expose()) {
                Some(cost) if cost >= self.cost => PasswordCheck::Matches,
                _ => PasswordCheck::MatchesWeakHash,
            },
            Ok(_) => PasswordCheck::Differs,
            Err(_damaged) => {
                let _same_time = bcrypt::non_truncating_verify(claimed, &self.nobody);
                PasswordCheck::DamagedHash
            }
        }
    }
}

/// A hash that is well formed and that no password has: an all-zero digest. It costs nothing to make, so a server is ready at once.
fn hash_of_nobody(cost: u32) -> Result<String, BcryptError> {
    if !COSTS.contains(&cost) {
        return Err(BcryptError::CostNotAllowed(cost));
    }
    let zeros = ".".repeat(SALT_AND_DIGEST_CHARACTERS);
    Ok(format!("$2b${cost:02}${zeros}"))
}

fn cost_of(hash: &str) -> Option<u32> {
    hash.split('$').nth(2)?.parse().ok()
}

#[async_trait]
impl PasswordHasher for BcryptHasher {
    async fn hash(&self, password: &NewPassword) -> Result<PasswordHash, Outage> {
        let (sender, answer) = oneshot::channel();
        self.ask(Task::Hash(password.clone(), sender), answer)
            .await?
            .map_err(|source| Outage::unavailable(Dependency::PasswordHashing, source))
    }

    async fn check<'a>(
        &self,
        claim: &ClaimedPassword,
        hash: Option<&'a PasswordHash>,
    ) -> Result<PasswordCheck, Outage> {
        let (sender, answer) = oneshot::channel();
        let task = Task::Check(claim.clone(), hash.cloned(), sender);
        self.ask(task, answer).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher(cost: u32, queue: usize) -> BcryptHasher {
        let settings = BcryptSettings {
            cost,
            threads: 1,
            queue,
        };
        BcryptHasher::start(settings).unwrap()
    }

    async fn check(hasher: &BcryptHasher, claim: &str, hash: Option<&str>) -> PasswordCheck {
        let hash = hash.map(|hash| PasswordHash::restore(hash.to_owned()));
        let claim = ClaimedPassword::new(claim.to_owned());
        hasher.check(&claim, hash.as_ref()).await.unwrap()
    }

    #[tokio::test]
    async fn a_password_matches_its_hash_and_no_other() {
        let hasher = hasher(4, 8);
        let longest = "a".repeat(71);
        let hash = hasher
            .hash(&NewPassword::parse(&longest).unwrap())
            .await
            .unwrap();
        assert_eq!(
            check(&hasher, &longest, Some(hash.expose())).await,
            PasswordCheck::Matches
        );
        let one_less = "a".repeat(70);
        assert_eq!(
            check(&hasher, &one_less, Some(hash.expose())).await,
            PasswordCheck::Differs
        );
    }

    #[tokio::test]
    async fn a_claim_that_bcrypt_would_cut_matches_nothing() {
        let hasher = hasher(4, 8);
        let hash = hasher
            .hash(&NewPassword::parse(&"a".repeat(71)).unwrap())
            .await
            .unwrap();
        for length in [72, 75, 1000] {
            let claim = "a".repeat(length);
            assert_eq!(
                check(&hasher, &claim, Some(hash.expose())).await,
                PasswordCheck::Differs
            );
        }
    }

    #[tokio::test]
    async fn without_a_hash_nothing_matches() {
        let hasher = hasher(4, 8);
        for claim in ["", "a password of nobody"] {
            assert_eq!(check(&hasher, claim, None).await, PasswordCheck::Differs);
        }
    }

    #[test]
    fn the_hash_of_nobody_is_compared_like_any_other() {
        let nobody = hash_of_nobody(4).unwrap();
        let compared = bcrypt::non_truncating_verify("correct horse", &nobody);
        assert!(matches!(compared, Ok(false)), "{compared:?}");
    }

    #[test]
    fn a_cost_out_of_bounds_does_not_start() {
        for cost in [0, 3, 32] {
            assert!(hash_of_nobody(cost).is_err(), "{cost}");
        }
    }

    #[tokio::test]
    async fn damaged_and_empty_hashes_let_nobody_in_and_do_not_panic() {
        let hasher = hasher(4, 8);
        for damaged in [
            "",
            "$2b$12$é",
            "plain",
            "$2b$04$short",
            "$2b$99$......................IdN2tKpXk6oIO1jSv2gXWkB6r7VdE2e",
        ] {
            let outcome = check(&hasher, "password", Some(damaged)).await;
            assert_eq!(outcome, PasswordCheck::DamagedHash, "{damaged:?}");
        }
    }

    #[tokio::test]
    async fn a_cheaper_hash_matches_and_is_told_apart() {
        let hash = hasher(4, 8)
            .hash(&NewPassword::parse("password 1").unwrap())
            .await
            .unwrap();
        let outcome = check(&hasher(5, 8), "password 1", Some(hash.expose())).await;
        assert_eq!(outcome, PasswordCheck::MatchesWeakHash);
    }

    #[tokio::test]
    async fn a_full_queue_turns_away_at_once() {
        let hasher = Arc::new(hasher(10, 1));
        let password = NewPassword::parse("correct horse").unwrap();
        let storm = (0..20).map(|_| {
            let (hasher, password) = (Arc::clone(&hasher), password.clone());
            tokio::spawn(async move { hasher.hash(&password).await })
        });
        let mut turned_away = 0;
        for task in storm.collect::<Vec<_>>() {
            let outcome = task.await.unwrap();
            if matches!(
                outcome,
                Err(Outage::Overloaded(Dependency::PasswordHashing))
            ) {
                turned_away += 1;
            }
        }
        assert!(turned_away >= 15, "{turned_away}");
    }
}
