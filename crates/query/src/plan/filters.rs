//! Filters held against a dataset.

use chrono::{DateTime, Utc};
use domain::{DataType, Dataset};

use super::{
    between::Between,
    bounded,
    column::{Operand, Role, TableColumn},
    condition::{Comparison, Condition},
    incomparable, operand, pattern, unknown_column, value,
};
use crate::{
    problem::{Problem, ProblemKind, nearest, quote},
    request::{
        MAX_FILTERS, RawComparison, RawCondition, RawFilter, RawPath, RawValue, RowsRequest,
        operator::{self, Operator},
        too_many_filters, words,
    },
};

/// The most elements of all lists of a request together. Each becomes a parameter.
pub(crate) const MAX_ELEMENTS: usize = 1_000;

/// The most regular expressions of a request. Each is compiled to see that it is small enough, and again by the engine.
pub(crate) const MAX_PATTERNS: usize = 10;

/// What a request may still have of these.
struct Left {
    elements: usize,
    patterns: usize,
    /// What times count from that are written so.
    now: DateTime<Utc>,
}

pub(super) fn filters(dataset: &Dataset, request: &RowsRequest) -> Result<Vec<Condition>, Problem> {
    let raw = request.filters.iter().map(|raw| parse(dataset, raw)).collect::<Result<Vec<_>, _>>()?;
    if raw.iter().map(RawCondition::filters).sum::<usize>() > MAX_FILTERS {
        return Err(too_many_filters());
    }
    let mut left = Left { elements: MAX_ELEMENTS, patterns: MAX_PATTERNS, now: request.now };
    raw.iter().map(|raw| condition(dataset, raw, &mut left)).collect()
}

/// Reads one parameter. Whether its name is a column comes first: only then is its value a filter.
fn parse(dataset: &Dataset, raw: &RawFilter) -> Result<RawCondition, Problem> {
    let RawFilter { name, value } = raw;
    if RawCondition::is_tree(name) {
        return RawCondition::parse(name, value);
    }
    let path = RawPath::parse(name);
    if TableColumn::find(dataset, &path.column).is_none() {
        return Err(unknown_name(dataset, raw));
    }
    RawComparison::parse(path, value).map(RawCondition::Comparison)
}

fn condition(dataset: &Dataset, raw: &RawCondition, left: &mut Left) -> Result<Condition, Problem> {
    let (negated, condition) = match raw {
        RawCondition::Comparison(raw) => (raw.negated, comparison(dataset, raw, left)?),
        RawCondition::Group { negated, all, conditions } => {
            let conditions = conditions.iter().map(|raw| condition(dataset, raw, left));
            let conditions = conditions.collect::<Result<Vec<_>, _>>()?;
            (*negated, if *all { Condition::All(conditions) } else { Condition::Any(conditions) })
        }
    };
    Ok(if negated { Condition::Not(Box::new(condition)) } else { condition })
}

fn comparison(dataset: &Dataset, raw: &RawComparison, left: &mut Left) -> Result<Condition, Problem> {
    let operand = operand(dataset, &raw.path)?;
    match (&raw.value, raw.operator) {
        (RawValue::Many(texts), Operator::Contains) => {
            left.spend_elements(texts.len())?;
            contains(dataset, operand, texts, left.now)
        }
        (RawValue::Many(texts), _) => {
            left.spend_elements(texts.len())?;
            comparable(dataset, &operand)?;
            one_of(operand, texts, left.now)
        }
        (RawValue::One(text), Operator::Is) => is(operand, text),
        (RawValue::One(text), operator @ (Operator::Like | Operator::Ilike)) => {
            textual(dataset, &operand, operator)?;
            let pattern = pattern::like(&operand, text)?;
            Ok(Condition::Like { operand, pattern, folded: operator == Operator::Ilike })
        }
        (RawValue::One(text), operator @ (Operator::Match | Operator::Imatch)) => {
            textual(dataset, &operand, operator)?;
            left.spend_pattern()?;
            let pattern = pattern::regular(&operand, text, operator == Operator::Imatch)?;
            Ok(Condition::Matches(operand, pattern))
        }
        (RawValue::One(text), operator) => {
            comparable(dataset, &operand)?;
            let comparison = compared(operator)?;
            if let Some(between) = between(&operand, text) {
                return Ok(between.compared(&operand, comparison));
            }
            let value = value::parse(&operand, text, left.now)?;
            let value = match comparison {
                Comparison::Lt | Comparison::Gte => value::not_before(value, text),
                _ => value,
            };
            Ok(Condition::Compare(operand, comparison, value))
        }
    }
}

/// One of these values. A number that the column cannot have is none of its values.
fn one_of(operand: Operand, texts: &[String], now: DateTime<Utc>) -> Result<Condition, Problem> {
    let mut none = None;
    let mut values = Vec::with_capacity(texts.len());
    for text in texts {
        match between(&operand, text) {
            Some(between) => none = Some(between),
            None => values.push(value::parse(&operand, text, now)?),
        }
    }
    // Of a null even that is unknown, as of a list that has values.
    if let Some(between) = none.filter(|_| values.is_empty()) {
        return Ok(between.compared(&operand, Comparison::Eq));
    }
    Ok(Condition::In(operand, values))
}

