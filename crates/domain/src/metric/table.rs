//! Every metric there is: the names, units and labels that dashboards and alerts are built on. `docs/metrics.md` has the same
//! table, and a test compares the two.

use super::{Label, Metric, Unit};

/// A metric of all functions: a label says which one.
const fn of_all(name: &'static str, unit: Unit, meaning: &'static str) -> Metric {
    Metric { name, unit, labels: &[Label::Lake, Label::Function], from: "every function", meaning }
}

/// A metric of one function alone: its name says enough.
const fn of(from: &'static str, name: &'static str, unit: Unit, meaning: &'static str) -> Metric {
    Metric { name, unit, labels: &[Label::Lake], from, meaning }
}

/// `invocations`.
pub const INVOCATIONS: Metric = of_all("invocations", Unit::Count, "Invocations.");
/// `invocations_failed`.
pub const INVOCATIONS_FAILED: Metric = of_all(
    "invocations_failed",
    Unit::Count,
    "Invocations that ended with an error: their events come again.",
);
/// `invocations_broken_off`.
pub const INVOCATIONS_BROKEN_OFF: Metric = of_all(
    "invocations_broken_off",
    Unit::Count,
    "Invocations that panicked or were given up where they stood: a defect.",
);
/// `cold_starts`.
pub const COLD_STARTS: Metric =
    of_all("cold_starts", Unit::Count, "Invocations that were the first ones of their process.");
/// `invocation_ms`.
pub const INVOCATION_MS: Metric = of_all("invocation_ms", Unit::Milliseconds, "How long an invocation took.");
/// `deadline_left_ms`.
pub const DEADLINE_LEFT_MS: Metric = of_all(
    "deadline_left_ms",
    Unit::Milliseconds,
    "How long before its deadline an invocation ended; 0 where it was late.",
);

/// `messages`.
pub const MESSAGES: Metric = of("ingest", "messages", Unit::Count, "Messages received.");
/// `messages_failed`.
pub const MESSAGES_FAILED: Metric =
    of("ingest", "messages_failed", Unit::Count, "Messages that are not stored in full, and come again.");
/// `events_accepted`.
pub const EVENTS_ACCEPTED: Metric =
    of("ingest", "events_accepted", Unit::Count, "Events stored in `landing/`, redelivered ones included.");
/// `events_quarantined`.
pub const EVENTS_QUARANTINED: Metric = of(
    "ingest",
    "events_quarantined",
    Unit::Count,
    "Events stored in `quarantine/`, redelivered ones included.",
);
/// `objects_written`.
pub const OBJECTS_WRITTEN: Metric = of(
    "ingest",
    "objects_written",
    Unit::Count,
    "Objects in `landing/` and `quarantine/` that hold these events.",
);
/// `partitions_refused`.
pub const PARTITIONS_REFUSED: Metric = of(
    "ingest",
    "partitions_refused",
    Unit::Count,
    "Partitions beyond what the settings allow; their events are in quarantine.",
);
/// `events_untrusted`.
pub const EVENTS_UNTRUSTED: Metric = of(
    "ingest",
    "events_untrusted",
    Unit::Count,
    "Events or messages whose topics may not publish them; they are in quarantine.",
);

/// `partitions_compacted`.
pub const PARTITIONS_COMPACTED: Metric = of(
    "compact",
    "partitions_compacted",
    Unit::Count,
    "Runs over a partition that ended well, also where there was nothing to do.",
);
/// `compactions_failed`.
pub const COMPACTIONS_FAILED: Metric = of(
    "compact",
    "compactions_failed",
    Unit::Count,
    "Runs over a partition that failed; the next trigger or sweep tries again.",
);
/// `commits`.
pub const COMMITS: Metric = of("compact", "commits", Unit::Count, "Generations committed.");
/// `batches_consumed`.
pub const BATCHES_CONSUMED: Metric =
    of("compact", "batches_consumed", Unit::Count, "Landing batches that became rows.");
