//! A pattern that is searched for with its groups, and its matches in a text, one after the other.

use std::sync::OnceLock;

use datafusion::error::Result;
use regex::{CaptureLocations, Regex};

use super::{
    groups::{Groups, Scratch, Slots},
    pattern::{self, Compiled},
    pool::Pool,
};
use crate::{
    cancel::Cancellation,
    error::Failure,
    functions::own::{failed, failure},
    memory::{EXCEEDED, Hold, QueryMemory},
};

/// What a pattern with all its states and groups may take, with what one search works with.
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
    scratch: Pool<Scratch>,
    _counted: Hold,
}

impl Finder {
    /// Fails where a query may not compile so many, or so large ones. A pattern that is none fails when a text meets it.
    pub(super) fn new(text: &str, memory: &QueryMemory) -> Result<Self> {
        let (Compiled { regex, bytes }, has_java_ends) = pattern::compile_for_places(text);
        memory.compiled(bytes)?;
        let counted = memory.holding(if regex.is_ok() { bytes } else { 0 })?;
        let (longest, at_once) = (pattern::longest_text(bytes), pattern::longest_at_once(bytes));
        let (text, groups, scratch) = (text.to_owned(), OnceLock::new(), Pool::default());
        Ok(Self { text, regex, has_java_ends, longest, at_once, groups, scratch, _counted: counted })
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
            let (scratch, memory, has_java_ends) = (&self.scratch, memory.clone(), self.has_java_ends);
            Search::Ours(Slow { groups, scratch, memory, has_java_ends })
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
        let fits = |groups: &Groups| groups.bytes().saturating_add(groups.scratch_bytes()) <= MAX_SCRATCH;
        let groups = Groups::new(regex, pattern::MAX_COMPILED).filter(fits);
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
    Ours(Slow<'f>),
}

/// The search that can be ended.
#[derive(Debug)]
struct Slow<'f> {
    groups: &'f Groups,
    scratch: &'f Pool<Scratch>,
    memory: QueryMemory,
    /// Whether a `$` is also before a line end that is the text's last character.
    has_java_ends: bool,
}

impl Slow<'_> {
    /// [`Groups::find`] with memory that searches before have worked with.
    fn find(&self, text: &str, from: usize, found: &mut Slots, cancellation: &Cancellation) -> Result<bool> {
        let Self { groups, scratch, memory, has_java_ends } = self;
        let find =
            |scratch: &mut Scratch| groups.find(text, from, *has_java_ends, scratch, found, cancellation);
        Ok(scratch.with(groups.scratch_bytes(), memory, || groups.scratch(), find)??)
    }
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
            Search::Ours(slow) => {
                if !slow.find(text, *next, found, cancellation)? {
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

#[cfg(test)]
mod tests {
    use arrow_buffer::{MemoryPool, MemoryReservation};

    use super::*;
    use crate::memory::{Memory, MemoryLimits};

    /// To make it for each text took more time than the search, and nobody counted it.
    #[test]
    fn the_texts_of_a_pattern_share_what_is_worked_with_and_it_is_counted() {
        let memory = Memory::new(MemoryLimits::default());
        let query = QueryMemory::new(memory.clone());
        let finder = Finder::new("(a)(b)?c{20}$", &query).unwrap();
        assert!(finder.has_java_ends);
        let (text, cancellation) = (format!("ab{}\n", "c".repeat(20)), Cancellation::default());
        let mut counted = None;
        for round in 0..100 {
            // Two texts are searched in by turns.
            let [mut one, mut other] =
                [(); 2].map(|()| finder.matches("f", &text, 0, true, &query, &cancellation).unwrap());
            assert!(one.advance().unwrap() && other.advance().unwrap(), "{round}");
            assert_eq!((one.group(1), other.group(2)), (Some("a"), Some("b")), "{round}");
            assert!(!one.advance().unwrap() && !other.advance().unwrap(), "{round}");
            assert_eq!(*counted.get_or_insert(memory.used()), memory.used(), "{round}");
        }
        let (groups, _) = finder.groups.get().unwrap();
        assert!(counted.unwrap() >= groups.bytes() + groups.scratch_bytes());
        drop(finder);
        assert_eq!(memory.used(), 0);
    }

    #[test]
    fn what_is_worked_with_has_to_fit() {
        let probe = QueryMemory::new(Memory::new(MemoryLimits::default()));
        let (pattern, text) = ("(a)(b)(c)(d)(e)(f)x{500}$", "a\n");
        let cancellation = Cancellation::default();
        let taken = |query: &QueryMemory| -> Result<bool> {
            let finder = Finder::new(pattern, query)?;
            finder.matches("f", text, 0, true, query, &cancellation)?.advance()
        };
        assert!(!taken(&probe).unwrap());
        let finder = Finder::new(pattern, &probe).unwrap();
        let groups = finder.slow(finder.regex().unwrap(), "f", &probe).unwrap();
        let all = finder._counted.size() + groups.bytes() + groups.scratch_bytes();
        for (room, fits) in [(all, true), (all - 1, false)] {
            let limits = MemoryLimits { batches: room, ..MemoryLimits::default() };
            let found = taken(&QueryMemory::new(Memory::new(limits)));
            assert_eq!(found.is_ok(), fits, "{room} bytes: {found:?}");
        }
    }
}
