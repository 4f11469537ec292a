//! Column names out of the names that senders give their fields.

use std::collections::BTreeSet;

use domain::{ColumnName, DatasetName};

/// The longest name.
const LONGEST: usize = 63;

/// A name for each field, all different. A field whose name is a column's already keeps it.
pub(super) fn column_names(fields: &[&str]) -> Vec<String> {
    valid_names(fields, |name| ColumnName::new(name).is_ok())
}

/// The same for the fields of a struct.
pub(super) fn field_names(fields: &[&str]) -> Vec<String> {
    valid_names(fields, is_field_name)
}

fn valid_names(fields: &[&str], is_valid: impl Fn(&str) -> bool) -> Vec<String> {
    let mut taken: BTreeSet<String> =
        fields.iter().filter(|field| is_valid(field)).map(|field| (*field).to_owned()).collect();
    let name = |field: &&str| {
        if is_valid(field) {
            return (*field).to_owned();
        }
        let mut name = words(field);
        if name.is_empty() || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
            name = format!("field_{name}").trim_end_matches('_').to_owned();
        }
        name.truncate(LONGEST);
        if !is_valid(&name) {
            // A word that means something else already.
            name = format!("{name}_value");
        }
        let name = unused(&name, &taken);
        taken.insert(name.clone());
        name
    };
    fields.iter().map(name).collect()
}

/// A dataset's name out of a file's.
pub(super) fn dataset_name(stem: &str) -> Option<DatasetName> {
    let mut name = words(stem);
    name.truncate(LONGEST);
    DatasetName::new(name).ok()
}

/// Whether a struct's field may have the name. (The rule is that of datasets' names.)
fn is_field_name(name: &str) -> bool {
    DatasetName::new(name).is_ok()
}

/// Whether the name of a struct's field can be made of it: it is written as names are in programs. Others, as
/// `2026-11-23`, are data.
pub(super) fn may_name_field(name: &str) -> bool {
    let is_start = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(is_start)
        && name.len() <= LONGEST
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        && name.contains(|c: char| c.is_ascii_alphabetic())
}

/// `bookedAt`, `BOOKED-AT` and `HTTPStatus` as `booked_at`, `booked_at` and `http_status`; what is neither an ASCII
/// letter nor a digit stands between words.
fn words(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut name = String::new();
    for (index, character) in characters.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| characters[before]);
        let after = characters.get(index + 1);
        let begins_word = character.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase))
            });
        let separates = !character.is_ascii_alphanumeric();
        if (begins_word || separates) && !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
        if !separates {
            name.push(character.to_ascii_lowercase());
        }
    }
    name.trim_end_matches('_').to_owned()
}

fn unused(name: &str, taken: &BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| {
        let suffix = format!("_{number}");
        let mut start = name.to_owned();
        start.truncate(LONGEST - suffix.len());
        format!("{start}{suffix}")
    });
    let mut candidates = std::iter::once(name.to_owned()).chain(numbered);
    // There are more numbers than names.
    candidates.find(|candidate| !taken.contains(candidate)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_those_that_a_person_would_give() {
        let fields = [
            "booked_at",
            "bookedAt",
            "BookedAt",
            "HTTPStatus",
            "user-id",
            "_id",
            "order",
            "1st",
            "名前",
            "",
            "e-mail ",
            "id2Name",
        ];
        let names = [
            "booked_at",
            "booked_at_2",
            "booked_at_3",
            "http_status",
            "user_id",
            "id",
            "order_value",
            "field_1st",
            "field",
            "field_2",
            "e_mail",
            "id2_name",
        ];
        assert_eq!(column_names(&fields), names);
        assert_eq!(dataset_name("Bookings 2026-11").unwrap().as_str(), "bookings_2026_11");
        assert_eq!(dataset_name("2026"), None);
    }

    proptest! {
        #[test]
        fn every_field_gets_a_valid_name_of_its_own(fields in prop::collection::btree_set("[a-zA-Z0-9_ é.-]{0,70}|order|dt", 0..20)) {
            let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
            let names = column_names(&fields);
            let different: BTreeSet<&String> = names.iter().collect();
            prop_assert_eq!(different.len(), fields.len());
            for name in names {
                prop_assert!(ColumnName::new(name.clone()).is_ok(), "{}", name);
            }
        }
    }
}
