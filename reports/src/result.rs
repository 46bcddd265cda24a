//! What came out, together with what was run: the input of every report.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use rehearsal::campaign::{Ended, Failure, Report, Stuck};
use rehearsal::case::Explanation;
use rehearsal::check::Goal;
use rehearsal::run::Outcome;
use rehearsal::story::Story;

use crate::subject::Subject;

/// One run and what came out of it.
pub struct RunResult {
    /// What was run.
    pub subject: Subject,
    /// With which seed.
    pub seed: u64,
    /// How it ended.
    pub end: RunEnd,
    /// How long it took.
    pub wall: Duration,
}

/// How a run ended.
pub enum RunEnd {
    /// With a verdict.
    Over(Box<Over>),
    /// Never: a turn did not return.
    Stuck(Stuck),
}

/// A run that ended with a verdict.
pub struct Over {
    /// The verdict, and the numbers of the run.
    pub outcome: Outcome,
    /// The scenario's goals, in the order of [`Outcome::goals`].
    pub goals: Vec<Goal>,
    /// If it failed: how that came about.
    pub story: Option<Story>,
    /// If it failed: the case that was written.
    pub case: Option<PathBuf>,
    /// Whether the same seed gives the same run: on some stages it does not.
    pub reproducible: bool,
    /// What went wrong, and what the stage left out, in words; for runs on other stages than the world.
    pub notes: Vec<String>,
}

impl RunResult {
    /// Whether nothing was wrong.
    pub fn passed(&self) -> bool {
        matches!(&self.end, RunEnd::Over(over) if over.outcome.signature().is_none())
    }
}

/// A case, run again, and what came out of it.
pub struct ReplayResult {
    /// The case.
    pub case: PathBuf,
    /// The run.
    pub run: RunResult,
    /// Whether it shows what was asked for: the same run, or tolerantly the same failure.
    pub reproduced: bool,
    /// How it differs from what the case expects; `None` if it is the same run.
    pub divergence: Option<String>,
    /// The look into the run that was asked for.
    pub look: Look,
}

/// A look into a run at one moment.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// Before which event; at the end of the run if `None`.
    pub until: Option<Moment>,
    /// The state of one actor.
    pub inspected: Option<Inspected>,
}

/// A moment of a run.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The number of the event that comes next.
    pub event: u64,
    /// Virtual time.
    pub at: rehearsal::protocol::Time,
    /// The events before it, in words, the latest last.
    pub before: Vec<String>,
}

/// The state of one actor.
#[derive(Clone, Debug)]
pub struct Inspected {
    /// Its path.
    pub actor: String,
    /// Its state as its `Debug` shows it; `None` if it is not alive.
    pub state: Option<String>,
}

/// A campaign over one or more scenarios, and what came out of it.
pub struct CampaignResult {
    /// One for each scenario that was run, in that order.
    pub scenarios: Vec<ScenarioResult>,
    /// The scenarios that were never begun, because the campaign ended before.
    pub not_run: Vec<&'static str>,
}

/// The campaign of one scenario.
pub struct ScenarioResult {
    /// What was run.
    pub subject: Subject,
    /// What the campaign found.
    pub report: Report,
    /// What more is known of each failure, in the order of the report's failures.
    pub findings: Vec<Finding>,
    /// The seed with which an interrupted campaign was gone on with, if it was.
    pub resumed_from: Option<u64>,
}

/// A failure with all that is known of it.
pub struct Finding {
    /// The failure.
    pub failure: Failure,
    /// How it came about, unless there are too many failures to tell all of them.
    pub story: Option<Story>,
    /// How many choices of that run were not benign, if they were counted; of the shrunk run, if it was shrunk.
    pub deviations: Option<usize>,
    /// How it was shrunk, if it was; the story is then that of the shrunk run.
    pub shrinking: Option<Shrinking>,
    /// The case that was written.
    pub case: Option<PathBuf>,
    /// The log of its facts that was written, if it ran on another stage than the world.
    pub facts: Option<PathBuf>,
}

/// How a failure was shrunk.
#[derive(Clone, Debug)]
pub struct Shrinking {
    /// How many deviations it had at first.
    pub before: usize,
    /// How many remain.
    pub after: usize,
    /// How many runs it took.
    pub runs: u32,
    /// The size of the scenario in which it shows now, where that is not the usual one.
    pub settings: BTreeMap<String, u32>,
    /// The signatures of other failures that were met on the way.
    pub slips: Vec<String>,
    /// Whether it ended before nothing more could be left out.
    pub cut_short: bool,
}

/// A case that was shrunk, and what came out of it.
pub struct ShrinkResult {
    /// The case.
    pub case: PathBuf,
    /// What is run.
    pub subject: Subject,
    /// The seed.
    pub seed: u64,
    /// What failed, with ids and times normalised.
    pub signature: String,
    /// How long it took.
    pub wall: Duration,
    /// What came out.
    pub end: ShrinkEnd,
}

/// How shrinking ended.
pub enum ShrinkEnd {
    /// With a run that has as few deviations as could be found.
    Shrunk {
        /// How.
        shrinking: Shrinking,
        /// The story of the shrunk run.
        story: Box<Story>,
        /// Whether a smaller case was written.
        written: bool,
    },
    /// The case does not fail as it says: in words, how.
    NotReproduced(String),
}

/// A case that was explained.
pub struct ExplainResult {
    /// The case.
    pub case: PathBuf,
    /// What is run.
    pub subject: Subject,
    /// The seed.
    pub seed: u64,
    /// How long it took.
    pub wall: Duration,
    /// Whether the nearest run that passes is shown.
    pub diff: bool,
    /// What came out.
    pub end: ExplainEnd,
}

/// How explaining ended.
pub enum ExplainEnd {
    /// With an explanation.
    Explained(Box<Explanation>),
    /// The case does not fail as it says: in words, how.
    NotReproduced(String),
}

impl Finding {
    /// A failure of which nothing more is known yet.
    pub fn of(failure: &Failure) -> Self {
        Self {
            failure: failure.clone(),
            story: None,
            deviations: None,
            shrinking: None,
            case: None,
            facts: None,
        }
    }
}

impl CampaignResult {
    /// Whether nothing was wrong anywhere.
    pub fn passed(&self) -> bool {
        self.scenarios.iter().all(ScenarioResult::passed)
    }

    /// Whether the tool itself failed.
    pub fn internal_error(&self) -> bool {
        self.scenarios.iter().any(|scenario| scenario.report.internal_error.is_some())
    }
}

impl ScenarioResult {
    /// Whether nothing was wrong.
    pub fn passed(&self) -> bool {
        let report = &self.report;
        report.failures.is_empty()
            && report.stuck.is_none()
            && report.internal_error.is_none()
            && self.missed_goals().next().is_none()
    }

    /// The goals whose absence fails the campaign: none if it was cut short, for then it claims nothing about them.
    pub fn missed_goals(&self) -> impl Iterator<Item = &Goal> {
        let whole = matches!(self.report.ended, Ended::Done | Ended::Time);
        self.report.unreached().filter(move |_| whole && self.report.goals_required)
    }
}
