//! The `Expression` of `GetTables`: a pattern for the names of tables.
//!
//! Glue calls it a regular expression and takes Hive's patterns too, in which `*` is any text: that is what
//! awswrangler sends (`sales*`, `*_daily`). Here a `*` after `.`, `)` or `]` repeats what is before it, as in a
//! regular expression, and any other is any text. The whole name must fit, in either case of letters.

use regex::{Regex, RegexBuilder};

use super::error::GlueError;

/// More than a pattern of 2,048 characters without large repetitions needs.
const MAX_COMPILED: usize = 1 << 20;

/// Which names of tables are wanted.
#[derive(Debug)]
pub(super) struct Pattern(Regex);

impl Pattern {
    pub(super) fn new(text: &str) -> Result<Self, GlueError> {
        let mut pattern = String::with_capacity(text.len() + 16);
        let mut before = None;
        for c in text.chars() {
            if c == '*' && !matches!(before, Some('.' | ')' | ']')) {
                pattern.push('.');
            }
            pattern.push(c);
            before = Some(c);
        }
        let built = RegexBuilder::new(&format!("^(?:{pattern})$"))
            .case_insensitive(true)
            .size_limit(MAX_COMPILED)
            .build();
        built.map(Self).map_err(|error| {
            GlueError::Invalid(format!("Expression '{text}' is not a regular expression: {error}"))
        })
    }

    pub(super) fn matches(&self, name: &str) -> bool {
        self.0.is_match(name)
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn patterns_and_expressions() {
        let names = ["bookings", "booking_days", "passengers", "a.b"];
        for (pattern, expected) in [
            ("book*", &["bookings", "booking_days"][..]),
            ("*s", &["bookings", "booking_days", "passengers"]),
            ("*ing*", &["bookings", "booking_days"]),
            ("b*_d*", &["booking_days"]),
            ("^book.*$", &["bookings", "booking_days"]),
            ("BOOKINGS|pass.+", &["bookings", "passengers"]),
            ("[a-z]*", &["bookings", "passengers"]),
            ("(book|ings)*", &["bookings"]),
            ("book", &[]),
            (r"a\.b", &["a.b"]),
            ("*", &names),
        ] {
            let wanted = Pattern::new(pattern).unwrap();
            let found: Vec<_> = names.iter().copied().filter(|name| wanted.matches(name)).collect();
            assert_eq!(found, expected, "{pattern}");
        }
        for bad in ["(", "a{1000}{1000}{1000}", "[", "+"] {
            assert!(Pattern::new(bad).is_err(), "{bad}");
        }
    }
}
