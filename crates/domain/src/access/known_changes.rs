//! What a node has been told lately, held against the copies that it meets.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

use crate::access::standing::{AccessChange, AccessEpoch, Standing};
use crate::id::{SessionId, UserId};

/// For so long a change is remembered at least. No copy lives nearly as long (15 minutes), so nothing is forgotten
/// that a copy could still contradict.
pub const HORIZON: Duration = Duration::from_hours(1);

/// Between two prunings passes at least so much time: pruning looks at everything that is remembered.
const PRUNING_PAUSE: Duration = Duration::from_mins(1);

/// What a node has been told lately of changed rights and ended sessions.
///
/// It may be told anything twice and in any order. Times are monotonic, so that a clock that is set cannot make it
/// forget too early.
#[derive(Debug, Default)]
pub struct KnownChanges {
    users: HashMap<UserId, Known<AccessEpoch>>,
    everybody: Option<Known<AccessEpoch>>,
    ended: HashMap<SessionId, Known<()>>,
    pruned: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
struct Known<T> {
    what: T,
    learnt: Instant,
}

impl KnownChanges {
    /// Takes a change in, and now and then forgets those that were learnt longer ago than [`HORIZON`].
    pub fn observe(&mut self, change: AccessChange, now: Instant) {
        match change {
            AccessChange::User { user, epoch } => {
                let known = self.users.get(&user).copied();
                self.users.insert(user, newer(known, epoch, now));
            }
            AccessChange::Everybody { epoch } => {
                self.everybody = Some(newer(self.everybody, epoch, now));
            }
            AccessChange::SessionEnded(session) => {
                let known = Known {
                    what: (),
                    learnt: now,
                };
                self.ended.insert(session, known);
            }
        }
        self.prune(now);
    }

    /// Whether the standing was read before a change that is known: then it must not be believed.
    #[must_use]
    pub fn contradicts(&self, standing: &Standing) -> bool {
        self.ended.contains_key(&standing.session)
            || self.outdates(standing.user, standing.rights.epoch)
    }

    /// Whether what a person may do has changed since this epoch.
    #[must_use]
    pub fn outdates(&self, user: UserId, read_at: AccessEpoch) -> bool {
        let changed = self.users.get(&user);
        self.everybody.is_some_and(|known| read_at < known.what)
            || changed.is_some_and(|known| read_at < known.what)
    }

    fn prune(&mut self, now: Instant) {
        let pruned = *self.pruned.get_or_insert(now);
        if now.saturating_duration_since(pruned) < PRUNING_PAUSE {
            return;
        }
        self.pruned = Some(now);
        forget(&mut self.users, now);
        forget(&mut self.ended, now);
        self.everybody = self.everybody.filter(|known| known.is_recent(now));
    }
}

impl<T> Known<T> {
    fn is_recent(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.learnt) <= HORIZON
    }
}

/// The newer epoch of the two. Learning an older one again does not make the newer one forgotten any sooner.
fn newer(
    known: Option<Known<AccessEpoch>>,
    epoch: AccessEpoch,
    now: Instant,
) -> Known<AccessEpoch> {
    let what = known.map_or(epoch, |known| known.what.max(epoch));
    Known { what, learnt: now }
}

