//! Aggregates of Trino's that DataFusion has not, or has otherwise (Trino's chapter "Aggregate functions"): those that keep a
//! few numbers of a group, and those that keep its rows.
//!
//! A query may order the rows of each call in another way, and take distinct ones. DataFusion sorts all of them once, and fails
//! where two calls want them in different orders. So the keys of the order become arguments ([`prepared_aggregate`]), and each group is
//! sorted when it is asked for its answer. What a group keeps is counted in the pool of the operators, and what it passes on to
//! another operator with the query ([`QueryMemory::pass_on`]).

mod answers;
mod bits;
mod checksum;
mod gathered;
mod kind;
mod numbers;
mod overflow;
mod percentile;
mod rows;
mod sole;
mod statistic;

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use datafusion::{
    arrow::{
        compute::SortOptions,
        datatypes::{DataType as Arrow, Field, FieldRef},
    },
    error::Result,
    logical_expr::{
        Accumulator, AggregateUDF, AggregateUDFImpl, Signature, Volatility,
        expr::AggregateFunction,
        function::{AccumulatorArgs, StateFieldsArgs},
        utils::{AggregateOrderSensitivity, format_state_name},
    },
};

use super::own::not_taken;
use crate::{cancel::Cancellation, memory::QueryMemory};
use gathered::{Gathered, Plan};
use kind::Kind;
use numbers::Few;
use statistic::Statistic;

pub(crate) use checksum::{CHECKSUM, is_hashed};
pub(crate) use overflow::{ERROR, FILLER, WITH_COUNT, WITHOUT_COUNT};
pub(super) use sole::Sole;

/// What a query calls `max(x, n)`, `min(x, n)`, `max_by(x, y, n)` and `min_by(x, y, n)`. It cannot call them by these names.
pub(crate) const MAX_N: &str = "max_n";
pub(crate) const MIN_N: &str = "min_n";
pub(crate) const MAX_BY_N: &str = "max_by_n";
pub(crate) const MIN_BY_N: &str = "min_by_n";

/// Those that a query may call.
pub(super) const NAMES: [&str; 20] = [
    "approx_most_frequent",
    "approx_percentile",
    "array_agg",
    "bitwise_and_agg",
    "bitwise_or_agg",
    checksum::CHECKSUM,
    "corr",
    "covar_pop",
    "covar_samp",
    "entropy",
    "geometric_mean",
    "histogram",
    "kurtosis",
    "listagg",
    "map_agg",
    "map_union",
    "multimap_agg",
    "regr_intercept",
    "regr_slope",
    "skewness",
];

/// Those that it calls by other names.
pub(super) const HIDDEN: [&str; 4] = [MAX_BY_N, MAX_N, MIN_BY_N, MIN_N];

/// Those that keep rows.
const GATHERED: [Kind; 12] = [
    Kind::ArrayAgg,
    Kind::Histogram,
    Kind::ListAgg,
    Kind::MapAgg,
    Kind::MapUnion,
    Kind::MaxByN,
    Kind::MaxN,
    Kind::MinByN,
    Kind::MinN,
    Kind::MostFrequent,
    Kind::MultimapAgg,
    Kind::Percentile,
];

/// Those that keep a few numbers. The others that [`Statistic`] knows are DataFusion's, unless their rows are distinct.
const STATISTICS: [Statistic; 9] = [
    Statistic::Corr,
    Statistic::CovarPop,
    Statistic::CovarSamp,
    Statistic::Entropy,
    Statistic::GeometricMean,
    Statistic::Kurtosis,
    Statistic::RegrIntercept,
    Statistic::RegrSlope,
    Statistic::Skewness,
];

/// DataFusion's and ours to which it is all the same whether a row comes twice.
const IDEMPOTENT: [&str; 11] = [
    "any_value",
    "approx_distinct",
    "bitwise_and_agg",
    "bitwise_or_agg",
    "bool_and",
    "bool_or",
    "grouping",
    "max",
    "max_by",
    "min",
    "min_by",
];

/// All of them.
pub(super) fn all() -> impl Iterator<Item = AggregateUDF> {
    let gathered = GATHERED.into_iter().map(|kind| AggregateUDF::from(Gather::new(kind)));
    let statistics = STATISTICS.into_iter().map(|statistic| AggregateUDF::from(Few::new(statistic)));
    let bits = [bits::Bits::and(), bits::Bits::or()].into_iter().map(AggregateUDF::from);
    let checksum = AggregateUDF::from(checksum::Checksum::new());
    gathered.chain(statistics).chain(bits).chain([checksum])
}

/// Whether it is of this family.
pub(super) fn is_one(name: &str) -> bool {
    NAMES.contains(&name) || HIDDEN.contains(&name)
}

/// Whether it keeps all rows of a window, and so has no `OVER` here.
pub(crate) fn keeps_rows(name: &str) -> bool {
    GATHERED.iter().any(|kind| kind.name() == name)
}

/// Which argument needs an order or an equality; `None`: none does.
pub(crate) fn compared_argument(name: &str) -> Option<usize> {
    match name {
        "approx_most_frequent" => Some(1),
        "histogram" | "map_agg" | "multimap_agg" | MAX_N | MIN_N => Some(0),
        MAX_BY_N | MIN_BY_N => Some(1),
        _ => None,
    }
}

