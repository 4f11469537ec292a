//! What is said of a search, to a person and to a machine.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use domain::Generation;
use serde_json::{Value, json};

use super::{
    Search,
    follow::{ConsumedBy, Journey, Stage},
    landing::{Landed, Landing, Said},
    refused::{Refused, Told},
    wanted::Wanted,
};
use crate::{failure::Failure, output};

/// All that was found.
pub(super) struct Report<'r> {
    pub(super) search: &'r Search<'r>,
    pub(super) journeys: Vec<Journey>,
    /// Batches that were not followed.
    pub(super) left_out: usize,
    pub(super) landing: &'r Landing,
    pub(super) refused: &'r Refused,
}

impl Report<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.journeys.is_empty() && self.refused.events == 0
    }

    /// How far the batch has come that is furthest behind.
    fn stage(&self) -> Option<Stage> {
        let stages = || self.journeys.iter().map(Journey::stage);
        [Stage::Landed, Stage::Committed, Stage::Visible]
            .into_iter()
            .find(|stage| stages().any(|other| other == *stage))
    }

    pub(super) fn person(&self, now: DateTime<Utc>) -> String {
        let mut parts: Vec<String> = self.journeys.iter().map(|journey| of_journey(journey, now)).collect();
        parts.extend(self.refused.told.iter().map(of_refused));
        let more = self.refused.events - self.refused.told.len();
        if more > 0 {
            parts.push(format!("And {} more refused.", output::counted(more as u64, "event")));
        }
        if self.refused.events > 0 {
            parts.push(match self.search.wanted {
                Wanted::Message(id) => format!(
                    "To see what was refused: tributary quarantine show --id '{}'. It stays there until somebody replays or \
                     discards it.",
                    output::one_line(id)
                ),
                Wanted::Trace(_) | Wanted::Batch(_) => {
                    "To see what was refused: tributary quarantine show --key KEY".to_owned()
                }
            });
        }
        parts.join("\n\n")
    }

    pub(super) fn machine(&self) -> Value {
        let state = match (self.stage(), self.refused.events) {
            (Some(Stage::Landed), _) => "landed",
            (Some(Stage::Committed), _) => "committed",
            (Some(Stage::Visible), _) => "visible",
            (None, 0) => "not_found",
            (None, _) => "refused",
        };
        json!({
            "id": self.search.wanted.to_string(),
            "kind": self.search.wanted.kind(),
            "state": state,
            "batches": self.journeys.iter().map(machine).collect::<Vec<_>>(),
            "batches_left_out": self.left_out,
            "refused": self.refused.told,
            "refused_events": self.refused.events,
            "searched": {
                "since": self.search.since,
                "landing_objects": self.landing.objects,
                "landing_objects_that_name_no_messages": self.landing.silent,
                "landing_objects_left_out": self.landing.left_out,
                "quarantine_objects": self.refused.objects,
                "quarantine_objects_left_out": self.refused.left_out,
                "quarantine_damaged": self.refused.damaged,
            },
        })
    }

    /// What was not looked at, or cannot be.
    pub(super) fn notes(&self) -> Vec<String> {
        let objects = |number: usize| output::counted(number as u64, "object");
        let mut notes = Vec::new();
        if self.left_out > 0 {
            let more = output::count(self.left_out as u64);
            notes
                .push(format!("warning: batches not followed: {more}. Narrow it with --dataset and --since"));
        }
        let left_out = self.landing.left_out + self.refused.left_out;
        if left_out > 0 {
            notes.push(format!(
                "warning: {} not looked at: narrow it with --dataset and --since",
                objects(left_out)
            ));
        }
        if self.landing.silent > 0 && !matches!(self.search.wanted, Wanted::Batch(_)) {
            notes.push(format!(
                "warning: {} in landing, of an older version, of a backfill, or of very many messages, do not name all of \
                 theirs",
                objects(self.landing.silent)
            ));
        }
        if self.refused.damaged > 0 {
            notes.push(format!(
                "warning: quarantine is damaged in {}: `tributary quarantine list` says where",
                output::counted(self.refused.damaged as u64, "place")
            ));
        }
        notes
    }

    /// How the command ends.
    pub(super) fn outcome(&self) -> Result<(), Failure> {
        let waiting = |stage: Stage| self.journeys.iter().find(|journey| journey.stage() == stage);
        if let Some(Journey { landed: Landed { dataset, partition, .. }, .. }) = waiting(Stage::Landed) {
            return Err(Failure::OnItsWay(format!(
                "{dataset}/{partition} has not been compacted since. Compaction comes within a minute, or with the sweep, every \
                 five minutes. If it does not, `tributary dataset status {dataset}` says what is wrong, and `tributary \
                 compact {dataset} --partition {partition}` compacts it now"
            )));
        }
        if let Some(Journey { landed: Landed { dataset, partition, .. }, .. }) = waiting(Stage::Committed) {
            return Err(Failure::OnItsWay(format!(
                "the catalog does not name the commit yet. Registration comes within seconds, or with the reconciliation, every \
                 fifteen minutes. If it does not, `tributary doctor --dataset {dataset} --partition {partition}` says \
                 what is wrong"
            )));
        }
        if self.is_empty() { Err(Failure::NotFound(self.nothing())) } else { Ok(()) }
    }

    /// Why there may be nothing, and what to do next.
    fn nothing(&self) -> String {
        let Search { wanted, dataset, since } = self.search;
        let since = since.to_rfc3339_opts(SecondsFormat::Secs, true);
        let of = dataset.map(|dataset| format!(" of {dataset}")).unwrap_or_default();
        let (landing, quarantine) = (self.landing.objects as u64, self.refused.objects as u64);
        let looked = format!(
            "no {}{of} in {} of landing and {} of quarantine stored since {since}.",
            match wanted {
                Wanted::Message(_) => "such message",
                Wanted::Trace(_) => "message of this trace",
                Wanted::Batch(_) => "such batch",
            },
            output::counted(landing, "object"),
            output::counted(quarantine, "object"),
        );
        let cleaned = "It was sent earlier: say --since. Or `ingest` never got it: then it is in the queue or in a dead-letter \
                       queue. Or it has only events that an earlier message had. Or it was compacted, and its landing \
                       object deleted after the grace (TRIBUTARY_GRACE): then its events are in the table";
        let next = match wanted {
            Wanted::Batch(_) => "Nor does any commit since then list it. Commits are kept for the retention \
                                 (TRIBUTARY_RETENTION) after newer ones took their place; a batch that is older is in \
                                 the table. Was it earlier? Say --since."
                .to_owned(),
            Wanted::Trace(_) => format!("{cleaned}."),
            Wanted::Message(id) => format!(
                "{cleaned}. Of a dataset without identity, `tributary rows DATASET --where '_id=like.{}:*'` shows them; of \
                 others, what they say finds them.",
                output::one_line(id)
            ),
        };
        format!("{looked} {next}")
    }
}

