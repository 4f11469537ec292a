//! What no service does: somebody works on the catalog by hand, a definition changes, an old fault doubles rows.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::{Commit, CommitKind, DataFile, commit::WriterId, invariant::Violation, key, port::PutMode};
use ulid::Ulid;

use super::{Schedule, start};

impl Schedule {
    /// Takes a partition out, moves it somewhere else, back to an older generation, or loses everything.
    pub(super) fn damage(&mut self) {
        let now = self.world.now();
        let mut state = self.world.state();
        let lake = &mut state.lake;
        let Some(place) = lake.random.pick(&self.places).cloned() else { return };
        // Not to what is about to be deleted: nobody could prevent that.
        let young = lake.ledger.place(&place).young(now - TimeDelta::hours(2));
        let (words, location) = match lake.random.below(8) {
            0 => {
                lake.lose_catalog();
                drop(state);
                return self.note(2_000, || "somebody drops the whole database".to_owned());
            }
            1 | 2 => ("takes out", None),
            3 => ("moves away", Some("s3://elsewhere/table/".to_owned())),
            4 => {
                let nowhere = format!("{}nothing/", key::partition_prefix(&place.dataset, &place.partition));
                ("moves to a directory without files", Some(nowhere))
            }
            _ => match lake.random.pick(&young).cloned() {
                Some(location) => ("points at another generation", Some(location)),
                None => return,
            },
        };
        let target = location.clone().unwrap_or_default();
        lake.damage(&place, location);
        drop(state);
        self.note(2_001, || format!("somebody {words}: {} {target}", place.partition));
    }

    /// The next version of the definition is accepted.
    pub(super) fn evolve(&mut self) {
        let Some((version, drawn)) = self.versions.pop_front() else { return };
        let defined = start::define(&mut self.world.state().lake, &drawn, version);
        if let Err(error) = defined {
            let what = format!("version {version} of the definition cannot be written: {error}");
            self.world.state().lake.check(Err(Violation { invariant: "simulation", what }));
        }
        self.note(2_002, || format!("version {version} is accepted: {:?}", drawn.definition()));
    }

    /// Commits a generation that has every row of the head twice, as a version did that did not find all twins.
    pub(super) fn double(&mut self) {
        let now = self.world.now();
        let mut state = self.world.state();
        let lake = &mut state.lake;
        let Some(place) = lake.random.pick(&self.places).cloned() else { return };
        let Some(head) = lake.ledger.place(&place).head().cloned() else { return };
        // Once: what doubles again and again has no end.
        if head.rows.iter().collect::<BTreeSet<_>>().len() < head.rows.len() {
            return;
        }
        let Commit { dataset, partition, generation, .. } = &head.commit;
        let Ok(generation) = generation.next() else { return };
        let writer = WriterId::from(Ulid::from_parts(0, lake.random.bits().into()));
        let location = key::generation_prefix(dataset, partition, generation, &writer);
        let mut files = Vec::new();
        for (part, file) in (0..).zip(head.commit.files.iter().chain(&head.commit.files)) {
            let copy = DataFile { key: key::data_file(&location, part), ..file.clone() };
            let _answered_at_once = lake.copy(&file.key, &copy.key);
            files.push(copy);
        }
        lake.ledger.place(&place).by_fault.insert(location.clone());
        let (rows, committed_at) = (2 * head.commit.rows, now);
        let kind = CommitKind::Append;
        let head = head.commit.clone();
        let commit = Commit { kind, generation, writer, location, files, rows, committed_at, ..head };
        if let Ok(body) = serde_json::to_vec(&commit) {
            let _answered_at_once = lake.put(&commit.key(), body.into(), PutMode::Create);
        }
        drop(state);
        self.note(2_003, || format!("an old fault doubles the rows of {}: {generation}", place.partition));
    }
}
