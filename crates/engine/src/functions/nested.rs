//! Functions of arrays, maps and rows, as Trino's chapters "Array functions and operators" and "Map functions and operators"
//! have them. What they make is counted element by element before it is made.

mod access;
mod arguments;
mod cast;
mod compare;
mod construct;
mod cosine;
mod fields;
mod fit;
mod keys;
mod made;
mod maps;
mod order;
mod overloaded;
mod parts;
mod planner;
mod search;
mod sequence;
mod sets;
mod shape;
mod show;
mod sort;
mod text;
mod types;

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    logical_expr::{Operator, ScalarUDF},
};

use super::own::Own;
use crate::{cancel::Cancellation, memory::QueryMemory};

pub(crate) use access::SUBSCRIPT;
pub(crate) use cast::NESTED_CAST;
pub(crate) use construct::ARRAY;
pub(crate) use fields::FIELD;
pub(crate) use fit::fit as fitted;
pub(crate) use maps::MAP;
pub(crate) use planner::NestedPlanner;

pub(super) use cast::converted;
pub(super) use keys::Keys;
pub(super) use maps::duplicate_key;
pub(super) use types::{array_of, map_of};

/// The names of all that a query can call.
pub(super) const NAMES: [&str; 34] = [
    "array_distinct",
    "array_except",
    "array_intersect",
    "array_join",
    "array_max",
    "array_min",
    "array_position",
    "array_remove",
    "array_sort",
    "array_union",
    "arrays_overlap",
    "cardinality",
    "combinations",
    "concat",
    "contains",
    "contains_sequence",
    "cosine_similarity",
    "element_at",
    "flatten",
    "map_concat",
    "map_entries",
    "map_from_entries",
    "map_keys",
    "map_values",
    "multimap_from_entries",
    "ngrams",
    "repeat",
    "reverse",
    "row",
    "sequence",
    "slice",
    "split_to_multimap",
    "trim_array",
    "zip",
];

/// What the forms of SQL are rewritten to: a query cannot call them by these names.
pub(super) const HIDDEN: [&str; 5] = [ARRAY, FIELD, MAP, NESTED_CAST, SUBSCRIPT];

/// All of them, for one query.
pub(super) fn all(memory: &QueryMemory, cancellation: &Cancellation) -> Vec<ScalarUDF> {
    let own = [
        construct::array(),
        construct::repeat(),
        construct::row(),
        cosine::cosine_similarity(),
        access::element_at(),
        maps::map(),
        maps::map_concat(),
        maps::map_entries(),
        maps::map_from_entries(),
        maps::map_keys(),
        maps::map_values(),
        maps::multimap_from_entries(),
        search::array_position(),
        search::array_remove(),
        search::contains(),
        sequence::sequence(),
        sets::array_distinct(),
        sets::array_except(),
        sets::array_intersect(),
        sets::array_union(),
        sets::arrays_overlap(),
        sets::contains_sequence(),
        shape::flatten(),
        shape::slice(),
        shape::trim_array(),
        shape::zip(),
        parts::combinations(),
        parts::ngrams(),
        sort::array_max(),
        sort::array_min(),
        sort::array_sort(),
        super::array::cardinality(),
        text::array_join(),
        text::split_to_multimap(),
    ];
    let bound = |own: Own| own.within(memory).until(cancellation);
    let mut all: Vec<ScalarUDF> = own.into_iter().map(|own| bound(own).into()).collect();
    all.push(fields::Subscript::new(bound(access::element())).into());
    all.push(fields::FieldOf::new().into());
    all.push(cast::NestedCast::until(cancellation).into());
    let concat = [super::text::concat(), shape::concat()].map(bound);
    all.push(overloaded::Overloaded::new(super::text::CONCAT, concat.into()).into());
    let reverse = [text::reverse(), shape::reverse()].map(bound);
    all.push(overloaded::Overloaded::new("reverse", reverse.into()).into());
    all
}

/// What `||` of arrays calls as long as the types are looked at: [`crate::coerce`] puts the query's own in its place.
fn concat_of_any() -> ScalarUDF {
    overloaded::Overloaded::new(super::text::CONCAT, vec![super::text::concat(), shape::concat()]).into()
}

/// What compares arrays or rows in the place of an operator. `None`: other types, or such as have no such operator here.
pub(crate) fn compared(op: Operator, left: &Arrow, right: &Arrow) -> Option<ScalarUDF> {
    compare::compared(op, left, right).map(Into::into)
}

/// Whether the function is one of [`compared`]'s.
pub(super) fn compares(name: &str) -> bool {
    compare::NAMES.contains(&name)
}

/// The type that arrays of two types have in Athena, where DataFusion's casts give it: there is no row in it, and no map.
pub(crate) fn common(left: &Arrow, right: &Arrow) -> Option<Arrow> {
    let is_array = |found: &Arrow| matches!(found, Arrow::List(_));
    let both = types::common(left, right).filter(is_array)?;
    if left == right || !types::holds(&both, &|part| matches!(part, Arrow::Struct(_) | Arrow::Map(..))) {
        Some(both)
    } else {
        None
    }
}

/// Whether values are grouped by such as Athena does.
pub(crate) fn is_groupable(found: &Arrow) -> bool {
    types::is_groupable(found)
}
