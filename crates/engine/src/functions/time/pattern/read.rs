//! Texts read by a pattern.

use chrono_tz::TZ_VARIANTS;
use datafusion::error::Result;

use super::{Field, HALVES, Item, MONTHS, Name, Pattern, SHORT, WEEKDAYS};
use crate::{
    functions::own::{invalid, unsupported_value},
    zone::Zone,
};

/// What a text says.
#[derive(Debug, Default)]
pub(in crate::functions::time) struct Read {
    pub(super) year: Option<i64>,
    pub(super) weekyear: Option<i64>,
    pub(super) month: Option<i64>,
    pub(super) week: Option<i64>,
    pub(super) day: Option<i64>,
    pub(super) day_of_year: Option<i64>,
    pub(super) day_of_week: Option<i64>,
    /// 0 or 1.
    pub(super) half: Option<i64>,
    pub(super) hour: Option<i64>,
    pub(super) clock_hour: Option<i64>,
    pub(super) hour_of_half: Option<i64>,
    pub(super) clock_hour_of_half: Option<i64>,
    pub(super) minute: Option<i64>,
    pub(super) second: Option<i64>,
    pub(super) millis: i64,
    /// The zone that it names.
    pub(in crate::functions::time) zone: Option<Zone>,
}

/// The zones of the short names that Joda-Time reads.
const ZONE_NAMES: [(&str, &str); 11] = [
    ("UTC", "UTC"),
    ("GMT", "UTC"),
    ("EST", "America/New_York"),
    ("EDT", "America/New_York"),
    ("CST", "America/Chicago"),
    ("CDT", "America/Chicago"),
    ("MST", "America/Denver"),
    ("MDT", "America/Denver"),
    ("PST", "America/Los_Angeles"),
    ("PDT", "America/Los_Angeles"),
    ("UT", "UTC"),
];

impl Pattern {
    /// Reads the whole text.
    pub(in crate::functions::time) fn read(&self, text: &str) -> Result<Read> {
        let mut read = Read::default();
        let mut rest = text;
        for item in &self.items {
            let malformed = || malformed(text, text.len() - rest.len());
            rest = match item {
                Item::Literal(literal) => after_literal(rest, literal).ok_or_else(malformed)?,
                Item::Number { field, most, .. } => {
                    let is_signed = matches!(field, Field::Year | Field::Weekyear);
                    let (number, rest) = number(rest, *most, is_signed).ok_or_else(malformed)?;
                    read.set(*field, number)?;
                    rest
                }
                Item::ShortYear => {
                    let (number, rest) = two_digits(rest).ok_or_else(malformed)?;
                    read.year = Some(if number < 70 { 2_000 + number } else { 1_900 + number });
                    rest
                }
                Item::YearOfTheDay(_) => {
                    let what = "a year of two digits, which means another one as time passes,";
                    return Err(unsupported_value(what));
                }
                Item::Name { name, .. } => read.name(*name, rest).ok_or_else(malformed)?,
                Item::Fraction { most, .. } => {
                    let (millis, rest) = fraction(rest, *most).ok_or_else(malformed)?;
                    read.millis = millis;
                    rest
                }
                Item::Offset { .. } => {
                    let (zone, rest) = offset(rest).ok_or_else(malformed)?;
                    read.zone = Some(zone);
                    rest
                }
                Item::ZoneId => {
                    let (zone, rest) = zone_id(rest).ok_or_else(malformed)?;
                    read.zone = Some(zone);
                    rest
                }
                // Joda-Time only writes them.
                Item::ZoneName { is_short: false } => return Err(invalid("Parsing not supported")),
                Item::ZoneName { is_short: true } => {
                    let found = ZONE_NAMES.iter().find_map(|(name, zone)| {
                        let rest = rest.strip_prefix(name)?;
                        Some((Zone::named(zone)?, rest))
                    });
                    let (zone, rest) = found.ok_or_else(malformed)?;
                    read.zone = Some(zone);
                    rest
                }
            };
        }
        if rest.is_empty() { Ok(read) } else { Err(malformed(text, text.len() - rest.len())) }
    }
}

impl Read {
    fn set(&mut self, field: Field, number: i64) -> Result<()> {
        let place = match field {
            Field::Century => return Err(unsupported_value("a century that is read by a pattern")),
            Field::Year | Field::YearOfEra => &mut self.year,
            Field::Weekyear => &mut self.weekyear,
            Field::Month => &mut self.month,
            Field::Week => &mut self.week,
            Field::Day => &mut self.day,
            Field::DayOfYear => &mut self.day_of_year,
            Field::DayOfWeek => &mut self.day_of_week,
            Field::Hour => &mut self.hour,
            Field::ClockHour => &mut self.clock_hour,
            Field::HourOfHalf => &mut self.hour_of_half,
            Field::ClockHourOfHalf => &mut self.clock_hour_of_half,
            Field::Minute => &mut self.minute,
            Field::Second => &mut self.second,
        };
        *place = Some(number);
        Ok(())
    }

