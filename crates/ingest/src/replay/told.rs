//! Lines that are changed before they are judged, and what somebody is told of each.

use std::borrow::Cow;

use domain::{
    port::{Clock, ObjectStore},
    quarantine::Rejected,
};

use super::{Options, sent::Sent};
use crate::{
    Ingest,
    definitions::Known,
    group::Place,
    message::Message,
    sort::{Sorted, Sorter},
};

/// What becomes of a body before it is judged: another one, or `None` to leave it as it is. An error says why it cannot be
/// changed; the line then stays as it is.
pub type Change<'c> = dyn Fn(&[u8]) -> Result<Option<Vec<u8>>, String> + Sync + 'c;

/// Hears of each line that was judged.
pub type Judge<'c> = dyn Fn(&Judged<'_>) + Sync + 'c;

/// A line that was judged.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'j> {
    /// As it is in quarantine.
    pub rejected: &'j Rejected,
    /// What its sender sent.
    pub before: &'j [u8],
    /// What that was changed into, if it was.
    pub after: Option<&'j [u8]>,
    /// How many events in it fit.
    pub accepted: usize,
    /// Why the others do not, event by event.
    pub reasons: &'j [String],
}

/// What becomes of a line.
pub(super) enum Prepared<'r> {
    /// It is judged, as it was sent or as it was changed.
    Sent(Sent<'r>),
    /// It stays in quarantine as it is.
    Stays,
    /// Nobody can tell, since a definition is damaged.
    Waits,
}

impl<S: ObjectStore, K: Clock> Ingest<S, K> {
    /// Changes a line, if that is asked for, and says what would become of it, if somebody wants to hear it.
    pub(super) fn prepared<'r, F>(
        &self,
        known: &Known,
        rejected: &Rejected,
        mut sent: Sent<'r>,
        options: &Options<'_, F>,
    ) -> Prepared<'r> {
        let changed = match options.change {
            Some(change) => change(&sent.body),
            None if options.judged.is_none() => return Prepared::Sent(sent),
            None => Ok(None),
        };
        let before = sent.body.clone();
        let (may_stay, outcome) = match changed {
            Err(reason) => (true, Some((0, vec![reason]))),
            Ok(changed) => {
                let is_changed = changed.is_some();
                if let Some(body) = changed {
                    sent.body = Cow::Owned(body);
                }
                (is_changed, self.trial(known, &sent.message(rejected, options.dataset)))
            }
        };
        let Some((accepted, reasons)) = outcome else { return Prepared::Waits };
        if let Some(judged) = options.judged {
            let after = (sent.body != before).then_some(&*sent.body);
            judged(&Judged { rejected, before: &before, after, accepted, reasons: &reasons });
        }
        if may_stay && !reasons.is_empty() { Prepared::Stays } else { Prepared::Sent(sent) }
    }

    /// What would become of a message: how many events land, and why the others do not. `None` if nobody can tell.
    fn trial(&self, known: &Known, message: &Message<'_>) -> Option<(usize, Vec<String>)> {
        let mut sorter = Sorter::new(self.rules(known), self.clock.now()).telling();
        sorter.add(0, message);
        let Sorted { groups, waiting, reasons, .. } = sorter.end();
        let landing = groups.iter().filter(|group| matches!(group.place, Place::Landing(..)));
        waiting.is_empty().then(|| (landing.map(|group| group.events).sum(), reasons))
    }
}
