//! What happens around every handler.

pub mod cors;
mod envelope;
mod gate;
mod headers;

pub use envelope::envelope;
pub use gate::gate;
