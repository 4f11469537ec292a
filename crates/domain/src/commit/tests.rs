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
    let elsewhere = key::commit(&commit.dataset, &commit.partition, commit.generation.next().unwrap());
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

/// What `change` makes of the sample, read.
fn changed(change: impl FnOnce(&mut Commit)) -> Result<Commit, BrokenClaim> {
    let mut commit = sample();
    change(&mut commit);
    match Commit::parse(&commit.key(), &serde_json::to_vec(&commit).unwrap()) {
        Ok(commit) => Ok(commit),
        Err(UnreadableCommit::Broken { key, reason }) => {
            assert_eq!(key, commit.key());
            Err(reason)
        }
        Err(other) => panic!("{other}"),
    }
}

fn given_up(rows: u64) -> Discarded {
    Discarded { rows, files: Vec::new(), reason: "lost".to_owned() }
}

#[test]
fn numbers_have_a_bound_and_so_have_their_sums() {
    type Set = fn(&mut Commit, u64);
    let places: [(&str, Set); 6] = [
        ("rows", |commit, number| commit.rows = number),
        ("duplicates_dropped", |commit, number| commit.duplicates_dropped = number),
        ("conflicting", |commit, number| commit.conflicting = number),
        ("discarded rows", |commit, number| commit.discarded = Some(given_up(number))),
        ("rows in its files", |commit, number| commit.files[0].rows = number),
        ("bytes in its files", |commit, number| commit.files[0].bytes = number),
    ];
    for (what, set) in places {
        changed(|commit| set(commit, claims::MOST)).unwrap();
        for number in [claims::MOST + 1, u64::MAX - 1, u64::MAX] {
            let expected = BrokenClaim::TooMany(format!("{number} {what}"));
            assert_eq!(changed(|commit| set(commit, number)), Err(expected), "{what}");
        }
    }
    // Each is within the bound, and their sum is not: at whatever place.
    for at in [0, 1, 2] {
        let found = changed(|commit| {
            let file =
                |part: u32, rows| DataFile { key: key::data_file("", part), rows, ..commit.files[0].clone() };
            let mut files = vec![file(0, 1), file(1, 1), file(2, 1)];
            files[at].rows = claims::MOST;
            commit.files = files;
        });
        assert!(matches!(found, Err(BrokenClaim::TooMany(_))), "{at}: {found:?}");
    }
}

#[test]
fn a_commit_has_the_location_of_its_own_generation() {
    let own = sample().location;
    for location in [
        String::new(),
        "tables/bookings/".to_owned(),
        own.trim_end_matches('/').to_owned(),
        format!("{own}sub/"),
        own.replace("bookings", "payments"),
        own.replace("hour=10", "hour=11"),
        own.replace("g0000000042", "g0000000041"),
        own.replace("01JD0", "01JD1"),
        "s3://elsewhere/".to_owned(),
    ] {
        let found = changed(|commit| commit.location.clone_from(&location));
        assert_eq!(found, Err(BrokenClaim::Location { found: location, expected: own.clone() }));
    }
}

#[test]
fn a_commit_lists_each_file_once() {
    for (count, again) in [(1, 0), (3, 0), (3, 2)] {
        let twice = key::data_file("", again);
        let found = changed(|commit| {
            let file = |part: u32| DataFile { key: key::data_file("", part), ..commit.files[0].clone() };
            commit.files = (0..count).chain([again]).map(file).collect();
        });
        assert_eq!(found, Err(BrokenClaim::Twice(twice)));
    }
}
