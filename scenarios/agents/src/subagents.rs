//! Agents that delegate to agents, under people who interrupt: nothing below a run outlives it, and each child ends once.
//!
//! The machine is steady; what crashes is a session at the top, alone, while it delegates.

mod invariants;
mod policies;

use std::time::Duration;

use rehearsal::check::Properties;
use rehearsal::registry::{Entry, Setting, planted, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_agents::subagents::{
    Agent, Boss, Cause, Config, Fact, Keeper, Nested, Outcome, Person, Runner, Subagents, VARIANTS, Variant,
    Way,
};
use rehearsal_sessions::session::catalog::AgentName;

/// The entry of the registry.
pub static SUBAGENTS: Entry = Entry {
    name: "subagents",
    sentence: "agents delegate to agents, and an interrupt stops all that is below the run that it meets",
    variants: &planted(&VARIANTS),
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: &[
        Setting {
            name: "sessions",
            sentence: "how many sessions at the top",
            default: 2,
            least: 1,
            most: 15,
        },
        Setting {
            name: "runs",
            sentence: "how often a person asks in each; more than 15 children of one session are refused",
            default: 2,
            least: 1,
            most: 100,
        },
        Setting {
            name: "attempts",
            sentence: "how often a call is tried at most whose child fails",
            default: 3,
            least: 1,
            most: 10,
        },
    ],
    build: |variant, settings| {
        rehearsal(Delegation {
            sessions: settings.get("sessions"),
            runs: settings.get("runs"),
            config: Config { max_attempts: settings.get("attempts"), ..Delegation::default().config },
            variant: variant.and_then(Variant::named).unwrap_or_default(),
        })
    },
};

/// Some sessions in one process, each with a person.
#[derive(Clone, Copy, Debug)]
pub struct Delegation {
    /// How many sessions at the top.
    pub sessions: u32,
    /// How often a person asks in each.
    pub runs: u32,
    /// The knobs.
    pub config: Config,
    /// Which bug is planted.
    pub variant: Variant,
}

impl Default for Delegation {
    /// Trees are deeper than the catalog makes them, for architects may have somebody explore; and children that die are followed by others.
    fn default() -> Self {
        let config = Config { max_attempts: 3, nested: Nested::ByArchitects, ..Config::default() };
        Self { sessions: 2, runs: 2, config, variant: Variant::Reference }
    }
}

impl Scenario for Delegation {
    type Protocol = Subagents;

    fn set_up(&self, system: &mut Setup<Subagents>) {
        let mut process = system.node("process").steady();
        let runner = process.actor("runner", Runner::new(self.config, self.variant));
        for number in 1..=self.sessions {
            let (way, name) = (Way(number.into()), AgentName::Cowork);
            let person = process.declare(format!("person-{number}"));
            let agent = Agent::new(way, name, Boss::Person(person), runner, self.config, self.variant);
            let session = process.actor(format!("session-{number}"), Keeper::new(agent));
            process.actor(format!("person-{number}"), Person::new(session, self.runs));
        }
        system.timeout("grace", self.config.grace);
        if let Some(timeout) = self.config.timeout {
            system.timeout("timeout", timeout);
        }
        system.faulty_phase(Duration::from_secs(1));
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        invariants::state(check, self.config);
        goals(check, self.config);
    }

    fn policies(&self) -> &'static [&'static str] {
        &policies::NAMES
    }

    fn under(&self, policy: &str) -> Option<Self> {
        Some(Self { config: policies::named(policy, self.config)?, ..*self })
    }
}

fn goals(check: &mut Properties<Fact>, config: Config) {
    let mut ends = |name: &str, wanted: Outcome| {
        check.sometimes(
            name,
            move |fact| matches!(fact, Fact::SubagentCompleted { outcome, .. } if *outcome == wanted),
        );
    };
    ends("a child has an answer", Outcome::Done);
    ends("a child dies without a word", Outcome::Failed);
    ends("a child is cancelled", Outcome::Cancelled);
    check.sometimes("a child of a child is cancelled", |fact| {
        matches!(fact, Fact::SubagentCompleted { way, outcome: Outcome::Cancelled } if way.depth() == 3)
    });
    check.sometimes("a child reports too late", |fact| matches!(fact, Fact::LateChild(_)));
    check.sometimes("a delegation is refused", |fact| matches!(fact, Fact::Refused(_)));
    check.sometimes("a run is interrupted", |fact| {
        matches!(fact, Fact::RunEnded { cause: Cause::Interrupted, .. })
    });
    check.sometimes("a session goes on with its call after a crash", {
        |fact| matches!(fact, Fact::Restarted { .. })
    });
    if config.max_attempts > 1 {
        check.sometimes("a call is tried again", {
            |fact| matches!(fact, Fact::SubagentSpawned { attempt: 2.., .. })
        });
    }
}
