use super::*;

fn definition(patch: serde_json::Value) -> Result<Dataset, InvalidDefinition> {
    let mut base = serde_json::json!({
        "name": "bookings",
        "columns": [
            {"name": "booking_id", "type": "string", "required": true},
            {"name": "price", "type": "double"},
            {"name": "booked_at", "type": "timestamp", "required": true, "from": "bookedAt"},
            {"name": "day", "type": "date", "required": true},
        ],
    });
    for (key, value) in patch.as_object().unwrap() {
        base[key] = value.clone();
    }
    Dataset::from_json(base.to_string().as_bytes())
}

#[track_caller]
fn refused(patch: serde_json::Value, words: &str) {
    let message = definition(patch).unwrap_err().to_string();
    assert!(message.contains(words), "{message:?} does not say {words:?}");
}

#[test]
fn a_definition_becomes_a_dataset() {
    let dataset = definition(serde_json::json!({
        "identity": ["booking_id"], "event_time": "booked_at", "partition_by": "hour", "sort_by": ["price"]
    }))
    .unwrap();
    assert_eq!(dataset.identity().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["booking_id"]);
    assert_eq!(dataset.event_time().unwrap().field, "bookedAt");
    assert_eq!(dataset.granularity(), Granularity::Hour);
    assert_eq!(dataset.sort_order(), ["price"]);
    let names: Vec<_> = dataset.arrow_schema().fields().iter().map(|f| f.name().clone()).collect();
    assert_eq!(names, ["booking_id", "price", "booked_at", "day", "_id", "_ingested_at", "_extra"]);
}

#[test]
fn a_partition_of_the_other_granularity_is_refused_by_name() {
    let daily = definition(serde_json::json!({})).unwrap();
    let hourly = definition(serde_json::json!({"event_time": "booked_at", "partition_by": "hour"})).unwrap();
    let (day, hour): (Partition, Partition) =
        ("dt=2026-11-23".parse().unwrap(), "dt=2026-11-23/hour=10".parse().unwrap());
    assert_eq!(daily.check_partition(&day), Ok(()));
    assert_eq!(hourly.check_partition(&hour), Ok(()));
    let name = daily.name();
    for (refused, words) in [
        (
            hourly.check_partition(&day),
            "is partitioned by hour, and dt=2026-11-23 is a day: name one of its hours, for example \
             dt=2026-11-23/hour=00",
        ),
        (
            daily.check_partition(&hour),
            "is partitioned by day, and dt=2026-11-23/hour=10 is an hour: name its day, dt=2026-11-23",
        ),
    ] {
        assert_eq!(refused.unwrap_err().to_string(), format!("dataset {name} {words}"));
    }
}

#[test]
fn the_sort_order_falls_back_step_by_step() {
    let none = definition(serde_json::json!({})).unwrap();
    assert_eq!(none.sort_order(), ["_ingested_at"]);
    let identity = definition(serde_json::json!({"identity": ["booking_id"]})).unwrap();
    assert_eq!(identity.sort_order(), ["booking_id"]);
    let time = definition(serde_json::json!({"identity": ["booking_id"], "event_time": "booked_at"}));
    assert_eq!(time.unwrap().sort_order(), ["booked_at"]);
}