fn forget<K: Eq + Hash, T>(known: &mut HashMap<K, Known<T>>, now: Instant) {
    known.retain(|_, known| known.is_recent(now));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::permission::PermissionSet;
    use crate::access::standing::Rights;
    use crate::account::user::AccountStatus;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn user(n: u8) -> UserId {
        UserId::new(Uuid::from_u128(n.into()))
    }

    fn session(n: u8) -> SessionId {
        SessionId::new(Uuid::from_u128(n.into()))
    }

    /// Session `n` belongs to user `n`.
    fn copy(n: u8, epoch: i64) -> Standing {
        let rights = Rights {
            status: AccountStatus::Active,
            email_verified: true,
            permissions: PermissionSet::EMPTY,
            epoch: AccessEpoch(epoch),
        };
        Standing {
            session: session(n),
            user: user(n),
            rights,
        }
    }

    fn user_change(n: u8, epoch: i64) -> AccessChange {
        AccessChange::User {
            user: user(n),
            epoch: AccessEpoch(epoch),
        }
    }

    #[test]
    fn who_was_told_nothing_contradicts_nothing() {
        assert!(!KnownChanges::default().contradicts(&copy(1, 1)));
    }

    #[test]
    fn a_change_of_a_person_concerns_older_copies_of_that_person_only() {
        let mut known = KnownChanges::default();
        known.observe(user_change(1, 5), Instant::now());
        assert!(known.contradicts(&copy(1, 4)));
        assert!(!known.contradicts(&copy(1, 5)));
        assert!(!known.contradicts(&copy(2, 4)));
    }

    #[test]
    fn a_change_of_a_role_concerns_everybody() {
        let mut known = KnownChanges::default();
        let epoch = AccessEpoch(5);
        known.observe(AccessChange::Everybody { epoch }, Instant::now());
        assert!(known.contradicts(&copy(1, 4)));
        assert!(!known.contradicts(&copy(2, 5)));
    }

    #[test]
    fn the_copy_of_an_ended_session_is_never_believed() {
        let mut known = KnownChanges::default();
        known.observe(AccessChange::SessionEnded(session(1)), Instant::now());
        assert!(known.contradicts(&copy(1, i64::MAX)));
        assert!(!known.contradicts(&copy(2, 1)));
    }

    #[test]
    fn an_older_change_that_comes_late_changes_nothing() {
        let mut known = KnownChanges::default();
        known.observe(user_change(1, 9), Instant::now());
        known.observe(user_change(1, 3), Instant::now());
        assert!(known.contradicts(&copy(1, 8)));
    }

    #[test]
    fn a_change_is_forgotten_after_the_horizon_and_not_before() {
        let start = Instant::now();
        let mut known = KnownChanges::default();
        known.observe(user_change(1, 5), start);
        known.observe(AccessChange::SessionEnded(session(2)), start);
        let epoch = AccessEpoch(3);
        known.observe(AccessChange::Everybody { epoch }, start);

        known.observe(user_change(9, 6), start + HORIZON);
        assert!(known.contradicts(&copy(1, 4)));
        assert!(known.contradicts(&copy(2, 9)));
        assert!(known.contradicts(&copy(3, 2)));

        known.observe(user_change(9, 7), start + HORIZON + PRUNING_PAUSE);
        assert!(known.users.len() == 1 && known.ended.is_empty() && known.everybody.is_none());
    }

    /// One thing that happens to one of three people, each with one session.
    #[derive(Debug, Clone)]
    enum Event {
        /// Somebody's rights change.
        Change(u8),
        /// A role changes.
        ChangeAll,
        /// A session ends.
        End(u8),
        /// Somebody reads a standing and keeps the copy.
        Read(u8),
        /// The node is told one of the changes so far, a second time perhaps.
        Tell(prop::sample::Index),
        /// Seconds pass.
        Wait(u64),
    }

    fn events() -> impl Strategy<Value = Vec<Event>> {
        let event = prop_oneof![
            (0_u8..3).prop_map(Event::Change),
            Just(Event::ChangeAll),
            (0_u8..3).prop_map(Event::End),
            (0_u8..3).prop_map(Event::Read),
            any::<prop::sample::Index>().prop_map(Event::Tell),
            (1_u64..200).prop_map(Event::Wait)
        ];
        prop::collection::vec(event, 1..80)
    }

    /// The longest that any copy lives.
    const COPY_LIVES: Duration = Duration::from_mins(15);

    fn concerns(change: AccessChange, copy: &Standing) -> bool {
        match change {
            AccessChange::User { user, .. } => copy.user == user,
            AccessChange::Everybody { .. } => true,
            AccessChange::SessionEnded(session) => copy.session == session,
        }
    }

    proptest! {
        /// In any interleaving of changes, reads and tellings: a living copy that was read before a change is never
        /// believed once the change was told, and a copy that no told change is newer than is.
        #[test]
        fn a_copy_is_believed_exactly_until_a_later_change_is_told(events in events()) {
            let mut now = Instant::now();
            let mut known = KnownChanges::default();
            let mut epoch = 1;
            // Every change with its place in time and whether it was told; every copy with its place and its time.
            let (mut changes, mut copies) = (Vec::new(), Vec::new());
            for (place, event) in events.into_iter().enumerate() {
                let change = match event {
                    Event::Change(n) => { epoch += 1; Some(user_change(n, epoch)) }
                    Event::ChangeAll => { epoch += 1; Some(AccessChange::Everybody { epoch: AccessEpoch(epoch) }) }
                    Event::End(n) => Some(AccessChange::SessionEnded(session(n))),
                    Event::Read(n) => {
                        copies.push((place, now, copy(n, epoch)));
                        None
                    }
                    Event::Tell(which) => {
                        if !changes.is_empty() {
                            let index = which.index(changes.len());
                            let (_, change, told): &mut (usize, AccessChange, bool) = &mut changes[index];
                            *told = true;
                            known.observe(*change, now);
                        }
                        None
                    }
                    Event::Wait(seconds) => { now += Duration::from_secs(seconds); None }
                };
                changes.extend(change.map(|change| (place, change, false)));
                for (read, read_at, copy) in &copies {
                    let mut told = changes.iter().filter(|(_, change, told)| *told && concerns(*change, copy));
                    if now - *read_at <= COPY_LIVES && told.clone().any(|(at, ..)| at > read) {
                        prop_assert!(known.contradicts(copy), "{copy:?} was believed");
                    } else if !told.any(|(at, change, _)| at > read || matches!(change, AccessChange::SessionEnded(_))) {
                        prop_assert!(!known.contradicts(copy), "{copy:?} was not believed");
                    }
                }
            }
        }
    }
}
