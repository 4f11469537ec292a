use super::*;

fn decimal(precision: u8, scale: u8) -> DataType {
    DataType::Decimal(Decimal::new(precision, scale).unwrap())
}

fn read(data_type: DataType, text: &str) -> Option<Value> {
    stored(&data_type, text)
}

#[test]
fn values_at_the_edges() {
    use DataType::{BigInt, Boolean, Date, Double, Float, Int, String, Timestamp};
    assert_eq!(read(Boolean, "true"), Some(Value::Boolean(true)));
    assert_eq!(read(Int, "-2147483648"), Some(Value::Integer(-2_147_483_648)));
    assert_eq!(read(BigInt, "-9223372036854775808"), Some(Value::Integer(i64::MIN)));
    assert_eq!(read(Double, "1e3"), Some(Value::Double(1000.0)));
    assert_eq!(read(Float, "0.1"), Some(Value::Float(0.1)));
    assert_eq!(read(decimal(4, 2), "1.1"), Some(Value::Decimal(110, 2)));
    assert_eq!(read(decimal(4, 2), "-99.99"), Some(Value::Decimal(-9_999, 2)));
    assert_eq!(read(decimal(38, 38), "1e-38"), Some(Value::Decimal(1, 38)));
    assert_eq!(read(String, ""), Some(Value::Text("".into())));
    assert_eq!(read(Date, "2024-02-29"), NaiveDate::from_ymd_opt(2024, 2, 29).map(Value::Day));
    let time = |text| read(Timestamp, text);
    assert_eq!(time("2026-11-23T11:05:00.1239+01:00"), time("2026-11-23T10:05:00.123Z"));
    assert!(time("2026-11-23T10:05:00Z").is_some());
}

#[test]
fn the_key_of_a_partition_is_what_partitions_of_its_kind_have() {
    let now = DateTime::parse_from_rfc3339("2026-11-23T10:05:07Z").unwrap().to_utc();
    let read = |by: &Role, text: &str| super::read(by, "dt", text, now).ok();
    let text = |text: &str| Some(Value::Text(text.to_owned()));
    let texts = ["2026-11-23", "2026-11", "all", "today-30d", "2026-13", "2026-1", "2026", "", "-026-11"];
    for (by, expected) in [
        (Role::Day, [text("2026-11-23"), None, None, text("2026-10-24")]),
        (Role::Month, [None, text("2026-11"), None, text("2026-10")]),
        (Role::Whole, [None, None, text("all"), None]),
    ] {
        let found = texts.map(|text| read(&by, text));
        assert_eq!(found[..4], expected, "{by:?}");
        assert!(found[4..].iter().all(Option::is_none), "{by:?}: {found:?}");
    }
}

#[test]
fn times_count_from_now() {
    let now = DateTime::parse_from_rfc3339("2026-11-23T10:05:07Z").unwrap().to_utc();
    for (text, expected) in [
        ("now", "2026-11-23T10:05:07Z"),
        ("now-24h", "2026-11-22T10:05:07Z"),
        ("now-90m", "2026-11-23T08:35:07Z"),
        ("now-7s", "2026-11-23T10:05:00Z"),
        ("now 1d", "2026-11-24T10:05:07Z"),
        ("now+2w", "2026-12-07T10:05:07Z"),
        ("today", "2026-11-23T00:00:00Z"),
        ("today-7d", "2026-11-16T00:00:00Z"),
        ("2026-11-05", "2026-11-05T00:00:00Z"),
    ] {
        let found = super::read(&Role::Stored(DataType::Timestamp), "at", text, now).unwrap();
        assert_eq!(Some(found), time(expected), "{text}");
    }
    let day = |role: &Role, text: &str| super::read(role, "d", text, now).unwrap();
    assert_eq!(day(&Role::Day, "today-1d"), Value::Text("2026-11-22".into()));
    assert_eq!(day(&Role::Day, "now-11h"), Value::Text("2026-11-22".into()));
    let date = Role::Stored(DataType::Date);
    assert_eq!(day(&date, "today"), Value::Day(NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()));
    assert_eq!(day(&Role::Stored(DataType::String), "now"), Value::Text("now".into()), "a text is a text");
    for none in [
        "",
        "Now",
        "now-",
        "now-h",
        "now-1",
        "now-1y",
        "now1h",
        "now-1.5h",
        "now--1h",
        "now-+1h",
        "now -1h",
        "now-9999999999s",
        "now-999999999w",
        "todayx",
        "yesterday",
        "now-1é",
        "nowé",
        "2026-11-5",
        "2026-11-31",
    ] {
        let problem = super::read(&Role::Stored(DataType::Timestamp), "at", none, now).unwrap_err();
        assert!(problem.to_string().contains("now-24h"), "{none}: {problem}");
    }
}

