//! Writes: each one transaction.

use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::id::ScriptId;
use domain::script::entity::ScriptDetail;
use domain::script::publication::{
    AmendConflict, Amendment, Deletion, Publication, PublishConflict, Restoration, StaleScript,
    VersionAddition, VersionConflict,
};
use domain::script::slug::Slug;
use domain::script::state::Visibility;
use domain::script::taxonomy::{Language, Licence};
use domain::script::version::Version;
use domain::script::wording::{Readme, Summary, Title};

use crate::failure::{Damage, Failure, OnUnique};
use crate::rows::script::{NewScriptRow, NewVersionRow, tag_names};
use crate::rows::signed;
use crate::schema::{script_versions, scripts};
use crate::sql::{idempotency, journal, script};
use crate::statement::handwritten;

pub(super) async fn publish(
    mut wire: &AsyncPgConnection,
    publication: &Publication,
) -> Result<(), Failure<PublishConflict>> {
    let new = &publication.script;
    let record = publication.idempotency.as_ref();
    // What depends on nothing travels together.
    let ((), category, (), ()) = tokio::try_join!(
        idempotency::store(wire, record, PublishConflict::Repeated),
        script::category(
            wire,
            new.category.as_ref(),
            PublishConflict::UnknownCategory
        ),
        script::store_content(wire, &publication.content),
        script::make_tags(wire, &new.tags),
    )?;
    diesel::insert_into(scripts::table)
        .values(NewScriptRow::of(new, category))
        .execute(&mut wire)
        .await
        .on_unique("scripts_owner_id_slug_key", PublishConflict::SlugTaken)?;
    tokio::try_join!(
        add(wire, &publication.version),
        script::put_tags(wire, new.id, &new.tags),
        journal::write(wire, &publication.journal),
    )?;
    Ok(())
}

async fn add<C>(mut wire: &AsyncPgConnection, version: &Version) -> Result<(), Failure<C>> {
    diesel::insert_into(script_versions::table)
        .values(NewVersionRow::from(version))
        .execute(&mut wire)
        .await?;
    Ok(())
}

pub(super) async fn add_version(
    wire: &AsyncPgConnection,
    addition: &VersionAddition,
) -> Result<(), Failure<VersionConflict>> {
    let version = &addition.version;
    let record = addition.idempotency.as_ref();
    tokio::try_join!(
        idempotency::store(wire, record, VersionConflict::Repeated),
        move_on(wire, addition),
        script::store_content(wire, &addition.content),
    )?;
    add(wire, version).await.on_unique(
        "script_versions_script_id_label_key",
        VersionConflict::LabelTaken,
    )?;
    journal::write(wire, &addition.journal).await
}

/// Makes the new version the newest one, if the newest one is still the one that was seen.
async fn move_on(
    mut wire: &AsyncPgConnection,
    addition: &VersionAddition,
) -> Result<(), Failure<VersionConflict>> {
    let moved = handwritten(
        "UPDATE scripts SET latest_version = $2, revision = revision + 1, updated_at = $4 \
         WHERE id = $1 AND latest_version = $3 AND status <> 'deleted'",
    )
    .bind::<Uuid, _>(addition.version.script.as_uuid())
    .bind::<Integer, _>(signed(addition.version.number.get()))
    .bind::<Integer, _>(signed(addition.after.get()))
    .bind::<Timestamptz, _>(addition.version.created_at)
    .execute(&mut wire)
    .await?;
    if moved == 0 {
        return Err(Failure::Conflict(VersionConflict::Stale));
    }
    Ok(())
}

pub(super) async fn amend(
    wire: &AsyncPgConnection,
    amendment: &Amendment,
) -> Result<ScriptDetail, Failure<AmendConflict>> {
    let patch = &amendment.patch;
    let category = match &patch.category {
        Some(slug) => {
            let unknown = AmendConflict::UnknownCategory;
            Some(script::category(wire, slug.as_ref(), unknown).await?)
        }
        None => None,
    };
    change(wire, amendment, category).await?;
    if let Some(tags) = &patch.tags {
        clear_tags(wire, amendment.script).await?;
        script::make_tags(wire, tags).await?;
        script::put_tags(wire, amendment.script, tags).await?;
    }
    journal::write(wire, &amendment.journal).await?;
    reread(wire, amendment.script).await
}

