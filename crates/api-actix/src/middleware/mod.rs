//! What happens around every handler.

pub mod cors;
mod envelope;
mod gate;
mod headers;
mod panic;
mod public_answers;

pub use envelope::envelope;
pub use gate::gate;
pub use public_answers::{PublicAnswers, public_answers};
