use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::{
    event::{self, Bounds, Event, Origin},
    evolution,
    json::Fields,
    settings::Settings,
    value::{Room, Value},
};

const SEEDS: u64 = 400;

/// What the lake takes for the identity of an event, by its own parser.
fn identity(drawn: &Drawn, text: &str) -> String {
    let event = Event::parse(text).unwrap();
    let columns = drawn.dataset().columns().iter().enumerate();
    let keys = columns.filter(|(_, column)| drawn.dataset().identity().any(|key| key.name == column.name));
    let values =
        keys.map(|(index, column)| match event::read(column, &event, index, &mut Room::sent()).unwrap() {
            // One identity: see `compact::rows`.
            Value::Float(float) => Value::Float(float + 0.0),
            Value::Double(double) => Value::Double(double + 0.0),
            value => value,
        });
    format!("{:?}", values.collect::<Vec<_>>())
}

fn placed(drawn: &Drawn, text: &str, partition: &Partition) -> Result<event::Placement, event::Rejection> {
    let origin = Origin { message_id: "m", position: 0, sent_at: moment(partition) };
    let bounds = Bounds::from(&Settings::read(|_| None).unwrap());
    event::place(drawn.dataset(), &Event::parse(text).unwrap(), origin, bounds)
}

#[test]
fn marks_and_identities_are_one_to_one() {
    for seed in 0..SEEDS {
        let mut random = Random::new(seed);
        let drawn = Drawn::new("d", &mut random).unwrap();
        let partition = drawn.partition("2026-11-23T10:00:00Z".parse().unwrap()).unwrap();
        let mut identities = BTreeMap::new();
        for mark in 0..drawn.marks().min(40) {
            for _ in 0..3 {
                let text = drawn.event(mark, &partition, &mut random);
                let placement = placed(&drawn, &text, &partition)
                    .unwrap_or_else(|rejection| panic!("seed {seed}: {text}: {rejection}"));
                assert_eq!(placement.partition, partition, "seed {seed}: {text}");
                assert_eq!((super::mark(&text), is_bad(&text)), (Some(mark), false), "seed {seed}: {text}");
                let identity = match drawn.identity() {
                    Identity::Columns => identity(&drawn, &text),
                    Identity::CloudEvent => placement.id.unwrap(),
                    Identity::Message => continue,
                };
                let before = identities.insert(identity.clone(), mark).unwrap_or(mark);
                assert_eq!(before, mark, "seed {seed}: one identity, {identity}, for two marks");
            }
        }
        if drawn.identity() != Identity::Message {
            assert_eq!(identities.len() as u64, drawn.marks().min(40), "seed {seed}");
        }
    }
}

#[test]
fn bad_events_do_not_fit_and_keep_their_mark() {
    for seed in 0..SEEDS {
        let mut random = Random::new(seed);
        let drawn = Drawn::new("d", &mut random).unwrap();
        let partition = drawn.partition("2026-11-23T10:00:00Z".parse().unwrap()).unwrap();
        let text = drawn.bad_event(1, &partition, &mut random);
        assert!(placed(&drawn, &text, &partition).is_err(), "seed {seed}: {text} fits");
        assert_eq!((super::mark(&text), is_bad(&text)), (Some(1), true), "seed {seed}: {text}");
    }
}

#[test]
fn the_next_version_is_allowed_and_events_fit_both() {
    for seed in 0..SEEDS {
        let mut random = Random::new(seed);
        let mut drawn = Drawn::new("d", &mut random).unwrap();
        let partition = drawn.partition("2026-11-23T10:00:00Z".parse().unwrap()).unwrap();
        for _ in 0..3 {
            let next = drawn.evolved(&mut random).unwrap();
            evolution::check(drawn.dataset(), next.dataset())
                .unwrap_or_else(|refused| panic!("seed {seed}: {refused}"));
            for (writer, reader) in [(&drawn, &next), (&next, &drawn)] {
                let text = writer.event(1, &partition, &mut random);
                placed(reader, &text, &partition)
                    .unwrap_or_else(|rejection| panic!("seed {seed}: {text}: {rejection}"));
            }
            let bad = next.bad_event(1, &partition, &mut random);
            assert!(placed(&drawn, &bad, &partition).is_err(), "seed {seed}: {bad} fits the version before");
            drawn = next;
        }
    }
}

