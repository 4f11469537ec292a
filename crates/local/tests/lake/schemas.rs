//! Exactly once, end to end, whatever the schema: the seed draws it.

use domain::drawn::{self, Drawn, Identity, MARK, Random};
use serde_json::Value;

use crate::harness::TestLake;

const SEEDS: u64 = 8;

/// Identities, at the most.
const MARKS: u64 = 60;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_again_is_one_row_whatever_the_schema() {
    let seeds = match std::env::var("SCHEMA_SEED") {
        Ok(seed) => vec![seed.parse().expect("a whole number")],
        Err(_) => (0..SEEDS).collect(),
    };
    for seed in seeds {
        println!("SCHEMA_SEED={seed} plays this one alone");
        play(&mut Random::new(seed)).await;
    }
}

async fn play(random: &mut Random) {
    // Of a message that was published twice SNS makes two: nothing says that their events are the same.
    let drawn = loop {
        let drawn = Drawn::new("drawn", random).unwrap();
        if drawn.identity() != Identity::Message {
            break drawn;
        }
    };
    let definition = serde_json::to_string(drawn.definition()).unwrap();
    println!("{definition}");
    let lake = TestLake::start(&[("drawn", &definition)]).await;
    let partition = drawn.partition("2026-11-23T10:00:00Z".parse().unwrap()).unwrap();
    let marks = drawn.marks().min(MARKS);
    // Each time more of them, and all of those before once more; some twice in a batch.
    for wave in 1..=3 {
        let there = (marks * wave).div_ceil(3);
        let mut sent: Vec<u64> = (0..there).chain((0..10).map(|_| random.bits() % there)).collect();
        while !sent.is_empty() {
            let batch: Vec<u64> =
                (0..25.min(sent.len())).map(|_| sent.swap_remove(random.below(sent.len()))).collect();
            let events: Vec<String> =
                batch.iter().map(|mark| drawn.event(*mark, &partition, random)).collect();
            lake.publish_all("drawn", &drawn.bodies(&events, random)).await;
        }
        let marked = if drawn.dataset().column(MARK).is_some() { MARK } else { "_extra" };
        let path = format!("/v1/datasets/drawn/rows?select={marked}&limit=10000");
        let rows = lake.rows(&path, usize::try_from(there).unwrap()).await;
        let mut found: Vec<u64> = rows
            .iter()
            .map(|row| match &row[marked] {
                Value::String(extra) => drawn::mark(extra).unwrap(),
                mark => mark.as_u64().unwrap(),
            })
            .collect();
        found.sort_unstable();
        assert_eq!(found, (0..there).collect::<Vec<_>>(), "wave {wave}");
    }
    lake.stop().await;
}
