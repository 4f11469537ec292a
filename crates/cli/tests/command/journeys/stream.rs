//! A stream with bad events: the definition is mended, values are mapped, all that can be is replayed, and the rest is
//! discarded.

use serde_json::{Value, json};

use super::rows;
use crate::{lake::Lake, process::said};

const EVENTS: u32 = 60;
/// Of ten readings, the first has no station, two have the unit in their temperature, and one has a word there.
const NO_STATION: u32 = EVENTS / 10;
const WITH_UNIT: u32 = EVENTS / 10 * 2;
const WORDS: u32 = EVENTS / 10;

/// Readings whose station is required, or not.
fn weather(required: bool) -> String {
    let columns = json!([
        {"name": "reading_id", "type": "string", "required": true},
        {"name": "station", "type": "string", "required": required},
        {"name": "temp", "type": "double"},
        {"name": "taken_at", "type": "timestamp", "required": true, "from": "takenAt"},
    ]);
    let keys = json!({"name": "weather", "identity": ["reading_id"], "event_time": "taken_at",
        "partition_by": "hour", "columns": columns});
    keys.to_string()
}

/// One reading as it is sent, and its temperature if anybody can tell.
fn reading(number: u32) -> (String, Option<f64>) {
    let mut event = json!({"reading_id": format!("r{number}"), "station": "EWR", "temp": number,
        "takenAt": format!("2020-02-29T{:02}:05:00+01:00", number % 3 + 9)});
    let mut temp = Some(f64::from(number));
    match number % 10 {
        0 => drop(event.as_object_mut().unwrap().remove("station")),
        1 | 2 => {
            event["temp"] = format!("{number}.5C").into();
            temp = Some(f64::from(number) + 0.5);
        }
        3 => {
            event["temp"] = "warm".into();
            temp = None;
        }
        _ => {}
    }
    (format!("{event}\n"), temp)
}

/// How many events are in quarantine for a reason that has these words.
fn quarantined(lake: &Lake, words: &str) -> u64 {
    let listed = lake.json(&["quarantine", "list"]);
    let groups = listed["groups"].as_array().unwrap().iter();
    let groups = groups.filter(|group| group["reason"].as_str().unwrap().contains(words));
    groups.map(|group| group["events"].as_u64().unwrap()).sum()
}

