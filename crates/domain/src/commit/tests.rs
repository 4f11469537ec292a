use super::*;

fn sample() -> Commit {
    serde_json::from_str(include_str!("../../tests/commit.json")).unwrap()
}

#[test]
fn the_head_is_the_highest_number_and_strangers_do_not_count() {
    let (dataset, hour) = (DatasetName::new("bookings").unwrap(), "dt=2026-11-23/hour=10".parse().unwrap());
    let keys = [
        "commits/bookings/dt=2026-11-23/hour=10/0000000009.json",
        "commits/bookings/dt=2026-11-23/hour=10/0000000010.json",
        "commits/bookings/dt=2026-11-23/hour=10/notes.txt",
    ];
    assert_eq!(head(&dataset, &hour, keys), Some(Generation::new(10)));
    assert_eq!(head(&dataset, &hour, []), None);
}

#[test]
fn the_commits_of_other_partitions_are_in_no_log() {
    let dataset = DatasetName::new("bookings").unwrap();
    let keys = [
        "commits/bookings/dt=2026-11-23/0000000002.json",
        "commits/bookings/dt=2026-11-23/hour=10/0000000007.json",
        "commits/bookings/dt=2026-11-23/hour=11/0000000009.json",
        "commits/seats/dt=2026-11-23/hour=12/0000000003.json",
    ];
    for (partition, expected) in [
        ("dt=2026-11-23", Some(2)),
        ("dt=2026-11-23/hour=10", Some(7)),
        ("dt=2026-11-23/hour=11", Some(9)),
        ("dt=2026-11-23/hour=12", None),
        ("dt=2026-11-24", None),
    ] {
        let found = log(&dataset, &partition.parse().unwrap(), keys);
        let expected = expected.map(Generation::new).map(|number| (number, number));
        assert_eq!(found, expected, "{partition}");
    }
}

#[test]
fn a_commit_round_trips_and_a_newer_format_is_refused_whatever_else_it_holds() {
    let commit = sample();
    let bytes = serde_json::to_vec(&commit).unwrap();
    assert_eq!(Commit::parse(&commit.key(), &bytes).unwrap(), commit);
    let error = Commit::parse("k", br#"{"format":9,"files":"elsewhere"}"#).unwrap_err();
    assert!(matches!(error, UnreadableCommit::NewerFormat { found: 9, .. }), "{error}");
}

#[test]
fn a_commit_under_another_key_is_refused() {
    let commit = sample();
    let bytes = serde_json::to_vec(&commit).unwrap();
    let elsewhere = key::commit(&commit.dataset, &commit.partition, commit.generation.next());
    assert!(matches!(Commit::parse(&elsewhere, &bytes), Err(UnreadableCommit::Misplaced { .. })));
}

#[test]
fn only_what_is_past_the_grace_is_cleanable() {
    let commit = sample();
    let at = commit.consumed[0].at;
    let grace = TimeDelta::minutes(10);
    assert_eq!(cleanable(&commit, at + TimeDelta::seconds(599), grace).count(), 0);
    assert_eq!(cleanable(&commit, at + grace, grace).count(), 1);
}
