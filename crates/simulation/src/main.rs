//! Runs many schedules, and says how fast; a schedule that breaks a promise is printed with its seed and its trace.
//!
//! `SIMULATION_SEED=7` plays one, and prints what happens in it. `--scenario` says which of the scenarios it is of.

use std::{
    num::NonZero,
    process::ExitCode,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Instant,
};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use simulation::{Outcome, Scenario};

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
    /// What there is besides the services: each has schedules of its own
    #[arg(long, value_enum, default_value_t = Scenario::Services)]
    scenario: Scenario,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    match std::env::var("SIMULATION_SEED").map(|text| text.parse()) {
        Err(_) => many(&args),
        Ok(Ok(seed)) => {
            let outcome = simulation::run(args.scenario, seed, true);
            tell(&outcome);
            ExitCode::from(u8::from(outcome.violation.is_some()))
        }
        Ok(Err(_)) => {
            eprintln!(
                "SIMULATION_SEED is not a seed: expected a whole number, for example SIMULATION_SEED=7"
            );
            ExitCode::from(2)
        }
    }
}

fn many(args: &Args) -> ExitCode {
    let end = args.start.saturating_add(args.seeds);
    let threads =
        args.threads.or_else(|| thread::available_parallelism().ok()).unwrap_or(NonZero::<usize>::MIN);
    let bar = if args.json { ProgressBar::hidden() } else { ProgressBar::new(args.seeds) };
    let style =
        ProgressStyle::with_template("{bar:40} {human_pos}/{human_len} schedules, {per_sec}, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let (played, steps) = (AtomicU64::new(0), AtomicU64::new(0));
    let began = Instant::now();
    let failures = simulation::run_many(args.scenario, args.start..end, threads, |outcome| {
        let now = played.fetch_add(1, Ordering::Relaxed) + 1;
        steps.fetch_add(outcome.steps, Ordering::Relaxed);
        bar.inc(1);
        // A log has no bar.
        if bar.is_hidden() && !args.json && now.is_multiple_of(10_000) {
            eprintln!("{now} of {} schedules played", args.seeds);
        }
    });
    let seconds = began.elapsed().as_secs_f64();
    bar.finish_and_clear();
    failures.iter().for_each(tell);
    let (played, steps) = (played.into_inner(), steps.into_inner());
    let rate = played as f64 / seconds;
    let seeds: Vec<u64> = failures.iter().map(|failure| failure.seed).collect();
    if args.json {
        let result = serde_json::json!({
            "schedules": played, "steps": steps, "seconds": seconds, "schedules_per_second": rate,
            "threads": threads, "scenario": args.scenario.to_string(), "failed_seeds": seeds,
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
            eprintln!(
                "seed {0}: {violation}\nto play it again: SIMULATION_SEED={0} cargo run -p simulation -- --scenario {1}",
                outcome.seed, outcome.scenario
            );
        }
    }
}
