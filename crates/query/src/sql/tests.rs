use std::collections::HashSet;

use proptest::prelude::*;
use sqlparser::{
    ast::{
        BinaryOperator, Expr, GroupByExpr, OrderByKind, SetExpr, Statement as Parsed, TableFactor,
        UnaryOperator, Value as Constant,
    },
    dialect::GenericDialect,
    parser::Parser,
    tokenizer::{Token, Tokenizer},
};

use super::*;
use crate::{plan::Limits, problem::Problem, request::RowsRequest, testing};

fn plan(dataset: &domain::Dataset, raw: &str) -> Result<RowsPlan, Problem> {
    let limits = Limits { default_rows: 100, max_rows: 10_000 };
    RowsPlan::new(dataset, &RowsRequest::parse(raw)?, limits)
}

fn statement(dataset: &domain::Dataset, raw: &str) -> Result<Statement, Problem> {
    Ok(compile(&plan(dataset, raw)?, "tributary"))
}

/// `compile.golden` holds requests and what becomes of them, to be read by people: a change of the SQL shows
/// there. `UPDATE_GOLDEN=1 cargo test -p query` writes it anew.
#[test]
fn the_golden_file_holds() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compile.golden");
    let golden = std::fs::read_to_string(path).unwrap();
    let mut written = String::new();
    for line in golden.lines().filter(|line| !line.starts_with("  ")) {
        written.push_str(line);
        written.push('\n');
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, raw) = line.split_once('?').unwrap();
        let dataset = match name {
            "bookings" => testing::bookings(),
            "flights" => testing::flights(),
            "parcels" => testing::parcels(),
            "passengers" => testing::passengers(),
            other => panic!("no dataset {other}"),
        };
        match statement(&dataset, raw) {
            Ok(statement) => {
                written.push_str(&format!("  {}\n", statement.sql));
                for parameter in statement.parameters {
                    written.push_str(&format!("  ? {parameter}\n"));
                }
            }
            Err(problem) => written.push_str(&format!("  {}: {problem}\n", problem.status())),
        }
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &written).unwrap();
        return;
    }
    assert_eq!(written, golden, "the SQL changed: look at it, then write it anew with UPDATE_GOLDEN=1");
}

#[test]
fn a_text_longer_than_a_parameter_is_put_together_of_several() {
    let statement = statement(&testing::passengers(), &format!("name=eq.{}", "x".repeat(3_000))).unwrap();
    assert!(statement.sql.contains("WHERE \"name\" = (? || ? || ?) ORDER BY"), "{}", statement.sql);
    assert_eq!(statement.parameters.len(), 3);
}

#[test]
fn a_database_cannot_leave_its_quotes() {
    let plan = RowsPlan::new(
        &testing::passengers(),
        &RowsRequest::default(),
        Limits { default_rows: 1, max_rows: 1 },
    );
    let sql = compile(&plan.unwrap(), "a\"b").sql;
    assert!(sql.contains("FROM \"a\"\"b\".\"passengers\""));
}

/// What must hold whatever a caller sends: the SQL is one SELECT from the one table with the plan's shape, and every
/// name in it is one of the plan's.
fn check(plan: &RowsPlan, statement: &Statement, names: &HashSet<String>) {
    let (dialect, sql) = (GenericDialect {}, &statement.sql);
    let parsed = Parser::parse_sql(&dialect, sql).unwrap();
    let [Parsed::Query(query)] = parsed.as_slice() else { panic!("not one query: {sql}") };
    assert!(query.with.is_none());
    let SetExpr::Select(select) = query.body.as_ref() else { panic!("not a SELECT: {sql}") };
    let [from] = select.from.as_slice() else { panic!("not one table: {sql}") };
    assert!(from.joins.is_empty());
    let TableFactor::Table { name, .. } = &from.relation else { panic!("not a table: {sql}") };
    let table = plan.dataset.as_str();
    assert_eq!(name.to_string(), format!("\"tributary\".\"{table}\""));

    assert_eq!(select.projection.len(), plan.columns.len());
    assert_eq!(select.selection.as_ref().map_or(0, conjuncts), plan.filters.len(), "{sql}");
    let keys = plan.columns.iter().filter(|selected| !selected.is_aggregate()).count();
    let GroupByExpr::Expressions(grouped, _) = &select.group_by else { panic!("{sql}") };
    assert_eq!(grouped.len(), if plan.grouped { keys } else { 0 });
    assert!(select.having.is_none() && select.distinct.is_none());
    let order = query.order_by.as_ref().map(|order| &order.kind);
    match order {
        None => assert!(plan.order.is_empty()),
        Some(OrderByKind::Expressions(terms)) => assert_eq!(terms.len(), plan.order.len()),
        Some(other) => panic!("{other:?}"),
    }
    assert!(sql.ends_with(&format!(" LIMIT {}", plan.limit)));

    let tokens = Tokenizer::new(&dialect, sql).tokenize().unwrap();
    let placeholders = tokens.iter().filter(|token| matches!(token, Token::Placeholder(_))).count();
    assert_eq!(placeholders, statement.parameters.len());
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
    for parameter in &statement.parameters {
        let text = parameter.to_string();
        assert!((1..=1_024).contains(&text.chars().count()));
        let mut parser = Parser::new(&dialect).try_with_sql(&text).unwrap();
        let literal = parser.parse_expr().unwrap();
        assert_eq!(parser.peek_token().token, Token::EOF, "{text}");
        assert!(is_literal(&literal), "{literal:?}");
    }
}

/// How many conditions AND holds together at the top.
fn conjuncts(expression: &Expr) -> usize {
    match expression {
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => conjuncts(left) + conjuncts(right),
        _ => 1,
    }
}

