use std::collections::HashMap;

use proptest::prelude::*;
use regex_syntax::ast::parse::Parser;

use super::*;

fn verdict(pattern: &str) -> Result<(), &'static str> {
    check(&Parser::new().parse(pattern).unwrap(), false, &mut 0)
}

#[test]
fn what_matches_in_one_way_is_taken() {
    for pattern in [
        "",
        "a",
        "a+",
        "(a)+",
        "((a))+$",
        "(?:ab)*",
        "(?:ab?)+",
        "^([a-z]+-)*[a-z]+$",
        r"^(\w+\s)*\w+$",
        r"^\s+|\s+$",
        r"^(\S+\s+)*\S+$",
        r"\S+(\s+\S+)*",
        r"([^\s,]+,\s*)*[^\s,]+",
        r"(\w+\W+)*",
        r"(\d+\D+)*",
        r"(\d+\W+)*",
        r"(\w+\s)*",
        r"(\w+[^\w])*",
        "([^,]+,)*",
        "(foo|bar|baz)+",
        "(a|b|ab)c",
        "(a*)b",
        "(a?)*",
        "a{2,3}",
        ".*a.*b.*c.*",
        r"(?:\d{1,3}\.){3}\d{1,3}",
        r"^[\w.+-]+@[\w-]+\.[\w.]+$",
        r"(?:[a-z]{2,63}\.)+[a-z]{2,63}",
        r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$",
        r"([0-9a-f]{32})+",
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "(?:a{10}){100}",
        r#"("[^"]*"|[^,"]*)(,("[^"]*"|[^,"]*))*"#,
        r"^(/[^/]+)+$",
        r"^https?://[^/\s]+(/[^\s?]*)?(\?\S*)?$",
        r"(\p{L}+ )*\p{L}+",
        "([a-c]|[d-e])+",
        "(?:a++b)+",
        "^(?:[^;]*;){12}x",
    ] {
        assert_eq!(verdict(pattern), Ok(()), "{pattern}");
    }
}

#[test]
fn what_matches_in_more_and_more_ways_is_refused() {
    for pattern in [
        "(a+)+$",
        "(a*)*",
        "(a+)*",
        "(a|a)*",
        "(a|aa)+$",
        "([a-z]+)*x",
        r"(\w+\s?)*$",
        r"(\d+\.?)+$",
        "(.*a)*",
        "(x+x+)+y",
        "(a?b?)*",
        "((a+b?)+c)*",
        "([a-c]|[c-e])+",
        r"(\s|\n)*",
        r"(\s*\S+)*",
        r"(\w+\S)*x",
        r"(\w+\D)*x",
        r"(\w|é)*x",
        r"(\W|é)*x",
        r"(\d|٣)*x",
        r"(\D|٣)*x",
        r"(\s|\x{a0})*x",
        r"(\S|\x{a0})*x",
        r"(\W[à-ü]?)*x",
        r"(?i)(\p{Lu}|a)*x",
        "(?i)(a|A)+x",
        "(a|(?i)A)+x",
        "(é|É|(?i)x)+",
        "(a{1,2})*",
        "(a{1,100}){1,100}",
        "(a+){30}",
        "(a|a){30}",
        "(a?){30}a{30}",
        r"^(([a-z])+.)+[A-Z]([a-z])+$",
        r"^([a-zA-Z0-9]+[._-]?)+@x$",
        r"(?:\p{L}|é)+",
        "(?:(?:b|a+)c?)+",
        "(?:a.?)+b",
        "(?:a(?:b||)a)*",
        "(?:a(?:b*)*)*c",
    ] {
        assert_eq!(verdict(pattern), Err(AMBIGUOUS), "{pattern}");
    }
    let folded = check(&Parser::new().parse("(a|A)+").unwrap(), true, &mut 0);
    assert_eq!((verdict("(a|A)+"), folded), (Ok(()), Err(AMBIGUOUS)));
}

#[test]
fn what_is_too_large_is_refused_and_costs_little() {
    let many = |part: &str| part.repeat(20_000 / part.len());
    for pattern in [
        many("ab"),
        format!("(?:{})*", vec!["a[bc]"; 900].join("|")),
        format!("(?:{})*", many("[ab]")),
        "(?:(?:(?:(?:.{10}){10}){10}){10}){10}".to_owned(),
        format!("(?:{}x)*", ".?".repeat(900)),
        format!("{}{}", "(?:".repeat(40), "){10}".repeat(40)),
        "((a?){10}){10}b".to_owned(),
        format!("{}^{}", "(?:".repeat(40), "){20}".repeat(40)),
    ] {
        assert!(verdict(&pattern).is_err(), "{}", pattern.chars().take(40).collect::<String>());
    }
}

/// A class of so many characters outside of ASCII, with other characters between any two.
fn class_of_many(first: u32, apart: usize, count: usize) -> String {
    let characters = (first..).step_by(apart).take(count).map(|code| char::from_u32(code).unwrap());
    format!("[{}]", characters.collect::<String>())
}

#[test]
fn a_class_costs_once_and_not_for_each_copy() {
    let (even, odd) = (class_of_many(0x100, 4, 800), class_of_many(0x102, 4, 800));
    for (pattern, states, classes) in [
        (format!("(?:(?:{}{{64}}){{11}}){{5}}", class_of_many(0xa1, 2, 1_680)), 64 * 11 * 5, 1),
        (format!("(?:(?:{even}{{64}}{odd}{{64}}){{7}})*"), 128 * 7, 2),
    ] {
        let ast = Parser::new().parse(&pattern).unwrap();
        let automaton = Automaton::new(&ast, false).unwrap();
        assert_eq!((automaton.class_of.len(), automaton.classes.len()), (states, classes));
        let mut steps = 0;
        assert_eq!(search(&automaton, &mut steps), Ok(()));
        assert!(steps < MAX_STEPS / 2, "{steps}");
    }
}

