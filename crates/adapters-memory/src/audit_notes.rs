//! Notes for the audit log, until they are written down.

use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::audit::AuditEntry;
use domain::port::audit_notes::AuditNotes;

/// So many notes wait at most: about 10 MB, and ten seconds of a thousand denials each.
const CAPACITY: usize = 10_000;

/// Takes notes for a writer in the background, who [`take`](Self::take)s them.
///
/// What does not fit is dropped and counted (`audit_notes_dropped_total`): the oldest notes stay, because what began an attack is
/// worth more than its thousandth repetition.
pub struct AuditNotePad {
    capacity: usize,
    waiting: Mutex<Vec<AuditEntry>>,
}

impl Default for AuditNotePad {
    fn default() -> Self {
        Self::holding(CAPACITY)
    }
}

impl AuditNotePad {
    /// A pad of so many notes.
    #[must_use]
    pub fn holding(capacity: usize) -> Self {
        Self {
            capacity,
            waiting: Mutex::default(),
        }
    }

    /// Takes at most so many of the notes that wait, oldest first.
    #[must_use]
    pub fn take(&self, most: usize) -> Vec<AuditEntry> {
        let mut waiting = self.lock();
        let taken = most.min(waiting.len());
        let rest = waiting.split_off(taken);
        mem::replace(&mut *waiting, rest)
    }

    /// Puts notes back that could not be written, in front of those that came meanwhile.
    pub fn put_back(&self, mut notes: Vec<AuditEntry>) {
        let mut waiting = self.lock();
        notes.append(&mut waiting);
        let dropped = notes.len().saturating_sub(self.capacity);
        notes.truncate(self.capacity);
        *waiting = notes;
        drop(waiting);
        count_dropped(dropped);
    }

    /// Gives up what waits, when nobody will write it any more; answers how much.
    #[must_use]
    pub fn give_up(&self) -> usize {
        let lost = mem::take(&mut *self.lock()).len();
        count_dropped(lost);
        lost
    }

    fn lock(&self) -> MutexGuard<'_, Vec<AuditEntry>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AuditNotes for AuditNotePad {
    fn note(&self, entry: AuditEntry) {
        let mut waiting = self.lock();
        if waiting.len() < self.capacity {
            waiting.push(entry);
        } else {
            drop(waiting);
            count_dropped(1);
        }
    }
}

fn count_dropped(dropped: usize) {
    if dropped > 0 {
        let dropped = u64::try_from(dropped).unwrap_or(u64::MAX);
        metrics::counter!("audit_notes_dropped_total").increment(dropped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use domain::audit::{AuditAction, Origin, Party, Subject};
    use domain::id::AuditId;
    use uuid::Uuid;

    fn note(pad: &AuditNotePad, number: u128) {
        pad.note(AuditEntry::success(
            AuditId::new(Uuid::from_u128(number)),
            DateTime::UNIX_EPOCH,
            Party::System,
            AuditAction::DenyAccess,
            Subject::None,
            &Origin::default(),
        ));
    }

    fn numbers(notes: &[AuditEntry]) -> Vec<u128> {
        let ids = notes.iter().map(|entry| entry.id.as_uuid().as_u128());
        ids.collect()
    }

    #[test]
    fn notes_are_taken_oldest_first_in_batches() {
        let pad = AuditNotePad::holding(10);
        (1..=5).for_each(|number| note(&pad, number));
        assert_eq!(numbers(&pad.take(2)), [1, 2]);
        assert_eq!(numbers(&pad.take(10)), [3, 4, 5]);
        assert_eq!(numbers(&pad.take(10)), Vec::<u128>::new());
    }

    #[test]
    fn what_does_not_fit_is_dropped_and_the_oldest_stay() {
        let pad = AuditNotePad::holding(3);
        (1..=5).for_each(|number| note(&pad, number));
        let failed = pad.take(2);
        (6..=8).for_each(|number| note(&pad, number));
        pad.put_back(failed);
        assert_eq!(numbers(&pad.take(10)), [1, 2, 3]);
    }

    #[test]
    fn what_is_given_up_is_told() {
        let pad = AuditNotePad::holding(3);
        (1..=2).for_each(|number| note(&pad, number));
        assert_eq!(pad.give_up(), 2);
        assert_eq!(pad.take(10), Vec::new());
    }
}
