//! The invariants, held against each change of one place.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Commit, CommitKind,
    batch::BatchName,
    invariant::{self, Fate, Violation},
    run::MAX_AGE,
};

use super::{
    Event, VALID_FOR, contents,
    place::{Committed, File, Named, PlaceLedger, Published, TargetId},
};
use crate::process::ProcessId;

fn violated(invariant: &'static str, what: String) -> Result<(), Violation> {
    Err(Violation { invariant, what })
}

impl PlaceLedger {
    /// I1.
    pub(super) fn accounted_for(&self, quarantine: &BTreeSet<Event>) -> Result<(), Violation> {
        let landing: BTreeSet<Event> = self.landing.values().flatten().copied().collect();
        let rows = self.head().map(|head| head.rows.iter().copied().collect()).unwrap_or_default();
        invariant::accounted_for(&self.acknowledged, &landing, quarantine, &rows)
    }

    /// A data file is written once: what is committed never changes.
    pub(super) fn file_written(
        &mut self,
        key: &str,
        body: &Bytes,
        process: ProcessId,
        now: DateTime<Utc>,
    ) -> Result<(), Violation> {
        let file = File { body: body.clone(), written_at: now, written_by: process };
        match self.files.insert(key.to_owned(), file) {
            Some(before) if before.body != *body => {
                violated("I5", format!("data file {key} was replaced by another one"))
            }
            _ => Ok(()),
        }
    }

    /// I2 and I3. Whoever `purges` gives up rows whose files are there.
    pub(super) fn committed(
        &mut self,
        commit: Commit,
        purges: bool,
        now: DateTime<Utc>,
    ) -> Result<(), Violation> {
        let number = commit.generation.number();
        match self.commits.get(&number) {
            Some(before) if before.commit == commit => return Ok(()),
            Some(_) => {
                return violated("I2", format!("commit {number} was replaced by that of {}", commit.writer));
            }
            None => {}
        }
        let by_file = self.rows_of(&commit)?;
        let rows = by_file.values().flatten().copied().collect();
        let head = self.head().cloned();
        let location = commit.location.clone();
        let committed = Arc::new(Committed { commit, rows, by_file });
        self.history.insert(location, committed.clone());
        self.commits.insert(number, committed.clone());
        // Below the head it is debris: no parent, and never read.
        if head.as_ref().is_none_or(|head| head.number() < number) {
            // A purge that was cut off may commit its empty generation after another one has taken the whole log.
            let is_late = purges && head.is_none();
            if !is_late && number != head.as_ref().map_or(1, |head| head.number() + 1) {
                return violated("I2", format!("commit {number} leaves a gap above the head {head:?}"));
            }
            self.follows(head.as_deref(), &committed, purges)?;
        }
        self.sort_garbage(now);
        Ok(())
    }

    fn follows(
        &mut self,
        parent: Option<&Committed>,
        committed: &Committed,
        purges: bool,
    ) -> Result<(), Violation> {
        let Committed { commit, rows, .. } = committed;
        let mut consumed = BTreeSet::new();
        for entry in &commit.consumed {
            if parent.is_some_and(|parent| parent.commit.has_consumed(&entry.batch)) {
                continue;
            }
            let Some(events) = self.batches.get(&entry.batch) else {
                return violated("I3", format!("batch {} was consumed, and never landed", entry.batch));
            };
            if self.purged.contains(&entry.batch) && commit.kind != CommitKind::Discard {
                return violated(
                    "purge",
                    format!("batch {} was purged, and is in the table again", entry.batch),
                );
            }
            consumed.extend(events.iter().copied());
            self.consumed.insert(entry.batch.clone());
        }
        if self.by_fault.contains(&commit.location) {
            return Ok(());
        }
        let before = parent.map_or(&[][..], |parent| &parent.rows);
        invariant::follows(commit.kind, before, &consumed, rows)?;
        match commit.kind {
            CommitKind::Discard => self.discarded(parent, committed, purges),
            _ => Ok(()),
        }
    }

    /// The rows of each of a commit's files, which are all there, and say how many they are.
    fn rows_of(&self, commit: &Commit) -> Result<BTreeMap<String, Vec<Event>>, Violation> {
        let wrong = |what| Violation { invariant: "I3", what };
        let mut by_file = BTreeMap::new();
        for data in &commit.files {
            let file = self.files.get(&data.key).filter(|_| data.key.starts_with(&commit.location));
            let file = file.ok_or_else(|| wrong(format!("committed file {} is not there", data.key)))?;
            let found = contents::rows(&file.body)
                .ok_or_else(|| wrong(format!("committed file {} cannot be read", data.key)))?;
            if found.len() as u64 != data.rows || file.body.len() as u64 != data.bytes {
                return Err(wrong(format!("committed file {} is not as its commit says", data.key)));
            }
            by_file.insert(data.key.clone(), found);
        }
        if by_file.values().map(Vec::len).sum::<usize>() as u64 != commit.rows {
            return Err(wrong(format!("commit {} counts its rows wrongly", commit.generation)));
        }
        Ok(by_file)
    }

    /// I4. The head is the one that the process found when it last looked, or any that came since: between its look and
    /// its delete another one may clean the same batch, a third one commit without it, and a redelivery land it again.
    /// That does no harm: what was consumed once is in the table. But a look does not count for longer than a run may
    /// change anything.
    pub(super) fn landing_deleted(
        &mut self,
        batch: &BatchName,
        process: ProcessId,
        now: DateTime<Utc>,
    ) -> Result<(), Violation> {
        let events = self.landing.remove(batch).unwrap_or_default();
        let look = self.looks.get(&process).filter(|(_, at)| now - *at <= MAX_AGE + VALID_FOR);
        let looked = look.map_or(self.head_number(), |(head, _)| *head);
        self.cleaned_late(&events, looked);
        let heads = self.history.values().filter(|committed| committed.number() >= looked);
        invariant::may_delete_landing(
            heads.flat_map(|head| &head.commit.consumed).map(|entry| &entry.batch),
            &batch,
        )
    }

