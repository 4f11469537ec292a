//! What a regular expression finds in a text: `regexp_extract`, `regexp_extract_all`, `regexp_split`, `regexp_count` and
//! `regexp_position`.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, Int32Array, Int64Array},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use super::{
    call::{Call, Finders},
    finder::Finder,
};
use crate::{
    cancel::Cancellation,
    functions::{
        argument::Argument,
        bounded::Bounded,
        lists::{Lists, Texts, array_of_texts},
        own::invalid,
        strings::{count_characters, texts_and_bigints},
    },
    memory::QueryMemory,
};

/// The functions of this module, for one query.
pub(super) fn all(memory: &QueryMemory, cancellation: &Cancellation) -> Vec<Call> {
    let call = |name, takes, answers, apply| Call::new(name, takes, answers, apply, memory, cancellation);
    vec![
        call("regexp_extract", |given| texts_and_bigints(given, 2, 1, 1), || Arrow::Utf8, extract),
        call("regexp_extract_all", |given| texts_and_bigints(given, 2, 1, 1), array_of_texts, extract_all),
        call("regexp_split", |given| texts_and_bigints(given, 2, 0, 0), array_of_texts, split),
        call("regexp_count", |given| texts_and_bigints(given, 2, 0, 0), || Arrow::Int64, count),
        call("regexp_position", |given| texts_and_bigints(given, 2, 2, 2), || Arrow::Int32, position),
    ]
}

/// The number of a group that a pattern has.
fn group_of(finder: &Finder, number: i64) -> Result<usize> {
    if number < 0 {
        return Err(invalid("Group cannot be negative"));
    }
    let groups = finder.groups()?;
    let group = usize::try_from(number).ok().filter(|group| *group <= groups);
    group.ok_or_else(|| invalid(format!("Pattern has {groups} groups. Cannot access group {number}")))
}

/// The first match, or a group of it; null where there is none, and where the group has no part in it.
fn extract(arguments: &[Argument], finders: &mut Finders<'_>, bounded: &mut Bounded<'_>) -> Result<ArrayRef> {
    let texts = arguments[0].texts::<i32>();
    let groups = arguments.get(2).map(Argument::bigints);
    let mut extracted = Texts::new();
    for row in 0..bounded.rows() {
        let group = groups.as_ref().map_or(Some(0), |groups| groups.get(row));
        let (Some(text), Some(finder), Some(group)) = (texts.get(row), finders.at(row)?, group) else {
            extracted.append(None, bounded)?;
            continue;
        };
        let group = group_of(finder, group)?;
        let (memory, cancellation) = (bounded.memory(), bounded.cancellation());
        let mut matches = finder.matches("regexp_extract", text, 0, group > 0, memory, cancellation)?;
        let found = if matches.advance()? { matches.group(group) } else { None };
        extracted.append(found, bounded)?;
    }
    Ok(extracted.finish())
}

/// Every match, or a group of it.
fn extract_all(
    arguments: &[Argument],
    finders: &mut Finders<'_>,
    bounded: &mut Bounded<'_>,
) -> Result<ArrayRef> {
    let texts = arguments[0].texts::<i32>();
    let groups = arguments.get(2).map(Argument::bigints);
    let mut lists = Lists::new();
    for row in 0..bounded.rows() {
        let group = groups.as_ref().map_or(Some(0), |groups| groups.get(row));
        let (Some(text), Some(finder), Some(group)) = (texts.get(row), finders.at(row)?, group) else {
            lists.end(false, bounded)?;
            continue;
        };
        let group = group_of(finder, group)?;
        let (memory, cancellation) = (bounded.memory(), bounded.cancellation());
        let mut matches = finder.matches("regexp_extract_all", text, 0, group > 0, memory, cancellation)?;
        while matches.advance()? {
            lists.push(matches.group(group), bounded)?;
        }
        lists.end(true, bounded)?;
    }
    Ok(lists.finish())
}

/// What is between the matches.
fn split(arguments: &[Argument], finders: &mut Finders<'_>, bounded: &mut Bounded<'_>) -> Result<ArrayRef> {
    let texts = arguments[0].texts::<i32>();
    let mut lists = Lists::new();
    for row in 0..bounded.rows() {
        let (Some(text), Some(finder)) = (texts.get(row), finders.at(row)?) else {
            lists.end(false, bounded)?;
            continue;
        };
        let (memory, cancellation) = (bounded.memory(), bounded.cancellation());
        let mut matches = finder.matches("regexp_split", text, 0, false, memory, cancellation)?;
        let mut last = 0;
        while matches.advance()? {
            let (start, end) = matches.whole();
            lists.push(Some(&text[last..start]), bounded)?;
            last = end;
        }
        lists.push(Some(&text[last..]), bounded)?;
        lists.end(true, bounded)?;
    }
    Ok(lists.finish())
}

/// How many matches there are.
fn count(arguments: &[Argument], finders: &mut Finders<'_>, bounded: &mut Bounded<'_>) -> Result<ArrayRef> {
    let texts = arguments[0].texts::<i32>();
    let mut counts = Vec::with_capacity(bounded.rows());
    for row in 0..bounded.rows() {
        let (Some(text), Some(finder)) = (texts.get(row), finders.at(row)?) else {
            counts.push(None);
            continue;
        };
        let (memory, cancellation) = (bounded.memory(), bounded.cancellation());
        let mut matches = finder.matches("regexp_count", text, 0, false, memory, cancellation)?;
        let mut count = 0_i64;
        while matches.advance()? {
            count += 1;
        }
        counts.push(Some(count));
    }
    Ok(Arc::new(Int64Array::from(counts)))
}

/// The character, counted from 1, at which the nth match begins that is at or after a character; -1 if there is none.
fn position(
    arguments: &[Argument],
    finders: &mut Finders<'_>,
    bounded: &mut Bounded<'_>,
) -> Result<ArrayRef> {
    let texts = arguments[0].texts::<i32>();
    let [starts, occurrences] = [2, 3].map(|place: usize| arguments.get(place).map(Argument::bigints));
    let mut positions = Vec::with_capacity(bounded.rows());
    for row in 0..bounded.rows() {
        let start = starts.as_ref().map_or(Some(1), |starts| starts.get(row));
        let occurrence = occurrences.as_ref().map_or(Some(1), |occurrences| occurrences.get(row));
        let (Some(text), Some(finder), Some(start), Some(occurrence)) =
            (texts.get(row), finders.at(row)?, start, occurrence)
        else {
            positions.push(None);
            continue;
        };
        if start < 1 {
            return Err(invalid("start position cannot be smaller than 1"));
        }
        if occurrence < 1 {
            return Err(invalid("occurrence cannot be smaller than 1"));
        }
        let before = usize::try_from(start - 1).unwrap_or(usize::MAX);
        let Some((from, _)) = text.char_indices().nth(before) else {
            positions.push(Some(-1));
            continue;
        };
        let (memory, cancellation) = (bounded.memory(), bounded.cancellation());
        let mut matches = finder.matches("regexp_position", text, from, false, memory, cancellation)?;
        let (mut left, mut found) = (occurrence, -1);
        while found < 0 && matches.advance()? {
            left -= 1;
            if left == 0 {
                found = i32::try_from(count_characters(&text[..matches.whole().0]) + 1).unwrap_or(i32::MAX);
            }
        }
        positions.push(Some(found));
    }
    Ok(Arc::new(Int32Array::from(positions)))
}
