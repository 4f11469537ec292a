//! Filters, trees, groups and buckets over stored rows, each with its exact answer.

use crate::harness::TestLake;

const SALES: &str = r#"{
  "name": "sales",
  "columns": [
    {"name": "id", "type": "bigint", "required": true},
    {"name": "at", "type": "timestamp", "required": true},
    {"name": "shop", "type": "string"},
    {"name": "price", "type": "decimal(20,2)"},
    {"name": "units", "type": "bigint"},
    {"name": "tags", "type": "array<string>"},
    {"name": "address", "type": "struct<city:string,geo:struct<lat:double>>"}
  ],
  "identity": ["id"],
  "event_time": "at",
  "partition_by": "hour",
  "sort_by": ["id"]
}"#;

const EVENTS: [&str; 5] = [
    r#"{"id": 1, "at": "2026-11-23T09:05:00Z", "shop": "Aalto", "price": "900719925474099.31",
        "units": 9007199254740993, "tags": ["fragile", "a,b"], "address": {"city": "Lima", "geo": {"lat": -12.05}}}"#,
    r#"{"id": 2, "at": "2026-11-23T11:55:00+02:00", "shop": "aalto", "price": 0.01, "units": 1, "tags": [],
        "address": {"city": "Las Palmas"}}"#,
    r#"{"id": 3, "at": "2026-11-23T10:00:00Z", "shop": "Brot & Co", "price": 12.10, "units": 3, "tags": ["fragile"],
        "address": {}}"#,
    r#"{"id": 4, "at": "2026-11-24T00:00:00Z"}"#,
    r#"{"id": 5, "at": "2026-11-24T00:30:00Z", "shop": "Ñandú", "price": -5.50, "units": 2, "tags": ["x"],
        "address": {"city": "Lima"}}"#,
];

