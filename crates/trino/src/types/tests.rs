use super::*;
use crate::tokenize;

fn read(text: &str) -> Option<Type> {
    let mut tokens = tokenize(text).unwrap();
    tokens.retain(|token| token.token != Token::EOF);
    Type::read(&tokens)
}

fn plain(name: &str, numbers: &[&str]) -> Type {
    Type::Plain(name.to_owned(), numbers.iter().map(|number| (*number).to_owned()).collect())
}

fn array(element: Type) -> Type {
    Type::Array(Box::new(element))
}

#[test]
fn types_are_read_as_athena_writes_them() {
    let named = |name: &str, found: Type| (name.to_owned(), found);
    for (text, expected) in [
        ("varchar", plain("varchar", &[])),
        ("DECIMAL ( 12 , 2 )", plain("decimal", &["12", "2"])),
        ("array(char(3))", array(plain("char", &["3"]))),
        ("ARRAY < INT >", array(plain("int", &[]))),
        // The parser makes one token of two signs.
        ("array<array<int>>", array(array(plain("int", &[])))),
        ("array<array<array<int>>>", array(array(array(plain("int", &[]))))),
        (
            "map(uuid, array<date>)",
            Type::Map(Box::new(plain("uuid", &[])), Box::new(array(plain("date", &[])))),
        ),
        (
            "row(Name varchar, \"A \"\"b\" date, date date, array array(int), time, timestamp(3))",
            Type::Row(vec![
                named("name", plain("varchar", &[])),
                named("A \"b", plain("date", &[])),
                named("date", plain("date", &[])),
                named("array", array(plain("int", &[]))),
                named("", plain("time", &[])),
                named("", plain("timestamp", &["3"])),
            ]),
        ),
    ] {
        assert_eq!(read(text), Some(expected), "{text}");
    }
    for text in [
        "",
        "array",
        "array()",
        "array(int",
        "array(int))",
        "array(int>",
        "array<int)",
        "array<int>>",
        "array(hyperloglog)",
        "array(\"int\")",
        "array(decimal(1, 2, 3))",
        "array(varchar('x'))",
        "map(int)",
        "map(int, int, int)",
        "row()",
        "row(int,)",
        "row<int>",
        "row(\"int\")",
        "int int",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
    let deep = |depth: usize| read(&format!("{}int{}", "array(".repeat(depth), ")".repeat(depth)));
    assert!(deep(15).is_some());
    assert_eq!((deep(16), deep(10_000)), (None, None));
}

#[test]
fn types_of_casts_are_given_up_to_the_end_of_the_cast() {
    for (sql, expected, given) in [
        ("SELECT CAST(a AS array(int)), 1", "SELECT CAST(a AS ?), 1", "1:18 array(int)"),
        ("SELECT try_cast ( f(a) as MAP<int, int> )", "SELECT try_cast ( f(a) as ?)", "1:27 MAP<int, int> "),
        ("CAST(CAST(a AS row(x int)) AS varchar)", "CAST(CAST(a AS ?) AS varchar)", "1:16 row(x int)"),
        ("CAST(a AS array(int) + (1))", "CAST(a AS ?)", "1:11 no type: array(int) + (1)"),
        ("CAST(a AS array(int)", "CAST(a AS ?", "1:11 no type: array(int)"),
        ("CAST(a AS array(int", "CAST(a AS ?", "1:11 no type: array(int"),
        ("SELECT f(a AS array), (b AS map), c AS row", "SELECT f(a AS array), (b AS map), c AS row", ""),
        ("CAST((SELECT a AS array) AS int)", "CAST((SELECT a AS array) AS int)", ""),
        ("CAST(a AS \"array\")", "CAST(a AS \"array\")", ""),
    ] {
        let shown = |tokens: &[TokenWithSpan]| -> String {
            let tokens = tokens.iter().filter(|token| token.token != Token::EOF);
            tokens.map(|token| token.token.to_string()).collect()
        };
        let mut seen = Vec::new();
        let found = collapse_types(&tokenize(sql).unwrap(), |found, tokens, place| {
            let is_type = if found.is_some() { "" } else { "no type: " };
            seen.push(format!("{}:{} {is_type}{}", place.line, place.column, shown(tokens)));
            Ok::<_, ()>(vec![Token::Placeholder("?".to_owned())])
        });
        assert_eq!((shown(&found.unwrap()).as_str(), seen.join(";").as_str()), (expected, given), "{sql}");
    }
    let failed = collapse_types(&tokenize("CAST(a AS row(int))").unwrap(), |_, _, _| Err("no"));
    assert_eq!(failed, Err("no"));
}
