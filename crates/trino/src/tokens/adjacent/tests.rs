use super::*;
use crate::{LOCAL, Policy, Unsupported, query, tokenize, walk};

/// Runs everything that is in the grammar.
struct Any;

impl Policy for Any {
    type Refused = Unsupported;

    const LEVELS: usize = 60;
}

/// What refuses the statement: the tokens, the parser or the walk.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum By {
    Tokens,
    Parser,
    Walk,
}

fn read(sql: &str) -> Result<String, By> {
    let mut tokens = tokenize(sql).map_err(|_| By::Tokens)?;
    tokens.retain(|token| !matches!(token.token, Token::Whitespace(_) | Token::EOF));
    let walked = query(tokens, &LOCAL, |query| walk(&query, &mut Any).map(|()| query.to_string()));
    walked.map_err(|_| By::Parser)?.map_err(|_| By::Walk)
}

/// Each of these was a number with an implicit alias, or became another statement with a space between.
#[test]
fn a_number_ends_where_its_digits_end() {
    for (number, shown) in [
        ("1_000", "1_000"),
        ("1_000_000", "1_000_000"),
        ("1_", "1_"),
        ("1x", "1x"),
        ("1X", "1X"),
        ("1n", "1n"),
        ("1AS", "1AS"),
        ("1FROM", "1FROM"),
        ("0b11", "0b11"),
        ("0B11", "0B11"),
        ("0o17", "0o17"),
        ("0xFF", "0xFF"),
        ("0xff", "0xff"),
        ("0XFF", "0XFF"),
        ("0xFFg", "0xFF"),
        ("0xF_F", "0xF"),
        ("0x", "0x"),
        ("5e", "5e"),
        ("5E", "5E"),
        ("1e+", "1e"),
        ("1e-x", "1e"),
        ("1.5_5", "1.5_5"),
        ("1.5e3_0", "1.5e3_0"),
        ("1e5x", "1e5x"),
        (".5x", ".5x"),
        ("1.a", "1.a"),
        ("1._5", "1._5"),
        ("1L", "1L"),
        ("1Lx", "1L"),
        ("1.2.3", "1.2.3"),
        ("1..2", "1..2"),
        ("1..", "1.."),
        (".5.", ".5."),
        (".5.a", ".5."),
        ("1.5e3.2", "1.5e3.2"),
        ("1'a'", "1'"),
        ("1x'00'", "1x'"),
        ("1n'a'", "1n'"),
    ] {
        for (before, behind) in [("SELECT ", ""), ("SELECT (", ")"), ("SELECT a, -", " FROM t")] {
            let error = tokenize(&format!("{before}{number}{behind}")).unwrap_err();
            let words = format!("\"{shown}\" is no number: write decimal digits");
            assert!(error.message.starts_with(&words), "{number}: {error}");
            let column = u64::try_from(before.len()).unwrap() + 1;
            assert_eq!((error.location.line, error.location.column), (1, column), "{number}");
        }
    }
}

#[test]
fn numbers_that_stand_alone_are_taken() {
    for number in ["1000", "1.", "1.5", ".5", "1e5", "1E5", "1e+5", "1.5e-3", "1.e5", ".5e3", "007"] {
        for sql in [
            format!("SELECT {number}"),
            format!("SELECT {number} x"),
            format!("SELECT {number}\nx"),
            format!("SELECT {number}/**/x"),
            format!("SELECT {number}--\nx"),
            format!("SELECT ({number})x"),
            format!("SELECT {number},{number}"),
            format!("SELECT {number}+{number}-{number}*{number}/{number}%{number}"),
            format!("SELECT a FROM t WHERE a<{number}"),
            format!("SELECT ARRAY[{number}]"),
        ] {
            assert!(read(&sql).is_ok(), "{sql}: {:?}", read(&sql));
        }
    }
}

