//! The pieces of a format: texts, and `%[number$][flags][width][.precision]conversion`.

use super::Wrong;
use crate::functions::own::unsupported_value;

/// A piece of a format.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    Specifier(Specifier),
}

/// Which of the values is converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// The one after that which the last specifier of this kind has.
    Next,
    /// Counted from 1.
    Number(usize),
    /// That of the specifier before.
    Last,
}

/// How a value is converted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Specifier {
    /// As it was written.
    pub(super) text: String,
    pub(super) which: Which,
    flags: String,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    /// In lower case: b, s, d, x, o, f, e or t.
    pub(super) conversion: char,
    /// Which part of a time.
    pub(super) part: char,
    is_upper: bool,
}

/// The flags that there are. `<` is one in Java, too.
const FLAGS: &str = "-#+ 0,(<";

/// The pieces; or what is wrong.
pub(super) fn read(format: &str) -> Result<Vec<Piece>, Wrong> {
    let mut pieces = Vec::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        let (text, after) = rest.split_at(at);
        if !text.is_empty() {
            pieces.push(Piece::Text(text.to_owned()));
        }
        let (piece, length) = specifier(after)?;
        pieces.push(piece);
        rest = &after[length..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

/// What begins with `%`, and its length in bytes.
fn specifier(text: &str) -> Result<(Piece, usize), Wrong> {
    let mut rest = &text[1..];
    // What Java names where it reads no specifier at all.
    let first = rest.chars().next().unwrap_or('%');
    let unknown = |letter: char| format!("UnknownFormatConversion: Conversion = '{letter}'");
    let mut which = Which::Next;
    let digits = |rest: &str| rest.bytes().take_while(u8::is_ascii_digit).count();
    let number = |digits: &str| digits.parse::<usize>().ok().filter(|number| *number <= 2_147_483_647);
    let length = digits(rest);
    if length > 0 && rest[length..].starts_with('$') {
        let found = number(&rest[..length]).filter(|number| *number > 0);
        which = Which::Number(
            found.ok_or_else(|| "IllegalFormatArgumentIndex: Illegal format argument index".to_owned())?,
        );
        rest = &rest[length + 1..];
    }
    let length = rest.bytes().take_while(|byte| FLAGS.as_bytes().contains(byte)).count();
    let flags = rest[..length].replace('<', "");
    if let Some(flag) = flags.chars().find(|flag| flags.matches(*flag).count() > 1) {
        return Err(format!("DuplicateFormatFlags: Flags = '{flag}'").into());
    }
    if rest[..length].contains('<') {
        which = Which::Last;
    }
    rest = &rest[length..];
    let length = digits(rest);
    let mut width = None;
    if length > 0 {
        width = Some(number(&rest[..length]).ok_or_else(|| "IllegalFormatWidth: -2147483648".to_owned())?);
        rest = &rest[length..];
    }
    let mut precision = None;
    if let Some(after) = rest.strip_prefix('.') {
        let length = digits(after);
        if length == 0 {
            return Err(unknown(first).into());
        }
        let found = number(&after[..length]);
        precision = Some(found.ok_or_else(|| "IllegalFormatPrecision: -2147483648".to_owned())?);
        rest = &after[length..];
    }
    let mut letters = rest.chars();
    let letter = letters.next().ok_or_else(|| unknown(first))?;
    let mut length = text.len() - rest.len() + letter.len_utf8();
    let mut part = ' ';
    if matches!(letter, 't' | 'T') {
        part = letters.next().ok_or_else(|| unknown(letter))?;
        length += part.len_utf8();
    }
    let plain = flags.is_empty() && precision.is_none();
    let conversion = match letter {
        // Java has flags and a width for it, and nobody uses them.
        '%' if plain && width.is_none() => return Ok((Piece::Text("%".to_owned()), length)),
        'n' if plain && width.is_none() => return Ok((Piece::Text("\n".to_owned()), length)),
        'b' | 's' | 'd' | 'x' | 'o' | 'f' | 'e' | 't' => letter,
        'B' | 'S' | 'X' | 'E' | 'T' => letter.to_ascii_lowercase(),
        '%' | 'n' | 'h' | 'H' | 'c' | 'C' | 'g' | 'G' | 'a' | 'A' => {
            return Err(Wrong::Value(unsupported_value(&format!("format with %{letter}"))));
        }
        other => return Err(unknown(other).into()),
    };
    let is_upper = letter.is_ascii_uppercase();
    let text = text[..length].to_owned();
    let specifier = Specifier { text, which, flags, width, precision, conversion, part, is_upper };
    specifier.check()?;
    Ok((Piece::Specifier(specifier), length))
}

impl Specifier {
    pub(super) fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }

    /// Refuses flags, a width and a precision that do not go together, or with the conversion.
    fn check(&self) -> Result<(), String> {
        let Self { text, flags, width, precision, conversion, .. } = self;
        let is_number = matches!(conversion, 'd' | 'x' | 'o' | 'f' | 'e');
        let taken = match conversion {
            'd' => "-+ 0,(",
            'x' | 'o' => "-#0",
            'f' => "-+ 0,(",
            'e' => "-+ 0(",
            _ => "-",
        };
        if let Some(flag) = flags.chars().find(|flag| !taken.contains(*flag)) {
            return Err(format!("FormatFlagsConversionMismatch: Conversion = {conversion}, Flags = {flag}"));
        }
        if width.is_none() && (self.has('-') || (is_number && self.has('0'))) {
            return Err(format!("MissingFormatWidth: {text}"));
        }
        if (self.has('+') && self.has(' ')) || (self.has('-') && self.has('0')) {
            return Err(format!("IllegalFormatFlags: Flags = '{flags}'"));
        }
        match precision {
            Some(precision) if matches!(conversion, 'd' | 'x' | 'o' | 't') => {
                Err(format!("IllegalFormatPrecision: {precision}"))
            }
            _ => Ok(()),
        }
    }

    /// A value of a class that the conversion does not take.
    pub(super) fn mismatch(&self, class: &str) -> String {
        let conversion = if self.conversion == 't' { self.part } else { self.conversion };
        format!("IllegalFormatConversion: {conversion} != {class}")
    }

    /// No longer than the precision says, in UTF-16 units, as Java counts.
    pub(super) fn cut(&self, text: &str) -> String {
        let Some(most) = self.precision else { return text.to_owned() };
        let mut units = 0;
        text.chars()
            .take_while(|character| {
                units += character.len_utf16();
                units <= most
            })
            .collect()
    }

    /// As wide as the width says, and in the case of the conversion.
    pub(super) fn justified(&self, text: String) -> String {
        let text = if self.is_upper { text.to_uppercase() } else { text };
        let units = text.encode_utf16().count();
        let missing = self.width.unwrap_or(0).saturating_sub(units);
        if missing == 0 {
            return text;
        }
        let spaces = " ".repeat(missing);
        if self.has('-') { text + &spaces } else { spaces + &text }
    }
}
