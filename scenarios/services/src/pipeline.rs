//! A service of dependent stages under supervision: clients ask while stages fail, are started again, and find each other again.

mod goals;

use rehearsal::check::Properties;
use rehearsal::compare::Measures;
use rehearsal::policy;
use rehearsal::registry::{Entry, Setting, planted, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_protocol::supervision::Policy;
use rehearsal_services::service::{
    self, Crew, Door, Fact, Group, Load, Retry, Service, Shape, Store, VARIANTS, Variant, top,
};

use crate::service::{clients, measures, place_clients, policies, requests, state_requests, supervision};

/// The entry of the registry.
pub static PIPELINE: Entry = Entry {
    name: "pipeline",
    sentence: "requests go through dependent stages under supervision, while stages fail and are started again",
    variants: &planted(VARIANTS),
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: &[
        clients(2),
        requests(24),
        Setting { name: "stages", sentence: "how many stages there are", default: 3, least: 2, most: 20 },
    ],
    build: |variant, settings| {
        rehearsal(Line {
            clients: settings.get("clients") as u16,
            stages: settings.get("stages") as u8,
            load: Load { requests: settings.get("requests"), poison: POISON, ..Load::usual() },
            variant: variant.and_then(service::named).unwrap_or_default(),
            ..Line::default()
        })
    },
};

/// One request in so many is poison.
const POISON: u32 = 96;

/// A client asks three times for each request, each time at once.
pub(crate) const RETRY: Retry = Retry::at_once(3);

/// A line of stages on one node, and clients on nodes of their own.
#[derive(Clone, Debug)]
pub struct Line {
    /// How many clients there are.
    pub clients: u16,
    /// How stages stand.
    pub shape: Shape,
    /// How many stages there are.
    pub stages: u8,
    /// What each client does.
    pub load: Load,
    /// How the line is supervised.
    pub policy: Policy,
    /// Which bug is planted.
    pub variant: Variant,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            clients: 2,
            shape: Shape::Line,
            stages: 3,
            load: Load::usual(),
            policy: policies::supervision("backoff").expect("it is one of them"),
            variant: Variant::Reference,
        }
    }
}

impl Scenario for Line {
    type Protocol = Service;

    fn set_up(&self, system: &mut Setup<Service>) {
        let store =
            (self.shape == Shape::Line).then(|| system.node("service").actor("store", Store::default()));
        let crew = Crew::Stages { shape: self.shape, of: self.stages, store };
        let door = match self.shape {
            Shape::Line | Shape::Pool => system.node("service").actor("door", Door::default()),
            // The group outlasts its members: it is somewhere else, and stays.
            Shape::Group => system.node("group").steady().actor("group", Group::new(self.variant)),
        };
        system.node("service").actor("top", top(self.policy.clone(), crew, door, self.variant));
        place_clients(system, self.clients, door, self.load, &RETRY, self.variant);
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        supervision::state(check);
        state_requests(check, self.clients, &RETRY);
        goals::state(check);
        if self.shape == Shape::Line {
            goals::of_a_line(check);
        }
    }

    fn policies(&self) -> &'static [&'static str] {
        &policies::NAMES
    }

    fn under(&self, policy: &str) -> Option<Self> {
        Some(Self { policy: policies::supervision(policy)?, ..self.clone() })
    }

    fn under_data(&self, data: &toml::Table) -> Result<Self, String> {
        Ok(Self { policy: policy::Policy::read(data)?, ..self.clone() })
    }

    fn measures(&self, measure: &mut Measures<Fact>) {
        measures::requests(measure);
        measures::recovery_of_clients(measure);
        measures::failures(measure);
        measures::restarts(measure);
    }
}
