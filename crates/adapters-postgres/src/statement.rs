//! SQL written by hand, where diesel's query builder has no words for it.

use std::borrow::Cow;

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Untyped};

/// A fixed SQL text with typed values for `$1`, `$2` …
///
/// Unlike `diesel::sql_query` it is prepared once a connection, as everything of the query builder is.
/// The text must be a constant, or put together from a small set of constants: it is the key under which the
/// prepared statement is found again. A value never becomes part of it.
pub(crate) struct Handwritten<'q> {
    sql: Cow<'static, str>,
    values: Vec<Box<dyn Value + Send + 'q>>,
}

trait Value {
    fn walk<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()>;
}

struct Typed<ST, T> {
    value: T,
    sql_type: std::marker::PhantomData<ST>,
}

impl<ST, T> Value for Typed<ST, T>
where
    Pg: HasSqlType<ST>,
    T: ToSql<ST, Pg>,
{
    fn walk<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_param_value_only::<ST, T>(&self.value)
    }
}

/// A statement without values yet.
pub(crate) fn handwritten<'q>(sql: &'static str) -> Handwritten<'q> {
    Handwritten {
        sql: Cow::Borrowed(sql),
        values: Vec::new(),
    }
}

impl<'q> Handwritten<'q> {
    /// The value of the next `$n`, as the SQL type `ST`.
    pub(crate) fn bind<ST, T>(mut self, value: T) -> Self
    where
        Pg: HasSqlType<ST>,
        ST: Send + 'q,
        T: ToSql<ST, Pg> + Send + 'q,
    {
        self.values.push(Box::new(Typed {
            value,
            sql_type: std::marker::PhantomData::<ST>,
        }));
        self
    }
}

impl<'q> Handwritten<'q> {
    /// Goes on with more text; a constant.
    pub(crate) fn text(mut self, sql: &'static str) -> Self {
        self.sql.to_mut().push_str(sql);
        self
    }

    /// Goes on with the next `$n` and its value.
    pub(crate) fn value<ST, T>(mut self, value: T) -> Self
    where
        Pg: HasSqlType<ST>,
        ST: Send + 'q,
        T: ToSql<ST, Pg> + Send + 'q,
    {
        let place = format!("${}", self.values.len() + 1);
        self.sql.to_mut().push_str(&place);
        self.bind::<ST, T>(value)
    }
}

impl QueryFragment<Pg> for Handwritten<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(&self.sql);
        self.values
            .iter()
            .try_for_each(|value| value.walk(out.reborrow()))
    }
}

impl QueryId for Handwritten<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Handwritten<'_> {
    type SqlType = Untyped;
}
