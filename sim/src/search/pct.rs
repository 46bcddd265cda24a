//! Probabilistic concurrency testing by chains of messages (Burckhardt et al., ASPLOS 2010; Ozkan et al., OOPSLA 2018).
//!
//! A chain is what one actor sends to one other. Each chain has a random priority that holds for the whole run, and
//! priorities become delays: a chain at the top is as fast as can be, one at the bottom is late all the time, so that
//! everything else overtakes it. At a few change points, counted in messages sent, the chain whose turn it is falls to the
//! very bottom. That finds bugs which need one party to be slow for long, and not one message to be late by chance.
//!
//! Loss, duplication and delays around timeouts are drawn as ever: they are no matter of order.

use super::{Strategy, Way};
use crate::choice::asked::Counted;
use crate::choice::generator::{draw, mix, name};
use crate::choice::{Asked, Insists, Menu, Offer, Source, Stream, StreamKey, Value};
use crate::weather::{local, passage};

/// Late messages are its means, so the fault `delay` is on in each of its runs.
pub static STRATEGY: Strategy = Strategy {
    name: "pct",
    sentence: "each chain of messages, by sender and receiver, has a priority; a few times in a run one is demoted",
    insists_on: Insists::Kinds(&["delay"]),
    way: Way::Measured(|seed, size| Box::new(Pct::new(seed, size))),
};

const PRIORITY: u64 = name("pct priority");
const CHANGE: u64 = name("pct change");

/// At most so many change points in a run: bugs that need more ordering constraints are rare.
const MOST_CHANGES: u64 = 4;

/// The priorities of chains in one run.
#[derive(Clone, Debug)]
struct Pct {
    seed: u64,
    /// How many messages were sent so far.
    sent: u32,
    /// Before which messages the chain at hand is demoted.
    changes: Vec<u32>,
    demoted: Vec<StreamKey>,
}

impl Pct {
    fn new(seed: u64, size: Counted) -> Self {
        let count = draw(seed, CHANGE, 0) % MOST_CHANGES;
        let place = |n: u64| draw(seed, CHANGE, n as u32) % u64::from(size.delays.max(1));
        Self { seed, sent: 0, changes: (1..=count).map(|n| place(n) as u32).collect(), demoted: Vec::new() }
    }

    /// Where a chain stands, from 0 at the top to 2^32 at the bottom.
    fn standing(&mut self, chain: StreamKey) -> u64 {
        if self.changes.contains(&self.sent) && !self.demoted.contains(&chain) {
            self.demoted.push(chain);
        }
        self.sent += 1;
        if self.demoted.contains(&chain) {
            return u64::from(u32::MAX);
        }
        draw(self.seed, mix(chain ^ PRIORITY), 0) >> 32
    }
}

impl Source for Pct {
    fn choose(&mut self, asked: &Asked<'_>) -> Value {
        let drawn = asked.drawn;
        let (Stream::Delay { .. }, Offer::Menu(menu)) = (asked.stream, asked.offer) else { return drawn };
        let standing = self.standing(asked.key);
        if menu.entries() > local::ENTRIES { remote(menu, drawn, standing) } else { within_a_node(standing) }
    }
}

const QUARTER: u64 = 1 << 30;

/// The first quarter is as fast as can be, the middle half usual, the last quarter late.
fn remote(menu: &Menu, drawn: Value, standing: u64) -> Value {
    if drawn.entry() > passage::LATE {
        return drawn;
    }
    match standing / QUARTER {
        0 => Value::BENIGN,
        1 | 2 => Value::new(passage::USUAL, ((standing - QUARTER) * 2) as u32, 0),
        _ if menu.offers(passage::LATE) => {
            Value::new(passage::LATE, ((standing - 3 * QUARTER) * 4) as u32, 0)
        }
        _ => Value::new(passage::USUAL, u32::MAX, 0),
    }
}

/// The first half takes no time, the third quarter a little, the last as long as between nodes.
fn within_a_node(standing: u64) -> Value {
    match standing / QUARTER {
        0 | 1 => Value::BENIGN,
        2 => Value::new(local::SOON, ((standing - 2 * QUARTER) * 4) as u32, 0),
        _ => Value::new(local::SLOW, ((standing - 3 * QUARTER) * 4) as u32, 0),
    }
}
