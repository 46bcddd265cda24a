//! The table of planted bugs.

use std::collections::BTreeSet;

use crate::session::*;

#[test]
fn every_variant_is_found_by_its_name_and_only_by_that() {
    let names: BTreeSet<_> = VARIANTS.iter().map(|planted| planted.name).collect();
    assert_eq!(names.len(), VARIANTS.len(), "a name is used twice");
    for planted in VARIANTS {
        assert_eq!(Variant::named(planted.name), Some(planted.variant));
    }
    assert_eq!(Variant::named("reference"), None);
}

#[test]
fn the_table_names_every_variant() {
    let variants: BTreeSet<_> = VARIANTS.iter().map(|planted| planted.variant).collect();
    assert_eq!(variants.len(), VARIANTS.len(), "a variant is listed twice");
    assert_eq!(variants.len(), Variant::RowPerDuplicate as usize, "a variant is missing");
}
