//! The log: for people on a terminal, one JSON object a line elsewhere.

use std::io::IsTerminal;
use std::panic;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{LogConfig, LogFormat, LogLevel};

/// Starts the log of this process, and sends panics there, too.
pub fn start(config: LogConfig) {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter(config.level))
        .with_writer(std::io::stderr);
    let format = config.format.unwrap_or_else(|| {
        if std::io::stderr().is_terminal() {
            LogFormat::Pretty
        } else {
            LogFormat::Json
        }
    });
    // A second start, as in a test, keeps the first log.
    let _started_before = match format {
        LogFormat::Pretty => builder.finish().try_init(),
        LogFormat::Json => builder.json().flatten_event(true).finish().try_init(),
    };
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let place = place.unwrap_or_default();
        tracing::error!(
            place,
            "a thread panicked: {}",
            panic.payload_as_str().unwrap_or("?")
        );
    }));
}

/// What is told at a level: of ourselves as it says, of libraries what is worth knowing.
fn filter(level: LogLevel) -> EnvFilter {
    EnvFilter::new(match level {
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "info,actix_server=warn",
        LogLevel::Debug => {
            "info,scripthub=debug,api_actix=debug,application=debug,adapters_crypto=debug,\
             adapters_memory=debug,adapters_postgres=debug,adapters_redis=debug,adapters_smtp=debug"
        }
        LogLevel::Verbose => "trace",
    })
}
