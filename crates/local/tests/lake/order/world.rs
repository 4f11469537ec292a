//! Datasets that a seed makes, their events, and the order that their rows must have.

use std::{cmp::Ordering, fmt};

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{memory::SeededIds, port::Ids};
use serde_json::{Map, Value, json};

/// What the identity is made of; nothing: `_id`.
pub(crate) const KINDS: [&[&str]; 10] = [
    &["bigint"],
    &[],
    &["string"],
    &["binary"],
    &["boolean", "int"],
    &["timestamp"],
    &["double"],
    &["decimal(12,2)"],
    &["date", "string"],
    &["float"],
];

/// How many events a dataset gets. Every identity is in two of them, in two partitions.
pub(crate) const EVENTS: usize = 900;

/// The values that rows are ordered by: so few that nearly all rows tie.
const TIES: [Option<&str>; 3] = [Some("a"), Some("b"), None];

/// A value of an identity column, as it is compared.
#[derive(Debug)]
enum Key {
    Whole(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Key {
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => a.cmp(b),
            (Self::Real(a), Self::Real(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
            (Self::Bytes(a), Self::Bytes(b)) => a.cmp(b),
            other => panic!("of two types: {other:?}"),
        }
    }
}

/// An event, and what its row is told apart by.
pub(crate) struct Row {
    pub(crate) event: Value,
    /// Its number, which no other event has.
    pub(crate) n: u64,
    tie: Option<&'static str>,
    at: &'static str,
    /// Empty until [`World::identify`], where `_id` is the identity.
    identity: Vec<Key>,
}

/// A dataset and its rows.
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) name: String,
    pub(crate) definition: String,
    pub(crate) rows: Vec<Row>,
    /// Whether rows come in the order of `tie` without being asked to.
    pub(crate) sorted_by_tie: bool,
    /// The columns of the identity; none if it is `_id`.
    pub(crate) identity: Vec<String>,
    hourly: bool,
}

/// How to play it again.
impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ORDER_SEED={} {}", self.seed, self.definition)
    }
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let ids = SeededIds::new(seed);
        let of = |choices: usize| usize::try_from(ids.random() % choices as u64).unwrap();
        let types = KINDS[usize::try_from(seed).unwrap() % KINDS.len()];
        let (hourly, sorted_by_tie) = (of(2) == 0, of(2) == 0);
        let identity: Vec<String> = (0..types.len()).map(|index| format!("key{index}")).collect();
        let mut columns = vec![
            json!({"name": "n", "type": "bigint"}),
            json!({"name": "tie", "type": "string"}),
            json!({"name": "at", "type": "timestamp", "required": true}),
        ];
        for (name, data_type) in identity.iter().zip(types) {
            let column = json!({"name": name, "type": data_type, "required": true});
            columns.insert(of(columns.len() + 1), column);
        }
        let mut named = identity.clone();
        let is_reversed = of(2) == 0;
        if is_reversed {
            named.reverse();
        }
        let name = format!("seed{seed}");
        let definition = json!({
            "name": name, "columns": columns, "identity": named, "event_time": "at",
            "partition_by": if hourly { "hour" } else { "day" },
            "sort_by": if sorted_by_tie { vec!["tie"] } else { vec![] },
        });
        let row = |n: u64| {
            // Not in the order in which they are published.
            let which = (n / 2) * 7_919 % EVENTS as u64;
            let at = times(hourly)[(n % 2) as usize][of(2)];
            let tie = TIES[of(TIES.len())];
            // Only the last of several columns tells all identities apart.
            let values = types.iter().enumerate();
            let values: Vec<(Value, Key)> = values
                .map(|(place, kind)| value(kind, if place + 1 < types.len() { which % 5 } else { which }))
                .collect();
            let mut event = Map::from_iter([("n".to_owned(), json!(n)), ("at".to_owned(), json!(at))]);
            event.extend(tie.map(|tie| ("tie".to_owned(), json!(tie))));
            event.extend(identity.iter().cloned().zip(values.iter().map(|(value, _)| value.clone())));
            let mut identity: Vec<Key> = values.into_iter().map(|(_, key)| key).collect();
            if is_reversed {
                identity.reverse();
            }
            Row { event: event.into(), n, tie, at, identity }
        };
        let rows = (0..EVENTS as u64).map(row).collect();
        Self { seed, name, definition: definition.to_string(), rows, sorted_by_tie, identity, hourly }
    }

    /// Makes `_id` the identity of the rows, where it is: only the lake knows it. `stored` are all rows.
    pub(crate) fn identify(&mut self, stored: &[Value]) {
        if !self.identity.is_empty() {
            return;
        }
        for row in &mut self.rows {
            let found = stored.iter().find(|stored| stored["n"] == row.n).unwrap();
            row.identity = vec![Key::Text(found["_id"].as_str().unwrap().to_owned())];
        }
    }

    /// The rows' numbers, ordered by `tie`.
    pub(crate) fn ordered(&self, descending: bool, nulls_first: bool) -> Vec<u64> {
        let ties = |a: &Row, b: &Row| match (a.tie, b.tie) {
            (Some(a), Some(b)) if descending => b.cmp(a),
            (Some(a), Some(b)) => a.cmp(b),
            (a, b) if nulls_first => a.is_some().cmp(&b.is_some()),
            (a, b) => a.is_none().cmp(&b.is_none()),
        };
        let identities = |a: &Row, b: &Row| {
            let pairs = a.identity.iter().zip(&b.identity).map(|(a, b)| a.compare(b));
            pairs.fold(Ordering::Equal, Ordering::then)
        };
        // Of RFC 3339: the day is the first ten characters, the hour two behind the T.
        let partition = |row: &Row| if self.hourly { &row.at[..13] } else { &row.at[..10] };
        let mut rows: Vec<&Row> = self.rows.iter().collect();
        rows.sort_by(|a, b| {
            ties(a, b).then_with(|| identities(a, b)).then_with(|| partition(a).cmp(partition(b)))
        });
        rows.iter().map(|row| row.n).collect()
    }
}

