//! The tables of `docs/metrics.md` are those in the code: the same metrics, names, units, labels and words, and no others.

use std::collections::BTreeSet;

use domain::{
    metric::{
        ALL, Label, Metric,
        prometheus::{DATASET, DURATIONS, FAMILIES, FRESHNESS, Family, Kind, Scale, exposed},
    },
    quarantine,
    recorder::{MOST_DATASETS, OTHER, Recorder, UNROUTED},
};

const METRICS: &str = include_str!("../../../docs/metrics.md");

fn row(metric: &Metric) -> String {
    let labels: Vec<String> = metric.labels.iter().map(|label| format!("`{}`", label.as_str())).collect();
    let from = match metric.from {
        "every function" => metric.from.to_owned(),
        function => format!("`{function}`"),
    };
    let (unit, labels) = (metric.unit.as_str(), labels.join(", "));
    let (in_prometheus, _, _) = exposed(metric);
    format!("| `{}` | `{in_prometheus}` | {unit} | {labels} | {from} | {} |", metric.name, metric.meaning)
}

fn family_row(family: &Family) -> String {
    let labels: Vec<String> = family.labels.iter().map(|label| format!("`{label}`")).collect();
    let labels = if labels.is_empty() { "none".to_owned() } else { labels.join(", ") };
    format!("| `{}` | {} | {labels} | {} |", family.name, family.kind.as_str(), family.meaning)
}

/// The rows of a table, by its head.
fn rows(head: &str) -> Vec<&'static str> {
    let table = METRICS.split_once(head).map_or("", |(_, table)| table);
    table.lines().skip(2).take_while(|line| line.starts_with("| `")).collect()
}

#[test]
fn every_family_of_prometheus_is_in_the_documents_and_no_other() {
    let expected: Vec<String> = FAMILIES.iter().map(|family| family_row(family)).collect();
    assert_eq!(rows("| metric | type | labels | meaning |"), expected);
}

/// By <https://prometheus.io/docs/practices/naming/>: base units, `_total` behind counters and nothing else.
#[test]
fn names_in_prometheus_follow_its_conventions() {
    let metrics = ALL.into_iter().map(exposed);
    let families = FAMILIES.into_iter().map(|family| (family.name.to_owned(), family.kind, family.scale));
    let all: Vec<(String, Kind, Scale)> = metrics.chain(families).collect();
    let names: BTreeSet<&str> = all.iter().map(|(name, _, _)| name.as_str()).collect();
    assert_eq!(names.len(), all.len());
    for (name, kind, scale) in &all {
        assert!(name.starts_with("tributary_"), "{name}");
        assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{name}");
        assert_eq!(name.ends_with("_total"), *kind == Kind::Counter, "{name}");
        for other in ["_ms", "_millis", "_nano", "_kib", "_count", "_sum", "_bucket", "_info_total"] {
            assert!(!name.contains(other), "{name}");
        }
        let unit = match scale {
            Scale::One => "",
            Scale::Thousandth => "_seconds",
            Scale::Billionth => "_dollars",
        };
        assert!(name.strip_suffix("_total").unwrap_or(name).ends_with(unit), "{name}");
    }
}

#[test]
fn the_documents_have_the_values_of_labels_and_the_bounds_of_buckets() {
    for kind in quarantine::Kind::ALL {
        assert!(METRICS.contains(&format!("`{}`", kind.as_str())), "{kind:?}");
    }
    let text = METRICS.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [format!("at most {MOST_DATASETS} values"), format!("`{OTHER}`"), format!("`{UNROUTED}`")] {
        assert!(text.contains(&words), "{words}");
    }
    for bounds in [DURATIONS, FRESHNESS] {
        assert!(bounds.windows(2).all(|pair| pair[0] < pair[1]), "{bounds:?}");
        let bounds: Vec<String> = bounds.iter().map(|millis| (*millis as f64 / 1000.0).to_string()).collect();
        let listed = format!(": {}.", bounds.join(", "));
        assert!(text.contains(&listed), "{listed}");
    }
}

/// The most series that there can be: of what every lake has, and of a thousand datasets in which everything happens.
#[test]
fn the_documents_have_the_most_series_of_a_lake() {
    let recorder = Recorder::new(("s", "e"), &["ingest", "compact", "register", "query"], &FAMILIES);
    let series = || recorder.text().lines().filter(|line| !line.starts_with('#')).count();
    for family in FAMILIES {
        match family.name {
            "tributary_queue_messages" => {
                ["ingest", "compact", "register"]
                    .iter()
                    .for_each(|function| recorder.add(family, &[function], 0));
            }
            "tributary_dead_letters_total" => {
                ["compact", "register"].into_iter().for_each(|name| recorder.add(family, &[name], 0));
            }
            "tributary_build_info" => recorder.add(family, &["0.1.0", "unknown"], 1),
            _ => {}
        }
    }
    let of_all = series();
    let names: Vec<String> = (0..1_000).map(|n| format!("d{n}")).chain([UNROUTED.to_owned()]).collect();
    for family in FAMILIES {
        for name in &names {
            match family.labels {
                [DATASET] => recorder.add(family, &[name], 1),
                [DATASET, _] => {
                    for kind in quarantine::Kind::ALL {
                        recorder.add(family, &[name, kind.as_str()], 1);
                    }
                }
                _ => {}
            }
        }
    }
    let (values, all) = (MOST_DATASETS + 2, series());
    let of_one = (all - of_all) / values;
    assert_eq!(all, of_all + of_one * values);
    let text = METRICS.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = format!(
        "at most {},{:03} series in one process: {of_all} of the functions and the queues, and {of_one} for each of {values} values",
        all / 1_000,
        all % 1_000
    );
    assert!(text.contains(&words), "{words}");
}

#[test]
fn every_metric_is_in_the_documents_and_no_other() {
    let listed = rows("| metric | in Prometheus | unit | labels | from | meaning |");
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
