//! What an interrupted campaign leaves behind, so that `--resume` goes on with it: a small file beside the cases.
//!
//! It is written anew about ten times a second, whole each time, so that it is good after a crash as well. It holds seeds and
//! counts only; what a seed comes to can always be had again by running it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rehearsal::campaign::{Arms, Failure, Shortest, SoFar};
use rehearsal::registry::Rehearsal;
use rehearsal_reports::Subject;
use serde::{Deserialize, Serialize};

use super::budget::Budget;
use crate::error::Error;
use crate::output;

/// What is kept of each scenario, by what was run: the name, the variant, the profile, the strategy and the seeds.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Kept {
    campaigns: BTreeMap<String, Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// All seeds below it are done.
    next: u64,
    runs: u64,
    turns: u64,
    failures: Vec<Failed>,
    arms: Arms,
    /// For each goal, the lowest seed that reached it.
    goals: Vec<Option<u64>>,
}

/// A failure, by its lowest seed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Failed {
    seed: u64,
    count: u64,
    /// Events and seed of a few short runs.
    shortest: Vec<(u64, u64)>,
}

impl Kept {
    /// What is left behind in a folder.
    ///
    /// # Errors
    ///
    /// If there is nothing that fits what is to be run now.
    pub(super) fn read(folder: &Path, subjects: &[Subject], budget: &Budget) -> Result<Self, Error> {
        let path = file(folder);
        let nothing = |why: &str| {
            Error::Usage(format!(
                "there is no interrupted campaign to go on with: {} {why}\n  type the options of the interrupted campaign again, with the same --out; or leave --resume out",
                path.display()
            ))
        };
        let text = fs::read_to_string(&path).map_err(|_| nothing("cannot be read"))?;
        let kept: Self = serde_json::from_str(&text).map_err(|_| nothing("is damaged"))?;
        if !subjects.iter().any(|subject| kept.campaigns.contains_key(&key(subject, budget))) {
            return Err(nothing("is of another campaign"));
        }
        Ok(kept)
    }

    /// What an interrupted campaign came to, with each of its failures run again. `None` if it did not come to this scenario.
    pub(super) fn restored(
        &self,
        subject: &Subject,
        budget: &Budget,
        rehearsal: &dyn Rehearsal,
    ) -> Option<Arc<SoFar>> {
        let entry = self.campaigns.get(&key(subject, budget))?;
        let mut runner = rehearsal.runner();
        let failures = entry.failures.iter().filter_map(|failed| {
            let outcome = runner.run(&subject.spec(failed.seed));
            let mut failure = Failure::of(failed.seed, subject.strategy.arm(failed.seed), &outcome)?;
            failure.count = failed.count;
            failure.shortest = failed
                .shortest
                .iter()
                .map(|(events, seed)| Shortest { events: *events, seed: *seed })
                .collect();
            Some((failure.signature.clone(), failure))
        });
        Some(Arc::new(SoFar {
            next: entry.next,
            runs: entry.runs,
            turns: entry.turns,
            failures: failures.collect(),
            arms: entry.arms.clone(),
            goals: entry.goals.clone(),
        }))
    }
}

/// Keeps what is certain of one scenario's campaign.
pub(super) struct Keeper {
    folder: PathBuf,
    key: String,
    /// Up to which seed it was written.
    written: Option<u64>,
}

impl Keeper {
    pub(super) fn of(folder: &Path, subject: &Subject, budget: &Budget) -> Self {
        Self { folder: folder.to_owned(), key: key(subject, budget), written: None }
    }

    /// Writes what is certain, if it is more than before. That it cannot be written is no reason to end a campaign.
    pub(super) fn keep(&mut self, so_far: &SoFar) {
        if self.written == Some(so_far.next) {
            return;
        }
        let said = self.written.is_some();
        self.written = Some(so_far.next);
        if let Err(error) = self.write(so_far)
            && !said
        {
            output::complain(&format!(
                "--resume will not work: cannot write {}: {error}",
                file(&self.folder).display()
            ));
        }
    }

    fn write(&self, so_far: &SoFar) -> std::io::Result<()> {
        let path = file(&self.folder);
        // Other scenarios of the same campaign are in the same file.
        let known = fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str::<Kept>(&text).ok());
        let mut kept = known.unwrap_or_default();
        kept.campaigns.insert(self.key.clone(), Entry::of(so_far));
        let unfinished = path.with_extension("json.part");
        fs::write(&unfinished, serde_json::to_vec(&kept)?)?;
        fs::rename(unfinished, path)
    }
}

impl Entry {
    fn of(so_far: &SoFar) -> Self {
        let failed = |failure: &Failure| Failed {
            seed: failure.seed,
            count: failure.count,
            shortest: failure.shortest.iter().map(|run| (run.events, run.seed)).collect(),
        };
        Self {
            next: so_far.next,
            runs: so_far.runs,
            turns: so_far.turns,
            failures: so_far.failures.values().map(failed).collect(),
            arms: so_far.arms.clone(),
            goals: so_far.goals.clone(),
        }
    }
}

fn file(folder: &Path) -> PathBuf {
    folder.join("campaign.json")
}

/// What was run: a campaign goes on only with the same.
fn key(subject: &Subject, budget: &Budget) -> String {
    let Subject { profile, strategy, .. } = subject;
    let seeds = budget.seeds();
    let policy = subject.policy.as_ref().map_or(String::new(), |chosen| format!("; {:?}", chosen.policy));
    format!(
        "{}{}; {}; {}; seeds {:#x}..{:#x}",
        subject.title(),
        policy,
        profile.name,
        strategy.name,
        budget.first(),
        seeds.end
    )
}
