//! Bodies that are pictures.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use domain::account::avatar;

use super::body::{PATIENCE, read};
use crate::problem::{Code, Problem};

/// The bytes of a body that says it is a picture. What it is in truth, and whether it can be read, is found out later.
#[derive(Debug)]
pub struct Image(pub Vec<u8>);

/// What a client may say that it sends. No `image/svg+xml`: that is a program.
const KINDS: [&str; 4] = ["image/png", "image/jpeg", "image/webp", "image/gif"];

impl FromRequest for Image {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            expect_picture(&request)?;
            let reading = read(&request, payload, avatar::MAX_BYTES);
            let bytes = tokio::time::timeout(PATIENCE, reading)
                .await
                .map_err(|_elapsed| Problem::new(Code::RequestTimeout))??;
            Ok(Self(bytes.into()))
        })
    }
}

fn expect_picture(request: &HttpRequest) -> Result<(), Problem> {
    let header = |name: header::HeaderName| {
        let value = request.headers().get(name)?;
        Some(value.to_str().unwrap_or("?").trim().to_ascii_lowercase())
    };
    let is_picture =
        header(header::CONTENT_TYPE).is_some_and(|kind| KINDS.contains(&kind.as_str()));
    let is_plain = header(header::CONTENT_ENCODING).is_none_or(|coding| coding == "identity");
    if is_picture && is_plain {
        Ok(())
    } else {
        Err(Problem::new(Code::UnsupportedMediaType).detail(
            "send the picture as image/png, image/jpeg, image/webp or image/gif, uncompressed",
        ))
    }
}