#[test]
fn each_mistake_gets_its_own_sentence() {
    refused(serde_json::json!({"name": "Bookings"}), "invalid dataset name \"Bookings\"");
    refused(serde_json::json!({"columns": []}), "needs 1 to 1000 columns");
    let column = |name: &str, data_type: &str| serde_json::json!({"name": name, "type": data_type});
    refused(serde_json::json!({"columns": [column("a", "strng")]}), "column a: unknown type \"strng\"");
    refused(
        serde_json::json!({"columns": [column("a", "decimal")]}),
        "column a: type \"decimal\": write decimal(p,s)",
    );
    refused(
        serde_json::json!({"columns": [column("a", "array<int>")], "sort_by": ["a"]}),
        "sort_by column a is of type array<int>: it must be a scalar type",
    );
    refused(
        serde_json::json!({"columns": [{"name": "a", "type": "struct<b:int>", "required": true}], "identity": ["a"]}),
        "identity column a is of type struct<b:int>",
    );
    let nested = |fields: serde_json::Value| {
        let column = serde_json::json!({"name": "a", "type": "array<struct<x:int,y:struct<z:int>>>", "fields": fields});
        serde_json::json!({"columns": [column]})
    };
    refused(
        nested(serde_json::json!({"y.w": "W"})),
        "\"fields\" of column a names \"y.w\", which its type array<struct<x:int,y:struct<z:int>>> does not have",
    );
    refused(nested(serde_json::json!({"x": "y"})), "two fields of one struct of column a read \"y\"");
    refused(serde_json::json!({"unwrap": ""}), "unwrap is empty or longer than 255 bytes");
    refused(
        serde_json::json!({"columns": [{"name": "a", "type": "bigint", "unit": "s"}]}),
        "column a has a \"unit\" and is of type bigint",
    );
    refused(
        serde_json::json!({"columns": [{"name": "a", "type": "timestamp", "unit": "us"}]}),
        "unknown variant `us`, expected `s` or `ms`",
    );
    refused(
        serde_json::json!({"columns": [column("a", "int"), column("a", "int")]}),
        "column a is defined twice",
    );
    refused(serde_json::json!({"columns": [column("dt", "int")]}), "reserved");
    refused(
        serde_json::json!({"columns": [column("a", "int"), {"name": "b", "type": "int", "from": "a"}]}),
        "both read the field \"a\"",
    );
    refused(serde_json::json!({"identity": ["bookin_id"]}), "identity names \"bookin_id\"");
    refused(serde_json::json!({"identity": ["booking_id", "booking_id"]}), "twice");
    refused(serde_json::json!({"identity": ["price"]}), "must be required");
    refused(serde_json::json!({"event_time": "booking_id"}), "must be a timestamp or a date");
    refused(serde_json::json!({"event_time": "day", "partition_by": "hour"}), "day is a date");
    refused(serde_json::json!({"partition_by": "week"}), "unknown variant `week`");
    refused(serde_json::json!({"colums": []}), "unknown field `colums`");
    refused(
        serde_json::json!({"description": "two\nlines"}),
        "the description is longer than 2048 bytes or has",
    );
    refused(
        serde_json::json!({"columns": [{"name": "a", "type": "int", "comment": "é".repeat(128)}]}),
        "the comment of column a is longer than 255 bytes",
    );
    refused(serde_json::json!({"cloudevents_type": ""}), "cloudevents_type is empty");
    refused(
        serde_json::json!({"cloudevents_type": "a\nb"}),
        "cloudevents_type is longer than 255 bytes or has",
    );
}

#[test]
fn the_names_of_senders_reach_into_nested_types() {
    let dataset = definition(serde_json::json!({"columns": [{
        "name": "line_items",
        "type": "array<struct<sku_code:string,at:struct<zip_code:int>>>",
        "from": "lineItems",
        "fields": {"sku_code": "skuCode", "at.zip_code": "zipCode"},
    }]}))
    .unwrap();
    let column = &dataset.columns()[0];
    // What is stored, and what readers see, has the column's names.
    assert_eq!(column.data_type.to_string(), "array<struct<sku_code:string,at:struct<zip_code:int>>>");
    let read = |text: &'static str| crate::value::parse(&column.sent, crate::json::Raw::parse(text).unwrap());
    let sent = r#"[{"skuCode": "x", "at": {"zipCode": 7}}]"#;
    let stored = r#"[{"sku_code": "x", "at": {"zip_code": 7}}]"#;
    let expected = crate::value::parse(&column.data_type, crate::json::Raw::parse(stored).unwrap());
    assert_eq!(read(sent), expected);
    assert_ne!(read(stored), expected);
    for (text, rest) in
        [(r#"{"lineItems": [{"skuCode": "x"}]}"#, false), (r#"{"lineItems": [{"sku_code": "x"}]}"#, true)]
    {
        let event = crate::event::Event::parse(text).unwrap();
        assert_eq!(crate::event::extra(&dataset, &event).is_some(), rest, "{text}");
    }
}