/// Of two events of one identity one is of the first two moments, the other of the last two: in any case in two
/// partitions, of one day perhaps if they are of an hour.
fn times(hourly: bool) -> [[&'static str; 2]; 2] {
    if hourly {
        [["2026-11-20T07:00:00Z", "2026-11-20T10:59:00Z"], ["2026-11-20T09:10:00Z", "2026-11-21T07:00:00Z"]]
    } else {
        [["2026-11-20T07:00:00Z", "2026-11-22T09:59:00Z"], ["2026-11-21T07:10:00Z", "2026-11-23T23:00:00Z"]]
    }
}

/// A value of a type for each number, in no order of the numbers; only of a boolean there are too few.
fn value(kind: &str, which: u64) -> (Value, Key) {
    let mixed = which * 7_919 % EVENTS as u64;
    let whole = i64::try_from(mixed).unwrap() - 200;
    match kind {
        "boolean" => (json!(which.is_multiple_of(2)), Key::Whole(i64::from(which.is_multiple_of(2)))),
        "bigint" => (json!(whole << 40), Key::Whole(whole << 40)),
        "int" => (json!(whole), Key::Whole(whole)),
        "float" | "double" => (json!(whole as f64 / 4.0), Key::Real(whole as f64 / 4.0)),
        "decimal(12,2)" => (json!(format!("{whole}.50")), Key::Whole(whole)),
        "date" => {
            let text = format!("19{:02}-{:02}-{:02}", mixed % 70, mixed % 12 + 1, mixed % 28 + 1);
            (json!(text), Key::Text(text))
        }
        "timestamp" => {
            let text = format!("20{:02}-{:02}-11T10:05:00.{:03}Z", mixed % 20, mixed % 12 + 1, mixed);
            (json!(text), Key::Text(text))
        }
        // With letters of several bytes, and lengths that differ.
        "string" => {
            let text = format!("{}{mixed}", ["", "ñ", "日", "Z"][which as usize % 4]);
            (json!(text), Key::Text(text))
        }
        "binary" => {
            let bytes = &(mixed * 0x9e37).to_le_bytes()[..3];
            (json!(STANDARD.encode(bytes)), Key::Bytes(bytes.to_vec()))
        }
        other => panic!("no values of {other}"),
    }
}
