use super::*;

fn of(sql: &str) -> Command {
    Command::of(sql).unwrap().unwrap_or_else(|| panic!("{sql} is taken for a query"))
}

/// The forms are those that dbt-athena and ibis write, and that of `SHOW CREATE TABLE`.
#[test]
fn external_tables() {
    let column = |name: &str, data_type: &str, comment: Option<&str>| Column {
        name: name.to_owned(),
        data_type: data_type.to_owned(),
        comment: comment.map(str::to_owned),
    };
    let texts = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    };
    let table = ExternalTable {
        name: TableName { database: Some("lake".to_owned()), table: "x".to_owned() },
        if_not_exists: false,
        columns: vec![column("seat", "string", None), column("cabin", "string", None)],
        keys: Vec::new(),
        comment: None,
        files: Files::Csv(texts(&[])),
        location: "s3://b/x".to_owned(),
        properties: texts(&[("skip.header.line.count", "1")]),
    };
    let csv = "-- dbt\ncreate external table `lake`.`x` (`seat` string, `Cabin` STRING)\n    row format serde \
               'org.apache.hadoop.hive.serde2.OpenCSVSerde'\n    location 's3://b/x'\n    tblproperties (\n      \
               'skip.header.line.count'='1'\n    )";
    assert_eq!(of(csv), Command::CreateExternalTable(table.clone()));
    let marks = "CREATE EXTERNAL TABLE IF NOT EXISTS lake.x (seat string COMMENT 'row, letter', cabin string) ROW FORMAT SERDE \
                 'org.apache.hadoop.hive.serde2.OpenCSVSerde' WITH SERDEPROPERTIES ('separatorChar' = '\\t', 'escapeChar' = \
                 '\\\\') STORED AS TEXTFILE LOCATION 's3://b/x'";
    assert_eq!(
        of(marks),
        Command::CreateExternalTable(ExternalTable {
            if_not_exists: true,
            columns: vec![column("seat", "string", Some("row, letter")), column("cabin", "string", None)],
            files: Files::Csv(texts(&[("separatorChar", "\t"), ("escapeChar", "\\")])),
            properties: texts(&[]),
            ..table.clone()
        })
    );
    let parquet = ExternalTable {
        columns: vec![
            column("a", "bigint", None),
            column("d", "decimal(10,2)", None),
            column("f", "struct<x:int,y:array<string>>", None),
        ],
        keys: vec![column("day", "date", None), column("hour", "int", None)],
        comment: Some("mine".to_owned()),
        files: Files::Parquet,
        properties: texts(&[]),
        ..table
    };
    let head = "CREATE EXTERNAL TABLE `awsdatacatalog`.`lake`.`x` (`a` BIGINT, `d` DECIMAL(10, 2), `f` STRUCT<`x`: INT, y:array<string>>) \
                COMMENT 'mine' PARTITIONED BY (`day` DATE, hour INTEGER)";
    for files in [
        "STORED AS PARQUET",
        "ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' STORED AS INPUTFORMAT 'a' OUTPUTFORMAT 'b'",
    ] {
        let sql = format!("{head} {files} LOCATION 's3://b/x';");
        assert_eq!(of(&sql), Command::CreateExternalTable(parquet.clone()), "{sql}");
    }
}

#[test]
fn external_tables_that_the_engine_could_not_read_are_refused_by_name() {
    let (open_csv, at) =
        ("ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'", "LOCATION 's3://b/x'");
    for (sql, named) in [
        (format!("(a int) {at}"), "files of the format TEXTFILE"),
        (format!("(a int) STORED AS orc {at}"), "files of the format ORC"),
        (format!("(a int) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' {at}"), "ROW FORMAT DELIMITED"),
        (
            format!("(a int) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' {at}"),
            "ROW FORMAT SERDE 'org.openx",
        ),
        (format!("(a tinyint) STORED AS PARQUET {at}"), "a column of the type tinyint"),
        (
            format!("(a int) PARTITIONED BY (d date, k char(3)) STORED AS PARQUET {at}"),
            "a partition key of the type char(3)",
        ),
        (format!("(a int) CLUSTERED BY (a) INTO 4 BUCKETS STORED AS PARQUET {at}"), "CLUSTERED BY"),
        (format!("(a int) {open_csv} {at}"), "a column of the type int in CSV (use string)"),
        (format!("(a string) PARTITIONED BY (d string) {open_csv} {at}"), "partitions of CSV"),
        (
            format!("(a string) {open_csv} WITH SERDEPROPERTIES ('separatorChar' = ';;') {at}"),
            "the property 'separatorChar' = ';;'",
        ),
    ] {
        let sql = format!("CREATE EXTERNAL TABLE x {sql}");
        let Command::Absent(found) = of(&sql) else { panic!("{sql} is taken") };
        assert!(found.starts_with(&format!("CREATE EXTERNAL TABLE with {named}")), "{sql}: {found}");
    }
    for (sql, complaint) in [
        ("(a string) STORED AS PARQUET", "line 1:53: mismatched input '<EOF>'. Expecting: 'LOCATION'"),
        ("(a) LOCATION 's3://b/x'", "line 1:27: mismatched input ')'. Expecting: a type"),
        ("(a array<string) LOCATION 's3://b/x'", "line 1:42: mismatched input 'LOCATION'. Expecting: ')'"),
    ] {
        assert_eq!(
            Command::of(&format!("CREATE EXTERNAL TABLE x {sql}")),
            Err(complaint.to_owned()),
            "{sql}"
        );
    }
}

#[test]
fn columns_are_added() {
    let Command::AddColumns { table, columns } =
        of("alter table `lake`.`x` add columns (n int, `S` array<string>)")
    else {
        panic!("no columns are added")
    };
    assert_eq!((table.database.as_deref(), table.table.as_str()), (Some("lake"), "x"));
    let found: Vec<_> = columns.iter().map(|one| (one.name.as_str(), one.data_type.as_str())).collect();
    assert_eq!(found, [("n", "int"), ("s", "array<string>")]);
    let refused = "ALTER TABLE ADD COLUMNS with a column of the type smallint".to_owned();
    assert_eq!(of("ALTER TABLE x ADD COLUMNS (n int, m smallint)"), Command::Absent(refused));
}
