//! What each strategy of a campaign found.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Failure;
use crate::run::Outcome;
use crate::search::{STRATEGIES, Strategy};

/// What one strategy did in a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arm {
    /// The strategy.
    pub strategy: &'static Strategy,
    /// How many runs were its.
    pub runs: u64,
    /// How many of them failed.
    pub failed: u64,
    /// How many distinct failures it found, whoever found them first.
    pub distinct: usize,
    /// The seeds of those distinct failures whose lowest seed is its.
    pub first: Vec<u64>,
}

/// What each strategy did so far. Merging is commutative, as that of everything else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arms(Vec<Tally>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Tally {
    #[serde(with = "by_name")]
    strategy: &'static Strategy,
    runs: u64,
    failed: u64,
    /// The lowest seed of each signature.
    signatures: BTreeMap<String, u64>,
}

impl Arms {
    /// A run of a strategy is over.
    pub(super) fn note(&mut self, strategy: &'static Strategy, seed: u64, outcome: &Outcome) {
        let tally = self.of(strategy);
        tally.runs += 1;
        if let Some(signature) = outcome.signature() {
            tally.failed += 1;
            tally.signatures.entry(signature).or_insert(seed);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        for Tally { strategy, runs, failed, signatures } in other.0 {
            let tally = self.of(strategy);
            tally.runs += runs;
            tally.failed += failed;
            for (signature, seed) in signatures {
                let lowest = tally.signatures.entry(signature).or_insert(seed);
                *lowest = seed.min(*lowest);
            }
        }
    }

    /// What each strategy did, given the failures of the whole campaign, each with its lowest seed. If the campaign ended
    /// with its first failure, those of higher seeds do not count: which were tried meanwhile depends on the workers.
    pub(super) fn report(mut self, failures: &[Failure], only_first: bool) -> Vec<Arm> {
        let place = |tally: &Tally| STRATEGIES.iter().position(|known| *known == tally.strategy);
        self.0.sort_by_key(place);
        let known = |signature: &String| failures.iter().any(|failure| failure.signature == *signature);
        let arm = |tally: Tally| {
            let firsts = failures.iter().filter(|failure| failure.strategy == tally.strategy);
            let first: Vec<u64> = firsts.map(|failure| failure.seed).collect();
            let (failed, distinct) = if only_first {
                (first.len() as u64, first.len())
            } else {
                (tally.failed, tally.signatures.keys().filter(|signature| known(signature)).count())
            };
            Arm { strategy: tally.strategy, runs: tally.runs, failed, distinct, first }
        };
        self.0.into_iter().map(arm).collect()
    }

    fn of(&mut self, strategy: &'static Strategy) -> &mut Tally {
        let known = self.0.iter().position(|tally| tally.strategy == strategy);
        let at = known.unwrap_or_else(|| {
            self.0.push(Tally { strategy, runs: 0, failed: 0, signatures: BTreeMap::new() });
            self.0.len() - 1
        });
        &mut self.0[at]
    }
}

/// A strategy is kept by its name.
mod by_name {
    use serde::{Deserialize, Deserializer, Serializer, de};

    use crate::search::Strategy;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(
        strategy: &&'static Strategy,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(strategy.name)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<&'static Strategy, D::Error> {
        let name = String::deserialize(deserializer)?;
        Strategy::named(&name).ok_or_else(|| de::Error::custom(format!("there is no strategy `{name}`")))
    }
}
