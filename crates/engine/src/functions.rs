//! The functions that mean here what they mean in Athena. All others are refused by name: one of the same
//! name that answers something else would be worse.

mod aggregates;
mod argument;
mod array;
mod attempt;
mod base64;
mod bounded;
mod bytes;
mod checked;
mod clock;
mod conversion;
mod exact;
mod extreme;
mod extreme_key;
mod format;
mod greatest;
mod ieee;
mod json;
mod lambda;
mod like;
mod lists;
mod made;
mod math;
mod member;
mod nested;
mod nullif;
mod own;
mod random;
mod regexp;
mod shift;
mod signed;
mod strings;
mod strpos;
mod text;
mod time;
mod total;
mod url;
mod watched;
mod zero;

use std::{collections::BTreeSet, sync::Arc};

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    execution::SessionStateDefaults,
    logical_expr::{
        AggregateUDF, Expr, HigherOrderUDF, Operator, ScalarUDF, WindowUDF, expr::ScalarFunction,
    },
    sql::sqlparser::ast::DateTimeField,
};
use trino::{EXTRACTED, Function};

use crate::{cancel::Cancellation, memory::QueryMemory};

pub(crate) use aggregates::{
    ERROR, FILLER, MAX_BY_N, MAX_N, MIN_BY_N, MIN_N, WITH_COUNT, WITHOUT_COUNT, compared_argument,
    keeps_rows, prepared_aggregate,
};
pub(crate) use attempt::{TRY, attempted, enclosed};
pub(crate) use conversion::{CAST_TO_VARCHAR, TRY_CAST_TO_VARCHAR, converts};
pub(crate) use extreme_key::{MAX_KEY, MIN_KEY};
pub(crate) use json::{CAST_TO_JSON, JSON_PARSE, is_castable, is_json};
pub(crate) use lambda::{ARRAY_SORT, Part, SORTED_BY, bodies, hidden, lambda_signature, resolved};
pub(crate) use like::{BAD_ESCAPE, LIKE_PATTERN, beginning, escaped, is_searched};
pub(crate) use nested::{
    ARRAY, FIELD, MAP, NESTED_CAST, NestedPlanner, SUBSCRIPT, common as nested_common,
    compared as nested_compared, fitted, is_groupable,
};
pub(crate) use own::NOT_TAKEN;
pub(crate) use text::{CONCAT, to_lower, to_upper};
pub(crate) use time::{
    DAY_TO_SECOND_OF, NEGATED, TimePlanner, YEAR_TO_MONTH_OF, in_utc, local_time, negated,
};

/// DataFusion's.
const SCALAR: [&str; 2] = ["coalesce", "starts_with"];

/// Ours, besides the parts of a time and [`FAMILIES`].
const OWN: [&str; 15] = [
    "date_add",
    "date_diff",
    "date_format",
    "date_trunc",
    "from_iso8601_date",
    "from_iso8601_timestamp",
    "lower",
    "nullif",
    "regexp_like",
    "replace",
    "strpos",
    "substr",
    "to_base64",
    "upper",
    CAST_TO_JSON,
];

/// Ours, too: each in a module of its own. Those of numbers are in [`math::NAMES`].
const FAMILIES: [&[&str]; 9] = [
    &bytes::NAMES,
    &[format::FORMAT],
    &greatest::NAMES,
    &json::NAMES,
    &nested::NAMES,
    &regexp::NAMES,
    &strings::NAMES,
    &[attempt::TRY],
    &url::NAMES,
];

/// DataFusion's.
const AGGREGATE: [&str; 14] = [
    "any_value",
    "approx_distinct",
    "bool_and",
    "bool_or",
    "count",
    "grouping",
    "max",
    "min",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "var_pop",
    "var_samp",
    "variance",
];

/// Ours.
const OWN_AGGREGATE: [&str; 4] = ["avg", "max_by", "min_by", "sum"];

/// What is written otherwise before DataFusion sees it: see [`crate::calls`] and [`crate::forms`].
#[cfg(test)]
const REWRITTEN: [&str; 7] = ["arbitrary", "count_if", "date", "every", "if", "map", "mod"];

