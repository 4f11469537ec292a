//! Every statement that the query API compiles, as its golden file has them, runs here.

use std::collections::BTreeMap;

use domain::{
    DatasetName,
    port::{Catalog, CatalogPartition, PartitionKey, Table, TableColumn, Upsert},
};

use crate::lake::{Lake, columns};

/// Requests, and below each, indented, its SQL and its parameters, or its refusal.
const GOLDEN: &str = include_str!("../../../query/tests/compile.golden");

/// The columns that every dataset has.
const OF_ALL: [(&str, &str); 3] = [("_id", "string"), ("_ingested_at", "timestamp"), ("_extra", "string")];

/// The datasets that the golden file asks for: their columns, keys and some rows.
type DatasetOf =
    (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str], &'static [&'static str]);

const DATASETS: [DatasetOf; 6] = [
    (
        "bookings",
        &[
            ("booking_id", "string"),
            ("seats", "int"),
            ("customer", "bigint"),
            ("price", "double"),
            ("paid", "boolean"),
            ("flies_on", "date"),
            ("booked_at", "timestamp"),
        ],
        &["dt", "hour"],
        &[
            r#"{"booking_id": "O'Brien", "seats": 2, "customer": 7, "price": 99.5, "paid": true,
                "flies_on": "2026-12-01", "booked_at": "2026-11-23T10:05:00", "_id": "a"}"#,
            r#"{"booking_id": "b", "seats": 1, "customer": null, "price": 0.1, "paid": false,
                "flies_on": "2026-11-30", "booked_at": "2026-11-23T10:59:59.999", "_id": ""}"#,
            r#"{"booking_id": "c", "booked_at": "2026-11-23T11:00:00", "_extra": "{\"meal\": \"vegan\"}"}"#,
        ],
    ),
    (
        "clicks",
        &[("page", "string"), ("position", "struct<x:int,y:int>"), ("at", "timestamp")],
        &["dt", "hour"],
        &[
            r#"{"page": "b", "position": {"x": 1, "y": 2}, "at": "2026-11-23T10:05:00", "_id": "s:2"}"#,
            r#"{"page": "a", "at": "2026-11-23T10:05:00", "_id": "s:3"}"#,
            r#"{"page": "a", "position": {"y": 1}, "at": "2026-11-23T10:06:00", "_id": "s:1"}"#,
        ],
    ),
    (
        "seats",
        &[("class", "string"), ("seat", "string"), ("fare", "decimal(12,2)"), ("flight_id", "bigint")],
        &["dt"],
        &[
            r#"{"class": "economy", "seat": "2B", "fare": "1.10", "flight_id": 7}"#,
            r#"{"class": "economy", "seat": "2A", "fare": "1.20", "flight_id": 7}"#,
            r#"{"seat": "2A", "fare": "1.30", "flight_id": 6}"#,
            r#"{"class": "economy", "seat": "9F", "fare": "1.40", "flight_id": 6}"#,
        ],
    ),
    (
        "flights",
        &[("flight_id", "bigint"), ("departs_on", "date")],
        &["dt"],
        &[r#"{"flight_id": 1, "departs_on": "2026-11-23"}"#],
    ),
    (
        "parcels",
        &[
            ("code", "binary"),
            ("weight", "float"),
            ("fee", "decimal(12,2)"),
            ("tags", "array<string>"),
            ("address", "struct<city:string,since:timestamp>"),
            ("sizes", "map<string,decimal(6,3)>"),
            ("ratings", "array<decimal(4,2)>"),
        ],
        &["dt"],
        &[
            r#"{"code": "00ff", "weight": 0.1, "fee": "1.10", "tags": ["fragile", "a,b"],
                "address": {"city": "Lima", "since": "2026-11-23T10:05:00"}, "sizes": {"x": 1.5},
                "ratings": [1.5, 4]}"#,
            r#"{"code": "", "weight": 2, "fee": "9999999999.99", "tags": [null], "address": {"city": "Lima"}}"#,
            r#"{"code": "01"}"#,
        ],
    ),
    (
        "passengers",
        &[("passenger_id", "bigint"), ("flight_id", "bigint"), ("name", "string"), ("seat_number", "string")],
        &["dt"],
        &[
            r#"{"passenger_id": 1, "flight_id": 10, "name": "Pérez, Ana", "seat_number": "12A"}"#,
            r#"{"passenger_id": 2, "name": "PÉREZ"}"#,
            r#"{"passenger_id": 3, "flight_id": 20, "name": "O'Brien", "seat_number": "1f"}"#,
        ],
    ),
];

async fn lake() -> Lake {
    let lake = Lake::new();
    for (name, types, keys, rows) in DATASETS {
        let types: Vec<(&str, &str)> = types.iter().chain(&OF_ALL).copied().collect();
        let column = |(name, data_type): &(&str, &str)| TableColumn {
            name: (*name).to_owned(),
            data_type: (*data_type).to_owned(),
            comment: None,
        };
        let table = Table {
            name: DatasetName::new(name).unwrap(),
            description: None,
            columns: types.iter().map(column).collect(),
            partition_keys: keys.iter().copied().map(PartitionKey::string).collect(),
            location: format!("tables/{name}/"),
            schema_version: None,
            parameters: BTreeMap::new(),
            version: None,
        };
        lake.catalog.create_table(&table).await.unwrap();
        let location = format!("tables/{name}/g1/");
        let rows: Vec<String> = rows.iter().map(|row| row.replace('\n', " ")).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        lake.file(&format!("{location}part-00000.parquet"), columns(&types, &rows)).await;
        let values = ["2026-11-23", "10"].iter().take(keys.len()).map(|value| (*value).to_owned());
        let partition = CatalogPartition::by_hand(values.collect(), location);
        let errors = lake.catalog.write_partitions(&table.name, Upsert::Create, &[partition]).await.unwrap();
        assert!(errors.is_empty());
    }
    lake
}

