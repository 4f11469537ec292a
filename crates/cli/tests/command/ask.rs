//! `tributary rows` and `tributary query`.

use std::{process::Command, time::Duration};

use aws::SystemClock;
use domain::{
    port::{Clock, QueryEngine, QueryId, QueryState},
    settings::Settings,
};

use crate::{
    lake::{Lake, checked},
    process::said,
};

const PARCELS: &str = r#"{"name": "parcels", "identity": ["id"], "columns": [
    {"name": "id", "type": "bigint", "required": true},
    {"name": "to", "type": "string"},
    {"name": "fee", "type": "decimal(30,2)"},
    {"name": "address", "type": "struct<city:string>"}]}"#;

/// Digits that no float has.
const FEE: &str = "9007199254740993000000.10";

async fn lake() -> Lake {
    let lake = Lake::start();
    let path = lake.file("parcels.json", PARCELS);
    lake.output(0, &["dataset", "apply", path.to_str().unwrap()]);
    for event in [
        format!(
            r#"{{"id": 9007199254740993, "to": "Peña, \"Ana\"", "fee": "{FEE}", "address": {{"city": "Lima"}}}}"#
        ),
        r#"{"id": 2, "to": "", "fee": 1.5}"#.to_owned(),
        r#"{"id": 3}"#.to_owned(),
    ] {
        lake.publish("parcels", &event).await;
    }
    lake.settled("parcels", 3).await;
    lake
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_and_sql_are_printed_in_every_form() {
    let lake = lake().await;
    let rows = |more: &[&str]| lake.output(0, &[&["rows", "parcels", "--order", "id.desc"], more].concat());
    let table = "              ID  TO                                 FEE  ADDRESS\n\
                 9007199254740993  Peña, \"Ana\"  9007199254740993000000.10  {\"city\":\"Lima\"}\n\
                 \x20              3\n\
                 \x20              2                                    1.50\n\
                 (3 rows)\n";
    assert_eq!(rows(&[]), table);
    let select = ["--select", "id,fee", "--where", "to=is.not_null"];
    let form = |format: &str| rows(&[&select[..], &["--format", format]].concat());
    assert_eq!(form("csv"), format!("id,fee\r\n9007199254740993,{FEE}\r\n2,1.50\r\n"));
    assert_eq!(
        form("json"),
        format!("[{{\"id\":9007199254740993,\"fee\":{FEE}}},\n{{\"id\":2,\"fee\":1.50}}]")
    );
    assert_eq!(
        form("ndjson"),
        format!("{{\"id\":9007199254740993,\"fee\":{FEE}}}\n{{\"id\":2,\"fee\":1.50}}\n")
    );
    let columns = format!(r#"{{"id":{{"0":9007199254740993,"1":2}},"fee":{{"0":{FEE},"1":1.50}}}}"#);
    assert_eq!(form("columns"), columns);

    let of = |more: &[&str]| {
        lake.output(0, &[&["rows", "parcels", "--select", "id", "--format", "csv"], more].concat())
    };
    assert_eq!(of(&["--where", "id=gt.1", "--where", "id=lt.100", "--limit", "1"]), "id\r\n2\r\n");
    assert_eq!(
        of(&["--where", "or=(address->city.eq.Lima,to.eq.)", "--order", "id"]),
        "id\r\n2\r\n9007199254740993\r\n"
    );
    assert_eq!(of(&["--where", "to=eq.Peña, \"Ana\""]), "id\r\n9007199254740993\r\n");
    assert_eq!(of(&["--where", "id=lt.100", "--limit", "1", "--spreadsheet"]), "\"id\"\r\n2\r\n");
    assert_eq!(lake.output(0, &["rows", "parcels", "--where", "id=eq.7"]), "(no rows)\n");

    let query = |more: &[&str]| lake.output(0, &[&["query"], more, &["--format", "csv"]].concat());
    let sql = "SELECT id, fee FROM parcels WHERE fee = ? OR \"to\" = ? ORDER BY id";
    assert_eq!(
        query(&[sql, "--parameter", FEE, "--parameter", "\"\""]),
        format!("id,fee\r\n2,1.50\r\n9007199254740993,{FEE}\r\n")
    );
    assert_eq!(
        query(&["SELECT id FROM parcels WHERE \"to\" = ?", "--parameter", "Peña, \"Ana\""]),
        "id\r\n9007199254740993\r\n"
    );
    assert_eq!(query(&["SELECT id FROM parcels ORDER BY id", "--limit", "2"]), "id\r\n2\r\n3\r\n");
    let table = "ROWS              MOST\n   3  9007199254740993\n(1 row)\n";
    assert_eq!(lake.output(0, &["query", "SELECT count(*) AS rows, max(id) AS most FROM parcels"]), table);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_all_says_so_beside_the_rows() {
    let lake = lake().await;
    // 3 to the power of 5, of which 100 come.
    let all = "SELECT a.id FROM parcels a CROSS JOIN parcels b CROSS JOIN parcels c CROSS JOIN parcels d \
               CROSS JOIN parcels e";
    let noted = |more: &[&str]| {
        let output = lake.run(&[&["query", "--format", "csv"], more].concat());
        let rows = checked(&output, 0).lines().count() - 1;
        (rows, String::from_utf8(output.stderr).unwrap())
    };
    let note = |rows: usize| {
        format!(
            "these are the first {rows} rows, and there are more: say how many you want with --limit, or write all with \
             --output FILE\n"
        )
    };
    assert_eq!(noted(&[all]), (100, note(100)));
    assert_eq!(noted(&[all, "--limit", "100"]), (100, note(100)));
    assert_eq!(noted(&[all, "--limit", "243"]), (243, String::new()), "all there are");
    assert_eq!(noted(&[&format!("{all} LIMIT 100")]), (100, String::new()));
    assert_eq!(noted(&[all, "--limit", "1000"]), (243, String::new()));
    assert_eq!(noted(&[&format!("{all} LIMIT 100"), "--limit", "7"]), (7, note(7)));
    assert_eq!(noted(&["SELECT id FROM parcels"]), (3, String::new()));
    let (rows, one) = noted(&[all, "--limit", "1"]);
    assert!(rows == 1 && one.starts_with("this is the first row, and there are more: "), "{one}");
    for format in ["table", "csv", "json", "ndjson", "columns", "parquet", "arrow"] {
        for (limit, said) in [("2", note(2)), ("3", String::new())] {
            let output = lake.run(&["rows", "parcels", "--format", format, "--limit", limit]);
            assert_eq!(output.status.code(), Some(0));
            assert_eq!(String::from_utf8(output.stderr).unwrap(), said, "{format}, {limit}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_come_as_files_for_programs() {
    let lake = lake().await;
    for (format, magic) in [("parquet", &b"PAR1"[..]), ("arrow", &b"\xff\xff\xff\xff"[..])] {
        let output = lake.run(&["rows", "parcels", "--format", format]);
        assert_eq!((output.status.code(), said(&output).as_str()), (Some(0), ""));
        assert!(output.stdout.starts_with(magic), "{format}: {:?}", &output.stdout[..8]);
    }
}

/// More than a page, than an answer of the API has by default, and than `--limit` may be there.
#[tokio::test(flavor = "multi_thread")]
async fn an_export_has_all_rows_and_each_once() {
    const ROWS: u64 = 250_000;
    let lake = Lake::start();
    let events: String =
        (0..ROWS).map(|id| format!("{{\"passenger_id\": {id}, \"name\": \"a,\\\"{id}\"}}\n")).collect();
    let path = lake.file("passengers.ndjson", &events);
    lake.output(0, &["publish", "--dataset", "passengers", "--pack=256KiB", path.to_str().unwrap()]);
    lake.settled("passengers", ROWS).await;
    let out = |name: &str| path.with_file_name(name);
    let write = |arguments: &[&str], name: &str| {
        let file = out(name);
        let output = lake.run(&[arguments, &["--output", file.to_str().unwrap()]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert!(output.stdout.is_empty());
        (std::fs::read_to_string(&file).unwrap(), said(&output))
    };
    let (csv, told) = write(&["rows", "passengers", "--select", "passenger_id,name"], "all.csv");
    assert_eq!(told, format!("250,000 rows in {}\n", out("all.csv").display()));
    let ids: std::collections::BTreeSet<u64> =
        csv.lines().skip(1).map(|line| line.split(',').next().unwrap().parse().unwrap()).collect();
    assert_eq!((csv.lines().count() as u64, ids.len() as u64), (ROWS + 1, ROWS));
    assert!(csv.starts_with("passenger_id,name\r\n"), "{:?}", &csv[..60]);
    assert!(csv.contains("\r\n0,\"a,\"\"0\"\r\n"), "{:?}", &csv[..60]);

    let (lines, _) = write(&["query", "SELECT passenger_id FROM passengers"], "all.ndjson");
    let ids: std::collections::BTreeSet<&str> = lines.lines().collect();
    assert_eq!(ids.len() as u64, ROWS);
    let (few, told) = write(&["rows", "passengers", "--limit", "3", "--format", "csv"], "few.txt");
    assert!(few.lines().count() == 4 && told.starts_with("3 rows in "), "{told}");
    assert!(told.ends_with("there are more rows: without --limit all of them are written\n"), "{told}");
    let few =
        lake.run(&["rows", "passengers", "--limit", "3", "--output", out("few.parquet").to_str().unwrap()]);
    assert!(said(&few).contains("there are more rows"), "{}", said(&few));
    let (json, _) =
        write(&["query", "SELECT passenger_id FROM passengers WHERE passenger_id < 200"], "some.json");
    let records: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    assert_eq!(records.len(), 200);

    for (arguments, words) in [
        (&["rows", "passengers", "--output", "rows.txt"][..], "says no form"),
        (&["rows", "passengers", "--output", "rows.csv", "--format", "table"], "a table is for a terminal"),
        (&["rows", "passengers", "--output", "/nowhere/rows.csv"], "cannot be written"),
    ] {
        let refused = lake.run(arguments);
        assert!(!refused.status.success() && said(&refused).contains(words), "{}", said(&refused));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_with_what_would_work() {
    let lake = lake().await;
    for (arguments, words) in [
        (&["rows", "parcels", "--where", "fees=gt.1"][..], "unknown column \"fees\": did you mean \"fee\"?"),
        (&["rows", "parcels", "--where", "fee>1"], "write column=operator.value"),
        (&["rows", "parcels", "--where", "id=eq.one"], "expects a bigint"),
        (&["rows", "parcels", "--select", "idd"], "did you mean \"id\"?"),
        (&["rows", "parcel"], "unknown dataset \"parcel\": did you mean \"parcels\"?"),
        (&["query", "SELECT fees FROM parcel"], "parcel"),
        (&["rows", "parcels", "--spreadsheet"], "give it with --format csv"),
        (&["query", "DROP TABLE parcels"], "DROP"),
        (&["query", "SELECT prise FROM parcels"], "Column 'prise' cannot be resolved"),
        (&["query", "SELECT 1 / (id - id) FROM parcels"], "Division by zero"),
        (&["query", "SELECT id FROM parcels WHERE id = ?"], "1 parameters (?)"),
        // What the engine refuses once it has the query: its words come back with the query's state.
        (
            &["query", "SELECT count(*) FROM parcels WHERE current_time IS NOT NULL"],
            "function current_time is not supported by the local engine",
        ),
        (&["query", "SELECT id FROM parcels WHERE id = 'x'"], "Cannot apply operator"),
        (&["query", "SELECT idd(id) FROM parcels"], "the function \"idd\" is not available"),
        (&["query", "SELECT id FROM"], "it does not parse"),
    ] {
        let output = lake.run(arguments);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{}", said(&output));
        assert!(said(&output).contains(words), "{}", said(&output));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_knows_what_time_it_is() {
    let lake = lake().await;
    for (condition, rows) in [
        ("_ingested_at > now() - interval '24' hour", 3),
        ("_ingested_at < now() - interval '24' hour", 0),
        ("_ingested_at AT TIME ZONE 'America/New_York' <= current_timestamp", 3),
        ("date_diff('day', date(_ingested_at), current_date) BETWEEN 0 AND 1", 3),
        ("now() < TIMESTAMP '2026-01-01 00:00:00 Europe/Berlin' - INTERVAL '100-6' YEAR TO MONTH", 0),
    ] {
        let sql = format!("SELECT count(*) AS n FROM parcels WHERE {condition}");
        let answer = lake.output(0, &["query", &sql, "--format", "csv"]);
        assert_eq!(answer, format!("n\r\n{rows}\r\n"), "{condition}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_cancels_the_query() {
    let lake = Lake::start();
    let passengers: String = (0..200).map(|id| format!("{{\"passenger_id\": {id}}}\n")).collect();
    let path = lake.file("passengers.ndjson", &passengers);
    lake.output(0, &["publish", "--dataset", "passengers", path.to_str().unwrap()]);
    lake.settled("passengers", 200).await;
    let (athena, engine) = (
        aws_sdk_athena::Client::new(lake.aws().sdk_config()),
        lake.aws().engine(&Settings::read(|_| None).unwrap()),
    );
    let p = "passengers";
    let slow = format!("SELECT count(*) AS n FROM {p} a, {p} b, {p} c, {p} d, {p} e");
    let child = lake.spawn(&["query", &slow]);

    // As early as can be: the command may not even know yet which query it started.
    let id = loop {
        let listed = athena.list_query_executions().work_group("tributary").send().await.unwrap();
        if let [id] = listed.query_execution_ids() {
            break QueryId::new(id.as_str());
        }
        SystemClock.sleep(Duration::from_millis(1)).await;
    };
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(130), 0), "{}", said(&output));
    // It was asked to stop before the command ended; that it stops takes no client.
    let state = engine.status(&id).await.unwrap().state;
    assert_eq!(state, QueryState::Cancelled);
}
