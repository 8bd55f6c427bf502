//! What a task tells the person who started it.

use std::fmt::Display;
use std::io::{self, Write};

/// Prints one line. A reader who has gone away is no reason to stop in the middle of the work.
pub(crate) fn line(text: impl Display) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Prints one decision on `topic`.
pub(crate) fn say(topic: &str, decision: impl Display) {
    line(format_args!("{topic:>12}  {decision}"));
}
