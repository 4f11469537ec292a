//! Runs many schedules, and says how fast; a schedule that breaks a promise is printed with its seed and its trace.
//!
//! `SIMULATION_SEED=7` plays one, and prints what happens in it.

use std::{
    num::NonZero,
    process::ExitCode,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Instant,
};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use simulation::Outcome;

/// The services under a seeded scheduler with injected faults.
#[derive(Debug, Parser)]
#[command(version)]
struct Args {
    /// How many schedules to play
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = 0)]
    start: u64,
    /// How many to play at the same time; without it, one a processor
    #[arg(long)]
    threads: Option<NonZero<usize>>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    match std::env::var("SIMULATION_SEED").map(|text| text.parse()) {
        Err(_) => many(&args),
        Ok(Ok(seed)) => {
            let outcome = simulation::run(seed, true);
            tell(&outcome);
            ExitCode::from(u8::from(outcome.violation.is_some()))
        }
        Ok(Err(_)) => {
            eprintln!("SIMULATION_SEED is not a seed: expected a whole number, for example SIMULATION_SEED=7");
            ExitCode::from(2)
        }
    }
}

fn many(args: &Args) -> ExitCode {
    let end = args.start.saturating_add(args.seeds);
    let threads = args.threads.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZero::get);
    let bar = if args.json { ProgressBar::hidden() } else { ProgressBar::new(args.seeds) };
    let style = ProgressStyle::with_template("{bar:40} {human_pos}/{human_len} schedules, {per_sec}, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let (next, steps, failed) = (AtomicU64::new(args.start), AtomicU64::new(0), AtomicBool::new(false));
    let began = Instant::now();
    let failures: Vec<Outcome> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    while !failed.load(Ordering::Relaxed) {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed >= end {
                            return None;
                        }
                        let outcome = simulation::run(seed, false);
                        steps.fetch_add(outcome.steps, Ordering::Relaxed);
                        bar.inc(1);
                        if outcome.violation.is_some() {
                            failed.store(true, Ordering::Relaxed);
                            // Once more, with every step written down.
                            return Some(simulation::run(seed, true));
                        }
                    }
                    None
                })
            })
            .collect();
        workers.into_iter().filter_map(|worker| worker.join().ok().flatten()).collect()
    });
    let seconds = began.elapsed().as_secs_f64();
    bar.finish_and_clear();
    failures.iter().for_each(tell);
    let played = next.load(Ordering::Relaxed).min(end) - args.start;
    let (steps, rate) = (steps.load(Ordering::Relaxed), played as f64 / seconds);
    let seeds: Vec<u64> = failures.iter().map(|failure| failure.seed).collect();
    if args.json {
        let result = serde_json::json!({
            "schedules": played, "steps": steps, "seconds": seconds, "schedules_per_second": rate,
            "threads": threads, "failed_seeds": seeds,
        });
        println!("{result}");
    } else {
        println!(
            "{played} schedules with {steps} steps in {seconds:.1} s: {rate:.0} schedules per second on {threads} threads"
        );
    }
    ExitCode::from(u8::from(!failures.is_empty()))
}

fn tell(outcome: &Outcome) {
    for line in &outcome.trace {
        eprintln!("{line}");
    }
    match &outcome.violation {
        None => eprintln!("seed {}: every promise holds after {} steps", outcome.seed, outcome.steps),
        Some(violation) => {
            eprintln!("seed {0}: {violation}\nto play it again: SIMULATION_SEED={0} cargo run -p simulation", outcome.seed);
        }
    }
}
