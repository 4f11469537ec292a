use std::time::Duration;

use chrono::TimeDelta;

use super::*;

fn read(pairs: &[(&str, &str)]) -> Result<Settings, InvalidSetting> {
    Settings::read(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
}

#[test]
fn the_defaults_are_valid_and_an_empty_variable_counts_as_none() {
    let defaults = read(&[]).unwrap();
    assert_eq!(defaults.compact.grace, TimeDelta::minutes(10));
    assert_eq!(defaults.compact.memory_budget, 512 << 20);
    assert_eq!(defaults.compact.retention, TimeDelta::hours(6));
    let function = ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "2048");
    assert_eq!(read(&[function]).unwrap().compact.memory_budget, 1536 << 20);
    let set = ("TRIBUTARY_MEMORY_BUDGET", "100MiB");
    assert_eq!(read(&[function, set]).unwrap().compact.memory_budget, 100 << 20);
    assert!((1..=64).contains(&defaults.compact.threads), "{}", defaults.compact.threads);
    for threads in [1, 64] {
        assert_eq!(read(&[("TRIBUTARY_THREADS", &threads.to_string())]).unwrap().compact.threads, threads);
    }
    assert_eq!(read(&[("TRIBUTARY_GRACE", "")]).unwrap(), defaults);
    // What lets somebody in is said, never assumed.
    assert_eq!(defaults.query.access, AccessSettings { open: false, free_sql: false });
    assert!(read(&[("TRIBUTARY_OPEN_ACCESS", "on")]).unwrap().query.access.open);
}

#[test]
fn each_refusal_names_the_variable_and_what_would_be_right() {
    for (name, value, words) in [
        ("TRIBUTARY_GRACE", "1h", "under 1h"),
        ("TRIBUTARY_GRACE", "10", "10m"),
        ("TRIBUTARY_WAIT", "soon", "ms, s, m, h"),
        ("TRIBUTARY_WAIT", "99999999999999999999h", "ms, s, m, h"),
        ("TRIBUTARY_MEMORY_BUDGET", "0MiB", "from 64MiB to 10GiB"),
        ("TRIBUTARY_MEMORY_BUDGET", "20GiB", "from 64MiB to 10GiB"),
        ("TRIBUTARY_TARGET_FILE_SIZE", "5GiB", "from 1MiB to 4GiB"),
        ("TRIBUTARY_RETENTION", "2h", "over 2h"),
        ("TRIBUTARY_MEMORY_BUDGET", "1MB", "MiB"),
        ("TRIBUTARY_THREADS", "0", "from 1 to 64"),
        ("TRIBUTARY_THREADS", "65", "from 1 to 64"),
        ("TRIBUTARY_THREADS", "all", "from 1 to 64"),
        ("TRIBUTARY_MAX_ROWS", "0", "from 1"),
        ("TRIBUTARY_LISTEN", "8080", "for example 0.0.0.0:8080"),
        ("TRIBUTARY_MAX_CONNECTIONS", "0", "from 1"),
        ("TRIBUTARY_DRAIN", "6m", "at most 5m"),
        ("TRIBUTARY_STOP", "61m", "at most 1h"),
        ("TRIBUTARY_LAKE", "my lake", "for example tributary-prod"),
        ("TRIBUTARY_METRICS_LISTEN", "9464", "for example 0.0.0.0:9464"),
        ("TRIBUTARY_SYSTEM", "my system", "1 to 64 of"),
        ("TRIBUTARY_ENVIRONMENT", "prod\"} 1", "for example prod"),
        ("TRIBUTARY_MAX_RUNNING", "some", "0 to 1000"),
        ("TRIBUTARY_MAX_RUNNING", "1001", "0 to 1000"),
        ("TRIBUTARY_EARLIEST_EVENT", "yesterday", "expected a day, for example 1970-01-01"),
        ("TRIBUTARY_EVENT_AHEAD", "9000h", "at most a year"),
        ("TRIBUTARY_EVENT_BEHIND", "23h", "from 24h to 87660000h"),
        ("TRIBUTARY_EVENT_BEHIND", "87660001h", "from 24h to 87660000h"),
        ("TRIBUTARY_EVENT_BEHIND", "10y", "ms, s, m, h"),
        ("TRIBUTARY_MESSAGE_PARTITIONS", "0", "from 1"),
        ("TRIBUTARY_MESSAGE_PARTITIONS", "50001", "from 1 to 50000"),
        ("TRIBUTARY_MESSAGE_PARTITIONS", "many", "whole number"),
        ("TRIBUTARY_INVOCATION_PARTITIONS", "0", "from 1"),
        ("TRIBUTARY_INVOCATION_PARTITIONS", "100001", "from 1 to 100000"),
        ("TRIBUTARY_HOURLY_PARTITIONS", "-1", "from 1"),
        ("TRIBUTARY_HOURLY_PARTITIONS", "1000001", "from 1 to 1000000"),
        ("TRIBUTARY_TOPICS", "tributary", "arn:aws:sns:us-west-2:123456789012:tributary"),
        ("TRIBUTARY_MAX_UNPACKED", "1KiB", "from 256KiB to 256MiB"),
        ("TRIBUTARY_MAX_RENDERED", "1GiB", "from 1MiB to 512MiB"),
        ("TRIBUTARY_MAX_QUERIES", "0", "from 1"),
        ("TRIBUTARY_RESULT_REUSE", "90s", "whole minutes"),
        ("TRIBUTARY_RESULT_REUSE", "169h", "168h"),
        ("TRIBUTARY_PRICE_PER_TB", "-5", "for example 5 or 6.75"),
        ("TRIBUTARY_PRICE_PER_TB", "5.1234567", "for example 5 or 6.75"),
        ("TRIBUTARY_SCAN_TIERS", "small=1000", "10000000 bytes or more"),
        ("TRIBUTARY_SCAN_TIERS", "small", "tributary-scan-100000000=100000000"),
        ("TRIBUTARY_CORS_ORIGINS", "example.com", "https://app.example.com"),
        ("TRIBUTARY_CORS_ORIGINS", "https://a.example/path", "https://app.example.com"),
        ("TRIBUTARY_CORS_ORIGINS", "*,https://a.example", "alone"),
        ("TRIBUTARY_OPEN_ACCESS", "true", "expected on or off"),
        ("TRIBUTARY_SQL", "ON", "expected on or off"),
        ("TRIBUTARY_BUCKET", "My_Bucket", "3 to 63"),
        ("TRIBUTARY_DATABASE", "a\"b", "1 to 255"),
        ("TRIBUTARY_DEFAULT_DATASET", "Nope", "[a-z]"),
    ] {
        let message = read(&[(name, value)]).unwrap_err().to_string();
        assert!(message.starts_with(name) && message.contains(words), "{message}");
    }
}

