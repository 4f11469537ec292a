//! Times in zones. A column has one zone, which is in its type: where an argument names it, that is a literal.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Float64Array, TimestampMillisecondArray},
        datatypes::{DataType as Arrow, Field, FieldRef, Float64Type, TimeUnit, TimestampMillisecondType},
    },
    common::ScalarValue,
    error::{DataFusionError, Result},
    logical_expr::{
        ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
    },
};

use super::{in_range, instants, out_of_range, time, unix};
use crate::{
    functions::{
        argument::{Argument, answer},
        own::{Own, failure, invalid, not_taken, unexpected},
    },
    zone::Zone,
};

pub(crate) const AT_TIMEZONE: &str = "at_timezone";

/// A function whose result is in the zone that an argument names.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Zoned {
    which: Which,
    signature: Signature,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Which {
    /// The same instant, shown in the zone.
    At,
    /// When the clocks of the zone show this. Of two times Joda-Time's `getMillisKeepLocal`, which Trino calls, takes the one
    /// with the offset that the zone has when it is this time in UTC.
    With,
    /// Seconds since 1970.
    FromUnixtime,
}

impl Zoned {
    pub(super) fn at_timezone() -> Self {
        Self::new(Which::At)
    }

    pub(super) fn with_timezone() -> Self {
        Self::new(Which::With)
    }

    pub(super) fn from_unixtime() -> Self {
        Self::new(Which::FromUnixtime)
    }

    fn new(which: Which) -> Self {
        Self { which, signature: Signature::user_defined(Volatility::Immutable) }
    }

    /// What the arguments after the first one say: UTC where there are none, or one is null.
    fn zone(&self, given: &[Option<&ScalarValue>]) -> Result<Zone> {
        let mut literals = Vec::with_capacity(given.len());
        for argument in given.iter().skip(1) {
            let no_literal = || {
                let what = format!("{} with a zone that is not a literal", self.name());
                failure("NOT_SUPPORTED", format!("{what} is not supported by the local engine"))
            };
            literals.push(argument.ok_or_else(no_literal)?);
        }
        if literals.iter().any(|literal| literal.is_null()) {
            return Ok(Zone::Utc);
        }
        match literals.as_slice() {
            [] => Ok(Zone::Utc),
            [ScalarValue::Utf8(Some(name))] => named(name),
            [hours, minutes] => {
                let (hours, minutes) = (integer(hours)?, integer(minutes)?);
                let minutes = hours.checked_mul(60).and_then(|hours| hours.checked_add(minutes));
                let zone = minutes.and_then(Zone::of_minutes);
                zone.ok_or_else(|| invalid(format!("Invalid offset minutes {}", minutes.unwrap_or(i64::MAX))))
            }
            _ => Err(not_taken(self.name())),
        }
    }
}

/// A zone that Athena knows.
fn named(name: &str) -> Result<Zone> {
    Zone::named(name).ok_or_else(|| failure("NOT_SUPPORTED", format!("Time zone not supported: {name}")))
}

fn integer(value: &ScalarValue) -> Result<i64> {
    match value {
        ScalarValue::Int32(Some(number)) => Ok(i64::from(*number)),
        ScalarValue::Int64(Some(number)) => Ok(*number),
        other => Err(unexpected(&other.data_type())),
    }
}

