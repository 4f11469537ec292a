//! What `regexp_replace` with a function is written with (`crate::replaced`): the text in pieces, and the pieces as a text again.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, ListArray, ListBuilder, StringBuilder, StructArray},
        buffer::{NullBuffer, OffsetBuffer},
        datatypes::{DataType as Arrow, Field, Fields},
    },
    error::Result,
};

use super::call::{Call, Finders};
use crate::{
    cancel::Cancellation,
    functions::{
        argument::Argument,
        bounded::Bounded,
        lists::array_of_texts,
        made::Made,
        nested::array_of,
        own::{Own, unexpected},
        strings::texts_and_bigints,
    },
    memory::QueryMemory,
};

/// Gives the pieces. A query cannot call it by its name.
pub(crate) const PIECES: &str = "regexp_pieces";

/// Gives the text of the pieces' texts, and null if one of them is. A query cannot call it by its name.
pub(crate) const PIECES_JOINED: &str = "regexp_pieces_joined";

/// What a piece has: the text before a match, and the groups of the match. The last one has the text behind all matches, and
/// null.
pub(crate) const BEFORE: &str = "before";
pub(crate) const GROUPS: &str = "groups";

/// What a text takes besides its bytes.
const ELEMENT: usize = 4;

pub(super) fn pieces(memory: &QueryMemory, cancellation: &Cancellation) -> Call {
    Call::new(
        PIECES,
        |given| texts_and_bigints(given, 2, 0, 0),
        array_of_pieces,
        in_pieces,
        memory,
        cancellation,
    )
}

fn array_of_pieces() -> Arrow {
    array_of(Arrow::Struct(fields()))
}

fn fields() -> Fields {
    [Field::new(BEFORE, Arrow::Utf8, true), Field::new(GROUPS, array_of_texts(), true)].into_iter().collect()
}

fn in_pieces(
    arguments: &[Argument],
    finders: &mut Finders<'_>,
    bounded: &mut Bounded<'_>,
) -> Result<ArrayRef> {
    let texts = arguments[0].texts::<i32>();
    let mut before = StringBuilder::new();
    let element = Field::new("element", Arrow::Utf8, true);
    let mut groups = ListBuilder::new(StringBuilder::new()).with_field(element);
    let (mut lengths, mut valid) = (Vec::new(), Vec::new());
    for row in 0..bounded.rows() {
        let (Some(text), Some(finder)) = (texts.get(row), finders.at(row)?) else {
            bounded.count(0)?;
            lengths.push(0);
            valid.push(false);
            continue;
        };
        let number = finder.groups()?;
        let (memory, cancellation) = (bounded.memory(), bounded.cancellation());
        let mut matches = finder.matches("regexp_replace", text, 0, number > 0, memory, cancellation)?;
        let (mut last, mut length, mut bytes) = (0, 1, text.len().saturating_add(2 * ELEMENT));
        while matches.advance()? {
            let (start, end) = matches.whole();
            bytes = bytes.saturating_add(2 * ELEMENT);
            for group in 1..=number {
                let group = matches.group(group);
                bytes = bytes.saturating_add(ELEMENT).saturating_add(group.map_or(0, str::len));
                bounded.admit(bytes)?;
                groups.values().append_option(group);
            }
            bounded.admit(bytes)?;
            groups.append(true);
            before.append_value(&text[last..start]);
            last = end;
            length += 1;
        }
        before.append_value(&text[last..]);
        groups.append(false);
        bounded.count(bytes)?;
        lengths.push(length);
        valid.push(true);
    }
    let parts: Vec<ArrayRef> = vec![Arc::new(before.finish()), Arc::new(groups.finish())];
    let pieces = Arc::new(StructArray::try_new(fields(), parts, None)?);
    let Arrow::List(element) = array_of_pieces() else { return Err(unexpected(&Arrow::Null)) };
    let (offsets, valid) = (OffsetBuffer::from_lengths(lengths), NullBuffer::from(valid));
    Ok(Arc::new(ListArray::try_new(element, offsets, pieces, Some(valid))?))
}

/// See [`PIECES_JOINED`].
pub(in crate::functions) fn pieces_joined() -> Own {
    let takes = |given: &[Arrow]| match given {
        [Arrow::List(element)] if *element.data_type() == Arrow::Utf8 => Some(given.to_vec()),
        _ => None,
    };
    Own::texts(PIECES_JOINED, takes, |_| Arrow::Utf8, joined)
}

fn joined(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let lists = arguments[0].array().as_list::<i32>();
    for row in 0..made.rows() {
        let place = arguments[0].place(row);
        if lists.is_null(place) {
            made.append(None)?;
            continue;
        }
        let texts = lists.value(place);
        let texts = texts.as_string::<i32>();
        if texts.null_count() > 0 {
            made.append(None)?;
            continue;
        }
        made.append_parts((0..texts.len()).map(|place| texts.value(place)))?;
    }
    Ok(())
}
