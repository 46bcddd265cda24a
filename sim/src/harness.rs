//! Scenarios as plain tests: `rehearsal::check(scenario).seeds(1_000).run()`.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::campaign::{self, CampaignSpec, Unobserved, watched};
use crate::case::file::hex;
use crate::case::shrink::BUDGET;
use crate::case::{Case, Smaller, replay, smaller};
use crate::fault::Profile;
use crate::registry::{Rehearsal, rehearsal};
use crate::run::{AnyRunner, RunSpec};
use crate::scenario::Scenario;
use crate::search::{self, Strategy};
use crate::story::Story;

/// Prepares the check of a scenario in a test.
///
/// ```no_run
/// # use rehearsal::{Scenario, Setup, check::Properties, fault::Profile, protocol::Protocol};
/// # struct P; impl Protocol for P { type Message = u8; type Fact = u8; }
/// # struct LeaseLock; impl Scenario for LeaseLock { type Protocol = P;
/// #   fn set_up(&self, _: &mut Setup<P>) {} fn properties(&self, _: &mut Properties<u8>) {} }
/// rehearsal::check(LeaseLock).faults(&Profile::CHAOS).seeds(1_000).run();
/// ```
///
/// A failure prints the seed, writes a case and says how to run it again: with `REHEARSE_SEED=0x1f` only that seed is run,
/// with `REHEARSE_CASE=FILE` that case.
pub fn check(scenario: impl Scenario) -> Check {
    Check {
        name: name_of(&scenario),
        scenario: rehearsal(scenario).into(),
        profile: &Profile::CHAOS,
        strategy: search::DEFAULT,
        seeds: 1_000,
        cases: PathBuf::from("target/rehearsal/cases"),
        goals_required: true,
        time: None,
    }
}

/// The check of a scenario in a test.
#[must_use = "call `run`, or nothing is checked"]
pub struct Check {
    name: String,
    scenario: Arc<dyn Rehearsal>,
    profile: &'static Profile,
    strategy: &'static Strategy,
    seeds: u64,
    cases: PathBuf,
    goals_required: bool,
    time: Option<Duration>,
}

impl Check {
    /// Under which name cases are written; by default that of the scenario's type.
    pub fn named(mut self, name: &str) -> Self {
        self.name = name.replace('_', "-");
        self
    }

    /// End after this much wall time, however many seeds are left.
    pub fn time(mut self, span: Duration) -> Self {
        self.time = Some(span);
        self
    }

    /// Under which profile of faults; `chaos` by default.
    pub fn faults(mut self, profile: &'static Profile) -> Self {
        self.profile = profile;
        self
    }

    /// By which search strategy; a portfolio of all by default.
    pub fn strategy(mut self, strategy: &'static Strategy) -> Self {
        self.strategy = strategy;
        self
    }

    /// How many seeds; 1,000 by default.
    pub fn seeds(mut self, count: u64) -> Self {
        self.seeds = count;
        self
    }

    /// Where cases go; `target/rehearsal/cases` by default.
    pub fn cases(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cases = folder.into();
        self
    }

    /// Whether goals that no run reaches fail the check; switch it off for few seeds.
    pub fn goals(mut self, required: bool) -> Self {
        self.goals_required = required;
        self
    }

    /// Runs the check.
    ///
    /// # Panics
    ///
    /// If an invariant does not hold, a limit is reached or a goal is not: with the whole story.
    pub fn run(self) {
        if let Err(failed) = self.verdict() {
            panic!("{failed}");
        }
    }

    /// Runs the check and tells what is wrong.
    ///
    /// # Errors
    ///
    /// The text with which [`Check::run`] panics.
    pub fn verdict(self) -> Result<(), String> {
        if let Some(path) = from_environment("REHEARSE_CASE") {
            return self.replay(&PathBuf::from(path));
        }
        if let Some(text) = from_environment("REHEARSE_SEED") {
            let seed = hex::parse(&text)
                .ok_or_else(|| format!("REHEARSE_SEED is `{text}`, and a seed looks like 0x1f"))?;
            println!("seed {seed:#x}");
            let spec = RunSpec::seeded(seed, self.profile).by(self.strategy);
            return Story::of(self.scenario.as_ref(), &spec).map_or(Ok(()), |story| Err(story.to_string()));
        }
        self.campaign()
    }

