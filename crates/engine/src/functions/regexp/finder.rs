//! A pattern that is searched for with its groups, and its matches in a text, one after the other.

use std::sync::OnceLock;

use datafusion::error::Result;
use regex::{CaptureLocations, Regex};

use super::{
    groups::{Groups, Scratch, Slots},
    pattern::{self, Compiled},
};
use crate::{
    cancel::Cancellation,
    error::Failure,
    functions::own::{failed, failure},
    memory::{EXCEEDED, Hold, QueryMemory},
};

/// What a pattern with all its states and groups may take for the searches in one text.
const MAX_SCRATCH: usize = 64 << 20;

/// A compiled pattern. It is bounded as the one of `regexp_like` is.
#[derive(Debug)]
pub(super) struct Finder {
    text: String,
    regex: std::result::Result<Regex, Failure>,
    /// Whether a `$` in it is also before a line end that is the text's last character.
    has_java_ends: bool,
    /// The longest text that it may be searched in, in bytes.
    longest: usize,
    /// The longest that may be searched in without a look whether the query shall end, in bytes.
    at_once: usize,
    /// For longer ones, once there is one.
    groups: OnceLock<(Groups, Hold)>,
    _counted: Hold,
}

impl Finder {
    /// Fails where a query may not compile so many, or so large ones. A pattern that is none fails when a text meets it.
    pub(super) fn new(text: &str, memory: &QueryMemory) -> Result<Self> {
        let (Compiled { regex, bytes }, has_java_ends) = pattern::compile_for_places(text);
        memory.compiled(bytes)?;
        let counted = memory.holding(if regex.is_ok() { bytes } else { 0 })?;
        let (longest, at_once) = (pattern::longest_text(bytes), pattern::longest_at_once(bytes));
        let (text, groups) = (text.to_owned(), OnceLock::new());
        Ok(Self { text, regex, has_java_ends, longest, at_once, groups, _counted: counted })
    }

    /// As it was written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// How many groups it has, without the whole match. Fails where it is no pattern.
    pub(super) fn groups(&self) -> Result<usize> {
        Ok(self.regex()?.captures_len() - 1)
    }

    /// The number of the group of this name.
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        self.regex.as_ref().ok()?.capture_names().position(|known| known == Some(name))
    }

    fn regex(&self) -> Result<&Regex> {
        self.regex.as_ref().map_err(|failure| failed(failure.clone()))
    }

    /// The matches that begin at or after a place. Without `with_groups`, only whole ones are known. Fails where the
    /// search could take too long.
    pub(super) fn matches<'f>(
        &'f self,
        function: &str,
        text: &'f str,
        from: usize,
        with_groups: bool,
        memory: &QueryMemory,
        cancellation: &Cancellation,
    ) -> Result<Matches<'f>> {
        let regex = self.regex()?;
        if text.len() > self.longest {
            return Err(failure(
                EXCEEDED,
                format!(
                    "{function}: a text has {} bytes, and with this pattern it may have {} in the local engine; a pattern \
                     with fewer repetitions and classes may have longer texts",
                    text.len(),
                    self.longest
                ),
            ));
        }
        let is_long = text.len() > self.at_once;
        let search = if is_long || (self.has_java_ends && text.ends_with('\n')) {
            let groups = self.slow(regex, function, memory)?;
            Search::Ours(groups, Box::new(groups.scratch()), self.has_java_ends)
        } else if with_groups {
            Search::Groups(regex, regex.capture_locations())
        } else {
            Search::Whole(regex)
        };
        let cancellation = cancellation.clone();
        Ok(Matches { text, next: from, found: Slots::new(), search, cancellation })
    }

    /// The search that can be ended. It is counted with the engine as long as the pattern is.
    fn slow(&self, regex: &Regex, function: &str, memory: &QueryMemory) -> Result<&Groups> {
        if let Some((groups, _)) = self.groups.get() {
            return Ok(groups);
        }
        // The regex crate has compiled the same within this.
        let groups = Groups::new(regex, pattern::MAX_COMPILED).filter(|groups| groups.bytes() <= MAX_SCRATCH);
        let groups = groups.ok_or_else(|| {
            failure(EXCEEDED, format!("{function}: the pattern is too large for a text of this length"))
        })?;
        let counted = memory.holding(groups.bytes())?;
        Ok(&self.groups.get_or_init(|| (groups, counted)).0)
    }
}

/// How the next match is searched for.
#[derive(Debug)]
enum Search<'f> {
    Whole(&'f Regex),
    Groups(&'f Regex, CaptureLocations),
    /// With Java's ends, if that is so.
    Ours(&'f Groups, Box<Scratch>, bool),
}

/// The matches in a text, in Trino's order: an empty one may follow right after another one, and after an empty one the
/// search goes on a character later.
#[derive(Debug)]
pub(super) struct Matches<'f> {
    text: &'f str,
    /// Where the next one may begin.
    next: usize,
    found: Slots,
    search: Search<'f>,
    cancellation: Cancellation,
}

impl<'f> Matches<'f> {
    /// Goes on to the next match, and answers whether there is one. Fails once the query is cancelled.
    pub(super) fn advance(&mut self) -> Result<bool> {
        self.cancellation.check()?;
        let Self { text, next, found, search, cancellation } = self;
        if *next > text.len() {
            return Ok(false);
        }
        match search {
            Search::Whole(regex) => {
                let Some(whole) = regex.find_at(text, *next) else { return Ok(false) };
                *found = vec![Some(whole.start()), Some(whole.end())];
            }
            Search::Groups(regex, locations) => {
                if regex.captures_read_at(locations, text, *next).is_none() {
                    return Ok(false);
                }
                found.clear();
                for group in 0..locations.len() {
                    let (start, end) = locations.get(group).unzip();
                    found.extend([start, end]);
                }
            }
            Search::Ours(groups, scratch, has_java_ends) => {
                if !groups.find(text, *next, *has_java_ends, scratch, found, cancellation)? {
                    return Ok(false);
                }
            }
        }
        let (start, end) = self.whole();
        let after = self.text[end..].chars().next().map_or(1, char::len_utf8);
        self.next = if start == end { end + after } else { end };
        Ok(true)
    }

    /// Where the match begins and ends.
    pub(super) fn whole(&self) -> (usize, usize) {
        self.places(0).unwrap_or_default()
    }

    /// The text of a group, if it has a part in the match.
    pub(super) fn group(&self, group: usize) -> Option<&'f str> {
        self.places(group).map(|(start, end)| &self.text[start..end])
    }

    fn places(&self, group: usize) -> Option<(usize, usize)> {
        let place = |slot: usize| self.found.get(slot).copied().flatten();
        place(2 * group).zip(place(2 * group + 1))
    }
}
