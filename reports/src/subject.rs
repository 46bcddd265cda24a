//! What was run, and the commands that run it again.

use std::fmt::Write as _;
use std::path::Path;

use rehearsal::Profile;
use rehearsal::campaign::Failure;
use rehearsal::case::Case;
use rehearsal::policy::Policy;
use rehearsal::registry::{Entry, Rehearsal, Settings, Variant};
use rehearsal::run::RunSpec;
use rehearsal::search::{Strategy, random};
use rehearsal::stage::Stage;

/// The stage that goes without saying.
pub const WORLD: &str = "world";

/// What was run, up to the seed.
#[derive(Clone)]
pub struct Subject {
    /// The scenario.
    pub entry: &'static Entry,
    /// The planted bug, if it is one.
    pub variant: Option<&'static Variant>,
    /// The design alternative, if it is not the usual one. The scenario has been seen to take it.
    pub policy: Option<Chosen>,
    /// The mixture of faults.
    pub profile: &'static Profile,
    /// How choices are filled in.
    pub strategy: &'static Strategy,
    /// The size of the scenario.
    pub settings: Settings,
    /// Where it runs, if not in the world.
    pub stage: Option<&'static dyn Stage>,
}

/// A design alternative that a scenario takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// What it is.
    pub policy: Policy,
    /// How it was typed, or the case that has it: what can be typed again.
    pub typed: String,
}

impl Subject {
    /// The scenario, built with its variant, of its size and under its policy.
    ///
    /// # Panics
    ///
    /// If the scenario does not take the policy: that is asked before.
    pub fn rehearsal(&self) -> Box<dyn Rehearsal> {
        let usual = self.usual();
        match &self.policy {
            None => usual,
            Some(chosen) => {
                usual.under(&chosen.policy).expect("the scenario has been seen to take the policy")
            }
        }
    }

    /// The same under its usual policy.
    pub fn usual(&self) -> Box<dyn Rehearsal> {
        (self.entry.build)(self.variant_name(), &self.settings)
    }

    /// The name of the policy, if it is not the usual one.
    pub fn policy_name(&self) -> Option<&str> {
        self.policy.as_ref().map(|chosen| chosen.policy.name())
    }

    /// The case of a failure.
    pub fn case(&self, failure: &Failure) -> Case {
        let case = Case::of(self.entry.name, self.variant_name(), self.profile, failure);
        case.sized(&self.settings).under(self.policy.as_ref().map(|chosen| &chosen.policy))
    }

    /// The run of a seed.
    pub fn spec(&self, seed: u64) -> RunSpec {
        RunSpec::seeded(seed, self.profile).by(self.strategy)
    }

    /// The name of the strategy that makes the run of a seed, unless it is the plain draw, which goes without saying.
    pub fn special_strategy(&self, seed: u64) -> Option<&'static str> {
        let arm = self.strategy.arm(seed);
        (*arm != random::STRATEGY).then_some(arm.name)
    }

    /// The name of the stage on which it runs.
    pub fn stage_name(&self) -> &'static str {
        self.stage.map_or(WORLD, Stage::name)
    }

    /// The planted bug's name.
    pub fn variant_name(&self) -> Option<&'static str> {
        self.variant.map(|variant| variant.name)
    }

    /// The scenario, with the planted bug if it is one, and its policy and size if they are not the usual ones: `session (stored-interrupt, clients=1)`.
    pub fn title(&self) -> String {
        let settings = self.settings.changed().map(|(name, value)| format!("{name}={value}"));
        let names = self.variant_name().into_iter().chain(self.policy_name());
        let special: Vec<String> = names.map(str::to_owned).chain(settings).collect();
        if special.is_empty() {
            return self.entry.name.to_owned();
        }
        format!("{} ({})", self.entry.name, special.join(", "))
    }
}

/// The tool under the name by which it was called, for commands to paste.
#[derive(Clone, Debug)]
pub struct Tool {
    /// The binary as invoked.
    pub binary: String,
}

impl Tool {
    /// The command for one run of a seed.
    pub fn run(&self, subject: &Subject, seed: u64) -> String {
        let mut command = format!("{} run {}", quoted(&self.binary), quoted(subject.entry.name));
        if let Some(variant) = subject.variant_name() {
            let _ = write!(command, " --variant {}", quoted(variant));
        }
        if let Some(policy) = &subject.policy {
            let _ = write!(command, " --policy {}", quoted(&policy.typed));
        }
        for (name, value) in subject.settings.changed() {
            let _ = write!(command, " --set {name}={value}");
        }
        if let Some(stage) = subject.stage {
            let _ = write!(command, " --stage {}", stage.name());
        }
        if subject.stage.is_none_or(Stage::has_faults) {
            let _ = write!(command, " --faults {}", subject.profile.name);
        }
        if let Some(strategy) = subject.special_strategy(seed) {
            let _ = write!(command, " --strategy {strategy}");
        }
        let _ = write!(command, " --seed {seed:#x}");
        command
    }

    /// The command that judges a log of facts.
    pub fn check(&self, subject: &Subject, log: &Path) -> String {
        format!("{} check {} {}", quoted(&self.binary), subject.entry.name, quoted(&log.to_string_lossy()))
    }

    /// The commands for one run of a seed under each of these policies, with a page to walk through it.
    pub fn each(&self, subject: &Subject, policies: &[Chosen], seed: u64) -> Vec<String> {
        let command = |chosen: &Chosen| {
            let subject = Subject { policy: Some(chosen.clone()), ..subject.clone() };
            let file = format!("{}.html", chosen.policy.name());
            format!("{} --trace {} --format html", self.run(&subject, seed), quoted(&file))
        };
        policies.iter().map(command).collect()
    }

    /// The command that compares policies by one seed.
    pub fn compare(&self, subject: &Subject, policies: &str, seed: u64) -> String {
        let scenario = quoted(subject.entry.name);
        let mut command =
            format!("{} compare {scenario} --policies {}", quoted(&self.binary), quoted(policies));
        for (name, value) in subject.settings.changed() {
            let _ = write!(command, " --set {name}={value}");
        }
        let _ = write!(
            command,
            " --faults {} --seeds {seed:#x}..{:#x}",
            subject.profile.name,
            seed.saturating_add(1)
        );
        command
    }

    /// The command that explains a case.
    pub fn explain(&self, case: &Path) -> String {
        format!("{} explain {}", quoted(&self.binary), quoted(&case.to_string_lossy()))
    }

    /// The command that replays a case.
    pub fn replay(&self, case: &Path) -> String {
        format!("{} replay {}", quoted(&self.binary), quoted(&case.to_string_lossy()))
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=@%+,\\".contains(c);
    if !word.is_empty() && word.chars().all(plain) && !(cfg!(unix) && word.contains('\\')) {
        return word.to_owned();
    }
    if cfg!(windows) { format!("\"{word}\"") } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_path_with_a_space_is_one_word_for_the_shell() {
        let tool = Tool { binary: "rehearse".to_owned() };
        assert_eq!(tool.replay(Path::new("out/a.toml")), "rehearse replay out/a.toml");
        assert_eq!(tool.replay(Path::new("my cases/it's.toml")), r"rehearse replay 'my cases/it'\''s.toml'");
    }
}
