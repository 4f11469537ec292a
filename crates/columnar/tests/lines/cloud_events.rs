//! CloudEvents of every form, and what is nearly one: attributes in any order, twice, or of another type, and data that has
//! fields of the same names as they.

use domain::{Dataset, drawn::Random};

use crate::{check, reworded};

const SEEDS: u64 = 400;

/// Lines of a batch: each is read as the one before was, until it turns out to be another.
const LINES: usize = 30;

/// Columns that read attributes, fields of the data, the data as a whole, or both.
const DEFINITIONS: [&str; 3] = [
    r#"{"name": "events", "columns": [
        {"name": "id", "type": "string"}, {"name": "n", "type": "int"}, {"name": "data", "type": "struct<n:int>"},
        {"name": "kind", "type": "string", "from": "type"}, {"name": "s", "type": "string"}]}"#,
    r#"{"name": "events", "identity": ["n"], "columns": [
        {"name": "n", "type": "double", "required": true}, {"name": "time", "type": "timestamp"},
        {"name": "m", "type": "map<string,int>"}, {"name": "r", "type": "struct<n:int,s:string>"}]}"#,
    r#"{"name": "events", "columns": [
        {"name": "data", "type": "map<string,int>"}, {"name": "specversion", "type": "decimal(2,1)"},
        {"name": "source", "type": "string"}, {"name": "n", "type": "bigint"}]}"#,
];

#[test]
fn cloud_events_are_read_as_the_lake_reads_them() {
    let (mut taken, mut all) = (0, 0);
    for seed in 0..SEEDS {
        // The last line of a failure's output names the seed.
        println!("seed {seed}");
        let mut random = Random::new(seed);
        let dataset = Dataset::from_json(DEFINITIONS[random.below(3)].as_bytes()).unwrap();
        let permille = [0, 0, 20, 100][random.below(4)];
        let lines: Vec<Vec<u8>> = (0..LINES).map(|_| line(permille, &mut random)).collect();
        taken += check::same(&dataset, &lines);
        all += lines.len();
    }
    assert!((all / 20..all * 9 / 10).contains(&taken), "{taken} of {all}");
}

fn line(permille: usize, random: &mut Random) -> Vec<u8> {
    let mut members: Vec<String> = Vec::new();
    for name in ["specversion", "id", "source", "type"] {
        let value = match random.below(60) {
            0 => continue,
            1 => "null",
            2 => "1",
            3 => "{\"n\":1}",
            4 => "\"\\u0031.0\"",
            _ => "\"1.0\"",
        };
        members.push(format!("\"{name}\":{value}"));
    }
    if random.chance(900) {
        members.push(format!("\"data\":{}", data(random)));
    }
    for _ in 0..random.below(3) {
        members.push(field(random));
    }
    // Most senders write the data last; and no two of a name.
    if random.chance(400) {
        let by = random.below(members.len().max(1));
        members.rotate_left(by);
    }
    let event = reworded::joined("{", &members, "}", random);
    let line = String::from_utf8(check::line(event.as_bytes())).unwrap();
    if random.chance(permille) { reworded::damaged(&line, random) } else { line.into_bytes() }
}

fn data(random: &mut Random) -> String {
    if random.chance(150) {
        let values = ["null", "[1]", "\"{}\"", "7", "{}", "{ }", "{\"n\":1,\"n\":2}", "{\"z\":1,\"z\":2}"];
        return (*random.pick(&values).unwrap()).to_owned();
    }
    let fields: Vec<String> = (0..random.below(5)).map(|_| field(random)).collect();
    reworded::joined("{", &fields, "}", random)
}

/// Of the data, or an attribute; now and then one that is there already.
fn field(random: &mut Random) -> String {
    let fields = [
        r#""n":1"#,
        r#""n":2.0"#,
        r#""n":null"#,
        r#""n":"x""#,
        r#""s":"é\n""#,
        r#""s":"text""#,
        r#""time":"2026-11-23T10:05:00.123Z""#,
        r#""m":{"b":1,"a":2}"#,
        r#""r":{"n":1,"more":[1]}"#,
        r#""r":{"s":"x"}"#,
        r#""id":"within""#,
        r#""type":"t""#,
        r#""data":{"n":3}"#,
        r#""data":{"n":3,"z":4}"#,
        r#""z":{"deep":[{"er":null}]}"#,
        r#""zz":1.10"#,
        r#""\u006e":7"#,
    ];
    (*random.pick(&fields).unwrap()).to_owned()
}
