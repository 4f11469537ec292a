//! Texts that repeat, as numbers into a dictionary.
//!
//! Chunks of new rows come from the parser with a dictionary for each column of texts in which few are different, within
//! structs and arrays too. Before rows are gathered, all chunks of a column get one dictionary in common, so that of the
//! texts only their numbers are moved. Where there can be none, each chunk keeps its own, and a row gets its text when it is
//! gathered. Which columns have one decides how fast files are written, and not what is in them.

use std::{collections::HashMap, sync::Arc};

use arrow::{
    array::{
        Array, ArrayRef, AsArray, DictionaryArray, ListArray, PrimitiveArray, RecordBatch, StringArray,
        StructArray, new_empty_array,
    },
    compute::take,
    datatypes::{DataType, FieldRef, Schema, SchemaRef, UInt16Type},
    error::ArrowError,
};

/// The most texts of a dictionary: as many as its numbers tell apart.
const MOST: usize = 1 << 16;

/// The most bytes of its texts. Each run has one in memory, unpacked, with the texts of all runs before it.
const MOST_BYTES: usize = 16 << 20;

/// Whether there is a dictionary somewhere in this type.
pub(crate) fn is_coded(data_type: &DataType) -> bool {
    match data_type {
        DataType::Dictionary(..) => true,
        DataType::List(element) => is_coded(element.data_type()),
        DataType::Struct(fields) => fields.iter().any(|field| is_coded(field.data_type())),
        _ => false,
    }
}

/// The field with the type of the array, which may have dictionaries.
pub(crate) fn with_type(field: &FieldRef, array: &ArrayRef) -> FieldRef {
    if field.data_type() == array.data_type() {
        return Arc::clone(field);
    }
    Arc::new(field.as_ref().clone().with_data_type(array.data_type().clone()))
}

