//! The scheduler: what happens next.

use std::rc::Rc;

use chrono::{DateTime, TimeDelta, Utc};

use super::Schedule;
use crate::{
    actors::Mail,
    call::{Call, Failure},
    ledger::VALID_FOR,
    process::ProcessId,
    profile,
    world::State,
};

/// No schedule is longer.
const MOST_STEPS: usize = 20_000;

impl Schedule {
    /// Steps until every invocation is over, or something does not hold.
    pub(super) fn play(&mut self) {
        let mut left = self.profile.invocations;
        for _ in 0..MOST_STEPS {
            if self.is_broken() || (left == 0 && self.processes.is_empty()) {
                return;
            }
            if self.act() {
                continue;
            }
            self.pass_time();
            let room = left > 0 && self.processes.len() < self.profile.at_once;
            // A crowd comes by and by, not all at once.
            if room && (self.processes.is_empty() || self.chance(60)) {
                left -= 1;
                self.start_any();
                self.poll(self.processes.len() - 1);
            } else if self.chance(self.profile.damage) {
                self.damage();
            } else if self.chance(self.profile.evolutions) {
                self.evolve();
            } else if self.chance(self.profile.faults_of_old) {
                self.double();
            } else if self.chance(self.profile.crashes) {
                self.crash();
            } else if self.chance(self.profile.freezes) {
                self.freeze();
            } else if !self.drift() {
                self.go_on();
            }
        }
        self.processes.clear();
    }

    pub(super) fn chance(&self, permille: usize) -> bool {
        self.world.state().lake.random.chance(permille)
    }

    fn pass_time(&mut self) {
        let mut state = self.world.state();
        let random = &mut state.lake.random;
        let length = if random.chance(self.profile.jumps) {
            profile::pause(self.profile.pauses, random)
        } else {
            TimeDelta::milliseconds(random.between(0, self.profile.pace))
        };
        self.world.time.advance(length);
    }

    /// A delivery: some messages in some order, most of them not yet acknowledged.
    pub(super) fn delivery(&self) -> Vec<Rc<Mail>> {
        let random = &mut self.world.state().lake.random;
        let (open, done): (Vec<_>, Vec<_>) =
            self.mails.iter().cloned().partition(|mail| !mail.is_acknowledged.get());
        let again = open.is_empty() || random.chance(self.profile.again);
        let mut from = if again { done } else { open };
        let mut mails = Vec::new();
        for _ in 0..=random.weighted(&[4, 2, 1]) {
            if !from.is_empty() {
                mails.push(from.swap_remove(random.below(from.len())));
            }
        }
        mails
    }

    /// Lets one process go on, or waits for one that can.
    fn go_on(&mut self) {
        match self.movable() {
            Some(process) => self.move_on(process),
            None => self.wait(),
        }
    }

    fn awake(&self, process: ProcessId, now: DateTime<Utc>) -> bool {
        self.processes.iter().any(|found| found.id == process && found.frozen_until <= now)
    }

    /// A process with a call that can move: the one of the last step, or any.
    fn movable(&mut self) -> Option<ProcessId> {
        let now = self.world.now();
        let mut state = self.world.state();
        let State { calls, lake, .. } = &mut *state;
        let mut movable: Vec<ProcessId> = calls
            .iter()
            .filter(|call| call.can_move(now, self.awake(call.process, now)))
            .map(|call| call.process)
            .collect();
        movable.dedup();
        let sticks = |last: &ProcessId| movable.contains(last) && lake.random.chance(self.profile.sticky);
        self.last.filter(sticks).or_else(|| lake.random.pick(&movable).copied())
    }

    /// Until somebody thaws or wakes.
    fn wait(&mut self) {
        let now = self.world.now();
        let thaws = self.processes.iter().map(|process| process.frozen_until);
        let next = {
            let state = self.world.state();
            let wakes = state.calls.iter().filter_map(|call| call.due);
            thaws.chain(wakes).filter(|at| *at > now).min()
        };
        match next {
            Some(next) => self.world.time.advance(next - now),
            // Nobody waits for anything: a service that hangs.
            None => {
                let what = format!("{:?} wait for nothing", self.processes);
                let hang = domain::invariant::Violation { invariant: "service", what };
                self.world.state().lake.check(Err(hang));
            }
        }
    }

