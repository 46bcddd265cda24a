//! A service of dependent stages under supervision: clients ask while stages fail, are started again, and find each other again.

mod goals;
mod supervision;

use std::time::Duration;

use rehearsal::check::{Monitor, Properties, fold, on};
use rehearsal::registry::{self, Entry, Setting, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_protocol::pipeline::{
    self, Client, Door, Fact, Load, Pipeline, RequestId, VARIANTS, Variant, top,
};
use rehearsal_protocol::supervision::{Backoff, Policy, Strategy};

use crate::planted::planted;

/// The entry of the registry.
pub static PIPELINE: Entry = Entry {
    name: "pipeline",
    sentence: "requests go through dependent stages under supervision, while stages fail and are started again",
    variants: &PLANTED,
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: &[
        Setting {
            name: "clients",
            sentence: "how many clients there are",
            default: 2,
            least: 1,
            most: 1_000,
        },
        Setting {
            name: "requests",
            sentence: "how many requests each has",
            default: 12,
            least: 1,
            most: 100_000,
        },
        Setting { name: "stages", sentence: "how many stages there are", default: 3, least: 2, most: 20 },
    ],
    build: |variant, settings| {
        rehearsal(Service {
            clients: settings.get("clients") as u16,
            stages: settings.get("stages") as u8,
            load: Load { requests: settings.get("requests"), ..Load::usual() },
            variant: variant.and_then(pipeline::named).unwrap_or_default(),
            ..Service::default()
        })
    },
};

/// The planted bugs in the words of the registry.
static PLANTED: [registry::Variant; VARIANTS.len()] = planted!(VARIANTS);

/// A line of stages on one node, and clients on nodes of their own.
#[derive(Clone, Debug)]
pub struct Service {
    /// How many clients there are.
    pub clients: u16,
    /// How many stages there are.
    pub stages: u8,
    /// What each client does.
    pub load: Load,
    /// How the line is supervised.
    pub policy: Policy,
    /// Which bug is planted.
    pub variant: Variant,
}

/// Before the line is started again, longer each time.
const BACKOFF: Backoff = Backoff {
    initial: Duration::from_millis(50),
    factor_percent: 200,
    cap: Duration::from_secs(2),
    jitter_percent: 20,
};

impl Default for Service {
    fn default() -> Self {
        let policy = Policy::otp(Strategy::RestForOne).with_intensity(3, Duration::from_secs(5));
        Self {
            clients: 2,
            stages: 3,
            load: Load::usual(),
            policy: policy.with_backoff(BACKOFF).named("rest-for-one with backoff"),
            variant: Variant::Reference,
        }
    }
}

impl Scenario for Service {
    type Protocol = Pipeline;

    fn set_up(&self, system: &mut Setup<Pipeline>) {
        let mut service = system.node("service");
        let door = service.actor("door", Door::default());
        service.actor("top", top(self.policy.clone(), self.stages, door, self.variant));
        for number in 1..=self.clients {
            let client = Client::new(number, door, self.load).planted(self.variant);
            system.node(format!("client-{number}")).steady().actor("client", client);
        }
        system.timeout("patience", pipeline::client::PATIENCE);
        system.timeout("stop", pipeline::tree::STAGE_STOP);
        system.faulty_phase(Duration::from_secs(2));
        system.panics_are_crashes();
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        supervision::state(check);
        check.always("PIPE-1", "a request is answered or given up, and only once", once());
        check.eventually(
            "PIPE-2",
            "every client comes to the end of its requests",
            Duration::from_secs(60),
            1..=self.clients,
            |fact| match fact {
                Fact::Finished { client } => Some(*client),
                _ => None,
            },
        );
        goals::state(check);
    }
}

/// PIPE-1: a request is answered or given up, and only once; and nothing is answered that was not carried out.
fn once() -> impl Monitor<Fact> {
    type Seen = std::collections::BTreeMap<RequestId, (bool, bool)>;
    on(
        ["Executed", "Answered", "GivenUp"],
        fold(Seen::new(), |seen: &mut Seen, _, fact: &Fact| {
            let (request, answer) = match fact {
                Fact::Executed { request } => {
                    seen.entry(*request).or_default().0 = true;
                    return Ok(());
                }
                Fact::Answered { request, .. } => (request, true),
                Fact::GivenUp { request } => (request, false),
                _ => return Ok(()),
            };
            let (executed, over) = seen.entry(*request).or_default();
            if answer && !*executed {
                return Err(format!("{request} is answered and was never carried out"));
            }
            if std::mem::replace(over, true) {
                return Err(format!("{request} is over for the second time"));
            }
            Ok(())
        }),
    )
}
