//! What a person has made here.

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::id::{ScriptId, UserId};
use domain::outage::Outage;
use domain::port::personal_data::{HeldVersion, PersonalData};
use domain::script::entity::{OpenedVersion, ScriptDetail};

use crate::failure::{Damage, Failure, Never};
use crate::pg::Pg;
use crate::rows::script::{
    DetailRow, OpenedRow, context_columns, listed_columns, number, page_columns, version_columns,
};
use crate::rows::{signed, unsigned};
use crate::sql::script::detail_where;
use crate::statement::handwritten;

/// What people have made, in PostgreSQL.
#[derive(Clone)]
pub struct PgPersonalData(Pg);

impl PgPersonalData {
    /// What is behind this pool.
    #[must_use]
    pub const fn new(pg: Pg) -> Self {
        Self(pg)
    }
}

#[derive(QueryableByName)]
struct HeldRow {
    #[diesel(sql_type = Uuid)]
    script_id: uuid::Uuid,
    #[diesel(sql_type = Integer)]
    number: i32,
    #[diesel(sql_type = Integer)]
    size: i32,
}

impl HeldRow {
    fn into_held(self) -> Result<HeldVersion, Damage> {
        Ok(HeldVersion {
            script: ScriptId::new(self.script_id),
            number: number(self.number)?,
            size: unsigned("script_versions.size", self.size)?,
        })
    }
}

#[async_trait]
impl PersonalData for PgPersonalData {
    async fn list_scripts(
        &self,
        user: UserId,
        after: Option<ScriptId>,
        limit: u16,
    ) -> Result<Vec<ScriptDetail>, Outage> {
        self.0
            .read("export_scripts", &(user, after, limit), scripts)
            .await
    }

    async fn list_versions(&self, user: UserId) -> Result<Vec<HeldVersion>, Outage> {
        self.0.read("export_version_list", &user, versions).await
    }

    async fn open_versions(&self, versions: &[HeldVersion]) -> Result<Vec<OpenedVersion>, Outage> {
        self.0.read("export_versions", versions, opened).await
    }
}

async fn scripts(
    mut wire: &AsyncPgConnection,
    (user, after, limit): &(UserId, Option<ScriptId>, u16),
) -> Result<Vec<ScriptDetail>, Failure<Never>> {
    let rows: Vec<DetailRow> = handwritten(detail_where!(
        "s.owner_id = $1 AND ($2 IS NULL OR s.id > $2) ORDER BY s.id LIMIT $3"
    ))
    .bind::<Uuid, _>(user.as_uuid())
    .bind::<Nullable<Uuid>, _>(after.map(ScriptId::as_uuid))
    .bind::<BigInt, _>(i64::from(*limit))
    .load(&mut wire)
    .await?;
    let scripts: Result<Vec<_>, Damage> = rows.into_iter().map(DetailRow::into_detail).collect();
    Ok(scripts?)
}

async fn versions(
    mut wire: &AsyncPgConnection,
    user: &UserId,
) -> Result<Vec<HeldVersion>, Failure<Never>> {
    let rows: Vec<HeldRow> = handwritten(
        "SELECT v.script_id, v.number, v.size FROM scripts s JOIN script_versions v ON v.script_id = s.id \
         WHERE s.owner_id = $1 ORDER BY v.script_id, v.number",
    )
    .bind::<Uuid, _>(user.as_uuid())
    .load(&mut wire)
    .await?;
    let versions: Result<Vec<_>, Damage> = rows.into_iter().map(HeldRow::into_held).collect();
    Ok(versions?)
}

async fn opened(
    mut wire: &AsyncPgConnection,
    versions: &[HeldVersion],
) -> Result<Vec<OpenedVersion>, Failure<Never>> {
    let scripts: Vec<_> = versions.iter().map(|held| held.script.as_uuid()).collect();
    let numbers: Vec<_> = versions
        .iter()
        .map(|held| signed(held.number.get()))
        .collect();
    let rows: Vec<OpenedRow> = handwritten(concat!(
        "SELECT ",
        version_columns!(),
        ", ",
        context_columns!(),
        ", b.gzip, b.gzip_sha256 FROM unnest($1, $2) AS asked (script, number) \
          JOIN script_versions v ON v.script_id = asked.script AND v.number = asked.number \
          JOIN scripts s ON s.id = v.script_id \
          LEFT JOIN script_blobs b ON b.sha256 = v.content_sha256 ORDER BY v.script_id, v.number",
    ))
    .bind::<Array<Uuid>, _>(scripts)
    .bind::<Array<Integer>, _>(numbers)
    .load(&mut wire)
    .await?;
    let versions: Result<Vec<_>, Damage> = rows.into_iter().map(OpenedRow::into_opened).collect();
    Ok(versions?)
}
