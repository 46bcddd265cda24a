//! A deep tree of supervisors: what one level cannot mend is for the next, and each has a policy of its own.

mod branches;
mod policies;

use rehearsal::check::Properties;
use rehearsal::compare::{Better, Measures};
use rehearsal::registry::{Entry, Setting, planted, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_protocol::supervision::Fact as Supervision;
use rehearsal_services::service::branch::levels_below;
use rehearsal_services::service::{self, Branch, Door, ESCALATION_VARIANTS, Fact, Load, Service, Variant};

use crate::pipeline::RETRY;
use crate::service::{clients, measures, place_clients, requests, state_requests, supervision};

/// The entry of the registry.
pub static ESCALATION: Entry = Entry {
    name: "escalation",
    sentence: "workers under a deep tree of supervisors: what one level cannot mend is for the next",
    variants: &planted(ESCALATION_VARIANTS),
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: &[
        clients(2),
        requests(10),
        Setting {
            name: "levels",
            sentence: "how many supervisors are above each worker",
            default: 3,
            least: 1,
            most: 5,
        },
        Setting {
            name: "forks",
            sentence: "how many children each supervisor has",
            default: 2,
            least: 1,
            most: 3,
        },
    ],
    build: |variant, settings| {
        rehearsal(Escalation {
            clients: settings.get("clients") as u16,
            load: Load { requests: settings.get("requests"), ..Escalation::default().load },
            levels: settings.get("levels") as u8,
            forks: settings.get("forks") as u8,
            variant: variant.and_then(service::named).unwrap_or_default(),
            ..Escalation::default()
        })
    },
};

/// A tree on one node, and clients.
#[derive(Clone, Debug)]
pub struct Escalation {
    /// How many clients there are.
    pub clients: u16,
    /// What each client does.
    pub load: Load,
    /// How many supervisors are above each worker.
    pub levels: u8,
    /// How many children each has.
    pub forks: u8,
    /// How each level answers failures.
    pub policy: policies::Levels,
    /// Which bug is planted.
    pub variant: Variant,
}

impl Default for Escalation {
    fn default() -> Self {
        Self {
            clients: 2,
            load: Load { requests: 10, poison: 8, ..Load::usual() },
            levels: 3,
            forks: 2,
            policy: policies::usual(),
            variant: Variant::Reference,
        }
    }
}

impl Scenario for Escalation {
    type Protocol = Service;

    fn set_up(&self, system: &mut Setup<Service>) {
        let mut node = system.node("service");
        let door = node.actor("door", Door::default());
        let tree = Branch::whole(self.policy.levels.clone(), self.levels, self.forks, door, self.variant);
        node.actor("top", tree.supervisor());
        place_clients(system, self.clients, door, self.load, &RETRY, self.variant);
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        branches::state(check);
        supervision::state_of_tree(check);
        state_requests(check, self.clients, &RETRY);
        let mut seen = |name: &str, reached: fn(&Supervision) -> bool| {
            check.sometimes(name, move |fact| matches!(fact, Fact::Supervision(fact) if reached(fact)));
        };
        seen("a supervisor of workers gives up, and the one above starts it again", {
            |fact| matches!(fact, Supervision::RestartDecided { failed, .. } if levels_below(failed) == Some(0))
        });
        seen("a supervisor of supervisors gives up, and the one above starts it again", {
            |fact| matches!(fact, Supervision::RestartDecided { failed, .. } if levels_below(failed) == Some(1))
        });
        seen("a branch is stopped by the one above", {
            |fact| matches!(fact, Supervision::StopAsked { child, .. } if levels_below(child).is_some())
        });
        seen("a start fails", |fact| matches!(fact, Supervision::StartFailed { .. }));
        seen("a worker that does not stop in time is killed", |fact| {
            matches!(fact, Supervision::ChildKilled { .. })
        });
    }

    fn policies(&self) -> &'static [&'static str] {
        &policies::NAMES
    }

    fn under(&self, policy: &str) -> Option<Self> {
        Some(Self { policy: policies::named(policy)?, ..self.clone() })
    }

    fn under_data(&self, data: &toml::Table) -> Result<Self, String> {
        Ok(Self { policy: policies::read(data)?, ..self.clone() })
    }

    fn measures(&self, measure: &mut Measures<Fact>) {
        measures::requests(measure);
        measures::recovery_of_workers(measure);
        measures::failures(measure);
        measure.count("escalations from workers", Better::Lower, |fact| escalates_from(fact) == Some(0));
        measure.count("escalations further up", Better::Lower, |fact| {
            escalates_from(fact).is_some_and(|below| below > 0)
        });
        measures::restarts(measure);
    }
}

/// Of a supervisor that has given up, as the one above sees it, how many levels of branches are below it.
fn escalates_from(fact: &Fact) -> Option<u8> {
    match fact {
        Fact::Supervision(Supervision::ChildEnded { child, stopped: false, clean: true, .. }) => {
            levels_below(child)
        }
        _ => None,
    }
}
