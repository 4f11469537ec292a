//! Numbers and strings: which types would take all of them.

use domain::{
    DataType,
    json::Raw,
    value::{self, Unit, Value},
};

use super::super::number::{Digits, Kept, digits, kept};

/// From here on neighbouring integers are the same double.
const UNSAFE: u64 = 1 << 53;

/// Numbers from 2001 to 2103, read as seconds.
const SECONDS: std::ops::Range<f64> = 1e9..4.2e9;

/// What was seen of numbers.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Numbers {
    pub(in super::super) count: u64,
    /// Those that a bigint takes.
    pub(in super::super) bigints: u64,
    /// Of these, those that a double may not tell from their neighbours.
    pub(in super::super) unsafe_integers: u64,
    /// Those that a double takes.
    pub(in super::super) doubles: u64,
    /// Those that are written with a point or an exponent.
    pub(in super::super) fractional: u64,
    /// Those of more than 15 digits that are a double's shortest text: what a program made of a double.
    pub(in super::super) long_doubles: u64,
    /// Those that a double does not keep.
    pub(in super::super) inexact: u64,
    /// Those that may be times of this century, in seconds.
    pub(in super::super) seconds: u64,
    /// In milliseconds.
    pub(in super::super) milliseconds: u64,
    /// In microseconds or nanoseconds.
    pub(in super::super) finer: u64,
    /// Digits enough for all of them.
    pub(in super::super) digits: Digits,
    /// Those that no decimal takes.
    pub(in super::super) huge: u64,
    /// The smallest and the largest one.
    pub(in super::super) range: Option<(f64, f64)>,
}

impl Numbers {
    pub(super) fn add(&mut self, raw: Raw<'_>) {
        self.count += 1;
        if let Ok(Value::BigInt(number)) = value::parse(&DataType::BigInt, raw) {
            self.bigints += 1;
            self.unsafe_integers += u64::from(number.unsigned_abs() > UNSAFE);
        }
        self.fractional += u64::from(raw.text().contains(['.', 'e', 'E']));
        if let Ok(Value::Double(number)) = value::parse(&DataType::Double, raw) {
            self.doubles += 1;
            match kept(raw.text(), number) {
                Kept::Few => {}
                Kept::Shortest => self.long_doubles += 1,
                Kept::Not => self.inexact += 1,
            }
            let within = |factor: f64| SECONDS.contains(&(number / factor));
            let takes = |unit| value::epoch(unit, raw).is_ok();
            self.seconds += u64::from(within(1.0) && takes(Unit::Seconds));
            self.milliseconds += u64::from(within(1e3) && takes(Unit::Milliseconds));
            self.finer += u64::from(within(1e6) || within(1e9));
            self.widen(number, number);
        }
        match digits(raw.text()) {
            Some(digits) => self.digits = self.digits.max(digits),
            None => self.huge += 1,
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.bigints += other.bigints;
        self.unsafe_integers += other.unsafe_integers;
        self.doubles += other.doubles;
        self.fractional += other.fractional;
        self.long_doubles += other.long_doubles;
        self.inexact += other.inexact;
        self.seconds += other.seconds;
        self.milliseconds += other.milliseconds;
        self.finer += other.finer;
        self.digits = self.digits.max(other.digits);
        self.huge += other.huge;
        if let Some((least, most)) = other.range {
            self.widen(least, most);
        }
    }

    fn widen(&mut self, least: f64, most: f64) {
        let (before_least, before_most) = self.range.unwrap_or((least, most));
        self.range = Some((before_least.min(least), before_most.max(most)));
    }
}

/// What was seen of strings.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Strings {
    pub(in super::super) count: u64,
    pub(in super::super) dates: u64,
    pub(in super::super) timestamps: u64,
    /// Times without an offset, which nobody can place.
    pub(in super::super) local_times: u64,
    /// Numbers in quotes, but for those that begin with zeros, as codes do.
    pub(in super::super) numbers: u64,
    /// Digits enough for them.
    pub(in super::super) digits: Digits,
    /// Numbers with commas, before the fraction or between thousands: `1,50`, `1.234,50`, `1,234.50`.
    pub(in super::super) comma_numbers: u64,
    /// The first of them.
    pub(in super::super) comma_number: Option<String>,
    /// `true` and `false` in quotes.
    pub(in super::super) booleans: u64,
    /// The first one that is no number.
    pub(in super::super) other: Option<String>,
    /// The first one that is neither a date nor a time.
    pub(in super::super) timeless: Option<String>,
    /// Those without anything but white space.
    pub(in super::super) empty: u64,
    /// Those that programs write where there is no value.
    pub(in super::super) null_texts: u64,
    /// The first of them.
    pub(in super::super) null_text: Option<String>,
    /// The earliest and the latest of dates and timestamps, in milliseconds.
    pub(in super::super) range: Option<(i64, i64)>,
}