const WINDOW: [&str; 11] = [
    "cume_dist",
    "dense_rank",
    "first_value",
    "lag",
    "last_value",
    "lead",
    "nth_value",
    "ntile",
    "percent_rank",
    "rank",
    "row_number",
];

/// Whether a query may call it.
pub(crate) fn is_known(name: &str) -> bool {
    trino::function(name).is_some_and(Function::is_local_call)
}

/// The functions that a query may call by name, each once, in lower case and in order. Some forms have a grammar of their
/// own, such as `substring(a FROM 1)` and `position(a IN b)`: those are not functions here.
pub fn function_names() -> BTreeSet<&'static str> {
    trino::functions().filter(|function| function.is_local_call()).map(|function| function.name).collect()
}

/// Whether it is one of ours, which takes the types that Athena's takes and no others.
pub(crate) fn is_strict(name: &str) -> bool {
    name != CAST_TO_JSON
        && (OWN.contains(&name)
            || nested::HIDDEN.contains(&name)
            || nested::compares(name)
            || FAMILIES.iter().chain(&math::NAMES).any(|family| family.contains(&name))
            || lambda::NAMES.contains(&name)
            || time::PARTS.contains(&name)
            || time::NAMES.contains(&name)
            || total::NAMES.contains(&name)
            || aggregates::is_one(name))
}

/// Whether it makes one value of many rows.
pub(crate) fn is_aggregate(name: &str) -> bool {
    AGGREGATE.contains(&name)
        || OWN_AGGREGATE.contains(&name)
        || aggregates::is_one(name)
        || ["arbitrary", "count_if", "every"].contains(&name)
}

/// The function that gives this part of a time.
pub(crate) fn part_of(field: &DateTimeField) -> Option<String> {
    let name = field.to_string().to_lowercase();
    EXTRACTED.contains(&name.as_str()).then_some(name)
}

/// Whether it is written without parentheses.
pub(crate) fn is_bare(name: &str) -> bool {
    trino::function(name).is_some_and(|function| function.is_local() && function.is_bare())
}

/// Whether it looks at nothing but the instant of a time in a zone.
pub(crate) fn takes_instant(name: &str) -> bool {
    [time::AT_TIMEZONE, "to_unixtime", time::MINUS_TIME].contains(&name)
}

/// For the planner: the functions that take functions.
pub(crate) fn higher_order() -> Vec<Arc<HigherOrderUDF>> {
    lambda::declared()
}

/// Whether the function has no meaning without `OVER`.
pub(crate) fn needs_window(name: &str) -> bool {
    WINDOW.contains(&name)
}

/// The functions for one query, which began so many milliseconds after 1970-01-01 UTC. What they make is counted with its
/// memory, and they fail once it is cancelled.
pub(crate) fn scalar(memory: &QueryMemory, cancellation: &Cancellation, began: i64) -> Vec<Arc<ScalarUDF>> {
    let mut all = SessionStateDefaults::default_scalar_functions();
    all.retain(|f| admits(&SCALAR, f.name(), f.aliases()));
    let own = [
        attempt::attempt(),
        base64::to_base64(),
        conversion::cast_to_varchar(),
        conversion::try_cast_to_varchar(),
        format::format(),
        greatest::greatest(),
        greatest::least(),
        json::cast_to_json(),
        like::like_pattern(),
        nullif::nullif(),
        strpos::strpos(),
        text::lower(),
        text::replace(),
        text::substr(),
        text::upper(),
        time::date_add(),
        time::date_diff(),
        time::date_trunc(),
        time::from_iso8601_date(),
        time::from_iso8601_timestamp(),
    ];
    let families = bytes::all().into_iter().chain(math::all()).chain(strings::all()).chain(url::all());
    let families = families.chain(json::all());
    let own = own.into_iter().chain(time::parts()).chain(time::all()).chain(time::hidden()).chain(families);
    all.extend(own.map(|own| Arc::new(own.within(memory).until(cancellation).into())));
    all.extend(nested::all(memory, cancellation).into_iter().map(Arc::new));
    all.extend(time::zoned().map(|zoned| Arc::new(zoned.into())));
    all.extend(clock::all(began).into_iter().map(|known| Arc::new(known.into())));
    all.extend(math::constants().map(Arc::new));
    all.extend(random::all().map(|random| Arc::new(random.into())));
    all.push(Arc::new(regexp::RegexpLike::new(memory.clone(), cancellation.clone()).into()));
    all.extend(regexp::all(memory, cancellation).into_iter().map(Arc::new));
    all
}

