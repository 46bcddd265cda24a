//! A bench: tokens that go from actor to actor around nodes.

use std::time::Duration;

use rehearsal::check::Properties;
use rehearsal::registry::{Entry, Setting, Settings, rehearsal};
use rehearsal::{Limits, Profile, Scenario, Setup};
use rehearsal_protocol::{Actor, Address, Context, Input, NodeId, Protocol};
use serde::{Deserialize, Serialize};

/// The entry of the registry.
pub static RING: Entry = Entry {
    name: "ring",
    sentence: "1,000 actors on 10 nodes pass 1,000 tokens around; the bench of the hot path",
    variants: &[],
    in_campaign: false,
    faults: &Profile::NONE,
    settings: &[
        Setting {
            name: "actors",
            sentence: "how many actors there are",
            default: 1_000,
            least: 1,
            most: 1_000_000,
        },
        Setting { name: "nodes", sentence: "on how many nodes", default: 10, least: 1, most: 1_000 },
        Setting {
            name: "tokens",
            sentence: "how many tokens go around",
            default: 1_000,
            least: 1,
            most: 1_000_000,
        },
        Setting {
            name: "hops",
            sentence: "how often each is delivered",
            default: 1_000,
            least: 1,
            most: 1_000_000,
        },
    ],
    build: |_, settings| rehearsal(Ring::of(settings)),
};

/// The entry of the registry.
pub static BURST: Entry = Entry {
    name: "burst",
    sentence: "3 nodes handle 100 messages each; the bench of short runs",
    variants: &[],
    in_campaign: false,
    faults: &Profile::NONE,
    settings: &[
        Setting { name: "actors", sentence: "how many actors there are", default: 3, least: 1, most: 1_000 },
        Setting { name: "nodes", sentence: "on how many nodes", default: 3, least: 1, most: 1_000 },
        Setting { name: "tokens", sentence: "how many tokens go around", default: 3, least: 1, most: 1_000 },
        Setting {
            name: "hops",
            sentence: "how often each is delivered",
            default: 100,
            least: 1,
            most: 100_000,
        },
    ],
    build: |_, settings| rehearsal(Ring::of(settings)),
};

/// Tokens go from each actor to the next, on another node, until their hops are used up.
pub struct Ring {
    /// How many actors there are.
    pub actors: u32,
    /// On how many nodes they are placed in turns.
    pub nodes: u32,
    /// How many tokens start.
    pub tokens: u32,
    /// How often each token is delivered.
    pub hops: u32,
}

impl Ring {
    fn of(settings: &Settings) -> Self {
        Self {
            actors: settings.get("actors"),
            nodes: settings.get("nodes").min(settings.get("actors")),
            tokens: settings.get("tokens"),
            hops: settings.get("hops"),
        }
    }
}

/// What travels around.
#[derive(Clone, Debug, Hash, Serialize, Deserialize)]
pub struct Token {
    /// Which token.
    pub token: u32,
    /// How many deliveries it has left, this one included.
    pub left: u32,
}

/// A token was delivered.
#[derive(Clone, Debug, Hash, Serialize, Deserialize)]
pub struct Hop {
    /// Which token.
    pub token: u32,
    /// How many deliveries it has left, this one included.
    pub left: u32,
}

/// The protocol of the ring.
pub struct Tokens;

impl Protocol for Tokens {
    type Message = Token;
    type Fact = Hop;
}

#[derive(Clone, Debug, Hash)]
struct Member {
    next: Address,
    starts: Option<Token>,
}

impl Actor<Tokens> for Member {
    fn receive(&mut self, cx: &mut Context<'_, Tokens>, input: Input<Tokens>) {
        match input {
            Input::Start(_) => {
                if let Some(token) = self.starts.take() {
                    cx.send(self.next, token);
                }
            }
            Input::Message(envelope) => {
                let Token { token, left } = envelope.message;
                cx.announce(Hop { token, left });
                if left > 1 {
                    cx.send(self.next, Token { token, left: left - 1 });
                }
            }
            Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}

impl Scenario for Ring {
    type Protocol = Tokens;

    fn set_up(&self, system: &mut Setup<Tokens>) {
        system.latency(Duration::from_millis(1), Duration::from_millis(10));
        let events = 40 * u64::from(self.tokens) * u64::from(self.hops);
        system.limits(Limits { events, pending: 10 * self.actors.max(1_000), ..Limits::default() });
        let address = |n: u32| Address::new(NodeId(n % self.nodes), n);
        for n in 0..self.actors {
            let next = address((n + 1) % self.actors);
            let starts = (n < self.tokens).then_some(Token { token: n, left: self.hops });
            let placed = system
                .node(format!("node-{}", n % self.nodes))
                .actor(format!("member-{n}"), Member { next, starts });
            assert_eq!(placed, address(n), "slots are given in order");
        }
    }

    fn properties(&self, check: &mut Properties<Hop>) {
        let hops = self.hops;
        check.never("RING-1", "a token has hops left, and no more than it started with", move |hop: &Hop| {
            hop.left == 0 || hop.left > hops
        });
        check.sometimes("a token arrives for the last time", |hop: &Hop| hop.left == 1);
        check.sometimes("a token arrives for the first time", move |hop: &Hop| hop.left == hops);
    }
}
