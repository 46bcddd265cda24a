//! What is found comes in the world, too.

use proptest::prelude::*;

use super::program::programs;
use crate::case::shrink::overrides;
use crate::run::{AnyRunner, Runner, Verdict};
use crate::states::{Network, StatesSpec, Unwatched, search};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_way_to_a_violation_is_a_run_of_the_world(program in programs()) {
        for network in [Network::Once, Network::InOrder] {
            let spec = StatesSpec { network, depth: Some(6), ..StatesSpec::default() };
            let reached = search(&program, spec, &mut Unwatched).unwrap();
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
    }
}
