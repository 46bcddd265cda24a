//! The protocol, the actor and the scenario of token forwarding.

use std::time::Duration;

use rehearsal::check::{Properties, fold, on};
use rehearsal::protocol::{Actor, Address, Context, Input, NodeId, Protocol, Time};
use rehearsal::{Limits, Scenario, Setup};
use serde::{Deserialize, Serialize};
use workload::{Forwarder, Spec, Token, note};

/// The protocol of token forwarding.
pub struct Tokens;

impl Protocol for Tokens {
    type Message = Travelling;
    type Fact = Fact;
}

/// A token on its way.
#[derive(Clone, Debug, Hash, Serialize, Deserialize)]
pub struct Travelling {
    id: u32,
    left: u32,
}

impl From<Token> for Travelling {
    fn from(Token { id, left }: Token) -> Self {
        Self { id, left }
    }
}

/// What actors state.
#[derive(Clone, Debug, Hash, Serialize, Deserialize)]
pub enum Fact {
    /// A token was delivered.
    Delivered { id: u32, left: u32 },
    /// A token has no hops left.
    Finished { id: u32 },
}

/// How much actors state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stated {
    /// The end of each token.
    Finished,
    /// Each delivery, and the end of each token.
    Delivered,
    /// The same, but the monitor asks only for the ends.
    Unwatched,
}

/// The system.
pub struct Forwarding {
    pub spec: Spec,
    pub stated: Stated,
}

/// One actor. It keeps what it needs and no more, since of a million each is fetched from memory for every turn.
#[derive(Clone, Debug, Hash)]
struct Member {
    forwarder: Forwarder,
    tokens: u32,
    hops: u32,
    per_node: u32,
    stated: Stated,
}

impl Member {
    fn address(&self, actor: u32) -> Address {
        Address::new(NodeId(actor / self.per_node), actor)
    }
}

impl Actor<Tokens> for Member {
    fn receive(&mut self, cx: &mut Context<'_, Tokens>, input: Input<Tokens>) {
        match input {
            Input::Start(_) => {
                for id in self.forwarder.initial(self.tokens) {
                    let to = self.forwarder.pick();
                    cx.send(self.address(to), Travelling { id, left: self.hops - 1 });
                }
            }
            Input::Message(envelope) => {
                let Travelling { id, left } = envelope.message;
                note(self.forwarder.me, Token { id, left });
                if self.stated != Stated::Finished {
                    cx.announce(Fact::Delivered { id, left });
                }
                match self.forwarder.on_token(Token { id, left }) {
                    Some((to, token)) => cx.send(self.address(to), token.into()),
                    None => cx.announce(Fact::Finished { id }),
                }
            }
            Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}

impl Scenario for Forwarding {
    type Protocol = Tokens;

    fn set_up(&self, system: &mut Setup<Tokens>) {
        system.latency(LEAST, GREATEST);
        system.limits(Limits {
            events: u64::MAX,
            virtual_time: Duration::from_secs(1_000_000),
            wall_time: Duration::from_secs(600),
            pending: u32::MAX,
        });
        let spec = self.spec;
        for node in 0..spec.nodes {
            let mut node = system.node(format!("node-{node}"));
            for actor in node.id().0 * spec.per_node()..(node.id().0 + 1) * spec.per_node() {
                let forwarder = Forwarder::new(&spec, actor);
                let (Spec { tokens, hops, .. }, per_node) = (spec, spec.per_node());
                let member = Member { forwarder, tokens, hops, per_node, stated: self.stated };
                let placed = node.actor(format!("member-{actor}"), member);
                assert_eq!(
                    placed,
                    Address::new(NodeId(spec.node_of(actor)), actor),
                    "slots are given in order"
                );
            }
        }
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        let Spec { tokens, hops, .. } = self.spec;
        let once_each = fold(0, move |finished: &mut u32, _, fact: &Fact| match fact {
            Fact::Finished { .. } if *finished == tokens => {
                Err(format!("{tokens} tokens, and one more finishes"))
            }
            Fact::Finished { .. } => {
                *finished += 1;
                Ok(())
            }
            Fact::Delivered { id, left } if *left >= hops => Err(format!("token {id} has {left} hops left")),
            Fact::Delivered { .. } => Ok(()),
        });
        let sentence = "no more tokens finish than started, and none has more hops than it started with";
        match self.stated {
            Stated::Unwatched => check.always("TOK-1", sentence, on(["Finished"], once_each)),
            Stated::Finished | Stated::Delivered => check.always("TOK-1", sentence, once_each),
        }
    }
}

// The dull choice, one in eight, is the least latency, and the others are uniform up to the greatest; so the mean of 5.5 ms of a
// uniform draw from 1 to 10 ms takes a greatest latency of 1 + 9 · 8/7 ms.
const LEAST: Duration = Duration::from_millis(1);
const GREATEST: Duration = Duration::from_nanos(11_285_714);

/// The tokens between two nodes took 5.5 ms each, within a hundredth.
pub fn assert_mean_latency(end: Time, deliveries: u64) {
    let mean = end.as_nanos() / deliveries;
    assert!((5_445_000..5_555_000).contains(&mean), "the mean latency is {mean} ns");
}
