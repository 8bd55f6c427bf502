//! Reads: each one query, prepared.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Binary, Integer, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::account::username::UsernameKey;
use domain::id::ScriptId;
use domain::outage::Outage;
use domain::page::{Limit, Page, Position, Window};
use domain::script::entity::{OpenedVersion, ScriptDetail, ScriptSummary, VersionInContext};
use domain::script::listing::{ListScope, ScriptListing, ScriptSort};
use domain::script::slug::Slug;
use domain::script::version::{Version, VersionSelector};

use crate::failure::Damage;
use crate::pg::Pg;
use crate::rows::api_key::uuids;
use crate::rows::script::{
    ContextRow, DetailRow, ListedRow, OpenedRow, VersionRow, context_columns, listed_columns,
    page_columns, version_columns,
};
use crate::rows::signed;
use crate::sql::script::{self, detail_where};
use crate::statement::{Handwritten, handwritten};

pub(super) async fn find(pg: &Pg, id: ScriptId) -> Result<Option<ScriptDetail>, Outage> {
    pg.read(
        "find_script",
        &id,
        async |wire: &AsyncPgConnection, id: &ScriptId| script::find(wire, *id).await,
    )
    .await
}

pub(super) async fn find_by_slug(
    pg: &Pg,
    owner: &UsernameKey,
    slug: &Slug,
) -> Result<Option<ScriptDetail>, Outage> {
    pg.read(
        "find_script_by_slug",
        &(owner.clone(), slug.clone()),
        async |mut wire: &AsyncPgConnection, (owner, slug): &(UsernameKey, Slug)| {
            let rows: Vec<DetailRow> =
                handwritten(detail_where!("u.username_key = $1 AND s.slug = $2"))
                    .bind::<Text, _>(owner.as_str())
                    .bind::<Text, _>(slug.as_str())
                    .load(&mut wire)
                    .await?;
            let row = rows.into_iter().next();
            Ok(row.map(DetailRow::into_detail).transpose()?)
        },
    )
    .await
}

/// A row more than asked for shows whether another page follows.
fn one_more(limit: Limit) -> i64 {
    i64::from(limit.get()) + 1
}

pub(super) async fn list(pg: &Pg, listing: &ScriptListing) -> Result<Page<ScriptSummary>, Outage> {
    pg.read(
        "list_scripts",
        listing,
        async |mut wire: &AsyncPgConnection, listing: &ScriptListing| {
            let rows: Vec<ListedRow> = list_statement(listing).load(&mut wire).await?;
            let scripts: Result<Vec<_>, Damage> =
                rows.into_iter().map(ListedRow::into_summary).collect();
            Ok(Page::cut(
                scripts?,
                listing.window,
                listing.limit,
                |script| Position {
                    at: time(listing.sort, script),
                    id: script.id.as_uuid(),
                },
            ))
        },
    )
    .await
}

fn time(sort: ScriptSort, script: &ScriptSummary) -> DateTime<Utc> {
    match sort {
        ScriptSort::New => script.created_at,
        ScriptSort::Updated => script.updated_at,
    }
}

/// The statement of a list: one text for each combination of scope, sort, direction and filters, so that each is
/// prepared once and planned for the index that fits it.
fn list_statement(listing: &ScriptListing) -> Handwritten<'_> {
    let mut statement = handwritten(concat!(
        "SELECT ",
        listed_columns!(),
        " FROM scripts s JOIN users u ON u.id = s.owner_id LEFT JOIN categories c ON c.id = s.category_id \
         WHERE u.account_status <> 'deleted' AND "
    ));
    statement = match listing.scope {
        ListScope::Public => statement.text("s.visibility = 'public' AND s.status = 'published'"),
        ListScope::Everything { owner } => statement
            .text("s.status <> 'deleted' AND s.owner_id = ")
            .value::<Uuid, _>(owner.as_uuid()),
    };
    if let Some(language) = &listing.filter.language {
        statement = statement
            .text(" AND s.language = ")
            .value::<Text, _>(language.as_str());
    }
    if let Some(tag) = &listing.filter.tag {
        statement = statement
            .text(" AND s.id IN (SELECT st.script_id FROM script_tags st JOIN tags t ON t.id = st.tag_id WHERE t.name = ")
            .value::<Text, _>(tag.as_str())
            .text(")");
    }
    if let Some(scripts) = &listing.filter.among {
        statement = statement
            .text(" AND s.id = ANY (")
            .value::<Array<Uuid>, _>(uuids(scripts))
            .text(")");
    }
    if let Some(author) = &listing.filter.author {
        statement = statement
            .text(" AND s.owner_id = (SELECT id FROM users WHERE username_key = ")
            .value::<Text, _>(author.as_str())
            .text(")");
    }
    in_window(statement, listing)
}

/// The rows of the window, in reading order, and one more.
fn in_window<'q>(statement: Handwritten<'q>, listing: &ScriptListing) -> Handwritten<'q> {
    let (after, before, down, up) = match listing.sort {
        ScriptSort::New => (
            " AND (s.created_at, s.id) < (",
            " AND (s.created_at, s.id) > (",
            " ORDER BY s.created_at DESC, s.id DESC LIMIT ",
            " ORDER BY s.created_at, s.id LIMIT ",
        ),
        ScriptSort::Updated => (
            " AND (s.updated_at, s.id) < (",
            " AND (s.updated_at, s.id) > (",
            " ORDER BY s.updated_at DESC, s.id DESC LIMIT ",
            " ORDER BY s.updated_at, s.id LIMIT ",
        ),
    };
    let from = |statement: Handwritten<'q>, condition, place: Position| {
        statement
            .text(condition)
            .value::<Timestamptz, _>(place.at)
            .text(", ")
            .value::<Uuid, _>(place.id)
            .text(")")
    };
    let statement = match listing.window {
        Window::First => statement.text(down),
        Window::After(place) => from(statement, after, place).text(down),
        Window::Before(place) => from(statement, before, place).text(up),
    };
    statement.value::<BigInt, _>(one_more(listing.limit))
}

