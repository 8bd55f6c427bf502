//! Parts of the writes that concern scripts.

use diesel::QueryableByName;
use diesel::sql_types::{Array, Integer, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::id::ScriptId;
use domain::script::content::PackedContent;
use domain::script::entity::ScriptDetail;
use domain::script::taxonomy::{CategorySlug, Tags};

use crate::failure::Failure;
use crate::rows::script::{
    DetailRow, NewBlobRow, listed_columns, page_columns, tag_names, version_columns,
};
use crate::schema::script_blobs;
use crate::statement::handwritten;

/// Everything about one script whose owner is not deleted; the condition is on `s` and `u`.
macro_rules! detail_where {
    ($condition:literal) => {
        concat!(
            "SELECT ",
            listed_columns!(),
            ", ",
            page_columns!(),
            ", ",
            version_columns!(),
            " FROM scripts s JOIN users u ON u.id = s.owner_id \
              JOIN script_versions v ON v.script_id = s.id AND v.number = s.latest_version \
              LEFT JOIN categories c ON c.id = s.category_id WHERE u.account_status <> 'deleted' AND ",
            $condition
        )
    };
}
pub(crate) use detail_where;

/// A script as its page shows it.
pub(crate) async fn find<C>(
    mut wire: &AsyncPgConnection,
    id: ScriptId,
) -> Result<Option<ScriptDetail>, Failure<C>> {
    let rows: Vec<DetailRow> = handwritten(detail_where!("s.id = $1"))
        .bind::<Uuid, _>(id.as_uuid())
        .load(&mut wire)
        .await?;
    let row = rows.into_iter().next();
    Ok(row.map(DetailRow::into_detail).transpose()?)
}

/// Stores a content unless it is there.
pub(crate) async fn store_content<C>(
    mut wire: &AsyncPgConnection,
    content: &PackedContent,
) -> Result<(), Failure<C>> {
    diesel::insert_into(script_blobs::table)
        .values(NewBlobRow::from(content))
        .on_conflict_do_nothing()
        .execute(&mut wire)
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = Integer)]
    id: i32,
}

/// The number behind the slug of a category, if there is such a category.
pub(crate) async fn category<C>(
    mut wire: &AsyncPgConnection,
    slug: Option<&CategorySlug>,
    unknown: C,
) -> Result<Option<i32>, Failure<C>> {
    let Some(slug) = slug else {
        return Ok(None);
    };
    let rows: Vec<IdRow> = handwritten("SELECT id FROM categories WHERE slug = $1")
        .bind::<Text, _>(slug.as_str())
        .load(&mut wire)
        .await?;
    let row = rows.into_iter().next().ok_or(Failure::Conflict(unknown))?;
    Ok(Some(row.id))
}

/// Makes the tags that nobody has used before. In the order of the alphabet: two writes that make the same tags wait
/// for each other instead of locking each other out.
pub(crate) async fn make_tags<C>(
    mut wire: &AsyncPgConnection,
    tags: &Tags,
) -> Result<(), Failure<C>> {
    if tags.as_slice().is_empty() {
        return Ok(());
    }
    let mut names = tag_names(tags);
    names.sort_unstable();
    // Those that are there are not tried: every try would use up a number.
    handwritten(
        "INSERT INTO tags (name) SELECT name FROM unnest($1) AS given (name) \
         WHERE NOT EXISTS (SELECT FROM tags t WHERE t.name = given.name) \
         ON CONFLICT ON CONSTRAINT tags_name_key DO NOTHING",
    )
    .bind::<Array<Text>, _>(names)
    .execute(&mut wire)
    .await?;
    Ok(())
}

/// Puts tags that are there on a script, in their order.
pub(crate) async fn put_tags<C>(
    mut wire: &AsyncPgConnection,
    script: ScriptId,
    tags: &Tags,
) -> Result<(), Failure<C>> {
    if tags.as_slice().is_empty() {
        return Ok(());
    }
    let names = tag_names(tags);
    handwritten(
        "INSERT INTO script_tags (script_id, tag_id, position) \
         SELECT $1, t.id, given.position FROM unnest($2) WITH ORDINALITY AS given (name, position) \
         JOIN tags t ON t.name = given.name",
    )
    .bind::<Uuid, _>(script.as_uuid())
    .bind::<Array<Text>, _>(names)
    .execute(&mut wire)
    .await?;
    Ok(())
}
