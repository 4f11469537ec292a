//! The values of a line. The rules are those of opencsv 2.3, of which Hive's class is made, from memory.

use std::iter;

/// What separates, quotes and escapes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marks {
    separator: char,
    quote: char,
    escape: char,
}

impl Marks {
    /// The usual ones where there is none. `None` if one character has two meanings.
    pub(super) fn new(separator: Option<char>, quote: Option<char>, escape: Option<char>) -> Option<Self> {
        // To Hive's class, a double quote that escapes stands for the usual escape.
        let escape = escape.filter(|escape| *escape != '"').unwrap_or('\\');
        let (separator, quote) = (separator.unwrap_or(','), quote.unwrap_or('"'));
        let differ = separator != quote && separator != escape && quote != escape;
        differ.then_some(Self { separator, quote, escape })
    }

    /// The values, the first `most` of them. One whose quote does not end on the line is none: a record has one line.
    pub(super) fn fields(self, line: &str, most: usize) -> Vec<String> {
        let (mut fields, mut field, mut is_quoted) = (Vec::new(), String::new(), false);
        let mut before = None;
        let mut rest = line.chars().enumerate().peekable();
        while let Some((at, here)) = rest.next() {
            let next = rest.peek().map(|(_, next)| *next);
            // What stands for the character behind it.
            let stands_for = is_quoted
                && (here == self.escape && (next == Some(self.quote) || next == Some(self.escape))
                    || here == self.quote && next == Some(self.quote));
            before = if stands_for {
                field.extend(next);
                rest.next();
                next
            } else {
                if here == self.quote {
                    self.quote_within(&mut field, at, before, next);
                    is_quoted = !is_quoted;
                } else if here == self.separator && !is_quoted {
                    fields.push(std::mem::take(&mut field));
                    // A line of separators alone would have a value for each of its bytes.
                    if fields.len() >= most {
                        return fields;
                    }
                } else if here != self.escape {
                    field.push(here);
                }
                Some(here)
            };
        }
        if !is_quoted {
            fields.push(field);
        }
        fields
    }

    /// A quote neither at the beginning nor at the end of a value is part of it, unless only blanks are before it.
    fn quote_within(self, field: &mut String, at: usize, before: Option<char>, next: Option<char>) {
        let is_within =
            at > 2 && before != Some(self.separator) && next.is_some_and(|next| next != self.separator);
        if !is_within {
            return;
        }
        if !field.is_empty() && field.chars().all(char::is_whitespace) {
            field.clear();
        } else {
            field.push(self.quote);
        }
    }
}

/// The lines, however they end. Behind the last line's end there is none.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (line, end) = rest.split_at(rest.find(['\n', '\r']).unwrap_or(rest.len()));
        let ends = ["\r\n", "\n", "\r"];
        rest = ends.iter().find_map(|mark| end.strip_prefix(mark)).unwrap_or(end);
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn usual() -> Marks {
        Marks::new(None, None, None).unwrap()
    }

    #[test]
    fn values_are_taken_out_of_their_quotes() {
        for (line, expected) in [
            ("", vec![""]),
            ("a,b", vec!["a", "b"]),
            ("a,,", vec!["a", "", ""]),
            (r#""a","b""#, vec!["a", "b"]),
            (r#""a, b","""c""",d"#, vec!["a, b", "\"c\"", "d"]),
            (r#""a\"b","c\\d""#, vec!["a\"b", "c\\d"]),
            // Outside of quotes, an escape is dropped, and so is one that escapes nothing.
            (r#"C:\dir,"\n""#, vec!["C:dir", "n"]),
            (r#"abc"d"ef,g"#, vec!["abc\"d\"ef", "g"]),
            (r#"abc,   "d""#, vec!["abc", "d"]),
            (r#"Peña,"é ü""#, vec!["Peña", "é ü"]),
            (r#"a,"b"#, vec!["a"]),
        ] {
            assert_eq!(usual().fields(line, 9), expected, "{line}");
        }
        let other = Marks::new(Some('\t'), Some('\''), Some('~')).unwrap();
        assert_eq!(other.fields("'a\tb'\t'~'c'\td,\"e\"", 9), ["a\tb", "'c", "d,\"e\""]);
        assert_eq!(Marks::new(None, None, Some('"')).unwrap().fields(r#""a""b""#, 9), ["a\"b"]);
        assert!(Marks::new(Some('"'), None, None).is_none());
    }

    /// A line may have millions of values, and a table has a few columns.
    #[test]
    fn no_more_values_are_taken_than_a_table_has_columns() {
        let commas = ",".repeat(1 << 20);
        for most in [1, 2, 1_000] {
            assert_eq!(usual().fields(&commas, most), vec![String::new(); most]);
        }
        for (line, most, expected) in [
            ("a,b", 2, vec!["a", "b"]),
            ("a,b,c", 2, vec!["a", "b"]),
            ("a,b,\"c", 2, vec!["a", "b"]),
            ("a,\"b,c", 2, vec!["a"]),
            ("\"a,b\",c,d", 1, vec!["a,b"]),
        ] {
            assert_eq!(usual().fields(line, most), expected, "{line}");
        }
    }

    #[test]
    fn lines_end_in_three_ways() {
        let found: Vec<&str> = lines("a\nb\r\n\nc\rd\n").collect();
        assert_eq!(found, ["a", "b", "", "c", "d"]);
        assert_eq!(lines("").count(), 0);
        assert_eq!(lines("\n").count(), 1);
    }

    proptest! {
        /// RFC 4180's form is read as it was written, if it has neither line breaks nor backslashes.
        #[test]
        fn what_is_quoted_is_read_again(values in prop::collection::vec("[a-zé,\" ']{0,6}", 1..6)) {
            let quoted: Vec<String> =
                values.iter().map(|value| format!("\"{}\"", value.replace('"', "\"\""))).collect();
            prop_assert_eq!(usual().fields(&quoted.join(","), 9), values);
        }
    }
}
