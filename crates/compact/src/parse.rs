//! From landing batches to rows.
//!
//! Objects are fetched side by side. As they come, in the order of the listing, they are put into groups, and each group
//! is unpacked and parsed by a worker while the next ones are fetched. What comes of it is taken in the order of the
//! listing again, so nothing depends on how many workers there are, on how large groups are, or on who is faster.

mod group;

use std::{future::poll_fn, sync::Arc, task::Poll};

use arrow::array::RecordBatch;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::{Dataset, Partition, batch::BatchName, key, port::ObjectStore};
use foldhash::quality::RandomState;
use futures::{StreamExt, stream::FuturesOrdered};

use crate::{
    error::CompactError,
    inputs::Landed,
    limits::{Limits, ROW},
    quarantine::Part,
    workers::Workers,
};

use group::{Group, Parser, Taken};

/// The most landing objects that are fetched at the same time.
const READS: u64 = 32;

/// How many groups may wait or be worked on, beyond one for each thread. Of large objects it is fewer: all but the first
/// group together have at most about as many bytes as may be fetched at the same time.
const AHEAD: usize = 2;

/// What is in the inputs.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    /// The batches that were read, from the front.
    pub(crate) batches: Vec<BatchName>,
    /// The events that fit, in order of batch and line.
    pub(crate) chunks: Vec<RecordBatch>,
    /// Of each event a hash of its line without the time of its ingestion. Where it is equal, so is the content; where it is
    /// not, the content may be equal all the same, since JSON says one thing in several ways. It can be compared with those of
    /// all inputs that have the same hasher.
    pub(crate) contents: Vec<u64>,
    /// The lines that do not, as objects of quarantine, in the same order.
    pub(crate) refused: Vec<Part>,
    /// Bytes of memory that they take, with what quarantine gets of them, and bytes of all their lines: see
    /// [`Limits::inputs`] and [`Limits::landed`].
    bytes: u64,
    landed: u64,
    all: All,
}

/// Bytes of all objects that were parsed, taken or not: what the next ones may come to.
#[derive(Debug, Default)]
struct All {
    /// As they are stored, and the same of all inputs.
    packed: u64,
    inputs: u64,
    /// In memory.
    bytes: u64,
    /// Of their lines.
    landed: u64,
}

/// Where batches are read from.
pub(crate) struct Inputs<'a, S> {
    pub(crate) store: &'a S,
    pub(crate) dataset: &'a Dataset,
    pub(crate) partition: &'a Partition,
    pub(crate) limits: &'a Limits,
    pub(crate) workers: &'a Workers,
    /// What lines are hashed with. Each generation has one of its own, so that no sender knows which lines collide.
    pub(crate) hasher: &'a RandomState,
}

/// A landing object, its key, and what was read.
type Fetched = (BatchName, String, Result<Bytes, CompactError>);

/// Ends the parsing of groups when [`parse`] is over, whether it came to an end, failed or was dropped: nobody waits for
/// those that are still in the queue.
struct Closing(Arc<Parser>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// What comes next.
enum Step {
    Fetched(Fetched),
    Parsed(Result<Taken, CompactError>),
}

impl<S: ObjectStore> Inputs<'_, S> {
    async fn fetch(&self, landed: &Landed) -> Fetched {
        let key = key::landing(self.dataset.name(), self.partition, &landed.batch);
        let most = self.limits.object_packed;
        let packed = if landed.bytes > most {
            let reason =
                format!("it is stored in {} bytes, and one that is read has at most {most}", landed.bytes);
            Err(CompactError::LandingTooLarge { key: key.clone(), reason })
        } else {
            self.store.get(&key).await.map_err(CompactError::from)
        };
        (landed.batch.clone(), key, packed)
    }
}