/// Every name that the SQL may have: the table's columns with their fields, and what the caller called things.
fn names(dataset: &domain::Dataset, plan: &RowsPlan) -> HashSet<String> {
    let fields = dataset.columns().iter().filter_map(|column| match &column.data_type {
        DataType::Struct(fields) => Some(fields.iter().map(|field| field.name.clone())),
        _ => None,
    });
    let columns = crate::column::TableColumn::names(dataset).map(str::to_owned);
    let outputs = plan.columns.iter().map(|selected| {
        let name = &selected.output.name;
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'));
        name.clone()
    });
    columns.chain(fields.flatten()).chain(outputs).collect()
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

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// A dataset, and a request for it that is right in form, with any text where a caller may put any.
fn request() -> impl Strategy<Value = (domain::Dataset, String)> {
    prop::sample::select(vec![testing::bookings(), testing::parcels()]).prop_flat_map(|dataset| {
        let raw = request_for(&dataset);
        (Just(dataset), raw)
    })
}

fn request_for(dataset: &domain::Dataset) -> impl Strategy<Value = String> + use<> {
    let mut names: Vec<String> = crate::column::TableColumn::names(dataset).map(str::to_owned).collect();
    names.extend(["address->city".to_owned(), "address->>since".to_owned()]);
    let column = prop::sample::select(names);
    let operator = prop::sample::select(vec![
        "eq",
        "neq",
        "gt",
        "gte",
        "lt",
        "lte",
        "isdistinct",
        "is",
        "like",
        "ilike",
        "match",
        "imatch",
        "not.eq",
        "not.like",
    ]);
    let value = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| number.to_string()),
        any::<bool>().prop_map(|boolean| boolean.to_string()),
        Just("null".to_owned()),
        "2026-[01][1-9]-[012][1-9]",
        "2026-[01][1-9]-[012][1-9]T[01][0-9]:[0-5][0-9]:00(\\.[0-9]{1,6})?Z",
        any::<String>(),
        "[-'\"?;/*\\\\ a-z0-9]{0,12}",
        "['é]{900,1100}",
    ];
    let quoted =
        value.clone().prop_map(|text| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")));
    let list = prop::collection::vec(quoted.clone(), 0..4).prop_map(|values| values.join(","));
    let inner = prop_oneof![
        3 => (column.clone(), operator.clone(), quoted).prop_map(|(c, op, value)| format!("{c}.{op}.{value}")),
        1 => (column.clone(), list.clone()).prop_map(|(c, list)| format!("{c}.in.({list})")),
        1 => (column.clone(), list.clone()).prop_map(|(c, list)| format!("{c}.not.cs.{{{list}}}")),
    ];
    let tree = inner.prop_recursive(3, 8, 3, |inner| {
        let word = prop::sample::select(vec!["and", "or", "not.and", "not.or"]);
        (word, prop::collection::vec(inner, 1..4))
            .prop_map(|(word, all)| format!("{word}({})", all.join(",")))
    });
    let tree = tree.prop_map(|tree| format!("or={}", percent(&format!("({tree})"))));
    let filter = (column.clone(), operator, value)
        .prop_map(|(column, operator, value)| format!("{column}={operator}.{}", percent(&value)));
    let listed = (column.clone(), prop::sample::select(vec![("in.(", ")"), ("cs.{", "}")]), list)
        .prop_map(|(column, (open, close), list)| format!("{column}={open}{}{close}", percent(&list)));
    let call = prop::sample::select(vec![
        "",
        "",
        ".sum()",
        ".avg()",
        ".min()",
        ".count()",
        ".count(distinct)",
        ".approx_count_distinct()",
        ".date_trunc(hour)",
        ".date_trunc(month)",
    ]);
    let item = (prop_oneof![Just(String::new()), "[a-z_\" ]{1,4}:"], column.clone(), call)
        .prop_map(|(alias, column, call)| format!("{}{column}{call}", percent(&alias)));
    let select = prop::collection::vec(prop_oneof![6 => item, 1 => Just("count()".to_owned())], 1..4)
        .prop_map(|items| format!("select={}", items.join(",")));
    let order = (column, prop::sample::select(vec!["", ".asc", ".desc", ".desc.nullslast", ".nullsfirst"]))
        .prop_map(|(column, direction)| format!("order={column}{direction}"));
    let anything = "[-'\"?;a-z_.,=()*% ]{0,20}";
    let part = prop_oneof![6 => filter, 2 => listed, 2 => tree, 2 => select, 1 => order, 1 => anything];
    prop::collection::vec(part, 0..4).prop_map(|parts| parts.join("&"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn whatever_is_sent_the_sql_is_one_select_from_one_table((dataset, raw) in request()) {
        match plan(&dataset, &raw) {
            Ok(plan) => check(&plan, &compile(&plan, "tributary"), &names(&dataset, &plan)),
            Err(problem) => prop_assert_eq!(problem.status(), 400),
        }
    }

    #[test]
    fn any_string_value_is_one_literal(value in any::<String>()) {
        let raw = format!("booking_id=eq.{}", percent(&value));
        let (dataset, plan) = (testing::bookings(), plan(&testing::bookings(), &raw).unwrap());
        let statement = compile(&plan, "tributary");
        check(&plan, &statement, &names(&dataset, &plan));
        let parsed = Parser::new(&GenericDialect {})
            .try_with_sql(&statement.parameters[0].to_string()).unwrap().parse_expr().unwrap();
        match parsed {
            Expr::Value(constant) => prop_assert_eq!(constant.value, Constant::SingleQuotedString(value)),
            other => panic!("{other:?}"),
        }
    }
}
