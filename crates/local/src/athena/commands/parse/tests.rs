use super::*;

const NO_INPUTS: &str = "EXPLAIN (TYPE IO) of what is neither a query nor CREATE TABLE AS nor INSERT INTO";

fn of(sql: &str) -> Command {
    Command::of(sql).unwrap().unwrap_or_else(|| panic!("{sql} is taken for a query"))
}

fn table(name: &str) -> TableName {
    match name.split_once('.') {
        Some((database, table)) => TableName { database: Some(database.to_owned()), table: table.to_owned() },
        None => TableName { database: None, table: name.to_owned() },
    }
}

/// The forms are those of the Athena user guide, "DDL statements" and "DML queries, functions, and operators".
#[test]
fn what_shows_the_catalog() {
    let text = |text: &str| Some(text.to_owned());
    for (sql, expected) in [
        ("SHOW DATABASES", Show::Databases { pattern: None }),
        ("show schemas like 'b*';", Show::Databases { pattern: text("b*") }),
        ("SHOW TABLES", Show::Tables { database: None, pattern: None }),
        ("SHOW TABLES IN `Lake` '*s|a*'", Show::Tables { database: text("lake"), pattern: text("*s|a*") }),
        ("SHOW TABLES LIKE 'x'", Show::Tables { database: None, pattern: text("x") }),
        ("SHOW VIEWS FROM lake LIKE 'v*'", Show::Views { database: text("lake"), pattern: text("v*") }),
        ("SHOW COLUMNS IN t", Show::Columns(table("t"))),
        ("SHOW COLUMNS FROM lake.t", Show::Columns(table("lake.t"))),
        ("SHOW COLUMNS FROM t IN lake", Show::Columns(table("lake.t"))),
        ("SHOW PARTITIONS `t`", Show::Partitions(table("t"))),
        ("SHOW CREATE TABLE `lake.t`", Show::CreateTable(table("lake.t"))),
        ("SHOW CREATE VIEW lake.v", Show::CreateView(table("lake.v"))),
        ("SHOW TBLPROPERTIES t", Show::Properties { table: table("t"), key: None }),
        ("SHOW TBLPROPERTIES t ('a.b')", Show::Properties { table: table("t"), key: text("a.b") }),
        ("DESCRIBE `T`;", Show::Describe(table("t"))),
        ("-- what\ndesc AwsDataCatalog.lake.t", Show::Describe(table("lake.t"))),
        ("DESCRIBE extended", Show::Describe(table("extended"))),
    ] {
        assert_eq!(of(sql), Command::Show(expected), "{sql}");
    }
}

