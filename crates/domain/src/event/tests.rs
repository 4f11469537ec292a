use super::*;

fn dataset(more: &str) -> Dataset {
    Dataset::from_json(
        format!(
            r#"{{"name": "d", "partition_by": "hour", "event_time": "t", "identity": ["k"], "columns": [
                {{"name": "k", "type": "bigint", "required": true}},
                {{"name": "t", "type": "timestamp", "required": true, "from": "at"}},
                {{"name": "s", "type": "string"}}{more}]}}"#
        )
        .as_bytes(),
    )
    .unwrap()
}

fn plain() -> Dataset {
    Dataset::from_json(br#"{"name": "d", "columns": [{"name": "a", "type": "int"}]}"#).unwrap()
}

fn origin() -> Origin<'static> {
    Origin { message_id: "m", position: 0, sent_at: "2026-11-23T23:59:59Z".parse().unwrap() }
}

fn bounds() -> Bounds {
    Bounds { earliest: DateTime::UNIX_EPOCH, behind: TimeDelta::days(36_500), ahead: TimeDelta::days(1) }
}

fn judge_for(dataset: &Dataset, text: &str) -> Result<Placement, String> {
    let event = Event::parse(text).map_err(|error| error.to_string())?;
    place(dataset, &event, origin(), bounds()).map_err(|rejection| rejection.to_string())
}

