//! What a campaign finds: announced and written as a case at once, told in full at the end.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rehearsal::campaign::{Failure, Observer, Progress, Report, SoFar};
use rehearsal::case::{Case, Smaller};
use rehearsal::run::{Limit, RunSpec, Verdict};
use rehearsal_reports::Subject;
use rehearsal_reports::result::Finding;
use rehearsal_reports::terminal;
use rehearsal_reports::terminal::progress::Display;

use super::resume::Keeper;
use crate::args::Patience;
use crate::error::Error;
use crate::output;
use crate::run::{Made, made, story};
use crate::shrink::{made_smaller, shrinking};

/// How many failures of a scenario have their stories told.
const TOLD: usize = 10;
/// How many are shrunk; those come with a story, too.
const SHRUNK: usize = 50;

/// Makes findings of failures.
pub(super) struct Finder {
    pub(super) subject: Subject,
    pub(super) cases: PathBuf,
    pub(super) patience: Patience,
    /// How many runs shrinking one failure may take; `None` if failures are kept as they are.
    pub(super) budget: Option<u32>,
}

/// The cases that were written, by signature: of which seed, and where.
pub(super) type Written = BTreeMap<String, (u64, PathBuf)>;

impl Finder {
    /// All that is known of the failures of a report; whether each comes again is found out on the way.
    pub(super) fn findings(&self, report: &mut Report, mut written: Written) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (number, failure) in report.failures.iter().enumerate() {
            let mut finding = Finding::of(failure);
            let told = if number < TOLD { self.tell(&mut finding) } else { self.count(&mut finding) };
            let smaller =
                told.and_then(|()| if number < SHRUNK { self.shrink(&mut finding) } else { Ok(()) });
            if let Err(error) = smaller {
                report.internal_error.get_or_insert(match error {
                    Error::Tool(why) => why,
                    other => other.to_string(),
                });
            }
            let known = written.remove(&failure.signature).filter(|(seed, _)| *seed == failure.seed);
            if finding.case.is_none() {
                finding.case = known.map(|(_, path)| path).or_else(|| self.write(&self.case(failure)));
            }
            findings.push(finding);
        }
        findings
    }

    fn tell(&self, finding: &mut Finding) -> Result<(), Error> {
        let spec = self.subject.spec(finding.failure.seed);
        finding.story = story(&self.subject, &spec, self.patience, None, &finding.failure.outcome)?;
        finding.deviations = finding.story.as_ref().map(|story| story.deviations);
        Ok(())
    }

    fn count(&self, finding: &mut Finding) -> Result<(), Error> {
        let seeded = self.subject.spec(finding.failure.seed);
        let spec = RunSpec { record_choices: true, ..seeded };
        if let Made::Over(runner, _) = made(&self.subject, &spec, self.patience)? {
            finding.deviations = Some(runner.deviations().len());
        }
        Ok(())
    }

    /// Shrinks a failure, from the shortest of its runs on until one has few deviations; the smallest case takes the place of
    /// the one that was written when it was found.
    fn shrink(&self, finding: &mut Finding) -> Result<(), Error> {
        let Some(budget) = self.budget.filter(|_| by_itself(&finding.failure)) else { return Ok(()) };
        let seeds = finding.failure.shortest.iter().map(|shortest| shortest.seed);
        let candidates = seeds.map(|seed| {
            let strategy = self.subject.strategy.arm(seed);
            (self.case(&Failure { seed, strategy, ..finding.failure.clone() }), self.subject.spec(seed))
        });
        let smallest = made_smaller(&self.subject, candidates.collect(), budget, self.patience)?;
        let Some(Smaller { case, story, shrunk }) = smallest else { return Ok(()) };
        finding.case = self.write(&case);
        finding.deviations = Some(shrunk.deviations.len());
        finding.shrinking = Some(shrinking(&case, &shrunk));
        finding.story = Some(story);
        Ok(())
    }

    fn case(&self, failure: &Failure) -> Case {
        let subject = &self.subject;
        subject.case(failure)
    }

    /// Writes a case. If that fails the campaign goes on: what it found is told all the same.
    fn write(&self, case: &Case) -> Option<PathBuf> {
        case.write(&self.cases).map_err(|error| output::complain(&error.to_string())).ok()
    }
}

/// Whether the machine has no part in a failure: how much wall time a run takes is no property of its choices.
fn by_itself(failure: &Failure) -> bool {
    !matches!(failure.outcome.verdict, Verdict::Limit(Limit::WallTime(_)))
}

/// Shows how far a campaign is, and what it finds as soon as it does.
pub(super) struct Announcer<'a> {
    finder: &'a Finder,
    display: Display,
    at_once: bool,
    written: Written,
    keeper: Keeper,
}

impl<'a> Announcer<'a> {
    pub(super) fn new(finder: &'a Finder, display: Display, at_once: bool, keeper: Keeper) -> Self {
        Self { finder, display, at_once, written: Written::new(), keeper }
    }

    /// The campaign is over; the cases that were written.
    pub(super) fn close(self) -> Written {
        self.display.close();
        self.written
    }
}

impl Observer for Announcer<'_> {
    fn tick(&mut self, progress: &Progress) {
        self.display.tick(progress);
    }

    fn settled(&mut self, so_far: &SoFar) {
        self.keeper.keep(so_far);
    }

    fn found(&mut self, failure: &Failure) {
        if !self.at_once {
            return;
        }
        // The case first: what is announced is kept, whatever happens next.
        if let Some(path) = self.finder.write(&self.finder.case(failure)) {
            self.written.insert(failure.signature.clone(), (failure.seed, path));
        }
        let subject = &self.finder.subject;
        self.display.aside(|| {
            output::on_stderr(|screen| terminal::fuzz::found(screen, subject, failure));
        });
    }
}
