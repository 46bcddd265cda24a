//! A server that ends with all that waits in it, and clients that come back at once: a thundering herd, unless they wait, wait for different times,
//! may not ask again so often, or are not all let in.

mod admission;
mod measures;
mod policies;

use rehearsal::check::Properties;
use rehearsal::compare::Measures;
use rehearsal::registry::{Entry, planted, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_services::service::{
    self, Admission, Crew, Fact, Front, HERD_VARIANTS, Load, Policy, Service, Variant, top,
};

use crate::service::retries::state_waits;
use crate::service::{clients, place_clients, requests, state_requests};

/// The entry of the registry.
pub static HERD: Entry = Entry {
    name: "herd",
    sentence: "many clients come back at once to a server that was started again, unless something keeps them apart",
    variants: &planted(HERD_VARIANTS),
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: &[clients(16), requests(3)],
    build: |variant, settings| {
        rehearsal(Herd {
            clients: settings.get("clients") as u16,
            load: Load { requests: settings.get("requests"), ..Herd::default().load },
            variant: variant.and_then(service::named).unwrap_or_default(),
            ..Herd::default()
        })
    },
};

/// A server behind a front, and many clients.
#[derive(Clone, Debug)]
pub struct Herd {
    /// How many clients there are.
    pub clients: u16,
    /// What each client does.
    pub load: Load,
    /// How failures are answered.
    pub policy: Policy,
    /// Which bug is planted.
    pub variant: Variant,
}

impl Default for Herd {
    fn default() -> Self {
        Self {
            clients: 16,
            load: Load { requests: 3, gap: std::time::Duration::from_millis(50), poison: 0 },
            policy: policies::usual(),
            variant: Variant::Reference,
        }
    }
}

impl Herd {
    fn limit(&self) -> Option<u32> {
        self.policy.admission.map(|Admission { limit }| limit)
    }
}

impl Scenario for Herd {
    type Protocol = Service;

    fn set_up(&self, system: &mut Setup<Service>) {
        let mut node = system.node("service");
        let front = node.actor("front", Front::new(self.limit()).planted(self.variant));
        node.actor("top", top(self.policy.supervision.clone(), Crew::Server, front, self.variant));
        place_clients(system, self.clients, front, self.load, &self.policy.retry, self.variant);
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        admission::state(check, self.limit());
        state_waits(check, &self.policy.retry);
        state_requests(check, self.clients, &self.policy.retry);
        let mut seen = |name: &str, reached: fn(&Fact) -> bool| check.sometimes(name, reached);
        seen("ten requests are lost with the server", |fact| matches!(fact, Fact::CutOff { requests: 10.. }));
        seen("a request comes while there is no server", |fact| {
            matches!(fact, Fact::Rejected { busy: false, .. })
        });
        seen("a client gives up", |fact| matches!(fact, Fact::GivenUp { .. }));
        seen("an answer comes after the client asked again", {
            |fact| matches!(fact, Fact::Answered { in_time: false, .. })
        });
        if self.policy.admission.is_some() {
            seen("there is no place for a request", |fact| matches!(fact, Fact::Rejected { busy: true, .. }));
        }
    }

    fn policies(&self) -> &'static [&'static str] {
        &policies::NAMES
    }

    fn under(&self, policy: &str) -> Option<Self> {
        Some(Self { policy: policies::named(policy)?, ..self.clone() })
    }

    fn under_data(&self, data: &toml::Table) -> Result<Self, String> {
        let policy = crate::service::policies::read(data, &["retry", "admission"], &policies::usual())?;
        Ok(Self { policy, ..self.clone() })
    }

    fn measures(&self, measure: &mut Measures<Fact>) {
        measures::state(measure);
    }
}
