//! `select` held against a dataset.

use std::collections::HashSet;

use domain::{DataType, Dataset, data_type::Decimal};

use super::{
    column::{Operand, OutputColumn, TableColumn},
    incomparable, operand,
};
use crate::{
    problem::{Problem, ProblemKind, listing, nearest, quote},
    request::{RawCall, RawItem},
};

/// The most characters of a name that a caller gives.
const MAX_ALIAS: usize = 63;

/// One column of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selected {
    /// Its name and its type.
    pub(crate) output: OutputColumn,
    /// What is in it.
    pub(crate) expression: Expression,
}

/// What a column of the answer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expression {
    /// A column or a field as it is.
    Value(Operand),
    /// The beginning of the unit of time that it falls in.
    Bucket(Operand, Unit),
    /// One value for each group of rows; without an operand it counts the rows.
    Aggregate(Aggregate, Option<Operand>),
}

/// The functions that make one value of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aggregate {
    /// How many values there are that are not null; without a column, how many rows.
    Count,
    /// How many different values there are.
    CountDistinct,
    /// About how many different values there are: Athena's `approx_distinct`, with a standard error of 2.3 percent.
    ApproxCountDistinct,
    /// The sum; of whole numbers a bigint, of decimals one of 38 digits.
    Sum,
    /// The mean; of whole numbers a double, of decimals one of the same digits.
    Avg,
    /// The least.
    Min,
    /// The largest.
    Max,
}

const AGGREGATES: [(&str, Aggregate); 6] = [
    ("count", Aggregate::Count),
    ("sum", Aggregate::Sum),
    ("avg", Aggregate::Avg),
    ("min", Aggregate::Min),
    ("max", Aggregate::Max),
    ("approx_count_distinct", Aggregate::ApproxCountDistinct),
];
const BUCKET: &str = "date_trunc";

/// A unit of time, as `date_trunc` names it. Weeks begin on Mondays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day, in UTC.
    Day,
    /// Seven days.
    Week,
    /// A month.
    Month,
    /// Three months.
    Quarter,
    /// A year.
    Year,
}

const UNITS: [(&str, Unit); 8] = [
    ("second", Unit::Second),
    ("minute", Unit::Minute),
    ("hour", Unit::Hour),
    ("day", Unit::Day),
    ("week", Unit::Week),
    ("month", Unit::Month),
    ("quarter", Unit::Quarter),
    ("year", Unit::Year),
];

impl Unit {
    /// Its name in SQL, which is the caller's too.
    pub(crate) fn name(self) -> &'static str {
        UNITS.iter().find(|(_, unit)| *unit == self).map_or("", |(name, _)| name)
    }

    fn is_of_days(self) -> bool {
        !matches!(self, Self::Second | Self::Minute | Self::Hour)
    }
}

impl Selected {
    /// Whether it is made of a group of rows.
    pub(crate) fn is_aggregate(&self) -> bool {
        matches!(self.expression, Expression::Aggregate(..))
    }

    fn plain(column: TableColumn) -> Option<Self> {
        let operand = Operand::new(column, &[]).ok()?;
        let output = OutputColumn { name: operand.name().to_owned(), data_type: operand.data_type().clone() };
        Some(Self { output, expression: Expression::Value(operand) })
    }
}

pub(super) fn columns(dataset: &Dataset, select: Option<&[RawItem]>) -> Result<Vec<Selected>, Problem> {
    let Some(items) = select else {
        return Ok(TableColumn::defined(dataset).filter_map(Selected::plain).collect());
    };
    let mut columns = Vec::with_capacity(items.len());
    let mut seen = HashSet::new();
    // Looked at one by one: all columns of a wide table, as often as a request can name them, are very many.
    let mut add = |selected: Selected| {
        let name = &selected.output.name;
        if !seen.insert(name.clone()) {
            let detail =
                format!("select gives {name:?} twice: name it once, or give one a name, as my_name:column");
            return Err(Problem::new(ProblemKind::InvalidValue, detail).with("parameter", "select"));
        }
        columns.push(selected);
        Ok(())
    };
    for item in items {
        let star = item.path.as_ref().is_some_and(|path| path.column == "*" && path.fields.is_empty());
        if star && item.alias.is_none() && item.call.is_none() {
            TableColumn::defined(dataset).filter_map(Selected::plain).try_for_each(&mut add)?;
        } else {
            add(selected(dataset, item)?)?;
        }
    }
    Ok(columns)
}

/// Every column of the answer that is no aggregate is grouped by: refuses what cannot be.
pub(super) fn groupable(dataset: &Dataset, columns: &[Selected]) -> Result<(), Problem> {
    let nested = columns.iter().find_map(|selected| match &selected.expression {
        Expression::Value(operand) if !operand.has_order() => Some(operand),
        _ => None,
    });
    match nested {
        Some(operand) => {
            Err(incomparable(dataset, operand, "rows cannot be grouped by it", Operand::has_order))
        }
        None => Ok(()),
    }
}

fn selected(dataset: &Dataset, item: &RawItem) -> Result<Selected, Problem> {
    let operand = item.path.as_ref().map(|path| operand(dataset, path)).transpose()?;
    let (expression, name, data_type) = match (&item.call, operand) {
        (None, Some(operand)) => {
            let (name, data_type) = (operand.name().to_owned(), operand.data_type().clone());
            (Expression::Value(operand), name, data_type)
        }
        (Some(call), operand) => called(dataset, call, operand)?,
        // `select` reads no such item.
        (None, None) => return Err(Problem::new(ProblemKind::Internal, "an item of select is empty")),
    };
    let name = item.alias.as_deref().map(alias).transpose()?.unwrap_or(name);
    Ok(Selected { output: OutputColumn { name, data_type }, expression })
}

