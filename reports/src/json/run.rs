//! The documents of `run` and `replay`.

use rehearsal::run::Verdict;
use serde::Serialize;

use super::{GoalReached, StuckActor, hash, nanos, path, seed};
use crate::result::{Look, Over, ReplayResult, RunEnd, RunResult};
use crate::subject::Tool;

/// The document of `run`.
#[derive(Debug, Serialize)]
pub struct RunDocument {
    scenario: &'static str,
    variant: Option<&'static str>,
    policy: Option<String>,
    profile: &'static str,
    strategy: &'static str,
    stage: &'static str,
    seed: String,
    verdict: &'static str,
    violation: Option<ViolationFound>,
    limit: Option<LimitReached>,
    stuck: Option<StuckActor>,
    signature: Option<String>,
    turns: Option<u64>,
    events: Option<u64>,
    virtual_ns: Option<u64>,
    wall_ns: u64,
    trace_hash: Option<String>,
    deviations: Option<usize>,
    goals: Vec<GoalReached>,
    case: Option<String>,
    again: String,
}

#[derive(Debug, Serialize)]
struct ViolationFound {
    invariant: String,
    sentence: String,
    message: String,
    at_ns: u64,
    event: u64,
}

#[derive(Debug, Serialize)]
struct LimitReached {
    name: &'static str,
    message: String,
}

/// The document of one run.
pub fn run(tool: &Tool, result: &RunResult) -> RunDocument {
    let subject = &result.subject;
    let mut document = RunDocument {
        scenario: subject.entry.name,
        variant: subject.variant_name(),
        policy: subject.policy_name().map(str::to_owned),
        profile: subject.profile.name,
        strategy: subject.strategy.arm(result.seed).name,
        stage: subject.stage_name(),
        seed: seed(result.seed),
        verdict: "limit",
        violation: None,
        limit: None,
        stuck: None,
        signature: None,
        turns: None,
        events: None,
        virtual_ns: None,
        wall_ns: nanos(result.wall),
        trace_hash: None,
        deviations: None,
        goals: Vec::new(),
        case: None,
        again: tool.run(subject, result.seed),
    };
    match &result.end {
        RunEnd::Over(over) => document.fill(over),
        RunEnd::Stuck(stuck) => {
            let message = format!("{} did not return from its turn for {:?}", stuck.actor, stuck.after);
            document.limit = Some(LimitReached { name: "turn", message });
            document.stuck = Some(stuck.into());
        }
    }
    document
}

impl RunDocument {
    fn fill(&mut self, over: &Over) {
        let outcome = &over.outcome;
        match &outcome.verdict {
            Verdict::Pass => self.verdict = "pass",
            Verdict::Violation(found) => {
                self.verdict = "violation";
                self.violation = Some(ViolationFound {
                    invariant: found.invariant.clone(),
                    sentence: found.sentence.clone(),
                    message: found.message.clone(),
                    at_ns: found.at.as_nanos(),
                    event: found.event,
                });
            }
            Verdict::Limit(limit) => {
                self.limit = Some(LimitReached { name: limit.name(), message: limit.in_words() });
            }
        }
        self.signature = outcome.signature();
        self.turns = Some(outcome.turns);
        self.events = Some(outcome.events);
        self.virtual_ns = Some(outcome.virtual_time.as_nanos());
        self.trace_hash = over.reproducible.then(|| hash(outcome.trace_hash));
        self.deviations = over.story.as_ref().map(|story| story.deviations);
        let goals = over.goals.iter().zip(&outcome.goals);
        let reached = |(goal, reached): (&rehearsal::check::Goal, &bool)| GoalReached {
            name: goal.name.clone(),
            reached: *reached,
            seed: None,
        };
        self.goals = goals.map(reached).collect();
        self.case = over.case.as_deref().map(path);
    }
}

/// The document of `replay`.
#[derive(Debug, Serialize)]
pub struct ReplayDocument {
    #[serde(flatten)]
    run: RunDocument,
    reproduced: bool,
    divergence: Option<String>,
    until: Option<Until>,
    inspected: Option<InspectedActor>,
}

#[derive(Debug, Serialize)]
struct Until {
    event: u64,
    at_ns: u64,
}

#[derive(Debug, Serialize)]
struct InspectedActor {
    actor: String,
    state: Option<String>,
}

/// The document of a case that was run again.
pub fn replay(tool: &Tool, result: &ReplayResult) -> ReplayDocument {
    let mut run = run(tool, &result.run);
    run.case = Some(path(&result.case));
    run.again = tool.replay(&result.case);
    let Look { until, inspected } = &result.look;
    let inspected = inspected.as_ref();
    ReplayDocument {
        run,
        reproduced: result.reproduced,
        divergence: result.divergence.clone(),
        until: until.as_ref().map(|moment| Until { event: moment.event, at_ns: moment.at.as_nanos() }),
        inspected: inspected
            .map(|seen| InspectedActor { actor: seen.actor.clone(), state: seen.state.clone() }),
    }
}
