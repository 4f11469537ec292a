//! `char(n)`: a text of n characters. A shorter one is padded with spaces, and a longer one is cut (Trino's documentation, "Data
//! types", and its `CharacterStringCasts`).
//!
//! DataFusion has no such type, so a cast to it gives the padded text, a `varchar` here. That is the same wherever nothing asks
//! for the type: as a `varchar`, in `length` and `count`, in `GROUP BY` and `ORDER BY`, and beside another of the same length,
//! where equal texts are equal padded, and in the same order. As a column of the result it has its type's name. It is refused
//! everywhere else:
//!
//! - beside a `varchar`, Trino converts one to the type of the other, and its versions differ in which (`TypeCoercion`);
//! - beside one of another length, the documentation says that they are never equal, and `TypeCoercion` makes them equal;
//! - in a query within another one, the type would be forgotten.

use std::{
    collections::{BTreeMap, HashSet},
    ops::ControlFlow,
};

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, CastKind, CharacterLength, DataType, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArguments, GroupByExpr, OrderBy, OrderByKind, Query, Select, SelectItem, SetExpr, Value,
    ValueWithSpan, VisitMut, VisitorMut, visit_expressions,
};

use crate::{calls::call, error::EngineError, functions::CAST_TO_CHAR, visit::broken};

/// The most characters that Trino's type has.
const MOST: u64 = 65_536;

/// The columns of a result that are of such a type, by their places, and how many characters each has.
pub(crate) type Columns = BTreeMap<usize, u64>;

/// The name of the type.
pub(crate) fn name(characters: u64) -> String {
    format!("char({characters})")
}

/// How many characters the type has, if it is one.
pub(crate) fn length_of(data_type: &DataType) -> Option<u64> {
    let DataType::Char(length) = data_type else { return None };
    let length = match length {
        None => 1,
        Some(CharacterLength::IntegerLength { length, unit: None }) => *length,
        Some(_) => return None,
    };
    (1..=MOST).contains(&length).then_some(length)
}

/// Makes padded texts of the casts to such types, and refuses those whose type would be seen. Gives the columns of the result.
pub(crate) fn rewrite(query: &mut Query) -> Result<Columns, EngineError> {
    let columns = columns(query)?;
    broken(query.visit(&mut Rewrite))?;
    Ok(columns)
}

/// The columns of the outermost query, padded.
fn columns(query: &mut Query) -> Result<Columns, EngineError> {
    let mut columns = Columns::new();
    let SetExpr::Select(select) = &mut *query.body else { return Ok(columns) };
    let mut names: HashSet<String> = HashSet::new();
    let mut has_star = false;
    for (place, item) in select.projection.iter_mut().enumerate() {
        let (expr, alias) = match item {
            SelectItem::UnnamedExpr(expr) => (expr, None),
            SelectItem::ExprWithAlias { expr, alias } => (expr, Some(alias.value.clone())),
            _ => {
                has_star = true;
                continue;
            }
        };
        if let Some(length) = pad(expr) {
            columns.insert(place, length);
            names.extend(alias);
        }
    }
    if has_star && !columns.is_empty() {
        return Err(EngineError::unsupported("a column of char(n) beside *"));
    }
    let Some(OrderBy { kind: OrderByKind::Expressions(terms), .. }) = &query.order_by else {
        return Ok(columns);
    };
    // A name alone is ordered as it is.
    let mut calculated =
        terms.iter().map(|term| &term.expr).filter(|expr| !matches!(expr, Expr::Identifier(_)));
    if calculated.any(|expr| holds_name(expr, &names)) {
        return Err(EngineError::unsupported("ORDER BY of what is calculated from a column of char(n)"));
    }
    Ok(columns)
}