#[test]
fn the_bounds_of_ingest_are_taken_at_both_ends() {
    let ingest = |name, value| read(&[(name, value)]).unwrap().ingest.limits;
    let defaults = read(&[]).unwrap().ingest.limits;
    assert_eq!(defaults.event_behind, TimeDelta::days(3_650));
    assert!(!defaults.topics.is_restricted());
    assert_eq!(ingest("TRIBUTARY_EVENT_BEHIND", "24h").event_behind, TimeDelta::days(1));
    assert_eq!(ingest("TRIBUTARY_EVENT_BEHIND", "87660000h").event_behind, TimeDelta::days(3_652_500));
    assert_eq!(ingest("TRIBUTARY_MESSAGE_PARTITIONS", "1").message_partitions, 1);
    assert_eq!(ingest("TRIBUTARY_MESSAGE_PARTITIONS", "50000").message_partitions, 50_000);
    assert_eq!(ingest("TRIBUTARY_INVOCATION_PARTITIONS", "100000").invocation_partitions, 100_000);
    assert_eq!(ingest("TRIBUTARY_HOURLY_PARTITIONS", "1000000").hourly_partitions, 1_000_000);
    let one = "arn:aws:sns:us-west-2:123456789012:shop=orders";
    assert!(ingest("TRIBUTARY_TOPICS", one).topics.is_restricted());
}

#[test]
fn prices_are_exact_and_origins_are_a_list() {
    let api = |name, value| read(&[(name, value)]).unwrap().query.limits;
    assert_eq!(api("TRIBUTARY_PRICE_PER_TB", "5").price_per_tb, 5_000_000);
    assert_eq!(api("TRIBUTARY_PRICE_PER_TB", "6.75").price_per_tb, 6_750_000);
    assert_eq!(api("TRIBUTARY_PRICE_PER_TB", "0.000001").price_per_tb, 1);
    assert_eq!(api("TRIBUTARY_RESULT_REUSE", "0s").result_reuse, None);
    assert_eq!(api("TRIBUTARY_RESULT_REUSE", "10m").result_reuse, Some(Duration::from_secs(600)));
    assert!(api("TRIBUTARY_CORS_ORIGINS", "").cors_origins.is_empty());
    assert_eq!(api("TRIBUTARY_CORS_ORIGINS", "*").cors_origins, ["*"]);
    let origins = api("TRIBUTARY_CORS_ORIGINS", "https://a.example, http://localhost:3000").cors_origins;
    assert_eq!(origins, ["https://a.example", "http://localhost:3000"]);
}
