//! Every planted bug is found, trips its own invariant, and can be had again from its case.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rehearsal::campaign::{self, CampaignSpec, Report, Unobserved};
use rehearsal::case::{Case, replay, shrink};
use rehearsal::fault::Profile;
use rehearsal::registry::{Entry, Rehearsal, Variant};
use rehearsal::run::RunSpec;
use rehearsal_scenarios::SCENARIOS;

fn campaign(rehearsal: &Arc<dyn Rehearsal>, spec: CampaignSpec) -> Report {
    campaign::run(rehearsal, &spec, &Arc::new(AtomicBool::new(false)), &mut Unobserved)
}

/// So many seeds that the rarest is among them, however busy the machine is.
fn hunt() -> CampaignSpec {
    CampaignSpec { jobs: 1, fail_fast: true, ..CampaignSpec::new(0..100_000, &Profile::CHAOS) }
}

fn planted() -> impl Iterator<Item = (&'static Entry, &'static Variant)> {
    SCENARIOS
        .iter()
        .filter(|entry| entry.in_campaign)
        .flat_map(|entry| entry.variants.iter().map(|variant| (*entry, variant)))
}

#[test]
fn each_planted_bug_trips_its_own_invariant_and_its_case_replays() {
    for (entry, variant) in planted() {
        let name = variant.name;
        let rehearsal: Arc<dyn Rehearsal> = entry.built(Some(name)).into();
        let report = campaign(&rehearsal, hunt());
        let failure = report.failures.first().unwrap_or_else(|| panic!("{name} was not found"));
        let case = Case::of(entry.name, Some(name), &Profile::CHAOS, failure);
        let tripped = case.expect.invariant.as_deref().unwrap_or("a limit");
        assert!(variant.is_seen_in(tripped), "{name}: {}, and not {}", failure.signature, variant.trips);

        let again = replay(&case, Path::new(name), rehearsal.as_ref()).unwrap();
        assert_eq!(again.divergence, None, "{name}");

        let mut runner = rehearsal.runner();
        let shrunk = shrink(
            runner.as_mut(),
            &RunSpec::seeded(failure.seed, &Profile::CHAOS).by(failure.strategy),
            1_000,
        )
        .unwrap();
        runner.run(&shrunk.spec);
        let small = case.shrunk(runner.as_ref(), &shrunk);
        let again = replay(&small, Path::new(name), rehearsal.as_ref()).unwrap();
        assert_eq!(again.divergence, None, "{name}, shrunk to {:#?}", small.shrunk);
    }
}

#[test]
fn each_invariant_is_tripped_by_some_planted_bug() {
    for entry in SCENARIOS.iter().filter(|entry| entry.in_campaign) {
        let own =
            entry.built(None).invariants().into_iter().filter(|invariant| !invariant.id.starts_with("ACT-"));
        for invariant in own {
            let tripped = entry.variants.iter().any(|variant| variant.trips == invariant.id);
            assert!(tripped, "{}: no planted bug trips {}", entry.name, invariant.id);
        }
    }
}

#[test]
fn the_reference_passes_and_reaches_its_goals() {
    for entry in SCENARIOS.iter().filter(|entry| entry.in_campaign) {
        let rehearsal: Arc<dyn Rehearsal> = entry.built(None).into();
        let report = campaign(&rehearsal, CampaignSpec::new(0..10_000, &Profile::CHAOS));
        assert!(report.failures.is_empty(), "{}: {:#?}", entry.name, report.failures);
        assert!(report.goals_passed(), "{}: {:?}", entry.name, report.unreached().collect::<Vec<_>>());
    }
}

#[test]
fn the_last_scenario_is_the_canary_that_must_fail() {
    let canary = SCENARIOS.last().unwrap();
    let rehearsal: Arc<dyn Rehearsal> = canary.built(None).into();
    assert!(!campaign(&rehearsal, CampaignSpec::new(0..100, &Profile::CHAOS)).passed());
}
