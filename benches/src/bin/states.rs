//! Searches all states of a model, checks the counts, and prints how long it took and how much memory the process had at most.
//!
//! `states two-phase 7`, `states judged 5`, `states walkers 22`; a second number says how many workers there are.

use rehearsal::states::{Network, Reached};
use rehearsal::wall::Stopwatch;
use rehearsal_benches::transaction::TwoPhase;
use rehearsal_benches::walkers::Walkers;

/// What is known of the models: resources or hops, states that steps lead to, and states.
const TWO_PHASE: [(u32, u64, u64); 3] = [(3, 1_146, 288), (5, 58_146, 8_832), (7, 2_744_706, 296_448)];

fn main() {
    let mut words = std::env::args().skip(1);
    let model = words.next().unwrap_or_else(|| "two-phase".to_owned());
    let size: u32 = words.next().map_or(7, |word| word.parse().expect("a number"));
    let jobs: usize = words.next().map_or(1, |word| word.parse().expect("a number of workers"));
    let watch = Stopwatch::start();
    let reached = searched(&model, size, jobs);
    let wall = watch.elapsed();
    if let Some((_, generated, states)) = TWO_PHASE.iter().find(|row| row.0 == size && model == "two-phase") {
        assert_eq!((reached.generated, reached.states), (*generated, *states));
    }
    if model == "walkers" {
        assert_eq!(reached.states, (u64::from(size) + 1).pow(4));
    }
    let Reached { generated, states, depth, turns, local_states, memory, .. } = reached;
    let rate = generated as f64 / wall.as_secs_f64() / 1e6;
    println!(
        "{model} {size}: {generated} generated, {states} states, depth {depth}, {turns} turns, {local_states} local states"
    );
    println!(
        "{rate:.2} million a second, {wall:.2?}, {} KiB of tables, {} KiB at most",
        memory / 1024,
        most_memory()
    );
}

fn searched(model: &str, size: u32, jobs: usize) -> Reached {
    let judged = model == "judged";
    match model {
        "two-phase" | "judged" => {
            let scenario = TwoPhase { resources: size, judged };
            rehearsal::states(scenario).network(Network::Kept).jobs(jobs).run()
        }
        "walkers" => rehearsal::states(Walkers { tokens: 4, hops: size as u8 }).jobs(jobs).run(),
        other => panic!("there is no model `{other}`; there are `two-phase`, `judged` and `walkers`"),
    }
}

/// The most memory that this process had, in KiB, where the system tells.
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok()).unwrap_or(0)
}
