//! The chain of seals over each partition of the audit log: what a seal says, and how it is checked.
//!
//! A seal binds a row to its content (the row's hash), and to its place (the link: place, row and the link before). Both are keyed, so
//! who has only the database can change rows, but cannot make seals that fit them. What a chain cannot show by itself is that its end
//! was cut off together with the rows: for that its head is told, and can be kept elsewhere.

use chrono::{DateTime, Utc};
use std::fmt;

use crate::id::AuditId;
use crate::journal::Journal;
use crate::port::audit_links::AuditLinks;

/// A keyed hash.
pub type Digest = [u8; 32];

/// What the first link of a chain follows.
const START: Digest = [0; 32];

/// A row as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowImage {
    /// The partition that it is in.
    pub partition: String,
    /// Its id.
    pub id: AuditId,
    /// Its time.
    pub at: DateTime<Utc>,
    /// Every column, as text that depends on nothing but its value, in the order of the first release. Columns of later releases join
    /// at the end, where an empty one does not count: so rows that were sealed before they came still fit their seals.
    pub columns: Vec<Option<String>>,
}

impl RowImage {
    /// The row as one message, from which every column can be told.
    fn message(&self) -> Vec<u8> {
        let mut message = b"row\0".to_vec();
        let filled = self.columns.iter().rposition(Option::is_some);
        let counting = filled.map_or(0, |last| last + 1);
        for column in self.columns.iter().take(counting) {
            match column {
                None => message.push(0),
                Some(text) => {
                    message.push(1);
                    message.extend(length(text).to_be_bytes());
                    message.extend_from_slice(text.as_bytes());
                }
            }
        }
        message
    }
}

fn length(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

/// The end of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainHead {
    /// How many rows it holds.
    pub position: u64,
    /// The last link.
    pub link: Digest,
}

impl ChainHead {
    /// Of a chain without rows.
    pub const EMPTY: Self = Self {
        position: 0,
        link: START,
    };
}

impl fmt::Display for ChainHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.position)?;
        self.link
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// One row's seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// The partition whose chain it is in.
    pub partition: String,
    /// Its place, from 1.
    pub position: u64,
    /// The row.
    pub row: AuditId,
    /// The row's time.
    pub at: DateTime<Utc>,
    /// Binds the row to its content.
    pub row_hash: Digest,
    /// Binds the row to its place.
    pub link: Digest,
}

impl Seal {
    /// The seal that follows `head`.
    #[must_use]
    pub fn after(head: &ChainHead, image: &RowImage, links: &dyn AuditLinks) -> Self {
        let mut seal = Self {
            partition: image.partition.clone(),
            position: head.position + 1,
            row: image.id,
            at: image.at,
            row_hash: links.hash(&image.message()),
            link: START,
        };
        seal.link = links.hash(&seal.message(&head.link));
        seal
    }

    /// The end of a chain that ends here.
    #[must_use]
    pub const fn head(&self) -> ChainHead {
        ChainHead {
            position: self.position,
            link: self.link,
        }
    }

    fn message(&self, before: &Digest) -> Vec<u8> {
        let mut message = b"link\0".to_vec();
        message.extend(length(&self.partition).to_be_bytes());
        message.extend_from_slice(self.partition.as_bytes());
        message.extend(self.position.to_be_bytes());
        message.extend_from_slice(self.row.as_uuid().as_bytes());
        message.extend_from_slice(&self.row_hash);
        message.extend_from_slice(before);
        message
    }
}

/// A seal and its row, as far as it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRow {
    /// The seal.
    pub seal: Seal,
    /// The row.
    pub image: Option<RowImage>,
}

/// A row that neither has a seal nor waits for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StrayRow {
    /// The row.
    pub id: AuditId,
    /// Its time.
    pub at: DateTime<Utc>,
}

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The row is not what was sealed.
    Changed {
        /// The row.
        row: AuditId,
        /// Its place in the chain.
        position: u64,
    },
    /// The row was sealed and is not there.
    Missing {
        /// The row.
        row: AuditId,
        /// Its place in the chain.
        position: u64,
    },
    /// No seals are at these places: they were removed, and probably their rows with them.
    Gap {
        /// The first place.
        from: u64,
        /// The last place.
        to: u64,
    },
    /// The row stands at a place that is not its own, or follows one that it did not follow.
    OutOfOrder {
        /// The row.
        row: AuditId,
        /// The place that it stands at.
        position: u64,
    },
    /// The row was never sealed and does not wait for it: it was not written in the usual way, or its seal was removed.
    Stray(StrayRow),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { row, position } => {
                write!(f, "changed: row {row}, number {position}")
            }
            Self::Missing { row, position } => {
                write!(f, "missing: row {row}, number {position}")
            }
            Self::Gap { from, to } => write!(f, "missing: the seals of number {from} to {to}"),
            Self::OutOfOrder { row, position } => {
                write!(f, "out of order: row {row}, number {position}")
            }
            Self::Stray(stray) => write!(f, "without a seal: row {} of {}", stray.id, stray.at),
        }
    }
}

/// Walks a chain from its beginning.
#[derive(Debug)]
pub struct ChainWalk {
    head: ChainHead,
}

impl Default for ChainWalk {
    fn default() -> Self {
        Self {
            head: ChainHead::EMPTY,
        }
    }
}

impl ChainWalk {
    /// Checks the next seal; answers what is wrong with it. The walk goes on from the seal as it is, so that one change is told once.
    pub fn check(&mut self, sealed: &SealedRow, links: &dyn AuditLinks) -> Vec<Finding> {
        let SealedRow { seal, image } = sealed;
        let (row, position) = (seal.row, seal.position);
        let mut findings = Vec::new();
        let follows = position == self.head.position + 1;
        if !follows {
            findings.push(Finding::Gap {
                from: self.head.position + 1,
                to: position.saturating_sub(1),
            });
        } else if !links.accepts(&seal.message(&self.head.link), &seal.link) {
            findings.push(Finding::OutOfOrder { row, position });
        }
        match image {
            None => findings.push(Finding::Missing { row, position }),
            Some(image) if !links.accepts(&image.message(), &seal.row_hash) => {
                findings.push(Finding::Changed { row, position });
            }
            Some(_) => {}
        }
        self.head = seal.head();
        findings
    }

    /// Where the walk has come to.
    #[must_use]
    pub const fn head(&self) -> ChainHead {
        self.head
    }
}

/// The end of partitions whose time is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retirement {
    /// What is younger stays.
    pub keep_from: DateTime<Utc>,
    /// Tells of it; written only if there is something to tell.
    pub journal: Journal,
}

#[cfg(test)]
mod tests;