/// Where a number lies that the column, which is of decimals, cannot have.
fn between(operand: &Operand, text: &str) -> Option<Between> {
    match operand.role() {
        Role::Stored(DataType::Decimal(decimal)) => Between::of(decimal, text),
        _ => None,
    }
}

fn compared(operator: Operator) -> Result<Comparison, Problem> {
    Ok(match operator {
        Operator::Eq => Comparison::Eq,
        Operator::Neq => Comparison::Neq,
        Operator::Gt => Comparison::Gt,
        Operator::Gte => Comparison::Gte,
        Operator::Lt => Comparison::Lt,
        Operator::Lte => Comparison::Lte,
        Operator::IsDistinct => Comparison::IsDistinct,
        // Each of these was taken above.
        Operator::In
        | Operator::Is
        | Operator::Like
        | Operator::Ilike
        | Operator::Match
        | Operator::Imatch
        | Operator::Contains => {
            return Err(Problem::new(ProblemKind::Internal, "a filter was read as what it is not"));
        }
    })
}

fn is(operand: Operand, text: &str) -> Result<Condition, Problem> {
    let boolean = *operand.data_type() == DataType::Boolean;
    Ok(match text {
        "null" => Condition::IsNull(operand),
        "unknown" if boolean => Condition::IsNull(operand),
        "not_null" => Condition::Not(Box::new(Condition::IsNull(operand))),
        "true" | "false" if boolean => Condition::IsBoolean(operand, text == "true"),
        _ => {
            let words = if boolean { "null, not_null, true, false or unknown" } else { "null or not_null" };
            let name = operand.to_string();
            let detail = format!("the filter is on {name:?} expects {words}, found {}", quote(text));
            return Err(Problem::new(ProblemKind::InvalidValue, detail).with("column", name));
        }
    })
}

fn contains(
    dataset: &Dataset,
    operand: Operand,
    texts: &[String],
    now: DateTime<Utc>,
) -> Result<Condition, Problem> {
    let is_array = |operand: &Operand| match operand.data_type() {
        DataType::Array(element) => element.is_scalar() && **element != DataType::Binary,
        _ => false,
    };
    match operand.data_type() {
        DataType::Array(element) if is_array(&operand) => {
            let values = texts.iter().map(|text| value::parse_element(&operand, element, text, now));
            let values = values.collect::<Result<_, _>>()?;
            Ok(Condition::Contains(operand, values))
        }
        _ => Err(incomparable(dataset, &operand, "cs looks into arrays of plain values", is_array)),
    }
}

fn comparable(dataset: &Dataset, operand: &Operand) -> Result<(), Problem> {
    if operand.is_comparable() {
        return Ok(());
    }
    let what = if matches!(operand.data_type(), DataType::Struct(_)) {
        "it cannot be filtered on, only its fields can, as address->city=eq.Lima"
    } else {
        "it cannot be filtered on"
    };
    Err(incomparable(dataset, operand, what, Operand::is_comparable))
}

fn textual(dataset: &Dataset, operand: &Operand, operator: Operator) -> Result<(), Problem> {
    let is_text = |operand: &Operand| *operand.data_type() == DataType::String;
    if is_text(operand) {
        return Ok(());
    }
    Err(incomparable(dataset, operand, &format!("{} is for text", operator.name()), is_text))
}

impl Left {
    fn spend_elements(&mut self, count: usize) -> Result<(), Problem> {
        self.elements = self.elements.checked_sub(count).ok_or_else(|| {
            let detail =
                format!("the lists of a request may have {MAX_ELEMENTS} elements at most, all together");
            Problem::new(ProblemKind::TooMuch, detail).with("maximum", MAX_ELEMENTS)
        })?;
        Ok(())
    }

    fn spend_pattern(&mut self) -> Result<(), Problem> {
        self.patterns = self.patterns.checked_sub(1).ok_or_else(|| {
            let detail = format!(
                "a request may have {MAX_PATTERNS} filters with match and imatch at most: put what they look for into \
                 one regular expression, as a|b"
            );
            Problem::new(ProblemKind::TooMuch, detail).with("maximum", MAX_PATTERNS)
        })?;
        Ok(())
    }
}

/// A parameter that is neither a word nor a column: which of the two it was meant to be shows in its value.
fn unknown_name(dataset: &Dataset, raw: &RawFilter) -> Problem {
    let RawFilter { name, value } = raw;
    if operator::is_filter(value) && nearest(name, words()).is_none() {
        return unknown_column(dataset, name);
    }
    Problem::new(ProblemKind::UnknownParameter, format!("unknown query parameter {}", quote(name)))
        .with("parameter", bounded(name))
        .suggesting(name, "parameters and columns", words().chain(TableColumn::names(dataset)))
}