/// Pairs of tokens without a space between them. Where they are taken, Trino's lexer splits them alike.
#[test]
fn every_other_pair_is_read_as_in_athena_or_refused() {
    for (pair, expected) in [
        // Texts.
        ("'a''b'", Ok("SELECT 'a''b'")),
        ("'a' 'b'", Err(By::Walk)),
        ("'a'\n'b'", Err(By::Walk)),
        ("'a'b", Ok("SELECT 'a' AS b")),
        ("'a'\"b\"", Ok("SELECT 'a' AS \"b\"")),
        ("'a'1", Err(By::Parser)),
        ("'a'||'b'", Ok("SELECT 'a' || 'b'")),
        ("x'00'", Err(By::Walk)),
        ("X'00'", Err(By::Walk)),
        ("X''", Err(By::Walk)),
        ("n'a'", Err(By::Walk)),
        ("b'a'", Err(By::Walk)),
        ("e'a'", Err(By::Walk)),
        ("DATE'2026-11-23'", Ok("SELECT DATE '2026-11-23'")),
        // Names.
        ("\"a\"\"b\"", Ok("SELECT \"a\"\"b\"")),
        ("\"a\"b", Ok("SELECT \"a\" AS b")),
        ("a\"b\"", Ok("SELECT a AS \"b\"")),
        ("a.b", Ok("SELECT a.b")),
        ("a.\"b\"", Ok("SELECT a.\"b\"")),
        ("\"a\"1", Err(By::Parser)),
        ("a.1", Err(By::Parser)),
        ("a..b", Err(By::Parser)),
        ("a$b", Err(By::Tokens)),
        ("aé", Err(By::Parser)),
        ("éa", Err(By::Parser)),
        ("a\u{661}", Err(By::Parser)),
        ("1é", Err(By::Parser)),
        ("1$a", Err(By::Tokens)),
        ("1?", Err(By::Parser)),
        // A name in quotes behind a number is an alias in Trino, too.
        ("1\"b\"", Ok("SELECT 1 AS \"b\"")),
        // Operators.
        ("a!=-1", Ok("SELECT a <> -1")),
        ("a<>-1", Ok("SELECT a <> -1")),
        ("a<=-1", Ok("SELECT a <= -1")),
        ("a--1", Ok("SELECT a")),
        ("a/**/b", Ok("SELECT a AS b")),
        ("f(x->-1)", Ok("SELECT f(x -> -1)")),
    ] {
        assert_eq!(read(&format!("SELECT {pair}")), expected.map(str::to_owned), "{pair}");
    }
    for refused in [
        "U&'a'", "U&\"a\"", "#a", "a@b", "a#b", "a->>b", "a<=>b", "a==b", "a^b", "a&b", "a|b", "a<<b", "a~b",
        "a::b", "{a}", "`a`",
    ] {
        let found = read(&format!("SELECT {refused}"));
        assert!(found.is_err(), "{refused}: {found:?}");
    }
}

/// Trino ends such a comment at the first carriage return or line feed.
#[test]
fn a_comment_ends_where_its_line_ends() {
    for sql in
        ["SELECT 1--x", "SELECT 1--x\r\n", "SELECT 1--x\r", "SELECT 1--\r\n--\r\n+ 1", "SELECT 1 /* \r */"]
    {
        assert!(tokenize(sql).is_ok(), "{sql:?}");
    }
    for sql in ["SELECT 1 --x\r+ 1", "SELECT 1 --x\r+ 1\n", "SELECT 1 --\r\r\n"] {
        let error = tokenize(sql).unwrap_err();
        assert!(error.message.contains("carriage return"), "{sql:?}: {error}");
        assert_eq!(error.location.column, 10, "{sql:?}");
    }
}

#[test]
fn an_error_quotes_no_more_than_a_line() {
    let error = tokenize(&format!("SELECT 1{}", "_0".repeat(30_000))).unwrap_err();
    assert!(error.message.len() < 200, "{}", error.message.len());
}

/// Of Trino's grammar (`SqlBase.g4`), `?` alone is a parameter; `@` and `$` begin no token.
#[test]
fn a_parameter_is_a_question_mark() {
    for (sql, shown) in [
        ("SELECT {}", "$1"),
        ("SELECT {}", "?1"),
        ("SELECT {}", "@"),
        ("SELECT {}a", "@"),
        ("SELECT a FROM t WHERE a = {}", "$name"),
        ("SELECT a FROM t WHERE a = {}name", "@"),
        ("SELECT a FROM {}t", "@"),
        ("SELECT a FROM t LIMIT {}", "$1"),
        ("SELECT a FROM t LIMIT {}n", "@"),
        ("SELECT 1 AS {}a", "@"),
        ("SELECT t.{} FROM t", "$path"),
        ("SELECT f({})", "?2"),
        ("VALUES {}", "$1"),
    ] {
        let (before, _) = sql.split_once("{}").unwrap();
        let error = tokenize(&sql.replace("{}", shown)).unwrap_err();
        assert_eq!(error.message, format!("a parameter is written ?, not \"{shown}\""), "{sql}");
        assert_eq!(error.location.column, u64::try_from(before.len()).unwrap() + 1, "{sql}");
    }
    for sql in
        ["SELECT a FROM t WHERE a = ?", "SELECT '@a', '$1', '?1'", "SELECT \"@a\", \"$1\", \"?1\" FROM t"]
    {
        assert!(read(sql).is_ok(), "{sql}: {:?}", read(sql));
    }
}
