//! The document of `list`.

use rehearsal::fault::PROFILES;
use rehearsal::registry::Entry;
use serde::Serialize;

/// The document of what there is to run.
#[derive(Debug, Serialize)]
pub struct ListDocument {
    scenarios: Vec<ScenarioListed>,
}

#[derive(Debug, Serialize)]
struct ScenarioListed {
    name: &'static str,
    sentence: &'static str,
    in_campaign: bool,
    invariants: Vec<InvariantListed>,
    goals: Vec<String>,
    variants: Vec<VariantListed>,
    policies: Vec<&'static str>,
    profiles: Vec<&'static str>,
    /// The profile if none is named.
    default_profile: &'static str,
}

#[derive(Debug, Serialize)]
struct InvariantListed {
    id: String,
    sentence: String,
}

#[derive(Debug, Serialize)]
struct VariantListed {
    name: &'static str,
    sentence: &'static str,
    trips: &'static str,
}

/// The document of these scenarios.
pub fn list(entries: &[&'static Entry]) -> ListDocument {
    ListDocument { scenarios: entries.iter().map(|entry| listed(entry)).collect() }
}

fn listed(entry: &'static Entry) -> ScenarioListed {
    let rehearsal = (entry.build)(None);
    let invariants = rehearsal.invariants().into_iter();
    let variants = entry.variants.iter();
    ScenarioListed {
        name: entry.name,
        sentence: entry.sentence,
        in_campaign: entry.in_campaign,
        invariants: invariants.map(|one| InvariantListed { id: one.id, sentence: one.sentence }).collect(),
        goals: rehearsal.goals().into_iter().map(|goal| goal.name).collect(),
        variants: variants
            .map(|one| VariantListed { name: one.name, sentence: one.sentence, trips: one.trips })
            .collect(),
        policies: Vec::new(),
        profiles: PROFILES.iter().map(|profile| profile.name).collect(),
        default_profile: entry.faults.name,
    }
}
