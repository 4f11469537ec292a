//! The one who works on the catalog by hand.

use chrono::TimeDelta;
use domain::key;

use super::Schedule;

impl Schedule {
    /// Takes a partition out, moves it somewhere else, back to an older generation, or loses everything.
    pub(super) fn damage(&mut self) {
        let now = self.world.now();
        let mut state = self.world.state();
        let lake = &mut state.lake;
        let Some(place) = lake.random.pick(&self.places).cloned() else { return };
        // Not to what is about to be deleted: nobody could prevent that.
        let young = lake.ledger.place(&place).young(now - TimeDelta::hours(2));
        let (words, location) = match lake.random.below(8) {
            0 => {
                lake.lose_catalog();
                drop(state);
                return self.note(2_000, || "somebody drops the whole database".to_owned());
            }
            1 | 2 => ("takes out", None),
            3 => ("moves away", Some("s3://elsewhere/table/".to_owned())),
            4 => {
                let nowhere = format!("{}nothing/", key::partition_prefix(&place.dataset, &place.partition));
                ("moves to a directory without files", Some(nowhere))
            }
            _ => match lake.random.pick(&young).cloned() {
                Some(location) => ("points at another generation", Some(location)),
                None => return,
            },
        };
        let target = location.clone().unwrap_or_default();
        lake.damage(&place, location);
        drop(state);
        self.note(2_001, || format!("somebody {words}: {} {target}", place.partition));
    }
}
