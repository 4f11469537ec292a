//! The engine's words for the log, without the texts of the request that they quote.
//!
//! The engine may quote a text as it is, as a literal, with escapes, in lower case, or a part of it. The operator needs the
//! rest of the words, so a text that stands within other words is no quote.

use super::mistake;

/// The shortest text that is looked for, in bytes: shorter ones tell nothing, and are in every sentence.
const MIN_BYTES: usize = 3;

/// From how many characters on a text is hidden wherever it stands: so long a one is not within other words by chance, and
/// a long text is made of several literals, which begin and end anywhere in it.
const MIN_ANYWHERE: usize = 16;

/// What stands before and behind a text that is quoted.
const QUOTES: [char; 3] = ['\'', '"', '`'];

/// How an engine ends a text that it cut off.
const CUT_OFF: [char; 2] = ['.', '…'];

/// The engine's words for a failed query that ran with these literals. `?` takes the place of
///
/// - the text of a literal, also of one with a type (`DATE '…'`), and a number: between quotes, or where no letter, no
///   digit and no underscore is beside it, or anywhere if it has [`MIN_ANYWHERE`] characters;
/// - whatever is between quotes, or behind the last one, and is part of such a text.
///
/// Texts of less than [`MIN_BYTES`] bytes stay. So does the name of the failure, with which the words may begin.
pub(crate) fn redacted<'a>(words: &str, literals: impl IntoIterator<Item = &'a str>) -> String {
    let name = mistake::code(words).map_or(0, str::len);
    let (name, rest) = words.split_at(name);
    let texts = Texts::of(literals);
    let mut rest = Words::new(rest);
    for form in &texts.forms {
        rest.hide_all(form);
    }
    rest.hide_parts(&texts);
    format!("{name}{}", rest.shown())
}

/// The texts of some literals, folded as [`folded`] does it.
#[derive(Debug, Default)]
struct Texts {
    /// Each in every form that an engine may give it, the longest first.
    forms: Vec<Vec<char>>,
    /// All of them one behind the other, since a long text is made of several literals: in each form.
    joined: [String; 3],
}

impl Texts {
    fn of<'a>(literals: impl IntoIterator<Item = &'a str>) -> Self {
        let mut texts = Self::default();
        for literal in literals {
            let Some(written) = text(literal) else {
                if literal.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
                    texts.add(literal);
                }
                continue;
            };
            let plain = written.replace("''", "'");
            let debugged = format!("{plain:?}");
            let escaped = &debugged[1..debugged.len() - 1];
            for (joined, form) in texts.joined.iter_mut().zip([written, plain.as_str(), escaped]) {
                joined.extend(folded(form));
            }
            for form in [written, plain.as_str(), escaped, plain.trim()] {
                texts.add(form);
            }
        }
        // A short text may be a part of a longer one, and may stand beside it.
        texts.forms.sort_unstable_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        texts.forms.dedup();
        texts
    }

    fn add(&mut self, form: &str) {
        if form.len() >= MIN_BYTES {
            self.forms.push(folded(form).collect());
        }
    }

    fn have(&self, part: &str) -> bool {
        part.len() >= MIN_BYTES && self.joined.iter().any(|joined| joined.contains(part))
    }
}

/// What is between the quotes of a literal. `None` of a number or a truth value.
fn text(literal: &str) -> Option<&str> {
    let (_, rest) = literal.split_once('\'')?;
    rest.strip_suffix('\'')
}

/// Words, and what of them is hidden.
struct Words {
    chars: Vec<char>,
    folded: Vec<char>,
    is_hidden: Vec<bool>,
}

impl Words {
    fn new(words: &str) -> Self {
        let chars: Vec<char> = words.chars().collect();
        let (folded, is_hidden) = (folded(words).collect(), vec![false; chars.len()]);
        Self { chars, folded, is_hidden }
    }

    /// Hides a text wherever it stands by itself.
    fn hide_all(&mut self, form: &[char]) {
        let Some(last) = self.folded.len().checked_sub(form.len()) else { return };
        for start in 0..=last {
            let end = start + form.len();
            let is_apart = start.checked_sub(1).is_none_or(|at| !self.joins(at)) && !self.joins(end);
            if (is_apart || form.len() >= MIN_ANYWHERE) && self.folded[start..end] == *form {
                self.is_hidden[start..end].fill(true);
            }
        }
    }

    /// Whether what is beside this place is part of a longer word.
    fn joins(&self, at: usize) -> bool {
        self.chars.get(at).is_some_and(|c| (c.is_alphanumeric() || *c == '_') && !self.is_hidden[at])
    }

    /// Hides what is between two quotes, or behind the last one, and is part of a text.
    fn hide_parts(&mut self, texts: &Texts) {
        for quote in QUOTES {
            let places = self.chars.iter().enumerate().filter(|(_, c)| **c == quote).map(|(at, _)| at);
            let mut places: Vec<usize> = places.collect();
            places.push(self.chars.len());
            // Which quotes belong together is not known: a text may have quotes within.
            for pair in places.windows(2) {
                let (start, mut end) = (pair[0] + 1, pair[1]);
                while end > start && CUT_OFF.contains(&self.chars[end - 1]) {
                    end -= 1;
                }
                let part: String = self.folded[start..end].iter().collect();
                if texts.have(&part) {
                    self.is_hidden[start..end].fill(true);
                }
            }
        }
    }

    /// The words, with one mark for what is hidden in one piece.
    fn shown(&self) -> String {
        let mut shown = String::with_capacity(self.chars.len());
        let mut was_hidden = false;
        for (c, is_hidden) in self.chars.iter().zip(self.is_hidden.iter().copied()) {
            match (was_hidden, is_hidden) {
                (_, false) => shown.push(*c),
                (false, true) => shown.push('?'),
                (true, true) => {}
            }
            was_hidden = is_hidden;
        }
        shown
    }
}

/// In lower case, as SQL may have made it, with as many characters as before.
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(|c| c.to_lowercase().next().unwrap_or(c))
}

#[cfg(test)]
mod tests;
