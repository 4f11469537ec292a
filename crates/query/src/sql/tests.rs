use proptest::prelude::*;
use sqlparser::{
    ast::{Expr, SetExpr, Statement as Parsed, TableFactor, UnaryOperator, Value as Constant},
    dialect::GenericDialect,
    parser::Parser,
    tokenizer::{Token, Tokenizer},
};

use super::*;
use crate::{
    plan::Limits,
    request::{MAX_FILTERS, RowsRequest},
    testing,
};

fn statement(dataset: &domain::Dataset, raw: &str) -> Result<Statement, Problem> {
    let limits = Limits { default_rows: 100, max_rows: 10_000 };
    let plan = RowsPlan::new(dataset, &RowsRequest::parse(raw)?, limits)?;
    compile(&plan, "tributary")
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
fn a_literal_longer_than_athena_takes_is_a_clear_answer() {
    let raw = format!("name=eq.{}", "x".repeat(1_023));
    let problem = statement(&testing::passengers(), &raw).unwrap_err();
    assert_eq!(
        problem.to_string(),
        "the value of the filter on \"name\" is too long: as a literal it has 1025 characters, and may have 1024"
    );
}

#[test]
fn a_database_cannot_leave_its_quotes() {
    let plan = RowsPlan::new(
        &testing::passengers(),
        &RowsRequest::default(),
        Limits { default_rows: 1, max_rows: 1 },
    );
    let sql = compile(&plan.unwrap(), "a\"b").unwrap().sql;
    assert!(sql.contains("FROM \"a\"\"b\".\"passengers\""));
}

/// What must hold whatever a caller sends.
fn check(statement: &Statement, table: &str, columns: &[String]) {
    let dialect = GenericDialect {};
    let parsed = Parser::parse_sql(&dialect, &statement.sql).unwrap();
    let [Parsed::Query(query)] = parsed.as_slice() else { panic!("not one query: {}", statement.sql) };
    assert!(query.with.is_none());
    let SetExpr::Select(select) = query.body.as_ref() else { panic!("not a SELECT: {}", statement.sql) };
    let [from] = select.from.as_slice() else { panic!("not one table: {}", statement.sql) };
    assert!(from.joins.is_empty());
    let TableFactor::Table { name, .. } = &from.relation else { panic!("not a table: {}", statement.sql) };
    assert_eq!(name.to_string(), format!("\"tributary\".\"{table}\""));

    let tokens = Tokenizer::new(&dialect, &statement.sql).tokenize().unwrap();
    let placeholders = tokens.iter().filter(|token| matches!(token, Token::Placeholder(_))).count();
    assert_eq!(placeholders, statement.parameters.len());
    for token in &tokens {
        match token {
            Token::SingleQuotedString(_) => panic!("a value in the text: {}", statement.sql),
            Token::Word(word) if word.quote_style.is_some() => {
                let known = ["tributary", table].contains(&word.value.as_str());
                assert!(known || columns.contains(&word.value), "{:?}", word.value);
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
    let names: Vec<String> = crate::column::TableColumn::names(dataset).map(str::to_owned).collect();
    let column = prop::sample::select(names);
    let operator = prop::sample::select(vec!["eq", "neq", "gt", "gte", "lt", "lte"]);
    let value = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| number.to_string()),
        any::<bool>().prop_map(|boolean| boolean.to_string()),
        "2026-[01][1-9]-[012][1-9]",
        "2026-[01][1-9]-[012][1-9]T[01][0-9]:[0-5][0-9]:00(\\.[0-9]{1,6})?Z",
        any::<String>(),
        "[-'\"?;/*\\\\ a-z0-9]{0,12}",
    ];
    let filter = (column.clone(), operator, value)
        .prop_map(|(column, operator, value)| format!("{column}={operator}.{}", percent(&value)));
    let order = (column, prop::sample::select(vec!["", ".asc", ".desc", ".desc.nullslast", ".nullsfirst"]))
        .prop_map(|(column, direction)| format!("order={column}{direction}"));
    let anything = "[-'\"?;a-z_.,=()*% ]{0,20}";
    prop::collection::vec(prop_oneof![6 => filter, 1 => order, 1 => anything], 0..4)
        .prop_map(|parts| parts.join("&"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn whatever_is_sent_the_sql_is_one_select_from_one_table((dataset, raw) in request()) {
        let columns: Vec<String> =
            crate::column::TableColumn::names(&dataset).map(str::to_owned).collect();
        match statement(&dataset, &raw) {
            Ok(statement) => {
                prop_assert!(statement.parameters.len() <= MAX_FILTERS + 3);
                check(&statement, dataset.name().as_str(), &columns);
            }
            Err(problem) => prop_assert_eq!(problem.status(), 400),
        }
    }

    #[test]
    fn any_string_value_is_one_literal(value in any::<String>()) {
        let raw = format!("booking_id=eq.{}", percent(&value));
        let statement = statement(&testing::bookings(), &raw).unwrap();
        check(&statement, "bookings", &["booking_id".into(), "seats".into(), "customer".into(), "price".into(),
            "paid".into(), "flies_on".into(), "booked_at".into()]);
        let parsed = Parser::new(&GenericDialect {})
            .try_with_sql(&statement.parameters[0].to_string()).unwrap().parse_expr().unwrap();
        match parsed {
            Expr::Value(constant) => prop_assert_eq!(constant.value, Constant::SingleQuotedString(value)),
            other => panic!("{other:?}"),
        }
    }
}
