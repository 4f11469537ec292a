//! MySQL's patterns, as far as Athena has them.

use datafusion::error::Result;

use super::{Field, Item, Name};
use crate::functions::own::invalid;

pub(super) fn items(text: &str) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            literal(&mut items, character);
            continue;
        }
        // One at the end is left out.
        let Some(letter) = characters.next() else { break };
        match letter {
            'a' => items.push(Item::Name { name: Name::Weekday, is_short: true }),
            'b' => items.push(Item::Name { name: Name::Month, is_short: true }),
            'c' => items.push(number(Field::Month, 1, 2)),
            'd' => items.push(number(Field::Day, 2, 2)),
            'e' => items.push(number(Field::Day, 1, 2)),
            'f' => items.push(Item::Fraction { least: 6, most: 9 }),
            'H' => items.push(number(Field::Hour, 2, 2)),
            'h' | 'I' => items.push(number(Field::ClockHourOfHalf, 2, 2)),
            'i' => items.push(number(Field::Minute, 2, 2)),
            'j' => items.push(number(Field::DayOfYear, 3, 3)),
            'k' => items.push(number(Field::Hour, 1, 2)),
            'l' => items.push(number(Field::ClockHourOfHalf, 1, 2)),
            'M' => items.push(Item::Name { name: Name::Month, is_short: false }),
            'm' => items.push(number(Field::Month, 2, 2)),
            'p' => items.push(Item::Name { name: Name::Half, is_short: false }),
            'r' => {
                time(&mut items, Field::ClockHourOfHalf);
                literal(&mut items, ' ');
                items.push(Item::Name { name: Name::Half, is_short: false });
            }
            'S' | 's' => items.push(number(Field::Second, 2, 2)),
            'T' => time(&mut items, Field::Hour),
            'v' => items.push(number(Field::Week, 2, 2)),
            'W' => items.push(Item::Name { name: Name::Weekday, is_short: false }),
            'x' => items.push(number(Field::Weekyear, 4, 4)),
            'Y' => items.push(number(Field::Year, 4, 4)),
            'y' => items.push(Item::ShortYear),
            'D' | 'U' | 'u' | 'V' | 'w' | 'X' => {
                return Err(invalid(format!("%{letter} not supported in date format string")));
            }
            other => literal(&mut items, other),
        }
    }
    Ok(items)
}

fn number(field: Field, least: usize, most: usize) -> Item {
    Item::Number { field, least, most }
}

fn time(items: &mut Vec<Item>, hour: Field) {
    items.push(number(hour, 2, 2));
    literal(items, ':');
    items.push(number(Field::Minute, 2, 2));
    literal(items, ':');
    items.push(number(Field::Second, 2, 2));
}

fn literal(items: &mut Vec<Item>, character: char) {
    match items.last_mut() {
        Some(Item::Literal(text)) => text.push(character),
        _ => items.push(Item::Literal(character.into())),
    }
}
