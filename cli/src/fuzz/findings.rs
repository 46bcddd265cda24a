//! What a campaign finds: announced and written as a case at once, told in full at the end.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rehearsal::campaign::{Failure, Observer, Progress, Report};
use rehearsal::case::Case;
use rehearsal::run::RunSpec;
use rehearsal_reports::Subject;
use rehearsal_reports::result::Finding;
use rehearsal_reports::terminal;
use rehearsal_reports::terminal::progress::Display;

use crate::args::Patience;
use crate::error::Error;
use crate::output;
use crate::run::{Made, made, story};

/// How many failures of a scenario have their stories told.
const TOLD: usize = 10;

/// Makes findings of failures.
pub(super) struct Finder {
    pub(super) subject: Subject,
    pub(super) cases: PathBuf,
    pub(super) patience: Patience,
}

/// The cases that were written, by signature: of which seed, and where.
pub(super) type Written = BTreeMap<String, (u64, PathBuf)>;

impl Finder {
    /// All that is known of the failures of a report; whether each comes again is found out on the way.
    pub(super) fn findings(&self, report: &mut Report, mut written: Written) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (number, failure) in report.failures.iter().enumerate() {
            let mut finding = Finding { failure: failure.clone(), story: None, deviations: None, case: None };
            let told = if number < TOLD { self.tell(&mut finding) } else { self.count(&mut finding) };
            if let Err(error) = told {
                report.internal_error.get_or_insert(match error {
                    Error::Tool(why) => why,
                    other => other.to_string(),
                });
            }
            finding.case = match written.remove(&failure.signature) {
                Some((seed, path)) if seed == failure.seed => Some(path),
                _ => self.write(failure),
            };
            findings.push(finding);
        }
        findings
    }

    fn tell(&self, finding: &mut Finding) -> Result<(), Error> {
        let spec = RunSpec::seeded(finding.failure.seed, self.subject.profile);
        finding.story = story(&self.subject, &spec, self.patience, None, &finding.failure.outcome)?;
        finding.deviations = finding.story.as_ref().map(|story| story.deviations);
        Ok(())
    }

    fn count(&self, finding: &mut Finding) -> Result<(), Error> {
        let seeded = RunSpec::seeded(finding.failure.seed, self.subject.profile);
        let spec = RunSpec { record_choices: true, ..seeded };
        if let Made::Over(runner, _) = made(&self.subject, &spec, self.patience)? {
            finding.deviations = Some(runner.deviations().len());
        }
        Ok(())
    }

    /// Writes the case of a failure. If that fails the campaign goes on: what it found is told all the same.
    fn write(&self, failure: &Failure) -> Option<PathBuf> {
        let subject = &self.subject;
        let case = Case::of(subject.entry.name, subject.variant_name(), subject.profile, failure);
        case.write(&self.cases).map_err(|error| output::complain(&error.to_string())).ok()
    }
}

/// Shows how far a campaign is, and what it finds as soon as it does.
pub(super) struct Announcer<'a> {
    finder: &'a Finder,
    display: Display,
    at_once: bool,
    written: Written,
}

impl<'a> Announcer<'a> {
    pub(super) fn new(finder: &'a Finder, display: Display, at_once: bool) -> Self {
        Self { finder, display, at_once, written: Written::new() }
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

    fn found(&mut self, failure: &Failure) {
        if !self.at_once {
            return;
        }
        let subject = &self.finder.subject;
        self.display.aside(|| {
            output::on_stderr(|screen| terminal::fuzz::found(screen, subject, failure));
        });
        if let Some(path) = self.finder.write(failure) {
            self.written.insert(failure.signature.clone(), (failure.seed, path));
        }
    }
}
