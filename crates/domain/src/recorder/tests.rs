use proptest::prelude::*;

use super::*;
use crate::metric::{
    ALL, Metric,
    prometheus::{
        BUILD_INFO, EVENTS_ACCEPTED, EVENTS_QUARANTINED, FAMILIES, FRESHNESS_SECONDS, LANDING_OBJECTS,
        OLDEST_LANDING, QUEUE_MESSAGES,
    },
};

mod reader;

use reader::{Sample, read};

const FUNCTIONS: [&str; 4] = ["ingest", "compact", "register", "query"];

fn recorder() -> Recorder {
    Recorder::new(("tributary", "prod"), &FUNCTIONS, &FAMILIES)
}

/// What a function reports, some of it by dataset.
struct Drawn(Vec<(&'static Metric, u64)>, Vec<(String, u64)>);

impl Facts for Drawn {
    fn each(&self, number: &mut dyn FnMut(&'static Metric, u64)) {
        for (metric, value) in &self.0 {
            number(metric, *value);
        }
    }

    fn each_of(&self, number: &mut dyn FnMut(&'static Family, &[&str], u64)) {
        for (dataset, value) in &self.1 {
            number(&EVENTS_ACCEPTED, &[dataset], *value);
        }
    }
}

/// The value of the one sample with this name and these labels, beside the constant ones.
fn value(recorder: &Recorder, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let page = read(&recorder.text()).unwrap();
    let is_it = |sample: &&Sample| {
        sample.name == name
            && labels.iter().all(|(label, value)| sample.labels.get(*label).is_some_and(|of| of == value))
    };
    let found: Vec<&Sample> = page.samples.iter().filter(is_it).collect();
    assert!(found.len() <= 1, "{name} {labels:?}: {found:?}");
    found.first().map(|sample| sample.value)
}

#[test]
fn every_metric_of_the_functions_is_there_from_the_start() {
    let page = read(&recorder().text()).unwrap();
    for metric in ALL {
        let (name, kind, _) = prometheus::exposed(metric);
        assert_eq!(page.types.get(&name).map(String::as_str), Some(kind.as_str()), "{metric:?}");
        let first = if kind == Kind::Counter { name } else { format!("{name}_count") };
        let found: Vec<&Sample> = page.samples.iter().filter(|sample| sample.name == first).collect();
        let functions = if metric.from == "every function" { 4 } else { 1 };
        assert_eq!(found.len(), functions, "{metric:?}");
        assert!(found.iter().all(|sample| sample.value == 0.0), "{found:?}");
    }
    for family in FAMILIES {
        let kind = page.types.get(family.name).map(String::as_str);
        assert_eq!(kind, Some(family.kind.as_str()), "{family:?}");
    }
    // What a process does not run, it does not show.
    let of_query = Recorder::new(("tributary", "prod"), &["query"], &[&BUILD_INFO]);
    let page = read(&of_query.text()).unwrap();
    assert!(page.types.contains_key("tributary_requests_answered_total"), "{:?}", page.types);
    assert!(!page.types.contains_key("tributary_commits_total"), "{:?}", page.types);
    of_query.record("compact", &Drawn(vec![(&metric::COMMITS, 1)], vec![("d".to_owned(), 1)]));
    assert_eq!(read(&of_query.text()).unwrap(), page);
}

#[test]
fn values_are_in_base_units_and_exact() {
    let recorder = recorder();
    for (millis, nanodollars) in [(0, 1), (7, 0), (60_000, 1_000_000_000), (60_001, 123_000_000)] {
        let values = vec![(&metric::ENGINE_MS, millis), (&metric::COST_NANODOLLARS, nanodollars)];
        recorder.record("query", &Drawn(values, Vec::new()));
    }
    assert_eq!(value(&recorder, "tributary_cost_dollars_total", &[]), Some(1.123000001));
    assert_eq!(value(&recorder, "tributary_engine_seconds_sum", &[]), Some(120.008));
    let text = recorder.text();
    for line in [
        "tributary_cost_dollars_total{system=\"tributary\",environment=\"prod\",function=\"query\"} 1.123000001",
        "tributary_engine_seconds_bucket{system=\"tributary\",environment=\"prod\",function=\"query\",le=\"0.005\"} 1",
        "tributary_engine_seconds_bucket{system=\"tributary\",environment=\"prod\",function=\"query\",le=\"60.0\"} 3",
        "tributary_engine_seconds_bucket{system=\"tributary\",environment=\"prod\",function=\"query\",le=\"+Inf\"} 4",
        "tributary_engine_seconds_count{system=\"tributary\",environment=\"prod\",function=\"query\"} 4",
    ] {
        assert!(text.lines().any(|of| of == line), "{line}\nis not in\n{text}");
    }
}

#[test]
fn gauges_rise_fall_and_are_set() {
    let recorder = recorder();
    let queued = |recorder: &Recorder| value(recorder, QUEUE_MESSAGES.name, &[("function", "compact")]);
    recorder.add(&QUEUE_MESSAGES, &["compact"], 3);
    recorder.take(&QUEUE_MESSAGES, &["compact"], 1);
    assert_eq!(queued(&recorder), Some(2.0));
    recorder.take(&QUEUE_MESSAGES, &["compact"], 5);
    assert_eq!(queued(&recorder), Some(0.0));

    recorder.set(&OLDEST_LANDING, [("a", 1_500), ("b", 0)]);
    assert_eq!(value(&recorder, OLDEST_LANDING.name, &[("dataset", "a")]), Some(1.5));
    recorder.set(&OLDEST_LANDING, [("b", 2_000)]);
    assert_eq!(value(&recorder, OLDEST_LANDING.name, &[("dataset", "a")]), None);
    assert_eq!(value(&recorder, OLDEST_LANDING.name, &[("dataset", "b")]), Some(2.0));
    // A counter is no gauge.
    recorder.add(&EVENTS_ACCEPTED, &["a"], 3);
    recorder.take(&EVENTS_ACCEPTED, &["a"], 1);
    recorder.set(&EVENTS_ACCEPTED, [("a", 1)]);
    assert_eq!(value(&recorder, EVENTS_ACCEPTED.name, &[]), Some(3.0));
}

#[test]
fn datasets_beyond_the_bound_have_one_series_together() {
    let recorder = recorder();
    let names: Vec<String> = (0..250).map(|n| format!("d{n:03}")).collect();
    recorder.add(&EVENTS_QUARANTINED, &[UNROUTED, "dataset"], 7);
    for name in &names {
        recorder.add(&EVENTS_QUARANTINED, &[name, "type"], 1);
        recorder.add(&EVENTS_ACCEPTED, &[name], 2);
    }
    recorder.set(&LANDING_OBJECTS, names.iter().map(|name| (name.as_str(), 3)));
    recorder.set(&OLDEST_LANDING, names.iter().zip(1..).map(|(name, n)| (name.as_str(), n * 1_000)));
    let page = read(&recorder.text()).unwrap();
    for family in [&EVENTS_ACCEPTED, &LANDING_OBJECTS, &OLDEST_LANDING] {
        let found = page.samples.iter().filter(|sample| sample.name == family.name).count();
        assert_eq!(found, MOST_DATASETS + 1, "{family:?}");
    }
    let other = [("dataset", OTHER)];
    assert_eq!(value(&recorder, EVENTS_QUARANTINED.name, &other), Some(150.0));
    assert_eq!(value(&recorder, EVENTS_ACCEPTED.name, &other), Some(300.0));
    assert_eq!(value(&recorder, LANDING_OBJECTS.name, &other), Some(450.0));
    // Ages are not added up: the worst one shows.
    assert_eq!(value(&recorder, OLDEST_LANDING.name, &other), Some(250.0));
    assert_eq!(value(&recorder, EVENTS_QUARANTINED.name, &[("dataset", UNROUTED)]), Some(7.0));
    // Neither value can be a dataset's name.
    assert!(crate::DatasetName::new(OTHER).is_err() && crate::DatasetName::new(UNROUTED).is_err());
}

/// What somebody can do with a recorder.
#[derive(Debug, Clone)]
enum Step {
    Record(usize, u64),
    Dataset(String, u64),
    Freshness(String, u64),
    Queue(u64),
    Done(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // A text with anything in it, and with what the format has a meaning for.
    let text = || prop_oneof![any::<String>(), "[\\\\\"\n{},= #a]{0,6}"];
    let value = || prop_oneof![0..200_000_u64, any::<u64>()];
    let step = prop_oneof![
        (0..ALL.len(), value()).prop_map(|(metric, value)| Step::Record(metric, value)),
        (text(), value()).prop_map(|(text, value)| Step::Dataset(text, value)),
        (text(), value()).prop_map(|(text, value)| Step::Freshness(text, value)),
        value().prop_map(Step::Queue),
        value().prop_map(Step::Done),
    ];
    proptest::collection::vec(step, 0..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is recorded: the page is one by the grammar, no counter is lower than before, and labels are read back as
    /// they were.
    #[test]
    fn pages_are_read_back_and_counters_only_grow(steps in steps()) {
        let recorder = recorder();
        let mut before = read(&recorder.text()).unwrap();
        for step in steps {
            let mut of_dataset = None;
            match step {
                Step::Record(metric, value) => {
                    let metric = ALL[metric];
                    let function = FUNCTIONS.into_iter().find(|name| *name == metric.from).unwrap_or("compact");
                    recorder.record(function, &Drawn(vec![(metric, value)], Vec::new()));
                }
                Step::Dataset(name, value) => {
                    recorder.record("ingest", &Drawn(Vec::new(), vec![(name.clone(), value)]));
                    of_dataset = Some((EVENTS_ACCEPTED.name.to_owned(), name));
                }
                Step::Freshness(name, value) => {
                    recorder.add(&FRESHNESS_SECONDS, &[&name], value);
                    of_dataset = Some((format!("{}_count", FRESHNESS_SECONDS.name), name));
                }
                Step::Queue(value) => recorder.add(&QUEUE_MESSAGES, &["compact"], value),
                Step::Done(value) => recorder.take(&QUEUE_MESSAGES, &["compact"], value),
            }
            let after = read(&recorder.text()).unwrap();
            for sample in before.samples.iter().filter(|sample| sample.name != QUEUE_MESSAGES.name) {
                let now = after.value(&sample.name, &sample.labels);
                prop_assert!(now.is_some_and(|now| now >= sample.value), "{sample:?}, and now {now:?}");
            }
            if let Some((name, dataset)) = of_dataset {
                let is_it = |sample: &Sample| sample.name == name && sample.labels["dataset"] == dataset;
                prop_assert!(after.samples.iter().any(is_it), "{name} {dataset:?}\n{}", recorder.text());
            }
            before = after;
        }
    }
}