/// What `now` is comes from a cursor, which anybody can write.
#[test]
fn no_time_from_now_is_outside_of_the_years_that_the_engine_reads() {
    let (first, last) = (-62_135_596_800, 253_402_300_799);
    let roles = [Role::Day, Role::Month, Role::Stored(DataType::Date), Role::Stored(DataType::Timestamp)];
    for (now, is_read) in [
        (first, true),
        (last, true),
        (first - 1, false),
        (last + 1, false),
        (8_210_266_876_799, false),
        (-8_334_601_228_800, false),
    ] {
        let now = DateTime::from_timestamp(now, 0).unwrap();
        for (role, text) in roles.iter().flat_map(|role| ["now", "today"].map(|text| (role, text))) {
            assert_eq!(super::read(role, "c", text, now).is_ok(), is_read, "{role:?} {text} at {now}");
        }
    }
}

#[test]
fn partitions_are_asked_for_by_the_text_that_they_have() {
    let now = DateTime::from_timestamp(1_795_428_300, 0).unwrap();
    let read = |role: &Role, text: &str| super::read(role, "dt", text, now);
    for (role, text, expected) in [
        (Role::Month, "2026-11", "2026-11"),
        (Role::Month, "today", "2026-11"),
        (Role::Month, "now-30d", "2026-10"),
        (Role::Whole, "all", "all"),
    ] {
        assert_eq!(read(&role, text).unwrap(), Value::Text(expected.into()), "{text}");
    }
    for (role, text, words) in [
        (Role::Month, "2026-11-23", "expects a month, as 2026-11"),
        (Role::Month, "2026-13", "expects a month, as 2026-11"),
        (Role::Month, "2026-1-", "expects a month, as 2026-11"),
        (Role::Month, "all", "expects a month, as 2026-11"),
        (Role::Whole, "2026-11-23", "expects all"),
        (Role::Whole, "today", "expects all"),
        (Role::Day, "2026-11", "expects a day"),
        (Role::Day, "all", "expects a day"),
    ] {
        let problem = read(&role, text).unwrap_err();
        assert!(problem.to_string().contains(words), "{text}: {problem}");
    }
}

#[test]
fn what_the_engine_wrote_is_read_back() {
    let dataset = crate::testing::bookings();
    let operand = |name: &str| {
        Operand::new(crate::plan::column::TableColumn::find(&dataset, name).unwrap(), &[]).unwrap()
    };
    assert_eq!(exactly(&operand("booked_at"), "2026-11-23 10:05:00.123"), time("2026-11-23T10:05:00.123Z"));
    assert_eq!(exactly(&operand("price"), "1.0E10"), Some(Value::Double(1e10)));
    assert_eq!(exactly(&operand("price"), "NaN"), None);
    assert_eq!(exactly(&operand("dt"), "2026-11-23"), Some(Value::Text("2026-11-23".into())));
    assert_eq!(exactly(&operand("dt"), "today"), None);
    // Filters have no such year, and events do: a page may end with one.
    for (name, text) in
        [("booked_at", "0000-12-31 10:05:00.123"), ("flies_on", "0000-01-01"), ("dt", "0000-01-01")]
    {
        assert!(exactly(&operand(name), text).is_some(), "{name}");
        let before = text.replace("0000-", "-001-");
        assert_eq!(exactly(&operand(name), &before), None, "{name}");
    }
    assert_eq!(exactly(&operand("hour"), "07"), Some(Value::Text("07".into())));
    assert_eq!(exactly(&operand("booking_id"), "now"), Some(Value::Text("now".into())));
}

#[test]
fn nothing_is_guessed() {
    use DataType::{BigInt, Boolean, Date, Double, Float, Int, Timestamp};
    for (data_type, text) in [
        (Boolean, "1"),
        (Boolean, "TRUE"),
        (Int, "2147483648"),
        (Int, "1.0"),
        (Int, ""),
        (Int, "+1"),
        (BigInt, "9223372036854775808"),
        (Float, "1e39"),
        (Float, "inf"),
        (decimal(4, 2), "1.234"),
        (decimal(4, 2), "100"),
        (decimal(4, 2), "\"1.1\""),
        (decimal(4, 2), "true"),
        (decimal(4, 2), ""),
        (Double, "NaN"),
        (Double, "inf"),
        (Double, "1e999"),
        (Double, ""),
        (Double, " 1"),
        (Date, "2026-2-3"),
        (Date, "2026-02-30"),
        (Date, "0000-01-01"),
        (Timestamp, "2026-11-23T10:05:00"),
        (Timestamp, "2026-11-23"),
        (Timestamp, "0000-01-01T00:00:00Z"),
        (Timestamp, "9999-12-31T23:59:59-01:00"),
    ] {
        assert_eq!(read(data_type.clone(), text), None, "{text:?} was taken for {data_type}");
    }
}
