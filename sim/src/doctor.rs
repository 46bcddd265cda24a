//! Whether a run is a function of its seed: runs to compare between processes, and where two of them part.
//!
//! Two runs in one process can agree although something leaks into them: what is seeded once a process, what is counted since
//! it began. So the second pass belongs into a process of its own, in another order and after other runs.

use serde::{Deserialize, Serialize};

use crate::run::{AnyRunner, RunSpec};
use crate::story;
use crate::words;

/// The hash of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunHash {
    /// The seed.
    pub seed: u64,
    /// The hash over all events.
    pub hash: u64,
}

/// Runs these, in this order.
pub fn hashes(runner: &mut dyn AnyRunner, specs: impl IntoIterator<Item = RunSpec>) -> Vec<RunHash> {
    let run = |spec: RunSpec| RunHash { seed: spec.seed, hash: runner.run(&spec).trace_hash };
    specs.into_iter().map(run).collect()
}

/// One run in full, to be laid beside the same run of another process.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcript {
    /// Every event in words, with the digest of its payload.
    pub events: Vec<String>,
    /// Every deviation in words, in the order in which they were made.
    pub choices: Vec<String>,
}

impl Transcript {
    /// Makes a run and writes it down.
    pub fn of(runner: &mut dyn AnyRunner, spec: &RunSpec) -> Self {
        runner.run(&spec.clone().recorded());
        let runner = &*runner;
        let events = runner.recorder().events().iter().enumerate();
        let event =
            |(number, event)| format!("{} [{:#018x}]", story::line(runner, number, event), event.digest);
        let choice = |made| format!("{} = {:#x}", words::choice(runner, made), made.value.0);
        Self {
            events: events.map(event).collect(),
            choices: runner.deviations().iter().map(choice).collect(),
        }
    }

    /// The first event and the first choice in which two runs differ.
    pub fn part(&self, other: &Self) -> Parting {
        Parting { event: first(&self.events, &other.events), choice: first(&self.choices, &other.choices) }
    }
}

/// Where two runs part. Something that comes after the end of the one is `None` there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parting {
    /// The first event that differs.
    pub event: Option<Difference>,
    /// The first choice that differs. `None` if none does: then what leaked in is no choice at all.
    pub choice: Option<Difference>,
}

/// Two things that should be the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The number of the event or choice.
    pub number: u64,
    /// What this process has.
    pub here: Option<String>,
    /// What the other has.
    pub there: Option<String>,
}

fn first(here: &[String], there: &[String]) -> Option<Difference> {
    let longer = here.len().max(there.len());
    let number = (0..longer).find(|number| here.get(*number) != there.get(*number))?;
    let at = |lines: &[String]| lines.get(number).cloned();
    Some(Difference { number: number as u64, here: at(here), there: at(there) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transcript(events: &[&str], choices: &[&str]) -> Transcript {
        let lines = |lines: &[&str]| lines.iter().map(ToString::to_string).collect();
        Transcript { events: lines(events), choices: lines(choices) }
    }

    #[test]
    fn runs_part_where_the_first_line_differs_or_one_is_over() {
        let one = transcript(&["a", "b"], &["x"]);
        assert_eq!(one.part(&one), Parting::default());
        let parting = one.part(&transcript(&["a", "c", "d"], &["x", "y"]));
        let event = Difference { number: 1, here: Some("b".to_owned()), there: Some("c".to_owned()) };
        let choice = Difference { number: 1, here: None, there: Some("y".to_owned()) };
        assert_eq!(parting, Parting { event: Some(event), choice: Some(choice) });
    }
}
