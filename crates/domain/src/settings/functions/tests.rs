use std::{cell::RefCell, collections::BTreeSet, fmt};

use super::*;
use crate::settings::{ALL, LogSettings};

/// A text that is no value of the setting of this name. `None`: every text is one.
fn invalid(name: &str) -> Option<&'static str> {
    let text = match name {
        "TRIBUTARY_BUCKET" => "My_Bucket",
        "TRIBUTARY_DATABASE" => "a\"b",
        "TRIBUTARY_WORKGROUP" => "a b",
        "TRIBUTARY_DEFAULT_DATASET" => "Nope",
        "TRIBUTARY_EARLIEST_EVENT" => "yesterday",
        "TRIBUTARY_TOPICS" => "shop",
        "TRIBUTARY_SCAN_TIERS" => "small",
        "TRIBUTARY_CORS_ORIGINS" => "example.com",
        "TRIBUTARY_LAKE" | "TRIBUTARY_SYSTEM" | "TRIBUTARY_ENVIRONMENT" => "my lake",
        // Whoever starts the log parses the filter.
        "TRIBUTARY_LOG" => return None,
        // A number, a duration, a size, an address, a price or a switch.
        _ => "some",
    };
    Some(text)
}

/// Every setting at once is what it must not be, but for these.
fn all_invalid_but(own: &BTreeSet<String>) -> impl Fn(&str) -> Option<String> {
    move |name: &str| invalid(name).filter(|_| !own.contains(name)).map(str::to_owned)
}

/// The function reads exactly these settings: it asks for no other variable of ours, says which of its own is wrong, and is
/// what it would be whatever the others are.
fn reads<S: FunctionSettings + PartialEq + fmt::Debug>(function: &str, own: &[&str]) {
    let asked = RefCell::new(BTreeSet::new());
    let defaults = S::read(|name| {
        asked.borrow_mut().insert(name.to_owned());
        None
    });
    let defaults = defaults.unwrap();
    let mut asked = asked.into_inner();
    asked.remove("AWS_LAMBDA_FUNCTION_MEMORY_SIZE");
    let expected: BTreeSet<String> = own.iter().map(|name| format!("TRIBUTARY_{name}")).collect();
    assert_eq!(asked, expected, "{function}");
    for setting in ALL {
        let Some(text) = invalid(setting.name) else { continue };
        let read = S::read(|name| (name == setting.name).then(|| text.to_owned()));
        if expected.contains(setting.name) {
            let message = read.unwrap_err().to_string();
            let words = format!("{}={text:?} is not valid: ", setting.name);
            assert!(message.starts_with(&words) && message.len() > words.len(), "{function}: {message}");
        } else {
            assert_eq!(read.as_ref(), Ok(&defaults), "{function}: {}", setting.name);
        }
    }
    assert_eq!(S::read(all_invalid_but(&expected)), Ok(defaults), "{function}");
}

const OF_INGEST: [&str; 11] = [
    "BUCKET",
    "CATALOG_CACHE",
    "DEFAULT_DATASET",
    "EARLIEST_EVENT",
    "EVENT_AHEAD",
    "EVENT_BEHIND",
    "HOURLY_PARTITIONS",
    "INVOCATION_PARTITIONS",
    "MAX_UNPACKED",
    "MESSAGE_PARTITIONS",
    "TOPICS",
];
const OF_COMPACT: [&str; 8] = [
    "BUCKET",
    "DATABASE",
    "GRACE",
    "MAX_UNPACKED",
    "MEMORY_BUDGET",
    "RETENTION",
    "TARGET_FILE_SIZE",
    "THREADS",
];
const OF_REGISTER: [&str; 2] = ["BUCKET", "DATABASE"];
const OF_QUERY: [&str; 15] = [
    "BUCKET",
    "CATALOG_CACHE",
    "CORS_ORIGINS",
    "DATABASE",
    "MAX_QUERIES",
    "MAX_RENDERED",
    "MAX_ROWS",
    "MAX_RUNNING",
    "OPEN_ACCESS",
    "PRICE_PER_TB",
    "RESULT_REUSE",
    "SCAN_TIERS",
    "SQL",
    "WAIT",
    "WORKGROUP",
];

