//! Sessions of an agent runtime: clients talk, interject, interrupt and press twice, while a model streams, fails or
//! falls silent and tools run long, repeat themselves or report what nobody asked for.
//!
//! The runtime's node is steady: what is rehearsed here is concurrency between keys, commands, commits, streams and tools, and a bad
//! network to everything outside. In the scenario `recovery` the runtime crashes, too.

pub mod goals;
pub mod invariants;
mod policies;

use std::time::Duration;

use rehearsal::check::Properties;
use rehearsal::registry::{Entry, Setting, Settings, planted, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_protocol::mailbox::{Bounds, Overflow};
use rehearsal_sessions::session::{
    Client, Config, Fact, Gateway, Operator, Person, Provider, Sandbox, Session, VARIANTS, Variants, Workload,
};

/// The entry of the registry.
pub static SESSION: Entry = Entry {
    name: "session",
    sentence: "clients of an agent runtime talk, interject, interrupt and terminate, over a bad network",
    variants: &planted(VARIANTS),
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: &sizes(2, 4, 3),
    build: |variant, settings| {
        let usual = Sessions::with(variant.and_then(Variants::named).unwrap_or_default());
        rehearsal(usual.sized(settings))
    },
};

/// The settings of a scenario with sessions, by their usual values.
pub(crate) const fn sizes(clients: u32, rounds: u32, keys: u32) -> [Setting; 3] {
    let sentence = "how many clients there are";
    let clients = Setting { name: "clients", sentence, default: clients, least: 1, most: 1_000 };
    let sentence = "how often each presses something";
    let rounds = Setting { name: "rounds", sentence, default: rounds, least: 1, most: 10_000 };
    let keys =
        Setting { name: "keys", sentence: "how many keys they use", default: keys, least: 1, most: 1_000 };
    [clients, rounds, keys]
}

/// A runtime with its clients.
#[derive(Clone, Copy, Debug)]
pub struct Sessions {
    /// How many clients there are.
    pub clients: u16,
    /// What each of them does.
    pub workload: Workload,
    /// The runtime's bounds and timeouts.
    pub config: Config,
    /// Which bugs are planted.
    pub variants: Variants,
    /// Whether faults leave the runtime alone.
    pub steady: bool,
    /// Whether there are people who decide, and a model that asks them.
    pub people: bool,
    /// Whether there is somebody who looks at sessions and switches agents, a model that is busy, and tools that start processes of their own.
    pub operator: bool,
}

impl Default for Sessions {
    /// Small bounds, so that short runs reach them.
    fn default() -> Self {
        let backlog = Bounds { control: 4, result: 4, work: 3, overflow: Overflow::Reject };
        let config = Config { queue_cap: 3, width: 2, backlog, ..Config::default() };
        let workload = Workload { rounds: 4, keys: 3 };
        Self {
            clients: 2,
            workload,
            config,
            variants: Variants::default(),
            steady: true,
            people: false,
            operator: false,
        }
    }
}

impl Sessions {
    /// The same in another size.
    pub(crate) fn sized(self, settings: &Settings) -> Self {
        let workload = Workload { rounds: settings.get("rounds"), keys: settings.get("keys") };
        Self { clients: settings.get("clients") as u16, workload, ..self }
    }

    /// The usual size, with a planted bug.
    pub fn with(variant: impl Into<Variants>) -> Self {
        Self { variants: variant.into(), ..Self::default() }
    }
}

impl Scenario for Sessions {
    type Protocol = Session;

    fn set_up(&self, system: &mut Setup<Session>) {
        let model = match (self.people, self.operator) {
            (true, _) => Provider::bold(),
            (false, true) => Provider::busy(),
            (false, false) => Provider::default(),
        };
        let provider = system.node("provider").actor("provider", model);
        let tools = if self.operator { Sandbox::with_groups() } else { Sandbox::default() };
        // A sandbox that crashes forgets what it has done, so what the network says twice has its effect twice; where that is judged, it does not.
        let place = system.node("sandbox");
        let mut place = if self.operator { place.steady() } else { place };
        let sandbox = place.actor("sandbox", tools);
        let people = if self.people {
            [1, 2].map(|number| Some(system.node(format!("person-{number}")).declare("person")))
        } else {
            [None; 2]
        };
        let gateway = Gateway::new(provider, sandbox, self.config, self.variants).with_people(people);
        let runtime = system.node("runtime");
        let mut runtime = if self.steady { runtime.steady() } else { runtime };
        let gateway = runtime.actor("gateway", gateway);
        for number in 1..=self.clients {
            let client = Client::new(number, gateway, self.workload);
            system.node(format!("client-{number}")).actor("client", client);
        }
        for number in (1..=2).filter(|_| self.people) {
            let person = Person::new(FIRST_PERSON + number, gateway);
            system.node(format!("person-{number}")).actor("person", person);
        }
        if self.operator {
            let operator = Operator::new(OPERATOR, gateway, self.workload);
            system.node("operator").actor("operator", operator);
        }
        system.timeout("tool grace", self.config.tool_grace);
        system.timeout("grace", self.config.grace);
        system.timeout("stream idle", self.config.stream_idle);
        system.timeout("tool deadline", self.config.tool_deadline);
        system.faulty_phase(FAULTY_PHASE);
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        invariants::state(check, &self.config);
        goals::state(check);
    }

    fn policies(&self) -> &'static [&'static str] {
        &policies::NAMES
    }

    fn under(&self, policy: &str) -> Option<Self> {
        Some(Self { config: policies::named(policy, self.config)?, ..*self })
    }
}

/// People come after all clients, which are at most a thousand.
const FIRST_PERSON: u16 = 1_000;

/// The operator comes after all people.
const OPERATOR: u16 = 2_000;

/// Short enough that much of a run is healed: what must happen soon is judged only then.
const FAULTY_PHASE: Duration = Duration::from_secs(2);
