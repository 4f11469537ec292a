//! A fixed set of seeds, and that a seed replays.
#[test]
fn a_seed_replays() {
    for seed in 0..200 {
        let (first, second) = (simulation::run(seed, false), simulation::run(seed, true));
        assert_eq!((first.hash, first.steps), (second.hash, second.steps), "seed {seed}");
        assert_eq!(first.violation, second.violation);
        if let Some(v) = second.violation { println!("seed {seed}: {v}\n{}", second.trace.join("\n")); panic!(); }
    }
}
