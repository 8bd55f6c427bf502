//! What people write about a script.

use crate::text;
use crate::violation::Violation;

macro_rules! wordings {
    ($($(#[$doc:meta])* $name:ident: $parse:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// Parses what somebody wrote.
            ///
            /// # Errors
            /// The rule that the text breaks.
            pub fn parse(input: &str) -> Result<Self, Violation> {
                let parse: fn(&str) -> Result<String, Violation> = $parse;
                parse(input).map(Self)
            }

            /// Text as storage holds it.
            #[must_use]
            pub const fn restore(text: String) -> Self {
                Self(text)
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    )*};
}

wordings! {
    /// One line of 1 to 120 characters.
    Title: |input| text::required_line(input, 120);
    /// One line of up to 300 characters.
    Summary: |input| text::line(input, 300);
    /// Markdown of up to 50,000 bytes.
    Readme: |input| text::block(input, 50_000);
    /// What is new in a version: Markdown of up to 10,000 bytes.
    Changelog: |input| text::block(input, 10_000);
}