#[test]
fn the_steps_of_all_classes_and_loops_are_bounded_together() {
    let long: Vec<String> = (0..100).map(|at| class_of_many(0x1000 + at, 100, 400)).collect();
    let letters: Vec<String> = ('\u{1000}'..='\u{103b}').map(String::from).collect();
    let one_loop = format!("(?:{})*y", letters.join("|"));
    assert_eq!(verdict(&one_loop), Ok(()));
    let loops = one_loop.repeat(10);
    for pattern in [format!("(?:{})*", r"\w\s".repeat(450)), format!("(?:{})*", long.concat()), loops] {
        let ast = Parser::new().parse(&pattern).unwrap();
        let mut steps = 0;
        let verdict = search(&Automaton::new(&ast, false).unwrap(), &mut steps);
        let name: String = pattern.chars().take(40).collect();
        // They are counted for two classes or two states at a time.
        assert!(steps <= MAX_STEPS + 10_000, "{steps}: {name}");
        assert_eq!(verdict, Err(TOO_LARGE), "{name}");
    }
}

/// Outside of loops too: an expression of 620 letters that may all be left out has 190,000 ways from one to another.
#[test]
fn ways_between_states_are_steps_too() {
    let optional: String =
        ('a'..='z').chain('A'..='Z').chain('0'..='9').flat_map(|letter| [letter, '?']).collect();
    let ast = Parser::new().parse(&format!("({optional}){{10}}")).unwrap();
    let mut steps = 0;
    let refused = (1..100).find(|_| check(&ast, false, &mut steps).is_err());
    assert!(matches!(refused, Some(5..=20)), "{refused:?}");
}

/// How many ways a backtracking engine has to match all of the text: another look at the same expression.
fn ways(ast: &Ast, text: &[char], from: usize) -> HashMap<usize, u64> {
    use regex_syntax::ast::RepetitionKind;
    let one = |matches: bool| HashMap::from_iter(matches.then_some((from + 1, 1)));
    let add = |all: &mut HashMap<usize, u64>, end: usize, count: u64| {
        let sum = all.entry(end).or_default();
        *sum = sum.saturating_add(count);
    };
    match ast {
        Ast::Empty(_) => HashMap::from([(from, 1)]),
        Ast::Literal(literal) => one(text.get(from) == Some(&literal.c)),
        Ast::Dot(_) => one(from < text.len()),
        Ast::Group(group) => ways(&group.ast, text, from),
        Ast::Alternation(alternation) => {
            let mut all = HashMap::new();
            for branch in &alternation.asts {
                for (end, count) in ways(branch, text, from) {
                    add(&mut all, end, count);
                }
            }
            all
        }
        Ast::Concat(concat) => {
            let mut all = HashMap::from([(from, 1_u64)]);
            for part in &concat.asts {
                let mut next = HashMap::new();
                for (at, count) in all {
                    for (end, more) in ways(part, text, at) {
                        add(&mut next, end, count.saturating_mul(more));
                    }
                }
                all = next;
            }
            all
        }
        Ast::Repetition(repetition) => {
            let body = |at: usize| ways(&repetition.ast, text, at);
            let once = body(from);
            let mut all = match repetition.op.kind {
                RepetitionKind::OneOrMore => once.clone(),
                _ => HashMap::from([(from, 1)]),
            };
            if repetition.op.kind == RepetitionKind::ZeroOrOne {
                for (end, count) in once {
                    add(&mut all, end, count);
                }
                return all;
            }
            // Rounds of the loop, each with some progress: engines end it at a round without.
            let mut round = match repetition.op.kind {
                RepetitionKind::OneOrMore => once.into_iter().filter(|(end, _)| *end > from).collect(),
                _ => all.clone(),
            };
            while !round.is_empty() {
                let mut next = HashMap::new();
                for (at, count) in round {
                    for (end, more) in body(at).into_iter().filter(|(end, _)| *end > at) {
                        add(&mut next, end, count.saturating_mul(more));
                    }
                }
                for (end, count) in &next {
                    add(&mut all, *end, *count);
                }
                round = next;
            }
            all
        }
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Of what is taken, no text of its letters has exponentially many ways.
    #[test]
    fn what_is_taken_has_few_ways(
        pattern in prop::string::string_regex(r"(a|b|\.|\(a|\(b|\)|\||\*|\+|\?){1,10}").unwrap(),
        period in "[ab]{1,3}",
    ) {
        let Ok(ast) = Parser::new().parse(&pattern) else { return Ok(()) };
        // A plus behind another repetition is possessive, which is another meaning than that of nested loops.
        let is_possessive = ["++", "*+", "?+"].iter().any(|operator| pattern.contains(operator));
        if is_possessive || check(&ast, false, &mut 0).is_err() {
            return Ok(());
        }
        let text: Vec<char> = period.chars().cycle().take(48).collect();
        let most = |length: usize| ways(&ast, &text[..length], 0).into_values().max().unwrap_or_default();
        let (half, whole) = (most(24).max(1), most(48));
        // Five loops of two tokens each have ways by a polynomial of the fourth degree: 16 times as many. Two ways for
        // each three letters are 256 times as many.
        prop_assert!(whole / half <= 100, "{pattern} on {period}: {half} ways, then {whole}");
    }
}
