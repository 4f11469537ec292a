//! Patterns of text: LIKE's and regular expressions. A pattern is a value as others, bound as a parameter; what is
//! seen to here is that Athena understands it, and understands by it what PostgreSQL does.

mod ambiguous;
mod automaton;
mod chars;
mod foreign;
mod portable;
mod set;

use super::column::Operand;
use crate::problem::{Problem, ProblemKind, quote};

/// The longest regular expression, in bytes.
const MAX_REGULAR: usize = 1_000;
/// The longest one in SQL, in bytes.
const MAX_IN_SQL: usize = 4_096;
/// How deep one may nest.
const MAX_NEST: u32 = 50;
/// What the regular expression of a filter may take in memory, compiled. The local engine takes eight times as much, since
/// it writes `$` in a longer way.
const MAX_COMPILED: usize = 2 << 20;

/// A pattern of LIKE with a backslash as its escape. `*` is as good as `%`, which a URL has to encode. As in
/// PostgreSQL a backslash takes any character as it is; Trino allows it only before `%`, `_` and itself.
pub(crate) fn like(operand: &Operand, text: &str) -> Result<String, Problem> {
    let mut pattern = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '*' => pattern.push('%'),
            '\\' => match characters.next() {
                Some(special @ ('%' | '_' | '\\')) => pattern.extend(['\\', special]),
                Some(plain) => pattern.push(plain),
                None => {
                    let what = "a pattern that does not end with a backslash: write \\\\ for one";
                    return Err(expected(operand, what, text));
                }
            },
            other => pattern.push(other),
        }
    }
    Ok(pattern)
}

/// A regular expression, which must be one both for Trino (Java's) and for the local engine (Rust's).
pub(crate) fn regular(operand: &Operand, text: &str, folded: bool) -> Result<String, Problem> {
    if text.len() > MAX_REGULAR {
        let detail =
            format!("the regular expression on {:?} is longer than {MAX_REGULAR} bytes", operand.to_string());
        return Err(Problem::new(ProblemKind::TooMuch, detail).with("maximum", MAX_REGULAR));
    }
    let mut parser = regex_syntax::ast::parse::ParserBuilder::new();
    let parsed = parser.nest_limit(MAX_NEST).build().parse(text);
    let parsed = parsed
        .map_err(|error| expected(operand, &format!("a regular expression ({})", error.kind()), text))?;
    portable::check(&parsed)
        .map_err(|what| expected(operand, &format!("a regular expression {what}"), text))?;
    ambiguous::check(&parsed, folded, &mut 0)
        .map_err(|what| expected(operand, &format!("a regular expression {what}"), text))?;
    let pattern = if folded { format!("(?i){text}") } else { text.to_owned() };
    compiles(&pattern).map_err(|what| expected(operand, &format!("a regular expression {what}"), text))?;
    Ok(pattern)
}

/// Says what the expression must be like, if the local engine does not take it. Its engine writes repetitions out: a
/// short expression can be large.
fn compiles(pattern: &str) -> Result<(), &'static str> {
    match regex::RegexBuilder::new(pattern).size_limit(MAX_COMPILED).build() {
        Ok(_) => Ok(()),
        Err(regex::Error::CompiledTooBig(_)) => Err(
            "that is smaller when its repetitions are written out: repeat less often, or repeat [A-Za-z0-9_] instead of \\w, \
             which has every letter of every script",
        ),
        Err(_) => Err("with general categories and scripts that every engine knows"),
    }
}

/// How many steps the checks of a statement's regular expressions have taken. All together are bounded: a statement has room
/// for more than a thousand.
#[derive(Debug, Default)]
pub(crate) struct Looked(usize);

/// Says what a regular expression in SQL must be like, if it is not: one that Athena's engine, which backtracks, needs no
/// exponential time for. `Err` goes on after "a regular expression". The expressions of one statement share `looked`.
pub(crate) fn in_sql(text: &str, looked: &mut Looked) -> Result<(), String> {
    if text.len() > MAX_IN_SQL {
        return Err(format!("of {MAX_IN_SQL} bytes at most"));
    }
    let parsed = foreign::parse(text).map_err(|error| format!("that can be read ({error})"))?;
    ambiguous::check(&parsed, false, &mut looked.0).map_err(str::to_owned)
}

