//! Text of strangers on a terminal.

/// The text on one line: control characters, which could steer a terminal, are escaped.
pub(crate) fn one_line(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() || is_reordering(character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    safe
}

/// Marks that make a terminal show text in another order than it is in.
fn is_reordering(character: char) -> bool {
    matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_senders_text_cannot_steer_the_terminal() {
        assert_eq!(one_line("é\n\u{1b}[2J\u{202e}"), "é\\n\\u{1b}[2J\\u{202e}");
    }
}