pub(super) async fn list_versions(
    pg: &Pg,
    script: ScriptId,
    window: Window,
    limit: Limit,
) -> Result<Page<Version>, Outage> {
    pg.read("list_versions", &(script, window, limit), async |mut wire: &AsyncPgConnection, &(script, window, limit): &(ScriptId, Window, Limit)| {
        let (sql, place) = match window {
            Window::First => (
                concat!(
                    "SELECT ",
                    version_columns!(),
                    " FROM script_versions v WHERE v.script_id = $1 AND v.number < $2 ORDER BY v.number DESC LIMIT $3"
                ),
                i64::from(i32::MAX),
            ),
            Window::After(position) => (
                concat!(
                    "SELECT ",
                    version_columns!(),
                    " FROM script_versions v WHERE v.script_id = $1 AND v.number < $2 ORDER BY v.number DESC LIMIT $3"
                ),
                number(position),
            ),
            Window::Before(position) => (
                concat!(
                    "SELECT ",
                    version_columns!(),
                    " FROM script_versions v WHERE v.script_id = $1 AND v.number > $2 ORDER BY v.number LIMIT $3"
                ),
                number(position),
            ),
        };
        let rows: Vec<VersionRow> = handwritten(sql)
            .bind::<Uuid, _>(script.as_uuid())
            .bind::<BigInt, _>(place)
            .bind::<BigInt, _>(one_more(limit))
            .load(&mut wire)
            .await?;
        let versions: Result<Vec<_>, Damage> =
            rows.into_iter().map(VersionRow::into_version).collect();
        Ok(Page::cut(versions?, window, limit, |version| Position {
            at: version.created_at,
            id: uuid::Uuid::from_u128(version.number.get().into()),
        }))
    })
    .await
}

fn number(position: Position) -> i64 {
    i64::try_from(position.id.as_u128()).unwrap_or(i64::MAX)
}

/// A version of a script whose owner is not deleted, with `$more` columns and `$join`s, chosen by `$which`.
macro_rules! version_where {
    ($more:literal, $join:literal, $which:literal) => {
        concat!(
            "SELECT ",
            version_columns!(),
            ", ",
            context_columns!(),
            $more,
            " FROM scripts s JOIN script_versions v ON v.script_id = s.id \
              JOIN users u ON u.id = s.owner_id AND u.account_status <> 'deleted'",
            $join,
            " WHERE s.id = $1 AND ",
            $which
        )
    };
}

macro_rules! selected {
    ($selector:expr, $script:expr, $more:literal, $join:literal) => {
        match $selector {
            VersionSelector::Latest => {
                handwritten(version_where!($more, $join, "v.number = s.latest_version"))
                    .bind::<Uuid, _>($script.as_uuid())
            }
            VersionSelector::Number(number) => {
                handwritten(version_where!($more, $join, "v.number = $2"))
                    .bind::<Uuid, _>($script.as_uuid())
                    .bind::<Integer, _>(signed(number.get()))
            }
            VersionSelector::Label(label) => {
                handwritten(version_where!($more, $join, "v.label = $2"))
                    .bind::<Uuid, _>($script.as_uuid())
                    .bind::<Text, _>(label.as_str())
            }
            VersionSelector::Digest(digest) => handwritten(version_where!(
                $more,
                $join,
                "v.sha256 = $2 ORDER BY v.number DESC LIMIT 1"
            ))
            .bind::<Uuid, _>($script.as_uuid())
            .bind::<Binary, _>(&digest.as_bytes()[..]),
        }
    };
}

pub(super) async fn find_version(
    pg: &Pg,
    script: ScriptId,
    selector: &VersionSelector,
) -> Result<Option<VersionInContext>, Outage> {
    pg.read(
        "find_version",
        &(script, selector.clone()),
        async |mut wire: &AsyncPgConnection, (script, selector): &(ScriptId, VersionSelector)| {
            let rows: Vec<ContextRow> = selected!(selector, script, "", "").load(&mut wire).await?;
            let row = rows.into_iter().next();
            Ok(row.map(ContextRow::into_context).transpose()?)
        },
    )
    .await
}

pub(super) async fn open_version(
    pg: &Pg,
    script: ScriptId,
    selector: &VersionSelector,
) -> Result<Option<OpenedVersion>, Outage> {
    pg.read(
        "open_version",
        &(script, selector.clone()),
        async |mut wire: &AsyncPgConnection, (script, selector): &(ScriptId, VersionSelector)| {
            let statement = selected!(
                selector,
                script,
                ", b.gzip, b.gzip_sha256",
                " LEFT JOIN script_blobs b ON b.sha256 = v.content_sha256"
            );
            let rows: Vec<OpenedRow> = statement.load(&mut wire).await?;
            let row = rows.into_iter().next();
            Ok(row.map(OpenedRow::into_opened).transpose()?)
        },
    )
    .await
}
