//! The keys of what the API keeps beside the engine's results. Below `results/` they expire with them.

use std::fmt;

use super::RESULTS;

/// The longest name of an execution; Athena's have 36 characters.
const MAX_NAME: usize = 128;

/// The name of one execution as a key may hold it: 1 to 128 of `a-z`, `0-9` and `-`, not `-` first. Athena's are
/// UUIDs. A caller's text gets into a key only as one of these.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ExecutionName(String);

impl ExecutionName {
    /// Checks the text against the rule.
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let valid =
            (1..=MAX_NAME).contains(&text.len()) && text.bytes().all(allowed) && !text.starts_with('-');
        valid.then(|| Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExecutionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the API knows of a query that it started.
pub fn query_record(name: &ExecutionName) -> String {
    format!("{RESULTS}queries/{name}.json")
}

/// A result in one of the forms that are handed out as a file; `variant` tells forms apart that end alike.
pub fn rendered(name: &ExecutionName, variant: u64, extension: &'static str) -> String {
    format!("{RESULTS}rendered/{name}-{variant:016x}.{extension}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_are_below_results() {
        let name = ExecutionName::parse("0b3cd0f1-2f4e-4f0b-9e0a-8a3c4f1f6a11").unwrap();
        assert_eq!(query_record(&name), "results/queries/0b3cd0f1-2f4e-4f0b-9e0a-8a3c4f1f6a11.json");
        assert_eq!(
            rendered(&name, 0xab, "csv"),
            "results/rendered/0b3cd0f1-2f4e-4f0b-9e0a-8a3c4f1f6a11-00000000000000ab.csv"
        );
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for bad in ["", "-", "a/b", "..", "A", "a.json", "a%2fb", "é", "a b", &"a".repeat(129)] {
            assert_eq!(ExecutionName::parse(bad), None, "{bad:?}");
        }
        assert!(ExecutionName::parse(&"a".repeat(128)).is_some());
    }

    proptest! {
        #[test]
        fn a_key_never_leaves_its_folder(text in any::<String>()) {
            if let Some(name) = ExecutionName::parse(&text) {
                prop_assert_eq!(query_record(&name).matches('/').count(), 2);
            }
        }
    }
}
