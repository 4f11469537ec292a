use super::*;

#[test]
fn the_body_has_the_members_of_rfc_9457_and_its_own() {
    let problem =
        Problem::new(ProblemKind::UnknownColumn, "unknown column \"prise\"").with("column", "prise");
    let body: Value = serde_json::from_str(&problem.to_json()).unwrap();
    assert_eq!(
        body,
        serde_json::json!({
            "type": "urn:tributary:problem:unknown-column", "title": "Unknown column", "status": 400,
            "detail": "unknown column \"prise\"", "column": "prise",
        })
    );
}

/// A kind of refusal may forget to [`quote`]: the problem does not grow with what it quotes in any case.
#[test]
fn a_detail_is_no_longer_than_it_may_be() {
    let long = "é".repeat(1 << 20);
    let of_gate = crate::sql::gate::Refused::UnknownDataset { name: long.clone(), place: Some((1, 2)) };
    for problem in [
        Problem::new(ProblemKind::InvalidSql, long.as_str()),
        Problem::new(ProblemKind::InvalidSql, of_gate.to_string()),
    ] {
        let problem = problem.suggesting(&long, "datasets", ["passengers"].into_iter());
        let body: Value = serde_json::from_str(&problem.to_json()).unwrap();
        let characters = body["detail"].as_str().unwrap().chars().count();
        assert!(characters < domain::MOST_CHARACTERS + 50, "{characters} characters");
    }
    assert!(of_gate.to_string().chars().count() < 100, "it is quoted as every name is");
}

#[test]
fn quotes_are_short_and_on_one_line() {
    assert_eq!(quote("a\nb\"c"), r#""a\nb\"c""#);
    assert!(quote(&"é".repeat(10_000)).chars().count() < 70);
}

#[test]
fn long_texts_get_no_suggestion_and_cost_nothing() {
    assert_eq!(nearest("prise", ["price"]), Some("price"));
    assert_eq!(nearest(&"x".repeat(8_000), ["x"]), None);
}

#[test]
fn a_suggestion_is_a_name_or_what_there_is() {
    let of = |wanted: &str| {
        let problem = Problem::new(ProblemKind::UnknownColumn, "unknown column");
        problem.suggesting(wanted, "columns", ["name", "price"].into_iter()).to_string()
    };
    assert_eq!(of("prise"), "unknown column: did you mean \"price\"?");
    assert_eq!(of("zzz"), "unknown column; columns: name, price");
}

/// Every kind there is, in the order of its declaration.
const ALL: &[ProblemKind] = &[
    ProblemKind::MalformedQuery,
    ProblemKind::UnknownParameter,
    ProblemKind::UnknownColumn,
    ProblemKind::UnknownOperator,
    ProblemKind::NotComparable,
    ProblemKind::InvalidValue,
    ProblemKind::TooMuch,
    ProblemKind::InvalidCursor,
    ProblemKind::MalformedBody,
    #[cfg(feature = "sdk")]
    ProblemKind::MalformedRequest,
    ProblemKind::InvalidSql,
    ProblemKind::NotComputable,
    ProblemKind::MissingParameter,
    ProblemKind::Unauthorized,
    ProblemKind::Forbidden,
    ProblemKind::SqlOff,
    ProblemKind::UnknownDataset,
    ProblemKind::UnknownQuery,
    ProblemKind::UnknownNamedQuery,
    ProblemKind::UnknownPath,
    ProblemKind::MethodNotAllowed,
    ProblemKind::NotAcceptable,
    ProblemKind::SlowBody,
    ProblemKind::NotFinished,
    ProblemKind::QueryCancelled,
    ProblemKind::ResultExpired,
    ProblemKind::ResultTooLarge,
    ProblemKind::ScanLimit,
    ProblemKind::BodyTooLarge,
    ProblemKind::UriTooLong,
    ProblemKind::UnsupportedMediaType,
    ProblemKind::RateLimited,
    ProblemKind::BudgetSpent,
    ProblemKind::Busy,
    ProblemKind::Internal,
    #[cfg(feature = "sdk")]
    ProblemKind::UnknownCoding,
    ProblemKind::EngineFailed,
    ProblemKind::Unavailable,
    ProblemKind::NotRegistered,
    ProblemKind::Timeout,
];

/// `docs/problems.md` has every type with its status, and no other one.
#[test]
fn the_document_has_every_problem() {
    // The list is whole: the last kind of the declaration is the last one of it, and stands where it should.
    for (place, kind) in ALL.iter().enumerate() {
        assert_eq!(*kind as usize, place, "{kind:?}");
    }
    let row = |kind: &ProblemKind| (kind.slug().to_owned(), kind.status().to_string());
    let mut expected: Vec<(String, String)> = ALL.iter().map(row).collect();
    // They are kinds where neither the Lambda nor the server is built, too.
    #[cfg(not(feature = "sdk"))]
    for (slug, status) in [("malformed-request", "400"), ("unknown-transfer-coding", "501")] {
        expected.push((slug.to_owned(), status.to_owned()));
    }
    let mut found = Vec::new();
    for line in include_str!("../../../../docs/problems.md").lines() {
        let Some((slug, rest)) = line.strip_prefix("| `").and_then(|line| line.split_once("` | ")) else {
            continue;
        };
        let cells: Vec<&str> = rest.split(" | ").collect();
        assert_eq!(cells.len(), 3, "{line}");
        assert!(cells.iter().all(|cell| !cell.trim_matches([' ', '|']).is_empty()), "{line}");
        found.push((slug.to_owned(), cells[0].to_owned()));
    }
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

/// A kind that is added has to be added to [`ALL`] above.
#[test]
fn no_kind_is_behind_the_last() {
    assert_eq!(ALL.last(), Some(&ProblemKind::Timeout));
    let source = include_str!("kind.rs");
    let declared = source.split_once("pub(crate) enum ProblemKind {").unwrap().1.split_once("\n}").unwrap().0;
    let last = declared.lines().rev().find(|line| !line.trim().is_empty()).unwrap();
    assert_eq!(last.trim(), "Timeout,");
}
