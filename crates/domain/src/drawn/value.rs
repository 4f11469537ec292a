//! Values as JSON. Of a scalar type there is one for each number, and different numbers have different ones.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, FixedOffset, SecondsFormat, TimeDelta, Utc};

use super::{Drawn, Random};
use crate::{
    data_type::DataType,
    dataset::{Column, Dataset},
    partition::Partition,
    value::Unit,
};

/// Marks that are told apart by a column which is not the widest of an identity.
const NARROW: u64 = 3;

/// Numbers of a type with room for them.
const WIDE: u64 = 100_000;

/// Seconds of an hour that event times are taken from.
const EVENT_TIMES: u64 = 3_600;

/// How many values a column can have within one partition.
fn room(dataset: &Dataset, column: &Column) -> u64 {
    let is_event_time = dataset.event_time().is_some_and(|time| time.name == column.name);
    match column.data_type {
        DataType::Boolean => 2,
        DataType::Date if is_event_time => 1,
        _ if is_event_time => EVENT_TIMES,
        _ => WIDE,
    }
}

/// The place, among the identity columns, of the one with the most room.
pub(super) fn widest(dataset: &Dataset) -> usize {
    let rooms = dataset.identity().map(|column| room(dataset, column)).enumerate();
    rooms.max_by_key(|(_, room)| *room).map_or(0, |(place, _)| place)
}

/// How many marks there can be in a partition.
pub(super) fn marks(drawn: &Drawn) -> u64 {
    let rooms = drawn.dataset.identity().map(|column| room(&drawn.dataset, column)).enumerate();
    let used = rooms.map(|(place, room)| if place == drawn.widest { room } else { room.min(NARROW) });
    match drawn.dataset.identity().len() {
        0 => WIDE,
        _ => used.product(),
    }
}

/// What number each identity column has, for an event of this mark.
pub(super) fn numbers(drawn: &Drawn, mark: u64) -> Vec<u64> {
    let mut left = mark;
    let mut numbers: Vec<u64> = Vec::new();
    for (place, column) in drawn.dataset.identity().enumerate() {
        let room = room(&drawn.dataset, column).min(NARROW);
        let is_widest = place == drawn.widest;
        numbers.push(if is_widest { 0 } else { left % room });
        left /= if is_widest { 1 } else { room };
    }
    if let Some(widest) = numbers.get_mut(drawn.widest) {
        *widest = left;
    }
    numbers
}

/// The time of an event in a partition: one for each number.
pub(super) fn event_time(column: &Column, number: u64, partition: &Partition, random: &mut Random) -> String {
    let seconds = i64::try_from(number % EVENT_TIMES).unwrap_or_default();
    let from = super::moment(partition);
    let at = from + TimeDelta::seconds(seconds);
    match column.data_type {
        DataType::Date => format!("\"{}\"", from.date_naive()),
        _ => time(column.unit, at, random),
    }
}

/// The value of a number; how it is written is drawn.
pub(super) fn nth(data_type: &DataType, unit: Option<Unit>, number: u64, random: &mut Random) -> String {
    let scattered = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    match data_type {
        DataType::Boolean => (number % 2 == 1).to_string(),
        DataType::Int => whole(i64::from((scattered >> 32) as u32 as i32), number, random),
        DataType::BigInt => whole(scattered.cast_signed(), number, random),
        DataType::Float | DataType::Double => float(number, random),
        DataType::Decimal(decimal) => {
            let units = signed(number) * 10_i128.pow(u32::from(decimal.precision()).saturating_sub(6));
            decimal_text(units, usize::from(decimal.scale()), random)
        }
        DataType::String => string(number, random),
        DataType::Date => {
            let days = TimeDelta::days(i64::try_from(number * 7_919 % WIDE).unwrap_or_default());
            format!("\"{}\"", (DateTime::UNIX_EPOCH + days).date_naive())
        }
        DataType::Timestamp => {
            let minutes = i64::try_from(number * 7_919 % WIDE).unwrap_or_default();
            time(unit, DateTime::UNIX_EPOCH + TimeDelta::days(18_000) + TimeDelta::minutes(minutes), random)
        }
        DataType::Binary => {
            let bytes = [vec![0xff; usize::try_from(number % 2 * 70).unwrap_or_default()], bytes(scattered)];
            format!("\"{}\"", STANDARD.encode(if number == 0 { Vec::new() } else { bytes.concat() }))
        }
        DataType::Array(_) | DataType::Struct(_) | DataType::Map(_) => any(data_type, unit, random),
    }
}

