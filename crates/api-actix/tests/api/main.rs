//! The HTTP door over mocked ports: who may do what, how failures look, what every answer carries, and what the
//! documents promise. Nothing here opens a socket; `e2e` does.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "in a test a panic is the failure"
)]

mod harness;

mod access;
mod api_keys;
mod audit;
mod avatars;
mod bodies;
mod conditions;
mod cookies;
mod cors;
mod cursors;
mod documents;
mod export;
mod headers;
mod injection;
mod joining;
mod json;
mod limits;
mod linking;
mod lists;
mod matrix;
mod media;
mod methods;
mod problems;
mod providers;
mod public_answers;
mod raw;
mod routes;
mod scripts;
mod second_factor;
mod sessions;
mod staff;
mod users;
mod versions;
mod visibility;