/// A request with its SQL and its parameters.
fn statements() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    let mut found: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    let mut request = "";
    for line in GOLDEN.lines() {
        match line.strip_prefix("  ") {
            None => request = line,
            Some(answer) => match (answer.strip_prefix("? "), answer.starts_with("SELECT ")) {
                (Some(parameter), _) => found.last_mut().unwrap().2.push(parameter),
                (None, true) => found.push((request, answer, Vec::new())),
                (None, false) => {}
            },
        }
    }
    found
}

#[tokio::test]
async fn everything_that_the_api_compiles_is_answered() {
    let lake = lake().await;
    let statements = statements();
    assert!(statements.len() > 40, "{}", statements.len());
    let mut wrong = Vec::new();
    for (request, sql, parameters) in &statements {
        if let Err(error) = lake.text(sql, parameters).await {
            wrong.push(format!("{request}: {error:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The answers to some of them, by their requests.
#[tokio::test]
async fn requests_are_answered_as_athena_answers_them() {
    let lake = lake().await;
    let statements = statements();
    for (request, expected) in [
        ("bookings?select=*,dt,hour,_id,_ingested_at,_extra&limit=0", ""),
        (
            "passengers?passenger_id=in.(1,2,3)&name=ilike.*p%C3%A9rez*&seat_number=is.null&select=name",
            "\"PÉREZ\"\n",
        ),
        ("passengers?name=match.^P(e|%C3%A9)rez$&seat_number=imatch.^[a-f]&select=name", ""),
        ("passengers?seat_number=isdistinct.12A&name=is.not_null&select=name", "\"PÉREZ\"\n\"O'Brien\"\n"),
        ("passengers?passenger_id=in.()&select=name", ""),
        ("parcels?ratings=cs.{1.5}&select=fee", "\"1.10\"\n"),
        // One parcel's tags are [null], another's null.
        ("parcels?tags=not.cs.{fragile}&select=fee", "\"9999999999.99\"\n"),
        (
            "passengers?or=(name.ilike.ana*,and(flight_id.gte.10,flight_id.lt.20),seat_number.is.null)&select=name",
            "\"Pérez, Ana\"\n\"PÉREZ\"\n",
        ),
        (
            "parcels?select=address->city,since:address->>since&address->city=eq.Lima&order=address->city.desc",
            "\"Lima\",\n\"Lima\",\"2026-11-23 10:05:00.000\"\n",
        ),
        (
            "bookings?select=id:booking_id,price:seats&order=price,id",
            "\"b\",\"1\"\n\"O'Brien\",\"2\"\n\"c\",\n",
        ),
        (
            "bookings?select=booking_id:seats,dt:paid,hour:price&order=customer",
            "\"2\",\"true\",\"99.5\"\n\"1\",\"false\",\"0.1\"\n,,\n",
        ),
        // The rows that tie come in the order of their identity.
        ("clicks?select=_id:page,x:_id&order=page", "\"a\",\"s:1\"\n\"a\",\"s:3\"\n\"b\",\"s:2\"\n"),
        (
            "seats?",
            "\"economy\",\"9F\",\"1.40\",\"6\"\n\"economy\",\"2A\",\"1.20\",\"7\"\n\
             \"economy\",\"2B\",\"1.10\",\"7\"\n,\"2A\",\"1.30\",\"6\"\n",
        ),
        ("parcels?select=c:code&order=c", "\"\"\n\"AP8=\"\n\"AQ==\"\n"),
        (
            "bookings?select=paid,total:price.sum(),count()",
            "\"false\",\"0.1\",\"1\"\n\"true\",\"99.5\",\"1\"\n,,\"1\"\n",
        ),
        (
            "bookings?select=booked_at.date_trunc(hour),price.sum()&booked_at=gte.2026-11-23T00:00:00Z",
            "\"2026-11-23 10:00:00.000\",\"99.6\"\n\"2026-11-23 11:00:00.000\",\n",
        ),
        (
            "bookings?select=day:flies_on.date_trunc(month),seats.avg(),most:seats.max(),least:booking_id.min()&order=most.desc.nullslast,day&limit=10",
            "\"2026-12-01\",\"2.0\",\"2\",\"O'Brien\"\n\"2026-11-01\",\"1.0\",\"1\",\"b\"\n,,,\"c\"\n",
        ),
        (
            "bookings?select=rows:count(),customer.count(),different:customer.count(distinct),about:customer.approx_count_distinct()",
            "\"3\",\"1\",\"1\",\"1\"\n",
        ),
        (
            "parcels?select=address->city,fee.sum(),mean:fee.avg(),weight.max()&order=sum.desc",
            ",,,\n\"Lima\",\"10000000001.09\",\"5000000000.55\",\"2.0\"\n",
        ),
    ] {
        let (_, sql, parameters) = statements.iter().find(|(found, ..)| *found == request).unwrap();
        let text = lake.text(sql, parameters).await.unwrap_or_else(|error| panic!("{request}: {error}"));
        assert_eq!(shown(&text), expected, "{request}");
    }
}

/// The rows without their header and without the columns that only say where the next page begins, which come last. No
/// text in them has a comma.
fn shown(csv: &str) -> String {
    let (header, rows) = csv.split_once('\n').unwrap();
    let hidden = header.split(',').filter(|name| name.trim_matches('"').starts_with("_key_")).count();
    let shown = rows.lines().map(|row| row.rsplitn(hidden + 1, ',').last().unwrap());
    shown.flat_map(|row| [row, "\n"]).collect()
}