/// Any value of the type.
pub(super) fn any(data_type: &DataType, unit: Option<Unit>, random: &mut Random) -> String {
    let list = |items: Vec<String>, [open, close]: [char; 2]| format!("{open}{}{close}", items.join(","));
    match data_type {
        DataType::Array(element) => {
            let count = random.below(4);
            list((0..count).map(|_| any_or_null(element, random)).collect(), ['[', ']'])
        }
        DataType::Map(value) => {
            let count = random.below(4);
            let entry = |key| format!("\"key {key}\":{}", any_or_null(value, random));
            list((0..count).map(entry).collect(), ['{', '}'])
        }
        DataType::Struct(fields) => {
            let mut there: Vec<String> = Vec::new();
            for field in fields {
                if random.chance(800) {
                    there.push(format!("{:?}:{}", field.sender(), any_or_null(&field.data_type, random)));
                }
            }
            if random.chance(100) {
                there.push("\"unnamed\":[null]".to_owned());
            }
            list(there, ['{', '}'])
        }
        _ => nth(data_type, unit, random.bits() % 50, random),
    }
}

fn any_or_null(data_type: &DataType, random: &mut Random) -> String {
    if random.chance(100) { "null".to_owned() } else { any(data_type, None, random) }
}

fn bytes(number: u64) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

/// On both sides of zero.
fn signed(number: u64) -> i128 {
    let half = i128::from(number.div_ceil(2));
    if number.is_multiple_of(2) { half } else { -half }
}

fn whole(value: i64, number: u64, random: &mut Random) -> String {
    let value = if number == 0 { 0 } else { value };
    let zero = if value == 0 && random.chance(300) { "-" } else { "" };
    format!("{zero}{value}{}", ["", "", "", ".0"][random.below(4)])
}

fn float(number: u64, random: &mut Random) -> String {
    let (units, half) = (signed(number / 2), number % 2 * 5);
    let sign = if units == 0 && half == 0 && random.chance(500) { "-" } else { "" };
    match random.below(3) {
        0 => format!("{sign}{units}.{half}e0"),
        1 => format!("{sign}{units}.{half}0"),
        _ if half == 0 => format!("{sign}{units}"),
        _ => format!("{sign}{units}.{half}"),
    }
}

fn decimal_text(units: i128, scale: usize, random: &mut Random) -> String {
    let (sign, digits) =
        (if units < 0 { "-" } else { "" }, format!("{:0>1$}", units.unsigned_abs(), scale + 1));
    let (before, behind) = digits.split_at(digits.len() - scale);
    let behind = if random.chance(500) { behind.trim_end_matches('0') } else { behind };
    let point = if behind.is_empty() { "" } else { "." };
    let quote = if random.chance(300) { "\"" } else { "" };
    format!("{quote}{sign}{before}{point}{behind}{quote}")
}

/// Some are longer than what Parquet keeps of a text as its bound.
fn string(number: u64, random: &mut Random) -> String {
    let text = match number {
        0 => String::new(),
        _ if number.is_multiple_of(3) => format!("{}{number}", "long ".repeat(20)),
        _ if number.is_multiple_of(5) => format!("ü\"{number}"),
        _ => format!("k{number}"),
    };
    let written = serde_json::Value::from(text).to_string();
    if random.chance(200) { written.replace('k', "\\u006b") } else { written }
}

fn time(unit: Option<Unit>, at: DateTime<Utc>, random: &mut Random) -> String {
    match unit {
        Some(Unit::Seconds) => format!("{}{}", at.timestamp(), ["", ".0", ".0004"][random.below(3)]),
        Some(Unit::Milliseconds) => at.timestamp_millis().to_string(),
        None => {
            let hours = [-8, 0, 0, 5][random.below(4)];
            let local = FixedOffset::east_opt(hours * 3_600).map(|offset| at.with_timezone(&offset));
            let text = local.map_or_else(
                || at.to_rfc3339(),
                |local| local.to_rfc3339_opts(SecondsFormat::Secs, random.chance(500)),
            );
            format!("\"{text}\"")
        }
    }
}
