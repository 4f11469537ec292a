//! `regexp_replace`.

use datafusion::{
    arrow::{array::ArrayRef, datatypes::DataType as Arrow},
    error::{DataFusionError, Result},
};

use super::{
    call::{Call, Finders},
    finder::Finder,
};
use crate::{
    cancel::Cancellation,
    functions::{
        argument::Argument, bounded::Bounded, lists::Texts, own::invalid, strings::texts_and_bigints,
    },
    memory::QueryMemory,
};

/// A text with another one in the place of every match, or without the matches. `$1` and `${name}` in it stand for groups
/// of the match, and what follows a backslash for itself.
pub(super) fn regexp_replace(memory: &QueryMemory, cancellation: &Cancellation) -> Call {
    let takes = |given: &[Arrow]| match given.len() {
        2 => texts_and_bigints(given, 2, 0, 0),
        _ => texts_and_bigints(given, 3, 0, 0),
    };
    Call::new("regexp_replace", takes, || Arrow::Utf8, replace, memory, cancellation)
}

fn replace(arguments: &[Argument], finders: &mut Finders<'_>, bounded: &mut Bounded<'_>) -> Result<ArrayRef> {
    let texts = arguments[0].texts::<i32>();
    let replacements = arguments.get(2).map(Argument::texts::<i32>);
    let mut replaced = Texts::new();
    for row in 0..bounded.rows() {
        let replacement = replacements.as_ref().map_or(Some(""), |replacements| replacements.get(row));
        let (Some(text), Some(finder), Some(replacement)) = (texts.get(row), finders.at(row)?, replacement)
        else {
            replaced.append(None, bounded)?;
            continue;
        };
        let has_groups = replacement.contains('$');
        let (memory, cancellation) = (bounded.memory(), bounded.cancellation());
        let mut matches = finder.matches("regexp_replace", text, 0, has_groups, memory, cancellation)?;
        let (mut made, mut last) = (String::new(), 0);
        // It is read where there is a match, and is wrong only there.
        let mut parts: Option<Vec<Part>> = None;
        let push = |made: &mut String, part: &str| -> Result<()> {
            bounded.admit(made.len().saturating_add(part.len()))?;
            made.push_str(part);
            Ok(())
        };
        while matches.advance()? {
            let (start, end) = matches.whole();
            push(&mut made, &text[last..start])?;
            last = end;
            if parts.is_none() {
                parts = Some(read(replacement, finder)?);
            }
            for part in parts.iter().flatten() {
                match part {
                    Part::Text(part) => push(&mut made, part)?,
                    Part::Group(group) => push(&mut made, matches.group(*group).unwrap_or_default())?,
                }
            }
        }
        push(&mut made, &text[last..])?;
        replaced.append(Some(&made), bounded)?;
    }
    Ok(replaced.finish())
}

/// A part of what takes the place of a match.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Group(usize),
}

fn read(replacement: &str, finder: &Finder) -> Result<Vec<Part>> {
    let groups = finder.groups()?;
    read_for(replacement, groups, |name| finder.named(name))
}

/// `named` knows the numbers of the groups that have names.
fn read_for(replacement: &str, groups: usize, named: impl Fn(&str) -> Option<usize>) -> Result<Vec<Part>> {
    let illegal = || -> DataFusionError { invalid(format!("Illegal replacement sequence: {replacement}")) };
    let unknown = |group: &str| invalid(format!("Illegal replacement sequence: unknown group {group}"));
    let (mut parts, mut text) = (Vec::new(), String::new());
    let mut rest = replacement;
    while let Some(character) = rest.chars().next() {
        rest = &rest[character.len_utf8()..];
        match character {
            '\\' => {
                let escaped = rest.chars().next().ok_or_else(illegal)?;
                rest = &rest[escaped.len_utf8()..];
                text.push(escaped);
            }
            '$' => {
                let group = if let Some(after) = rest.strip_prefix('{') {
                    let (name, after) = after.split_once('}').unwrap_or((after, ""));
                    rest = after;
                    named(name).ok_or_else(|| unknown(&format!("{{ {name} }}")))?
                } else {
                    // As many digits as there is a group for.
                    let mut number: Option<usize> = None;
                    let mut taken = 0;
                    for digit in rest.bytes().take_while(u8::is_ascii_digit) {
                        let digit = usize::from(digit - b'0');
                        let longer = number.unwrap_or(0).saturating_mul(10).saturating_add(digit);
                        if number.is_some() && longer > groups {
                            break;
                        }
                        number = Some(longer);
                        taken += 1;
                    }
                    rest = &rest[taken..];
                    let number = number.ok_or_else(illegal)?;
                    if number > groups {
                        return Err(unknown(&number.to_string()));
                    }
                    number
                };
                if !text.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut text)));
                }
                parts.push(Part::Group(group));
            }
            other => text.push(other),
        }
    }
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_named_and_numbered() {
        let named = |name: &str| (name == "n").then_some(2);
        let text = |text: &str| Part::Text(text.to_owned());
        for (replacement, groups, expected) in [
            ("", 0, vec![]),
            ("a$0b", 0, vec![text("a"), Part::Group(0), text("b")]),
            ("$123", 12, vec![Part::Group(12), text("3")]),
            ("$123", 2, vec![Part::Group(1), text("23")]),
            ("$01", 1, vec![Part::Group(1)]),
            ("${n}é", 2, vec![Part::Group(2), text("é")]),
            (r"\$1\\\é", 1, vec![text(r"$1\é")]),
        ] {
            assert_eq!(read_for(replacement, groups, named).unwrap(), expected, "{replacement}");
        }
        for (replacement, expected) in [
            ("a$", "Illegal replacement sequence: a$"),
            ("$x", "Illegal replacement sequence: $x"),
            (r"a\", r"Illegal replacement sequence: a\"),
            ("$3", "Illegal replacement sequence: unknown group 3"),
            ("${m}", "Illegal replacement sequence: unknown group { m }"),
            ("${n", ""),
        ] {
            let error = read_for(replacement, 2, named).err().map(|error| error.to_string());
            match expected {
                "" => assert_eq!(error, None, "{replacement}"),
                expected => assert!(error.is_some_and(|error| error.contains(expected)), "{replacement}"),
            }
        }
    }
}
