//! A session small enough to be explored in full: one client, one command after another on one key.

use rehearsal::Profile;
use rehearsal::registry::{Entry, Setting, rehearsal};
use rehearsal_sessions::session::Variants;

use crate::session::{SESSION, Sessions};

/// The entry of the registry. Campaigns leave it out: it does not reach all goals of `session`, and finds nothing that
/// `session` does not.
pub static SESSION_SMALL: Entry = Entry {
    name: "session-small",
    sentence: "one client with two commands on one key: small enough for `explore`",
    variants: SESSION.variants,
    in_campaign: false,
    faults: &Profile::CHAOS,
    settings: &[
        Setting { name: "clients", sentence: "how many clients there are", default: 1, least: 1, most: 10 },
        Setting {
            name: "rounds",
            sentence: "how often each presses something",
            default: 2,
            least: 1,
            most: 10,
        },
        Setting { name: "keys", sentence: "how many keys they use", default: 1, least: 1, most: 10 },
    ],
    build: |variant, settings| {
        let usual = Sessions::with(variant.and_then(Variants::named).unwrap_or_default());
        rehearsal(usual.sized(settings))
    },
};
