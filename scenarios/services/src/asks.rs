//! Clients ask counters that fail and are started again: what waits is kept or given up, as the policy says, and no ask hangs.
//!
//! Each counter lives on one node with its supervisor, its clients and an operator who stops it once in a while. One supervisor keeps what
//! waits and lets the counter recover, the other gives it up and lets the counter begin with nothing; under a policy both do as it says.

mod invariants;
mod measures;
mod policies;

use std::time::Duration;

use rehearsal::check::Properties;
use rehearsal::compare::Measures;
use rehearsal::policy;
use rehearsal::registry::{Entry, Setting, planted, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_protocol::supervision::Policy;
use rehearsal_services::asks::{self, Asks, Client, Fact, Operator, VARIANTS, Variant};

/// The entry of the registry.
pub static ASKS: Entry = Entry {
    name: "asks",
    sentence: "clients ask counters that fail and are started again, with what waits for them or without",
    variants: &planted(VARIANTS),
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: &[
        Setting {
            name: "clients",
            sentence: "how many clients each counter has",
            default: 2,
            least: 1,
            most: 1_000,
        },
        Setting {
            name: "asks",
            sentence: "how many asks each client has",
            default: 12,
            least: 1,
            most: 60_000,
        },
    ],
    build: |variant, settings| {
        rehearsal(Asking {
            clients: settings.get("clients") as u16,
            asks: settings.get("asks") as u16,
            variant: variant.and_then(asks::named).unwrap_or_default(),
            ..Asking::default()
        })
    },
};

/// Two counters, each with its clients.
#[derive(Clone, Debug)]
pub struct Asking {
    /// How many clients each counter has.
    pub clients: u16,
    /// How many asks each client has.
    pub asks: u16,
    /// How each counter is supervised.
    pub policies: [Policy; 2],
    /// Which bug is planted.
    pub variant: Variant,
}

impl Default for Asking {
    fn default() -> Self {
        let policies = ["keep-recover", "drop-initial"].map(|name| policies::named(name).expect("it is one"));
        Self { clients: 2, asks: 12, policies, variant: Variant::Reference }
    }
}

impl Scenario for Asking {
    type Protocol = Asks;

    fn set_up(&self, system: &mut Setup<Asks>) {
        for (place, policy) in self.policies.iter().enumerate() {
            let mut node = system.node(format!("node-{}", place + 1));
            let first = place as u16 * self.clients;
            let clients = (1..=self.clients).map(|number| {
                let client = Client::new(first + number, self.asks).planted(self.variant);
                node.actor(format!("client-{number}"), client)
            });
            let clients = clients.collect();
            let supervisor = asks::supervisor(policy.clone(), clients, self.variant.of_supervisor());
            let supervisor = node.actor("supervisor", supervisor);
            node.actor("operator", Operator::new(supervisor));
        }
        system.timeout("pause", asks::client::PAUSE);
        system.timeout("shift", asks::operator::SHIFT);
        system.faulty_phase(Duration::from_secs(1));
        system.panics_are_crashes();
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        invariants::state(check);
        invariants::state_goals(check);
    }

    fn policies(&self) -> &'static [&'static str] {
        &policies::NAMES
    }

    fn under(&self, policy: &str) -> Option<Self> {
        let policy = policies::named(policy)?;
        Some(Self { policies: [policy.clone(), policy], ..*self })
    }

    fn under_data(&self, data: &toml::Table) -> Result<Self, String> {
        let policy: Policy = policy::Policy::read(data)?;
        Ok(Self { policies: [policy.clone(), policy], ..*self })
    }

    fn measures(&self, measure: &mut Measures<Fact>) {
        measures::state(measure);
    }
}