    /// What follows the longest name that the text begins with.
    fn name<'t>(&mut self, name: Name, text: &'t str) -> Option<&'t str> {
        let (place, rest) = match name {
            // That before our era is not read.
            Name::Era => longest(&["AD"], text)?,
            Name::Month => longest(&MONTHS, text)?,
            Name::Weekday => longest(&WEEKDAYS, text)?,
            Name::Half => longest(&HALVES, text)?,
        };
        match name {
            Name::Era => {}
            Name::Month => self.month = Some(place + 1),
            Name::Weekday => self.day_of_week = Some(place + 1),
            Name::Half => self.half = Some(place),
        }
        Some(rest)
    }
}

/// The place of the name, in full or short, as it is, in lower or in upper case.
fn longest<'t>(names: &[&str], text: &'t str) -> Option<(i64, &'t str)> {
    let is_at_start = |name: &str| {
        let found = text.get(..name.len())?;
        let is_same = found == name || found == name.to_lowercase() || found == name.to_uppercase();
        is_same.then(|| &text[name.len()..])
    };
    let full = names.iter().zip(0..).find_map(|(&name, place)| Some((place, is_at_start(name)?)));
    full.or_else(|| {
        names.iter().zip(0..).find_map(|(&name, place)| Some((place, is_at_start(name.get(..SHORT)?)?)))
    })
}

/// In any case, as Joda-Time reads literal text.
fn after_literal<'t>(text: &'t str, literal: &str) -> Option<&'t str> {
    let mut rest = text.chars();
    let is_same = |a: char, b: char| a == b || a.to_lowercase().eq(b.to_lowercase());
    literal
        .chars()
        .all(|wanted| rest.next().is_some_and(|found| is_same(wanted, found)))
        .then_some(rest.as_str())
}

fn number(text: &str, most: usize, is_signed: bool) -> Option<(i64, &str)> {
    let (sign, digits) = match text.as_bytes() {
        [b'-', ..] if is_signed => (-1, &text[1..]),
        [b'+', ..] if is_signed => (1, &text[1..]),
        _ => (1, text),
    };
    let length = digits.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (digits, rest) = digits.split_at(length);
    // Java counts them in 32 bits.
    let number = digits.parse::<i32>().ok()?;
    Some((sign * i64::from(number), rest))
}

fn two_digits(text: &str) -> Option<(i64, &str)> {
    let digits = text.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some((digits.parse().ok()?, &text[2..]))
}

/// In milliseconds; what is shorter is cut off.
fn fraction(text: &str, most: usize) -> Option<(i64, &str)> {
    let length = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(length);
    let millis = format!("{digits:0<3}");
    if length == 0 { None } else { Some((millis.get(..SHORT)?.parse().ok()?, rest)) }
}

/// `Z`, `+02`, `+0200` or `+02:00`.
fn offset(text: &str) -> Option<(Zone, &str)> {
    if let Some(rest) = text.strip_prefix('Z') {
        return Some((Zone::Utc, rest));
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, rest) = two_digits(&text[1..])?;
    let behind = rest.strip_prefix(':').unwrap_or(rest);
    let (minutes, rest) = two_digits(behind).unwrap_or((0, rest));
    let fits = hours < 24 && minutes < 60;
    let zone = Zone::of_minutes(sign * (hours * 60 + minutes)).filter(|_| fits)?;
    Some((zone, rest))
}

/// The longest name of a zone that the text begins with, as the IANA database spells it: Joda-Time knows no other one here.
fn zone_id(text: &str) -> Option<(Zone, &str)> {
    let is_of_name = |character: char| character.is_ascii_alphanumeric() || "+-:/_".contains(character);
    let mut end = text.find(|character| !is_of_name(character)).unwrap_or(text.len()).min(40);
    while end > 0 {
        let (name, rest) = text.split_at(end);
        if TZ_VARIANTS.iter().any(|zone| zone.name() == name)
            && let Some(zone) = Zone::named(name)
        {
            return Some((zone, rest));
        }
        end -= 1;
    }
    None
}

/// In the words of Joda-Time, for a text that goes on in another way than the pattern.
fn malformed(text: &str, place: usize) -> datafusion::error::DataFusionError {
    const SHOWN: usize = 32;
    let rest = text.get(place..).unwrap_or_default();
    let cut = rest.char_indices().nth(SHOWN + 3).and_then(|_| rest.char_indices().nth(SHOWN));
    let (sample, rest) = match cut {
        None => (text.to_owned(), rest.to_owned()),
        Some((end, _)) => (format!("{}...", &text[..place + end]), format!("{}...", &rest[..end])),
    };
    invalid(match (place, rest.is_empty()) {
        (0, _) => format!("Invalid format: \"{sample}\""),
        (_, true) => format!("Invalid format: \"{sample}\" is too short"),
        (_, false) => format!("Invalid format: \"{sample}\" is malformed at \"{rest}\""),
    })
}
