//! Lines of datasets that a seed draws.

use domain::{
    Partition,
    drawn::{Drawn, Random},
};

use crate::{check, reworded};

const SEEDS: u64 = 800;

/// Lines of a batch.
const LINES: usize = 40;

#[test]
fn lines_of_any_dataset_are_read_as_the_lake_reads_them() {
    let mut taken = 0;
    for seed in 0..SEEDS {
        // The last line of a failure's output names the seed.
        println!("seed {seed}");
        let mut random = Random::new(seed);
        let drawn = Drawn::new("d", &mut random).unwrap();
        let partition = drawn.partition("2026-11-23T10:00:00Z".parse().unwrap()).unwrap();
        let permille = [0, 5, 30, 150][random.below(4)];
        let lines = (0..LINES).map(|_| line(&drawn, &partition, permille, &mut random));
        let lines: Vec<Vec<u8>> = lines.collect();
        taken += check::same(drawn.dataset(), &lines);
    }
    // Of both kinds there are many.
    let all = usize::try_from(SEEDS).unwrap() * LINES;
    assert!((all / 4..all * 9 / 10).contains(&taken), "{taken} of {all}");
}

fn line(drawn: &Drawn, partition: &Partition, permille: usize, random: &mut Random) -> Vec<u8> {
    let mark = random.bits() % drawn.marks().max(1);
    let event = match random.below(20) {
        0 => drawn.bad_event(mark, partition, random),
        _ => drawn.event(mark, partition, random),
    };
    let event = if random.chance(500) { event } else { reworded::value(&event, permille, random) };
    let line = if random.chance(700) {
        String::from_utf8(check::line(event.as_bytes())).unwrap()
    } else {
        envelope(&event, random)
    };
    if random.chance(permille) { reworded::damaged(&line, random) } else { line.into_bytes() }
}

/// The event in an envelope that `landing::Writer` would not write.
fn envelope(event: &str, random: &mut Random) -> String {
    let ids = [r#""m:0""#, r#""m:1""#, "null", r#""a\"\u00f1\ud83d\ude00é""#, r#""\ud800""#, "1"];
    let id = ids[random.weighted(&[5, 5, 5, 5, 1, 1])];
    let times = [
        "2026-11-23T10:05:00.500Z",
        "2026-11-23T10:05:00.501Z",
        "2026-11-24T00:00:00Z",
        "0000-01-01T00:00:00.001Z",
        "2026-11-23T12:05:00.5+02:00",
        "2026-11-23T10:05:60.123Z",
        "2026-11-23 10:05:00Z",
        "2026-02-30T10:05:00Z",
        "+12026-11-23T10:05:00Z",
    ];
    let time = times[random.weighted(&[9, 5, 5, 3, 1, 1, 1, 1, 1])];
    if random.chance(30) {
        return reworded::joined("[", &[id.to_owned(), format!("{time:?}"), event.to_owned()], "]", random);
    }
    let mut members =
        vec![format!("\"_id\":{id}"), format!("\"_ingested_at\":{time:?}"), format!("\"data\": {event}")];
    match random.below(20) {
        0 => members.rotate_left(1),
        1 => {
            members.remove(random.below(3));
        }
        2 => members.insert(random.below(4), "\"more\":[1]".to_owned()),
        3 => members.push(members[random.below(3)].clone()),
        _ => {}
    }
    let line = reworded::joined("{", &members, "}", random);
    format!("{line}{}", ["", "", "\n", " \r\n", "x"][random.weighted(&[5, 5, 5, 5, 1])])
}