    /// I5, for who purges: no file of the head, and it keeps none for the retention.
    pub(super) fn file_purged(&mut self, key: &str) -> Result<(), Violation> {
        self.files.remove(key);
        match self.head() {
            Some(head) if head.by_file.contains_key(key) => {
                violated("I5", format!("{key} is purged, and a file of the head"))
            }
            _ => Ok(()),
        }
    }

    /// I2, for who purges: the head goes last, and only when it has no rows.
    pub(super) fn commit_purged(&mut self, number: u64) -> Result<(), Violation> {
        let Some(gone) = self.commits.remove(&number) else { return Ok(()) };
        self.abandoned.insert(gone.commit.location.clone());
        if number > self.head_number() && !gone.rows.is_empty() {
            return violated("I2", format!("the head {number} is purged, and has rows"));
        }
        Ok(())
    }

    /// I5, and I6 with it.
    pub(super) fn file_deleted(
        &mut self,
        (key, location): (&str, &str),
        process: ProcessId,
        now: DateTime<Utc>,
        retention: TimeDelta,
    ) -> Result<(), Violation> {
        // Its own age: who puts the next file beside it after hours is too old to commit them.
        let file = self.files.remove(key);
        let written_at = file.as_ref().map_or(now, |file| file.written_at);
        let is_own = file.is_some_and(|file| file.written_by == process);
        let is_committed = self.history.contains_key(location);
        let fate = match self.garbage.get(location) {
            // A purge has taken its commit, and was cut off before the files: its rows are given up, so that no query of
            // them is promised the retention. The vacuum cannot tell it from what was never committed, and keeps it as
            // long as that.
            _ if self.abandoned.contains(location) => Fate::Uncommitted(written_at),
            Some(since) => Fate::Garbage(*since),
            None if is_committed => Fate::Live,
            // Who wrote it knows best. If a commit of it comes all the same, its files will be missed there.
            None if is_own => Fate::Overtaken,
            None => Fate::Uncommitted(written_at),
        };
        invariant::may_delete_data(fate, |since| now - *since >= retention)?;
        match self.targets().iter().find(|target| self.location(**target) == Some(location)) {
            Some(target) => violated("I6", format!("{key} is deleted, and {target:?} names it")),
            None => Ok(()),
        }
    }

    /// I2, and I5 for the commit itself: it goes no sooner than its files.
    pub(super) fn commit_deleted(
        &mut self,
        number: u64,
        now: DateTime<Utc>,
        retention: TimeDelta,
    ) -> Result<(), Violation> {
        let before = self.numbers();
        let gone = self.commits.remove(&number);
        invariant::head_stays(&before, &self.numbers())?;
        let since = gone.and_then(|gone| self.garbage.get(&gone.commit.location));
        let fate = since.map_or(Fate::Live, |since| Fate::Garbage(*since));
        invariant::may_delete_data(fate, |since| now - *since >= retention)
    }

    /// I6.
    pub(super) fn named(
        &mut self,
        target: TargetId,
        location: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), Violation> {
        let named = location.map(|location| Named { location: location.to_owned(), by_hand: false });
        let head_when_named = self.head_number();
        *self.published_mut(target) = Published { named, head_when_named };
        self.sort_garbage(now);
        self.check_named(target, false)
    }

    pub(super) fn named_by_hand(&mut self, target: TargetId, location: Option<&str>, now: DateTime<Utc>) {
        self.published_mut(target).named =
            location.map(|location| Named { location: location.to_owned(), by_hand: true });
        self.by_hand.extend(location.map(str::to_owned));
        self.sort_garbage(now);
    }

    /// I6, `at_rest` or not.
    pub(crate) fn check_named(&self, target: TargetId, at_rest: bool) -> Result<(), Violation> {
        let Some(location) = self.any_location(target) else {
            return match self.head() {
                Some(_) if at_rest => violated("I6", format!("at rest {target:?} names nothing")),
                _ => Ok(()),
            };
        };
        let Some(number) = self.named_number(target) else {
            return violated("I6", format!("{target:?} names {location}, which is no generation"));
        };
        let is_its_own = |committed: &Arc<Committed>| committed.commit.location == location;
        let mut committed = self.numbers();
        if !self.commits.get(&number).is_some_and(is_its_own) {
            committed.remove(&number);
        }
        let mut files = self.commits.get(&number).into_iter().flat_map(|found| &found.commit.files);
        // That somebody has deleted one is not the services' doing.
        let files_exist =
            files.all(|file| self.files.contains_key(&file.key) || self.lost.contains(&file.key));
        invariant::named_location(number, &committed, files_exist, at_rest)
    }

    /// Whoever compacted this place and says that it is done leaves nothing behind that lay there before.
    pub(crate) fn handled(&self, landed: &[BatchName]) -> Result<(), Violation> {
        match landed.iter().find(|batch| !self.consumed.contains(batch)) {
            None => Ok(()),
            Some(left) => violated("trigger", format!("batch {left} was handled, and is not in the table")),
        }
    }

    /// With nobody at work on the target, it names what was the head when it was last written, or a later one.
    pub(crate) fn registered(&self, target: TargetId) -> Result<(), Violation> {
        let head = self.head_when_named(target);
        match self.named_number(target) {
            _ if self.is_by_hand(target) => Ok(()),
            Some(named) if named < head => violated(
                "I6",
                format!("every register is done, {target:?} names {named}, and {head} was the head"),
            ),
            _ => Ok(()),
        }
    }
}