const DAY: i64 = 86_400_000;

/// What databases, R and pandas write where there is no value, when nobody tells them otherwise.
const NULL_TEXTS: [&str; 9] = ["NULL", "Null", "null", "\\N", "NA", "N/A", "NaN", "nan", "None"];

impl Strings {
    pub(super) fn add(&mut self, raw: Raw<'_>) {
        self.count += 1;
        let mut is_time = false;
        if let Ok(Value::Date(days)) = value::parse(&DataType::Date, raw) {
            self.dates += 1;
            self.widen(i64::from(days) * DAY, i64::from(days) * DAY);
            is_time = true;
        }
        if let Ok(Value::Timestamp(millis)) = value::parse(&DataType::Timestamp, raw) {
            self.timestamps += 1;
            self.widen(millis, millis);
            is_time = true;
        }
        let text = raw.string().unwrap_or_default();
        if value::rfc3339(format!("{text}Z")).is_some() {
            self.local_times += 1;
            is_time = true;
        }
        self.empty += u64::from(text.trim().is_empty());
        if !is_time && self.timeless.is_none() {
            self.timeless = Some(String::from(&*text));
        }
        self.booleans += u64::from(text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false"));
        if NULL_TEXTS.contains(&&*text) {
            self.null_texts += 1;
            if self.null_text.is_none() {
                self.null_text = Some(String::from(&*text));
            }
        }
        if has_commas(&text) {
            self.comma_numbers += 1;
            if self.comma_number.is_none() {
                self.comma_number = Some(String::from(&*text));
            }
        }
        let is_code = text.trim_start_matches('-').starts_with('0') && !text.contains('.') && text.len() > 1;
        if let Some(digits) = digits(&text).filter(|_| !is_code) {
            self.numbers += 1;
            self.digits = self.digits.max(digits);
        } else if self.other.is_none() {
            self.other = Some(text.into_owned());
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        if self.other.is_none() {
            self.other.clone_from(&other.other);
        }
        if self.timeless.is_none() {
            self.timeless.clone_from(&other.timeless);
        }
        if self.null_text.is_none() {
            self.null_text.clone_from(&other.null_text);
        }
        self.empty += other.empty;
        self.null_texts += other.null_texts;
        self.count += other.count;
        self.dates += other.dates;
        self.timestamps += other.timestamps;
        self.local_times += other.local_times;
        self.numbers += other.numbers;
        self.digits = self.digits.max(other.digits);
        if self.comma_number.is_none() {
            self.comma_number.clone_from(&other.comma_number);
        }
        self.comma_numbers += other.comma_numbers;
        self.booleans += other.booleans;
        if let Some((earliest, latest)) = other.range {
            self.widen(earliest, latest);
        }
    }

    fn widen(&mut self, earliest: i64, latest: i64) {
        let (before_earliest, before_latest) = self.range.unwrap_or((earliest, latest));
        self.range = Some((before_earliest.min(earliest), before_latest.max(latest)));
    }
}

/// Whether a text is a number as people write it, with a comma before the fraction or between thousands.
fn has_commas(text: &str) -> bool {
    let unsigned = text.trim().trim_start_matches(['-', '+']);
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_whole = |text: &str, between: char| {
        let mut groups = text.split(between);
        let first = groups.next().unwrap_or_default();
        let mut is_grouped = false;
        let rest = groups.all(|group| {
            is_grouped = true;
            group.len() == 3 && is_digits(group)
        });
        is_digits(first) && rest && (!is_grouped || first.len() <= 3)
    };
    let european =
        unsigned.split_once(',').is_some_and(|(whole, fraction)| is_whole(whole, '.') && is_digits(fraction));
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    european || whole.contains(',') && is_whole(whole, ',') && is_digits(fraction)
}
