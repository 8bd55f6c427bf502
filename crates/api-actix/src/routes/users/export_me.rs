//! `GET /api/users/me/export`

use std::io;

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use application::accounts::export::AccountExport;
use bytes::Bytes;
use futures_util::stream::{Stream, try_unfold};

use super::export_document::{DocumentWriter, ExportView};
use crate::extract::SignedIn;
use crate::problem::Problem;
use crate::state::Api;

/// Take everything with you
///
/// All that we hold about you, as one JSON document: account, ways to sign in, sessions, API keys (never a secret), scripts with the text
/// of each version, and what happened to the security of your account. Streamed: an answer that breaks off was not all. The export itself
/// is one of those events.
#[utoipa::path(
    tag = "users",
    security(("bearer" = [])),
    responses((status = 200, description = "The document, to be saved as a file", body = ExportView))
)]
#[get("/api/users/me/export")]
pub(super) async fn export_me(
    SignedIn(actor): SignedIn,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let (holdings, export) = api.export_account.begin(&actor).await?;
    let username = holdings.account.user.username.as_str();
    let name = format!("attachment; filename=\"scripthub-{username}.json\"");
    let (writer, beginning) = DocumentWriter::begin(&holdings)?;
    Ok(HttpResponse::Ok()
        .content_type(header::ContentType::json())
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .streaming(written(export, writer, beginning)))
}

/// One part after the other, read when the one before it was sent: whoever reads slowly, or hangs up, costs no more than one part.
fn written(
    export: AccountExport,
    writer: DocumentWriter,
    beginning: Vec<u8>,
) -> impl Stream<Item = Result<Bytes, io::Error>> {
    let begin = Some((export, writer, beginning));
    try_unfold(begin, |state| async move {
        let Some((mut export, mut writer, mut text)) = state else {
            return Ok(None);
        };
        let Some(part) = export.next().await.map_err(io::Error::other)? else {
            writer.end(&mut text);
            return Ok(Some((Bytes::from(text), None)));
        };
        writer.write(&part, &mut text).map_err(io::Error::other)?;
        let next = Some((export, writer, Vec::new()));
        Ok(Some((Bytes::from(text), next)))
    })
}