/// A lake with sales in three partitions of an hour.
pub(crate) async fn sales() -> TestLake {
    let lake = TestLake::start(&[("sales", SALES)]).await;
    lake.publish_all("sales", &EVENTS.map(str::to_owned)).await;
    lake.rows("/v1/datasets/sales/rows", 5).await;
    lake
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_and_trees_find_exactly_their_rows() {
    let lake = sales().await;
    for (filter, ids) in [
        ("shop=like.Aal*", "1"),
        ("shop=ilike.aal*", "1 2"),
        ("shop=ilike.%C3%B1*", "5"),
        ("shop=match.^[AB]", "1 3"),
        ("shop=imatch.^(%C3%B1|a).*%C3%BA$", "5"),
        ("shop=in.(aalto,\"Brot%20%26%20Co\")", "2 3"),
        ("shop=not.in.(aalto)", "1 3 5"),
        ("shop=is.null", "4"),
        ("shop=not.is.null", "1 2 3 5"),
        ("shop=isdistinct.aalto", "1 3 4 5"),
        ("tags=cs.{fragile}", "1 3"),
        ("tags=cs.{fragile,\"a,b\"}", "1"),
        ("tags=not.cs.{fragile}", "2 5"),
        ("tags=cs.{}", "1 2 3 5"),
        ("tags=not.cs.{}", ""),
        ("price=in.(0.01,12.1)", "2 3"),
        // Numbers that the column cannot have, as PostgreSQL compares them.
        ("price=lt.0.005", "5"),
        ("price=not.lt.0.005", "1 2 3"),
        ("price=gte.0.0101", "1 3"),
        ("price=lte.-5.4999", "5"),
        ("price=gt.-5.501", "1 2 3 5"),
        ("price=eq.0.011", ""),
        ("price=not.eq.0.011", "1 2 3 5"),
        ("price=neq.0.011", "1 2 3 5"),
        ("price=isdistinct.0.011", "1 2 3 4 5"),
        ("price=in.(0.011,12.1)", "3"),
        ("price=not.in.(0.011)", "1 2 3 5"),
        ("price=lt.1e30", "1 2 3 5"),
        ("price=gt.1e30", ""),
        ("price=gt.-1e30", "1 2 3 5"),
        ("price=gt.900719925474099.30", "1"),
        ("price=gt.900719925474099.31", ""),
        ("price=lt.0", "5"),
        ("units=eq.9007199254740993", "1"),
        ("units=eq.9007199254740992", ""),
        ("units=gte.2&units=lt.9007199254740993", "3 5"),
        ("address->city=eq.Lima", "1 5"),
        ("address->>city=is.null", "3 4"),
        ("address->geo->lat=lt.0", "1"),
        ("or=(units.gt.2,and(address->city.eq.Lima,price.lt.0))", "1 3 5"),
        // Where a part of it is null, neither it nor its opposite holds.
        ("not.and=(address->city.eq.Lima,units.gt.1)", "2"),
        ("or=(shop.eq.\"Brot%20%26%20Co\",tags.cs.\"{x}\")", "3 5"),
        ("at=gte.2026-11-23T11:00:00%2B01:00&at=lt.2026-11-24T00:30:00Z", "3 4"),
        ("at=gte.2026-11-24", "4 5"),
        ("at=lt.2026-11-24", "1 2 3"),
        ("at=in.(2026-11-23T09:55:00Z,2026-11-24T00:00:00Z)", "2 4"),
        ("order=shop.desc.nullslast&limit=2", "5 2"),
        ("order=address->city.nullsfirst,id.desc", "4 3 2 5 1"),
    ] {
        let answer = lake.fetch(&format!("/v1/datasets/sales/rows?select=id&format=csv&{filter}")).await;
        let expected: String = ids.split_whitespace().map(|id| format!("{id}\r\n")).collect();
        assert_eq!((answer.status, answer.text()), (200, format!("id\r\n{expected}").as_str()), "{filter}");
    }
    // By a field, where the column is selected as JSON under its own name.
    let path = "/v1/datasets/sales/rows?format=ndjson&order=address->city.nullsfirst,id.desc";
    let answer = lake.fetch(path).await;
    let ids: Vec<&str> =
        answer.text().lines().filter_map(|line| line.strip_prefix("{\"id\":")?.get(..1)).collect();
    assert_eq!((answer.status, ids.concat().as_str()), (200, "43251"), "{}", answer.text());
    lake.stop().await;
}

/// Behind any row, in any order, with nulls at either end, and of fields that are not selected.
#[tokio::test(flavor = "multi_thread")]
async fn rows_are_followed_in_every_order() {
    let lake = sales().await;
    for order in [
        "id",
        "shop.desc.nullslast",
        "shop.nullsfirst,id.desc",
        "address->city.nullsfirst,id.desc",
        "address->geo->lat.desc",
        "price",
        "units.desc",
        "at.desc",
        "dt.desc,hour",
    ] {
        let of = |limit: usize| {
            format!("/v1/datasets/sales/rows?select=id&format=csv&order={order}&limit={limit}")
        };
        let whole = lake.fetch(&of(5)).await;
        assert_eq!((whole.header("tributary-complete"), whole.header("tributary-range")), ("true", "0-4/5"));
        for limit in 1..5 {
            let (mut path, mut found) = (Some(of(limit)), "id\r\n".to_owned());
            while let Some(next) = path {
                let page = lake.fetch(&next).await;
                assert_eq!(page.status, 200, "{next}: {}", page.text());
                found.push_str(page.text().strip_prefix("id\r\n").unwrap());
                path = page.next();
                assert_eq!(page.header("tributary-complete") == "true", path.is_none(), "{next}");
                assert!(found.len() <= whole.text().len(), "{order} by {limit}: {found}");
            }
            assert_eq!(found, whole.text(), "{order} by {limit}");
        }
    }
    lake.stop().await;
}

/// Where partitions are months, and where there is one for everything.
#[tokio::test(flavor = "multi_thread")]
async fn rows_are_followed_and_filtered_by_any_partitions() {
    let definition = |name: &str, by: &str| {
        format!(
            r#"{{"name": "{name}", "columns": [{{"name": "id", "type": "bigint", "required": true}},
                {{"name": "at", "type": "timestamp", "required": true}}],
                "identity": ["id"], "event_time": "at", "partition_by": "{by}", "sort_by": ["id"]}}"#
        )
    };
    let (monthly, whole) = (definition("monthly", "month"), definition("whole", "none"));
    let lake = TestLake::start(&[("monthly", monthly.as_str()), ("whole", whole.as_str())]).await;
    let event = |(id, day): (u32, &str)| format!(r#"{{"id": {id}, "at": "{day}T10:00:00Z"}}"#);
    // An identity is one within a partition.
    let events = [(1, "2026-10-30"), (1, "2026-11-05"), (2, "2026-11-23"), (3, "2026-10-31")].map(event);
    for (name, count) in [("monthly", 4), ("whole", 3)] {
        lake.publish_all(name, &events).await;
        lake.rows(&format!("/v1/datasets/{name}/rows"), count).await;
    }
    for (name, order, expected) in [
        ("monthly", "id", "1 1 2 3"),
        ("monthly", "dt.desc", "1 2 1 3"),
        ("whole", "id", "1 2 3"),
        ("whole", "dt.desc,id.desc", "3 2 1"),
    ] {
        for limit in 1..4 {
            let path = format!("/v1/datasets/{name}/rows?select=id&format=csv&order={order}&limit={limit}");
            let (mut path, mut found) = (Some(path), Vec::new());
            while let Some(next) = path {
                let page = lake.fetch(&next).await;
                assert_eq!(page.status, 200, "{next}: {}", page.text());
                found.extend(page.text().lines().skip(1).map(str::to_owned));
                path = page.next();
                assert!(found.len() <= 4, "{next}: {found:?}");
            }
            assert_eq!(found.join(" "), expected, "{name} by {order}, {limit}");
        }
    }
    for (name, filter, expected) in [
        ("monthly", "dt=eq.2026-10", "1 3"),
        ("monthly", "dt=gte.2026-11", "1 2"),
        ("monthly", "at=gte.2026-11-06", "2"),
        ("whole", "dt=eq.all&id=gt.1", "2 3"),
    ] {
        let path = format!("/v1/datasets/{name}/rows?select=id&format=csv&{filter}");
        let answer = lake.fetch(&path).await;
        let found: Vec<&str> = answer.text().lines().skip(1).collect();
        assert_eq!((answer.status, found.join(" ").as_str()), (200, expected), "{path}");
    }
    let wrong = lake.fetch("/v1/datasets/monthly/rows?dt=eq.2026-10-30").await;
    assert!(wrong.status == 400 && wrong.text().contains("expects a month, as 2026-11"), "{}", wrong.text());
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn aggregates_and_buckets_are_exact() {
    let lake = sales().await;
    for (select, rows) in [
        (
            "total:price.sum(),units.sum(),count(),prices:price.count(),mean:price.avg(),lowest:price.min(),\
             shops:shop.count(distinct)",
            r#"[{"total":900719925474105.92,"sum":9007199254740999,"count":5,"prices":4,"mean":225179981368526.48,"lowest":-5.50,"shops":4}]"#,
        ),
        (
            "address->city,count(),price.sum(),top:units.max()&order=city.nullslast",
            "[{\"city\":\"Las Palmas\",\"count\":1,\"sum\":0.01,\"top\":1},\n\
             {\"city\":\"Lima\",\"count\":2,\"sum\":900719925474093.81,\"top\":9007199254740993},\n\
             {\"city\":null,\"count\":2,\"sum\":12.10,\"top\":3}]",
        ),
        (
            "at.date_trunc(hour),units.sum()",
            "[{\"at\":\"2026-11-23T09:00:00.000Z\",\"sum\":9007199254740994},\n\
             {\"at\":\"2026-11-23T10:00:00.000Z\",\"sum\":3},\n\
             {\"at\":\"2026-11-24T00:00:00.000Z\",\"sum\":2}]",
        ),
        (
            "day:at.date_trunc(day),count()&shop=not.is.null&order=day.desc",
            "[{\"day\":\"2026-11-24T00:00:00.000Z\",\"count\":1},\n\
             {\"day\":\"2026-11-23T00:00:00.000Z\",\"count\":3}]",
        ),
        ("who:shop,lat:address->geo->lat&id=eq.1", r#"[{"who":"Aalto","lat":-12.05}]"#),
        (
            "units,price&id=eq.1&_numbers=string",
            r#"[{"units":"9007199254740993","price":"900719925474099.31"}]"#,
        ),
    ] {
        let answer = lake.fetch(&format!("/v1/datasets/sales/rows?select={select}")).await;
        assert_eq!((answer.status, answer.text()), (200, rows), "{select}");
    }
    lake.stop().await;
}
