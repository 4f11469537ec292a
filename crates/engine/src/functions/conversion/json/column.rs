//! The values of a column, row by row.

use std::{collections::HashSet, sync::Arc};

use datafusion::{
    arrow::{
        array::{
            ArrayBuilder, ArrayRef, BooleanArray, Decimal128Array, Float32Array, Float64Array, Int64Array,
            LargeStringBuilder, ListArray, MapArray, StringBuilder, StructArray,
        },
        buffer::{NullBuffer, OffsetBuffer},
        compute::cast,
        datatypes::{DataType as Arrow, FieldRef, Fields},
    },
    error::Result,
};

use super::{
    Budget, Wrong,
    scalar::{self, Whole},
};
use crate::{
    functions::{
        json::{
            document::{Members, copy},
            token::{Token, Tokens, shown},
        },
        own::unexpected,
    },
    types::JSON,
};

/// What a value takes besides the bytes of its text.
const VALUE: usize = 16;

type Done = std::result::Result<(), Wrong>;

/// The values so far, by their type.
pub(super) enum Column {
    Boolean(Vec<Option<bool>>),
    Whole(Vec<Option<i64>>, Whole, Arrow),
    Real(Vec<Option<f32>>),
    Double(Vec<Option<f64>>),
    Decimal(Vec<Option<i128>>, u8, i8),
    Text(StringBuilder),
    Json(LargeStringBuilder),
    Array(Box<Column>, Ranges, FieldRef),
    /// The keys and the values, of the type.
    Map(Box<[Column; 2]>, Ranges, FieldRef, bool),
    /// The fields, and whether each row is one.
    Row(Vec<Column>, Vec<bool>, Fields),
}

/// Which of the parts belong to each row.
pub(super) struct Ranges {
    ends: Vec<i32>,
    are_valid: Vec<bool>,
}

impl Ranges {
    fn new() -> Self {
        Self { ends: vec![0], are_valid: Vec::new() }
    }

    /// Ends a row with so many parts in all.
    fn end(&mut self, parts: usize, is_valid: bool) -> Done {
        self.ends.push(i32::try_from(parts).map_err(|_| Wrong::TooMuch)?);
        self.are_valid.push(is_valid);
        Ok(())
    }

    fn finish(self) -> (OffsetBuffer<i32>, Option<NullBuffer>) {
        (OffsetBuffer::new(self.ends.into()), Some(NullBuffer::from(self.are_valid)))
    }
}

impl Column {
    pub(super) fn of(to: &Arrow) -> Result<Self> {
        let whole = |whole| Self::Whole(Vec::new(), whole, to.clone());
        Ok(match to {
            Arrow::Boolean => Self::Boolean(Vec::new()),
            Arrow::Int8 => whole(Whole::TinyInt),
            Arrow::Int16 => whole(Whole::SmallInt),
            Arrow::Int32 => whole(Whole::Integer),
            Arrow::Int64 => whole(Whole::BigInt),
            Arrow::Float32 => Self::Real(Vec::new()),
            Arrow::Float64 => Self::Double(Vec::new()),
            Arrow::Decimal128(precision, scale) => Self::Decimal(Vec::new(), *precision, *scale),
            Arrow::Utf8 => Self::Text(StringBuilder::new()),
            json if *json == JSON => Self::Json(LargeStringBuilder::new()),
            Arrow::List(element) => {
                let elements = Box::new(Self::of(element.data_type())?);
                Self::Array(elements, Ranges::new(), Arc::clone(element))
            }
            Arrow::Map(entries, is_sorted) => match entries.data_type() {
                Arrow::Struct(pair) if pair.len() == 2 => {
                    let columns = [Self::of(pair[0].data_type())?, Self::of(pair[1].data_type())?];
                    Self::Map(Box::new(columns), Ranges::new(), Arc::clone(entries), *is_sorted)
                }
                other => return Err(unexpected(other)),
            },
            Arrow::Struct(fields) => {
                let columns = fields.iter().map(|field| Self::of(field.data_type()));
                Self::Row(columns.collect::<Result<_>>()?, Vec::new(), fields.clone())
            }
            other => return Err(unexpected(other)),
        })
    }

