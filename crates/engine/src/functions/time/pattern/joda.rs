//! Joda-Time's patterns: runs of a letter, and text, which is in quotes where it has letters.

use datafusion::error::Result;

use super::{Field, Item, Name};
use crate::functions::own::{invalid, unsupported_value};

/// The most digits of a number that is not followed by another one.
const MOST_DIGITS: usize = 9;

/// The most letters of a run. A number has as many digits, and a format of Rust's no more than 16 bits of them.
const MOST_LETTERS: usize = 1_000;

enum Token {
    Run(char, usize),
    Text(String),
}

impl Token {
    fn is_number(&self) -> bool {
        match self {
            Self::Run('M', count) => *count <= 2,
            Self::Run(letter, _) => "cCxyYdhHmsSeDFwWkK".contains(*letter),
            Self::Text(_) => false,
        }
    }
}

pub(super) fn items(text: &str) -> Result<Vec<Item>> {
    if text.is_empty() {
        return Err(invalid("Invalid pattern specification"));
    }
    let tokens = tokens(text);
    let followed = tokens.iter().skip(1).map(Token::is_number).chain([false]);
    tokens.iter().zip(followed).map(|(token, is_followed)| item(token, is_followed)).collect()
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(&first) = characters.peek() {
        if first.is_ascii_alphabetic() {
            let mut count = 0;
            while characters.next_if_eq(&first).is_some() {
                count += 1;
            }
            tokens.push(Token::Run(first, count));
            continue;
        }
        let (mut literal, mut is_quoted) = (String::new(), false);
        while let Some(character) = characters.next_if(|next| is_quoted || !next.is_ascii_alphabetic()) {
            if character != '\'' {
                literal.push(character);
            } else if characters.next_if_eq(&'\'').is_some() {
                literal.push('\'');
            } else {
                is_quoted = !is_quoted;
            }
        }
        tokens.push(Token::Text(literal));
    }
    tokens
}

fn item(token: &Token, is_followed: bool) -> Result<Item> {
    let (letter, count) = match token {
        Token::Text(text) => return Ok(Item::Literal(text.clone())),
        Token::Run(letter, count) => (*letter, *count),
    };
    if count > MOST_LETTERS {
        let what = format!("a pattern with more than {MOST_LETTERS} times {letter} in a row");
        return Err(unsupported_value(&what));
    }
    let number = |field, most: usize| Item::Number { field, least: count, most: most.max(count) };
    let year = |field| number(field, if is_followed { count } else { MOST_DIGITS });
    Ok(match letter {
        'G' => Item::Name { name: Name::Era, is_short: true },
        'C' => number(Field::Century, count),
        'Y' => match count {
            2 => Item::YearOfTheDay(Field::Year),
            _ => year(Field::YearOfEra),
        },
        'x' => match count {
            2 => Item::YearOfTheDay(Field::Weekyear),
            _ => year(Field::Weekyear),
        },
        'y' => match count {
            2 => Item::YearOfTheDay(Field::Year),
            _ => year(Field::Year),
        },
        'M' => match count {
            1 | 2 => number(Field::Month, 2),
            _ => Item::Name { name: Name::Month, is_short: count == 3 },
        },
        'w' => number(Field::Week, 2),
        'd' => number(Field::Day, 2),
        'D' => number(Field::DayOfYear, 3),
        'e' => number(Field::DayOfWeek, 1),
        'E' => Item::Name { name: Name::Weekday, is_short: count < 4 },
        'a' => Item::Name { name: Name::Half, is_short: false },
        'H' => number(Field::Hour, 2),
        'k' => number(Field::ClockHour, 2),
        'K' => number(Field::HourOfHalf, 2),
        'h' => number(Field::ClockHourOfHalf, 2),
        'm' => number(Field::Minute, 2),
        's' => number(Field::Second, 2),
        'S' => Item::Fraction { least: count, most: count },
        'z' => Item::ZoneName { is_short: count < 4 },
        'Z' => match count {
            1 => Item::Offset { has_colon: false },
            2 => Item::Offset { has_colon: true },
            _ => Item::ZoneId,
        },
        other => {
            return Err(invalid(format!("Illegal pattern component: {}", other.to_string().repeat(count))));
        }
    })
}