/// A batch of these columns, which may have dictionaries where the schema has none.
pub(crate) fn batch(schema: &SchemaRef, columns: Vec<ArrayRef>) -> Result<RecordBatch, ArrowError> {
    let fields = schema.fields().iter().zip(&columns);
    let fields: Vec<FieldRef> = fields.map(|(field, column)| with_type(field, column)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}

/// The array with its texts in place of all numbers.
pub(crate) fn plain(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    if !is_coded(array.data_type()) {
        return Ok(Arc::clone(array));
    }
    with_parts(array, &mut |part| {
        let coded = part.as_dictionary::<UInt16Type>();
        take(coded.values(), coded.keys(), None)
    })
}

/// The array with the dictionaries of this one, which begin with its own; with texts where this one has none.
pub(crate) fn with_dictionary_of(array: &ArrayRef, of: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    if !is_coded(array.data_type()) {
        return Ok(Arc::clone(array));
    }
    match of.data_type() {
        DataType::Dictionary(..) => {
            let values = Arc::clone(of.as_dictionary::<UInt16Type>().values());
            let codes = array.as_dictionary::<UInt16Type>().keys().clone();
            Ok(Arc::new(DictionaryArray::try_new(codes, values)?))
        }
        DataType::Struct(_) => {
            let columns = array.as_struct().columns().iter().zip(of.as_struct().columns());
            let columns = columns.map(|(column, of)| with_dictionary_of(column, of));
            with_children(array, columns.collect::<Result<_, _>>()?)
        }
        DataType::List(_) => {
            let (elements, of) = (array.as_list::<i32>().values(), of.as_list::<i32>().values());
            with_children(array, vec![with_dictionary_of(elements, of)?])
        }
        _ => plain(array),
    }
}

/// No values, with the dictionaries of this array. Of the array nothing else stays in memory.
pub(crate) fn dictionaries(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    with_dictionary_of(&new_empty_array(array.data_type()), array)
}

/// Bytes of the values as if there were no dictionary.
pub(crate) fn bytes(array: &ArrayRef) -> usize {
    let nulls = if array.nulls().is_some() { array.len().div_ceil(8) } else { 0 };
    nulls
        + match array.data_type() {
            DataType::Dictionary(..) => {
                let coded = array.as_dictionary::<UInt16Type>();
                let texts = coded.values().as_string::<i32>();
                let length = |code: u16| texts.value_length(code.into()) as usize;
                let lengths: usize = match coded.null_count() {
                    0 => coded.keys().values().iter().map(|code| length(*code)).sum(),
                    _ => coded.keys().iter().flatten().map(length).sum(),
                };
                size_of::<i32>() * (array.len() + 1) + lengths
            }
            DataType::List(_) => {
                let list = array.as_list::<i32>();
                let [begin, end] = [0, list.len()].map(|at| list.value_offsets()[at] as usize);
                size_of::<i32>() * (array.len() + 1) + bytes(&list.values().slice(begin, end - begin))
            }
            DataType::Struct(_) => array.as_struct().columns().iter().map(bytes).sum(),
            _ => {
                array.to_data().get_slice_memory_size().unwrap_or_else(|_| array.get_array_memory_size())
                    - nulls
            }
        }
}

/// One column of all chunks, of this type without dictionaries. Where all chunks have a dictionary, they get one in common,
/// if it is not too large. Where they do not, each stays as it is: to give each row its own text would take memory that
/// nobody counted. Answers first no values, of the type that values get when they are gathered: with the dictionary in
/// common, or of texts.
pub(crate) fn with_one_dictionary(
    plain: &DataType,
    chunks: Vec<ArrayRef>,
) -> Result<(ArrayRef, Vec<ArrayRef>), ArrowError> {
    let none = new_empty_array(plain);
    if !chunks.iter().any(|chunk| is_coded(chunk.data_type())) {
        return Ok((none, chunks));
    }
    match plain {
        DataType::Struct(fields) => {
            let (mut likes, mut columns) =
                (Vec::with_capacity(fields.len()), Vec::with_capacity(fields.len()));
            for (index, field) in fields.iter().enumerate() {
                let parts = chunks.iter().map(|chunk| Arc::clone(chunk.as_struct().column(index))).collect();
                let (like, parts) = with_one_dictionary(field.data_type(), parts)?;
                likes.push(like);
                columns.push(parts.into_iter());
            }
            let with_columns = |chunk: &ArrayRef| -> Result<ArrayRef, ArrowError> {
                with_children(chunk, columns.iter_mut().filter_map(Iterator::next).collect())
            };
            Ok((with_children(&none, likes)?, chunks.iter().map(with_columns).collect::<Result<_, _>>()?))
        }
        DataType::List(element) => {
            let parts = chunks.iter().map(|chunk| Arc::clone(chunk.as_list::<i32>().values())).collect();
            let (like, parts) = with_one_dictionary(element.data_type(), parts)?;
            let chunks = chunks.iter().zip(parts).map(|(chunk, part)| with_children(chunk, vec![part]));
            Ok((with_children(&none, vec![like])?, chunks.collect::<Result<_, _>>()?))
        }
        _ => match common(&chunks)? {
            Some(coded) => {
                let like = coded.first().map(dictionaries).transpose()?;
                Ok((like.unwrap_or(none), coded))
            }
            None => Ok((none, chunks)),
        },
    }
}

/// Texts of all chunks with one dictionary, in order of appearance; `None` if one of them has no dictionary, or if the texts
/// are too many or too long for one.
fn common(chunks: &[ArrayRef]) -> Result<Option<Vec<ArrayRef>>, ArrowError> {
    let coded: Option<Vec<&DictionaryArray<UInt16Type>>> =
        chunks.iter().map(|chunk| chunk.as_dictionary_opt()).collect();
    let Some(coded) = coded else { return Ok(None) };
    let (mut numbers, mut texts, mut bytes) = (HashMap::new(), Vec::new(), 0_usize);
    let mut changed = Vec::with_capacity(coded.len());
    for chunk in &coded {
        let values = chunk.values().as_string::<i32>();
        let mut new = Vec::with_capacity(values.len());
        for text in values {
            let text = text.unwrap_or_default();
            let number = *numbers.entry(text).or_insert_with(|| {
                texts.push(text);
                bytes += text.len();
                texts.len() - 1
            });
            let Ok(number) = u16::try_from(number) else { return Ok(None) };
            if bytes > MOST_BYTES {
                return Ok(None);
            }
            new.push(number);
        }
        changed.push(new);
    }
    debug_assert!(texts.len() <= MOST);
    let values: ArrayRef = Arc::new(StringArray::from_iter_values(texts));
    let with_values =
        |(chunk, new): (&&DictionaryArray<UInt16Type>, Vec<u16>)| -> Result<ArrayRef, ArrowError> {
            // The code of a null may be any.
            let code = |old: u16| new.get(usize::from(old)).copied().unwrap_or_default();
            let codes: PrimitiveArray<UInt16Type> = chunk.keys().unary(code);
            Ok(Arc::new(DictionaryArray::try_new(codes, Arc::clone(&values))?))
        };
    coded.iter().zip(changed).map(with_values).collect::<Result<_, _>>().map(Some)
}

/// The array with what `change` makes of each dictionary in it.
fn with_parts(
    array: &ArrayRef,
    change: &mut dyn FnMut(&ArrayRef) -> Result<ArrayRef, ArrowError>,
) -> Result<ArrayRef, ArrowError> {
    let parts: Vec<ArrayRef> = match array.data_type() {
        DataType::Dictionary(..) => return change(array),
        DataType::Struct(_) => array.as_struct().columns().to_vec(),
        DataType::List(_) => vec![Arc::clone(array.as_list::<i32>().values())],
        _ => return Ok(Arc::clone(array)),
    };
    let parts = parts.iter().map(|part| with_parts(part, change)).collect::<Result<_, _>>()?;
    with_children(array, parts)
}

/// The struct or list with these parts in place of its own.
fn with_children(array: &ArrayRef, parts: Vec<ArrayRef>) -> Result<ArrayRef, ArrowError> {
    match (array.data_type(), parts.as_slice()) {
        (DataType::Struct(fields), _) => {
            let fields = fields.iter().zip(&parts).map(|(field, part)| with_type(field, part)).collect();
            Ok(Arc::new(StructArray::try_new(fields, parts, array.nulls().cloned())?))
        }
        (DataType::List(element), [part]) => {
            let (list, element) = (array.as_list::<i32>(), with_type(element, part));
            let (offsets, nulls) = (list.offsets().clone(), list.nulls().cloned());
            Ok(Arc::new(ListArray::try_new(element, offsets, Arc::clone(part), nulls)?))
        }
        _ => Err(ArrowError::InvalidArgumentError(format!("{} has no parts", array.data_type()))),
    }
}

#[cfg(test)]
pub(crate) mod tests;