#[test]
fn what_changes_the_catalog() {
    let text = |text: &str| Property::Text(text.to_owned());
    let ctas = "CREATE TABLE \"lake\".\"x\"\nWITH(\n external_location = 's3://b/x',\n partitioned_by = ARRAY['a', 'b'],\n bucket_count = 3)\nAS SELECT 1 AS n -- one\n";
    let properties = Properties::from([
        ("external_location".to_owned(), text("s3://b/x")),
        ("partitioned_by".to_owned(), Property::List(vec!["a".to_owned(), "b".to_owned()])),
        ("bucket_count".to_owned(), text("3")),
    ]);
    let made = |if_not_exists, properties, query: &str, with_data| Command::CreateTableAs {
        table: table("x"),
        if_not_exists,
        properties,
        query: query.to_owned(),
        with_data,
    };
    let Command::CreateTableAs { table: named, properties: found, query, .. } = of(ctas) else {
        panic!("{ctas}")
    };
    assert_eq!((named, found, query.as_str()), (table("lake.x"), properties, "SELECT 1 AS n"));
    let none = Properties::new;
    for (sql, expected) in [
        ("CREATE TABLE IF NOT EXISTS x AS (SELECT 1 AS n);", made(true, none(), "(SELECT 1 AS n)", true)),
        ("CREATE TABLE x AS SELECT 1 AS n WITH NO DATA", made(false, none(), "SELECT 1 AS n", false)),
        (
            "CREATE TABLE x AS WITH y AS (SELECT 1 AS n) SELECT * FROM y WITH DATA;",
            made(false, none(), "WITH y AS (SELECT 1 AS n) SELECT * FROM y", true),
        ),
        (
            "CREATE SCHEMA IF NOT EXISTS `d`",
            Command::CreateDatabase { name: "d".to_owned(), if_not_exists: true },
        ),
        (
            "CREATE OR REPLACE VIEW v AS SELECT 1 AS n;",
            Command::CreateView { view: table("v"), or_replace: true, query: "SELECT 1 AS n".to_owned() },
        ),
        ("DROP VIEW IF EXISTS lake.v", Command::DropView { view: table("lake.v"), if_exists: true }),
        (
            "alter table `lake`.`x` set tblproperties ('a.b' = 'c', 'd' = '')",
            Command::SetProperties {
                table: table("lake.x"),
                properties: [("a.b", "c"), ("d", "")]
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .into(),
            },
        ),
        (
            "DROP SCHEMA IF EXISTS d RESTRICT;",
            Command::DropDatabase { name: "d".to_owned(), if_exists: true, cascade: false },
        ),
        (
            "drop database `D` cascade",
            Command::DropDatabase { name: "d".to_owned(), if_exists: false, cascade: true },
        ),
        ("DROP TABLE `x`", Command::DropTable { table: table("x"), if_exists: false }),
        (
            "INSERT INTO x VALUES (1)",
            Command::Insert { table: table("x"), columns: Vec::new(), query: "VALUES (1)".to_owned() },
        ),
        (
            "INSERT INTO x (a, \"B\") SELECT 1, 2",
            Command::Insert {
                table: table("x"),
                columns: vec!["a".to_owned(), "b".to_owned()],
                query: "SELECT 1, 2".to_owned(),
            },
        ),
        (
            "INSERT INTO x (SELECT 1)",
            Command::Insert { table: table("x"), columns: Vec::new(), query: "(SELECT 1)".to_owned() },
        ),
        (
            "UNLOAD (SELECT ')' FROM (SELECT 1) t) TO 's3://b/x/' WITH (format = 'PARQUET')",
            Command::Unload {
                query: "SELECT ')' FROM (SELECT 1) t".to_owned(),
                to: "s3://b/x/".to_owned(),
                properties: Properties::from([("format".to_owned(), text("PARQUET"))]),
            },
        ),
    ] {
        assert_eq!(of(sql), expected, "{sql}");
    }
}

#[test]
fn prepared_statements() {
    let execute = |parameters: &[&str]| Command::Execute {
        name: "p".to_owned(),
        parameters: parameters.iter().map(|one| (*one).to_owned()).collect(),
    };
    for (sql, expected) in [
        ("PREPARE P FROM SELECT ? ;", Command::Prepare { name: "p".to_owned(), sql: "SELECT ?".to_owned() }),
        ("EXECUTE p", execute(&[])),
        ("EXECUTE p USING 1;", execute(&["1"])),
        (
            "EXECUTE p USING 'a, b; c', DATE '2026-11-23', f(1, 2), -3",
            execute(&["'a, b; c'", "DATE '2026-11-23'", "f(1, 2)", "-3"]),
        ),
        ("DEALLOCATE PREPARE p", Command::Deallocate { name: "p".to_owned() }),
    ] {
        assert_eq!(of(sql), expected, "{sql}");
    }
}

#[test]
fn explain_is_of_a_query() {
    for (sql, query) in [
        ("EXPLAIN SELECT 1", "SELECT 1"),
        ("EXPLAIN (SELECT 1)", "(SELECT 1)"),
        ("EXPLAIN (FORMAT TEXT, TYPE DISTRIBUTED) SELECT 1", "SELECT 1"),
        ("explain (type logical) select 1;", "select 1"),
    ] {
        assert_eq!(of(sql), Command::Explain(Explained::Query(query.to_owned())), "{sql}");
        assert_eq!(of(sql).query(), Some(query), "{sql}");
    }
    for sql in ["EXPLAIN (TYPE VALIDATE) SELECT 1", "explain (format text, type validate) SELECT 1;"] {
        assert_eq!(of(sql), Command::Validate(Explained::Query("SELECT 1".to_owned())), "{sql}");
        assert_eq!(of(sql).query(), Some("SELECT 1"), "{sql}");
    }
}

