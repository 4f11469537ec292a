//! What one invocation of `ingest` takes of memory, from before the bytes of its event are there. `scripts/bench
//! ingest` runs it once for each Lambda event that `throughput` wrote, in a process of its own.
//!
//! Arguments: the directory of the events, and one's name. Prints how often memory was allocated, the most bytes of it
//! at one time, and the most KiB that the whole process ever had. Where a block grows, the old one and the new one
//! count at the same time. What zstd allocates in C is in the last figure only.

// It is a measurement: what fails ends it.
#![allow(clippy::expect_used, clippy::panic)]

#[path = "throughput/discard.rs"]
mod discard;
#[path = "throughput/invocation.rs"]
mod invocation;

use std::{env, fs, path::Path, sync::Arc};

use crate::{
    discard::Discard,
    invocation::{bucket, invoke, service},
};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [directory, name] = &arguments[..] else { panic!("arguments: DIRECTORY NAME") };
    let directory = Path::new(directory);
    let read = |name: &str| fs::read(directory.join(name).with_extension("json")).expect("an event");
    let definition = String::from_utf8(read("orders")).expect("UTF-8");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let service = runtime.block_on(async { service(Arc::new(Discard::new(bucket(definition).await))) });
    // As a warm Lambda: the definitions are known.
    runtime.block_on(invoke(&service, read("10-messages")));
    let heap = allocation_counter::measure(|| runtime.block_on(invoke(&service, read(name))));
    println!("{} {} {}", heap.count_total, heap.bytes_max, most_resident());
}

fn most_resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a figure");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
