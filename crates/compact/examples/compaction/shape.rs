//! What the events are like: the options of the command line.

use std::num::ParseIntError;

/// The numbers that decide every event. The same shape makes the same bytes.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    pub(crate) seed: u64,
    pub(crate) events: u64,
    /// How many landing batches they are shared out to, evenly and in order.
    pub(crate) objects: u64,
    /// The bytes of an event, on average: a note fills up what its fields leave.
    pub(crate) bytes: usize,
    /// Of a hundred events so many are an earlier one once more, on average.
    pub(crate) duplicates: u64,
    /// An event's time is up to so many seconds before its place in the stream; a day's worth is any order.
    pub(crate) disorder: u64,
    /// Levels of structs within `address`, itself included.
    pub(crate) nesting: u32,
}

/// An option that is not one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvalidOption {
    #[error("{0} is no option: see the top of main.rs")]
    Unknown(String),
    #[error("{0} needs a number behind it")]
    NoValue(String),
    #[error("{name} {value} is not a number")]
    NotANumber { name: String, value: String, source: ParseIntError },
    #[error(
        "{0}: at least 1 event in 1 object, at least 1 level of structs, and less than 100 percent duplicates"
    )]
    OutOfRange(&'static str),
}

impl Shape {
    /// Reads `--name number` pairs over the defaults, which are those of the published figures.
    pub(crate) fn read(options: &[&str]) -> Result<Self, InvalidOption> {
        let mut shape = Self {
            seed: 16,
            events: 2_000_000,
            objects: 200,
            bytes: 314,
            duplicates: 5,
            disorder: 600,
            nesting: 1,
        };
        for pair in options.chunks(2) {
            let [name, value] = *pair else { return Err(InvalidOption::NoValue(pair.concat())) };
            let number = value.parse::<u64>().map_err(|source| InvalidOption::NotANumber {
                name: name.to_owned(),
                value: value.to_owned(),
                source,
            })?;
            match name {
                "--seed" => shape.seed = number,
                "--events" => shape.events = number,
                "--objects" => shape.objects = number,
                "--bytes" => shape.bytes = usize::try_from(number).unwrap_or(usize::MAX).min(1 << 20),
                "--duplicates" => shape.duplicates = number,
                "--disorder" => shape.disorder = number,
                "--nesting" => shape.nesting = u32::try_from(number).unwrap_or(u32::MAX).min(16),
                _ => return Err(InvalidOption::Unknown(name.to_owned())),
            }
        }
        match &shape {
            Self { events: 0, .. } => Err(InvalidOption::OutOfRange("--events")),
            Self { objects: 0, .. } => Err(InvalidOption::OutOfRange("--objects")),
            Self { nesting: 0, .. } => Err(InvalidOption::OutOfRange("--nesting")),
            Self { duplicates: 100.., .. } => Err(InvalidOption::OutOfRange("--duplicates")),
            _ => Ok(shape),
        }
    }

    /// Which events are in this object.
    pub(crate) fn positions(&self, object: u64) -> std::ops::Range<u64> {
        self.events * object / self.objects..self.events * (object + 1) / self.objects
    }
}
