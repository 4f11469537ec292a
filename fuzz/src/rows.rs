//! What must hold for any query string of `/v1/datasets/{dataset}/rows`: it is refused, or it becomes one SELECT from
//! the dataset's one table, of the shape that was planned, whose every name is the dataset's or a plain one that the
//! caller gave, and whose every value stands beside it as a literal. A fuzz target calls it, and a test of `query`.

use std::collections::HashSet;

use domain::{DataType, Dataset};
use query::Compiled;
use sqlparser::{
    ast::{
        BinaryOperator, Expr, GroupByExpr, OrderByExpr, OrderByKind, Select, SelectItem, SetExpr, Statement,
        TableFactor, UnaryOperator, Value as Constant,
    },
    dialect::GenericDialect,
    parser::Parser,
    tokenizer::{Token, Tokenizer},
};

/// The datasets that requests are made of.
pub fn datasets() -> Vec<Dataset> {
    [
        include_str!("../../crates/query/tests/datasets/bookings.json"),
        include_str!("../../crates/query/tests/datasets/flights.json"),
        include_str!("../../crates/query/tests/datasets/parcels.json"),
        include_str!("../../crates/query/tests/datasets/passengers.json"),
        include_str!("../../crates/query/tests/datasets/clicks.json"),
        include_str!("../../crates/query/tests/datasets/seats.json"),
    ]
    .map(|text| Dataset::from_json(text.as_bytes()).expect("a definition"))
    .into()
}

/// A request, compiled and checked; `None` if it is refused.
pub fn rows(dataset: &Dataset, raw: &str) -> Option<Compiled> {
    match query::compile(dataset, raw, "tributary", 10_000) {
        Ok(compiled) => {
            check(dataset, &compiled);
            Some(compiled)
        }
        Err(sentence) => {
            assert!(!sentence.is_empty() && sentence.len() < 4_096, "{} bytes of problem", sentence.len());
            None
        }
    }
}

fn check(dataset: &Dataset, Compiled { sql, parameters, shape }: &Compiled) {
    let dialect = GenericDialect {};
    let parsed = Parser::parse_sql(&dialect, sql).expect("SQL");
    let [Statement::Query(query)] = parsed.as_slice() else { panic!("not one query: {sql}") };
    assert!(query.with.is_none());
    let SetExpr::Select(select) = query.body.as_ref() else { panic!("not a SELECT: {sql}") };
    let [from] = select.from.as_slice() else { panic!("not one table: {sql}") };
    assert!(from.joins.is_empty());
    let TableFactor::Table { name, .. } = &from.relation else { panic!("not a table: {sql}") };
    let table = dataset.name().as_str();
    assert_eq!(name.to_string(), format!("\"tributary\".\"{table}\""));

    assert_eq!(select.projection.len(), shape.columns.len());
    assert_eq!(select.selection.as_ref().map_or(0, conjuncts), shape.filters, "{sql}");
    let GroupByExpr::Expressions(keys, _) = &select.group_by else { panic!("{sql}") };
    assert_eq!(keys.len(), shape.keys);
    assert!(select.having.is_none() && select.distinct.is_none());
    let order = match query.order_by.as_ref().map(|order| &order.kind) {
        None => &[],
        Some(OrderByKind::Expressions(terms)) => terms.as_slice(),
        Some(other) => panic!("{other:?}"),
    };
    assert_eq!(order.len(), shape.order);
    no_rows_tie(dataset, select, keys, order, sql);
    assert!(sql.ends_with(&format!(" LIMIT {}", shape.limit)));

    let names = names(dataset, &shape.columns);
    let tokens = Tokenizer::new(&dialect, sql).tokenize().expect("tokens");
    let placeholders = tokens.iter().filter(|token| matches!(token, Token::Placeholder(_))).count();
    assert_eq!(placeholders, parameters.len());
    for token in &tokens {
        match token {
            Token::SingleQuotedString(text) => {
                let fixed = ["\\", "second", "minute", "hour", "day", "week", "month", "quarter", "year"];
                assert!(fixed.contains(&text.as_str()), "a value in the text: {sql}");
            }
            Token::Word(word) if word.quote_style.is_some() => {
                let known = ["tributary", table].contains(&word.value.as_str());
                assert!(known || names.contains(&word.value), "{:?}", word.value);
            }
            _ => {}
        }
    }
    for text in parameters {
        assert!((1..=1_024).contains(&text.encode_utf16().count()));
        let mut parser = Parser::new(&dialect).try_with_sql(text).expect("tokens");
        let literal = parser.parse_expr().expect("an expression");
        assert_eq!(parser.peek_token().token, Token::EOF, "{text}");
        assert!(is_literal(&literal), "{literal:?}");
    }
}

