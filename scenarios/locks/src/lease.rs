//! A lease lock: clients take turns at writing, while they crash, stall and lose messages, and so does the lock.

use std::time::Duration;

use rehearsal::check::{Monitor, Properties, SortedMap, SortedSet, fold};
use rehearsal::registry::{Entry, Setting, planted, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_locks::lease::{Client, Fact, Lease, Lock, RETRY, Resource, TTL, Token, VARIANTS, Variant};
use rehearsal_protocol::{Address, NodeId, Time};

/// The entry of the registry.
pub static LEASE: Entry = Entry {
    name: "lease",
    sentence: "clients write under a lock that expires, and what it protects is fenced",
    variants: &planted(&VARIANTS),
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: &[
        Setting { name: "clients", sentence: "how many clients there are", default: 2, least: 1, most: 100 },
        Setting {
            name: "rounds",
            sentence: "how often each takes the lock",
            default: 2,
            least: 1,
            most: 1_000,
        },
        Setting {
            name: "writes",
            sentence: "how often it writes each time",
            default: 4,
            least: 0,
            most: 1_000,
        },
    ],
    build: |variant, settings| {
        rehearsal(LeaseLock {
            clients: settings.get("clients"),
            rounds: settings.get("rounds"),
            writes: settings.get("writes"),
            variant: variant.and_then(Variant::named).unwrap_or_default(),
        })
    },
};

/// A lock and what it protects on one node, and clients on nodes of their own.
#[derive(Clone, Copy, Debug)]
pub struct LeaseLock {
    /// How many clients there are.
    pub clients: u32,
    /// How often each takes the lock.
    pub rounds: u32,
    /// How often it writes each time.
    pub writes: u32,
    /// Which bug is planted.
    pub variant: Variant,
}

impl Default for LeaseLock {
    fn default() -> Self {
        Self { clients: 2, rounds: 2, writes: 4, variant: Variant::Reference }
    }
}

impl LeaseLock {
    fn client_addresses(&self) -> impl Iterator<Item = Address> + use<> {
        // The lock and the resource come first.
        (0..self.clients).map(|n| Address::new(NodeId(n + 1), n + 2))
    }
}

impl Scenario for LeaseLock {
    type Protocol = Lease;

    fn set_up(&self, system: &mut Setup<Lease>) {
        let mut db = system.node("db");
        let lock = db.actor("lock", Lock::new(self.variant));
        let resource = db.actor("resource", Resource::new(self.variant));
        for (n, address) in self.client_addresses().enumerate() {
            let client = Client::new(lock, resource, self.rounds, self.writes, self.variant);
            let placed = system.node(format!("client-{}", n + 1)).actor("client", client);
            assert_eq!(placed, address, "slots are given in order");
        }
        system.timeout("lease", TTL); // Outages and delays are drawn around it.
        system.timeout("retry", RETRY);
        // Whoever has finished, crashes, and begins anew waits for ever for a lease that never expires.
        system.horizon(Duration::from_secs(120));
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        check.always("LK-TokenUp", "tokens of grants grow, whatever crashed in between", tokens_grow());
        check.always("LK-Single", "by the lock's own clock, at most one lease has not ended", one_lease());
        check.always("LK-Fence", "tokens of accepted writes never go back", never_back());
        check.always("LK-RelOwn", "giving back ends only the grant that is given back", own_release());
        check.always(
            "LK-LostTold",
            "who says that it held the lock to the end did give it back",
            held_to_the_end(),
        );
        check.eventually(
            "LK-Free",
            "every client comes to its turn and finishes",
            Duration::from_secs(60),
            self.client_addresses(),
            |fact| match fact {
                Fact::Finished { client } => Some(*client),
                _ => None,
            },
        );
        check.sometimes("two want the lock", |fact| matches!(fact, Fact::Contended));
        check.sometimes("a late write is fenced", |fact| matches!(fact, Fact::Fenced { .. }));
        check.sometimes("a client learns that its lease was over", |fact| {
            matches!(fact, Fact::Ended { held: false, .. })
        });
        check
            .sometimes("a lock is given back in time", |fact| matches!(fact, Fact::Ended { held: true, .. }));
    }
}

/// LK-TokenUp: tokens of grants grow.
fn tokens_grow() -> impl Monitor<Fact> {
    fold(Token(0), |highest: &mut Token, _, fact: &Fact| match fact {
        Fact::Granted { token, .. } if token <= highest => Err(format!("{token} is granted after {highest}")),
        Fact::Granted { token, .. } => {
            *highest = *token;
            Ok(())
        }
        _ => Ok(()),
    })
}

/// LK-Single: by the lock's own clock, at most one lease has not ended.
fn one_lease() -> impl Monitor<Fact> {
    fold(SortedMap::new(), |open: &mut SortedMap<Token, Time>, _, fact: &Fact| match fact {
        Fact::Granted { token, at, until, .. } => {
            open.retain(|_, until| *until > *at);
            if let Some((other, until)) = open.iter().next() {
                return Err(format!("{token} is granted at {at}, and {other} lasts until {until}"));
            }
            open.insert(*token, *until);
            Ok(())
        }
        Fact::Released { ended, .. } => {
            open.remove(ended);
            Ok(())
        }
        _ => Ok(()),
    })
}

/// LK-Fence: tokens of accepted writes never go back.
fn never_back() -> impl Monitor<Fact> {
    fold(Token(0), |highest: &mut Token, _, fact: &Fact| match fact {
        Fact::Accepted { token } if token < highest => {
            Err(format!("a write with {token} is accepted after one with {highest}"))
        }
        Fact::Accepted { token } => {
            *highest = *token;
            Ok(())
        }
        _ => Ok(()),
    })
}

/// LK-RelOwn: giving back ends only the grant that is given back.
fn own_release() -> impl Monitor<Fact> {
    fold((), |(), _, fact: &Fact| match fact {
        Fact::Released { asked, ended } if asked != ended => Err(format!("giving back {asked} ends {ended}")),
        _ => Ok(()),
    })
}

/// LK-LostTold: who says that it held the lock to the end did give it back.
fn held_to_the_end() -> impl Monitor<Fact> {
    fold(SortedSet::new(), |released: &mut SortedSet<Token>, _, fact: &Fact| match fact {
        Fact::Released { ended, .. } => {
            released.insert(*ended);
            Ok(())
        }
        Fact::Ended { token, held: true } if !released.contains(token) => {
            Err(format!("a client says that it held the lock by {token}, which was not given back"))
        }
        _ => Ok(()),
    })
}
