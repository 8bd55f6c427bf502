//! The parameters that lists of scripts share.

use application::scripts::list::ListQuery;
use domain::access::actor::Viewer;
use domain::access::permission::Permission;
use domain::account::username::{Username, UsernameKey};
use domain::page::Limit;
use domain::script::listing::{ScriptFilter, ScriptSort};
use domain::script::taxonomy::{Language, Tag};
use domain::violation::Violation;
use garde::Validate;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::cursor::{self, Listed};
use crate::extract::{checked, optional};
use crate::problem::Problem;
use crate::state::Api;

/// Which page of which list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQueryParams {
    /// `new` (default) or `updated`.
    #[garde(custom(optional(sort_order)))]
    #[param(example = "new")]
    sort: Option<String>,
    /// Only scripts in this language.
    #[garde(custom(optional(Language::parse)))]
    #[param(example = "lua")]
    language: Option<String>,
    /// Only scripts with this tag.
    #[garde(custom(optional(Tag::parse)))]
    tag: Option<String>,
    /// Only scripts of this person.
    #[garde(custom(optional(Username::parse_reserved)))]
    #[param(example = "ada")]
    author: Option<String>,
    /// 1 to 50, with `api.advanced` to 100.
    #[garde(skip)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 100, example = 20)]
    limit: Option<String>,
    /// `next_cursor` or `prev_cursor` of another page of the same list.
    #[garde(length(bytes, max = 512))]
    cursor: Option<String>,
}

/// How many rows the viewer may ask for.
#[must_use]
pub fn ceiling(viewer: &Viewer) -> u16 {
    if viewer.may(Permission::ApiAdvanced) {
        Limit::ADVANCED_CEILING
    } else {
        Limit::CEILING
    }
}

fn sort_order(name: &str) -> Result<ScriptSort, Violation> {
    ScriptSort::by_name(name).ok_or(Violation::Unknown("new, updated"))
}

impl ListQueryParams {
    /// The list that the parameters name, and the page of it.
    ///
    /// # Errors
    /// The field and the rule that it breaks, or a cursor of another list.
    pub fn read(
        self,
        viewer: &Viewer,
        name: &str,
        api: &Api,
    ) -> Result<(Listed, ListQuery), Problem> {
        let language = self.language.as_deref().map(Language::parse);
        let tag = self.tag.as_deref().map(Tag::parse);
        let sort = self.sort.as_deref().map(sort_order);
        let filter = ScriptFilter {
            language: checked("language", language.transpose())?,
            tag: checked("tag", tag.transpose())?,
            author: self.author.as_deref().map(UsernameKey::of),
            among: None,
        };
        let sort = checked("sort", sort.transpose())?.unwrap_or_default();
        let listed = Listed::new(name, &(sort, &filter));
        let window = listed.window(self.cursor.as_deref(), &*api.seals)?;
        let query = ListQuery {
            limit: cursor::limit(self.limit.as_deref(), ceiling(viewer))?,
            filter,
            sort,
            window,
        };
        Ok((listed, query))
    }
}
