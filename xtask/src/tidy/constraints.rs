//! Finds constraints that a migration leaves to PostgreSQL to name.

/// A constraint without a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unnamed {
    /// What it begins with, in upper case.
    pub(crate) keyword: String,
    /// Where, from 1 on.
    pub(crate) line: usize,
}

/// A word or a sign outside of comments and quotes, in upper case.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    text: String,
    line: usize,
}

/// The unnamed constraints in the statements of `sql` that make or change tables and domains. Bodies
/// of functions are not looked into.
pub(crate) fn unnamed(sql: &str) -> Vec<Unnamed> {
    let tokens = tokens(sql);
    tokens
        .split(|token| token.text == ";")
        .filter(|statement| declares_constraints(statement))
        .flat_map(unnamed_in)
        .collect()
}

/// Whether constraints can be declared in `statement`: elsewhere the same words mean something else.
fn declares_constraints(statement: &[Token]) -> bool {
    let mut words = statement.iter().map(|token| token.text.as_str());
    matches!(words.next(), Some("CREATE" | "ALTER"))
        && words
            .find(|word| {
                !matches!(
                    *word,
                    "GLOBAL" | "LOCAL" | "TEMPORARY" | "TEMP" | "UNLOGGED"
                )
            })
            .is_some_and(|word| matches!(word, "TABLE" | "DOMAIN"))
}

fn unnamed_in(statement: &[Token]) -> Vec<Unnamed> {
    let text_at = |at: Option<usize>| {
        at.and_then(|at| statement.get(at))
            .map(|token| token.text.as_str())
    };
    let mut found = Vec::new();
    for (at, token) in statement.iter().enumerate() {
        let begins = match token.text.as_str() {
            "CHECK" | "UNIQUE" | "EXCLUDE" => true,
            "PRIMARY" | "FOREIGN" => text_at(Some(at + 1)) == Some("KEY"),
            // Behind FOREIGN KEY (…) it is the second half of that one.
            "REFERENCES" => !follows_foreign_key(statement, at),
            _ => false,
        };
        if begins && text_at(at.checked_sub(2)) != Some("CONSTRAINT") {
            found.push(Unnamed {
                keyword: token.text.clone(),
                line: token.line,
            });
        }
    }
    found
}

/// Whether `FOREIGN KEY (…)` ends right before the token `at`.
fn follows_foreign_key(statement: &[Token], at: usize) -> bool {
    let mut before = statement.iter().take(at).rev();
    let columns = before
        .by_ref()
        .take_while(|token| token.text != "(")
        .map(|token| token.text.as_str());
    columns.last().is_some()
        && before.next().is_some_and(|token| token.text == "KEY")
        && before.next().is_some_and(|token| token.text == "FOREIGN")
}

fn tokens(sql: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut line = 1;
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let skipped = skipped(rest);
        let length = match skipped {
            Some(length) => length,
            None => word(rest).unwrap_or(first.len_utf8()),
        };
        let (part, after) = rest.split_at(length);
        // A quoted name stands for a word; what is in it does not matter.
        let text = if first == '"' { "\"" } else { part };
        if (skipped.is_none() || first == '"') && !first.is_whitespace() {
            found.push(Token {
                text: text.to_uppercase(),
                line,
            });
        }
        line += part.matches('\n').count();
        rest = after;
    }
    found
}

/// The length of the comment or the quoted part that `rest` begins with.
fn skipped(rest: &str) -> Option<usize> {
    let until = |end: &str, from: usize| {
        let found = rest.get(from..).and_then(|body| body.find(end));
        found.map_or(rest.len(), |at| from + at + end.len())
    };
    if rest.starts_with("--") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(until("*/", 2));
    }
    // A doubled quote ends one quoted part and begins the next, which comes to the same.
    if rest.starts_with('\'') {
        return Some(until("'", 1));
    }
    if rest.starts_with('"') {
        return Some(until("\"", 1));
    }
    let tag = rest.strip_prefix('$')?;
    let name = word(tag).unwrap_or(0);
    let opening = rest.get(..name + 2).filter(|tag| tag.ends_with('$'))?;
    Some(until(opening, opening.len()))
}

/// The length of the word that `rest` begins with.
fn word(rest: &str) -> Option<usize> {
    let length = rest
        .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .unwrap_or(rest.len());
    (length > 0).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keywords(sql: &str) -> Vec<String> {
        unnamed(sql)
            .into_iter()
            .map(|found| found.keyword)
            .collect()
    }

    #[test]
    fn every_kind_of_constraint_can_lack_its_name() {
        for (sql, keyword) in [
            ("CREATE TABLE a (b int PRIMARY KEY)", "PRIMARY"),
            ("CREATE TABLE a (b int, PRIMARY KEY (b))", "PRIMARY"),
            ("create table if not exists a (b int unique)", "UNIQUE"),
            ("CREATE UNLOGGED TABLE a (b int CHECK (b > 0))", "CHECK"),
            ("CREATE TABLE a (b int REFERENCES c (d))", "REFERENCES"),
            (
                "CREATE TABLE a (b numeric(9) REFERENCES c (d))",
                "REFERENCES",
            ),
            (
                "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c (d)",
                "FOREIGN",
            ),
            (
                "ALTER TABLE a ADD EXCLUDE USING gist (b WITH &&)",
                "EXCLUDE",
            ),
            ("CREATE DOMAIN d AS int CHECK (VALUE > 0)", "CHECK"),
        ] {
            assert_eq!(keywords(sql), [keyword], "{sql}");
        }
    }

    #[test]
    fn a_named_constraint_is_fine() {
        let sql = "CREATE TABLE a (b int CONSTRAINT a_b_check CHECK (b > 0),
            CONSTRAINT a_pkey PRIMARY KEY (b),
            CONSTRAINT \"a b\" FOREIGN KEY (b, e) REFERENCES c (d));";
        assert_eq!(keywords(sql), Vec::<String>::new());
    }

    #[test]
    fn the_same_words_elsewhere_are_fine() {
        for sql in [
            "CREATE UNIQUE INDEX a_idx ON a (b)",
            "GRANT REFERENCES ON a TO b",
            "CREATE POLICY p ON a WITH CHECK (true)",
            "ALTER TABLE a DROP CONSTRAINT a_b_check",
            "COMMENT ON TABLE a IS 'CREATE TABLE a (b int UNIQUE)'",
            "CREATE FUNCTION f() RETURNS int AS $x$ CREATE TABLE a (b int UNIQUE); $x$",
            "CREATE TABLE a (b int DEFAULT 'it''s UNIQUE') -- UNIQUE\n/* UNIQUE */",
        ] {
            assert_eq!(keywords(sql), Vec::<String>::new(), "{sql}");
        }
    }

    #[test]
    fn the_line_is_counted_over_comments_and_quotes() {
        let sql = "-- a\n/* b\n*/ SELECT 'c\nd'; CREATE TABLE e (\n  f int UNIQUE)";
        assert_eq!(unnamed(sql)[0].line, 5);
    }
}
