//! Edits of roles, permissions and who holds them: each one transaction, one after the other.

use async_trait::async_trait;
use diesel_async::AsyncPgConnection;
use domain::access::edit::{AccessConflict, AccessDecision, AccessEdit};
use domain::access::impact::Impact;
use domain::access::permission::Permission;
use domain::access::role::RoleName;
use domain::access::scene::{Effect, Plan, Scene};
use domain::access::standing::{AccessChange, AccessEpoch};
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::access_edits::AccessEdits;

use crate::failure::{Failure, Never};
use crate::pg::{Pg, no_conflict};
use crate::sql::{access, journal};

mod impact;
mod scene;
mod writes;

type Refusal = Failure<AccessConflict>;

/// Access edits in PostgreSQL.
#[derive(Clone)]
pub struct PgAccessEdits(Pg);

impl PgAccessEdits {
    /// Access edits behind this pool.
    #[must_use]
    pub const fn new(pg: Pg) -> Self {
        Self(pg)
    }
}

#[async_trait]
impl AccessEdits for PgAccessEdits {
    async fn decide(
        &self,
        decision: &AccessDecision,
    ) -> Result<Option<AccessChange>, StoreError<AccessConflict>> {
        let decision = decision.clone();
        self.0.write("edit_access", decision, decide).await
    }

    async fn rehearse(
        &self,
        decision: &AccessDecision,
    ) -> Result<Impact, StoreError<AccessConflict>> {
        let decision = decision.clone();
        self.0.write("rehearse_edit", decision, rehearse).await
    }

    async fn flush(&self, journal: &Journal) -> Result<AccessEpoch, Outage> {
        let flushed = self.0.write("flush_access", journal.clone(), flush);
        no_conflict(flushed.await)
    }
}

async fn decide(
    wire: &AsyncPgConnection,
    decision: &AccessDecision,
) -> Result<Option<AccessChange>, Refusal> {
    let (scene, plan) = judge(wire, decision).await?;
    match &decision.edit {
        AccessEdit::Role(edit) => writes::role(wire, edit, decision).await?,
        AccessEdit::Permission(edit) => writes::permission(wire, edit).await?,
        AccessEdit::Assignment(assignment) => {
            writes::assignment(wire, assignment, decision).await?;
            if takes_admin(&scene, &decision.edit) && !access::is_administered(wire, None).await? {
                return Err(Failure::Conflict(AccessConflict::LastAdmin));
            }
        }
    }
    let entry = decision.entry.clone().with_change(plan.before, plan.after);
    journal::write(wire, &Journal::new(entry)).await?;
    Ok(match plan.effect {
        Effect::Nobody => None,
        Effect::Holders { .. } => Some(AccessChange::Everybody {
            epoch: access::bump_everybody(wire).await?,
        }),
        Effect::Person { user, .. } => Some(AccessChange::User {
            user,
            epoch: access::bump(wire, user).await?,
        }),
    })
}

async fn rehearse(wire: &AsyncPgConnection, decision: &AccessDecision) -> Result<Impact, Refusal> {
    let (scene, plan) = judge(wire, decision).await?;
    if let AccessEdit::Assignment(assignment) = &decision.edit
        && takes_admin(&scene, &decision.edit)
        && !access::is_administered(wire, Some(assignment.user)).await?
    {
        return Err(Failure::Conflict(AccessConflict::LastAdmin));
    }
    impact::of(wire, plan.effect).await
}

/// What is there, held until the end of the transaction, and what the rules say to the edit.
///
/// Of two administrators who demote each other at once, the second has lost the right to since it was let in. That is not their
/// fault, so they are told what is in the way all the same: nobody else is left.
async fn judge(
    wire: &AsyncPgConnection,
    decision: &AccessDecision,
) -> Result<(Scene, Plan), Refusal> {
    let scene = scene::gather(wire, decision).await?;
    if let AccessEdit::Assignment(assignment) = &decision.edit
        && scene.has_lost(Permission::UsersRoles)
        && takes_admin(&scene, &decision.edit)
        && !access::is_administered(wire, Some(assignment.user)).await?
    {
        return Err(Failure::Conflict(AccessConflict::LastAdmin));
    }
    let plan = scene.judge(&decision.edit).map_err(Failure::Conflict)?;
    Ok((scene, plan))
}

fn takes_admin(scene: &Scene, edit: &AccessEdit) -> bool {
    let admin = RoleName::admin();
    let was_admin = scene
        .person
        .as_ref()
        .is_some_and(|held| held.contains(&admin));
    matches!(edit, AccessEdit::Assignment(assignment) if was_admin && !assignment.roles.contains(&admin))
}

async fn flush(wire: &AsyncPgConnection, journal: &Journal) -> Result<AccessEpoch, Failure<Never>> {
    journal::write(wire, journal).await?;
    access::bump_everybody(wire).await
}
