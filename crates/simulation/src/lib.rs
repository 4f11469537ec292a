//! The services, over the ports in memory, under a scheduler that one seed drives: order, time, ids and faults.
//!
//! Every call to store, catalog and clock is a place where the scheduler may let another process go on, lose the call
//! or its reply, let it take effect later, freeze or kill who made it, or let days pass. After each change an observer
//! who sees everything holds the lake against I1 to I6.

mod actors;
mod call;
mod lake;
mod ledger;
mod many;
mod ports;
mod process;
mod profile;
mod schedule;
mod time;
mod trace;
mod world;

pub use many::run_many;
pub use schedule::{Outcome, Scenario, run};
