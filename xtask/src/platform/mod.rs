//! The platform on this machine: its database, its keys, its server.

mod database;
mod down;
mod server;
mod settings;
mod up;

pub(crate) use database::{let_server_in, migrate, urls};
pub(crate) use down::down;
pub(crate) use server::{program, seed};
pub(crate) use settings::Settings;
pub(crate) use up::{UpArgs, up};
