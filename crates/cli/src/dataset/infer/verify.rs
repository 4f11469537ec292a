//! The proposal held against the sample, by the rules of `ingest`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    Dataset,
    event::{self, Bounds, Event, Origin},
    settings::Settings,
};

/// Why events of the sample would go to quarantine, and how many; none where the definition is as proposed.
pub(super) fn refused(dataset: &Dataset, events: &[String], now: DateTime<Utc>) -> BTreeMap<String, u64> {
    let mut refused = BTreeMap::new();
    // Without an environment there are only defaults, which are valid.
    let Ok(settings) = Settings::read(|_| None) else { return refused };
    let bounds = Bounds::from(&settings);
    let origin = Origin { message_id: "sample", position: 0, sent_at: now };
    for event in events.iter().filter_map(|event| Event::parse(event).ok()) {
        if let Err(rejection) = event::place(dataset, &event, origin, bounds) {
            let reason = crate::quarantine::group(&rejection.to_string()).into_owned();
            *refused.entry(reason).or_default() += 1;
        }
    }
    refused
}
