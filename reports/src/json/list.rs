//! The document of `list`.

use rehearsal::fault::PROFILES;
use rehearsal::registry::{Entry, Setting};
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
    settings: Vec<SettingListed>,
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

#[derive(Debug, Serialize)]
struct SettingListed {
    name: &'static str,
    sentence: &'static str,
    default: u32,
    least: u32,
    most: u32,
}

impl From<&Setting> for SettingListed {
    fn from(setting: &Setting) -> Self {
        let Setting { name, sentence, default, least, most } = *setting;
        Self { name, sentence, default, least, most }
    }
}

/// The document of these scenarios.
pub fn list(entries: &[&'static Entry]) -> ListDocument {
    ListDocument { scenarios: entries.iter().map(|entry| listed(entry)).collect() }
}

fn listed(entry: &'static Entry) -> ScenarioListed {
    let rehearsal = entry.built(None);
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
        settings: entry.settings.iter().map(SettingListed::from).collect(),
        policies: rehearsal.policies().to_vec(),
        profiles: PROFILES.iter().map(|profile| profile.name).collect(),
        default_profile: entry.faults.name,
    }
}
