//! `concat_ws`.

use datafusion::{
    arrow::{
        array::{Array, AsArray},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use crate::{
    functions::{
        argument::{Argument, TextArgument},
        lists::array_of_texts,
        made::Made,
        own::{Own, exactly},
    },
    values::range,
};

/// The name of [`concat_ws()`].
const CONCAT_WS: &str = "concat_ws";

/// The most texts that Trino takes.
const MOST: usize = 254;

/// Texts, or the elements of an array, with another text between each two. Nulls among them are left out; without a text
/// to put between them there is no result.
pub(super) fn concat_ws() -> Own {
    Own::texts(CONCAT_WS, takes, |_| Arrow::Utf8, join)
}

fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [Arrow::Utf8 | Arrow::Null, Arrow::List(element)]
            if matches!(element.data_type(), Arrow::Utf8 | Arrow::Null) =>
        {
            Some(vec![Arrow::Utf8, array_of_texts()])
        }
        [_, _, ..] if given.len() <= MOST + 1 => exactly(given, &vec![Arrow::Utf8; given.len()]),
        _ => None,
    }
}

fn join(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let between = arguments[0].texts::<i32>();
    if matches!(arguments[1].array().data_type(), Arrow::List(_)) {
        let lists = arguments[1].array().as_list::<i32>();
        let elements = lists.values().as_string::<i32>();
        for row in 0..made.rows() {
            let place = arguments[1].place(row);
            match between.get(row).filter(|_| lists.is_valid(place)) {
                None => made.append(None)?,
                Some(between) => {
                    let places = range(lists.value_offsets(), place);
                    let texts = places.filter(|at| elements.is_valid(*at)).map(|at| elements.value(at));
                    made.append_parts(separated(texts, between))?;
                }
            }
        }
        return Ok(());
    }
    let columns: Vec<TextArgument<'_, i32>> = arguments[1..].iter().map(Argument::texts).collect();
    for row in 0..made.rows() {
        match between.get(row) {
            None => made.append(None)?,
            Some(between) => {
                let texts = columns.iter().filter_map(|column| column.get(row));
                made.append_parts(separated(texts, between))?;
            }
        }
    }
    Ok(())
}

/// The texts, and the separator between each two.
fn separated<'t>(
    texts: impl Iterator<Item = &'t str> + Clone,
    between: &'t str,
) -> impl Iterator<Item = &'t str> + Clone {
    let parts = texts.enumerate();
    parts.flat_map(move |(place, text)| [if place == 0 { "" } else { between }, text])
}