/// `rows_committed`.
pub const ROWS_COMMITTED: Metric =
    of("compact", "rows_committed", Unit::Count, "Rows of the last generation that each run committed.");
/// `duplicates_dropped`.
pub const DUPLICATES_DROPPED: Metric =
    of("compact", "duplicates_dropped", Unit::Count, "Events dropped, since their twin was there already.");
/// `duplicates_conflicting`.
pub const DUPLICATES_CONFLICTING: Metric = of(
    "compact",
    "duplicates_conflicting",
    Unit::Count,
    "Of those, the ones that differed from their twin in content.",
);
/// `encoded_bytes`.
pub const ENCODED_BYTES: Metric = of("compact", "encoded_bytes", Unit::Bytes, "Parquet written.");
/// `copied_bytes`.
pub const COPIED_BYTES: Metric =
    of("compact", "copied_bytes", Unit::Bytes, "Parquet that S3 copied from one generation into the next.");
/// `landing_objects_cleaned`.
pub const LANDING_OBJECTS_CLEANED: Metric = of(
    "compact",
    "landing_objects_cleaned",
    Unit::Count,
    "Consumed landing objects deleted after the grace.",
);
/// `compactions_overtaken`.
pub const COMPACTIONS_OVERTAKEN: Metric = of(
    "compact",
    "compactions_overtaken",
    Unit::Count,
    "Generations built in vain, since another writer was faster.",
);
/// `compactions_waiting`.
pub const COMPACTIONS_WAITING: Metric = of(
    "compact",
    "compactions_waiting",
    Unit::Count,
    "Invocations that left landed batches for a later run.",
);
/// `partitions_vacuumed`.
pub const PARTITIONS_VACUUMED: Metric =
    of("compact", "partitions_vacuumed", Unit::Count, "Partitions that a vacuum looked at.");
/// `vacuums_failed`.
pub const VACUUMS_FAILED: Metric =
    of("compact", "vacuums_failed", Unit::Count, "Partitions that a vacuum failed in.");
/// `vacuums_left`.
pub const VACUUMS_LEFT: Metric =
    of("compact", "vacuums_left", Unit::Count, "Partitions that a vacuum had no time for.");
/// `generations_deleted`.
pub const GENERATIONS_DELETED: Metric =
    of("compact", "generations_deleted", Unit::Count, "Generations deleted after the retention.");
/// `deleted_bytes`.
pub const DELETED_BYTES: Metric = of("compact", "deleted_bytes", Unit::Bytes, "Parquet deleted.");
/// `partitions_inspected`.
pub const PARTITIONS_INSPECTED: Metric =
    of("compact", "partitions_inspected", Unit::Count, "Partitions whose rows were searched for twins.");
/// `partitions_with_twins`.
pub const PARTITIONS_WITH_TWINS: Metric = of(
    "compact",
    "partitions_with_twins",
    Unit::Count,
    "Of those, the ones with twins: a repair drops them.",
);
/// `inspections_failed`.
pub const INSPECTIONS_FAILED: Metric =
    of("compact", "inspections_failed", Unit::Count, "Partitions that could not be searched.");

/// `definitions_accepted`.
pub const DEFINITIONS_ACCEPTED: Metric =
    of("register", "definitions_accepted", Unit::Count, "Definitions that went live.");
/// `definitions_rejected`.
pub const DEFINITIONS_REJECTED: Metric =
    of("register", "definitions_rejected", Unit::Count, "Definitions that do not go live; the log says why.");