fn judge(text: &str) -> Result<Placement, String> {
    judge_for(&dataset(r#", {"name": "n", "type": "struct<city:string>"}"#), text)
}

#[test]
fn the_event_time_decides_the_partition_in_utc() {
    let placed = judge(r#"{"k": 1, "at": "2026-11-24T01:30:00+02:00", "unknown": {}}"#).unwrap();
    assert_eq!(placed.partition.to_string(), "dt=2026-11-23/hour=23");
    assert_eq!(placed.id, None);
}

#[test]
fn without_identity_and_event_time_the_message_decides() {
    let placed = judge_for(&plain(), "{}").unwrap();
    assert_eq!(placed.partition.to_string(), "dt=2026-11-23");
    assert_eq!(placed.id.as_deref(), Some("m:0"));
}

#[test]
fn reasons_name_the_column_and_both_sides() {
    let at = r#""at": "2026-11-24T01:30:00Z""#;
    for (text, reason) in [
        (
            format!(r#"{{"k": "1", {at}}}"#),
            r#"column k: expected bigint (a whole number of 64 bits), found "1""#,
        ),
        (format!(r#"{{"k": null, {at}}}"#), r#"column k: required, but field "k" is null"#),
        (r#"{"k": 1}"#.to_owned(), r#"column t: required, but there is no field "at""#),
        (format!(r#"{{"k": 1, {at}, "s": 7}}"#), "column s: expected string, found 7"),
        (format!(r#"{{"k": 1, {at}, "n": {{"city": 7}}}}"#), "column n.city: expected string, found 7"),
    ] {
        assert_eq!(judge(&text), Err(reason.to_owned()));
    }
    assert!(judge(r#"[{"k": 1}]"#).unwrap_err().starts_with("expected one JSON object"));
}

/// A table has a place for each field of each struct: a short event may not take the memory of millions.
#[test]
fn an_event_has_a_bound_on_the_values_within_all_its_columns() {
    let fields: Vec<String> = (0..99).map(|index| format!("f{index}:bigint")).collect();
    let columns = ["a", "b"]
        .map(|name| format!(r#", {{"name": "{name}", "type": "array<struct<{}>>"}}"#, fields.join(",")));
    let dataset = dataset(&columns.concat());
    let event = |empty: &str, a: usize, b: usize| {
        let array = |length: usize| vec![empty; length].join(",");
        let (a, b) = (array(a), array(b));
        format!(r#"{{"k": 1, "at": "2026-11-23T00:00:00Z", "a": [{a}], "b": [{b}]}}"#)
    };
    for empty in ["{}", "null"] {
        let taken = judge_for(&dataset, &event(empty, 15_000, 25_000)).unwrap();
        assert_eq!(taken.values, value::MOST_SENT);
        let reason = judge_for(&dataset, &event(empty, 15_000, 25_001)).unwrap_err();
        assert!(reason.starts_with("column b[25000]: expected at most 4000000 values"), "{reason}");
        let reason = judge_for(&dataset, &event(empty, 300_000, 0)).unwrap_err();
        assert!(reason.starts_with("column a[40000]: expected at most 4000000 values"), "{reason}");
    }
}

#[test]
fn times_that_nobody_means_are_refused_with_what_would_be_taken() {
    for (at, taken) in [
        ("1970-01-01T00:00:00Z", true),
        ("1969-12-31T23:59:59.999Z", false),
        ("2026-11-24T23:59:59Z", true),
        ("2026-11-24T23:59:59.001Z", false),
        ("9999-12-31T23:59:59Z", false),
        ("0001-01-01T00:00:00Z", false),
    ] {
        let verdict = judge(&format!(r#"{{"k": 1, "at": "{at}"}}"#));
        assert_eq!(verdict.is_ok(), taken, "{at}: {verdict:?}");
        if let Err(reason) = verdict {
            let words = "column t: an event time from 1970-01-01T00:00:00Z to 2026-11-24T23:59:59Z expected";
            assert!(reason.starts_with(words) && reason.ends_with(&format!("found \"{at}\"")), "{reason}");
        }
    }
}

#[test]
fn an_event_may_be_as_far_behind_its_message_as_the_setting_says_and_the_reason_names_it() {
    let event = |at: &str| format!(r#"{{"k": 1, "at": "{at}"}}"#);
    let day = Bounds { behind: TimeDelta::days(1), ..bounds() };
    let judge = |at: &str, bounds| {
        let text = event(at);
        let event = Event::parse(&text).unwrap();
        place(&dataset(""), &event, origin(), bounds).map_err(|rejection| rejection.to_string())
    };
    // The message is of 2026-11-23T23:59:59Z; how a time is written changes nothing.
    for at in ["2026-11-22T23:59:59Z", "2026-11-23T01:59:59+02:00", "2026-11-22T23:59:60Z"] {
        assert!(judge(at, day).is_ok(), "{at}");
    }
    let refused = judge("2026-11-22T23:59:58.999Z", day).unwrap_err();
    assert_eq!(
        refused,
        "column t: an event time from 2026-11-22T23:59:59Z to 2026-11-24T23:59:59Z expected (set by \
         TRIBUTARY_EVENT_BEHIND), found \"2026-11-22T23:59:58.999Z\""
    );
    // As the settings are by default: ten years.
    let default = Bounds::from(&crate::settings::Settings::read(|_| None).unwrap());
    assert!(judge("2016-11-26T00:00:00Z", default).is_ok());
    assert!(judge("2016-11-25T00:00:00Z", default).unwrap_err().contains("TRIBUTARY_EVENT_BEHIND"));
    assert!(judge("2026-11-25T00:00:00Z", default).unwrap_err().contains("TRIBUTARY_EVENT_AHEAD"));
    assert!(judge("1969-12-31T23:59:59Z", default).unwrap_err().contains("TRIBUTARY_EARLIEST_EVENT"));
}

#[test]
fn a_number_is_a_time_where_the_column_says_so() {
    let seconds = Dataset::from_json(
        br#"{"name": "d", "event_time": "t", "columns": [
            {"name": "t", "type": "timestamp", "unit": "s", "required": true}]}"#,
    )
    .unwrap();
    let placed = judge_for(&seconds, r#"{"t": 1795428300.5}"#).unwrap();
    assert_eq!(placed.partition.to_string(), "dt=2026-11-23");
    let reason = judge_for(&seconds, r#"{"t": "2026-11-23T10:05:00Z"}"#).unwrap_err();
    assert!(reason.starts_with("column t: expected timestamp (a number of seconds since 1970"), "{reason}");
}

const BOOKED: &str = r#"{"specversion": "1.0", "id": "7", "source": "/shop", "type": "booked",
    "time": "2026-11-23T10:05:00Z", "data": {"k": 1, "at": "2026-11-23T09:00:00Z", "id": "inner", "more": [1]}}"#;

#[test]
fn columns_of_a_cloud_event_are_in_its_data_and_then_among_its_attributes() {
    let dataset = dataset(
        r#", {"name": "occurred", "type": "timestamp", "from": "time"}, {"name": "inner", "type": "string", "from": "id"}"#,
    );
    let event = Event::parse(BOOKED).unwrap();
    assert_eq!(event.cloud_event().unwrap().kind, "booked");
    let placed = place(&dataset, &event, origin(), bounds()).unwrap();
    assert_eq!((placed.partition.to_string().as_str(), placed.id), ("dt=2026-11-23/hour=09", None));
    let values: Vec<Value<'_>> =
        dataset.columns().iter().map(|column| read(column, &event, 0, &mut Room::sent()).unwrap()).collect();
    assert_eq!(values[3], Value::Timestamp(1_795_428_300_000));
    assert_eq!(values[4], Value::String("inner".into()));
    assert_eq!(
        extra(&dataset, &event).unwrap(),
        r#"{"specversion":"1.0","id":"7","source":"/shop","type":"booked","data":{"more":[1]}}"#
    );
}

#[test]
fn source_and_id_are_the_identity_of_a_cloud_event() {
    let placed = judge_for(&plain(), BOOKED).unwrap();
    assert_eq!(placed.id.as_deref(), Some("/shop 7"));
    for (from, to, reason) in [
        (r#""1.0""#, r#""0.3""#, "specversion is not 1.0"),
        (r#""7""#, r#""""#, "id is empty"),
        (r#""/shop""#, r#""/my shop""#, "source is not a URI-reference"),
    ] {
        let verdict = judge_for(&plain(), &BOOKED.replacen(from, to, 1)).unwrap_err();
        assert!(verdict.starts_with("not a valid CloudEvent: ") && verdict.contains(reason), "{verdict}");
    }
    // Without one of the four it is an object as any other.
    let placed = judge_for(&plain(), &BOOKED.replace("specversion", "version")).unwrap();
    assert_eq!(placed.id.as_deref(), Some("m:0"));
}

#[test]
fn data_of_a_cloud_event_that_is_no_object_is_a_field() {
    let dataset =
        Dataset::from_json(br#"{"name": "d", "columns": [{"name": "data", "type": "string"}]}"#).unwrap();
    for (data, fits, left) in [(r#""text""#, true, false), (r#"{"x": 1}"#, false, false)] {
        let text =
            format!(r#"{{"specversion": "1.0", "id": "7", "source": "s", "type": "t", "data": {data}}}"#);
        let event = Event::parse(&text).unwrap();
        assert_eq!(read(&dataset.columns()[0], &event, 0, &mut Room::sent()).is_ok(), fits, "{data}");
        assert_eq!(extra(&dataset, &event).unwrap().contains("data"), left, "{data}");
    }
}

#[test]
fn what_no_column_takes_is_kept_as_it_was_written() {
    let dataset = dataset(r#", {"name": "n", "type": "struct<city:string>"}"#);
    for (text, expected) in [
        (r#"{"k": 1, "at": "x", "s": null}"#, None),
        (
            r#"{"at": "x", "k": 1.0, "t": 1.10, "ñ\n": {"a": [1e400]}}"#,
            Some(r#"{"t":1.10,"ñ\n":{"a": [1e400]}}"#),
        ),
        (r#"{"n": {"city": "x"}}"#, None),
        (r#"{"n": {"city": "x", "zip": 1}}"#, Some(r#"{"n":{"city": "x", "zip": 1}}"#)),
    ] {
        let event = Event::parse(text).unwrap();
        assert_eq!(extra(&dataset, &event).as_deref(), expected, "{text}");
    }
}
