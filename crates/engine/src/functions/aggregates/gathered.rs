//! The rows of one group, kept until the group is asked for its answer.
//!
//! They are kept in arrays, copied out of their batches: chunks of which each is longer than the next, so that a row is copied
//! only as often as the chunks double. What is known to be needed no more is left out as the rows grow.

use std::sync::Arc;

use arrow_buffer::MemoryReservation;
use datafusion::{
    arrow::{
        array::{
            Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, ListArray, UInt64Array,
            new_empty_array,
        },
        buffer::{NullBuffer, OffsetBuffer},
        compute::{SortOptions, filter},
        datatypes::{DataType as Arrow, Field, Float64Type, Int64Type},
    },
    common::ScalarValue,
    error::Result,
    logical_expr::Accumulator,
    physical_expr::{PhysicalExpr, expressions::Literal},
};

use super::{
    answers,
    kind::{Kind, Weight},
    overflow::{self, Overflow},
    percentile, rows,
};
use crate::{
    cancel::Cancellation,
    functions::own::{failure, invalid, unexpected},
    memory::{EXCEEDED, QueryMemory},
};

/// How many rows a group has before some are left out for the first time.
const FIRST_REDUCTION: usize = 1_024;

/// By how much more memory is counted than the rows take: they are copied when they are sorted, and into the answer.
const COPIES: usize = 3;

/// What the types and constants of a group take, in bytes, and more.
const OVERHEAD: usize = 512;

/// The most values that `max(x, n)` and the like may give, as on Athena.
const MOST_CHOSEN: i64 = 10_000;

/// What an accumulator is made for.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) kind: Kind,
    /// How many arguments there are before the keys of the order.
    pub(super) arguments: usize,
    /// How the last columns order the rows.
    pub(super) keys: Vec<SortOptions>,
    pub(super) is_distinct: bool,
    /// The types of all columns that are given.
    pub(super) given: Vec<Arrow>,
    pub(super) answer: Arrow,
    /// See [`Plan::with_literals`].
    pub(super) literals: Vec<Arc<dyn PhysicalExpr>>,
    pub(super) memory: Option<QueryMemory>,
    pub(super) cancellation: Cancellation,
}

impl Plan {
    /// The types of the columns that are kept.
    pub(super) fn kept(&self) -> Vec<Arrow> {
        let arguments = self.kind.roles(self.arguments).kept.iter().map(|place| self.given[*place].clone());
        let weight = self.kind.weight(self.arguments).map(Weight::arrow);
        let keys = self.given[self.arguments..].iter().cloned();
        arguments.chain(weight).chain(keys).collect()
    }

    /// The types of the constants.
    pub(super) fn constants(&self) -> Vec<Arrow> {
        let places = self.kind.roles(self.arguments).constant.iter();
        places.map(|place| self.given[*place].clone()).collect()
    }

    /// Takes the constants from the arguments, where all of them are literals: the groups share these. Else each group has
    /// its own copy, which its rows bring.
    pub(super) fn with_literals(mut self, arguments: &[Arc<dyn PhysicalExpr>]) -> Self {
        let places = self.kind.roles(self.arguments).constant.iter();
        let given: Vec<_> = places.filter_map(|place| arguments.get(*place)).cloned().collect();
        let wanted = self.constants();
        let fits = |(argument, wanted): (&Arc<dyn PhysicalExpr>, &Arrow)| {
            literal(argument).is_some_and(|value| value.data_type() == *wanted)
        };
        if given.len() == wanted.len() && given.iter().zip(&wanted).all(fits) {
            self.literals = given;
        }
        self
    }

    /// How many of the columns that are kept are no keys.
    fn values(&self) -> usize {
        self.kept().len() - self.keys.len()
    }
}

#[derive(Debug)]
pub(super) struct Gathered {
    plan: Plan,
    /// The constants of the first row; empty before there is one, where there are none, and where they are literals.
    constants: Vec<ScalarValue>,
    /// Whether a row has come that counts, and its constants are checked.
    is_noted: bool,
    chunks: Vec<Vec<ArrayRef>>,
    rows: usize,
    /// So many rows are there when some are left out next.
    next_reduction: usize,
    /// Of a percentile: see [`percentile::merged`].
    scale: u32,
    bytes: usize,
}