fn called(
    dataset: &Dataset,
    call: &RawCall,
    operand: Option<Operand>,
) -> Result<(Expression, String, DataType), Problem> {
    let RawCall { name, argument } = call;
    let wrong =
        |detail: String| Err(Problem::new(ProblemKind::InvalidValue, detail).with("parameter", "select"));
    if name == BUCKET {
        let Some(operand) = operand else {
            return wrong(format!("{BUCKET} needs a column, as booked_at.{BUCKET}(hour)"));
        };
        let unit = unit(&operand, argument)?;
        if !matches!(operand.data_type(), DataType::Timestamp | DataType::Date) {
            let what = "only times and dates fall into a unit of time";
            let would_do =
                |operand: &Operand| matches!(operand.data_type(), DataType::Timestamp | DataType::Date);
            return Err(incomparable(dataset, &operand, what, would_do));
        }
        let (name, data_type) = (operand.name().to_owned(), operand.data_type().clone());
        return Ok((Expression::Bucket(operand, unit), name, data_type));
    }
    let Some((_, aggregate)) = AGGREGATES.iter().find(|(known, _)| known == name) else {
        let known = AGGREGATES.iter().map(|(known, _)| *known).chain([BUCKET]);
        let detail = format!("unknown function {} in select", quote(name));
        return Err(Problem::new(ProblemKind::InvalidValue, detail).with("parameter", "select").suggesting(
            name,
            "functions",
            known,
        ));
    };
    let aggregate = match (aggregate, argument.as_str()) {
        (aggregate, "") => *aggregate,
        (Aggregate::Count, "distinct") if operand.is_some() => Aggregate::CountDistinct,
        _ => {
            return wrong(format!(
                "{name}({}) in select: write column.{name}(){}",
                argument.chars().take(60).collect::<String>(),
                if *aggregate == Aggregate::Count { " or column.count(distinct)" } else { "" }
            ));
        }
    };
    if operand.is_none() && aggregate != Aggregate::Count {
        return wrong(format!("{name}() needs a column, as price.{name}()"));
    }
    let data_type = result(dataset, aggregate, operand.as_ref())?;
    Ok((Expression::Aggregate(aggregate, operand), name.clone(), data_type))
}

/// The type of an aggregate, by Athena's rules.
fn result(dataset: &Dataset, aggregate: Aggregate, operand: Option<&Operand>) -> Result<DataType, Problem> {
    let Some(operand) = operand else { return Ok(DataType::BigInt) };
    let refused = |what, would_do| Err(incomparable(dataset, operand, what, would_do));
    match (aggregate, operand.data_type()) {
        (Aggregate::Count, _) => Ok(DataType::BigInt),
        (Aggregate::CountDistinct | Aggregate::ApproxCountDistinct, _) if operand.has_order() => {
            Ok(DataType::BigInt)
        }
        (Aggregate::CountDistinct | Aggregate::ApproxCountDistinct, _) => {
            refused("its values cannot be told apart", Operand::has_order)
        }
        (Aggregate::Min | Aggregate::Max, data_type) if operand.is_comparable() => Ok(data_type.clone()),
        (Aggregate::Min | Aggregate::Max, _) => {
            refused("it has no least and no largest value", Operand::is_comparable)
        }
        (Aggregate::Sum, DataType::Int | DataType::BigInt) => Ok(DataType::BigInt),
        (Aggregate::Avg, DataType::Int | DataType::BigInt) => Ok(DataType::Double),
        (Aggregate::Sum, DataType::Decimal(digits)) => {
            let widest = Decimal::new(domain::data_type::MAX_PRECISION, digits.scale());
            Ok(DataType::Decimal(widest.unwrap_or(*digits)))
        }
        (_, number @ (DataType::Float | DataType::Double | DataType::Decimal(_))) => Ok(number.clone()),
        _ => refused("only numbers have a sum and a mean", |operand| {
            use DataType::{BigInt, Decimal, Double, Float, Int};
            matches!(operand.data_type(), Int | BigInt | Float | Double | Decimal(_))
        }),
    }
}

fn unit(operand: &Operand, argument: &str) -> Result<Unit, Problem> {
    let day = *operand.data_type() == DataType::Date;
    let available = UNITS.iter().filter(|(_, unit)| !day || unit.is_of_days()).map(|(name, _)| *name);
    if let Some((_, unit)) =
        UNITS.iter().find(|(name, unit)| *name == argument && (!day || unit.is_of_days()))
    {
        return Ok(*unit);
    }
    let meant = nearest(argument, available.clone()).map(|name| format!(" (did you mean {name:?}?)"));
    let detail = format!(
        "{operand}.{BUCKET}({}) in select{}: the units are {}",
        argument.chars().take(60).collect::<String>(),
        meant.unwrap_or_default(),
        listing(available)
    );
    Err(Problem::new(ProblemKind::InvalidValue, detail).with("parameter", "select"))
}

/// A name that the caller gives. It becomes one in SQL, and so is held to what a column's may be; Athena does not
/// tell upper from lower case.
fn alias(text: &str) -> Result<String, Problem> {
    let valid = text.len() <= MAX_ALIAS
        && text.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if valid {
        return Ok(text.to_owned());
    }
    let detail = format!(
        "the name {} in select: write lower-case letters, digits and _, no digit first, {MAX_ALIAS} at most",
        quote(text)
    );
    Err(Problem::new(ProblemKind::InvalidValue, detail).with("parameter", "select"))
}
