//! What is compacted: orders of a shop, of about 314 bytes each.

use std::fmt::Write;

use crate::{random::Random, shape::Shape};

/// The day that all events are of.
pub(crate) const DAY: &str = "2026-11-23";

const DAY_MILLIS: u64 = 86_400_000;

// Lists, with a bar between their words.
const FIRST_NAMES: &str =
    "Zoë|José|Ægir|Søren|Łukasz|Ada|Grace|Ñusta|Jürgen|Chloé|Дмитрий|Ελένη|美咲|Mary|Åsa|Ömer";
const LAST_NAMES: &str = "Müller|Álvarez|Nguyễn|Lovelace|Hopper|Šimůnek|Żółć|García|Jackson|Lamarr|Иванова|Παππάς|山田|Ó Briain|\
    Dvořák|Gonçalves|Þórsdóttir|Smith|Kovács|Brânză|Øster|Weiß|Çelik|Larsson";
const STATUSES: &str = "placed|confirmed|paid|shipped|returned";
const TAGS: &str = "new|sale|größe-m|größe-l|gift|été|express|fragile|b-ware|set-of-2|niño|red";
const STREETS: &str = "Königstraße|Rue de l'Église|Main Street|Calle Ñandú|Østergade|High Street|Via Città|Ulica Żelazna|\
    Straße des 17. Juni|Linden Lane|Avenida São João|Park Road";
const CITIES: &str =
    "Köln/DE|München/DE|Genève/CH|Málaga/ES|Łódź/PL|Reykjavík/IS|London/GB|Lyon/FR|São Paulo/BR|Oslo/NO";
const WORDS: &str = "left|at|the|door|ring|twice|behind|garage|please|call|before|noon|third|floor|no|stairs|beware|of|\
    dog|gate|code|neighbour|porch|thanks";

/// The dataset of events of this shape.
pub(crate) fn definition(shape: &Shape) -> String {
    let mut inner = String::new();
    for level in (2..=shape.nesting).rev() {
        inner = format!(",inner{level}:struct<level:int,label:string{inner}>");
    }
    format!(
        r#"{{"name": "orders", "identity": ["event_id"], "event_time": "occurred_at", "columns": [
    {{"name": "event_id", "type": "string", "required": true}},
    {{"name": "occurred_at", "type": "timestamp", "required": true}},
    {{"name": "customer_id", "type": "bigint"}},
    {{"name": "customer", "type": "string"}},
    {{"name": "status", "type": "string"}},
    {{"name": "price", "type": "decimal(12,2)"}},
    {{"name": "quantity", "type": "int"}},
    {{"name": "tags", "type": "array<string>"}},
    {{"name": "address", "type": "struct<street:string,number:int,city:string,country:string{inner}>"}},
    {{"name": "note", "type": "string"}}]}}"#
    )
}

/// The position whose event is at this one: its own, or an earlier one's that is repeated here.
pub(crate) fn original(shape: &Shape, mut position: u64) -> u64 {
    loop {
        let mut random = Random::new(shape.seed, position);
        if position == 0 || random.below(100) >= shape.duplicates {
            return position;
        }
        position = random.below(position);
    }
}

/// The event at this position, as compact JSON.
pub(crate) fn event(shape: &Shape, position: u64) -> String {
    let position = original(shape, position);
    // Other numbers than those which decided whether it is a repetition.
    let random = &mut Random::new(!shape.seed, position);
    let millis = time(shape, random, position);
    let (hours, minutes) = (millis / 3_600_000, millis / 60_000 % 60);
    let (seconds, thousandths) = (millis / 1_000 % 60, millis % 1_000);
    let id = random.uuid();
    let customer_id = 10_000_000 + random.below(90_000_000);
    let (first, last) = (random.pick(FIRST_NAMES), random.pick(LAST_NAMES));
    let status = random.pick(STATUSES);
    let (whole, cents, quantity) = (random.below(1_000), random.below(100), 1 + random.below(9));
    let tags: Vec<String> = (0..random.below(4)).map(|_| format!("\"{}\"", random.pick(TAGS))).collect();
    let tags = tags.join(",");
    let (street, number) = (random.pick(STREETS), 1 + random.below(300));
    let (city, country) = random.pick(CITIES).split_once('/').unwrap_or_default();
    let inner = inner(shape, random);
    let mut text = format!(
        r#"{{"event_id":"{id}","occurred_at":"{DAY}T{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}Z","customer_id":{customer_id},"customer":"{first} {last}","status":"{status}","price":{whole}.{cents:02},"quantity":{quantity},"tags":[{tags}],"address":{{"street":"{street}","number":{number},"city":"{city}","country":"{country}"{inner}}},"note":""#
    );
    let length = (shape.bytes + random.below(33) as usize).saturating_sub(16 + "\"}".len());
    while text.len() + 4 < length {
        // Writing to a text cannot fail.
        let _ = write!(text, "{} ", random.pick(WORDS));
    }
    text.push_str("\"}");
    text
}

/// Milliseconds of the day: the stream takes a day, and an event is somewhat behind its place in it.
fn time(shape: &Shape, random: &mut Random, position: u64) -> u64 {
    let place = (u128::from(position) * u128::from(DAY_MILLIS) / u128::from(shape.events)) as u64;
    let late = random.below(shape.disorder * 1_000 + 1) % DAY_MILLIS;
    (place + DAY_MILLIS - late) % DAY_MILLIS
}

fn inner(shape: &Shape, random: &mut Random) -> String {
    let mut text = String::new();
    for level in (2..=shape.nesting).rev() {
        let label = random.pick(WORDS);
        text = format!(r#","inner{level}":{{"level":{level},"label":"{label}"{text}}}"#);
    }
    text
}
