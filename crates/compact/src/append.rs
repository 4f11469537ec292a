//! New rows of a generation: what landed, read, freed of twins, and made into files.

use domain::{
    Consumed, DataFile, Partition,
    port::{Clock, Ids, ObjectStore},
    run::Run,
};

use crate::{
    chunks::Chunks,
    compactor::Compactor,
    distinct::{Distinct, Keeps},
    error::CompactError,
    generation::Workshop,
    inputs::{Landed, Listing},
    limits::Limits,
    log::build_error,
    ordered::Ordered,
    parse::{self, Inputs, Parsed},
    quarantine,
    round::{Outcome, ROUND, merging},
    runs::{Hashes, Runs},
    sorted::Sorted,
    twins,
};

/// The most runs that are merged into one generation.
const RUNS: usize = 16;

impl<S: ObjectStore, K: Clock, I: Ids> Compactor<S, K, I> {
    /// With parts of the inputs that take at most so many bytes of memory, or one batch. The memory budget may allow less.
    /// Tests make them small, so that one generation is merged from several runs.
    #[must_use]
    pub fn with_parts_of(self, bytes: u64) -> Self {
        Self { limits: Limits { inputs: self.limits.inputs.min(bytes).max(1), ..self.limits }, ..self }
    }

    /// Reads what landed, drops what is known, and makes the files. What is too much for the memory at once is read in
    /// several parts, which become sorted runs, as many as the memory, the time and their number allow. What is left
    /// then is for the next generation.
    pub(crate) async fn append_in_runs(
        &self,
        workshop: &Workshop<'_, S>,
        partition: &Partition,
        files: &[DataFile],
        listing: &Listing,
        run: &Run,
    ) -> Result<Outcome, CompactError> {
        let Workshop { dataset, limits, workers, .. } = workshop;
        let mut outcome = Outcome::default();
        let mut runs = Runs::new(dataset, workers).map_err(build_error)?;
        let mut fresh = &listing.fresh[..];
        loop {
            let (rows, hashes, read) =
                self.part(workshop, partition, files, (fresh, &runs), &mut outcome).await?;
            fresh = &fresh[read..];
            let is_all = fresh.is_empty() || !self.may_read_on(rows.bytes() as u64, run);
            if runs.is_empty() && is_all {
                // Everything, or what there is time for, is in memory at once: no need to pack it.
                outcome.added = rows.rows() as u64;
                let plan = self.plan(files, outcome.added, 0, run);
                outcome.made = workshop.make(rows, &plan).await?;
                return Ok(outcome);
            }
            let row_bytes = (rows.bytes() / rows.rows().max(1)) as u64;
            let piece_rows = limits.batch_rows(row_bytes);
            if fresh.is_empty() && runs.bytes() <= limits.beside_last {
                // Nothing else wants their memory, so there is no need to pack them.
                runs.push_last(rows, &hashes, piece_rows).map_err(build_error)?;
                break;
            }
            runs.push(rows, &hashes, piece_rows).map_err(build_error)?;
            // As much again as the runs have on average must find room, and time.
            let with_next = runs.bytes() + runs.bytes() / runs.len() as u64;
            let is_full = runs.len() >= RUNS || with_next > limits.runs;
            if fresh.is_empty() || is_full || !self.may_read_on(with_next, run) {
                break;
            }
        }
        outcome.added = runs.rows();
        let plan = self.plan(files, outcome.added, runs.packed_bytes(), run);
        tracing::debug!(
            runs = runs.len(),
            rows = runs.rows(),
            bytes = runs.bytes(),
            merged = plan.merged.len(),
            carried = plan.carried.len(),
            "runs sorted"
        );
        outcome.duplicates += runs.duplicates();
        let (made, conflicting) = workshop.make_of_runs(runs, &plan).await?;
        outcome.made = made;
        outcome.conflicting += conflicting;
        Ok(outcome)
    }

    /// Whether there is time to read another part, and then to merge runs of so many bytes. A run that read on for too long
    /// would end before it commits anything, and so would the next one.
    pub(crate) fn may_read_on(&self, runs: u64, run: &Run) -> bool {
        run.may_begin(self.clock.now(), ROUND + merging(runs)).is_ok()
    }

    /// Reads as many of these batches as fit into memory, from the front, and drops what is known. Answers the rows that are
    /// new, in order, with dictionaries that begin with those of the runs before; hashes of all rows, if there are other runs;
    /// and how many batches they are of.
    async fn part(
        &self,
        workshop: &Workshop<'_, S>,
        partition: &Partition,
        files: &[DataFile],
        (fresh, runs): (&[Landed], &Runs<'_>),
        outcome: &mut Outcome,
    ) -> Result<(Sorted, Hashes, usize), CompactError> {
        let Workshop { store, dataset, ref limits, workers, .. } = *workshop;
        let now = self.clock.now();
        let inputs = Inputs { store, dataset, partition, limits, workers, hasher: runs.hasher() };
        let Parsed { batches, chunks, contents: lines, refused, .. } =
            parse::parse(&inputs, fresh, now).await?;
        quarantine::store_refused(store, dataset.name(), partition, refused).await?;
        let all = Chunks::new(dataset.arrow_schema(), chunks).map_err(build_error)?;
        let read = batches.len();
        // These rows may be all that there is.
        let has_others = !runs.is_empty() || read < fresh.len();
        let (identity, keeps) =
            (runs.identity().clone(), Keeps { tables: !files.is_empty(), hashes: has_others });
        let mut hashes = Hashes { identities: Vec::new(), lines };
        let mut new = Distinct::new(all, identity, &hashes.lines, keeps, workers).map_err(build_error)?;
        hashes.identities = new.take_hashes();
        if !has_others {
            hashes = Hashes::default();
        }
        let looked = twins::drop_known(store, files, dataset, &mut new).await?;
        tracing::debug!(
            row_groups = looked.row_groups,
            row_groups_read = looked.read,
            rows = new.kept(),
            "twins dropped"
        );
        outcome.duplicates += new.duplicates;
        outcome.conflicting += new.conflicting;
        outcome.newest = outcome.newest.max(fresh[..read].iter().map(|landed| landed.at).max());
        outcome.consumed.extend(batches.into_iter().map(|batch| Consumed { batch, at: now }));
        let rows = new.sorted(runs.words(), dataset, workers).map_err(build_error)?;
        Ok((rows, hashes, read))
    }
}