/// `category`: what to file it under, when that changes.
async fn change(
    mut wire: &AsyncPgConnection,
    amendment: &Amendment,
    category: Option<Option<i32>>,
) -> Result<(), Failure<AmendConflict>> {
    let patch = &amendment.patch;
    let licence = patch.licence.as_ref();
    let changed = handwritten(
        "UPDATE scripts SET slug = COALESCE($3, slug), title = COALESCE($4, title), summary = COALESCE($5, summary), \
             readme = COALESCE($6, readme), language = COALESCE($7, language), \
             licence = CASE WHEN $8 THEN $9 ELSE licence END, \
             category_id = CASE WHEN $10 THEN $11 ELSE category_id END, \
             visibility = COALESCE($12, visibility), tag_names = COALESCE($14, tag_names), \
             revision = revision + 1, updated_at = $13 \
         WHERE id = $1 AND revision = $2 AND status <> 'deleted'",
    )
    .bind::<Uuid, _>(amendment.script.as_uuid())
    .bind::<BigInt, _>(amendment.expected.get())
    .bind::<Nullable<Text>, _>(patch.slug.as_ref().map(Slug::as_str))
    .bind::<Nullable<Text>, _>(patch.title.as_ref().map(Title::as_str))
    .bind::<Nullable<Text>, _>(patch.summary.as_ref().map(Summary::as_str))
    .bind::<Nullable<Text>, _>(patch.readme.as_ref().map(Readme::as_str))
    .bind::<Nullable<Text>, _>(patch.language.as_ref().map(Language::as_str))
    .bind::<Bool, _>(licence.is_some())
    .bind::<Nullable<Text>, _>(licence.and_then(|licence| licence.as_ref().map(Licence::as_str)))
    .bind::<Bool, _>(category.is_some())
    .bind::<Nullable<Integer>, _>(category.flatten())
    .bind::<Nullable<Text>, _>(patch.visibility.map(Visibility::name))
    .bind::<Timestamptz, _>(amendment.at)
    .bind::<Nullable<Array<Text>>, _>(patch.tags.as_ref().map(tag_names))
    .execute(&mut wire)
    .await
    .on_unique("scripts_owner_id_slug_key", AmendConflict::SlugTaken)?;
    if changed == 0 {
        return Err(Failure::Conflict(AmendConflict::Stale));
    }
    Ok(())
}

async fn clear_tags<C>(mut wire: &AsyncPgConnection, id: ScriptId) -> Result<(), Failure<C>> {
    handwritten("DELETE FROM script_tags WHERE script_id = $1")
        .bind::<Uuid, _>(id.as_uuid())
        .execute(&mut wire)
        .await?;
    Ok(())
}

/// The script as this transaction has made it.
async fn reread<C>(wire: &AsyncPgConnection, id: ScriptId) -> Result<ScriptDetail, Failure<C>> {
    script::find(wire, id)
        .await?
        .ok_or_else(|| Damage::new("scripts", "a script without its newest version").into())
}

pub(super) async fn delete(
    mut wire: &AsyncPgConnection,
    deletion: &Deletion,
) -> Result<(), Failure<StaleScript>> {
    let deleted = handwritten(
        "UPDATE scripts SET deleted_status = status, status = 'deleted', deleted_at = $3, revision = revision + 1, \
             updated_at = $3 \
         WHERE id = $1 AND status <> 'deleted' AND ($2 IS NULL OR revision = $2)",
    )
    .bind::<Uuid, _>(deletion.script.as_uuid())
    .bind::<Nullable<BigInt>, _>(deletion.expected.map(domain::revision::Revision::get))
    .bind::<Timestamptz, _>(deletion.at)
    .execute(&mut wire)
    .await?;
    if deleted == 0 {
        return Err(Failure::Conflict(StaleScript));
    }
    journal::write(wire, &deletion.journal).await
}

pub(super) async fn restore(
    mut wire: &AsyncPgConnection,
    restoration: &Restoration,
) -> Result<ScriptDetail, Failure<StaleScript>> {
    let restored = handwritten(
        "UPDATE scripts SET status = deleted_status, deleted_status = NULL, deleted_at = NULL, \
             revision = revision + 1, updated_at = $3 \
         WHERE id = $1 AND status = 'deleted' AND deleted_at > $2",
    )
    .bind::<Uuid, _>(restoration.script.as_uuid())
    .bind::<Timestamptz, _>(restoration.deleted_after)
    .bind::<Timestamptz, _>(restoration.at)
    .execute(&mut wire)
    .await?;
    if restored == 0 {
        return Err(Failure::Conflict(StaleScript));
    }
    journal::write(wire, &restoration.journal).await?;
    reread(wire, restoration.script).await
}