    /// Appends the value that begins with the token, and goes to its end.
    pub(super) fn append<'d>(
        &mut self,
        tokens: &mut Tokens<'d>,
        first: Token<'d>,
        budget: &mut Budget,
    ) -> Done {
        budget.take(VALUE)?;
        match self {
            Self::Boolean(values) => values.push(scalar::boolean(first)?),
            Self::Whole(values, to, _) => values.push(scalar::whole(first, *to)?),
            Self::Real(values) => values.push(scalar::real(first)?),
            Self::Double(values) => values.push(scalar::double(first)?),
            Self::Decimal(values, precision, scale) => {
                let places = u8::try_from(*scale).unwrap_or_default();
                values.push(scalar::decimal(first, *precision, places)?);
            }
            Self::Text(values) => {
                let text = scalar::varchar(first)?;
                budget.take(text.as_deref().map_or(0, str::len))?;
                values.append_option(text);
            }
            Self::Json(values) => {
                let mut text = Vec::new();
                copy(tokens, first, Members::AsTheyCome, &mut text)?;
                budget.take(text.len())?;
                values.append_value(String::from_utf8(text).map_err(|_| Wrong::Other)?);
            }
            _ if first == Token::Null => return self.append_null(budget),
            Self::Array(elements, ranges, _) => {
                if first != Token::StartArray {
                    let found = scalar::text(first);
                    return Err(Wrong::Kind(format!("Expected a json array, but got {found}")));
                }
                loop {
                    match tokens.expect()? {
                        Token::EndArray => break,
                        element => elements.append(tokens, element, budget)?,
                    }
                }
                ranges.end(elements.len(), true)?;
            }
            Self::Map(pair, ranges, ..) => {
                if first != Token::StartObject {
                    let found = scalar::text(first);
                    return Err(Wrong::Kind(format!("Expected a json object, but got {found}")));
                }
                let [keys, values] = &mut **pair;
                let mut known = HashSet::new();
                while let Token::Name(written) = tokens.expect()? {
                    if !known.insert(shown(written)) {
                        return Err(Wrong::Kind("Duplicate keys are not allowed".to_owned()));
                    }
                    keys.append(tokens, Token::Text(written), budget)?;
                    let value = tokens.expect()?;
                    values.append(tokens, value, budget)?;
                }
                ranges.end(values.len(), true)?;
            }
            Self::Row(columns, are_valid, fields) => {
                match first {
                    Token::StartArray => {
                        for column in columns.iter_mut() {
                            let value = tokens.expect()?;
                            column.append(tokens, value, budget)?;
                        }
                        let end = tokens.expect()?;
                        if end != Token::EndArray {
                            let found = scalar::text(end);
                            return Err(Wrong::Kind(format!("Expected json array ending, but got {found}")));
                        }
                    }
                    Token::StartObject => members(columns, fields, tokens, budget)?,
                    other => {
                        let found = scalar::text(other);
                        let message = format!("Expected a json array or object, but got {found}");
                        return Err(Wrong::Kind(message));
                    }
                }
                are_valid.push(true);
            }
        }
        Ok(())
    }

    pub(super) fn append_null(&mut self, budget: &mut Budget) -> Done {
        budget.take(VALUE)?;
        match self {
            Self::Boolean(values) => values.push(None),
            Self::Whole(values, ..) => values.push(None),
            Self::Real(values) => values.push(None),
            Self::Double(values) => values.push(None),
            Self::Decimal(values, ..) => values.push(None),
            Self::Text(values) => values.append_null(),
            Self::Json(values) => values.append_null(),
            Self::Array(elements, ranges, _) => ranges.end(elements.len(), false)?,
            Self::Map(pair, ranges, ..) => ranges.end(pair[1].len(), false)?,
            Self::Row(columns, are_valid, _) => {
                columns.iter_mut().try_for_each(|column| column.append_null(budget))?;
                are_valid.push(false);
            }
        }
        Ok(())
    }

    fn len(&self) -> usize {
        match self {
            Self::Boolean(values) => values.len(),
            Self::Whole(values, ..) => values.len(),
            Self::Real(values) => values.len(),
            Self::Double(values) => values.len(),
            Self::Decimal(values, ..) => values.len(),
            Self::Text(values) => values.len(),
            Self::Json(values) => values.len(),
            Self::Array(_, ranges, _) | Self::Map(_, ranges, ..) => ranges.are_valid.len(),
            Self::Row(_, are_valid, _) => are_valid.len(),
        }
    }

    pub(super) fn finish(self) -> Result<ArrayRef> {
        Ok(match self {
            Self::Boolean(values) => Arc::new(BooleanArray::from(values)),
            Self::Whole(values, _, to) => cast(&Int64Array::from(values), &to)?,
            Self::Real(values) => Arc::new(Float32Array::from(values)),
            Self::Double(values) => Arc::new(Float64Array::from(values)),
            Self::Decimal(values, precision, scale) => {
                let decimals: Decimal128Array = values.into_iter().collect();
                Arc::new(decimals.with_precision_and_scale(precision, scale)?)
            }
            Self::Text(mut values) => Arc::new(values.finish()),
            Self::Json(mut values) => Arc::new(values.finish()),
            Self::Array(elements, ranges, field) => {
                let (offsets, nulls) = ranges.finish();
                Arc::new(ListArray::try_new(field, offsets, elements.finish()?, nulls)?)
            }
            Self::Map(pair, ranges, entries, is_sorted) => {
                let (offsets, nulls) = ranges.finish();
                let [keys, values] = *pair;
                let columns = vec![keys.finish()?, values.finish()?];
                let fields = match entries.data_type() {
                    Arrow::Struct(fields) => fields.clone(),
                    other => return Err(unexpected(other)),
                };
                let pairs = StructArray::try_new(fields, columns, None)?;
                Arc::new(MapArray::try_new(entries, offsets, pairs, nulls, is_sorted)?)
            }
            Self::Row(columns, are_valid, fields) => {
                let columns = columns.into_iter().map(Self::finish).collect::<Result<Vec<_>>>()?;
                let nulls = Some(NullBuffer::from(are_valid));
                Arc::new(StructArray::try_new(fields, columns, nulls)?)
            }
        })
    }
}

/// The members of an object as the fields of a row, by their names. A field without a member is null.
fn members(columns: &mut [Column], fields: &Fields, tokens: &mut Tokens<'_>, budget: &mut Budget) -> Done {
    let mut are_written = vec![false; columns.len()];
    while let Token::Name(written) = tokens.expect()? {
        let name = shown(written).to_lowercase();
        let value = tokens.expect()?;
        let Some(place) = fields.iter().position(|field| *field.name() == name) else {
            tokens.skip(value)?;
            continue;
        };
        if std::mem::replace(&mut are_written[place], true) {
            return Err(Wrong::Kind(format!("Duplicate field: {name}")));
        }
        columns[place].append(tokens, value, budget)?;
    }
    let mut missing = columns.iter_mut().zip(are_written).filter(|(_, is_written)| !is_written);
    missing.try_for_each(|(column, _)| column.append_null(budget))
}
