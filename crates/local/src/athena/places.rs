//! The places of the lake's bucket that are the lake's own. Whoever names a place for what a statement writes, a result as
//! well as a table, is held to them.

use domain::key;

use super::error::invalid;
use crate::protocol::json::JsonError;

/// The prefixes of the lake's bucket below which no statement may write.
const RESERVED: [&str; 9] = [
    "access/",
    key::COMMITS,
    key::DATASETS,
    key::LANDING,
    key::QUARANTINE,
    key::QUERIES,
    key::SCHEMAS,
    key::TABLES,
    key::VACUUM,
];

/// Whether a key of the lake's bucket, or a prefix that ends in `/`, is where the lake keeps its own files: in any case, since
/// `LANDING/` and `landing/` are one directory to a file system that ignores it.
pub(super) fn is_reserved(key: &str) -> bool {
    RESERVED.iter().any(|prefix| is_below(key, prefix))
}

/// Whether the key is below the prefix to a file system that ignores the case of letters.
pub(super) fn is_below(key: &str, prefix: &str) -> bool {
    let mut key = key.chars().flat_map(folded);
    prefix.chars().flat_map(folded).all(|character| key.next() == Some(character))
}

/// A letter in the form in which such a file system compares it. To upper case and back joins what has two lower cases, as
/// the two forms of sigma, and the long s.
fn folded(character: char) -> impl Iterator<Item = char> {
    character.to_uppercase().flat_map(char::to_lowercase)
}

/// Refuses results at a key, or below a prefix, that is the lake's own. `location` is the place as the caller names it.
pub(super) fn check_output(lakes: &str, bucket: &str, key: &str, location: &str) -> Result<(), JsonError> {
    if bucket.eq_ignore_ascii_case(lakes) && is_reserved(key) {
        return Err(taken(lakes, location, "where the lake keeps its own files"));
    }
    Ok(())
}

/// The refusal of a place for results, with one that may be named instead.
pub(super) fn taken(lakes: &str, location: &str, is: &str) -> JsonError {
    let (location, other) = (domain::bounded(location), key::RESULTS);
    invalid(format!("outputLocation {location} is {is}: name another one, such as s3://{lakes}/{other}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_lakes_own_places_are_reserved() {
        for (bucket, key, expected) in [
            ("lake", "tables/", false),
            ("lake", "tables/a/b.csv", false),
            ("lake", "access/usage/x.csv", false),
            ("lake", "commits/", false),
            ("lake", "landing/x/", false),
            ("lake", "vacuum/", false),
            ("lake", "LANDING/", false),
            ("lake", "Landing/x/", false),
            ("lake", "tAbLeS/a/b.csv", false),
            ("lake", "dataſets/", false),
            ("lake", "LANDINGS/", true),
            ("lake", "results/LANDING/", true),
            ("lake", "results/tables/x", true),
            ("lake", "tables_of_mine/", true),
            ("lake", "mine/", true),
            ("lake", "", true),
            ("Lake", "tables/", false),
            ("other", "tables/", true),
        ] {
            assert_eq!(check_output("lake", bucket, key, "s3://x/").is_ok(), expected, "{bucket} {key}");
        }
        let error = check_output("lake", "lake", "schemas/", "s3://lake/schemas").unwrap_err();
        assert_eq!(
            error.message,
            "outputLocation s3://lake/schemas is where the lake keeps its own files: name another one, such as \
             s3://lake/results/"
        );
    }
}