    fn replay(&self, path: &std::path::Path) -> Result<(), String> {
        let case = Case::read(path).map_err(|error| error.to_string())?;
        println!("seed {:#x}", case.seed);
        let again = replay(&case, path, self.scenario.as_ref()).map_err(|error| error.to_string())?;
        match Story::of(self.scenario.as_ref(), &again.spec) {
            Some(story) => Err(story.to_string()),
            None => Ok(()),
        }
    }

    fn campaign(&self) -> Result<(), String> {
        println!("seeds 0x0..{:#x} under {}", self.seeds, self.profile.name);
        let spec = CampaignSpec {
            strategy: self.strategy,
            fail_fast: true,
            goals_required: self.goals_required,
            time: self.time,
            ..CampaignSpec::new(0..self.seeds, self.profile)
        };
        let report = campaign::run(&self.scenario, &spec, &Arc::new(AtomicBool::new(false)), &mut Unobserved);
        if let Some(stuck) = &report.stuck {
            return Err(format!(
                "{} did not return from its turn for {:?}; seed {:#x}",
                stuck.actor, stuck.after, stuck.seed
            ));
        }
        if let Some(error) = &report.internal_error {
            return Err(format!("the campaign broke off: {error}"));
        }
        if let Some(failure) = report.failures.first() {
            return Err(self.tell(failure));
        }
        if !report.goals_passed() {
            let names: Vec<_> = report.unreached().map(|goal| format!("  {}", goal.name)).collect();
            return Err(format!("no run of {} reached these goals:\n{}", report.runs, names.join("\n")));
        }
        Ok(())
    }

    fn tell(&self, failure: &campaign::Failure) -> String {
        let (case, story) = self.shrunk(failure);
        let again = format!("to run it again:  REHEARSE_SEED={:#x} cargo test", failure.seed);
        match case.write(&self.cases) {
            Ok(path) => {
                let path = path.canonicalize().unwrap_or(path);
                format!(
                    "seed {:#x}\n{story}\n{again}\n            or:  REHEARSE_CASE={} cargo test",
                    failure.seed,
                    path.display()
                )
            }
            Err(error) => format!("seed {:#x}\n{story}\n{again}\n({error})", failure.seed),
        }
    }
}

impl Check {
    /// The smallest case of a failure that could be found, and its story.
    fn shrunk(&self, failure: &campaign::Failure) -> (Case, String) {
        let spec = RunSpec::seeded(failure.seed, self.profile).by(failure.strategy);
        let case = Case::of(&self.name, None, self.profile, failure);
        let (whole, seeded) = (case.clone(), spec.clone());
        let shrinking = move |runner: &mut dyn AnyRunner| smaller(runner, whole, &seeded, BUDGET);
        let turn_limit = CampaignSpec::new(0..0, self.profile).turn_limit;
        match watched(self.scenario.as_ref(), turn_limit, shrinking) {
            Ok((_, Some(Smaller { case, story, .. }))) => (case, story.to_string()),
            // A candidate did not return from a turn, or the run does not fail again: then the run as it was.
            Ok((_, None)) | Err(_) => {
                let story = Story::of(self.scenario.as_ref(), &spec);
                (case, story.map(|story| story.to_string()).unwrap_or_default())
            }
        }
    }
}

/// The last part of a type's name, in the way of scenario names: `LeaseLock` is `lease-lock`.
fn name_of<S: Scenario>(_: &S) -> String {
    let path = std::any::type_name::<S>();
    let path = path.split('<').next().unwrap_or(path);
    let name = path.rsplit("::").next().unwrap_or(path);
    let mut result = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !result.is_empty() {
            result.push('-');
        }
        result.extend(c.to_lowercase());
    }
    result
}

#[expect(clippy::disallowed_methods, reason = "chooses which runs are made, not what happens in them")]
fn from_environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
