//! What is found comes in the world, too.

use proptest::prelude::*;

use super::program::programs;
use crate::choice::overrides;
use crate::run::{AnyRunner, Verdict};
use crate::runner::Runner;
use crate::states::{Network, StatesSpec, Unwatched, search};

proptest! {
#![proptest_config(ProptestConfig::with_cases(250))]

#[test]
fn the_way_to_a_violation_is_a_run_of_the_world(program in programs()) {
    for network in [Network::Once, Network::InOrder] {
        let spec = StatesSpec { network, depth: Some(6), ..StatesSpec::default() };
        let reached = search(&mut Runner::new(&program), spec, &mut Unwatched).unwrap();
        for wrong in &reached.violations {
            let Some(run) = wrong.spec() else { panic!("{:?}", wrong.deviations) };
            prop_assert_eq!(run.overrides.as_deref(), Some(&overrides(wrong.deviations.as_ref().unwrap())));
            let Verdict::Violation(again) = Runner::new(&program).run(&run).verdict else {
                panic!("{} held", wrong.violation.invariant)
            };
            prop_assert_eq!(&again.invariant, &wrong.violation.invariant);
            prop_assert_eq!(&again.message, &wrong.violation.message);
        }
    }
}}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn the_ways_do_not_depend_on_the_number_of_workers(program in programs()) {
        for network in Network::ALL {
            let found = [1, 2, 5].map(|jobs| {
                let spec = StatesSpec { network, jobs, depth: Some(5), ..StatesSpec::default() };
                let reached = search(&mut Runner::new(&program), spec, &mut Unwatched).unwrap();
                let ways = reached.violations.into_iter();
                ways.map(|wrong| (wrong.violation, wrong.steps, wrong.deviations)).collect::<Vec<_>>()
            });
            prop_assert_eq!(&found[0], &found[1]);
            prop_assert_eq!(&found[0], &found[2]);
        }
    }
}
