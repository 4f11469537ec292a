//! The functions that mean here what they mean in Athena. All others are refused by name: one of the same
//! name that answers something else would be worse.

mod aggregates;
mod argument;
mod array;
mod attempt;
mod base64;
mod between;
mod bounded;
mod bytes;
mod checked;
mod clock;
mod conversion;
mod exact;
mod extreme;
mod extreme_key;
mod extreme_text;
mod failing;
mod format;
mod greatest;
mod ieee;
mod instead;
mod json;
mod lambda;
mod like;
mod lists;
mod made;
mod math;
mod member;
mod names;
mod nested;
mod nullif;
mod own;
mod random;
mod regexp;
mod shift;
mod signed;
mod sole;
mod strings;
mod strpos;
mod text;
mod time;
mod total;
mod type_of;
mod url;
mod watched;
mod zero;

use std::sync::Arc;

use datafusion::{
    execution::SessionStateDefaults,
    logical_expr::{AggregateUDF, HigherOrderUDF, ScalarUDF, WindowUDF},
};

use crate::{cancel::Cancellation, memory::QueryMemory};
use names::{AGGREGATE, SCALAR, WINDOW};

pub(crate) use aggregates::{
    CHECKSUM, ERROR, FILLER, MAX_BY_N, MAX_N, MIN_BY_N, MIN_N, WITH_COUNT, WITHOUT_COUNT, compared_argument,
    is_hashed, keeps_rows, prepared_aggregate,
};
pub(crate) use attempt::{TRY, attempted, enclosed};
pub(crate) use conversion::{CAST_TO_VARCHAR, TRY_CAST_TO_VARCHAR, converts, varchar_of};
pub(crate) use extreme_key::{MAX_KEY, MIN_KEY};
pub(crate) use instead::{
    between, cast_of_text, checked, common_type, comparable, conversion, equal_key, exact, extreme_key, ieee,
    like, member, number_of_key, one_nan, one_zero, sole_value, unseen, watched, within_reach,
};
pub(crate) use json::{CAST_TO_JSON, JSON_PARSE, is_castable, is_json, on_demand as json_defaults};
pub(crate) use lambda::{ARRAY_SORT, Part, SORTED_BY, bodies, hidden, lambda_signature, resolved};
pub(crate) use like::{BAD_ESCAPE, LIKE_PATTERN, beginning, escaped, is_searched};
pub use names::function_names;
pub(crate) use names::{
    is_aggregate, is_bare, is_known, is_random, is_strict, needs_window, part_of, takes_instant,
};
pub(crate) use nested::{
    ARRAY, FIELD, MAP, NESTED_CAST, NestedPlanner, SUBSCRIPT, common as nested_common,
    compared as nested_compared, fitted, is_groupable,
};
pub(crate) use own::NOT_TAKEN;
pub(crate) use regexp::{BEFORE, GROUPS, PIECES, PIECES_JOINED};
pub(crate) use sole::kept_values;
pub(crate) use strings::CAST_TO_CHAR;
pub(crate) use text::{CONCAT, to_lower, to_upper};
pub(crate) use time::{
    DAY_TO_SECOND_OF, NEGATED, TimePlanner, YEAR_TO_MONTH_OF, in_utc, local_time, negated,
};

/// For the planner: the functions that take functions.
pub(crate) fn higher_order() -> Vec<Arc<HigherOrderUDF>> {
    lambda::declared()
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
        regexp::pieces_joined(),
        strings::cast_to_char(),
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
        type_of::type_of(),
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

pub(crate) fn aggregate() -> Vec<Arc<AggregateUDF>> {
    let mut all = SessionStateDefaults::default_aggregate_functions();
    all.retain(|f| admits(&AGGREGATE, f.name(), f.aliases()));
    for function in &mut all {
        if signed::counts(function.name()) {
            *function = Arc::new(signed::Count(Arc::clone(function)).into());
        } else if extreme_text::picks(function.name()) {
            *function = Arc::new(extreme_text::Extremum(Arc::clone(function)).into());
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
    use std::collections::BTreeSet;

    use super::{
        names::{FAMILIES, OWN, OWN_AGGREGATE, REWRITTEN},
        *,
    };
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
        let hidden = [
            LIKE_PATTERN,
            NEGATED,
            DAY_TO_SECOND_OF,
            YEAR_TO_MONTH_OF,
            CAST_TO_CHAR,
            CAST_TO_VARCHAR,
            PIECES,
            PIECES_JOINED,
            TRY_CAST_TO_VARCHAR,
        ];
        let listed = listed.chain(families).chain(&hidden).chain(&nested::HIDDEN);
        let listed: BTreeSet<&str> = listed.copied().collect();
        assert_eq!(made, listed);
        assert!(!nested::HIDDEN.into_iter().any(is_known));
        assert!(!hidden.into_iter().any(is_known) && !is_known(CAST_TO_JSON) && is_known("split_part"));
    }
}
