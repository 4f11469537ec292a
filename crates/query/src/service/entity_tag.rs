//! What a caller may keep: `ETag`, `If-None-Match`, `Cache-Control`.

use std::time::Duration;

use crate::{
    access::Caller, digest::Digest, lake::generations::Generations, plan::column::OutputColumn,
    request::representation::Representation, sql::Statement,
};

/// The request headers that an answer with rows depends on, beside `Accept-Encoding`.
pub(crate) const VARY: &str = "Accept, Authorization, Prefer, X-Api-Key";

/// How long a page of a finished result may be kept: the result itself never changes, and expires.
pub(crate) const PAGE_AGE: Duration = Duration::from_secs(60);

/// A weak entity tag: equal for answers that say the same, perhaps in other bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntityTag(String);

impl EntityTag {
    /// Of the answer to a statement, read from these generations. What its columns are is the definition's, which may
    /// get further fields while SQL and generations stay; `None` if only the result says.
    pub(crate) fn of_answer(
        statement: &Statement,
        columns: Option<&[OutputColumn]>,
        representation: Representation,
        caller: &Caller,
        generations: &Generations,
    ) -> Self {
        let types: Vec<String> =
            columns.unwrap_or_default().iter().map(|column| column.data_type.to_string()).collect();
        let digest = digest_of(statement, "entity tag of an answer")
            .all(types.iter().map(String::as_str))
            .text(&representation.text())
            .option(caller.id())
            .text(&caller.rights_digest())
            .text(&generations.digest);
        Self(format!("W/\"{}\"", digest.hexadecimal()))
    }

    /// Of a page: its cursor says everything about it.
    pub(crate) fn of_page(cursor: &str, caller: &Caller) -> Self {
        let digest = Digest::new("entity tag of a page").text(cursor).option(caller.id());
        Self(format!("W/\"{}\"", digest.hexadecimal()))
    }

    /// The header's text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a caller who sends this `If-None-Match` has the answer already. `*` is whatever there is, and a tag without
    /// `W/` is compared as one with it (RFC 9110, 13.1.2).
    pub(crate) fn is_in(&self, if_none_match: Option<&str>) -> bool {
        let opaque = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag).to_owned();
        let own = opaque(&self.0);
        // None of our tags has a comma.
        if_none_match.is_some_and(|tags| is_any(tags) || tags.split(',').any(|tag| opaque(tag.trim()) == own))
    }
}

/// Whether this `If-None-Match` stands for every answer there is.
pub(crate) fn is_any(if_none_match: &str) -> bool {
    if_none_match.trim() == "*"
}

/// A digest that begins with the statement and its parameters.
pub(crate) fn digest_of(statement: &Statement, purpose: &str) -> Digest {
    let digest = Digest::new(purpose).text(&statement.sql);
    digest.all(statement.parameters.iter().map(crate::plan::literal::Literal::as_str))
}

/// `Cache-Control` of what may be kept so long, by the caller alone.
pub(crate) fn private_for(age: Duration) -> String {
    format!("private, max-age={}", age.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag() -> EntityTag {
        EntityTag::of_page("c", &Caller::default())
    }

    #[test]
    fn a_tag_is_found_in_the_forms_that_clients_send() {
        let tag = tag();
        let strong = tag.as_str().strip_prefix("W/").unwrap();
        for list in [
            "*",
            " * ",
            tag.as_str(),
            strong,
            &format!("\"x\", {}", tag.as_str()),
            &format!("{strong} ,W/\"y\""),
        ] {
            assert!(tag.is_in(Some(list)), "{list}");
        }
        for list in
            [None, Some(""), Some("*, *"), Some("\"*\""), Some("W/\"\""), Some("\"x\""), Some(&strong[1..])]
        {
            assert!(!tag.is_in(list), "{list:?}");
        }
    }

    #[test]
    fn everything_that_an_answer_depends_on_is_in_its_tag() {
        let statement = |sql: &str| Statement { sql: sql.into(), parameters: vec![] };
        let generations = |digest: &str| Generations {
            digest: digest.into(),
            freshness: None,
            remaining: Duration::ZERO,
            is_quick: true,
        };
        let of = |sql, representation, data_type: &str, key: Option<&str>, digest| {
            let representation = Representation::from_text(representation).unwrap();
            let columns = [OutputColumn { name: "x".into(), data_type: data_type.parse().unwrap() }];
            let caller = key.map_or_else(Caller::default, Caller::named);
            EntityTag::of_answer(
                &statement(sql),
                Some(&columns),
                representation,
                &caller,
                &generations(digest),
            )
        };
        let struct_ = "struct<a:int>";
        let one = of("a", "json", struct_, None, "g");
        assert_eq!(one, of("a", "json", struct_, None, "g"));
        for other in [
            of("b", "json", struct_, None, "g"),
            of("a", "columns", struct_, None, "g"),
            of("a", "json;csv=spreadsheet", struct_, None, "g"),
            of("a", "json;numbers=strings", struct_, None, "g"),
            // The definition has another field since: the same SQL of the same generations answers it too.
            of("a", "json", "struct<a:int,b:int>", None, "g"),
            of("a", "json", struct_, Some("k"), "g"),
            of("a", "json", struct_, None, "h"),
        ] {
            assert_ne!(one, other);
        }
    }
}
