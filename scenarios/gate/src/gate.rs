//! Quality gates of several agents: each is decided once, whatever ends or hangs, and memory, cache and store agree in the end.
//!
//! Supervisor, agents, cache and store are one process, which crashes, and whose actors are killed one by one. Providers are far away; the person is
//! somewhere else and stays.

mod invariants;
mod measures;
mod policies;
mod triple;

use std::time::Duration;

use rehearsal::check::Properties;
use rehearsal::compare::Measures;
use rehearsal::policy;
use rehearsal::registry::{Entry, Setting, planted, rehearsal};
use rehearsal::{Limits, Profile, Scenario, Setup};
use rehearsal_gate::gate::{
    self, Cache, Config, Fact, Flaws, Folder, Gates, Peers, Person, Provider, Results, Store, Supervisor,
    VARIANTS, model, person, variant,
};

/// The entry of the registry.
pub static GATE: Entry = Entry {
    name: "gate",
    sentence: "several agents are asked, and what they answer is decided upon, in one of four designs",
    variants: &planted(&VARIANTS),
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: &[
        Setting { name: "agents", sentence: "how many agents a gate has", default: 3, least: 1, most: 100 },
        Setting {
            name: "commands",
            sentence: "how many commands a person gives",
            default: 6,
            least: 1,
            most: 1_000,
        },
        Setting {
            name: "early",
            sentence: "1 decides as soon as more than half agree, 0 waits for all",
            default: 0,
            least: 0,
            most: 1,
        },
    ],
    build: |variant, settings| {
        let planted = variant.and_then(variant::named);
        rehearsal(Gatekeeping {
            config: Config {
                agents: settings.get("agents") as u8,
                early: settings.get("early") == 1,
                results: planted.map_or(Results::default(), gate::Variant::results),
                ..Config::default()
            },
            commands: settings.get("commands"),
            flaws: planted.map_or(Flaws::none(), |planted| Flaws::of(&[planted])),
        })
    },
};

/// A process with its gates, a provider, and a person.
#[derive(Clone, Copy, Debug)]
pub struct Gatekeeping {
    /// How gates are run.
    pub config: Config,
    /// How many commands the person gives.
    pub commands: u32,
    /// What is wrong.
    pub flaws: Flaws,
}

impl Default for Gatekeeping {
    fn default() -> Self {
        Self { config: Config::default(), commands: 6, flaws: Flaws::none() }
    }
}

impl Scenario for Gatekeeping {
    type Protocol = Gates;

    fn set_up(&self, system: &mut Setup<Gates>) {
        let provider = system.node("provider").actor("provider", Provider::default());
        let person = system.node("desk").steady().declare("person");
        let mut process = system.node("process");
        let (store, supervisor, cache) =
            (process.declare("store"), process.declare("supervisor"), process.declare("cache"));
        let model = self.config.model;
        process.actor("store", Store::new(model, cache));
        process.actor("cache", Cache::new(if model.projects() { store } else { supervisor }));
        let folder = process.actor("folder", Folder::default());
        let peers = Peers { store, cache, provider, folder, person };
        process.actor("supervisor", Supervisor::new(peers, self.config, self.flaws));
        system.node("desk").actor("person", Person::new(supervisor, self.config.agents, self.commands));
        system.timeout("deadline", model::DEADLINE);
        system.timeout("retry", model::RETRY);
        system.faulty_phase(Duration::from_secs(120));
        system.panics_are_crashes();
        // The last gate is opened after all pauses, and has its deadline.
        let virtual_time = 2 * model::DEADLINE + person::LONGEST_PAUSE * self.commands;
        system.limits(Limits { virtual_time, ..Limits::default() });
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        invariants::state(check, self.config.model);
        invariants::state_goals(check, self.config.results);
    }

    fn policies(&self) -> &'static [&'static str] {
        &policies::NAMES
    }

    fn under(&self, policy: &str) -> Option<Self> {
        let (config, flaws) = policies::named(policy, self.config)?;
        Some(Self { config, flaws: self.flaws.and(flaws), ..*self })
    }

    fn under_data(&self, data: &toml::Table) -> Result<Self, String> {
        let policies::Design { model, results, early, tries, .. } = policy::Policy::read(data)?;
        Ok(Self { config: Config { model, results, early, tries, ..self.config }, ..*self })
    }

    fn measures(&self, measure: &mut Measures<Fact>) {
        measures::state(measure);
    }
}