/// One batch for a person.
fn of_journey(journey: &Journey, now: DateTime<Utc>) -> String {
    let Landed { stored_at, ingested_at, messages, count, .. } = &journey.landed;
    let mut lines = vec![journey.landed.key()];
    let mut line = |what: &str, text: String| lines.push(format!("  {what:<11} {text}"));
    for Said { message_id, published_at, traceparents } in messages {
        line("message", format!("{message_id}, published {}", time(*published_at)));
        traceparents.iter().for_each(|traceparent| line("trace", traceparent.clone()));
    }
    if *count > messages.len() {
        line("", format!("and {} more", output::counted((*count - messages.len()) as u64, "message")));
    }
    let published = messages.iter().map(|said| said.published_at).min();
    let accepted = ingested_at.or(*stored_at);
    if let Some(at) = accepted {
        let after = published.map(|published| later(at - published, "the publish"));
        line("accepted", format!("{}{}", time(at), after.unwrap_or_default()));
    }
    match &journey.consumed {
        Some(ConsumedBy { key, generation, is_first, consumed_at, committed_at, duplicates_dropped }) => {
            let at = committed_at.unwrap_or(*consumed_at);
            let after = accepted.map(|accepted| later(at - accepted, "that")).unwrap_or_default();
            let by = if *is_first { "generation" } else { "before generation" };
            line("committed", format!("{}{after}: {by} {} ({key})", time(at), generation.number()));
            if *duplicates_dropped > 0 {
                let duplicates = output::counted(*duplicates_dropped, "event");
                line("", format!("that commit dropped {duplicates} whose twins were there"));
            }
        }
        None => {
            let since = accepted.map(|at| format!(", for {}", output::span(now - at))).unwrap_or_default();
            line("committed", format!("not yet{since}"));
        }
    }
    let registered = journey.registered.map(|generation| format!("generation {}", generation.number()));
    let registered = registered.unwrap_or_else(|| "nothing".to_owned());
    line(
        "registered",
        match journey.stage() {
            Stage::Visible => format!("{registered}: queries see it"),
            Stage::Landed | Stage::Committed => format!("{registered}: queries do not see it yet"),
        },
    );
    lines.join("\n")
}

