//! What the scenarios of services share: clients whose requests are answered or given up, supervisors, policies, and what is measured of them.
//!
//! - [`retries`] — what holds of clients that ask again;
//! - [`supervision`] — what holds under every supervisor;
//! - [`owing`] — what supervisors owe;
//! - [`policies`] — how services can be supervised, and what else a policy says;
//! - [`measures`] — what is measured when policies are compared.

pub(crate) mod measures;
pub(crate) mod owing;
pub(crate) mod policies;
pub(crate) mod retries;
pub(crate) mod supervision;

use std::time::Duration;

use rehearsal::Setup;
use rehearsal::check::{Monitor, Properties, fold, on};
use rehearsal::registry::Setting;
use rehearsal_protocol::Address;
use rehearsal_services::service::client::PATIENCE;
use rehearsal_services::service::tree::STAGE_STOP;
use rehearsal_services::service::{Arrivals, Client, Fact, Load, RequestId, Retry, Service, Variant};

/// How many clients there are.
pub(crate) const fn clients(default: u32) -> Setting {
    Setting { name: "clients", sentence: "how many clients there are", default, least: 1, most: 1_000 }
}

/// How many requests each has.
pub(crate) const fn requests(default: u32) -> Setting {
    Setting { name: "requests", sentence: "how many requests each has", default, least: 1, most: 100_000 }
}

/// Clients on nodes of their own, each with its requests, and the timeouts of all services.
pub(crate) fn place_clients(
    system: &mut Setup<Service>,
    clients: u16,
    door: Address,
    load: Load,
    retry: &Retry,
    variant: Variant,
) {
    for number in 1..=clients {
        let client = Client::new(number, door, load, retry.clone()).planted(variant);
        let mut node = system.node(format!("client-{number}")).steady();
        let client = node.actor("client", client);
        node.actor("arrivals", Arrivals::new(client, load));
    }
    system.timeout("patience", PATIENCE);
    system.timeout("stop", STAGE_STOP);
    system.faulty_phase(Duration::from_secs(2));
    system.panics_are_crashes();
}

/// What holds of requests, however they are served.
pub(crate) fn state_requests(check: &mut Properties<Fact>, clients: u16, retry: &Retry) {
    check.always("PIPE-1", "a request is answered or given up, and only once", once());
    check.eventually(
        "PIPE-2",
        "every client comes to the end of its requests",
        Duration::from_secs(60) + retry.longest(),
        1..=clients,
        |fact| match fact {
            Fact::Finished { client } => Some(*client),
            _ => None,
        },
    );
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
