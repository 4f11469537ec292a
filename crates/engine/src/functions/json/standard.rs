//! The functions of the SQL standard, which take texts, and paths of a language of their own: `json_exists`, `json_query`,
//! `json_value`, `json_object` and `json_array`. How their calls are written is in [`trino::Athena`]'s `json`.

mod defaults;
mod evaluate;
mod item;
mod made;
mod method;
mod number;
mod parse;
mod passed;
mod path;
mod predicate;
mod query;
mod step;
mod wrong;

use crate::functions::own::Own;

pub(crate) use defaults::on_demand;

/// All of them.
pub(super) fn all() -> [Own; 5] {
    [made::json_array(), made::json_object(), query::json_exists(), query::json_query(), query::json_value()]
}
