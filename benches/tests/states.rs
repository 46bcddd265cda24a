//! The counts that are known: two-phase commit from the literature (288 and 8,832 states), tokens from their grid.

use rehearsal::states::{Network, Reached};
use rehearsal_benches::transaction::TwoPhase;
use rehearsal_benches::walkers::Walkers;

fn two_phase(resources: u32, judged: bool, jobs: usize) -> Reached {
    rehearsal::states(TwoPhase { resources, judged }).network(Network::Kept).jobs(jobs).run()
}

fn counts(reached: &Reached) -> [u64; 6] {
    let Reached { generated, states, turns, local_states, judgements, .. } = reached;
    [*generated, *states, u64::from(reached.depth), *turns, *local_states, *judgements]
}

#[test]
fn two_phase_commit_has_the_states_of_the_literature() {
    let known = [(3, 1_146, 288), (5, 58_146, 8_832), (7, 2_744_706, 296_448)];
    for (resources, generated, states) in known {
        let reached = two_phase(resources, false, 1);
        assert_eq!((reached.generated, reached.states), (generated, states), "{resources} resource managers");
    }
}

#[test]
fn a_monitor_that_remembers_a_decision_adds_no_state_to_it() {
    let judged = two_phase(5, true, 1);
    assert_eq!((judged.generated, judged.states, judged.judgements), (58_146, 8_832, 3));
}

#[test]
fn what_is_found_does_not_depend_on_the_number_of_workers() {
    let one = counts(&two_phase(6, true, 1));
    for jobs in [2, 3, 16, 40] {
        assert_eq!(counts(&two_phase(6, true, jobs)), one, "{jobs} workers");
    }
}

#[test]
fn each_token_is_somewhere_on_its_own_way() {
    for jobs in [1, 2] {
        let reached = rehearsal::states(Walkers { tokens: 4, hops: 12 }).jobs(jobs).run();
        assert_eq!((reached.states, reached.depth, reached.ends), (13_u64.pow(4), 48, 1));
        assert_eq!(reached.generated, 1 + 4 * 12 * 13_u64.pow(3), "every token that has hops left may move");
    }
}