#[test]
fn explain_is_of_a_query_or_of_what_writes_rows() {
    type Made = fn(Explained) -> Command;
    let forms: [(&str, Made); 4] = [
        ("EXPLAIN", Command::Explain),
        ("EXPLAIN (TYPE LOGICAL)", Command::Explain),
        ("EXPLAIN (FORMAT TEXT)", Command::Explain),
        ("EXPLAIN (TYPE VALIDATE)", Command::Validate),
    ];
    for (explain, made) in forms {
        for write in [
            "CREATE TABLE t AS SELECT 1 AS n",
            "CREATE TABLE IF NOT EXISTS t WITH (format = 'PARQUET') AS SELECT 1 AS n",
            "INSERT INTO lake.t (n) SELECT 1",
        ] {
            let command = of(&format!("{explain} {write}"));
            assert_eq!(command, made(Explained::Write(Box::new(of(write)))), "{explain} {write}");
            assert_eq!(command.query(), of(write).query(), "{explain} {write}");
        }
    }
    for options in ["TYPE IO", "TYPE IO, FORMAT JSON", "format json, type io", "FORMAT TEXT, TYPE IO"] {
        let command = of(&format!("EXPLAIN ({options}) (SELECT 1);"));
        assert_eq!(command, Command::Io(Explained::Query("(SELECT 1)".to_owned())), "{options}");
        assert_eq!(command.query(), Some("(SELECT 1)"), "{options}");
        for write in ["CREATE TABLE t AS SELECT 1 AS n", "INSERT INTO lake.t (n) SELECT 1"] {
            let command = of(&format!("EXPLAIN ({options}) {write}"));
            assert_eq!(command, Command::Io(Explained::Write(Box::new(of(write)))), "{options}");
            assert_eq!(command.query(), of(write).query(), "{options}");
        }
    }
    // However often it is written, it is not descended into.
    let nested = "EXPLAIN (TYPE IO) ".repeat(10_000);
    assert_eq!(of(&format!("{nested}SELECT 1")), Command::Absent(NO_INPUTS.to_owned()));
}

