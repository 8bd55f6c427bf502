//! Notes of used sessions, until they are written down.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use domain::id::SessionId;
use domain::port::clock::Clock;
use domain::port::session_uses::SessionUses;
use domain::session::SessionUse;
use domain::session::rotation::Generation;

/// So many notes wait at most, and so many are remembered.
const CAPACITY: usize = 100_000;

/// A generation that stays in use is noted again after so long, so that "last seen" moves on.
const REPEAT_AFTER: TimeDelta = TimeDelta::minutes(1);

/// Takes notes for a writer in the background, who [`drain`](Self::drain)s them.
///
/// Each generation of a session is noted at once when it is first used, and then once a minute, however many
/// requests it makes. Noting holds a lock for a look into a map; nobody holds it across anything slow.
pub struct SessionUseNotes {
    clock: Arc<dyn Clock>,
    capacity: usize,
    notes: Mutex<Notes>,
}

#[derive(Default)]
struct Notes {
    waiting: Vec<SessionUse>,
    /// When each was noted last, for a minute.
    noted: HashMap<(SessionId, Generation), DateTime<Utc>>,
    pruned: Option<DateTime<Utc>>,
}

impl SessionUseNotes {
    /// No notes yet.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            capacity: CAPACITY,
            notes: Mutex::default(),
        }
    }

    /// Takes the notes that wait, oldest first.
    #[must_use]
    pub fn drain(&self) -> Vec<SessionUse> {
        let now = self.clock.now();
        let mut notes = self.lock();
        notes.prune(now);
        mem::take(&mut notes.waiting)
    }

    /// Puts notes back that could not be written; what does not fit is dropped, and noted again with its next use.
    pub fn put_back(&self, uses: Vec<SessionUse>) {
        let mut notes = self.lock();
        let fitting = self.capacity.saturating_sub(notes.waiting.len());
        let dropped = uses.len().saturating_sub(fitting);
        let mut uses = uses;
        for lost in uses.drain(..dropped) {
            notes.noted.remove(&(lost.session, lost.generation));
        }
        uses.append(&mut notes.waiting);
        notes.waiting = uses;
        drop(notes);
        count_dropped(dropped);
    }

    fn lock(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SessionUses for SessionUseNotes {
    fn note(&self, session: SessionId, generation: Generation) {
        let at = self.clock.now();
        let mut notes = self.lock();
        if notes.knows(session, generation, at) {
            return;
        }
        if notes.waiting.len() >= self.capacity || notes.noted.len() >= 2 * self.capacity {
            drop(notes);
            count_dropped(1);
            return;
        }
        notes.noted.insert((session, generation), at);
        notes.waiting.push(SessionUse {
            session,
            generation,
            at,
        });
    }
}

impl Notes {
    fn knows(&self, session: SessionId, generation: Generation, now: DateTime<Utc>) -> bool {
        self.noted
            .get(&(session, generation))
            .is_some_and(|at| is_recent(*at, now))
    }

    fn prune(&mut self, now: DateTime<Utc>) {
        if self.pruned.is_some_and(|at| is_recent(at, now)) {
            return;
        }
        self.pruned = Some(now);
        self.noted.retain(|_, at| is_recent(*at, now));
    }
}

/// A time of the future is not recent: after a clock was set back, notes go on.
fn is_recent(at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    at <= now && now - at < REPEAT_AFTER
}

fn count_dropped(dropped: usize) {
    if dropped > 0 {
        let dropped = u64::try_from(dropped).unwrap_or(u64::MAX);
        metrics::counter!("session_use_notes_dropped_total").increment(dropped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_support::FixedClock;
    use uuid::Uuid;

    struct Desk {
        clock: Arc<FixedClock>,
        notes: SessionUseNotes,
    }

    fn desk(capacity: usize) -> Desk {
        let clock = Arc::new(FixedClock::default());
        let notes = SessionUseNotes {
            capacity,
            ..SessionUseNotes::new(clock.clone())
        };
        Desk { clock, notes }
    }

    impl Desk {
        fn note(&self, session: u128, generation: i64) {
            self.notes.note(
                SessionId::new(Uuid::from_u128(session)),
                Generation::restore(generation),
            );
        }

        fn drain(&self) -> Vec<(u128, i64)> {
            let uses = self.notes.drain();
            uses.iter()
                .map(|used| (used.session.as_uuid().as_u128(), used.generation.get()))
                .collect()
        }
    }

    #[test]
    fn many_requests_of_a_session_make_one_note_a_minute() {
        let desk = desk(10);
        desk.note(1, 1);
        desk.note(1, 1);
        assert_eq!(desk.drain(), [(1, 1)]);
        desk.clock.advance(TimeDelta::seconds(59));
        desk.note(1, 1);
        assert_eq!(desk.drain(), []);
        desk.clock.advance(TimeDelta::seconds(1));
        desk.note(1, 1);
        desk.note(1, 1);
        assert_eq!(desk.drain(), [(1, 1)]);
    }

    #[test]
    fn the_next_generation_is_noted_at_once() {
        let desk = desk(10);
        desk.note(1, 1);
        desk.note(1, 2);
        assert_eq!(desk.drain(), [(1, 1), (1, 2)]);
    }

    #[test]
    fn a_note_tells_when_the_use_was() {
        let desk = desk(10);
        desk.clock.advance(TimeDelta::seconds(5));
        desk.note(1, 1);
        assert_eq!(desk.notes.drain()[0].at, desk.clock.now());
    }

    #[test]
    fn what_could_not_be_written_comes_again_before_what_came_since() {
        let desk = desk(10);
        desk.note(1, 1);
        let failed = desk.notes.drain();
        desk.note(2, 1);
        desk.notes.put_back(failed);
        assert_eq!(desk.drain(), [(1, 1), (2, 1)]);
    }

    #[test]
    fn what_does_not_fit_is_dropped_and_noted_again_later() {
        let desk = desk(2);
        for session in 1..=3 {
            desk.note(session, 1);
        }
        let failed = desk.notes.drain();
        assert_eq!(failed.len(), 2);
        desk.note(3, 1);
        desk.notes.put_back(failed);
        assert_eq!(desk.drain(), [(2, 1), (3, 1)]);
        desk.note(1, 1);
        assert_eq!(desk.drain(), [(1, 1)]);
    }

    #[test]
    fn memory_is_bounded_and_freed_after_a_minute() {
        let desk = desk(2);
        for session in 1..=10 {
            desk.note(session, 1);
            let _ = desk.notes.drain();
        }
        assert_eq!(desk.notes.lock().noted.len(), 4);
        desk.clock.advance(REPEAT_AFTER);
        let _ = desk.notes.drain();
        assert!(desk.notes.lock().noted.is_empty());
        desk.note(5, 1);
        assert_eq!(desk.drain(), [(5, 1)]);
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_silence_a_session() {
        let desk = desk(10);
        desk.note(1, 1);
        desk.clock.advance(TimeDelta::hours(-1));
        desk.note(1, 1);
        assert_eq!(desk.drain().len(), 2);
    }
}
