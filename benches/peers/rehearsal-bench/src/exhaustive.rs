//! Every state of small systems, with the general actors of the scenarios and a monitor where the peers have a property.

use rehearsal::states::{Network, Reached};
use rehearsal_benches::transaction::TwoPhase;
use rehearsal_benches::walkers::Walkers;

/// Two-phase commit over so many resources, so often: states that steps led to, and how many there are.
pub fn two_phase(resources: u32, times: u64, jobs: usize) -> (u64, u64) {
    let known = match resources {
        5 => (58_146, 8_832),
        7 => (2_744_706, 296_448),
        other => panic!("nobody said how many states {other} resources have"),
    };
    repeated(times, known, || {
        rehearsal::states(TwoPhase { resources, judged: true }).network(Network::Kept).jobs(jobs).run()
    })
}

/// 4 tokens of 22 hops between 3 actors.
pub fn tokens(times: u64) -> (u64, u64) {
    repeated(times, (1_070_697, 279_841), || rehearsal::states(Walkers { tokens: 4, hops: 22 }).run())
}

fn repeated(times: u64, known: (u64, u64), search: impl Fn() -> Reached) -> (u64, u64) {
    for _ in 0..times {
        let reached = search();
        assert!(reached.is_complete() && reached.violations.is_empty());
        assert_eq!((reached.generated, reached.states), known);
    }
    (known.0 * times, known.1)
}
