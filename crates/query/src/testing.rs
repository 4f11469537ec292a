//! The datasets that tests ask for.

use domain::Dataset;

use crate::result::tests::athena_csv;

/// Hourly.
pub(crate) fn bookings() -> Dataset {
    dataset(&serde_json::json!({
        "name": "bookings",
        "description": "Seats sold",
        "columns": [
            {"name": "booking_id", "type": "string", "required": true, "comment": "UUID"},
            {"name": "seats", "type": "int"},
            {"name": "customer", "type": "bigint"},
            {"name": "price", "type": "double"},
            {"name": "paid", "type": "boolean"},
            {"name": "flies_on", "type": "date"},
            {"name": "booked_at", "type": "timestamp", "required": true, "from": "bookedAt"},
        ],
        "identity": ["booking_id"],
        "event_time": "booked_at",
        "partition_by": "hour",
        "sort_by": ["booked_at", "booking_id"],
    }))
}

/// Daily by a date.
pub(crate) fn flights() -> Dataset {
    dataset(&serde_json::json!({
        "name": "flights",
        "columns": [
            {"name": "flight_id", "type": "bigint", "required": true},
            {"name": "departs_on", "type": "date", "required": true},
        ],
        "identity": ["flight_id"],
        "event_time": "departs_on",
    }))
}

/// With the types that [`bookings`] lacks.
pub(crate) fn parcels() -> Dataset {
    dataset(&serde_json::json!({
        "name": "parcels",
        "columns": [
            {"name": "code", "type": "binary", "required": true},
            {"name": "weight", "type": "float"},
            {"name": "fee", "type": "decimal(12,2)"},
            {"name": "tags", "type": "array<string>"},
            {"name": "address", "type": "struct<city:string,since:timestamp>"},
            {"name": "sizes", "type": "map<string,decimal(6,3)>"},
            {"name": "ratings", "type": "array<decimal(4,2)>"},
        ],
        "identity": ["code"],
    }))
}

/// The dataset of the seed.
pub(crate) fn passengers() -> Dataset {
    dataset(&serde_json::json!({
        "name": "passengers",
        "columns": [
            {"name": "passenger_id", "type": "bigint", "required": true},
            {"name": "flight_id", "type": "bigint"},
            {"name": "name", "type": "string"},
            {"name": "seat_number", "type": "string"},
        ],
        "identity": ["passenger_id"],
    }))
}

/// The seed's twenty passengers as Athena would leave them.
pub(crate) fn passengers_csv() -> Vec<u8> {
    let columns = ["passenger_id", "flight_id", "name", "seat_number"];
    let row = |line: &str| {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |name: &&str| match &event[*name] {
            serde_json::Value::String(text) => Some(text.clone()),
            number => Some(number.to_string()),
        };
        columns.iter().map(text).collect::<Vec<_>>()
    };
    let rows: Vec<_> = include_str!("../../../events/seed/passengers.ndjson").lines().map(row).collect();
    athena_csv(&columns, &rows)
}

fn dataset(definition: &serde_json::Value) -> Dataset {
    Dataset::from_json(definition.to_string().as_bytes()).unwrap()
}
