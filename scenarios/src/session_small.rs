//! A session small enough to be explored in full: one client, one command after another on one key.

use rehearsal::Profile;
use rehearsal::registry::{Entry, rehearsal};
use rehearsal_protocol::session::{Variant, Workload};

use crate::session::{SESSION, Sessions};

/// The entry of the registry. Campaigns leave it out: it does not reach all goals of `session`, and finds nothing that
/// `session` does not.
pub static SESSION_SMALL: Entry = Entry {
    name: "session-small",
    sentence: "one client with two commands on one key: small enough for `explore`",
    variants: SESSION.variants,
    in_campaign: false,
    faults: &Profile::CHAOS,
    build: |variant| rehearsal(small(variant.and_then(Variant::named).unwrap_or_default())),
};

fn small(variant: Variant) -> Sessions {
    Sessions { clients: 1, workload: Workload { rounds: 2, keys: 1 }, ..Sessions::with(variant) }
}