fn expected(operand: &Operand, what: &str, text: &str) -> Problem {
    let name = operand.to_string();
    let detail = format!("the filter on {name:?} expects {what}, found {}", quote(text));
    Problem::new(ProblemKind::InvalidValue, detail).with("column", name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{plan::column::TableColumn, testing};

    fn name() -> Operand {
        Operand::new(TableColumn::find(&testing::passengers(), "name").unwrap(), &[]).unwrap()
    }

    #[test]
    fn like_escapes_as_postgres_does_and_trino_can() {
        let of = |text: &str| like(&name(), text).unwrap();
        assert_eq!(of("*perez*"), "%perez%");
        assert_eq!(of("100%_\\%\\_\\\\\\*\\n"), "100%_\\%\\_\\\\*n");
        assert!(like(&name(), "a\\").unwrap_err().to_string().contains("does not end with a backslash"));
    }

    #[test]
    fn what_another_engine_reads_in_another_way_is_refused() {
        for same in [
            r"(?i)a|(?s:.)$",
            r"(?m-s)^a",
            "[[a-f]&&[^b]]",
            "(?:a{10}){100}",
            "(?:a+b)+",
            r"\p{Lu}[\p{Greek}\d]",
            r"\x41\u00e9",
            r"[]a]",
            r"\bx\B",
            r"a+?",
            "[(?P<]",
            "a{0}",
            "a|(?i)b|c",
            "a|b(?i)c",
        ] {
            assert_eq!(regular(&name(), same, false).unwrap(), same);
        }
        for other in [
            "a++",
            "a*+",
            "a{2}{3}",
            "[[:alpha:]]",
            "[a-z--b]",
            "[a~~b]",
            "(?x) a",
            "(?U)a",
            "(?u)a",
            "(?R)a",
            "(?-u)a",
            r"\x{61}",
            r"[\x{61}-z]",
            r"\u{61}",
            r"\U00000061",
            r"\xe9",
            r"\pL",
            r"\p{sc=Greek}",
            r"\p{Foo}",
            r"[\p{Old_Italic}]",
            "(?<a_b>x)",
            "(?P<a>x)",
            r"\<a",
            r"a\b{end}",
            "a{1001}",
            "(?:a{100}){11}",
            "^*a",
            "a(?i)b|c",
            "x(?:a(?i)|c)",
        ] {
            let problem = regular(&name(), other, false).expect_err(other);
            assert_eq!(problem.status(), 400);
            assert!(problem.to_string().contains("expects a regular expression "), "{problem}");
        }
    }

    #[test]
    fn what_is_too_large_for_an_engine_is_refused_by_its_filter() {
        for large in [r"\w{100}", r"^\w{1,64}@\w{1,255}$"] {
            let problem = regular(&name(), large, false).expect_err(large);
            assert_eq!((problem.status(), problem.kind()), (400, ProblemKind::InvalidValue), "{large}");
            let words = problem.to_string();
            assert!(
                words.contains("the filter on \"name\" expects a regular expression that is smaller"),
                "{words}"
            );
            assert!(words.contains("repeat [A-Za-z0-9_]"), "{words}");
        }
        // What the words advise is taken.
        for small in ["^[A-Za-z0-9_]{1,64}@[A-Za-z0-9_]{1,255}$", r"^\w+@\w+$", "[a-z]{1000}"] {
            assert_eq!(regular(&name(), small, false).unwrap(), small);
            assert!(regular(&name(), small, true).is_ok(), "{small}");
        }
    }

    #[test]
    fn what_takes_exponential_time_is_refused() {
        for (wrong, folded) in [("(a+)+$", false), ("^(a|a)*$", false), ("(a|A)+$", true)] {
            let problem = regular(&name(), wrong, folded).unwrap_err();
            assert_eq!(problem.status(), 400);
            let words = problem.to_string();
            assert!(words.contains("matches a repeated text in one way only"), "{words}");
            assert!(words.contains(wrong), "it names the pattern: {words}");
        }
        assert_eq!(regular(&name(), "(a|A)+$", false).unwrap(), "(a|A)+$");
        assert_eq!(regular(&name(), "^([a-z]+-)*[a-z]+$", true).unwrap(), "(?i)^([a-z]+-)*[a-z]+$");
    }

    #[test]
    fn expressions_in_sql_are_javas() {
        for taken in
            ["", "a(?=b)", "(?<!a)b", r"(a)\1", "(?<name>a+)b", "a++b", "[[:alpha:]]", &"a".repeat(3_000)]
        {
            assert_eq!(in_sql(taken, &mut Looked::default()), Ok(()), "{taken}");
        }
        for (refused, words) in [
            ("(a+)+$", "in one way only"),
            ("(?>a+)+$", "in one way only"),
            ("(?=(a|a)*b)c", "in one way only"),
            ("(", "that can be read (unclosed group)"),
            (&"a".repeat(4_097), "of 4096 bytes at most"),
            (&format!("(?:{})*", "[ab]?".repeat(800)), "that is smaller"),
        ] {
            let error = in_sql(refused, &mut Looked::default()).unwrap_err();
            assert!(error.contains(words), "{refused}: {error}");
        }
    }

    #[test]
    fn regular_expressions_are_seen_to_be_some() {
        assert_eq!(regular(&name(), "^P(é|e)r.z$", false).unwrap(), "^P(é|e)r.z$");
        assert_eq!(regular(&name(), "perez", true).unwrap(), "(?i)perez");
        for wrong in ["(", "a{2,1}", "[z-a]", "(?P<n>x)", "(?=x)", &"(".repeat(100)] {
            let problem = regular(&name(), wrong, false).unwrap_err();
            assert!(problem.to_string().contains("expects a regular expression"), "{problem}");
        }
        assert_eq!(regular(&name(), &"a".repeat(1_001), false).unwrap_err().status(), 400);
    }
}
