//! How many seeds and how much time a campaign has.

use std::fmt::Write as _;
use std::io;
use std::ops::Range;
use std::time::Duration;

use rehearsal_reports::Subject;
use rehearsal_reports::terminal::figures::{count, counted, span};
use rehearsal_reports::terminal::{FAINT, PLAIN, Screen, TITLE};

use crate::args::Fuzz;
use crate::error::Error;

/// How long each scenario is run if nothing else is said.
const BY_DEFAULT: Duration = Duration::from_secs(10);

/// How many seeds and how much time a campaign has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Budget {
    first: u64,
    /// Behind the last seed of each scenario; `None` if only time ends it.
    end: Option<u64>,
    /// For all scenarios that are still to come.
    time: Option<Duration>,
    by_default: bool,
}

impl Budget {
    pub(super) fn of(args: &Fuzz, seed: Option<u64>, scenarios: usize) -> Result<Self, Error> {
        let (first, end) = match &args.seeds {
            Some(seeds) => {
                let range = seeds.from(seed)?;
                (range.start, Some(range.end))
            }
            None => (seed.unwrap_or(0), None),
        };
        let by_default = args.seeds.is_none() && args.time.is_none();
        let time = if by_default { Some(BY_DEFAULT * scenarios as u32) } else { args.time };
        Ok(Self { first, end, time, by_default })
    }

    /// The seeds of each scenario. The very last seed there is can only be had by `run`.
    pub(super) fn seeds(&self) -> Range<u64> {
        self.first..self.end.unwrap_or(u64::MAX)
    }

    /// The first seed of each scenario.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// How many runs each scenario has, if that is known.
    pub(super) fn runs(&self) -> Option<u64> {
        self.end.map(|end| end - self.first)
    }

    /// The time for the next scenario, if so many are to come with it.
    pub(super) fn share(&self, to_come: usize) -> Option<Duration> {
        self.time.map(|time| time / to_come.max(1) as u32)
    }

    /// A scenario took so long.
    pub(super) fn spend(&mut self, wall: Duration) {
        self.time = self.time.map(|time| time.saturating_sub(wall));
    }

    /// What is about to be run: the seeds go before the runs that use them.
    pub(super) fn describe(
        &self,
        screen: &mut Screen<'_>,
        subjects: &[Subject],
        jobs: u64,
    ) -> io::Result<()> {
        let Some(subject) = subjects.first() else { return Ok(()) };
        let seeds = match self.end {
            Some(end) => format!("seeds {:#x}..{end:#x}", self.first),
            None => format!("seeds from {:#x} on", self.first),
        };
        let each = self.runs().map_or(String::new(), |runs| format!("({} each)", count(runs)));
        let mut rest = format!("of {}; faults {}; ", titles(subjects), subject.profile.name);
        let _ = match subject.stage {
            None => write!(rest, "strategy {}; ", subject.strategy.name),
            Some(stage) => write!(rest, "stage {}; ", stage.name()),
        };
        rest.push_str(&counted(jobs, "job"));
        if let Some(time) = self.time {
            let _ = write!(rest, "; for {} in all", span(time));
        }
        screen.parts(0, &[(TITLE, &seeds), (TITLE, &each), (PLAIN, &rest)])?;
        if self.by_default {
            screen.line(2, FAINT, "10s for each scenario; choose with --time or --seeds")?;
        }
        Ok(())
    }
}

fn titles(subjects: &[Subject]) -> String {
    subjects.iter().map(Subject::title).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Patience;
    use crate::seed::Seeds;

    fn args(seeds: Option<Seeds>, time: Option<u64>) -> Fuzz {
        Fuzz {
            scenarios: Vec::new(),
            seeds,
            time: time.map(Duration::from_secs),
            jobs: None,
            fail_fast: false,
            junit: None,
            sarif: None,
            html: None,
            resume: false,
            no_shrink: false,
            shrink_budget: 1,
            patience: Patience { turn_limit: Duration::from_secs(10) },
        }
    }

    #[test]
    fn what_one_scenario_leaves_of_the_time_goes_to_the_others() {
        let mut budget = Budget::of(&args(None, Some(30)), None, 3).unwrap();
        assert_eq!(budget.share(3), Some(Duration::from_secs(10)));
        budget.spend(Duration::from_secs(2));
        assert_eq!(budget.share(2), Some(Duration::from_secs(14)));
    }

    #[test]
    fn without_seeds_and_time_each_scenario_has_ten_seconds() {
        let budget = Budget::of(&args(None, None), Some(5), 2).unwrap();
        assert_eq!((budget.seeds(), budget.time), (5..u64::MAX, Some(Duration::from_secs(20))));
    }

    #[test]
    fn a_number_of_seeds_counts_from_the_first_seed() {
        let budget = Budget::of(&args(Some(Seeds::Count(16)), None), Some(16), 1).unwrap();
        assert_eq!((budget.seeds(), budget.time), (16..32, None));
        assert!(Budget::of(&args(Some(Seeds::Count(2)), None), Some(u64::MAX), 1).is_err());
    }

    #[test]
    fn a_range_and_a_first_seed_contradict_each_other() {
        assert!(Budget::of(&args(Some(Seeds::Range(1..2)), None), Some(1), 1).is_err());
    }
}