/// A condition that fails once the query is cancelled.
pub(crate) fn watched(condition: Expr, cancellation: &Cancellation) -> Expr {
    let function: ScalarUDF = watched::watched().until(cancellation).into();
    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(function), vec![condition]))
}

/// A condition into which DataFusion does not look: see [`crate::branches`].
pub(crate) fn unseen(condition: Expr) -> Expr {
    let function: ScalarUDF = watched::unseen().into();
    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(function), vec![condition]))
}

/// What `LIKE` calls where a text is searched for its pattern ([`is_searched`]): it fails once the query is cancelled.
pub(crate) fn like(cancellation: &Cancellation) -> Arc<ScalarUDF> {
    Arc::new(like::like().until(cancellation).into())
}

/// What a comparison calls in the place of a function that gives a time in its zone: see [`time::instant`].
pub(crate) fn comparable(name: &str) -> Option<Arc<ScalarUDF>> {
    match name {
        time::FROM_ISO8601_TIMESTAMP => Some(Arc::new(time::instant().into())),
        time::PARSE_DATETIME => Some(Arc::new(time::parsed_instant().into())),
        _ => None,
    }
}

/// What says whether a value is among those of a query: see [`member::member`].
pub(crate) fn member() -> Arc<ScalarUDF> {
    Arc::new(member::member().into())
}

/// What a cast of a text to a date or a timestamp calls, or a `TRY_CAST`: see [`time::from_text`].
pub(crate) fn cast_of_text(to: &Arrow, is_try: bool) -> Option<ScalarUDF> {
    let own = if is_try { time::try_from_text(to) } else { time::from_text(to) };
    own.map(Into::into)
}

/// What compares doubles and reals in the place of an operator: see [`ieee::compared`].
pub(crate) fn ieee(operator: Operator) -> Option<Arc<ScalarUDF>> {
    ieee::compared(operator).map(|own| Arc::new(own.into()))
}

/// The key of a double or a real, by which one of DataFusion's aggregates finds the one that is asked for; `None`: the
/// aggregate asks for none. See [`extreme_key`].
pub(crate) fn extreme_key(aggregate: &str) -> Option<Arc<ScalarUDF>> {
    match aggregate {
        "max" => Some(Arc::new(extreme_key::max_key().into())),
        "min" => Some(Arc::new(extreme_key::min_key().into())),
        _ => None,
    }
}

/// What gives the number of such a key, which was of the type.
pub(crate) fn number_of_key(of: &Arrow) -> Arc<ScalarUDF> {
    match of {
        Arrow::Float32 => Arc::new(extreme_key::real_of_key().into()),
        _ => Arc::new(extreme_key::double_of_key().into()),
    }
}

/// What two doubles are equal by: see [`ieee::equal_key`].
pub(crate) fn equal_key() -> Arc<ScalarUDF> {
    Arc::new(ieee::equal_key().into())
}

/// What makes every NaN the same: see [`ieee::one_nan`].
pub(crate) fn one_nan() -> Arc<ScalarUDF> {
    Arc::new(ieee::one_nan().into())
}

/// What takes -0.0 for 0.0: see [`zero::one_zero`].
pub(crate) fn one_zero() -> Arc<ScalarUDF> {
    Arc::new(zero::one_zero().into())
}

/// What makes the conversion of a `CAST` to a type, or of a `TRY_CAST`, of which [`converts`] says yes.
pub(crate) fn conversion(to: Arrow, is_try: bool) -> ScalarUDF {
    conversion::Conversion::new(to, is_try).into()
}

/// What calculates with decimals in the place of an operator: `*`, `/` or `%`.
pub(crate) fn exact(operator: Operator) -> Option<ScalarUDF> {
    exact::exact(operator)
}

