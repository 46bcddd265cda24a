//! `explore --states`: every state of a small system.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rehearsal::Profile;
use rehearsal::campaign::watched;
use rehearsal::run::AnyRunner;
use rehearsal::states::{self, Counterexample, Progress, StatesSpec, Watcher};
use rehearsal::wall::Stopwatch;
use rehearsal_reports::explore::Finding;
use rehearsal_reports::states::StatesResult;
use rehearsal_reports::{Subject, Tool, json, terminal};

use crate::End;
use crate::args::{Common, Explore, Patience};
use crate::error::{Error, not_over};
use crate::fuzz::end_in_order;
use crate::interleavings::finding;
use crate::output::{self, Output};

pub(crate) fn states(
    tool: &Tool,
    subject: Subject,
    common: &Common,
    args: &Explore,
    output: Output,
) -> Result<End, Error> {
    // Nothing goes wrong but the order.
    let subject = Subject { profile: &Profile::NONE, ..subject };
    output::probe(&common.cases())?;
    let stop = Arc::new(AtomicBool::new(false));
    end_in_order(&stop)?;
    let spec = StatesSpec {
        network: args.reach.network,
        jobs: args.reach.jobs.map_or_else(cores, usize::from),
        states: args.budget,
        depth: args.orders.depth,
        fail_fast: args.fail_fast,
    };
    output.note(|screen| terminal::states::before(screen, &subject, &spec))?;
    let watch = Stopwatch::start();
    let mut teller = Teller { watch, told: Duration::ZERO, stop };
    let search = move |runner: &mut dyn AnyRunner| states::search(runner, spec, &mut teller);
    let reached = match watched(subject.rehearsal().as_ref(), args.patience.turn_limit, search) {
        Ok((_, reached)) => reached.map_err(|refused| Error::Usage(refused.to_string()))?,
        Err(unfinished) => return Err(not_over(&subject, unfinished)),
    };
    let wall = watch.elapsed();
    let tell = |wrong: &Counterexample| told(&subject, wrong, common, args.patience);
    let findings = reached.violations.iter().map(tell).collect::<Result<Vec<_>, _>>()?;
    let result = StatesResult { subject, spec, reached, findings, wall };
    output.document(|| json::states(tool, &result))?;
    output.answer(|screen| terminal::states::states(screen, tool, &result))?;
    Ok(End::of(result.reached.violations.is_empty()))
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The run of the world that goes the way to a violation, if there is one, with its story and its case.
fn told(
    subject: &Subject,
    wrong: &Counterexample,
    common: &Common,
    patience: Patience,
) -> Result<Finding, Error> {
    match (&wrong.deviations, wrong.spec()) {
        (Ok(deviations), Some(spec)) => {
            finding(subject, &wrong.violation.invariant, (deviations, spec), common, patience)
        }
        _ => Ok(Finding { story: None, case: None }),
    }
}

/// Tells now and then how far it is.
struct Teller {
    watch: Stopwatch,
    told: Duration,
    stop: Arc<AtomicBool>,
}

const BETWEEN_WORDS: Duration = Duration::from_secs(5);

impl Watcher for Teller {
    fn watch(&mut self, so_far: &Progress) -> bool {
        let now = self.watch.elapsed();
        if now.saturating_sub(self.told) >= BETWEEN_WORDS {
            self.told = now;
            output::on_stderr(|screen| terminal::states::progress(screen, so_far, now.as_secs()));
        }
        !self.stop.load(Ordering::Relaxed)
    }
}
