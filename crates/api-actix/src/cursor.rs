//! Cursors: places in a list, sealed so that they can only be used where they were made.

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName, HeaderValue};
use chrono::{DateTime, Utc};
use domain::page::{Limit, Page, Position, Window};
use domain::port::seals::Seals;
use domain::violation::Violation;
use serde::Serialize;
use url::form_urlencoded;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::problem::{Code, FieldError, Problem};

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageView<T> {
    /// The rows, in list order.
    pub items: Vec<T>,
    /// Where the next page starts; `null` on the last one.
    pub next_cursor: Option<String>,
    /// Where the page before starts; `null` on the first one.
    pub prev_cursor: Option<String>,
}

/// A list that is read page by page: its name, with sort and filters, so that a cursor fits no other list.
#[derive(Debug)]
pub struct Listed(String);

impl Listed {
    /// A list of this name and this shape.
    pub fn new(name: &str, shape: &impl std::fmt::Debug) -> Self {
        Self(format!("{name}|{shape:?}"))
    }

    /// Where a page starts, as a `cursor` parameter tells it.
    ///
    /// # Errors
    /// [`Code::InvalidCursor`] for a cursor that was not made for this list.
    pub fn window(&self, cursor: Option<&str>, seals: &dyn Seals) -> Result<Window, Problem> {
        let Some(cursor) = cursor else {
            return Ok(Window::First);
        };
        seals
            .open(self.0.as_bytes(), cursor)
            .ok()
            .and_then(|payload| decode(&payload))
            .ok_or_else(|| Problem::new(Code::InvalidCursor))
    }

    /// The page as JSON, with the cursors to its neighbours.
    pub fn page<T, V>(
        &self,
        page: &Page<T>,
        seals: &dyn Seals,
        view: impl Fn(&T) -> V,
    ) -> PageView<V> {
        let seal = |window| seals.seal(self.0.as_bytes(), &encode(window));
        PageView {
            next_cursor: page.next.map(|position| seal((Direction::After, position))),
            prev_cursor: page
                .previous
                .map(|position| seal((Direction::Before, position))),
            items: page.items.iter().map(view).collect(),
        }
    }
}

/// How many rows somebody asked for.
///
/// # Errors
/// [`Code::ValidationFailed`] for what is not a number between 1 and `ceiling`.
pub fn limit(asked: Option<&str>, ceiling: u16) -> Result<Limit, Problem> {
    let Some(asked) = asked else {
        return Ok(Limit::DEFAULT);
    };
    asked
        .parse()
        .ok()
        .and_then(|number| Limit::within(number, ceiling))
        .ok_or_else(|| {
            Problem::invalid(vec![FieldError {
                field: "limit".to_owned(),
                code: Violation::Malformed("").code().into(),
                message: format!("must be a number from 1 to {ceiling}"),
            }])
        })
}

impl<V> PageView<V> {
    /// The `Link` header of the page (RFC 8288): the same request with another cursor.
    #[must_use]
    pub fn links(&self, request: &HttpRequest) -> Option<(HeaderName, HeaderValue)> {
        let link = |cursor: &Option<String>, relation: &str| {
            cursor
                .as_ref()
                .map(|cursor| format!("<{}>; rel=\"{relation}\"", with_cursor(request, cursor)))
        };
        let links: Vec<_> = [
            link(&self.next_cursor, "next"),
            link(&self.prev_cursor, "prev"),
        ]
        .into_iter()
        .flatten()
        .collect();
        if links.is_empty() {
            return None;
        }
        let value = HeaderValue::try_from(links.join(", ")).ok()?;
        Some((HeaderName::from_static("link"), value))
    }
}

fn with_cursor(request: &HttpRequest, cursor: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(request.query_string().as_bytes()) {
        if name != "cursor" {
            query.append_pair(&name, &value);
        }
    }
    query.append_pair("cursor", cursor);
    format!("{}?{}", request.path(), query.finish())
}

#[derive(Clone, Copy)]
enum Direction {
    After,
    Before,
}

fn encode((direction, position): (Direction, Position)) -> Vec<u8> {
    let mut payload = Vec::with_capacity(25);
    payload.push(match direction {
        Direction::After => b'>',
        Direction::Before => b'<',
    });
    payload.extend_from_slice(&position.at.timestamp_micros().to_be_bytes());
    payload.extend_from_slice(position.id.as_bytes());
    payload
}

fn decode(payload: &[u8]) -> Option<Window> {
    let (direction, rest) = payload.split_first()?;
    let (at, id) = rest.split_first_chunk::<8>()?;
    let position = Position {
        at: DateTime::<Utc>::from_timestamp_micros(i64::from_be_bytes(*at))?,
        id: Uuid::from_slice(id).ok()?,
    };
    match direction {
        b'>' => Some(Window::After(position)),
        b'<' => Some(Window::Before(position)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_place_survives_its_encoding() {
        let position = Position {
            at: DateTime::from_timestamp_micros(1_772_366_400_123_456).unwrap(),
            id: Uuid::from_u128(7),
        };
        assert_eq!(
            decode(&encode((Direction::Before, position))),
            Some(Window::Before(position))
        );
        assert_eq!(decode(b"?12345678"), None);
        assert_eq!(decode(b""), None);
    }

    #[test]
    fn a_link_repeats_the_request_with_the_other_cursor() {
        let request =
            TestRequest::with_uri("/api/scripts?language=c%2B%2B&cursor=old").to_http_request();
        let page = PageView::<u8> {
            items: Vec::new(),
            next_cursor: Some("new".to_owned()),
            prev_cursor: None,
        };
        let (_, link) = page.links(&request).unwrap();
        assert_eq!(
            link,
            "</api/scripts?language=c%2B%2B&cursor=new>; rel=\"next\""
        );
    }

    #[test]
    fn a_limit_outside_its_bounds_names_the_rule() {
        assert_eq!(limit(None, 50).unwrap(), Limit::DEFAULT);
        for asked in ["0", "51", "-1", "ten", "99999999"] {
            let problem = limit(Some(asked), 50).unwrap_err();
            assert_eq!(problem.code(), Code::ValidationFailed);
        }
    }
}
