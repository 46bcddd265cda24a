//! A pool of workers that know nothing of each other, and requests of which some are poison: each that takes one dies of it.
//!
//! Clients, supervisors and policies are those of `pipeline`.

use rehearsal::check::{Moment, Monitor, Properties, SortedMap, fold, on};
use rehearsal::compare::Measures;
use rehearsal::registry::{Entry, planted, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_protocol::supervision::Fact as Supervision;
use rehearsal_protocol::{Address, Incarnation};
use rehearsal_services::service::{self, Fact, Load, POOL_VARIANTS, Service, Shape, Variant};

use crate::pipeline::{Line, PIPELINE, RETRY};
use crate::service::{state_requests, supervision};

/// The entry of the registry.
pub static POOL: Entry = Entry {
    name: "pool",
    sentence: "a pool of workers under supervision, and requests of which some kill whoever takes them",
    variants: &planted(POOL_VARIANTS),
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: PIPELINE.settings,
    build: |variant, settings| {
        let variant = variant.and_then(service::named).unwrap_or_default();
        let pool = Pool::with(variant).0;
        rehearsal(Pool(Line {
            clients: settings.get("clients") as u16,
            stages: settings.get("stages") as u8,
            load: Load { requests: settings.get("requests"), ..pool.load },
            ..pool
        }))
    },
};

/// A service whose stages stand beside each other.
#[derive(Clone, Debug)]
pub struct Pool(pub Line);

impl Pool {
    /// The usual size, with a planted bug.
    pub fn with(variant: Variant) -> Self {
        let load = Load { poison: 12, ..Load::usual() };
        Self(Line { shape: Shape::Group, load, variant, ..Line::default() })
    }
}

impl Scenario for Pool {
    type Protocol = Service;

    fn set_up(&self, system: &mut Setup<Service>) {
        self.0.set_up(system);
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        supervision::state_of_pool(check);
        check.always("MBX-1", "no request goes to a worker whose end is known", never_to_the_dead());
        state_requests(check, self.0.clients, &RETRY);
        check.sometimes("a request is given up", |fact| matches!(fact, Fact::GivenUp { .. }));
        check.sometimes("the supervisor of the pool gives up", {
            |fact| matches!(fact, Fact::Supervision(Supervision::GaveUp { .. }))
        });
        check.sometimes("a worker ends in its first turn", |fact| matches!(fact, Fact::Stillborn { .. }));
        check.sometimes("an answer comes after the client asked again", {
            |fact| matches!(fact, Fact::Answered { in_time: false, .. })
        });
        check.sometimes("a worker joins after it has ended", |fact| {
            matches!(fact, Fact::JoinedTooLate { .. })
        });
        check.sometimes("a worker joins in another life", {
            |fact| matches!(fact, Fact::Joined { life: Incarnation(2..), .. })
        });
    }

    fn policies(&self) -> &'static [&'static str] {
        self.0.policies()
    }

    fn under(&self, policy: &str) -> Option<Self> {
        self.0.under(policy).map(Self)
    }

    fn under_data(&self, data: &toml::Table) -> Result<Self, String> {
        self.0.under_data(data).map(Self)
    }

    fn measures(&self, measure: &mut Measures<Fact>) {
        self.0.measures(measure);
    }
}

/// MBX-1: what is passed on goes to a life that has not ended, as far as the group was told.
fn never_to_the_dead() -> impl Monitor<Fact> {
    type Ended = SortedMap<Address, Incarnation>;
    let judge = |ended: &mut Ended, _: Moment, fact: &Fact| {
        match fact {
            Fact::Ended { worker, life } => {
                let last = ended.get_or_insert(*worker, *life);
                *last = *life.max(last);
            }
            Fact::PassedOn { request, worker, life }
                if ended.get(worker).is_some_and(|last| life <= last) =>
            {
                return Err(format!("{request} goes to {worker} in a life that has ended"));
            }
            _ => {}
        }
        Ok(())
    };
    on(["Ended", "PassedOn"], fold(Ended::new(), judge))
}
