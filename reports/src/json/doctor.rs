//! The document of `doctor`.

use rehearsal::doctor::Difference;
use serde::Serialize;

use super::{hash, seed};
use crate::doctor::{DoctorResult, Leak};

/// What the doctor found.
#[derive(Debug, Serialize)]
pub struct DoctorDocument {
    deterministic: bool,
    first_difference: Option<FirstDifference>,
    scenarios: Vec<Examined>,
    versions: Versions,
    limits: Limits,
}

#[derive(Debug, Serialize)]
struct Examined {
    scenario: &'static str,
    variant: Option<&'static str>,
    profile: &'static str,
    strategy: &'static str,
    seeds: u64,
}

#[derive(Debug, Serialize)]
struct FirstDifference {
    scenario: &'static str,
    variant: Option<&'static str>,
    seed: String,
    trace_hash: [String; 2],
    event: Option<Parts>,
    choice: Option<Parts>,
}

#[derive(Debug, Serialize)]
struct Parts {
    number: u64,
    here: Option<String>,
    there: Option<String>,
}

#[derive(Debug, Serialize)]
struct Versions {
    tool: &'static str,
    case_format: u32,
    platform: String,
    build: &'static str,
}

#[derive(Debug, Serialize)]
struct Limits {
    cores: usize,
    memory_bytes: Option<u64>,
    memory_available_bytes: Option<u64>,
}

/// What the doctor found.
pub fn doctor(result: &DoctorResult) -> DoctorDocument {
    let examined = result.subjects.iter().map(|subject| Examined {
        scenario: subject.entry.name,
        variant: subject.variant_name(),
        profile: subject.profile.name,
        strategy: subject.strategy.name,
        seeds: result.seeds,
    });
    let (versions, limits) = (&result.versions, &result.limits);
    DoctorDocument {
        deterministic: result.leak.is_none(),
        first_difference: result.leak.as_ref().map(difference),
        scenarios: examined.collect(),
        versions: Versions {
            tool: versions.tool,
            case_format: versions.case_format,
            platform: versions.platform.clone(),
            build: versions.build,
        },
        limits: Limits {
            cores: limits.cores,
            memory_bytes: limits.memory,
            memory_available_bytes: limits.available,
        },
    }
}

fn difference(leak: &Leak) -> FirstDifference {
    let parts = |difference: &Option<Difference>| {
        let Difference { number, here, there } = difference.clone()?;
        Some(Parts { number, here, there })
    };
    FirstDifference {
        scenario: leak.subject.entry.name,
        variant: leak.subject.variant_name(),
        seed: seed(leak.seed),
        trace_hash: [hash(leak.hashes.0), hash(leak.hashes.1)],
        event: parts(&leak.parting.event),
        choice: parts(&leak.parting.choice),
    }
}