impl Gathered {
    pub(super) fn new(plan: Plan) -> Self {
        let (constants, chunks) = (Vec::new(), Vec::new());
        let next_reduction = FIRST_REDUCTION;
        Self { plan, constants, is_noted: false, chunks, rows: 0, next_reduction, scale: 0, bytes: 0 }
    }

    /// Keeps a chunk of rows, which holds on to no more than these.
    fn keep(&mut self, chunk: Vec<ArrayRef>) -> Result<()> {
        let rows = length(&chunk);
        if rows == 0 {
            return Ok(());
        }
        self.rows += rows;
        self.chunks.push(chunk);
        while let [.., before, last] = self.chunks.as_slice()
            && length(before) <= length(last)
        {
            let first = self.chunks.len() - 2;
            let joined = rows::joined(&self.chunks[first..])?;
            self.chunks.truncate(first);
            self.chunks.push(joined);
        }
        if self.rows >= self.next_reduction {
            self.reduce()?;
            self.next_reduction = FIRST_REDUCTION.max(2 * self.rows);
        }
        let arrays = self.chunks.iter().flatten();
        let arrays: usize = arrays.map(Array::get_array_memory_size).sum();
        self.bytes = arrays + ScalarValue::size_of_vec(&self.constants);
        Ok(())
    }

    /// Those of the group, or those that all groups share.
    fn constants(&self) -> Vec<&ScalarValue> {
        if self.plan.literals.is_empty() {
            self.constants.iter().collect()
        } else {
            self.plan.literals.iter().filter_map(literal).collect()
        }
    }

    /// Leaves out what no answer needs, and makes one chunk of the rest.
    fn reduce(&mut self) -> Result<()> {
        if self.chunks.is_empty() {
            return Ok(());
        }
        let columns = rows::joined(&self.chunks)?;
        let columns = self.reduced(columns)?;
        self.rows = length(&columns);
        self.chunks = vec![columns];
        Ok(())
    }

    fn reduced(&mut self, columns: Vec<ArrayRef>) -> Result<Vec<ArrayRef>> {
        if self.plan.is_distinct {
            let places = rows::distinct(&columns[..self.plan.values()])?;
            return rows::taken(&columns, &places);
        }
        match self.plan.kind {
            Kind::Histogram | Kind::MostFrequent => answers::counted(&columns),
            Kind::Percentile => {
                let (columns, scale) = percentile::merged(&columns, self.scale)?;
                self.scale = scale;
                Ok(columns)
            }
            Kind::MaxN | Kind::MinN | Kind::MaxByN | Kind::MinByN => self.best(&columns),
            Kind::MapAgg if self.plan.keys.is_empty() => {
                let places = rows::distinct(&columns[..1])?;
                rows::taken(&columns, &places)
            }
            _ => Ok(columns),
        }
    }

    /// The rows of the greatest keys, or of the least ones.
    fn best(&self, columns: &[ArrayRef]) -> Result<Vec<ArrayRef>> {
        let Some(key) = columns.last() else { return Ok(Vec::new()) };
        let order = rows::best_first(key, self.plan.kind.is_descending())?;
        let most = self.most()?.min(order.len());
        rows::taken(columns, &order.slice(0, most))
    }

    /// The n of `max(x, n)`.
    fn most(&self) -> Result<usize> {
        match self.constants().first() {
            Some(ScalarValue::Int64(Some(n))) => usize::try_from(*n).map_err(|_| unexpected(&Arrow::Int64)),
            _ => Err(unexpected(&Arrow::Null)),
        }
    }