/// The call for one query, with its order and its DISTINCT among what the function knows. It counts with `memory`, and fails
/// once the query is cancelled. `None`: it stays as it is.
pub(crate) fn prepared_aggregate(
    call: &AggregateFunction,
    memory: &QueryMemory,
    cancellation: &Cancellation,
) -> Option<AggregateFunction> {
    let name = call.func.name();
    let mut prepared = call.clone();
    let distinct = call.params.distinct;
    let statistic = STATISTICS.into_iter().find(|statistic| statistic.name() == name);
    let kind = GATHERED.into_iter().find(|kind| kind.name() == name).or_else(|| {
        let statistic = statistic.or_else(|| Statistic::of_datafusion(name));
        statistic.filter(|_| distinct).map(Kind::Distinct)
    });
    let Some(kind) = kind else {
        // To none of the others the order matters.
        let loses_distinct = distinct && IDEMPOTENT.contains(&name);
        if !loses_distinct && call.params.order_by.is_empty() {
            return None;
        }
        prepared.params.distinct &= !loses_distinct;
        prepared.params.order_by.clear();
        return Some(prepared);
    };
    let terms = std::mem::take(&mut prepared.params.order_by);
    let terms = if kind.is_ordered() { terms } else { Vec::new() };
    let keys = terms.iter().map(|term| SortOptions { descending: !term.asc, nulls_first: term.nulls_first });
    let function = Gather {
        keys: keys.collect(),
        is_distinct: distinct,
        memory: Some(memory.clone()),
        cancellation: cancellation.clone(),
        ..Gather::new(kind)
    };
    prepared.params.distinct = false;
    prepared.params.args.extend(terms.into_iter().map(|term| term.expr));
    prepared.func = Arc::new(function.into());
    Some(prepared)
}

/// One that keeps rows.
#[derive(Debug)]
struct Gather {
    kind: Kind,
    keys: Vec<SortOptions>,
    is_distinct: bool,
    memory: Option<QueryMemory>,
    cancellation: Cancellation,
    signature: Signature,
}

impl Gather {
    fn new(kind: Kind) -> Self {
        let (memory, cancellation) = (None, Cancellation::default());
        Self { kind, keys: Vec::new(), is_distinct: false, memory, cancellation, signature: signature() }
    }

    /// The types of the arguments before the keys.
    fn arguments<'a>(&self, given: &'a [Arrow]) -> (&'a [Arrow], &'a [Arrow]) {
        given.split_at(given.len().saturating_sub(self.keys.len()))
    }

    fn plan(&self, given: Vec<Arrow>, answer: Arrow) -> Plan {
        Plan {
            kind: self.kind,
            arguments: given.len().saturating_sub(self.keys.len()),
            keys: self.keys.clone(),
            is_distinct: self.is_distinct,
            given,
            answer,
            literals: Vec::new(),
            memory: self.memory.clone(),
            cancellation: self.cancellation.clone(),
        }
    }
}

impl PartialEq for Gather {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.keys == other.keys && self.is_distinct == other.is_distinct
    }
}

impl Eq for Gather {}

impl Hash for Gather {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.kind, &self.keys, self.is_distinct).hash(state);
    }
}

impl AggregateUDFImpl for Gather {
    fn name(&self) -> &'static str {
        self.kind.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        let (arguments, keys) = self.arguments(given);
        let mut taken = self.kind.takes(arguments).ok_or_else(|| not_taken(self.kind.called()))?;
        taken.extend_from_slice(keys);
        Ok(taken)
    }

    fn return_type(&self, given: &[Arrow]) -> Result<Arrow> {
        self.kind.answers(self.arguments(given).0).ok_or_else(|| not_taken(self.kind.called()))
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let plan = self.plan(types(args.input_fields), args.return_field.data_type().clone());
        let constant = |(place, found): (usize, Arrow)| {
            Field::new(format_state_name(args.name, &format!("constant{place}")), found, true)
        };
        let kept = |(place, found): (usize, Arrow)| {
            let element = Field::new_list_field(found, true);
            Field::new_list(format_state_name(args.name, &format!("column{place}")), element, true)
        };
        let scale = Field::new(format_state_name(args.name, "scale"), Arrow::Int64, true);
        let constants = plan.constants().into_iter().enumerate().map(constant);
        let columns = plan.kept().into_iter().enumerate().map(kept);
        Ok(constants.chain([scale]).chain(columns).map(Arc::new).collect())
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let plan = self.plan(types(args.expr_fields), args.return_field.data_type().clone());
        Ok(Box::new(Gathered::new(plan.with_literals(args.exprs))))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

fn signature() -> Signature {
    Signature::user_defined(Volatility::Immutable)
}

fn types(fields: &[FieldRef]) -> Vec<Arrow> {
    fields.iter().map(|field| field.data_type().clone()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_has_its_function() {
        let functions: Vec<AggregateUDF> = all().collect();
        let made: BTreeSet<&str> = functions.iter().map(AggregateUDF::name).collect();
        let listed: BTreeSet<&str> = NAMES.into_iter().chain(HIDDEN).collect();
        assert_eq!(made, listed);
    }
}
