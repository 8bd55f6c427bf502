//! The program `scripthub`.

use std::process::ExitCode;

/// Gives memory back and is fast under many threads; the system's allocator does neither as well.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    api_actix::cli::run()
}
