//! `fuzz`: a campaign over one or more scenarios.

mod budget;
mod findings;
mod page;
mod resume;

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rehearsal::campaign::{self, CampaignSpec};
use rehearsal::registry::Rehearsal;
use rehearsal_reports::result::ScenarioResult;
use rehearsal_reports::terminal::progress::{Bounds, Display};
use rehearsal_reports::{CampaignResult, Subject, html, json, junit, sarif, terminal};

use crate::End;
use crate::args::{Common, Fuzz};
use crate::error::Error;
use crate::output::{self, Output, WholeFile};
use crate::selection::Registry;
use crate::staged::StagedScenario;
use budget::Budget;
use findings::{Announcer, Finder};
use resume::{Keeper, Kept};

pub(crate) fn fuzz(
    registry: &Registry<'_>,
    common: &Common,
    args: &Fuzz,
    output: Output,
) -> Result<End, Error> {
    let subjects = registry.subjects(&args.scenarios, common)?;
    let budget = Budget::of(args, common.seed, subjects.len())?;
    output::probe(&common.cases())?;
    let kept = if args.resume { Kept::read(&common.out, &subjects, &budget)? } else { Kept::default() };
    let junit = args.junit.as_deref().map(|path| WholeFile::open(path, "--junit")).transpose()?;
    let sarif = args.sarif.as_deref().map(|path| WholeFile::open(path, "--sarif")).transpose()?;
    let page = args.html.as_deref().map(|path| WholeFile::open(path, "--html")).transpose()?;
    let cores = || std::thread::available_parallelism().map_or(1, NonZero::get);
    let jobs = args.jobs.map_or_else(cores, usize::from);
    let stop = Arc::new(AtomicBool::new(false));
    end_in_order(&stop)?;
    output.note(|screen| budget.describe(screen, &subjects, jobs as u64))?;

    let campaign = Campaign { common, args, output, jobs, stop, kept };
    let result = campaign.run(&subjects, budget)?;
    if let Some(file) = junit {
        file.finish(|out| junit::write(out, registry.tool, &result))?;
    }
    if let Some(file) = sarif {
        file.finish(|out| sarif::write(out, registry.tool, &result))?;
    }
    if let Some(file) = page {
        let runs = page::runs(&result, args.patience)?;
        file.finish(|out| html::fuzz(out, registry.tool, &result, &runs))?;
    }
    output.document(|| json::fuzz(registry.tool, &result))?;
    output.answer(|screen| terminal::fuzz::summary(screen, registry.tool, &result))?;
    if result.internal_error() {
        return Ok(End::ToolFailed);
    }
    Ok(End::of(result.passed()))
}

/// A campaign over several scenarios.
struct Campaign<'a> {
    common: &'a Common,
    args: &'a Fuzz,
    output: Output,
    jobs: usize,
    stop: Arc<AtomicBool>,
    /// What an interrupted campaign came to.
    kept: Kept,
}

impl Campaign<'_> {
    fn run(&self, subjects: &[Subject], mut budget: Budget) -> Result<CampaignResult, Error> {
        let mut result = CampaignResult { scenarios: Vec::new(), not_run: Vec::new() };
        for (number, subject) in subjects.iter().enumerate() {
            let failed = !result.passed() && self.args.fail_fast;
            if failed || self.stop.load(Ordering::Relaxed) {
                result.not_run.push(subject.entry.name);
                continue;
            }
            let scenario = self.scenario(subject.clone(), &budget, subjects.len() - number)?;
            budget.spend(scenario.report.wall);
            self.output.note(|screen| terminal::fuzz::scenario(screen, &scenario))?;
            result.scenarios.push(scenario);
        }
        Ok(result)
    }

    fn scenario(&self, subject: Subject, budget: &Budget, to_come: usize) -> Result<ScenarioResult, Error> {
        if let Some(stage) = subject.stage {
            let (seeds, runs, time) = (budget.seeds(), budget.runs(), budget.share(to_come));
            let scenario = StagedScenario { subject, stage, seeds, runs, time, jobs: self.jobs };
            return scenario.run(self.common, self.args, &self.stop);
        }
        let rehearsal: Arc<dyn Rehearsal> = subject.rehearsal().into();
        let mut spec = self.spec(&subject, budget, to_come);
        let so_far = self.kept.restored(&subject, budget, &*rehearsal);
        if let Some(so_far) = &so_far {
            self.output.note(|screen| terminal::fuzz::resumed(screen, &subject, so_far))?;
            spec.seeds.start = so_far.next.min(spec.seeds.end);
            spec.so_far = Some(so_far.clone());
        }
        let keeper = Keeper::of(&self.common.out, &subject, budget);
        let bounds = Bounds { runs: budget.runs(), time: spec.time };
        let finder = Finder {
            subject: subject.clone(),
            cases: self.common.cases(),
            patience: self.args.patience,
            budget: (!self.args.no_shrink).then_some(self.args.shrink_budget),
        };
        // With --fail-fast it is only known at the end which failure is the first.
        let mut announcer =
            Announcer::new(&finder, Display::new(subject.title(), bounds), !spec.fail_fast, keeper);
        let mut report = campaign::run(&rehearsal, &spec, &self.stop, &mut announcer);
        let written = announcer.close();
        let findings = finder.findings(&mut report, written);
        Ok(ScenarioResult { subject, report, findings, resumed_from: so_far.map(|so_far| so_far.next) })
    }

    fn spec(&self, subject: &Subject, budget: &Budget, to_come: usize) -> CampaignSpec {
        let spec = CampaignSpec::new(budget.seeds(), subject.profile);
        CampaignSpec {
            strategy: subject.strategy,
            time: budget.share(to_come),
            jobs: self.jobs,
            fail_fast: self.args.fail_fast,
            turn_limit: self.args.patience.turn_limit,
            ..spec
        }
    }
}

/// Ctrl-C ends the campaign in order, a second one at once.
pub(crate) fn end_in_order(stop: &Arc<AtomicBool>) -> Result<(), Error> {
    let stop = stop.clone();
    let handler = move || {
        if stop.swap(true, Ordering::Relaxed) {
            std::process::exit(KILLED);
        }
        output::on_stderr(|screen| {
            screen.line(0, terminal::ODD, "ending the campaign; press Ctrl-C again to kill it")
        });
    };
    ctrlc::set_handler(handler).map_err(|error| Error::Tool(format!("cannot listen for Ctrl-C: {error}")))
}

/// What a shell reports for a process killed by Ctrl-C.
const KILLED: i32 = 130;