/// Reads batches from the front until the budget is used up, and every line of each; nothing is left out. `NotFound`
/// means that another run consumed and cleaned one of them: this run is stale. `LandingTooLarge` means that one of them alone
/// takes more memory than an object may.
pub(crate) async fn parse<S: ObjectStore>(
    inputs: &Inputs<'_, S>,
    fresh: &[Landed],
    now: DateTime<Utc>,
) -> Result<Parsed, CompactError> {
    let Inputs { dataset, limits, workers, hasher, .. } = *inputs;
    let largest = fresh.iter().map(|landed| landed.bytes).max().unwrap_or_default().max(1);
    let at_once = usize::try_from((limits.fetched / largest).clamp(1, READS)).unwrap_or(1);
    let parser = Arc::new(Parser::new(dataset.clone(), *limits, hasher.clone(), now));
    let _closing = Closing(Arc::clone(&parser));
    let mut parsed = Parsed::default();
    parsed.all.inputs = fresh.iter().map(|landed| landed.bytes).sum();
    let (mut waiting, mut reads) = (fresh.iter(), FuturesOrdered::new());
    let (mut group, mut groups) = (Group::default(), FuturesOrdered::new());
    // Bytes of what is being fetched, and of what is being parsed, as they are stored.
    let (mut fetching, mut parsing) = (0_u64, 0_u64);
    // An object that could not be fetched, or is too large, is an error only if the budget has room for it.
    let mut failure = None;
    loop {
        if reads.is_empty() {
            // Whatever the listing said of their sizes.
            fetching = 0;
        }
        // A group that is begun is filled, since it is not handed on before: who is in it does not depend on the time.
        while reads.len() < at_once
            && (parsed.has_room(parsing + group.bytes() + fetching, limits)
                || (!group.is_full_with(reads.len(), fetching, limits) && parsed.has_room(parsing, limits)))
        {
            let Some(landed) = waiting.next() else { break };
            fetching += landed.bytes;
            reads.push_back(inputs.fetch(landed));
        }
        let is_fetched = reads.is_empty() && waiting.as_slice().is_empty();
        if group.is_full_with(0, 0, limits) || (is_fetched && !group.is_empty()) {
            parsing += group.bytes();
            let (group, parser) = (std::mem::take(&mut group), Arc::clone(&parser));
            groups.push_back(workers.run(move || parser.parse(group)));
        }
        if is_fetched && groups.is_empty() {
            break;
        }
        let is_room = groups.len() < workers.threads() + AHEAD && parsing < limits.fetched;
        let may_fetch = groups.is_empty() || is_room;
        let step = poll_fn(|context| {
            if may_fetch && let Poll::Ready(Some(fetched)) = reads.poll_next_unpin(context) {
                return Poll::Ready(Step::Fetched(fetched));
            }
            match groups.poll_next_unpin(context) {
                Poll::Ready(Some(taken)) => Poll::Ready(Step::Parsed(taken)),
                // Nothing is being parsed: the next object is waited for.
                Poll::Ready(None) | Poll::Pending => Poll::Pending,
            }
        });
        match step.await {
            Step::Fetched((batch, object, Ok(packed))) => {
                fetching = fetching.saturating_sub(packed.len() as u64);
                group.push(batch, object, packed);
            }
            Step::Fetched((_, _, Err(error))) => {
                failure = Some(error);
                (waiting, fetching) = (fresh[..0].iter(), 0);
                reads.clear();
            }
            Step::Parsed(taken) => {
                let taken = taken?;
                parsing = parsing.saturating_sub(taken.packed);
                if parsed.take(taken, limits) {
                    failure = None;
                    break;
                }
            }
        }
    }
    if let Some(error) = failure {
        return Err(error);
    }
    let Parsed { batches, bytes, landed, .. } = &parsed;
    let rows: usize = parsed.chunks.iter().map(RecordBatch::num_rows).sum();
    tracing::debug!(batches = batches.len(), bytes, landed, rows, "landing batches parsed");
    Ok(parsed)
}

impl Parsed {
    /// Whether the budget is expected to have room when so many bytes more, as they are stored, have been parsed. They are
    /// taken to come to as much as those before did. What is fetched and parsed beyond the budget is done in vain.
    fn has_room(&self, ahead: u64, limits: &Limits) -> bool {
        let All { packed, bytes, landed, .. } = self.all;
        let has_room = |taken: u64, parsed: u64, limit: u64| {
            let expected = u128::from(ahead) * u128::from(parsed.max(1)) / u128::from(packed.max(1));
            u128::from(taken) + expected < u128::from(limit)
        };
        has_room(self.bytes, bytes, limits.inputs) && has_room(self.landed, landed, limits.landed)
    }

    /// Takes a group in, up to the batch that uses up the budget. Answers whether there was one.
    fn take(&mut self, taken: Taken, limits: &Limits) -> bool {
        let (mut rows, mut is_enough) = (0, false);
        self.all.packed += taken.packed;
        self.all.bytes += taken.batches.iter().map(|batch| batch.bytes).sum::<u64>();
        self.all.landed += taken.batches.iter().map(|batch| batch.landed).sum::<u64>();
        for batch in taken.batches {
            self.bytes += batch.bytes;
            self.landed += batch.landed;
            rows = batch.rows;
            self.refused.extend(batch.refused.parts);
            self.batches.push(batch.name);
            if self.bytes >= limits.inputs || self.landed >= limits.landed {
                is_enough = true;
                break;
            }
        }
        if self.contents.is_empty() {
            // As many as all inputs may have: to grow by doubling would copy them. What is not used takes no memory.
            let expected = rows as u64 * (self.all.inputs / taken.packed.max(1)).min(limits.inputs);
            self.contents
                .reserve_exact(usize::try_from(expected.min(limits.inputs / ROW)).unwrap_or_default());
        }
        self.contents.extend_from_slice(&taken.contents[..rows]);
        for chunk in taken.chunks {
            let length = rows.min(chunk.num_rows());
            if length > 0 {
                self.chunks.push(chunk.slice(0, length));
            }
            rows -= length;
        }
        is_enough
    }
}

#[cfg(test)]
mod tests;
