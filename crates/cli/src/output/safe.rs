//! Text of strangers on a terminal.
//!
//! Whoever publishes, names an object or sends SQL decides what texts say that this command prints: events, reasons, keys,
//! errors. A terminal obeys some characters: it clears the screen, sets the title, writes to the clipboard, or shows text in
//! another order than it is in. Here such characters become visible. All that the command prints goes through `output`,
//! which asks this module where a terminal reads; a pipe or a file gets the exact bytes.

use std::borrow::Cow;

/// How a character is written that a terminal would obey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notation {
    /// `\u{1b}`, in text and CSV.
    Text,
    /// `\u001b`, in JSON: such characters are only within its strings, so it stays the same document.
    Json,
}

/// The text on one line: characters that a terminal obeys are escaped, and so are the ends of lines.
pub(crate) fn one_line(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if is_obeyed(character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    safe
}

/// The text as it may go to a terminal: on its lines, with its tabs, and otherwise without characters that a terminal obeys.
pub(super) fn for_terminal(text: &str, notation: Notation) -> Cow<'_, str> {
    if !text.chars().any(|character| is_obeyed(character) && !matches!(character, '\n' | '\t')) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 64);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let is_shown = match character {
            '\n' | '\t' => true,
            // The end of a line of CSV.
            '\r' => characters.peek() == Some(&'\n'),
            _ => !is_obeyed(character),
        };
        if is_shown {
            safe.push(character);
        } else {
            let number = u32::from(character);
            safe.push_str(&match notation {
                Notation::Text => format!("\\u{{{number:x}}}"),
                // None of them is beyond four digits.
                Notation::Json => format!("\\u{number:04x}"),
            });
        }
    }
    Cow::Owned(safe)
}

/// A line of the log as it may go to a terminal. Its colours stay: they are the only sequences that `tracing` itself writes.
pub(super) fn log_line(line: &str) -> String {
    let mut safe = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('\u{1b}') {
        let (before, from) = rest.split_at(at);
        safe.push_str(&for_terminal(before, Notation::Text));
        // The character alone, if it begins no colour.
        let (sequence, behind) = from.split_at(colour(from).unwrap_or(1));
        if sequence.len() > 1 {
            safe.push_str(sequence);
        } else {
            safe.push_str(&for_terminal(sequence, Notation::Text));
        }
        rest = behind;
    }
    safe.push_str(&for_terminal(rest, Notation::Text));
    safe
}

/// How many bytes of the beginning of a text set a colour.
fn colour(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let end = parameters.trim_start_matches(|character: char| character.is_ascii_digit() || character == ';');
    end.starts_with('m').then_some(text.len() - end.len() + 1)
}

/// Whether a terminal does something else with it than to show it: controls of C0 and C1, DEL, separators of lines, and
/// marks for the direction of text.
fn is_obeyed(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All that the documents say is escaped, by number.
    fn obeyed() -> impl Iterator<Item = char> {
        let ranges =
            [0..=0x1f, 0x7f..=0x9f, 0x61c..=0x61c, 0x200e..=0x200f, 0x2028..=0x202e, 0x2066..=0x2069];
        ranges.into_iter().flatten().filter_map(char::from_u32)
    }

    #[test]
    fn a_senders_text_cannot_steer_the_terminal() {
        assert_eq!(one_line("é\n\u{1b}[2J\u{202e}"), "é\\n\\u{1b}[2J\\u{202e}");
        let sent = "é\ta\r\nb\rc\n\u{1b}[2J\u{9b}1m\u{7f}\u{200f}";
        let shown = "é\ta\r\nb\\u{d}c\n\\u{1b}[2J\\u{9b}1m\\u{7f}\\u{200f}";
        assert_eq!(for_terminal(sent, Notation::Text), shown);
        assert_eq!(for_terminal("\"\u{7f}\u{202e}\"", Notation::Json), r#""\u007f\u202e""#);
    }

    #[test]
    fn each_character_that_a_terminal_obeys_is_escaped_and_no_other_one() {
        let obeyed: std::collections::HashSet<char> = obeyed().collect();
        for character in (0..=0x10_ffff).filter_map(char::from_u32) {
            let text = character.to_string();
            let is_obeyed = obeyed.contains(&character);
            assert_eq!(one_line(&text) != text, is_obeyed, "{character:?}");
            let is_layout = matches!(character, '\n' | '\t');
            for notation in [Notation::Text, Notation::Json] {
                assert_eq!(for_terminal(&text, notation) != text, is_obeyed && !is_layout, "{character:?}");
            }
        }
    }

    #[test]
    fn the_colours_of_a_log_line_stay_and_nothing_else() {
        let ours = "\u{1b}[2m2026\u{1b}[0m \u{1b}[33m WARN\u{1b}[0m it \u{1b}[1;31mfailed\u{1b}[0m\n";
        assert_eq!(log_line(ours), ours);
        for (sent, shown) in [
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("\u{1b}]0;title\u{7}", "\\u{1b}]0;title\\u{7}"),
            ("\u{1b}", "\\u{1b}"),
            ("\u{1b}[", "\\u{1b}["),
            ("\u{1b}[12;3", "\\u{1b}[12;3"),
            ("\u{1b}\u{1b}[1mé\u{200e}", "\\u{1b}\u{1b}[1mé\\u{200e}"),
            ("\u{9b}2J\u{1b}[?1049h", "\\u{9b}2J\\u{1b}[?1049h"),
        ] {
            assert_eq!(log_line(sent), shown);
        }
    }

    /// Texts in which every second character or so is one that a terminal obeys.
    fn sent() -> impl Strategy<Value = String> {
        let character = prop_oneof![prop::sample::select(obeyed().collect::<Vec<_>>()), any::<char>()];
        prop::collection::vec(character, 0..40).prop_map(|sent: Vec<char>| sent.into_iter().collect())
    }

    proptest! {
        #[test]
        fn whatever_is_sent_a_terminal_obeys_nothing_but_lines_and_tabs(text in sent()) {
            for notation in [Notation::Text, Notation::Json] {
                let shown = for_terminal(&text, notation).replace("\r\n", "\n");
                prop_assert!(!shown.chars().any(|c| is_obeyed(c) && !matches!(c, '\n' | '\t')), "{shown:?}");
                // Twice is once: whoever escaped it before loses nothing.
                prop_assert_eq!(for_terminal(&shown, notation), &*shown);
            }
            prop_assert!(!one_line(&text).chars().any(is_obeyed));
            let line = log_line(&text);
            let without_colours = line.split('\u{1b}').skip(1).all(|from| {
                colour(&format!("\u{1b}{from}")).is_some()
            });
            prop_assert!(without_colours, "{line:?}");
        }

        #[test]
        fn json_stays_the_same_document(texts in prop::collection::vec(sent(), 0..4)) {
            let json = serde_json::to_string_pretty(&texts).unwrap();
            let shown = for_terminal(&json, Notation::Json);
            prop_assert_eq!(serde_json::from_str::<Vec<String>>(&shown).unwrap(), texts);
        }
    }
}