/// What calculates with integers in the place of an operator, and fails where the result is none.
pub(crate) fn checked(operator: Operator) -> Option<Arc<ScalarUDF>> {
    checked::checked(operator).map(Arc::new)
}

pub(crate) fn aggregate() -> Vec<Arc<AggregateUDF>> {
    let mut all = SessionStateDefaults::default_aggregate_functions();
    all.retain(|f| admits(&AGGREGATE, f.name(), f.aliases()));
    for function in &mut all {
        if signed::counts(function.name()) {
            *function = Arc::new(signed::Count(Arc::clone(function)).into());
        }
    }
    all.extend([total::Total::sum(), total::Total::avg()].map(|own| Arc::new(own.into())));
    all.extend([extreme::By::max(), extreme::By::min()].map(|own| Arc::new(own.into())));
    all.extend(aggregates::all().map(Arc::new));
    all
}

pub(crate) fn window() -> Vec<Arc<WindowUDF>> {
    let mut all = SessionStateDefaults::default_window_functions();
    all.retain(|f| admits(&WINDOW, f.name(), f.aliases()));
    let own = |function: Arc<WindowUDF>| {
        if shift::is_shift(function.name()) {
            Arc::new(shift::Shift(function).into())
        } else if signed::ranks(function.name()) {
            Arc::new(signed::Rank(function).into())
        } else {
            function
        }
    };
    all.into_iter().map(own).collect()
}

fn admits(list: &[&str], name: &str, aliases: &[String]) -> bool {
    list.contains(&name) || aliases.iter().any(|alias| list.contains(&alias.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{Memory, MemoryLimits};

    /// The lists of the functions that a query may call. One name in them, [`CAST_TO_JSON`], only rewrites call.
    fn lists() -> impl Iterator<Item = &'static [&'static str]> {
        let lists: [&'static [&'static str]; 12] = [
            &SCALAR,
            &OWN,
            &time::PARTS,
            &time::NAMES,
            &clock::NAMES,
            &lambda::NAMES,
            &random::NAMES,
            &AGGREGATE,
            &OWN_AGGREGATE,
            &aggregates::NAMES,
            &REWRITTEN,
            &WINDOW,
        ];
        lists.into_iter().chain(FAMILIES).chain(math::NAMES)
    }

    /// What is computed here is what the table of functions says that the local Athena has.
    #[test]
    fn the_table_names_what_is_computed() {
        let computed: BTreeSet<&str> =
            lists().flatten().copied().filter(|name| *name != CAST_TO_JSON).collect();
        assert_eq!(computed, function_names());
        for name in clock::NAMES {
            assert_eq!(is_bare(name), !["current_timezone", "now"].contains(&name), "{name}");
        }
        assert!(!is_bare("current_time") && !is_bare("lower"));
    }

    /// A name that is listed without a function would fail as a defect, and a function without its name be unknown.
    #[test]
    fn every_name_has_its_function() {
        let memory = QueryMemory::new(Memory::new(MemoryLimits::default()));
        let functions = scalar(&memory, &Cancellation::default(), 0);
        let made: BTreeSet<&str> = functions.iter().map(|function| function.name()).collect();
        let families = FAMILIES.iter().chain(&math::NAMES).flat_map(|family| family.iter());
        let listed = SCALAR.iter().chain(&OWN).chain(&time::PARTS).chain(&time::NAMES).chain(&clock::NAMES);
        let listed = listed.chain(&random::NAMES);
        let hidden =
            [LIKE_PATTERN, NEGATED, DAY_TO_SECOND_OF, YEAR_TO_MONTH_OF, CAST_TO_VARCHAR, TRY_CAST_TO_VARCHAR];
        let listed = listed.chain(families).chain(&hidden).chain(&nested::HIDDEN);
        let listed: BTreeSet<&str> = listed.copied().collect();
        assert_eq!(made, listed);
        assert!(!nested::HIDDEN.into_iter().any(is_known));
        assert!(!hidden.into_iter().any(is_known) && !is_known(CAST_TO_JSON) && is_known("split_part"));
    }
}