#[test]
fn each_function_reads_its_own_settings_and_no_others() {
    reads::<IngestFunction>("ingest", &OF_INGEST);
    reads::<CompactFunction>("compact", &OF_COMPACT);
    reads::<RegisterFunction>("register", &OF_REGISTER);
    reads::<QueryFunction>("query", &OF_QUERY);
}

#[test]
fn the_log_has_settings_of_its_own() {
    let own = BTreeSet::from(["TRIBUTARY_LAKE".to_owned()]);
    assert_eq!(
        LogSettings::read(all_invalid_but(&own)),
        Ok(LogSettings { lake: None, filter: "info".to_owned() })
    );
    let message = LogSettings::read(all_invalid_but(&BTreeSet::new())).unwrap_err().to_string();
    assert!(
        message.starts_with("TRIBUTARY_LAKE=") && message.contains("for example tributary-prod"),
        "{message}"
    );
}

/// A function reads what it reads of all settings: a value of its own that is not the default arrives by both ways.
#[test]
fn a_function_has_of_all_settings_what_it_reads_itself() {
    let pairs = [
        ("TRIBUTARY_BUCKET", "lake-2"),
        ("TRIBUTARY_DATABASE", "lake_2"),
        ("TRIBUTARY_WORKGROUP", "lake-2"),
        ("TRIBUTARY_MAX_UNPACKED", "32MiB"),
        ("TRIBUTARY_CATALOG_CACHE", "7s"),
        ("TRIBUTARY_DEFAULT_DATASET", "orders"),
        ("TRIBUTARY_EVENT_AHEAD", "1h"),
        ("TRIBUTARY_GRACE", "5m"),
        ("TRIBUTARY_THREADS", "2"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "2048"),
        ("TRIBUTARY_WAIT", "3s"),
        ("TRIBUTARY_SQL", "on"),
    ];
    let lookup =
        |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    let all = Settings::read(lookup).unwrap();
    assert_eq!(IngestFunction::read(lookup), Ok(IngestFunction::from(&all)));
    assert_eq!(CompactFunction::read(lookup), Ok(CompactFunction::from(&all)));
    assert_eq!(RegisterFunction::read(lookup), Ok(RegisterFunction::from(&all)));
    assert_eq!(QueryFunction::read(lookup), Ok(QueryFunction::from(&all)));
    assert_eq!((all.ingest.max_unpacked, all.compact.max_unpacked), (32 << 20, 32 << 20));
    assert_eq!(all.ingest.catalog_cache, all.query.catalog_cache);
}

/// What `infra/` gives to a function, the function reads. A variable that it does not read would be set in vain.
#[test]
fn infra_sets_no_variable_that_its_function_does_not_read() {
    for (text, function, own) in [
        (include_str!("../../../../../infra/modules/lake/ingest.tf"), "ingest", &OF_INGEST[..]),
        (include_str!("../../../../../infra/modules/lake/compact.tf"), "compact", &OF_COMPACT[..]),
        (include_str!("../../../../../infra/modules/lake/register.tf"), "register", &OF_REGISTER[..]),
        (include_str!("../../../../../infra/modules/lake/query.tf"), "query", &OF_QUERY[..]),
    ] {
        let set: BTreeSet<&str> = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("TRIBUTARY_")?.split_once('='))
            .map(|(name, _)| name.trim())
            .collect();
        assert!(set.contains("BUCKET") && set.contains("LAKE") && set.contains("LOG"), "{function}: {set:?}");
        let unread: Vec<&&str> =
            set.iter().filter(|name| !own.contains(name) && !["LAKE", "LOG"].contains(name)).collect();
        assert!(unread.is_empty(), "{function}: {unread:?}");
    }
}