fn holds_name(expr: &Expr, names: &HashSet<String>) -> bool {
    let found = visit_expressions(expr, |part| match part {
        Expr::Identifier(name) if names.contains(&name.value) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    found.is_break()
}

type Flow = ControlFlow<EngineError>;

/// What surrounds a cast comes before it: so a cast that is still there stands where its type would be seen.
struct Rewrite;

impl VisitorMut for Rewrite {
    type Break = EngineError;

    fn pre_visit_query(&mut self, query: &mut Query) -> Flow {
        if let Some(OrderBy { kind: OrderByKind::Expressions(terms), .. }) = &mut query.order_by {
            for term in terms {
                pad(&mut term.expr);
            }
        }
        Flow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> Flow {
        if let GroupByExpr::Expressions(terms, _) = &mut select.group_by {
            for term in terms {
                pad(term);
            }
        }
        Flow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> Flow {
        match expr {
            Expr::Cast { data_type, .. } if length_of(data_type).is_some() => {
                return refuse("a value of char(n) in this place (write CAST(... AS varchar))");
            }
            Expr::Cast { data_type: DataType::Varchar(_), expr: inner, .. }
            | Expr::IsNull(inner)
            | Expr::IsNotNull(inner) => {
                pad(inner);
            }
            Expr::BinaryOp { left, op, right } if compares(op) => {
                return compared(vec![&mut **left, &mut **right]);
            }
            Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => {
                return compared(vec![&mut **left, &mut **right]);
            }
            Expr::Between { expr, low, high, .. } => {
                return compared(vec![&mut **expr, &mut **low, &mut **high]);
            }
            Expr::InList { expr, list, .. } => {
                return compared(std::iter::once(&mut **expr).chain(list).collect());
            }
            Expr::Function(function) => counted(function),
            _ => {}
        }
        Flow::Continue(())
    }
}

fn compares(operator: &BinaryOperator) -> bool {
    use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
    matches!(operator, Eq | NotEq | Lt | LtEq | Gt | GtEq)
}

/// Values that are compared with each other: all of the same length, or none of such a type.
fn compared(sides: Vec<&mut Expr>) -> Flow {
    let is_null = |side: &Expr| matches!(side, Expr::Value(ValueWithSpan { value: Value::Null, .. }));
    let lengths: Vec<Option<u64>> =
        sides.iter().filter(|side| !is_null(side)).map(|side| length(side)).collect();
    let Some(known) = lengths.iter().flatten().next() else { return Flow::Continue(()) };
    if lengths.contains(&None) {
        return refuse("a comparison of char(n) with another type (cast one to the type of the other)");
    }
    if lengths.iter().flatten().any(|length| length != known) {
        return refuse("a comparison of char(n) of different lengths");
    }
    for side in sides {
        pad(side);
    }
    Flow::Continue(())
}

/// The arguments of functions for which the padded text is as good as the type.
fn counted(function: &mut Function) {
    let name = function.name.to_string().replace('"', "");
    if !["count", "length"].contains(&name.as_str()) {
        return;
    }
    let FunctionArguments::List(list) = &mut function.args else { return };
    for argument in &mut list.args {
        if let FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) = argument {
            pad(expr);
        }
    }
}

/// How many characters a cast to such a type gives; `None`: it is none.
fn length(expr: &Expr) -> Option<u64> {
    match expr {
        Expr::Nested(inner) => length(inner),
        Expr::Cast { data_type, .. } => length_of(data_type),
        _ => None,
    }
}

/// The padded text in the place of a cast to such a type. Gives its length; `None`: it is no such cast, and stays.
fn pad(expr: &mut Expr) -> Option<u64> {
    match expr {
        Expr::Nested(inner) => pad(inner),
        Expr::Cast { kind: CastKind::Cast | CastKind::TryCast, expr: text, data_type, .. } => {
            let length = length_of(data_type)?;
            pad(text);
            let text = std::mem::replace(&mut **text, Expr::Tuple(Vec::new()));
            let characters = Expr::Value(Value::Number(length.to_string(), false).with_empty_span());
            *expr = call(CAST_TO_CHAR, vec![text, characters]);
            Some(length)
        }
        _ => None,
    }
}

fn refuse(construct: &str) -> Flow {
    Flow::Break(EngineError::unsupported(construct))
}
