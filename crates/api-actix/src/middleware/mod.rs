//! What happens around every handler.

pub mod cors;
mod envelope;
mod gate;
mod headers;
mod panic;

pub use envelope::envelope;
pub use gate::gate;