#[test]
fn what_is_not_here_is_named() {
    for (sql, named) in [
        ("EXPLAIN (TYPE IO, FORMAT GRAPHVIZ) SELECT 1", "EXPLAIN (FORMAT GRAPHVIZ)"),
        ("EXPLAIN (TYPE IO) CREATE OR REPLACE TABLE t AS SELECT 1 AS n", "CREATE OR REPLACE TABLE"),
        ("EXPLAIN (TYPE IO) SHOW TABLES", NO_INPUTS),
        ("EXPLAIN (TYPE IO) UNLOAD (SELECT 1) TO 's3://b/x/' WITH (format = 'PARQUET')", NO_INPUTS),
        ("EXPLAIN (TYPE IO) EXPLAIN SELECT 1", NO_INPUTS),
        ("EXPLAIN SHOW TABLES", "EXPLAIN of what is neither a query nor CREATE TABLE AS nor INSERT INTO"),
        (
            "EXPLAIN (TYPE VALIDATE) DROP TABLE t",
            "EXPLAIN (TYPE VALIDATE) of what is neither a query nor CREATE TABLE AS nor INSERT INTO",
        ),
        ("EXPLAIN CREATE OR REPLACE TABLE t AS SELECT 1 AS n", "CREATE OR REPLACE TABLE"),
        (
            "EXPLAIN EXPLAIN SELECT 1",
            "EXPLAIN of what is neither a query nor CREATE TABLE AS nor INSERT INTO",
        ),
        ("EXPLAIN (FORMAT GRAPHVIZ) SELECT 1", "EXPLAIN (FORMAT GRAPHVIZ)"),
        ("EXPLAIN (TYPE VALIDATE, FORMAT JSON) SELECT 1", "EXPLAIN (FORMAT JSON)"),
        ("EXPLAIN (TYPE LOGICAL, FORMAT JSON) SELECT 1", "EXPLAIN (FORMAT JSON)"),
        ("EXPLAIN ANALYZE SELECT 1", "EXPLAIN ANALYZE"),
        ("CREATE OR REPLACE TABLE t AS SELECT 1 AS n", "CREATE OR REPLACE TABLE"),
        ("SHOW FUNCTIONS", "SHOW FUNCTIONS"),
        ("DESCRIBE EXTENDED t", "DESCRIBE EXTENDED"),
        ("DESCRIBE t a", "DESCRIBE of a column or a partition"),
        ("DESCRIBE INPUT p", "DESCRIBE INPUT"),
        ("CREATE OR REPLACE EXTERNAL TABLE t (a int)", "CREATE EXTERNAL"),
        ("INSERT OVERWRITE t SELECT 1", "INSERT OVERWRITE"),
        ("CREATE DATABASE d LOCATION 's3://b/'", "CREATE DATABASE with a location, a comment or properties"),
    ] {
        assert_eq!(of(sql), Command::Absent(named.to_owned()), "{sql}");
    }
    let Command::Absent(columns) = of("CREATE TABLE t (a int)") else { panic!("it is made") };
    assert!(columns.starts_with("CREATE TABLE with columns"), "{columns}");
}

#[test]
fn queries_are_left_to_the_engine() {
    for sql in [
        "SELECT 1",
        "(SELECT 1)",
        "WITH show AS (SELECT 1) SELECT * FROM show",
        "VALUES 1",
        "",
        "ALTER TABLE t DROP COLUMN a",
        "SHOW 'x",
        "selec",
    ] {
        assert_eq!(Command::of(sql), Ok(None), "{sql}");
    }
}

#[test]
fn mistakes_are_told_with_their_place() {
    for (sql, complaint) in [
        (
            "SHOW",
            "line 1:5: mismatched input '<EOF>'. Expecting: 'COLUMNS', 'CREATE', 'DATABASES', 'PARTITIONS', 'TABLES', 'VIEWS'",
        ),
        ("SHOW TABLES IN lake\n  now", "line 2:3: mismatched input 'now'. Expecting: <EOF>"),
        ("SHOW PARTITIONS", "line 1:16: mismatched input '<EOF>'. Expecting: <identifier>"),
        (
            "SHOW PARTITIONS other.lake.t",
            "line 1:17: mismatched input 'other'. Expecting: a table of the catalog AwsDataCatalog",
        ),
        ("SHOW COLUMNS t", "line 1:14: mismatched input 't'. Expecting: 'IN'"),
        ("UNLOAD (SELECT 1 TO 's3://b/x/'", "line 1:32: mismatched input '<EOF>'. Expecting: ')'"),
        ("UNLOAD () TO 's3://b/x/'", "line 1:9: mismatched input ')'. Expecting: <query>"),
        ("UNLOAD (SELECT 1) 's3://b/x/'", "line 1:19: mismatched input ''s3://b/x/''. Expecting: 'TO'"),
        (
            "CREATE TABLE t WITH (format 'PARQUET') AS SELECT 1",
            "line 1:29: mismatched input ''PARQUET''. Expecting: '='",
        ),
        ("CREATE VIEW v AS", "line 1:17: mismatched input '<EOF>'. Expecting: <query>"),
        ("EXECUTE p USING 1,", "line 1:19: mismatched input '<EOF>'. Expecting: an expression"),
        ("PREPARE p SELECT 1", "line 1:11: mismatched input 'SELECT'. Expecting: 'FROM'"),
    ] {
        assert_eq!(Command::of(sql), Err(complaint.to_owned()), "{sql}");
    }
}
