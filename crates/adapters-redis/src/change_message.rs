//! Access changes as nodes tell them to each other. Nodes of two releases talk while one replaces the other: a form may
//! be added here, and none changed.

use domain::access::standing::{AccessChange, AccessEpoch};
use domain::id::{SessionId, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Change {
    User { user: Uuid, epoch: i64 },
    Everybody { epoch: i64 },
    SessionEnded { session: Uuid },
}

/// The changes as one message.
pub(crate) fn write(changes: &[AccessChange]) -> Result<String, serde_json::Error> {
    let changes: Vec<_> = changes
        .iter()
        .map(|change| match *change {
            AccessChange::User { user, epoch } => Change::User {
                user: user.as_uuid(),
                epoch: epoch.0,
            },
            AccessChange::Everybody { epoch } => Change::Everybody { epoch: epoch.0 },
            AccessChange::SessionEnded(session) => Change::SessionEnded {
                session: session.as_uuid(),
            },
        })
        .collect();
    serde_json::to_string(&changes)
}

/// The changes of a message.
pub(crate) fn read(message: &[u8]) -> Result<Vec<AccessChange>, serde_json::Error> {
    let changes: Vec<Change> = serde_json::from_slice(message)?;
    let changes = changes.into_iter().map(|change| match change {
        Change::User { user, epoch } => AccessChange::User {
            user: UserId::new(user),
            epoch: AccessEpoch(epoch),
        },
        Change::Everybody { epoch } => AccessChange::Everybody {
            epoch: AccessEpoch(epoch),
        },
        Change::SessionEnded { session } => AccessChange::SessionEnded(SessionId::new(session)),
    });
    Ok(changes.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let changes = [
            AccessChange::User {
                user: UserId::new(Uuid::from_u128(1)),
                epoch: AccessEpoch(7),
            },
            AccessChange::Everybody {
                epoch: AccessEpoch(8),
            },
            AccessChange::SessionEnded(SessionId::new(Uuid::from_u128(2))),
        ];
        let message = write(&changes).unwrap();
        assert_eq!(read(message.as_bytes()).unwrap(), changes);
    }

    #[test]
    fn the_form_is_the_one_that_other_releases_read() {
        let change = AccessChange::Everybody {
            epoch: AccessEpoch(8),
        };
        assert_eq!(
            write(&[change]).unwrap(),
            r#"[{"kind":"everybody","epoch":8}]"#
        );
    }

    #[test]
    fn a_kind_that_is_not_known_is_not_passed_over() {
        assert!(read(br#"[{"kind":"planet","epoch":8}]"#).is_err());
        assert!(read(b"\xff").is_err());
    }
}
