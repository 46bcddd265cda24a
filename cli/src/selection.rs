//! What was typed, found in the registry.

use rehearsal::Profile;
use rehearsal::registry::{Entry, Settings, Variant};
use rehearsal::search::{self, random};
use rehearsal::stage::Stage;
use rehearsal_reports::{Subject, Tool, WORLD};

use crate::args::Common;
use crate::error::Error;
use crate::policy;

/// The scenarios that there are, and the tool that knows them.
#[derive(Clone, Copy)]
pub(crate) struct Registry<'a> {
    pub(crate) scenarios: &'static [&'static Entry],
    /// Where they can run beside the world.
    pub(crate) stages: &'static [&'static dyn Stage],
    pub(crate) tool: &'a Tool,
}

impl Registry<'_> {
    /// The scenario of that name.
    pub(crate) fn entry(&self, name: &str) -> Result<&'static Entry, Error> {
        let found = self.scenarios.iter().find(|entry| entry.name == name);
        found.copied().ok_or_else(|| {
            let known = self.scenarios.iter().map(|entry| entry.name);
            let mend = format!("`{} list` shows all", self.tool.binary);
            Error::unknown("there is no scenario", name, known, mend)
        })
    }

    /// The scenario of that name with the options of every command.
    pub(crate) fn subject(&self, name: &str, common: &Common) -> Result<Subject, Error> {
        let entry = self.entry(name)?;
        let variant = common.variant.as_deref().map(|name| self.variant(entry, name)).transpose()?;
        // As in a case: a seed alone is a plain draw.
        let strategy = common.strategy.unwrap_or(&random::STRATEGY);
        let stage = self.stage(common)?;
        let settings = settings(entry, common)?;
        let profile = profile(entry, common, stage);
        let mut subject = Subject { entry, variant, policy: None, profile, strategy, settings, stage };
        subject.policy = common.policy.as_deref().map(|typed| policy::chosen(&subject, typed)).transpose()?;
        Ok(subject)
    }

    /// What a campaign takes: the scenarios named, or all that take part; with a variant, those that have it.
    pub(crate) fn subjects(&self, names: &[String], common: &Common) -> Result<Vec<Subject>, Error> {
        let stage = self.stage(common)?;
        let by_default = if stage.is_some() { &random::STRATEGY } else { search::DEFAULT };
        let strategy = common.strategy.unwrap_or(by_default);
        if !names.is_empty() {
            let mut subjects: Vec<Subject> = Vec::new();
            for name in names {
                let subject = Subject { strategy, ..self.subject(name, common)? };
                if subjects.iter().any(|known| known.entry.name == subject.entry.name) {
                    return Err(Error::Usage(format!("`{name}` is named twice; name each scenario once")));
                }
                subjects.push(subject);
            }
            return Ok(subjects);
        }
        let one = common.set.first().map(|(name, _)| format!("--set {name}"));
        let one = one.or_else(|| common.policy.as_ref().map(|typed| format!("--policy {typed}")));
        if let Some(option) = one {
            return Err(Error::Usage(format!(
                "{option} is for one scenario\n  name the scenario, or leave the option out"
            )));
        }
        let all = self.scenarios.iter().filter(|entry| entry.in_campaign);
        let variant = common.variant.as_deref();
        let subjects = all.filter_map(|entry| {
            let variant = variant.map(|name| entry.variant(name));
            let profile = profile(entry, common, stage);
            let settings = Settings::defaults(entry.settings);
            let subject =
                |variant| Subject { entry, variant, policy: None, profile, strategy, settings, stage };
            variant.map_or(Some(subject(None)), |known| known.map(|known| subject(Some(known))))
        });
        let subjects: Vec<Subject> = subjects.collect();
        if !subjects.is_empty() {
            return Ok(subjects);
        }
        Err(match variant {
            Some(variant) => self.no_variant_anywhere(variant),
            None => Error::Usage("no scenario takes part in campaigns by itself; name one".to_owned()),
        })
    }

    /// The stage that was asked for; `None` for the world.
    fn stage(&self, common: &Common) -> Result<Option<&'static dyn Stage>, Error> {
        let Some(name) = common.stage.as_deref().filter(|name| *name != WORLD) else { return Ok(None) };
        let Some(stage) = self.stages.iter().copied().find(|stage| stage.name() == name) else {
            let known = self.stages.iter().map(|stage| stage.name()).chain([WORLD]);
            let mend = match name {
                "madsim" => MADSIM.to_owned(),
                _ => format!("there are {}", known.clone().collect::<Vec<_>>().join(", ")),
            };
            return Err(Error::unknown("this build has no stage", name, known, mend));
        };
        if let Some(faults) = common.faults.filter(|faults| !stage.has_faults() && !faults.kinds.is_empty()) {
            return Err(Error::Usage(format!(
                "the stage `{name}` breaks nothing by itself, so --faults {} has no meaning there\n  leave --faults out",
                faults.name
            )));
        }
        if let Some(strategy) = common.strategy {
            return Err(Error::Usage(format!(
                "a strategy makes the world's choices, so --strategy {} has no meaning on the stage `{name}`\n  leave --strategy out",
                strategy.name
            )));
        }
        Ok(Some(stage))
    }

    /// The commands that look into the world itself have no other stage.
    pub(crate) fn only_world(&self, common: &Common, command: &str) -> Result<(), Error> {
        match self.stage(common)? {
            None => Ok(()),
            Some(stage) => Err(Error::Usage(format!(
                "`{command}` needs the world, and cannot run on the stage `{}`\n  leave --stage out; `run` and `fuzz` take it",
                stage.name()
            ))),
        }
    }

    fn variant(&self, entry: &'static Entry, name: &str) -> Result<&'static Variant, Error> {
        entry.variant(name).ok_or_else(|| {
            let what = format!("the scenario `{}` has no variant", entry.name);
            let mend = match entry.variants {
                [] => "it has none at all; leave --variant out".to_owned(),
                _ => format!("`{} list {}` shows all", self.tool.binary, entry.name),
            };
            Error::unknown(&what, name, entry.variants.iter().map(|variant| variant.name), mend)
        })
    }

    fn no_variant_anywhere(&self, name: &str) -> Error {
        let known = self.scenarios.iter().flat_map(|entry| entry.variants).map(|variant| variant.name);
        let mend = format!("`{} list SCENARIO` shows the variants of a scenario", self.tool.binary);
        Error::unknown("no scenario of the campaign has a variant", name, known, mend)
    }
}

/// How to get the stage `madsim`: real tokio and madsim cannot share a build.
const MADSIM: &str = "it has a build of its own: in the folder `host/madsim` of Rehearsal, `cargo run --release -- fuzz session --stage madsim`; its README says how to add your own scenarios";

/// The size that was asked for.
fn settings(entry: &'static Entry, common: &Common) -> Result<Settings, Error> {
    let set = |settings: Settings, (name, value): &(String, u32)| settings.with(name, *value);
    common.set.iter().try_fold(Settings::defaults(entry.settings), set).map_err(|error| {
        Error::Usage(format!("`{}`: {error}\n  `list {}` shows what can be set", entry.name, entry.name))
    })
}

/// The profile that was asked for, or else that of the scenario; none where a stage breaks nothing.
fn profile(entry: &Entry, common: &Common, stage: Option<&'static dyn Stage>) -> &'static Profile {
    if stage.is_none_or(Stage::has_faults) { common.faults.unwrap_or(entry.faults) } else { &Profile::NONE }
}
