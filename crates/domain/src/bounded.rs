//! How long a message may be. Most messages quote a text of somebody else's: a name, a literal, a path, a value of a row. That
//! text may have megabytes, and whoever gets the message, or keeps it, wants to know what is wrong.

/// The most characters of a message.
pub const MOST_CHARACTERS: usize = 2_000;

/// The message, with an ellipsis in place of what it has beyond [`MOST_CHARACTERS`].
pub fn bounded(message: impl Into<String>) -> String {
    let mut message = message.into();
    if let Some((end, _)) = message.char_indices().nth(MOST_CHARACTERS) {
        message.truncate(end);
        message.push('…');
        // What was cut off would be kept in memory as long as the message is.
        message.shrink_to_fit();
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_no_longer_than_it_may_be() {
        for characters in [0, 1, MOST_CHARACTERS - 1, MOST_CHARACTERS] {
            let message = "é".repeat(characters);
            assert_eq!(bounded(message.as_str()), message);
        }
        for characters in [MOST_CHARACTERS + 1, 1 << 20] {
            let cut = bounded("é".repeat(characters));
            assert_eq!(cut, "é".repeat(MOST_CHARACTERS) + "…");
            assert!(cut.capacity() < 4 * MOST_CHARACTERS, "{characters} characters leave {}", cut.capacity());
        }
    }
}
