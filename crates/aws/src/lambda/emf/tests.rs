use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    memory::SeededIds,
    metric::{self, ALL, Unit},
    port::Ids,
};

use super::*;

/// Metrics by name, with their unit, their value and their dimensions.
type Found = BTreeSet<(String, String, u64, Vec<(String, String)>)>;

/// Values of some metrics, as a report has them.
struct Drawn(Vec<(&'static Metric, u64)>);

impl Facts for Drawn {
    fn each(&self, number: &mut dyn FnMut(&'static Metric, u64)) {
        for (metric, value) in &self.0 {
            number(metric, *value);
        }
    }
}

fn ended() -> DateTime<Utc> {
    "2026-11-23T10:05:00.123456Z".parse().unwrap()
}

/// What CloudWatch reads of the line: each metric with its unit, its value and its dimensions, by the specification. What it
/// would not take is a failure.
fn extracted(line: &Value) -> Found {
    assert_eq!(line["_aws"]["Timestamp"], ended().timestamp_millis());
    let mut found = BTreeSet::new();
    for directive in line["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
        assert_eq!(directive["Namespace"], NAMESPACE);
        let metrics = directive["Metrics"].as_array().unwrap();
        assert!((1..=100).contains(&metrics.len()), "{directive}");
        for dimensions in directive["Dimensions"].as_array().unwrap() {
            let dimensions: Vec<(String, String)> = dimensions
                .as_array()
                .unwrap()
                .iter()
                .map(|name| name.as_str().unwrap())
                .map(|name| (name.to_owned(), line[name].as_str().unwrap().to_owned()))
                .collect();
            assert!((1..=30).contains(&dimensions.len()), "{directive}");
            for metric in metrics {
                let (name, unit) = (metric["Name"].as_str().unwrap(), metric["Unit"].as_str().unwrap());
                let value = line[name].as_u64().unwrap();
                let metric = (name.to_owned(), unit.to_owned(), value, dimensions.clone());
                assert!(found.insert(metric), "twice: {name}");
            }
        }
    }
    found
}

/// The metrics with these values that are to be found.
fn expected(values: &[(&'static Metric, u64)]) -> Found {
    let kept = values.iter().filter(|(metric, value)| *value > 0 || metric.unit == Unit::Milliseconds);
    let labels = |metric: &Metric| -> Vec<(String, String)> {
        let value = |label: &Label| match label {
            Label::Lake => ("lake".to_owned(), "tributary-prod".to_owned()),
            Label::Function => ("function".to_owned(), "compact".to_owned()),
        };
        metric.labels.iter().map(value).collect()
    };
    kept.map(|(metric, value)| {
        (metric.name.to_owned(), metric.unit.as_str().to_owned(), *value, labels(metric))
    })
    .collect()
}

/// Whatever is reported, and however the invocation ended: CloudWatch finds these values, and no others.
#[test]
fn cloudwatch_finds_what_is_reported_and_what_is_known_of_the_invocation() {
    let random = SeededIds::new(21);
    // What is known of every invocation is not the report's.
    let of_report: Vec<&'static Metric> =
        ALL.into_iter().filter(|metric| metric.from != "every function").collect();
    for round in 0..200 {
        let drawn = of_report.iter().filter(|_| random.random().is_multiple_of(2));
        let report = Drawn(drawn.map(|metric| (*metric, random.random() % 3 * 1_000)).collect());
        let (cold, took) = (random.random().is_multiple_of(2), random.random() % 5_000);
        let left = (random.random().is_multiple_of(2)).then(|| random.random() % 900_000);
        let duration = |millis: u64| TimeDelta::milliseconds(i64::try_from(millis).unwrap());
        let outcome = match random.random() % 3 {
            0 => Outcome::Answered,
            1 => Outcome::Failed("no \"store\"\nanswers".to_owned()),
            _ => Outcome::BrokenOff,
        };
        let of = Invocation {
            function: "compact",
            request_id: "8476a536",
            cold,
            outcome: &outcome,
            ended: ended(),
            took: duration(took),
            left: left.map(duration),
            report: &report,
        };
        let text = line(&of, "tributary-prod").to_string();
        assert_eq!(text.lines().count(), 1, "{text}");
        let line: Value = serde_json::from_str(&text).unwrap();
        let mut values = report.0.clone();
        values.extend([
            (&metric::INVOCATIONS, 1),
            (&metric::INVOCATIONS_FAILED, u64::from(matches!(outcome, Outcome::Failed(_)))),
            (&metric::INVOCATIONS_BROKEN_OFF, u64::from(outcome == Outcome::BrokenOff)),
            (&metric::COLD_STARTS, u64::from(cold)),
            (&metric::INVOCATION_MS, took),
        ]);
        values.extend(left.map(|left| (&metric::DEADLINE_LEFT_MS, left)));
        assert_eq!(extracted(&line), expected(&values), "round {round}: {line}");
        assert_eq!((&line["function"], &line["request_id"]), (&"compact".into(), &"8476a536".into()));
        let error = line.get("error").and_then(Value::as_str);
        assert_eq!(error.is_some(), matches!(outcome, Outcome::Failed(_)), "{line}");
    }
}

#[test]
fn a_clock_that_was_set_back_makes_no_negative_duration() {
    let report = Drawn(Vec::new());
    let of = Invocation {
        function: "compact",
        request_id: "8476a536",
        cold: false,
        outcome: &Outcome::Answered,
        ended: ended(),
        took: TimeDelta::milliseconds(-1),
        left: Some(TimeDelta::milliseconds(-700)),
        report: &report,
    };
    let values = [(&metric::INVOCATIONS, 1), (&metric::INVOCATION_MS, 0), (&metric::DEADLINE_LEFT_MS, 0)];
    assert_eq!(extracted(&line(&of, "tributary-prod")), expected(&values));
}

/// A field that a metric filter of `infra/` counts must not be in this line: it would be counted twice.
#[test]
fn no_metric_is_a_field_that_infra_counts() {
    let infra = [
        include_str!("../../../../../infra/modules/lake/ingest.tf"),
        include_str!("../../../../../infra/modules/lake/compact.tf"),
        include_str!("../../../../../infra/modules/function/live.tf"),
        include_str!("../../../../../infra/modules/function/main.tf"),
    ];
    let counted: BTreeSet<&str> = infra
        .iter()
        .flat_map(|text| text.split("$.").skip(1))
        .map(|rest| rest.split(|c: char| !c.is_ascii_lowercase() && c != '_').next().unwrap())
        .collect();
    assert!(counted.contains("refused_partitions") && counted.contains("twins"), "{counted:?}");
    assert!(ALL.iter().all(|metric| !counted.contains(metric.name)), "{counted:?}");
}