    /// Moves one call of the process: done, failed, or answered.
    pub(super) fn move_on(&mut self, process: ProcessId) {
        self.last = Some(process);
        let now = self.world.now();
        let awake = self.awake(process, now);
        let mut state = self.world.state();
        let State { calls, lake, .. } = &mut *state;
        let own: Vec<usize> = (0..calls.len())
            .filter(|index| calls[*index].process == process && calls[*index].can_move(now, awake))
            .collect();
        let Some(index) = lake.random.pick(&own).copied() else { return };
        if !calls[index].pending.is_answered() {
            self.perform(&mut state, index, now);
            // Often the answer is there at once; else others come in between.
            if !self.calm && state.lake.random.chance(400) {
                return;
            }
        }
        if !awake {
            return;
        }
        let mut call = state.calls.remove(index);
        call.pending.deliver();
        if call.again {
            state.adrift.push(call);
        }
        drop(state);
        if let Some(index) = self.processes.iter().position(|found| found.id == process) {
            self.poll(index);
        }
    }

    fn perform(&self, state: &mut State, index: usize, now: DateTime<Utc>) {
        let State { calls, lake, trace, .. } = state;
        let call = &mut calls[index];
        lake.process = call.process;
        let faults = if self.calm || call.due.is_some() { 0 } else { self.profile.faults };
        let changes = call.pending.changes();
        let fate = if call.is_expired(now) {
            call.pending.fail(Failure::Unavailable);
            "too late: never done"
        } else if !lake.random.chance(faults) {
            call.pending.perform(lake);
            "done"
        } else {
            match (changes, lake.random.below(6)) {
                (true, 0) => {
                    call.pending.perform(lake);
                    call.pending.fail(Failure::Unavailable);
                    "done, the reply is lost"
                }
                (true, 1) => {
                    call.pending.perform(lake);
                    call.pending.perform(lake);
                    "done twice"
                }
                (true, 2) => {
                    call.pending.perform(lake);
                    call.again = true;
                    "done, and once more later"
                }
                (true, 3) => {
                    call.again = true;
                    call.pending.fail(Failure::Unavailable);
                    "timed out, and still on its way"
                }
                (true, 4) if call.pending.conflicts() => {
                    call.pending.fail(Failure::Conflict);
                    "409"
                }
                _ => {
                    call.pending.fail(Failure::Unavailable);
                    "not done"
                }
            }
        };
        trace.step(now, call.number.wrapping_mul(31) + fate.len() as u64, || {
            format!("{} {} {}: {fate}", call.process, call.pending.name(), call.pending.key())
        });
    }

    /// A call that nobody waits for takes effect, or has not in time.
    fn drift(&mut self) -> bool {
        let now = self.world.now();
        let mut state = self.world.state();
        let State { adrift, lake, trace, .. } = &mut *state;
        adrift.retain(|call| now - call.made_at <= VALID_FOR);
        if adrift.is_empty() || !lake.random.chance(if self.calm { 1_000 } else { 30 }) {
            return false;
        }
        let mut call = adrift.swap_remove(lake.random.below(adrift.len()));
        lake.process = call.process;
        call.pending.perform(lake);
        self.desk.borrow_mut().unsettle();
        trace.step(now, call.number, || {
            format!("{} {} {}: done at last", call.process, call.pending.name(), call.pending.key())
        });
        true
    }

    /// Everything adrift has its effect now, if it is not too late.
    pub(super) fn settle_adrift(&mut self) {
        while self.drift() {}
    }

    pub(super) fn poll(&mut self, index: usize) {
        let over = self.processes[index].poll();
        if over {
            self.processes.swap_remove(index);
        }
        self.abandon();
    }

    /// Calls that nobody waits for any more: what was under way may still arrive.
    fn abandon(&mut self) {
        let mut state = self.world.state();
        let State { calls, adrift, lake, .. } = &mut *state;
        if !calls.iter().any(|call| call.pending.is_abandoned()) {
            return;
        }
        let (gone, kept): (Vec<Call>, Vec<Call>) =
            std::mem::take(calls).into_iter().partition(|call| call.pending.is_abandoned());
        *calls = kept;
        for call in gone {
            let may_come = call.again || (call.pending.changes() && !call.pending.is_answered());
            if may_come && lake.random.chance(500) {
                adrift.push(call);
            }
        }
    }

    fn crash(&mut self) {
        let index = self.world.state().lake.random.below(self.processes.len());
        if index < self.processes.len() {
            let process = self.processes.swap_remove(index);
            self.note(3_000, || format!("{} crashes", process.id));
            drop(process);
            self.abandon();
        }
    }

    fn freeze(&mut self) {
        let now = self.world.now();
        let (index, length) = {
            let random = &mut self.world.state().lake.random;
            (random.below(self.processes.len()), profile::pause(self.profile.pauses, random))
        };
        if let Some(process) = self.processes.get_mut(index) {
            process.frozen_until = now + length;
            let id = process.id;
            self.note(3_001, || format!("{id} freezes for {} s", length.num_seconds()));
        }
    }
}
