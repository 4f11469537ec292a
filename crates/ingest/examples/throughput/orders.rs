//! What is sent: orders of a shop, of about 350 bytes each.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::random::{Random, quoted};

/// The dataset, as `schemas/` has it.
pub(crate) const DEFINITION: &str = r#"{
  "name": "orders",
  "description": "Orders of the shop",
  "columns": [
    {"name": "order_id", "type": "string", "required": true},
    {"name": "placed_at", "type": "timestamp", "required": true},
    {"name": "customer_id", "type": "bigint", "required": true},
    {"name": "customer", "type": "string"},
    {"name": "status", "type": "string", "required": true},
    {"name": "currency", "type": "string", "required": true},
    {"name": "total", "type": "decimal(12,2)", "required": true},
    {"name": "items", "type": "int"},
    {"name": "weight_kg", "type": "double"},
    {"name": "gift", "type": "boolean"}
  ],
  "identity": ["order_id"],
  "event_time": "placed_at"
}"#;

/// Of so many events one has a value that does not fit.
const BAD: usize = 1_000;

/// Of so many one comes a day late.
const LATE: usize = 250;

/// An order as its sender writes it: compact, with three fields in the middle that the definition does not name.
pub(crate) fn event(random: &mut Random, now: DateTime<Utc>, index: usize) -> String {
    let late = TimeDelta::days(i64::from(index % LATE == LATE - 1));
    let placed_at = now - late - TimeDelta::milliseconds(random.below(60_000));
    let total = if index % BAD == BAD - 1 {
        "three".to_owned()
    } else {
        format!("{}.{:02}", random.below(900), random.below(100))
    };
    let names = ["Ada Lovelace", "Zoë Müller", "José Álvarez", "Grace Hopper", "Mary Jackson", "Hedy Lamarr"];
    let agents = [
        "shop-ios/7.12.1 (iPhone15,3; iOS 19.1)",
        "shop-android/7.11.0 (Pixel 9; Android 16)",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/142.0",
    ];
    let fields = [
        ("order_id", quoted(&random.uuid())),
        ("placed_at", quoted(&placed_at.to_rfc3339_opts(SecondsFormat::Millis, true))),
        ("customer_id", (10_000_000 + random.below(90_000_000)).to_string()),
        ("customer", quoted(random.pick(&names))),
        ("session", quoted(&random.hex(24))),
        ("user_agent", quoted(random.pick(&agents))),
        ("source", quoted(random.pick(&["web", "app", "partner"]))),
        ("status", quoted(random.pick(&["placed", "confirmed", "paid", "shipped"]))),
        ("currency", quoted(random.pick(&["EUR", "USD", "GBP", "CHF"]))),
        // As a string, since the sender does not want it to become a double.
        ("total", quoted(&total)),
        ("items", (1 + random.below(9)).to_string()),
        ("weight_kg", format!("{}.{}", random.below(30), 1 + random.below(999))),
        ("gift", random.pick(&["true", "false"]).to_owned()),
    ];
    let fields: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", fields.join(","))
}
