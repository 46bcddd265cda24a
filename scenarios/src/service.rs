//! What the scenarios of services share: requests that are answered or given up, supervisors, policies, and what is measured of them.
//!
//! - [`supervision`] — what holds under every supervisor;
//! - [`policies`] — how services can be supervised;
//! - [`measures`] — what is measured when policies are compared.

pub(crate) mod measures;
pub(crate) mod policies;
pub(crate) mod supervision;

use std::time::Duration;

use rehearsal::check::{Monitor, Properties, fold, on};
use rehearsal_protocol::service::{Fact, RequestId};

/// What holds of requests, however they are served.
pub(crate) fn state_requests(check: &mut Properties<Fact>, clients: u16) {
    check.always("PIPE-1", "a request is answered or given up, and only once", once());
    check.eventually(
        "PIPE-2",
        "every client comes to the end of its requests",
        Duration::from_secs(60),
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
