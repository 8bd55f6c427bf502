//! Rust source taken apart into code, comments and literals, line by line, so that a rule on code is
//! not broken by a sentence about it.

/// One line of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Line {
    /// What the compiler reads, without what is in quotes.
    pub(crate) code: String,
    /// What people read.
    pub(crate) comment: String,
    /// What is in quotes.
    pub(crate) text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    Text,
}

/// Takes `source` apart.
pub(crate) fn split(source: &str) -> Vec<Line> {
    let mut lines = vec![Line::default()];
    let mut rest = source;
    while !rest.is_empty() {
        let (kind, length) = next_part(rest);
        let (part, after) = rest.split_at(length);
        distribute(&mut lines, kind, part);
        rest = after;
    }
    lines
}

/// Appends `part`, which may span lines, to its kind.
fn distribute(lines: &mut Vec<Line>, kind: Kind, part: &str) {
    for (index, piece) in part.split('\n').enumerate() {
        if index > 0 {
            lines.push(Line::default());
        }
        let Some(line) = lines.last_mut() else {
            continue;
        };
        match kind {
            Kind::Code => line.code.push_str(piece),
            Kind::Comment => line.comment.push_str(piece),
            Kind::Text => line.text.push_str(piece),
        }
    }
}

/// The kind and the length in bytes of what `rest`, which is not empty, begins with.
fn next_part(rest: &str) -> (Kind, usize) {
    if rest.starts_with("//") {
        return (Kind::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Kind::Comment, block_comment(rest));
    }
    let word = rest
        .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .unwrap_or(rest.len());
    let (prefix, after) = rest.split_at(word);
    if matches!(prefix, "r" | "br" | "cr")
        && let Some(length) = raw_string(after)
    {
        return (Kind::Text, word + length);
    }
    if matches!(prefix, "" | "b" | "c") && after.starts_with('"') {
        return (Kind::Text, word + quoted(after, '"'));
    }
    if word > 0 {
        return (Kind::Code, word);
    }
    if let Some(length) = character(rest) {
        return (Kind::Text, length);
    }
    (Kind::Code, rest.chars().next().map_or(1, char::len_utf8))
}

/// The length of the block comment that `rest` begins with; such comments nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(here) = rest.get(at..).filter(|here| !here.is_empty()) {
        if here.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += here.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// The length of `#"…"#`, if `rest` begins with it.
fn raw_string(rest: &str) -> Option<usize> {
    let body = rest.trim_start_matches('#');
    let hashes = rest.len() - body.len();
    let body = body.strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = body.find(&end).map_or(body.len(), |at| at + end.len());
    Some(hashes + 1 + length)
}

/// The length of the literal in `quote` that `rest` begins with.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if letter == '\\' {
            escaped = true;
        } else if letter == quote {
            return at + 1;
        }
    }
    rest.len()
}

/// The length of the character that `rest` begins with; none for a lifetime.
fn character(rest: &str) -> Option<usize> {
    let mut letters = rest.chars();
    if letters.next() != Some('\'') {
        return None;
    }
    match (letters.next()?, letters.next()) {
        ('\\', _) => Some(quoted(rest, '\'')),
        (letter, Some('\'')) => Some(letter.len_utf8() + 2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(source: &str) -> String {
        split(source).into_iter().map(|line| line.code).collect()
    }

    #[test]
    fn code_comments_and_text_are_told_apart() {
        let lines = split("let a = \"// b\"; // \"c\"\nd();");
        let first = Line {
            code: "let a = ; ".to_owned(),
            comment: "// \"c\"".to_owned(),
            text: "\"// b\"".to_owned(),
        };
        assert_eq!(lines.first(), Some(&first));
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn text_ends_where_rust_says_it_ends() {
        assert_eq!(code(r#"a("\"b\"", c)"#), "a(, c)");
        assert_eq!(code("a(r#\"b\"c\"#, d)"), "a(, d)");
        assert_eq!(code("a(br\"\\\", b)"), "a(, b)");
        assert_eq!(code("a('\"', '\\'', b)"), "a(, , b)");
        assert_eq!(code("bar\"x\""), "bar");
    }

    #[test]
    fn a_lifetime_and_a_raw_name_are_code() {
        assert_eq!(code("fn a<'b>(c: &'b str)"), "fn a<'b>(c: &'b str)");
        assert_eq!(code("r#type + \"x\""), "r#type + ");
    }

    #[test]
    fn block_comments_nest_and_keep_the_count_of_lines() {
        let lines = split("a /* b\n/* c */ d\n*/ e");
        assert_eq!(lines.len(), 3);
        assert_eq!(lines.last().unwrap().code, " e");
    }

    #[test]
    fn what_never_ends_is_no_trap() {
        assert_eq!(code("a /* b"), "a ");
        assert_eq!(code("a \"b"), "a ");
        assert_eq!(code("a r#\"b"), "a ");
        assert_eq!(code("'"), "'");
    }
}
