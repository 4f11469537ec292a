//! The table of `docs/metrics.md` is the one in the code: the same metrics, units, labels and words, and no others.

use std::collections::BTreeSet;

use domain::metric::{ALL, Label, Metric};

const METRICS: &str = include_str!("../../../docs/metrics.md");

fn row(metric: &Metric) -> String {
    let labels: Vec<String> = metric.labels.iter().map(|label| format!("`{}`", label.as_str())).collect();
    let from = match metric.from {
        "every function" => metric.from.to_owned(),
        function => format!("`{function}`"),
    };
    let (unit, labels) = (metric.unit.as_str(), labels.join(", "));
    format!("| `{}` | {unit} | {labels} | {from} | {} |", metric.name, metric.meaning)
}

#[test]
fn every_metric_is_in_the_documents_and_no_other() {
    let listed: Vec<&str> = METRICS.lines().filter(|line| line.starts_with("| `")).collect();
    let expected: Vec<String> = ALL.iter().map(|metric| row(metric)).collect();
    assert_eq!(listed, expected);
}

#[test]
fn names_are_unique_and_fit_every_outlet() {
    let names: BTreeSet<&str> = ALL.iter().map(|metric| metric.name).collect();
    assert_eq!(names.len(), ALL.len());
    for metric in ALL {
        let is_plain = |name: &str| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(is_plain(metric.name) && metric.name.len() <= 64, "{metric:?}");
        // A metric of one function needs no label that says which.
        let is_of_all = metric.from == "every function";
        assert_eq!(metric.labels.contains(&Label::Function), is_of_all, "{metric:?}");
        assert!(metric.labels.contains(&Label::Lake), "{metric:?}");
        assert!(is_of_all || ["ingest", "compact", "register", "query"].contains(&metric.from), "{metric:?}");
        assert!(metric.meaning.ends_with('.'), "{metric:?}");
    }
}