impl ScalarUDFImpl for Zoned {
    fn name(&self) -> &str {
        match self.which {
            Which::At => AT_TIMEZONE,
            Which::With => "with_timezone",
            Which::FromUnixtime => "from_unixtime",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The zone stays as it is written: a conversion would be no literal any more.
    fn coerce_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        let refused = || not_taken(self.name());
        let Some((first, zone)) = given.split_first() else { return Err(refused()) };
        let first = match (self.which, first) {
            (Which::At, Arrow::Timestamp(_, None) | Arrow::Null) => instants(),
            (Which::At, zoned @ Arrow::Timestamp(..)) => time(zoned).ok_or_else(refused)?,
            // A date is its midnight.
            (Which::With, Arrow::Timestamp(_, None) | Arrow::Date32 | Arrow::Null) => {
                Arrow::Timestamp(TimeUnit::Millisecond, None)
            }
            (Which::FromUnixtime, Arrow::Null) => Arrow::Float64,
            (Which::FromUnixtime, number) if number.is_numeric() => Arrow::Float64,
            _ => return Err(refused()),
        };
        let is_integer = |arrow: &Arrow| matches!(arrow, Arrow::Int32 | Arrow::Int64 | Arrow::Null);
        let fits = match zone {
            [] => self.which == Which::FromUnixtime,
            [Arrow::Utf8 | Arrow::Null] => true,
            [hours, minutes] => self.which == Which::FromUnixtime && is_integer(hours) && is_integer(minutes),
            _ => false,
        };
        if !fits {
            return Err(refused());
        }
        Ok(std::iter::once(first).chain(zone.iter().cloned()).collect())
    }

    fn return_type(&self, _: &[Arrow]) -> Result<Arrow> {
        Err(DataFusionError::Internal(format!("{} without its arguments", self.name())))
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let zone = self.zone(args.scalar_arguments)?;
        let zoned = Arrow::Timestamp(TimeUnit::Millisecond, Some(zone.id().into()));
        Ok(Arc::new(Field::new(self.name(), zoned, true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let answers = args.return_field.data_type().clone();
        let zone = Zone::of(&answers);
        let rows = args.number_rows;
        let arguments = args.args.into_iter().map(Argument::new).collect::<Result<Vec<_>>>()?;
        let is_single = arguments.iter().all(Argument::is_single);
        let rows = if is_single { 1 } else { rows };
        let [first, zones @ ..] = arguments.as_slice() else { return Err(not_taken(self.name())) };
        // They are literals: a null one makes every row null.
        let is_null = zones.iter().any(|zone| {
            let zone = zone.array();
            *zone.data_type() == Arrow::Null || (!zone.is_empty() && zone.is_null(0))
        });
        let mut instants = Vec::with_capacity(rows);
        for row in 0..rows {
            let place = first.place(row);
            if is_null || first.array().is_null(place) {
                instants.push(None);
                continue;
            }
            let instant = match self.which {
                Which::At => timestamps(first)?.value(place),
                Which::With => {
                    let local = timestamps(first)?.value(place);
                    zone.instant_near(local, local)
                }
                Which::FromUnixtime => unix::millis(doubles(first)?.value(place)).ok_or_else(out_of_range)?,
            };
            instants.push(Some(in_range(instant, true)?));
        }
        let instants = instants.into_iter().collect::<TimestampMillisecondArray>();
        let instants: ArrayRef = Arc::new(instants.with_data_type(answers));
        answer(instants, is_single)
    }
}

fn timestamps(argument: &Argument) -> Result<&TimestampMillisecondArray> {
    let array = argument.array();
    array.as_primitive_opt::<TimestampMillisecondType>().ok_or_else(|| unexpected(array.data_type()))
}

fn doubles(argument: &Argument) -> Result<&Float64Array> {
    let array = argument.array();
    array.as_primitive_opt::<Float64Type>().ok_or_else(|| unexpected(array.data_type()))
}

/// The same instant in UTC, to be compared. A query cannot call it by its name.
pub(crate) fn in_utc() -> ScalarUDF {
    let apply = |columns: &[ArrayRef]| -> Result<ArrayRef> {
        let times = columns[0].as_primitive::<TimestampMillisecondType>().clone();
        Ok(Arc::new(times.with_data_type(instants())))
    };
    Own::new("instant_in_utc", takes_zoned, |_| instants(), apply).into()
}

/// What the clocks of its zone show. A query cannot call it by its name.
pub(crate) fn local_time() -> ScalarUDF {
    let apply = |columns: &[ArrayRef]| -> Result<ArrayRef> {
        let zone = Zone::of(columns[0].data_type());
        let times = columns[0].as_primitive::<TimestampMillisecondType>();
        let local = times.iter().map(|instant| instant.map(|instant| zone.local(instant)));
        Ok(Arc::new(local.collect::<TimestampMillisecondArray>()))
    };
    let plain = |_: &[Arrow]| Arrow::Timestamp(TimeUnit::Millisecond, None);
    Own::new("local_time_in_zone", takes_zoned, plain, apply).into()
}

fn takes_zoned(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [zoned @ Arrow::Timestamp(_, Some(_))] => Some(vec![time(zoned)?]),
        _ => None,
    }
}
