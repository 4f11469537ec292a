//! What kind of schedule a seed makes: a crowd or a few, calm or stormy, hasty or with days in between. No one mixture
//! finds everything.

use chrono::TimeDelta;

use domain::drawn::Random;

/// Chances are of a thousand, at each step.
#[derive(Debug)]
pub(crate) struct Profile {
    /// Columns of the first definition, at the most.
    pub(crate) columns: usize,
    /// Partitions, and messages.
    pub(crate) places: usize,
    pub(crate) mails: usize,
    /// Of deliveries, how many bring what is acknowledged already.
    pub(crate) again: usize,
    /// How many processes there are in all, and at the same time.
    pub(crate) invocations: usize,
    pub(crate) at_once: usize,
    /// Weights of sender, compactor, sweep, vacuum, register, reconcile, reader.
    pub(crate) roles: [usize; 7],
    /// Of calls, how many fail in one way or another.
    pub(crate) faults: usize,
    pub(crate) item_faults: usize,
    pub(crate) crashes: usize,
    pub(crate) freezes: usize,
    pub(crate) jumps: usize,
    /// How long freezes and jumps are.
    pub(crate) pauses: Pauses,
    pub(crate) damage: usize,
    /// The definition gets its next version.
    pub(crate) evolutions: usize,
    /// A head gets every row twice, as by a fault of old.
    pub(crate) faults_of_old: usize,
    /// Of steps, how many go on with the process of the last one.
    pub(crate) sticky: usize,
    /// The size of a full data file: every file is sealed, or some, or none.
    pub(crate) target_file_size: u64,
    /// The memory of a compactor, in bytes: for everything at once, for some, for one batch at a time.
    pub(crate) memory_budget: u64,
    /// The most rows of a row group: what bounds and bloom filters are of.
    pub(crate) row_group: u64,
    /// Bytes of the inputs that a compactor reads at once: all, or a few batches, or one. What is read in several parts
    /// is merged from runs.
    pub(crate) parts: u64,
    /// Keys on a page of a listing.
    pub(crate) page: usize,
    /// No `register` runs before this.
    pub(crate) register_is_down: TimeDelta,
    /// The longest pause between two steps, in milliseconds.
    pub(crate) pace: i64,
}

impl Profile {
    /// Of eight seeds one is of sleepers, one of redeliveries: what takes many coincidences is looked for on purpose.
    pub(crate) fn new(seed: u64, random: &mut Random) -> Self {
        let profile = Self::any(random);
        match seed % 8 {
            6 => profile.sleepers(),
            7 => profile.redeliveries(),
            _ => profile,
        }
    }

    /// Processes sleep longer than they may change anything, and the vacuum comes meanwhile.
    fn sleepers(self) -> Self {
        let roles = [6, 6, 0, 6, 3, 1, 1];
        let calm = Self { places: 1, at_once: 3, invocations: 36, roles, ..self.without_accidents() };
        Self { freezes: 15, jumps: 10, pauses: BEYOND_A_RUN, sticky: 900, ..calm }
    }

    /// The same few messages again and again, while compactors sleep longer than the grace and shorter than they may.
    fn redeliveries(self) -> Self {
        let roles = [8, 9, 0, 0, 1, 1, 0];
        let calm = Self { places: 1, at_once: 3, invocations: 60, roles, ..self.without_accidents() };
        Self { mails: 2, again: 700, freezes: 20, jumps: 12, pauses: WITHIN_A_RUN, sticky: 900, ..calm }
    }

    fn without_accidents(self) -> Self {
        Self { columns: 3, faults: 0, crashes: 0, evolutions: 0, faults_of_old: 0, ..self }
    }

    fn any(random: &mut Random) -> Self {
        let mut of = |choices: &[usize]| random.pick(choices).copied().unwrap_or_default();
        let roles = [
            of(&[4, 6, 9]),
            of(&[3, 5, 8]),
            of(&[0, 1, 2]),
            of(&[0, 3, 6]),
            of(&[1, 3, 5]),
            1,
            of(&[0, 1, 3]),
        ];
        let invocations = of(&[12, 18, 26, 36]);
        Self {
            columns: of(&[3, 12]),
            places: of(&[1, 1, 2]),
            mails: of(&[1, 3, 6, 10]),
            again: of(&[100, 100, 600]),
            invocations,
            at_once: of(&[1, 2, 3, 4, 6]),
            roles,
            faults: of(&[0, 0, 10, 50, 150]),
            item_faults: of(&[0, 0, 0, 100]),
            crashes: of(&[0, 0, 2, 10]),
            freezes: of(&[0, 3, 10, 30]),
            jumps: of(&[0, 3, 10, 30]),
            pauses: PAUSES[of(&[0, 1, 2])],
            damage: of(&[0, 0, 0, 3]),
            evolutions: of(&[0, 0, 3, 10]),
            faults_of_old: of(&[0, 0, 0, 0, 2]),
            sticky: of(&[0, 300, 700, 900, 970]),
            target_file_size: of(&[1, 8_000, 1 << 27]) as u64,
            memory_budget: of(&[1 << 29, 1 << 29, 8_000, 800]) as u64,
            row_group: of(&[1 << 20, 1, 2, 5]) as u64,
            parts: of(&[1 << 30, 1 << 30, 600, 1]) as u64,
            page: of(&[1_000, 1_000, 3, 1]),
            register_is_down: TimeDelta::hours(i64::try_from(of(&[0, 0, 0, 0, 7, 80])).unwrap_or(0)),
            pace: i64::try_from(of(&[50, 500, 5_000])).unwrap_or(0),
        }
    }
}

/// Lengths of pauses in seconds, from and to, each as likely as its weight says.
type Pauses = &'static [(usize, i64, i64)];

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// Of everything some.
const MIXED: Pauses = &[
    (6, 5, 90),
    (5, 90, 9 * MINUTE),
    (5, 10 * MINUTE, 20 * MINUTE),
    (3, 30 * MINUTE, 90 * MINUTE),
    (2, 2 * HOUR, 5 * HOUR),
    (4, 6 * HOUR, 8 * HOUR),
    (1, 24 * HOUR, 72 * HOUR),
];

/// Longer than the grace or an invocation, and shorter than a run may be.
const WITHIN_A_RUN: Pauses = &[(1, 1, 9 * MINUTE), (3, 10 * MINUTE, 50 * MINUTE)];

/// Longer than a run may be, and than the retention.
const BEYOND_A_RUN: Pauses = &[(1, 1, 10 * MINUTE), (1, HOUR, 3 * HOUR), (3, 6 * HOUR, 14 * HOUR)];

/// What pauses a schedule has.
const PAUSES: [Pauses; 3] = [MIXED, WITHIN_A_RUN, BEYOND_A_RUN];

/// How long a process is frozen, or nobody does anything.
pub(crate) fn pause(pauses: Pauses, random: &mut Random) -> TimeDelta {
    let weights: Vec<usize> = pauses.iter().map(|(weight, ..)| *weight).collect();
    let (_, low, high) = pauses[random.weighted(&weights)];
    TimeDelta::seconds(random.between(low, high))
}
