//! `run` and `fuzz` on other stages than the world.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use rehearsal::campaign::staged::{StageCampaign, campaign};
use rehearsal::campaign::{Failure, Observer, Progress};
use rehearsal::run::Verdict;
use rehearsal::stage::{Fact, Stage, StageSpec, facts};
use rehearsal::wall::Stopwatch;
use rehearsal_reports::result::{Finding, Over, RunEnd, ScenarioResult};
use rehearsal_reports::terminal::progress::{Bounds, Display};
use rehearsal_reports::{RunResult, Subject, terminal};

use crate::args::{Common, Fuzz, Run};
use crate::error::Error;
use crate::output::{self, WholeFile};

/// One run.
pub(crate) fn run(subject: Subject, stage: &dyn Stage, seed: u64, args: &Run) -> Result<RunResult, Error> {
    if args.trace.is_some() {
        return Err(Error::Usage(format!(
            "the stage `{}` has no trace of every event\n  leave --trace out; --facts FILE keeps what was announced",
            stage.name()
        )));
    }
    let file = args.facts.as_deref().map(|path| WholeFile::open(path, "--facts")).transpose()?;
    let rehearsal = subject.rehearsal();
    let spec = StageSpec { scenario: subject.entry.name, seed, profile: subject.profile };
    let watch = Stopwatch::start();
    let run = stage.run(rehearsal.staged(), &spec).map_err(Error::Tool)?;
    let wall = watch.elapsed();
    if let Some(file) = file {
        write(file, &subject, &run.facts, matches!(run.verdict, Verdict::Pass))?;
    }
    let left_out = run.left_out.iter().map(|what| format!("left out: {what}"));
    let over = Over {
        outcome: run.outcome(),
        goals: rehearsal.goals(),
        story: None,
        case: None,
        reproducible: stage.is_deterministic(),
        notes: run.faults.iter().cloned().chain(left_out).collect(),
    };
    Ok(RunResult { subject, seed, end: RunEnd::Over(Box::new(over)), wall })
}

/// Writes the facts of a run, for `check`.
pub(crate) fn write(file: WholeFile, subject: &Subject, facts: &[Fact], closed: bool) -> Result<(), Error> {
    let nodes = subject.rehearsal().runner().topology().nodes.clone();
    let nodes = nodes.into_iter().map(|node| node.name.to_string());
    file.finish(|out| facts::write(out, subject.entry.name, nodes, facts, closed))
}

/// The campaign of one scenario.
pub(crate) struct StagedScenario<'a> {
    pub(crate) subject: Subject,
    pub(crate) stage: &'a dyn Stage,
    pub(crate) seeds: Range<u64>,
    /// How many runs there will be, if that is known.
    pub(crate) runs: Option<u64>,
    pub(crate) time: Option<Duration>,
    pub(crate) jobs: usize,
}

impl StagedScenario<'_> {
    pub(crate) fn run(
        &self,
        common: &Common,
        args: &Fuzz,
        stop: &Arc<AtomicBool>,
    ) -> Result<ScenarioResult, Error> {
        let rehearsal = self.subject.rehearsal();
        let spec = StageCampaign {
            stage: self.stage,
            scenario: self.subject.entry.name,
            rehearsal: rehearsal.as_ref(),
            profile: self.subject.profile,
            seeds: self.seeds.clone(),
            time: self.time,
            jobs: self.jobs,
            fail_fast: args.fail_fast,
        };
        let bounds = Bounds { runs: self.runs, time: self.time };
        let title = format!("{} on {}", self.subject.title(), self.stage.name());
        let mut announcer = Announcer { subject: &self.subject, display: Display::new(title, bounds) };
        let result = campaign(&spec, stop, &mut announcer);
        announcer.display.close();
        for what in &result.left_out {
            output::on_stderr(|screen| screen.line(2, terminal::FAINT, &format!("left out: {what}")));
        }
        let findings = result.report.failures.iter().map(|failure| {
            let facts = result.runs.get(&failure.signature).map(|run| (run, common.out.join("facts")));
            let facts =
                facts.map(|(run, folder)| self.keep(&folder, failure.seed, &run.facts)).transpose()?;
            Ok(Finding { facts, ..Finding::of(failure) })
        });
        let findings = findings.collect::<Result<_, Error>>()?;
        Ok(ScenarioResult {
            subject: self.subject.clone(),
            report: result.report,
            findings,
            resumed_from: None,
        })
    }

    /// Writes the facts of a failure: where no seed brings it back, they are what there is of it.
    fn keep(&self, folder: &Path, seed: u64, facts: &[Fact]) -> Result<PathBuf, Error> {
        let Subject { entry, .. } = &self.subject;
        let variant = self.subject.variant_name().map_or(String::new(), |variant| format!("-{variant}"));
        let path = folder.join(format!("{}{variant}-{}-{seed:x}.jsonl", entry.name, self.stage.name()));
        write(WholeFile::open(&path, "--out")?, &self.subject, facts, false)?;
        Ok(path)
    }
}

struct Announcer<'a> {
    subject: &'a Subject,
    display: Display,
}

impl Observer for Announcer<'_> {
    fn tick(&mut self, progress: &Progress) {
        self.display.tick(progress);
    }

    fn found(&mut self, failure: &Failure) {
        let Self { subject, display } = self;
        display.aside(|| {
            output::on_stderr(|screen: &mut terminal::Screen<'_>| -> io::Result<()> {
                terminal::fuzz::found(screen, subject, failure)
            });
        });
    }
}
