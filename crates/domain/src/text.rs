//! What every piece of human text has to obey.

use crate::violation::{Unit, Violation};

/// Characters that hide, or that turn the text around them: zero-width, bidi controls, BOM, tags.
const fn is_deceptive(c: char) -> bool {
    matches!(c,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
        | '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether a character may stand in a line of text.
pub(crate) fn is_plain(c: char) -> bool {
    !c.is_control() && !is_deceptive(c)
}

/// One trimmed line of at most `max` characters, without control or deceptive characters.
pub(crate) fn line(input: &str, max: usize) -> Result<String, Violation> {
    let text = input.trim();
    if !text.chars().all(is_plain) {
        return Err(Violation::ForbiddenCharacter);
    }
    at_most(text, max)?;
    Ok(text.to_owned())
}

/// Like [`line`], but something has to be there.
pub(crate) fn required_line(input: &str, max: usize) -> Result<String, Violation> {
    let text = line(input, max)?;
    if text.is_empty() {
        Err(Violation::Required)
    } else {
        Ok(text)
    }
}

/// Several lines of at most `max_bytes`: tabs and line breaks are fine, other controls are not.
pub(crate) fn block(input: &str, max_bytes: usize) -> Result<String, Violation> {
    if input.len() > max_bytes {
        return Err(Violation::TooLong {
            max: max_bytes,
            unit: Unit::Bytes,
        });
    }
    if input
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    {
        return Err(Violation::ForbiddenCharacter);
    }
    Ok(input.to_owned())
}

fn at_most(text: &str, max: usize) -> Result<(), Violation> {
    if text.chars().count() > max {
        return Err(Violation::TooLong {
            max,
            unit: Unit::Characters,
        });
    }
    Ok(())
}
