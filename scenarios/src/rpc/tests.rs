//! The scenario against itself.

use super::*;
use crate::exam::{every_goal_is_reached_without_faults, every_variant_trips_its_own, reference_holds};

#[test]
fn each_request_is_executed_once_whatever_crashes() {
    reference_holds(&RPC, &Profile::CHAOS, 2_000);
}

#[test]
fn every_variant_trips_its_own_invariant_first() {
    every_variant_trips_its_own(&RPC, 20_000);
}