/// One refused event for a person.
fn of_refused(told: &Told) -> String {
    let Told { key, message_id, position, dataset, reason, published_at, refused_at, traceparent } = told;
    let published = published_at.map(|at| format!(", published {}", time(at))).unwrap_or_default();
    let after = published_at.map(|at| later(*refused_at - at, "the publish")).unwrap_or_default();
    let dataset = dataset.as_ref().map(|dataset| format!("  dataset     {dataset}\n")).unwrap_or_default();
    let trace = traceparent.as_ref().map(|trace| format!("  trace       {trace}\n")).unwrap_or_default();
    format!(
        "{key}\n  message     {}, event {position}{published}\n{trace}{dataset}  refused     {}{after}\n  reason      {}",
        output::one_line(message_id),
        time(*refused_at),
        output::one_line(reason),
    )
}

/// One batch for a machine. What is not known is null.
fn machine(journey: &Journey) -> Value {
    let Landed { dataset, partition, batch, stored_at, ingested_at, messages, count } = &journey.landed;
    let accepted_at = ingested_at.or(*stored_at);
    let published = messages.iter().map(|said| said.published_at).min();
    let millis = |from: Option<DateTime<Utc>>, to: Option<DateTime<Utc>>| {
        from.zip(to).map(|(from, to)| (to - from).num_milliseconds())
    };
    let commit = journey.consumed.as_ref().map(|commit| {
        json!({
            "key": commit.key,
            "generation": commit.generation.number(),
            "is_the_one_that_consumed_it": commit.is_first,
            "consumed_at": commit.consumed_at,
            "committed_at": commit.committed_at,
            "duplicates_dropped": commit.is_first.then_some(commit.duplicates_dropped),
        })
    });
    let committed_at =
        journey.consumed.as_ref().map(|commit| commit.committed_at.unwrap_or(commit.consumed_at));
    json!({
        "dataset": dataset,
        "partition": partition.to_string(),
        "batch": batch.as_str(),
        "key": journey.landed.key(),
        "is_in_landing": stored_at.is_some(),
        "messages": messages,
        "message_count": count,
        "accepted_at": accepted_at,
        "stored_at": stored_at,
        "commit": commit,
        "registered_generation": journey.registered.map(Generation::number),
        "is_visible": journey.stage() == Stage::Visible,
        "published_to_accepted_ms": millis(published, accepted_at),
        "accepted_to_committed_ms": millis(accepted_at, committed_at),
    })
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// How much later, after what. Clocks of several machines may differ.
fn later(time: TimeDelta, than: &str) -> String {
    let millis = time.num_milliseconds().max(0);
    let span = match millis {
        0..120_000 => format!("{}.{:03} s", millis / 1_000, millis % 1_000),
        _ => output::span(time),
    };
    format!(", {span} after {than}")
}
