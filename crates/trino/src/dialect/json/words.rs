//! Words without quotes, in any case.

use sqlparser::{
    parser::Parser,
    tokenizer::{Token, Word},
};

use super::Parsed;

/// Whether the word is at this place among the next tokens, in any case and without quotes.
pub(super) fn is_word(parser: &Parser<'_>, place: usize, word: &str) -> bool {
    matches!(
        &parser.peek_nth_token_ref(place).token,
        Token::Word(Word { value, quote_style: None, .. }) if value.eq_ignore_ascii_case(word)
    )
}

/// Goes behind the word if it is next.
pub(super) fn take(parser: &mut Parser<'_>, word: &str) -> bool {
    let is_next = is_word(parser, 0, word);
    if is_next {
        parser.advance_token();
    }
    is_next
}

/// Goes behind the one of the words that is next.
pub(super) fn one_of(parser: &mut Parser<'_>, words: &[&'static str]) -> Option<&'static str> {
    words.iter().copied().find(|word| take(parser, word))
}

/// Goes behind these words, which have to be there.
pub(super) fn words(parser: &mut Parser<'_>, expected: &[&str]) -> Parsed<()> {
    for word in expected {
        if !take(parser, word) {
            let found = parser.peek_token_ref().clone();
            return parser.expected(&word.to_uppercase(), found);
        }
    }
    Ok(())
}
