//! What was done, for a person and for a machine.

use std::fmt;

use serde::Serialize;

use crate::{
    dataset::Followed,
    output::{count, counted, one_line},
};

/// How many of the refusals are told in words; all of them are counted.
const TOLD: usize = 10;

/// What was done by this run.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Report {
    /// Events that are acknowledged.
    pub(super) events: u64,
    /// The messages that hold them.
    pub(super) messages: u64,
    /// Their bytes, without attributes.
    pub(super) bytes: u64,
    /// Requests, failed ones included.
    pub(super) requests: u64,
    /// What SNS bills for them: one for each 64 KiB of a request.
    pub(super) billed_requests: u64,
    /// Messages that were tried again, each time.
    pub(super) retries: u64,
    /// Events, and what is none, that are not published and never will be.
    pub(super) refused: u64,
    /// The first of those.
    pub(super) refusals: Vec<Refusal>,
}

/// Something that is not published.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Refusal {
    pub(super) input: String,
    pub(super) line: u64,
    pub(super) events: u64,
    pub(super) reason: String,
}

impl Report {
    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.refused += refusal.events;
        if self.refusals.len() < TOLD {
            self.refusals.push(refusal);
        }
    }
}

/// The end of a run.
#[derive(Debug, Serialize)]
pub(super) struct Summary<'a> {
    pub(super) outcome: Outcome,
    /// Nothing was sent.
    pub(super) dry_run: bool,
    pub(super) dataset: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) topic: Option<&'a str>,
    /// The events that earlier runs had published, by the position file.
    pub(super) events_before: u64,
    #[serde(flatten)]
    pub(super) report: &'a Report,
    pub(super) seconds: f64,
    pub(super) events_per_second: f64,
    /// What became of the events, if somebody waited for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) followed: Option<&'a Followed>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// All is read, and what is not refused is published.
    Done,
    /// Something stopped it.
    Failed,
    /// Somebody did.
    Interrupted,
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.report;
        if self.events_before > 0 {
            writeln!(f, "went on behind event {}, where the position file was", count(self.events_before))?;
        }
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is for a person to read"
        )]
        let rate = count(self.events_per_second as u64);
        let did = if self.dry_run { "would publish" } else { "published" };
        writeln!(f, "{did} {} in {:.1} s ({rate} events/s)", counted(report.events, "event"), self.seconds)?;
        write!(
            f,
            "messages {}, bytes {}, requests {} (billed as {}), retries {}, refused {}",
            count(report.messages),
            count(report.bytes),
            count(report.requests),
            count(report.billed_requests),
            count(report.retries),
            count(report.refused)
        )?;
        for Refusal { input, line, events, reason } in &report.refusals {
            let events = if *events > 1 { format!(" ({} events)", count(*events)) } else { String::new() };
            write!(f, "\n  {}", one_line(&format!("{input}:{line}{events}: {reason}")))?;
        }
        let told: u64 = report.refusals.iter().map(|refusal| refusal.events).sum();
        if report.refused > told {
            write!(f, "\n  and {} more", count(report.refused - told))?;
        }
        match self.followed {
            Some(followed) => {
                let twins = match followed.twins {
                    0 => String::new(),
                    twins => format!(" ({} of them there before)", count(twins)),
                };
                let seen = if followed.visible { "visible to queries" } else { "not yet visible to queries" };
                let (landed, refused) = (count(followed.landed), count(followed.refused));
                write!(f, "\nin the table {landed}{twins}, {seen}; refused by the lake {refused}")?;
                if let Some(reason) = &followed.most_frequent_reason {
                    write!(f, ", most of them since: {}", one_line(reason))?;
                }
            }
            None if report.events > 0 && !self.dry_run => {
                let dataset = self.dataset;
                write!(
                    f,
                    "\nwhat became of them: tributary dataset status {dataset}, or publish with --wait the next time"
                )?;
            }
            None => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_told_the_first_refusals_and_how_many_more_there_are() {
        let mut report = Report {
            events: 1,
            messages: 1,
            bytes: 30,
            requests: 1,
            billed_requests: 1,
            ..Report::default()
        };
        for line in 1..=12 {
            let reason = "no JSON object".to_owned();
            report.refuse(Refusal { input: "a.ndjson".to_owned(), line, events: 1, reason });
        }
        let summary = Summary {
            outcome: Outcome::Done,
            dry_run: false,
            dataset: "d",
            topic: None,
            events_before: 7,
            report: &report,
            seconds: 0.5,
            events_per_second: 2.0,
            followed: None,
        };
        let text = summary.to_string();
        for words in [
            "went on behind event 7,",
            "published 1 event in 0.5 s (2 events/s)",
            "refused 12\n  a.ndjson:1: no JSON object\n",
            "a.ndjson:10: no JSON object\n  and 2 more",
        ] {
            assert!(text.contains(words), "{text}");
        }
        assert!(text.ends_with("tributary dataset status d, or publish with --wait the next time"), "{text}");
        let followed = Followed {
            landed: 12,
            twins: 2,
            refused: 3,
            most_frequent_reason: Some("column a: is required".to_owned()),
            visible: true,
            ..Followed::default()
        };
        let text = Summary { followed: Some(&followed), ..summary }.to_string();
        let words = "in the table 12 (2 of them there before), visible to queries; refused by the lake 3, most of them \
                     since: column a: is required";
        assert!(text.ends_with(words), "{text}");
    }
}
