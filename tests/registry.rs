//! The list of families is whole, and ends with the canary.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rehearsal::Profile;
use rehearsal::campaign::{self, CampaignSpec, Unobserved};
use rehearsal_scenarios::SCENARIOS;

/// The packages of families: the folders beside the list.
fn families() -> Vec<PathBuf> {
    let folders = fs::read_dir(env!("CARGO_MANIFEST_DIR")).unwrap().map(|entry| entry.unwrap().path());
    let families: Vec<_> = folders.filter(|folder| folder.join("Cargo.toml").exists()).collect();
    assert!(families.len() > 6, "the families are found: {families:?}");
    families
}

/// All files under a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

#[test]
fn every_scenario_of_every_family_is_in_the_list() {
    let mut written = BTreeSet::new();
    for source in families().iter().flat_map(|family| sources(&family.join("src"))) {
        let text = fs::read_to_string(&source).unwrap();
        let entries = text.split(": Entry = Entry {\n    name: \"").skip(1);
        written.extend(entries.map(|entry| entry.split('"').next().unwrap().to_owned()));
    }
    let listed: BTreeSet<_> = SCENARIOS.iter().map(|entry| entry.name.to_owned()).collect();
    assert_eq!(written, listed);
}

/// What a family's own tests must ask (`rehearsal::exam`), unless campaigns take none of it.
#[test]
fn every_family_examines_its_registry() {
    let questions = [
        "exam::planted_bugs_trip_their_own(SCENARIOS",
        "exam::invariants_are_tripped(SCENARIOS",
        "exam::references_pass(SCENARIOS",
        "markdown::has_tables_of(SCENARIOS",
    ];
    for family in families().iter().filter(|family| !family.ends_with("testbed")) {
        let tests = fs::read_to_string(family.join("tests/plays/registry.rs")).unwrap();
        for question in questions {
            assert!(tests.contains(question), "{} does not ask {question}", family.display());
        }
        let kept = !family.join("cases").exists() || tests.contains("rehearsal::cases(CASES, SCENARIOS)");
        assert!(kept, "{} does not replay its cases", family.display());
    }
}

#[test]
fn no_two_scenarios_have_one_name() {
    let names: BTreeSet<_> = SCENARIOS.iter().map(|entry| entry.name).collect();
    assert_eq!(names.len(), SCENARIOS.len());
}

#[test]
fn the_last_scenario_is_the_canary_that_must_fail() {
    let canary = SCENARIOS.last().unwrap();
    let spec = CampaignSpec::new(0..100, &Profile::CHAOS);
    let stop = Arc::new(AtomicBool::new(false));
    assert!(!campaign::run(&canary.built(None).into(), &spec, &stop, &mut Unobserved).passed());
}

/// The libraries are built without tests (`scenarios/locks/Cargo.toml`), so one there would never run.
#[test]
fn there_are_no_tests_in_the_libraries() {
    for source in families().iter().flat_map(|family| sources(&family.join("src"))) {
        assert!(!fs::read_to_string(&source).unwrap().contains("#[test]"), "{}", source.display());
    }
}
