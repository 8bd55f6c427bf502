//! Whom an edit would affect.

use diesel::QueryableByName;
use diesel::sql_types::{Array, Integer, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::access::impact::{Affected, Impact};
use domain::access::permission_name::PermissionNames;
use domain::access::role::{Counted, RoleName};
use domain::access::scene::Effect;
use domain::account::username::Username;
use domain::id::UserId;

use super::Refusal;
use crate::failure::Damage;
use crate::rows::role::ImpactRow;
use crate::statement::handwritten;

pub(super) async fn of(wire: &AsyncPgConnection, effect: Effect) -> Result<Impact, Refusal> {
    match effect {
        Effect::Nobody => Ok(Impact::NONE),
        Effect::Holders { of, gained, lost } => on_holders(wire, &of, &gained, &lost).await,
        Effect::Person { user, gained, lost } => on_person(wire, user, gained, lost).await,
    }
}

/// One query. What other roles of a holder give, too, is neither gained nor lost; at most 10,001 grants are looked at.
async fn on_holders(
    mut wire: &AsyncPgConnection,
    of: &[RoleName],
    gained: &PermissionNames,
    lost: &PermissionNames,
) -> Result<Impact, Refusal> {
    let roles: Vec<_> = of.iter().map(RoleName::as_str).collect();
    let rows: Vec<ImpactRow> = handwritten(
        "WITH looked_at AS ( \
             SELECT ur.user_id FROM user_roles ur WHERE ur.role_id IN (SELECT r.id FROM roles r WHERE r.name = ANY ($1)) LIMIT 10001 \
         ), holders AS (SELECT DISTINCT user_id FROM looked_at \
         ), others AS ( \
             SELECT h.user_id, p.name FROM holders h JOIN user_roles ur ON ur.user_id = h.user_id \
                 JOIN roles r ON r.id = ur.role_id AND r.name <> ALL ($1) \
                 JOIN role_permissions rp ON rp.role_id = r.id JOIN permissions p ON p.id = rp.permission_id AND p.name = ANY ($2) \
         ), effects AS ( \
             SELECT h.user_id, changed.name FROM holders h CROSS JOIN unnest($2) AS changed (name) \
             EXCEPT SELECT user_id, name FROM others \
         ), affected AS (SELECT e.user_id, array_agg(e.name) AS names FROM effects e GROUP BY e.user_id \
         ), sample AS ( \
             SELECT u.id AS user_id, u.username, a.names FROM affected a JOIN users u ON u.id = a.user_id ORDER BY u.id LIMIT $3 \
         ) \
         SELECT (SELECT count(*) FROM looked_at) AS rows, (SELECT count(*) FROM holders) AS holders, \
             (SELECT count(*) FROM affected) AS affected, s.user_id, s.username, s.names \
         FROM (SELECT) AS always LEFT JOIN sample s ON true ORDER BY s.user_id",
    )
    .bind::<Array<Text>, _>(roles)
    .bind::<Array<Text>, _>(gained.and(lost).to_strings())
    .bind::<Integer, _>(i32::from(Impact::SAMPLE))
    .load(&mut wire)
    .await?;
    let Some((holders, affected)) = rows.as_slice().first().map(counts) else {
        return Ok(Impact::NONE);
    };
    let people = rows.into_iter();
    Ok(Impact {
        holders,
        affected,
        sample: people.filter_map(|row| row.into_affected(gained)).collect(),
    })
}

/// Both are exact when every grant was looked at.
fn counts(row: &ImpactRow) -> (Counted, Counted) {
    let is_exact = Counted::restore(row.rows).is_exact;
    let counted = |count| Counted {
        is_exact,
        ..Counted::restore(count)
    };
    (counted(row.holders), counted(row.affected))
}

#[derive(QueryableByName)]
struct NameRow {
    #[diesel(sql_type = Text)]
    username: String,
}

async fn on_person(
    mut wire: &AsyncPgConnection,
    user: UserId,
    gained: PermissionNames,
    lost: PermissionNames,
) -> Result<Impact, Refusal> {
    let rows: Vec<NameRow> = handwritten("SELECT username FROM users WHERE id = $1")
        .bind::<Uuid, _>(user.as_uuid())
        .load(&mut wire)
        .await?;
    let row = rows
        .into_iter()
        .next()
        .ok_or_else(|| Damage::new("users.id", "an account that is held is gone"))?;
    let one = Counted {
        number: 1,
        is_exact: true,
    };
    if gained.is_empty() && lost.is_empty() {
        return Ok(Impact {
            holders: one,
            ..Impact::NONE
        });
    }
    let affected = Affected {
        user,
        username: Username::restore(row.username),
        gained,
        lost,
    };
    Ok(Impact {
        holders: one,
        affected: one,
        sample: vec![affected],
    })
}