#[test]
fn bodies_have_the_events_in_their_order_and_each_fits() {
    let (mut wrapped, mut nested, mut renamed) = (0, 0, 0);
    for seed in 0..SEEDS {
        let mut random = Random::new(seed);
        let drawn = Drawn::new("d", &mut random).unwrap();
        let partition = drawn.partition("2026-11-23T10:00:00Z".parse().unwrap()).unwrap();
        let marks = drawn.marks();
        let events: Vec<String> =
            (0..8).map(|mark| drawn.event(mark % marks, &partition, &mut random)).collect();
        let bodies = drawn.bodies(&events, &random);
        assert_eq!(bodies, drawn.bodies(&events, &random), "seed {seed}: it takes nothing from the sequence");
        let elements = |text: &str| -> Option<Vec<String>> {
            let fields = Fields::parse(text).unwrap();
            let elements = fields.elements(drawn.dataset().unwraps()?)?;
            Some(elements.into_iter().map(str::to_owned).collect())
        };
        let mut found = Vec::new();
        for body in &bodies {
            let events = elements(body).inspect(|_| wrapped += 1).unwrap_or_else(|| vec![body.clone()]);
            let marks_of = |texts: &[String]| -> Vec<Option<u64>> {
                texts.iter().map(|text| super::mark(text)).collect()
            };
            assert_eq!(marks_of(&within(body)), marks_of(&events), "seed {seed}: {body}");
            found.extend(events);
        }
        for (text, event) in found.iter().zip(&events) {
            placed(&drawn, text, &partition)
                .unwrap_or_else(|rejection| panic!("seed {seed}: {text}: {rejection}"));
            assert_eq!(super::mark(text), super::mark(event), "seed {seed}");
            nested += usize::from(elements(text).is_some());
            renamed += usize::from(text.contains("\"Sent "));
        }
        assert_eq!(found.len(), events.len(), "seed {seed}");
    }
    assert!(wrapped > 100 && nested > 50 && renamed > 50, "{wrapped}, {nested}, {renamed}");
}

/// What a hand-written schema would hold fixed.
#[test]
fn the_seeds_vary_what_depends_on_a_schema() {
    let mut seen: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for seed in 0..SEEDS {
        let drawn = Drawn::new("d", &mut Random::new(seed)).unwrap();
        let dataset = drawn.dataset();
        let mut see = |what, value: String| seen.entry(what).or_default().insert(value);
        see("columns", dataset.columns().len().to_string());
        see("identity", format!("{:?} {}", drawn.identity(), dataset.identity().len()));
        see("sort_by", drawn.definition().sort_by.len().to_string());
        see("time", format!("{:?} {}", dataset.granularity(), dataset.event_time().is_some()));
        see("unwrap", format!("{:?}", dataset.unwraps()));
        for (path, name) in drawn.definition().columns.iter().flat_map(|column| &column.fields) {
            see("field", format!("{} {}", path.contains('.'), name.starts_with("Sent ")));
        }
        for (place, column) in dataset.columns().iter().enumerate() {
            if dataset.identity().any(|key| key.name == column.name) {
                see("place", place.to_string());
                see("identity type", column.data_type.to_string());
            }
        }
    }
    let counts: BTreeMap<&str, usize> = seen.iter().map(|(what, values)| (*what, values.len())).collect();
    assert!(counts["columns"] >= 12 && counts["place"] >= 12, "{counts:?}");
    assert_eq!((counts["identity"], counts["sort_by"], counts["time"]), (5, 4, 8), "{seen:?}");
    assert!(counts["identity type"] >= 15, "{seen:?}");
    assert_eq!((counts["unwrap"], counts["field"]), (4, 4), "{seen:?}");
}
