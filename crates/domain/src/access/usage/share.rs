//! Whose a query is in a count of all callers' queries, and how many of them one API key may have.
//!
//! The id of an entry says it, behind what makes the id one of a kind. An entry has no field for it: a version that does not know
//! the field would refuse the object, and start no query as long as both versions run.

use chrono::{DateTime, Utc};

use super::{NewQuery, OpenQuery, Refused, Usage, UsageLimits};

/// What an API key's id follows in the id of an entry.
const BEFORE_KEY: char = '.';

/// The id of an entry for a query of this API key's.
pub fn entry_id(unique: &str, key: &str) -> String {
    format!("{unique}{BEFORE_KEY}{key}")
}

impl OpenQuery {
    /// Whether the query was entered for this API key. What was entered under an id that says nothing of a key is no key's.
    pub fn is_of(&self, key: &str) -> bool {
        owner(&self.id) == Some(key)
    }
}

impl Usage {
    /// Enters a query as [`Usage::begin`] does, if fewer than `share` queries of the same API key are open. Whose it is its id
    /// says, by [`entry_id`]. Callers without a key have no share: their queries are entered by [`Usage::begin`].
    pub fn begin_within(
        &mut self,
        now: DateTime<Utc>,
        limits: UsageLimits,
        share: u32,
        new: &NewQuery,
    ) -> Result<(), Refused> {
        let is_entered = self.open.iter().any(|query| query.id == new.id);
        let is_own = |query: &&OpenQuery| query.expires_at > now && owner(&query.id) == owner(&new.id);
        if !is_entered
            && owner(&new.id).is_some()
            && self.open.iter().filter(is_own).count() >= share as usize
        {
            return Err(Refused::Share { maximum: share });
        }
        self.begin(now, limits, new)
    }
}

fn owner(id: &str) -> Option<&str> {
    id.split_once(BEFORE_KEY).map(|(_, key)| key)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const FOUR: UsageLimits = UsageLimits { max_queries: Some(4), daily_bytes: None };

    fn now() -> DateTime<Utc> {
        "2026-11-26T10:00:00Z".parse().unwrap()
    }

    fn query(id: &str) -> NewQuery {
        NewQuery { id: id.to_owned(), reserved: 0, expires_at: now() + TimeDelta::minutes(1) }
    }

    #[test]
    fn one_key_has_its_share_and_the_others_have_the_rest() {
        for (own, other) in [("0123abcd", "4567cdef"), ("a", "ab"), ("ab", "a")] {
            let mut usage = Usage::new(now().date_naive());
            let mut begin =
                |unique: &str, key: &str| usage.begin_within(now(), FOUR, 2, &query(&entry_id(unique, key)));
            begin("a", own).unwrap();
            begin("b", own).unwrap();
            begin("b", own).unwrap();
            assert_eq!(begin("c", own), Err(Refused::Share { maximum: 2 }), "{own}");
            begin("c", other).unwrap();
            begin("d", other).unwrap();
            assert_eq!(begin("e", "third"), Err(Refused::TooMany { maximum: 4 }));
            assert_eq!(usage.open.iter().filter(|query| query.is_of(own)).count(), 2);
        }
    }

    #[test]
    fn what_is_over_or_expired_is_no_part_of_a_share() {
        let mut usage = Usage::new(now().date_naive());
        let (a, b) = (entry_id("a", "one"), entry_id("b", "one"));
        usage.begin_within(now(), FOUR, 1, &query(&a)).unwrap();
        assert!(usage.settle(Some(0), |query| query.id == a));
        usage.begin_within(now(), FOUR, 1, &query(&b)).unwrap();
        let later = now() + TimeDelta::minutes(1);
        let next = NewQuery { expires_at: later + TimeDelta::minutes(1), ..query(&a) };
        usage.begin_within(later, FOUR, 1, &next).unwrap();
        assert_eq!(usage.open.len(), 1);
    }

    /// Callers without a key, and an earlier version, which knows of no shares, enter queries in the same object.
    #[test]
    fn an_id_without_a_key_is_nobodys() {
        let mut usage = Usage::new(now().date_naive());
        for id in ["a", "b"] {
            usage.begin(now(), FOUR, &query(id)).unwrap();
        }
        usage.begin_within(now(), FOUR, 1, &query("c")).unwrap();
        usage.begin_within(now(), FOUR, 1, &query(&entry_id("d", "one"))).unwrap();
        assert_eq!(usage.open.iter().filter(|query| query.is_of("one")).count(), 1);
        assert_eq!(usage.begin(now(), FOUR, &query("e")), Err(Refused::TooMany { maximum: 4 }));
    }
}