    /// Takes the constants of the first row that counts, and fails where they are refused.
    fn note<'a>(&mut self, columns: impl Iterator<Item = &'a ArrayRef>, row: usize) -> Result<()> {
        if self.is_noted {
            return Ok(());
        }
        if self.plan.literals.is_empty() {
            let own = columns.map(|column| Ok(ScalarValue::try_from_array(column, row)?.compacted()));
            self.constants = own.collect::<Result<Vec<_>>>()?;
        }
        self.check_constants()?;
        self.is_noted = true;
        Ok(())
    }

    /// Fails where Trino refuses them, and where they are too large to be kept for each group.
    fn check_constants(&self) -> Result<()> {
        let constants = self.constants();
        match (self.plan.kind, constants.as_slice()) {
            (Kind::MaxN | Kind::MinN, [ScalarValue::Int64(Some(n))]) => {
                if *n <= 0 {
                    return Err(invalid("second argument of max_n/min_n must be positive"));
                }
                chosen(*n, "second argument of max_n/min_n")?;
            }
            (Kind::MaxByN | Kind::MinByN, [ScalarValue::Int64(Some(n))]) => {
                if *n <= 0 {
                    return Err(invalid("third argument of max_by/min_by must be a positive integer"));
                }
                chosen(*n, "third argument of max_by/min_by")?;
            }
            (Kind::MostFrequent, [buckets, capacity]) => {
                for (number, what) in [(buckets, "bucket count"), (capacity, "capacity")] {
                    if !matches!(number, ScalarValue::Int64(Some(2..))) {
                        let message = format!("approx_most_frequent {what} must be greater than one");
                        return Err(invalid(message));
                    }
                }
            }
            (Kind::Percentile, [_, ScalarValue::Float64(Some(accuracy))]) => {
                percentile::check_accuracy(*accuracy)?;
            }
            (Kind::Percentile, [ScalarValue::List(shares)]) => {
                percentile::check_count(shares.value(0).len())?;
            }
            (Kind::ListAgg, [separator, _, filler]) => {
                overflow::check_lengths(overflow::text(separator)?, overflow::text(filler)?)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The columns of the rows that count, copied.
    fn taken(&self, columns: &[ArrayRef]) -> Result<Vec<ArrayRef>> {
        let required = self.plan.kind.roles(self.plan.arguments).required;
        let rows = length(columns);
        // A column of nulls without a type has nulls, but no bitmap of them.
        let nulls = required.iter().filter_map(|place| columns[*place].logical_nulls());
        let nulls: Vec<NullBuffer> = nulls.filter(|nulls| nulls.null_count() > 0).collect();
        if nulls.is_empty() {
            return rows::taken(columns, &rows::all(rows));
        }
        let counts = |row: usize| nulls.iter().all(|nulls| nulls.is_valid(row));
        let mask: BooleanArray = (0..rows).map(|row| Some(counts(row))).collect();
        columns.iter().map(|column| Ok(filter(column, &mask)?)).collect()
    }

    fn answer(&mut self) -> Result<ScalarValue> {
        self.plan.cancellation.check()?;
        let _hold = match &self.plan.memory {
            // Its own copy is counted by the operator; this is what is made of it.
            Some(memory) => {
                let mut hold = memory.memory().hold();
                hold.resize(self.bytes.saturating_mul(COPIES));
                memory.memory().check()?;
                Some(hold)
            }
            None => None,
        };
        self.reduce()?;
        let Some(columns) = self.chunks.first().filter(|columns| length(columns) > 0) else {
            return ScalarValue::try_new_null(&self.plan.answer);
        };
        let (values, keys) = columns.split_at(self.plan.values());
        let values = if self.plan.keys.is_empty() {
            values.to_vec()
        } else {
            rows::taken(values, &rows::order(keys, &self.plan.keys)?)?
        };
        self.bound(&values)?;
        self.of_all(&values)
    }

    /// Fails where an array or a map of all of these would be too large. The others choose, or are bounded by themselves.
    fn bound(&self, values: &[ArrayRef]) -> Result<()> {
        let Some(memory) = &self.plan.memory else { return Ok(()) };
        let is_bounded = matches!(self.plan.answer, Arrow::List(_) | Arrow::Map(..));
        let most = memory.limits().group();
        let bytes: usize = values.iter().map(Array::get_array_memory_size).sum();
        if !is_bounded || bytes <= most {
            return Ok(());
        }
        let name = self.plan.kind.called();
        let message = format!("{name} makes a value of more than {most} bytes, the most of the local engine");
        Err(failure(EXCEEDED, message))
    }

    fn of_all(&self, values: &[ArrayRef]) -> Result<ScalarValue> {
        let Plan { kind, answer, keys, .. } = &self.plan;
        let [first, ..] = values else { return Err(unexpected(answer)) };
        match kind {
            Kind::ArrayAgg | Kind::MaxN | Kind::MinN => {
                let values = if *kind == Kind::ArrayAgg { values.to_vec() } else { self.best(values)? };
                answers::array(Arc::clone(&values[0]), answer)
            }
            Kind::MaxByN | Kind::MinByN => {
                let best = self.best(values)?;
                answers::array(Arc::clone(&best[0]), answer)
            }
            Kind::ListAgg => match self.constants().as_slice() {
                [separator, word, filler] => {
                    answers::text(first, overflow::text(separator)?, &Overflow::new(word, filler)?)
                }
                _ => Err(unexpected(answer)),
            },
            Kind::MapAgg => answers::first_of_each(&in_order(values, keys)?, answer),
            Kind::MultimapAgg => answers::all_of_each(&in_order(values, keys)?, answer),
            Kind::Histogram => {
                let counted = answers::counted(values)?;
                answers::histogram(&in_order(&counted, keys)?, answer)
            }
            Kind::MostFrequent => {
                let most = rows::most_frequent(&answers::counted(values)?, self.most()?)?;
                answers::histogram(&in_order(&most, keys)?, answer)
            }
            Kind::MapUnion => answers::union(first, answer),
            Kind::Percentile => self.percentile(values),
            Kind::Distinct(statistic) => {
                let sorted = rows::order(values, &vec![SortOptions::default(); values.len()])?;
                let mut numbers = statistic.accumulator(answer);
                numbers.update_batch(&rows::taken(values, &sorted)?)?;
                numbers.evaluate()
            }
        }
    }

    fn percentile(&self, columns: &[ArrayRef]) -> Result<ScalarValue> {
        let (columns, _) = percentile::merged(columns, self.scale)?;
        let [values, weights] = columns.as_slice() else { return Err(unexpected(&self.plan.answer)) };
        match self.constants().first() {
            Some(ScalarValue::Float64(share)) => {
                ScalarValue::try_from_array(values, percentile::place(weights, *share)?)
            }
            Some(ScalarValue::List(shares)) => {
                let shares = shares.value(0);
                let shares = shares.as_primitive::<Float64Type>().iter();
                let places = shares.map(|share| Ok(percentile::place(weights, share)? as u64));
                let places = places.collect::<Result<Vec<u64>>>()?;
                let chosen =
                    rows::taken(std::slice::from_ref(values), &UInt64Array::from(places))?.swap_remove(0);
                answers::array(chosen, &self.plan.answer)
            }
            _ => Err(unexpected(&self.plan.answer)),
        }
    }
}

/// The entries of a map in the order of their keys, unless the query has an order: so the answer is the same each time.
fn in_order(values: &[ArrayRef], keys: &[SortOptions]) -> Result<Vec<ArrayRef>> {
    if keys.is_empty() {
        rows::taken(values, &rows::order(&values[..1], &[SortOptions::default()])?)
    } else {
        Ok(values.to_vec())
    }
}

/// Fails where more values are asked for than Trino gives.
fn chosen(n: i64, argument: &str) -> Result<()> {
    if n <= MOST_CHOSEN {
        return Ok(());
    }
    Err(invalid(format!("{argument} must be less than or equal to {MOST_CHOSEN}; found {n}")))
}

/// The value of a literal.
fn literal(argument: &Arc<dyn PhysicalExpr>) -> Option<&ScalarValue> {
    argument.downcast_ref::<Literal>().map(Literal::value)
}

fn length(columns: &[ArrayRef]) -> usize {
    columns.first().map_or(0, Array::len)
}

impl Accumulator for Gathered {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        self.plan.cancellation.check()?;
        let columns = self.taken(columns)?;
        let rows = length(&columns);
        if rows == 0 {
            return Ok(());
        }
        let (kind, arguments) = (self.plan.kind, self.plan.arguments);
        let roles = kind.roles(arguments);
        self.note(roles.constant.iter().map(|place| &columns[*place]), 0)?;
        let weight: Option<ArrayRef> = kind.weight(arguments).map(|weight| match weight {
            Weight::Count => Arc::new(Int64Array::from(vec![1; rows])) as ArrayRef,
            Weight::One => Arc::new(Float64Array::from(vec![1.0; rows])) as ArrayRef,
        });
        let kept: Vec<ArrayRef> = roles.kept.iter().map(|place| Arc::clone(&columns[*place])).collect();
        if kind == Kind::Percentile
            && let [_, weights] = kept.as_slice()
        {
            percentile::check_weights(weights)?;
        }
        let keys = columns[arguments..].iter().cloned();
        self.keep(kept.into_iter().chain(weight).chain(keys).collect())
    }

    /// After the constants, which are null where they are literals, come the scale, and an array for each column.
    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.plan.cancellation.check()?;
        let (constants, rest) = states.split_at(self.plan.constants().len());
        let [scales, columns @ ..] = rest else { return Err(unexpected(&Arrow::Null)) };
        let scales = scales.as_primitive::<Int64Type>();
        for row in 0..scales.len() {
            let chunk = columns.iter().map(|column| column.as_list::<i32>().value(row));
            let chunk: Vec<ArrayRef> = chunk.collect();
            let rows = length(&chunk);
            if rows == 0 {
                continue;
            }
            self.note(constants.iter(), row)?;
            self.scale = self.scale.max(u32::try_from(scales.value(row)).unwrap_or_default());
            self.keep(rows::taken(&chunk, &rows::all(rows))?)?;
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.reduce()?;
        let mut state = self.constants.clone();
        if state.is_empty() {
            state = self.plan.constants().iter().map(ScalarValue::try_new_null).collect::<Result<_>>()?;
        }
        state.push(ScalarValue::Int64(Some(self.scale.into())));
        let kept = self.plan.kept();
        let columns: Vec<ArrayRef> = match self.chunks.first() {
            Some(columns) => columns.clone(),
            None => kept.iter().map(new_empty_array).collect(),
        };
        for (column, found) in columns.into_iter().zip(&kept) {
            let offsets = OffsetBuffer::from_lengths([column.len()]);
            let element = Arc::new(Field::new_list_field(found.clone(), true));
            state.push(ScalarValue::List(Arc::new(ListArray::try_new(element, offsets, column, None)?)));
        }
        Ok(state)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.answer()
    }

    fn size(&self) -> usize {
        size_of::<Self>() + OVERHEAD + self.bytes.saturating_mul(COPIES)
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::StringArray;

    use super::*;

    const SEPARATOR: usize = 1_000;

    fn texts(text: &str) -> ArrayRef {
        Arc::new(StringArray::from(vec![text]))
    }

    fn listagg(literals: &[Arc<dyn PhysicalExpr>]) -> Gathered {
        let plan = Plan {
            kind: Kind::ListAgg,
            arguments: 4,
            keys: Vec::new(),
            is_distinct: false,
            given: vec![Arrow::Utf8; 4],
            answer: Arrow::Utf8,
            literals: Vec::new(),
            memory: None,
            cancellation: Cancellation::default(),
        };
        let mut group = Gathered::new(plan.with_literals(literals));
        let separator = "s".repeat(SEPARATOR);
        group.update_batch(&[texts("a"), texts(&separator), texts(overflow::ERROR), texts("...")]).unwrap();
        group
    }

    #[test]
    fn groups_share_literals_and_count_the_constants_of_their_own() {
        let literal = |text: &str| -> Arc<dyn PhysicalExpr> {
            Arc::new(Literal::new(ScalarValue::Utf8(Some(text.to_owned()))))
        };
        let separator = "s".repeat(SEPARATOR);
        let literals = [literal("a"), literal(&separator), literal(overflow::ERROR), literal("...")];
        let (mut own, mut shared) = (listagg(&[]), listagg(&literals));
        assert!(own.size() >= shared.size() + COPIES * SEPARATOR, "{} {}", own.size(), shared.size());
        assert_eq!(own.state().unwrap()[0], ScalarValue::Utf8(Some(separator.clone())));
        assert_eq!(shared.state().unwrap()[0], ScalarValue::Utf8(None));
        let expected = ScalarValue::Utf8(Some(format!("a{separator}a")));
        let none: &[Arc<dyn PhysicalExpr>] = &[];
        for (mut group, literals) in [(own, none), (shared, &literals[..])] {
            let states = group.state().unwrap();
            let states: Vec<ArrayRef> = states.iter().map(|state| state.to_array().unwrap()).collect();
            let mut merged = listagg(literals);
            merged.merge_batch(&states).unwrap();
            assert_eq!(merged.evaluate().unwrap(), expected);
        }
    }
}
