//! The forms in which the audit log is exported.

use domain::audit::reading::AuditRecord;
use domain::outage::BoxError;
use serde_json::Value;

use super::view::AuditRecordView;

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum ExportFormat {
    /// One JSON object a line.
    #[default]
    Ndjson,
    /// RFC 4180, with a header.
    Csv,
}

/// The columns of the table, which are the fields of the object.
const COLUMNS: [&str; 15] = [
    "id",
    "at",
    "actor_kind",
    "actor_id",
    "action",
    "outcome",
    "subject_kind",
    "subject_id",
    "before",
    "after",
    "ip",
    "user_agent",
    "session_id",
    "request_id",
    "api_key_id",
];

impl ExportFormat {
    /// The form of that name.
    pub(super) fn by_name(name: &str) -> Option<Self> {
        [Self::Ndjson, Self::Csv]
            .into_iter()
            .find(|format| format.name() == name)
    }

    /// The name in URLs, and at the end of file names.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }

    /// The media type.
    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8; header=present",
        }
    }

    /// Some rows; the first come with the header.
    pub(super) fn write(
        self,
        records: &[AuditRecord],
        is_first: bool,
    ) -> Result<Vec<u8>, BoxError> {
        match self {
            Self::Ndjson => lines(records),
            Self::Csv => table(records, is_first),
        }
    }
}

fn lines(records: &[AuditRecord]) -> Result<Vec<u8>, BoxError> {
    let mut text = Vec::new();
    for record in records {
        serde_json::to_writer(&mut text, &AuditRecordView::from(record))?;
        text.push(b'\n');
    }
    Ok(text)
}

fn table(records: &[AuditRecord], has_header: bool) -> Result<Vec<u8>, BoxError> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    if has_header {
        writer.write_record(COLUMNS)?;
    }
    for record in records {
        let row = serde_json::to_value(AuditRecordView::from(record))?;
        writer.write_record(COLUMNS.map(|column| cell(row.get(column))))?;
    }
    Ok(writer.into_inner().map_err(|error| error.to_string())?)
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => inert(text),
        Some(other) => inert(&other.to_string()),
    }
}

/// A text that no spreadsheet takes for a formula: clients choose what their `User-Agent` begins with.
fn inert(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use domain::audit::{Outcome, Party};
    use domain::id::AuditId;
    use uuid::Uuid;

    fn record(user_agent: &str) -> AuditRecord {
        AuditRecord {
            id: AuditId::new(Uuid::from_u128(1)),
            at: DateTime::UNIX_EPOCH,
            actor: Party::Anonymous,
            action: "session.sign_in".to_owned(),
            subject_kind: "none".to_owned(),
            subject_id: None,
            outcome: Outcome::Failure,
            before: "{}".to_owned(),
            after: r#"{"a": "b"}"#.to_owned(),
            ip: None,
            user_agent: Some(user_agent.to_owned()),
            session: None,
            key: None,
            request_id: None,
        }
    }

    fn csv(user_agent: &str) -> String {
        let text = ExportFormat::Csv.write(&[record(user_agent)], false);
        String::from_utf8(text.unwrap()).unwrap()
    }

    #[test]
    fn a_table_has_one_header_and_a_row_for_each_record() {
        let text = ExportFormat::Csv.write(&[record("curl")], true).unwrap();
        let text = String::from_utf8(text).unwrap();
        let mut lines = text.split("\r\n");
        assert_eq!(lines.next(), Some(COLUMNS.join(",").as_str()));
        let expected = "00000000-0000-0000-0000-000000000001,1970-01-01T00:00:00Z,anonymous,,session.sign_in,failure,none,,{},\
                        \"{\"\"a\"\":\"\"b\"\"}\",,curl,,,";
        assert_eq!(lines.next(), Some(expected));
        assert_eq!(lines.next(), Some(""));
        assert_eq!(ExportFormat::Csv.write(&[], false).unwrap(), b"");
    }

    #[test]
    fn quotes_commas_and_line_breaks_stay_within_their_cell() {
        assert!(csv("a\"b,c\r\nd").contains(",\"a\"\"b,c\r\nd\","));
    }

    #[test]
    fn no_cell_is_a_formula() {
        for begin in ["=", "+", "-", "@", "\t", "\r"] {
            let text = csv(&format!("{begin}cmd|' /C calc'!A0"));
            assert!(text.contains(&format!("'{begin}cmd")), "{text:?}");
        }
    }

    #[test]
    fn a_record_is_one_line_of_json() {
        let text = ExportFormat::Ndjson.write(&[record("a\nb"), record("c")], true);
        let text = String::from_utf8(text.unwrap()).unwrap();
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["user_agent"], "a\nb");
    }
}
