use super::*;
use crate::{plan::RowLimits, problem::Problem, request::RowsRequest, testing};

fn plan(dataset: &domain::Dataset, raw: &str) -> Result<RowsPlan, Problem> {
    let limits = RowLimits { default_rows: 100, max_rows: 10_000 };
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
            "clicks" => testing::clicks(),
            "flights" => testing::flights(),
            "parcels" => testing::parcels(),
            "passengers" => testing::passengers(),
            "seats" => testing::seats(),
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

/// Athena refuses an ORDER BY with more.
#[test]
fn no_limit_is_above_what_athena_orders() {
    let limits = RowLimits { default_rows: 100, max_rows: u64::MAX };
    for (limit, is_written) in
        [(2_147_483_646_u64, true), (2_147_483_647, false), (1_000_000_000_000, false), (u64::MAX, false)]
    {
        let request = RowsRequest::parse(&format!("limit={limit}")).unwrap();
        let plan = RowsPlan::new(&testing::passengers(), &request, limits).unwrap();
        let sql = compile(&plan, "tributary").sql;
        assert_eq!(sql.ends_with(" LIMIT 2147483647"), is_written, "{sql}");
        assert_eq!((sql.contains("LIMIT"), plan.limit), (is_written, limit), "{sql}");
    }
}

#[test]
fn a_text_longer_than_a_parameter_is_put_together_of_several() {
    let statement = statement(&testing::passengers(), &format!("name=eq.{}", "x".repeat(3_000))).unwrap();
    assert!(statement.sql.contains("WHERE \"name\" = (? || ? || ?) ORDER BY"), "{}", statement.sql);
    assert_eq!(statement.parameters.len(), 3);
}

#[test]
fn what_is_longer_than_athena_takes_is_refused() {
    let long = |first: &str| format!("{first:x<63}");
    let (column, outer, inner) = (long("c"), long("o"), long("i"));
    let dataset = domain::Dataset::from_json(
        serde_json::json!({"name": long("d"), "columns": [
            {"name": column, "type": format!("struct<{outer}:struct<{inner}:array<decimal(12,2)>>>")},
        ]})
        .to_string()
        .as_bytes(),
    )
    .unwrap();
    let of = |elements: usize| {
        let raw = format!("{column}->{outer}->{inner}=cs.{{{}}}", vec!["1"; elements].join(","));
        assert!(raw.len() < 8_192);
        statement(&dataset, &raw)?.bounded()
    };
    assert!(of(300).is_ok());
    let problem = of(1_000).unwrap_err();
    assert_eq!(problem.status(), 400);
    assert!(problem.to_string().contains("Athena takes 262144"), "{problem}");
}

/// The local engine bounds them, since each may nest the one before it.
#[test]
fn more_keywords_and_operators_than_every_engine_takes_are_refused() {
    let parcels = testing::parcels();
    let of = |column: &str, elements: usize| {
        let raw = format!("{column}=cs.{{{}}}", vec!["1"; elements].join(","));
        statement(&parcels, &raw)?.bounded()
    };
    for column in ["tags", "ratings"] {
        assert!(of(column, 300).is_ok(), "{column}");
        let problem = of(column, 1_000).unwrap_err();
        assert_eq!(problem.status(), 400);
        assert!(problem.to_string().contains("more than 1500 keywords and operators"), "{problem}");
    }
    // Values in a list are none.
    let listed = statement(&parcels, &format!("fee=in.({})", vec!["1"; 1_000].join(","))).unwrap();
    assert!(trino::operators(&listed.sql) < 100 && listed.bounded().is_ok());
    assert_eq!(
        trino::operators("SELECT \"select\" FROM \"a\" WHERE \"b\" = ? AND \"c\" IN (?, ?) LIMIT 5"),
        7
    );
}

#[test]
fn a_database_cannot_leave_its_quotes() {
    let plan = RowsPlan::new(
        &testing::passengers(),
        &RowsRequest::default(),
        RowLimits { default_rows: 1, max_rows: 1 },
    );
    let sql = compile(&plan.unwrap(), "a\"b").sql;
    assert!(sql.contains("FROM \"a\"\"b\".\"passengers\""));
}
