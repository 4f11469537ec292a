//! How the rows of a dataset go on behind the last row of an answer: the same request with a cursor.
//!
//! A cursor holds the values of the last row by which rows are ordered. The next page is a query of its own, so there is
//! no end to pages, and none expires. What is published meanwhile changes no row's place: a row that is there all the
//! time is in exactly one page.
//!
//! It is not signed, so anybody can write one. A signature would protect nothing: a forged cursor says no more than the filters of
//! the same request can.
//!
//! - It names no dataset and no column: those are the request's, which is checked against the caller's key as without a cursor.
//! - Its values become one more condition, which a row must pass beside all filters. So it can only leave rows out
//!   (`plan::forged_cursors` tests that). They are of the types of the order's columns, and reach the engine as parameters.
//! - Its time is what `now` means in the request's own filters, which can name any time as well. It is in the years that the engine
//!   reads ([`YEARS`]).
//! - The number of rows before it is only ever shown, and only to who sent it: requests with other numbers share no query, and so
//!   no record.
//! - The limit, the representation and all bounds are the request's and its key's. Each page is a query of its own, which counts as any.

use std::ops::RangeInclusive;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike, Utc};
use domain::DatasetName;
use serde::{Deserialize, Serialize};

use crate::{
    digest::Digest,
    plan::Keys,
    problem::{Problem, ProblemKind},
    request::{self, MAX_URL, RowsRequest, representation::Representation},
};

const VERSION: u8 = 1;
const DIGEST: usize = 16;

/// The years that the time of a cursor may be in: those of four digits, which the engine reads, with one on both sides for the
/// offsets that filters have.
const YEARS: RangeInclusive<i32> = 2..=9_998;

/// The parameters that a [`Representation`] is made of.
const FORM: [&str; 3] = ["format", "_numbers", "_csv"];

/// What an answer needs to say where its rows go on; it is kept in a query's record too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Follow {
    /// The path of the request with its query string, without a cursor.
    path: String,
    /// Which requests the cursor is good for.
    digest: String,
    /// How many rows the pages before have.
    pub(crate) before: u64,
    /// What `now` means in the filters of all pages, in seconds.
    now: i64,
    /// Where in a row of the result the values are; empty if the rows cannot be followed.
    pub(crate) places: Vec<usize>,
    /// Which of the places have floating-point numbers.
    floating: Vec<usize>,
}

/// The place of a page.
#[derive(Debug, Serialize, Deserialize)]
struct PageStart {
    /// In seconds, within [`YEARS`].
    now: i64,
    before: u64,
    after: Vec<Option<String>>,
}

impl Follow {
    /// Of the request that was sent as `raw` for the rows of this dataset. If it has a cursor, the request is set to the
    /// page that it means; else `now` is the time that filters count from.
    pub(crate) fn of(
        dataset: &DatasetName,
        raw: &str,
        request: &mut RowsRequest,
        now: DateTime<Utc>,
    ) -> Result<Self, Problem> {
        let digest = request
            .asked
            .iter()
            .fold(Digest::new("rows of a dataset").text(dataset.as_str()), |all, asked| {
                all.text(&asked.0).text(&asked.1)
            });
        let digest = digest.finish();
        let (now, before) = match &request.cursor {
            None => (now, 0),
            Some(cursor) => {
                let (place, now) = decode(cursor, digest).ok_or_else(|| {
                    let detail = "the cursor is none of this request's: follow the Link of the page before without a change \
                                  but to limit and format, or leave cursor out to begin again";
                    Problem::new(ProblemKind::InvalidCursor, detail).with("parameter", "cursor")
                })?;
                request.after = Some(place.after);
                (now, place.before)
            }
        };
        // To the second, so that requests of the same second are the same.
        let now = now.timestamp();
        request.now = DateTime::from_timestamp(now, 0).unwrap_or_default();
        let pairs = raw.split('&').filter(|pair| !pair.is_empty() && !is_named(pair, &["cursor"]));
        let query: Vec<String> = pairs.map(plain).collect();
        let path = format!("/v1/datasets/{dataset}/rows?{}", query.join("&"));
        let digest = format!("{:032x}", u128::from_be_bytes(digest));
        Ok(Self { path, digest, before, now, places: Vec::new(), floating: Vec::new() })
    }

    /// With the keys of the request's plan.
    pub(crate) fn by(self, keys: &Keys) -> Self {
        Self { places: keys.places.clone(), floating: keys.floating.clone(), ..self }
    }

    /// The same rows in this representation, which is not the one that the request was for.
    pub(crate) fn in_representation(&self, representation: Representation) -> Self {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let parameters = representation.parameters();
        let others = query.split('&').filter(|pair| !pair.is_empty() && !is_named(pair, &FORM));
        let query: Vec<&str> = others.chain([parameters.as_str()]).collect();
        Self { path: format!("{path}?{}", query.join("&")), ..self.clone() }
    }

    /// The path of the page behind a row with these values, which has so many rows before it. `None` if it has none: a
    /// value that no filter can mean (NaN and the infinities), or a URL that would be too long.
    pub(crate) fn next(&self, after: &[Option<String>], before: u64) -> Option<String> {
        if after.is_empty() || after.len() != self.places.len() {
            return None;
        }
        let is_incomparable = |(place, text): (&usize, &Option<String>)| {
            let number = text.as_deref().and_then(|text| text.parse::<f64>().ok());
            self.floating.contains(place) && number.is_some_and(|number| !number.is_finite())
        };
        if self.places.iter().zip(after).any(is_incomparable) {
            return None;
        }
        let place = PageStart { now: self.now, before, after: after.to_vec() };
        let digest = u128::from_str_radix(&self.digest, 16).ok()?.to_be_bytes();
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&digest);
        bytes.extend(serde_json::to_vec(&place).ok()?);
        let between = if self.path.ends_with('?') { "" } else { "&" };
        let path = format!("{}{between}cursor={}", self.path, URL_SAFE_NO_PAD.encode(bytes));
        (path.len() <= MAX_URL).then_some(path)
    }
}

/// What the cursor says, and its time. `None` if it is none of this request's, or says what none of ours does.
fn decode(text: &str, digest: [u8; DIGEST]) -> Option<(PageStart, DateTime<Utc>)> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let rest = bytes.strip_prefix(&[VERSION])?;
    let (found, place) = rest.split_at_checked(DIGEST)?;
    if found != digest.as_slice() {
        return None;
    }
    let place: PageStart = serde_json::from_slice(place).ok()?;
    let now = DateTime::from_timestamp(place.now, 0).filter(|now| YEARS.contains(&now.year()))?;
    Some((place, now))
}

/// Whether the parameter has one of these names, however it is written.
fn is_named(pair: &str, names: &[&str]) -> bool {
    let name = pair.split_once('=').map_or(pair, |(name, _)| name);
    request::decode(name).is_ok_and(|name| names.contains(&name.as_str()))
}

/// As it may stand in a header between `<` and `>`.
fn plain(pair: &str) -> String {
    let mut text = String::with_capacity(pair.len());
    for byte in pair.bytes() {
        match byte {
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | 0..=b' ' | 0x7f.. => {
                text.push_str(&format!("%{byte:02X}"));
            }
            other => text.push(char::from(other)),
        }
    }
    text
}

#[cfg(test)]
mod tests;
