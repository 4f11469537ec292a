//! `register`, and those who read through the catalog.

use crate::{bounds::Bug, model::Protocol, properties::FILES_MISSING, state::State};

/// A register that has read the head writes it, unless the catalog has it. To look again is to begin anew: the message
/// stays. `None`: it has no step.
pub(crate) fn register(protocol: &Protocol, state: &mut State, index: usize) -> Option<()> {
    let head = state.registers.get_mut(index)?.take()?.step;
    if state.catalog != Some(head) {
        state.catalog = Some(head);
        state.committed += u8::from(!protocol.has(Bug::NoSecondLook));
    }
    Some(())
}

/// A reader reads the files of what it resolved.
pub(crate) fn read(state: &mut State, index: usize) -> Option<()> {
    let location = state.readers.get_mut(index)?.take()?.step;
    if !state.files.contains_key(&location) {
        state.broken.insert(FILES_MISSING);
    }
    Some(())
}
