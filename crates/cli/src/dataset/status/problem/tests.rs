use chrono::{NaiveDate, TimeDelta};

use super::*;
use crate::{
    dataset::status::{
        facts::{Definition, Stored},
        landing::Backlog,
    },
    doctor::Difference,
};

fn now() -> DateTime<Utc> {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

fn minutes_ago(minutes: i64) -> Option<DateTime<Utc>> {
    Some(now() - TimeDelta::minutes(minutes))
}

/// A dataset with which nothing is wrong.
fn well() -> Facts {
    Facts {
        name: DatasetName::new("d").unwrap(),
        definition: Definition { state: State::Live, requested_at: minutes_ago(60), live_version: Some(1) },
        table: Table::Registered { partitions: 1, behind: Vec::new(), newest: None },
        stored: Stored::default(),
        files: Vec::new(),
        landing: Backlog::default(),
        quarantine: Quarantined::default(),
    }
}

fn codes(change: impl FnOnce(&mut Facts)) -> Vec<&'static str> {
    let mut facts = well();
    change(&mut facts);
    problems(&facts, now()).into_iter().map(|problem| problem.code.code()).collect()
}

#[test]
fn where_nothing_is_wrong_nothing_is_said() {
    assert_eq!(codes(|_| ()), Vec::<&str>::new());
    assert_eq!(codes(|facts| facts.definition.state = State::NotRequested), Vec::<&str>::new());
}

#[test]
fn a_request_is_a_problem_once_register_is_late_or_refuses_it() {
    let waiting = |minutes| {
        codes(|facts| {
            facts.definition =
                Definition { state: State::Waiting, requested_at: minutes_ago(minutes), live_version: None };
        })
    };
    assert_eq!(waiting(4), Vec::<&str>::new());
    assert_eq!(waiting(6), ["definition_waits"]);
    let refused = State::Refused { reasons: vec!["r".into()] };
    assert_eq!(codes(|facts| facts.definition.state = refused), ["definition_refused"]);
    let damaged = State::Damaged { reason: "r".into() };
    assert_eq!(codes(|facts| facts.definition.state = damaged), ["definition_damaged"]);
}

#[test]
fn a_backlog_is_a_problem_once_it_is_old() {
    let waiting = |minutes| {
        codes(|facts| {
            facts.landing = Backlog { objects: 1, oldest: minutes_ago(minutes), ..Backlog::default() }
        })
    };
    assert_eq!(waiting(14), Vec::<&str>::new());
    assert_eq!(waiting(16), ["landing_waits"]);
}

#[test]
fn a_catalog_that_lags_is_a_problem() {
    let behind = |minutes| {
        codes(|facts| {
            let behind = vec!["dt=2026-11-23".parse().unwrap()];
            facts.table = Table::Registered { partitions: 1, behind, newest: None };
            facts.stored.behind_since = minutes_ago(minutes);
        })
    };
    assert_eq!(behind(4), Vec::<&str>::new());
    assert_eq!(behind(6), ["entry_behind"]);
    assert_eq!(codes(|facts| facts.table = Table::Missing), ["table_missing"]);
    assert_eq!(codes(|facts| facts.table = Table::Unknown { reason: "r".into() }), ["catalog_refused"]);
}

#[test]
fn refused_events_are_a_problem_for_a_day_and_a_commit_that_cannot_be_read_until_it_is_mended() {
    let refused = |day: &str| {
        let day: NaiveDate = day.parse().unwrap();
        codes(|facts| facts.quarantine.events_by_day = [(day, 3)].into())
    };
    assert_eq!(refused("2026-11-22"), ["events_quarantined"]);
    assert_eq!(refused("2026-11-21"), Vec::<&str>::new());
    assert_eq!(codes(|facts| facts.stored.unreadable = vec!["r".into()]), ["commit_unreadable"]);
}

/// What `tributary doctor` finds and `compact` stops at is no less wrong here.
#[test]
fn a_lost_data_file_and_a_lost_version_are_problems() {
    let lost = |kind| {
        let what = "data file f is gone, with 3 rows";
        Difference::of_partition(
            &DatasetName::new("d").unwrap(),
            &"dt=2026-11-23".parse().unwrap(),
            kind,
            what,
        )
    };
    for kind in [Kind::FileMissing, Kind::FileChanged, Kind::FileUnknown] {
        assert_eq!(codes(|facts| facts.files = vec![lost(kind)]), [kind.code()]);
    }
    let mut facts = well();
    facts.files = vec![lost(Kind::FileMissing); FILES + 3];
    let found = problems(&facts, now());
    assert_eq!(found.len(), FILES + 1, "a flood of them is cut");
    let first = &found[0].message;
    assert!(
        first.starts_with("dt=2026-11-23: data file f is gone, with 3 rows; the partition stops"),
        "{first}"
    );
    assert!(first.ends_with("`tributary partition recover d dt=2026-11-23`"), "{first}");
    assert!(found[FILES].message.starts_with("3 data files more"), "{}", found[FILES].message);

    assert_eq!(codes(|facts| facts.stored.schema_version = Some(2)), ["definition_damaged"]);
    assert_eq!(codes(|facts| facts.stored.schema_version = Some(1)), Vec::<&str>::new());
}