/// `partitions_registered`.
pub const PARTITIONS_REGISTERED: Metric = of(
    "register",
    "partitions_registered",
    Unit::Count,
    "Partitions whose head the catalog was compared with.",
);
/// `partitions_changed`.
pub const PARTITIONS_CHANGED: Metric = of(
    "register",
    "partitions_changed",
    Unit::Count,
    "Of those, the ones whose entry in the catalog was changed.",
);
/// `partitions_removed`.
pub const PARTITIONS_REMOVED: Metric = of(
    "register",
    "partitions_removed",
    Unit::Count,
    "Entries without commits that somebody had added by hand, removed from the catalog.",
);
/// `partitions_lost`.
pub const PARTITIONS_LOST: Metric = of(
    "register",
    "partitions_lost",
    Unit::Count,
    "Entries of the catalog whose commits are gone; they are left as they are.",
);
/// `registrations_stopped`.
pub const REGISTRATIONS_STOPPED: Metric = of(
    "register",
    "registrations_stopped",
    Unit::Count,
    "Partitions, tables and definitions that stop until a person looks at them.",
);
/// `registrations_failed`.
pub const REGISTRATIONS_FAILED: Metric = of(
    "register",
    "registrations_failed",
    Unit::Count,
    "What else could not be done; a later run may do it.",
);

/// `requests_answered`.
pub const REQUESTS_ANSWERED: Metric =
    of("query", "requests_answered", Unit::Count, "Requests answered with a status below 400.");
/// `requests_refused`.
pub const REQUESTS_REFUSED: Metric =
    of("query", "requests_refused", Unit::Count, "Requests answered with a status from 400 to 499.");
/// `requests_failed`.
pub const REQUESTS_FAILED: Metric =
    of("query", "requests_failed", Unit::Count, "Requests answered with a status from 500 on.");
/// `rows_answered`.
pub const ROWS_ANSWERED: Metric = of("query", "rows_answered", Unit::Count, "Rows in answers.");
/// `bytes_scanned`.
pub const BYTES_SCANNED: Metric = of(
    "query",
    "bytes_scanned",
    Unit::Bytes,
    "Bytes that the queries of answers read, whoever they ran for.",
);
/// `engine_ms`.
pub const ENGINE_MS: Metric =
    of("query", "engine_ms", Unit::Milliseconds, "How long the engine worked on the query of an answer.");
/// `cost_nanodollars`.
pub const COST_NANODOLLARS: Metric = of(
    "query",
    "cost_nanodollars",
    Unit::None,
    "What answers added to the bill, in billionths of a US dollar: an estimate.",
);

/// All of them, in the order of the documents.
pub const ALL: [&Metric; 48] = [
    &INVOCATIONS,
    &INVOCATIONS_FAILED,
    &INVOCATIONS_BROKEN_OFF,
    &COLD_STARTS,
    &INVOCATION_MS,
    &DEADLINE_LEFT_MS,
    &MESSAGES,
    &MESSAGES_FAILED,
    &EVENTS_ACCEPTED,
    &EVENTS_QUARANTINED,
    &OBJECTS_WRITTEN,
    &PARTITIONS_REFUSED,
    &EVENTS_UNTRUSTED,
    &PARTITIONS_COMPACTED,
    &COMPACTIONS_FAILED,
    &COMMITS,
    &BATCHES_CONSUMED,
    &ROWS_COMMITTED,
    &DUPLICATES_DROPPED,
    &DUPLICATES_CONFLICTING,
    &ENCODED_BYTES,
    &COPIED_BYTES,
    &LANDING_OBJECTS_CLEANED,
    &COMPACTIONS_OVERTAKEN,
    &COMPACTIONS_WAITING,
    &PARTITIONS_VACUUMED,
    &VACUUMS_FAILED,
    &VACUUMS_LEFT,
    &GENERATIONS_DELETED,
    &DELETED_BYTES,
    &PARTITIONS_INSPECTED,
    &PARTITIONS_WITH_TWINS,
    &INSPECTIONS_FAILED,
    &DEFINITIONS_ACCEPTED,
    &DEFINITIONS_REJECTED,
    &PARTITIONS_REGISTERED,
    &PARTITIONS_CHANGED,
    &PARTITIONS_REMOVED,
    &PARTITIONS_LOST,
    &REGISTRATIONS_STOPPED,
    &REGISTRATIONS_FAILED,
    &REQUESTS_ANSWERED,
    &REQUESTS_REFUSED,
    &REQUESTS_FAILED,
    &ROWS_ANSWERED,
    &BYTES_SCANNED,
    &ENGINE_MS,
    &COST_NANODOLLARS,
];