/// The names that tell every two rows of a dataset's table apart: its identity columns or else `_id`, and the keys of its
/// partitions.
pub fn unique(dataset: &Dataset) -> Vec<String> {
    let mut names: Vec<String> = dataset.identity().map(|column| column.name.to_string()).collect();
    if names.is_empty() {
        names.push("_id".to_owned());
    }
    names.extend(dataset.granularity().keys().iter().map(|key| (*key).to_owned()));
    names
}

/// Rows are ordered by all that tells them apart, as it is in the table; groups by every key, whether or not there is
/// more in the order.
fn no_rows_tie(dataset: &Dataset, select: &Select, keys: &[Expr], order: &[OrderByExpr], sql: &str) {
    let position = |expression: &Expr| match expression {
        Expr::Value(value) => match &value.value {
            Constant::Number(text, _) => text.parse::<usize>().ok(),
            _ => None,
        },
        _ => None,
    };
    let item = |position: usize| match &select.projection[position - 1] {
        SelectItem::UnnamedExpr(expression) | SelectItem::ExprWithAlias { expr: expression, .. } => {
            expression
        }
        other => panic!("{other:?}"),
    };
    if (1..=select.projection.len()).any(|at| is_aggregate(item(at))) {
        let at = |expression: &Expr| item(position(expression).expect("a position")).to_string();
        let ordered: HashSet<String> = order.iter().map(|term| at(&term.expr)).collect();
        let missing = keys.iter().map(at).find(|key| !ordered.contains(key));
        assert_eq!(missing, None, "groups tie: {sql}");
        return;
    }
    // A name alone is a column of the answer first, which may hold something else.
    let given = |name: &str| {
        select
            .projection
            .iter()
            .any(|item| matches!(item, SelectItem::ExprWithAlias { alias, .. } if alias.value == name))
    };
    let column = |term: &OrderByExpr| match &term.expr {
        Expr::Identifier(name) if !given(&name.value) => Some(name.value.clone()),
        Expr::CompoundIdentifier(parts) => match parts.as_slice() {
            [table, name] if table.value == dataset.name().as_str() => Some(name.value.clone()),
            _ => None,
        },
        _ => None,
    };
    let ordered: HashSet<String> = order.iter().filter_map(column).collect();
    let missing = unique(dataset).into_iter().find(|name| !ordered.contains(name));
    assert_eq!(missing, None, "rows tie: {sql}");
    assert!(
        order.iter().all(|term| term.options.asc.is_some() && term.options.nulls_first.is_some()),
        "{sql}"
    );
}

fn is_aggregate(expression: &Expr) -> bool {
    let names = ["count", "approx_distinct", "sum", "avg", "min", "max"];
    matches!(expression, Expr::Function(call) if names.contains(&call.name.to_string().as_str()))
}

/// How many conditions AND holds together at the top.
fn conjuncts(expression: &Expr) -> usize {
    match expression {
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => conjuncts(left) + conjuncts(right),
        _ => 1,
    }
}

/// Every name that the SQL may have: the table's columns with their fields, and what the caller called things.
fn names(dataset: &Dataset, outputs: &[String]) -> HashSet<String> {
    let own = ["dt", "hour", "_id", "_ingested_at", "_extra"].map(str::to_owned);
    let mut names: HashSet<String> = own.into();
    for column in dataset.columns() {
        names.insert(column.name.to_string());
        if let DataType::Struct(fields) = &column.data_type {
            names.extend(fields.iter().map(|field| field.name.clone()));
        }
    }
    for name in outputs {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        assert!(name.bytes().all(plain), "{name:?}");
        names.insert(name.clone());
    }
    names
}

fn is_literal(expression: &Expr) -> bool {
    match expression {
        Expr::Value(value) => !matches!(value.value, Constant::Placeholder(_)),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => {
            matches!(expr.as_ref(), Expr::Value(value) if matches!(value.value, Constant::Number(..)))
        }
        Expr::TypedString(_) => true,
        _ => false,
    }
}