/// Accepted, rejected, and changed by a mapping.
fn replay(lake: &Lake, options: &[&str]) -> [u32; 3] {
    let outcome: Value = lake.json(&[&["quarantine", "replay"], options].concat());
    ["accepted", "rejected", "changed"].map(|what| outcome[what].as_u64().unwrap().try_into().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_with_bad_events_is_mended_and_replayed_and_the_rest_is_discarded() {
    let lake = Lake::start();
    let path = lake.file("weather.json", &weather(true));
    let path = path.to_str().unwrap();
    lake.output(0, &["dataset", "apply", path]);
    let readings: Vec<(String, Option<f64>)> = (0..EVENTS).map(reading).collect();
    let stream: String = readings.iter().map(|(event, _)| event.as_str()).collect();
    let file = lake.file("stream.ndjson", &stream);
    let publish = ["publish", file.to_str().unwrap(), "--dataset", "weather", "--wait"];
    let bad = NO_STATION + WITH_UNIT + WORDS;
    let published = lake.run(&publish);
    assert_eq!(published.status.code(), Some(1), "{}", said(&published));
    assert!(said(&published).contains(&format!("{bad} events went to quarantine")), "{}", said(&published));
    // And one for a dataset that is none.
    lake.publish("wether", &reading(EVENTS + 5).0).await;

    // What is wrong is said: how much, and why.
    let status = lake.output(1, &["dataset", "status", "--exit-code"]);
    assert!(status.contains(&format!("weather: {bad} events in quarantine")), "{status}");
    let counts = ["", "required, but there is no field \"station\"", "column temp: expected double"];
    let counts = counts.map(|words| quarantined(&lake, words));
    assert_eq!(counts, [bad + 1, NO_STATION, WITH_UNIT + WORDS].map(u64::from));
    assert_eq!(quarantined(&lake, "unknown dataset \"wether\": did you mean \"weather\"?"), 1);
    let shown =
        lake.output(0, &["quarantine", "show", "--dataset", "weather", "--reason", "found \"21.5C\""]);
    assert!(shown.contains(r#""temp": "21.5C""#) || shown.contains(r#""temp":"21.5C""#), "{shown}");

    // The definition is mended: a reading may have no station.
    std::fs::write(path, weather(false)).unwrap();
    lake.output(0, &["dataset", "check", "--live", path]);
    lake.output(0, &["dataset", "apply", path]);
    let weather = ["--dataset", "weather"];
    for options in [&[&weather[..], &["--dry-run"]].concat()[..], &weather[..]] {
        assert_eq!(replay(&lake, options), [NO_STATION, WITH_UNIT + WORDS, 0]);
    }
    assert_eq!(replay(&lake, &["--dataset", "_unrouted", "--as", "weather"]), [1, 0, 0]);

    // Types do not change, so the values do: shown first, then replayed.
    let map = [&weather[..], &["--map", r#"temp=trim_suffix("C")"#]].concat();
    let text = lake.output(0, &[&["quarantine", "replay"][..], &map, &["--dry-run"]].concat());
    for words in [
        format!("{WITH_UNIT} would be accepted, {WORDS} would stay in quarantine. Nothing was changed."),
        format!("Why events stay:\n        {WORDS}  column temp: expected double"),
    ] {
        assert!(text.contains(&words), "{words}: {text}");
    }
    assert_eq!(
        quarantined(&lake, "column temp"),
        u64::from(WITH_UNIT + WORDS),
        "a dry run changed something"
    );
    assert_eq!(replay(&lake, &map), [WITH_UNIT, WORDS, WITH_UNIT]);

    // What nobody can mend is given up, and counts no more.
    let discard = ["quarantine", "discard", "--dataset", "weather", "--reason", "found \"warm\""];
    let asked = lake.run(&discard);
    assert_eq!(asked.status.code(), Some(1), "{}", said(&asked));
    assert_eq!(quarantined(&lake, ""), u64::from(WORDS), "nobody said --yes");
    assert_eq!(lake.json(&[&discard[..], &["--yes"]].concat())["discarded"], WORDS);
    assert_eq!(quarantined(&lake, ""), 0);
    let status = lake.output(0, &["dataset", "status", "--exit-code"]);
    assert!(status.contains("Nothing is wrong."), "{status}");
    let stored = EVENTS - WORDS + 1;
    lake.settled("weather", stored.into()).await;

    // Each is there once, also after its producer published all of it again, and that was mended in the same way.
    // Messages that come together as they did before make objects that are there: nobody sees these land again.
    let again = ["publish", file.to_str().unwrap(), "--dataset", "weather", "--wait=20"];
    assert_eq!(lake.run(&again).status.code(), Some(1));
    assert_eq!(replay(&lake, &map), [WITH_UNIT, WORDS, WITH_UNIT]);
    lake.settled("weather", stored.into()).await;
    let sql = "SELECT count(*) AS n, count(DISTINCT reading_id) AS ids, count(station) AS stations, sum(temp) AS total \
               FROM weather";
    let answer = lake.output(0, &["query", sql, "--format", "csv"]);
    let found: Vec<f64> = rows(&answer)[0].iter().map(|value| value.parse().unwrap()).collect();
    let total: f64 = readings.iter().filter_map(|(_, temp)| *temp).sum();
    let expected: [f64; 4] =
        [stored.into(), stored.into(), (stored - NO_STATION).into(), total + f64::from(EVENTS + 5)];
    assert_eq!(found, expected, "{answer}");
}
