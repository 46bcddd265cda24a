//! The tables of planted bugs, and the generations.

use std::collections::BTreeSet;

use super::super::variant::tables::all;
use crate::session::*;

#[test]
fn every_variant_is_found_by_its_name_and_only_by_that() {
    for planted in all() {
        assert_eq!(Variants::named(planted.name), Some(planted.variant), "{}", planted.name);
    }
    assert_eq!(Variants::named("reference"), None);
}

#[test]
fn the_tables_name_every_variant() {
    let mut alone: BTreeSet<_> = (1..=Variant::LAST as u32).collect();
    for planted in all() {
        alone.retain(|place| planted.variant != Variants::of_place(*place));
    }
    assert_eq!(alone, BTreeSet::new(), "variants without a row");
}

#[test]
fn every_generation_is_a_bundle_of_bugs_that_are_planted_alone_too() {
    let bugs = |name: &str| format!("{:?}", Variants::named(name).expect(name));
    let g0 = r#"{"lifo-interject", "no-dequeue-on-failure", "global-single-flight", "global-steer", "stored-interrupt", "carried-over", "unpolled-in-tools", "take-then-record", "store-any-result", "row-per-duplicate", "catch-all", "publish-first", "ask-holds-permit", "publish-before-claim", "ignore-retry-after", "switch-at-once", "error-forgotten"}"#;
    assert_eq!(bugs("g0"), g0);
    let g1 = r#"{"two-loops", "check-then-append", "stored-interrupt", "carried-over", "unpolled-in-tools", "take-then-record", "store-any-result", "row-per-duplicate", "publish-first", "switch-at-once"}"#;
    assert_eq!(bugs("g1"), g1);
    assert_eq!(bugs("g1x"), r#"{"catch-all", "receipt-never", "inline-run"}"#);
    let g2 = r#"{"starting-window", "message-id-per-turn", "signals-only-stream", "resume-tools-at-step-one", "park-clears-flag"}"#;
    assert_eq!(bugs("g2"), g2);
}

#[test]
fn a_set_has_what_it_was_made_of_and_nothing_else() {
    let set = Variants::of(&[Variant::TwoLoops, Variant::LAST]);
    assert!(set.has(Variant::TwoLoops) && set.has(Variant::LAST));
    assert!(!set.has(Variant::GlobalSteer) && !set.has(Variant::Reference));
    assert!(Variants::from(Variant::Reference).is_empty());
}
