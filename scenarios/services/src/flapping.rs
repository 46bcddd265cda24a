//! A dependency that goes down and up, and workers that call it: they fail with it and are started again, at once or later, or a circuit breaker spares both.

mod breakers;
mod policies;

use rehearsal::check::Properties;
use rehearsal::compare::{Better, Measures};
use rehearsal::registry::{Entry, Setting, planted, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_services::service::caller::CALL_TIMEOUT;
use rehearsal_services::service::{
    self, Crew, Dependency, Door, FLAPPING_VARIANTS, Fact, Load, Policy, Service, Variant, top,
};

use crate::service::retries::state_attempts;
use crate::service::{clients, measures, place_clients, requests, state_requests};

/// The entry of the registry.
pub static FLAPPING: Entry = Entry {
    name: "flapping",
    sentence: "workers call a dependency that goes down and up, with a circuit breaker or by being started again",
    variants: &planted(FLAPPING_VARIANTS),
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: &[
        clients(3),
        requests(8),
        Setting { name: "callers", sentence: "how many workers there are", default: 2, least: 1, most: 100 },
    ],
    build: |variant, settings| {
        rehearsal(Flapping {
            clients: settings.get("clients") as u16,
            callers: settings.get("callers") as u8,
            load: Load { requests: settings.get("requests"), ..Flapping::default().load },
            variant: variant.and_then(service::named).unwrap_or_default(),
            ..Flapping::default()
        })
    },
};

/// Callers on one node, what they call on another, and clients.
#[derive(Clone, Debug)]
pub struct Flapping {
    /// How many clients there are.
    pub clients: u16,
    /// How many callers there are.
    pub callers: u8,
    /// What each client does.
    pub load: Load,
    /// How failures are answered.
    pub policy: Policy,
    /// Which bug is planted.
    pub variant: Variant,
}

impl Default for Flapping {
    fn default() -> Self {
        Self {
            clients: 3,
            callers: 2,
            load: Load { requests: 8, poison: 0, ..Load::usual() },
            policy: policies::usual(),
            variant: Variant::Reference,
        }
    }
}

impl Scenario for Flapping {
    type Protocol = Service;

    fn set_up(&self, system: &mut Setup<Service>) {
        let dependency = system.node("dependency").steady().actor("dependency", Dependency::default());
        let (of, breaker) = (self.callers, self.policy.breaker);
        let crew = Crew::Callers { of, dependency, breaker, planted: self.variant };
        let mut node = system.node("service");
        let door = node.actor("door", Door::default());
        node.actor("top", top(self.policy.supervision.clone(), crew, door, self.variant));
        place_clients(system, self.clients, door, self.load, &self.policy.retry, self.variant);
        system.timeout("call", CALL_TIMEOUT);
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        breakers::state(check, self.policy.breaker);
        state_attempts(check, &self.policy.retry);
        state_requests(check, self.clients, &self.policy.retry);
        let mut seen = |name: &str, reached: fn(&Fact) -> bool| check.sometimes(name, reached);
        seen("the dependency says nothing", |fact| matches!(fact, Fact::DependencyDown { silent: true }));
        seen("a client gives up", |fact| matches!(fact, Fact::GivenUp { .. }));
        seen("an answer comes after the client asked again", {
            |fact| matches!(fact, Fact::Answered { in_time: false, .. })
        });
        if self.policy.breaker.is_some() {
            seen("a request fails without a call", |fact| matches!(fact, Fact::FailedFast { .. }));
            seen("a breaker closes again", |fact| matches!(fact, Fact::BreakerClosed { .. }));
        }
    }

    fn policies(&self) -> &'static [&'static str] {
        &policies::NAMES
    }

    fn under(&self, policy: &str) -> Option<Self> {
        Some(Self { policy: policies::named(policy)?, ..self.clone() })
    }

    fn under_data(&self, data: &toml::Table) -> Result<Self, String> {
        let policy = crate::service::policies::read(data, &["retry", "breaker"], &policies::usual())?;
        Ok(Self { policy, ..self.clone() })
    }

    fn measures(&self, measure: &mut Measures<Fact>) {
        measures::requests(measure);
        measure.spans(
            &[("time to recovery p50", 50), ("time to recovery p95", 95), ("time to recovery p99", 99)],
            |fact| matches!(fact, Fact::DependencyUp),
            |fact| matches!(fact, Fact::Executed { .. } | Fact::DependencyDown { .. }),
        );
        measures::time_to_know(measure);
        measures::failures(measure);
        measure.count("calls in vain", Better::Lower, |fact| matches!(fact, Fact::CalledInVain));
        measures::restarts(measure);
    }
}
