//! Expressions of Java's grammar, which Athena reads, for the parser of the `regex` crate.

use regex_syntax::ast::{Ast, ErrorKind, parse::ParserBuilder};

use super::MAX_NEST;

/// How many parts of an expression may be of Java's grammar alone.
const MAX_REPLACED: usize = 32;

/// The expression. What only Java's grammar has is replaced by what takes an engine at least as long: looking around
/// and atomic groups by plain groups, and a reference to a group by any character.
pub(super) fn parse(pattern: &str) -> Result<Ast, ErrorKind> {
    let mut text = pattern.to_owned();
    let mut replaced = 0;
    loop {
        let error = match ParserBuilder::new().nest_limit(MAX_NEST).build().parse(&text) {
            Ok(ast) => return Ok(ast),
            Err(error) => error,
        };
        let place = error.span().start.offset..error.span().end.offset;
        let substitute = match error.kind() {
            ErrorKind::UnsupportedLookAround => "(?:",
            ErrorKind::UnsupportedBackreference => ".",
            ErrorKind::FlagUnrecognized if text.get(place.clone()) == Some(">") => ":",
            kind => return Err(kind.clone()),
        };
        if replaced == MAX_REPLACED {
            return Err(error.kind().clone());
        }
        replaced += 1;
        text.replace_range(place, substitute);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_java_reads_is_read_as_what_is_like_it() {
        for (java, like_it) in [
            ("a(?=b)", "a(?:b)"),
            ("(?<!x)a(?!b)", "(?:x)a(?:b)"),
            ("(?>a+)b", "(?:a+)b"),
            (r"(a)\1+", "(a).+"),
            ("(?<name>a)", "(?<name>a)"),
            ("a++", "a++"),
        ] {
            let plain = ParserBuilder::new().build().parse(like_it).unwrap();
            assert_eq!(parse(java).unwrap().to_string(), plain.to_string(), "{java}");
        }
        for none in ["(", "a)", "[a", "*", r"\k<name>", &"(".repeat(100), &r"(a)\1".repeat(100)] {
            assert!(parse(none).is_err(), "{none}");
        }
    }
}
