//! Keyset pages: a page is told by the row it starts after, never by an offset.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// How many rows a page holds: 1 to its ceiling, 20 when nobody says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u16);

impl Limit {
    /// What a list answers when the caller names no limit.
    pub const DEFAULT: Self = Self(20);
    /// The most that anybody may ask for.
    pub const CEILING: u16 = 50;
    /// The most that a holder of `api.advanced` may ask for.
    pub const ADVANCED_CEILING: u16 = 100;

    /// A limit between 1 and `ceiling`, or nothing.
    #[must_use]
    pub const fn within(value: u16, ceiling: u16) -> Option<Self> {
        if value >= 1 && value <= ceiling {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The number of rows.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// The place of one row in a list sorted by time and then id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The time the list is sorted by.
    pub at: DateTime<Utc>,
    /// Tells rows of the same instant apart.
    pub id: Uuid,
}

impl Position {
    /// The closest place that follows this one, in a list with the newest first.
    fn below(self) -> Self {
        let id = Uuid::from_u128(self.id.as_u128().saturating_sub(1));
        Self { id, ..self }
    }

    /// The closest place that comes before this one, in a list with the newest first.
    fn above(self) -> Self {
        let id = Uuid::from_u128(self.id.as_u128().saturating_add(1));
        Self { id, ..self }
    }
}

/// Where a page starts and which way it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Window {
    /// From the top of the list.
    #[default]
    First,
    /// The rows that follow this one.
    After(Position),
    /// The rows that come just before this one, in list order all the same.
    Before(Position),
}

/// One page of a list, and where its neighbours start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, in list order.
    pub items: Vec<T>,
    /// The last row, when more rows follow it.
    pub next: Option<Position>,
    /// The first row, when rows come before it.
    pub previous: Option<Position>,
}

impl<T> Page<T> {
    /// Cuts a page out of rows that were read with one row more than `limit` asked for.
    ///
    /// `rows` are in *reading* order: for [`Window::Before`] that is the list backwards.
    #[must_use]
    pub fn cut(
        mut rows: Vec<T>,
        window: Window,
        limit: Limit,
        position: impl Fn(&T) -> Position,
    ) -> Self {
        let more = rows.len() > usize::from(limit.get());
        rows.truncate(usize::from(limit.get()));
        let backwards = matches!(window, Window::Before(_));
        if backwards {
            rows.reverse();
        }
        let (before, after) = match window {
            Window::First => (false, more),
            Window::After(_) => (true, more),
            Window::Before(_) => (more, true),
        };
        let mut next = rows.last().filter(|_| after).map(&position);
        let mut previous = rows.first().filter(|_| before).map(&position);
        if rows.is_empty() {
            // What stood here has gone meanwhile. The way back starts just beyond the row that led here, so that it is read, too.
            match window {
                Window::First => {}
                Window::After(place) => previous = Some(place.below()),
                Window::Before(place) => next = Some(place.above()),
            }
        }
        Self {
            items: rows,
            next,
            previous,
        }
    }

    /// The same page of other things.
    #[must_use]
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            next: self.next,
            previous: self.previous,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the form that `Page::cut` asks for"
    )]
    fn position(n: &u8) -> Position {
        Position {
            at: DateTime::UNIX_EPOCH,
            id: Uuid::from_u128(u128::from(*n)),
        }
    }

    #[test]
    fn a_first_page_names_what_follows_and_nothing_before() {
        let page = Page::cut(
            vec![9, 8, 7],
            Window::First,
            Limit::within(2, 50).unwrap(),
            position,
        );
        assert_eq!(page.items, [9, 8]);
        assert_eq!(page.next, Some(position(&8)));
        assert_eq!(page.previous, None);
    }

    #[test]
    fn a_page_read_backwards_is_shown_in_list_order() {
        let page = Page::cut(
            vec![7, 8, 9],
            Window::Before(position(&6)),
            Limit::within(2, 50).unwrap(),
            position,
        );
        assert_eq!(page.items, [8, 7]);
        assert_eq!(page.previous, Some(position(&8)));
        assert_eq!(page.next, Some(position(&7)));
    }

    #[test]
    fn a_last_page_names_nothing_after_it() {
        let page = Page::cut(
            vec![1],
            Window::After(position(&2)),
            Limit::DEFAULT,
            position,
        );
        assert_eq!(page.next, None);
        assert_eq!(page.previous, Some(position(&1)));
    }

    #[test]
    fn a_page_whose_rows_have_gone_leads_back_to_the_row_it_started_from() {
        let cut = |window| Page::cut(Vec::new(), window, Limit::DEFAULT, position);
        let after = cut(Window::After(position(&5)));
        assert_eq!((after.next, after.previous), (None, Some(position(&4))));
        let before = cut(Window::Before(position(&5)));
        assert_eq!((before.next, before.previous), (Some(position(&6)), None));
        let first = cut(Window::First);
        assert_eq!((first.next, first.previous), (None, None));
    }

    #[test]
    fn a_limit_outside_its_bounds_is_none() {
        assert_eq!(Limit::within(0, 50), None);
        assert_eq!(Limit::within(51, 50), None);
        assert_eq!(Limit::within(50, 50).map(Limit::get), Some(50));
    }
}
