//! The table of planted bugs.

use std::collections::BTreeSet;

use super::super::variant::tables;
use crate::session::*;

#[test]
fn every_variant_is_found_by_its_name_and_only_by_that() {
    for planted in tables() {
        assert_eq!(Variant::named(planted.name), Some(planted.variant));
    }
    assert_eq!(Variant::named("reference"), None);
}

#[test]
fn the_tables_name_every_variant() {
    let variants: BTreeSet<_> = tables().map(|planted| planted.variant).collect();
    assert_eq!(variants.len(), Variant::LAST as usize, "a variant is missing");
}
