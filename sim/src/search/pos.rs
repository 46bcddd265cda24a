//! Partial order sampling (Yuan et al., CAV 2018): an independent priority for each message.
//!
//! The plain draw spreads most delays within the usual latency. Here a delay is uniform up to a reach that is drawn for the
//! whole run: the usual latency, or several times that. So any two messages that race come in either order about equally
//! often, however far apart they were sent. Loss, duplication and delays around timeouts are drawn as ever.

use super::{Strategy, Way};
use crate::choice::generator::{draw, name};
use crate::choice::{Asked, Insists, Menu, Offer, Source, Stream, Value};
use crate::weather::{local, passage};

/// Late messages are its means, so the fault `delay` is on in each of its runs.
pub static STRATEGY: Strategy = Strategy {
    name: "pos",
    sentence: "each message has a priority of its own: delays spread wide and uniform",
    insists_on: Insists::Kinds(&["delay"]),
    way: Way::Source(|seed| Box::new(Pos::new(seed))),
};

const REACH: u64 = name("pos reach");

/// How far delays spread in one run.
#[derive(Clone, Debug)]
struct Pos {
    /// In greatest usual latencies; the entry `late` ends at 20.
    reach: u64,
}

impl Pos {
    fn new(seed: u64) -> Self {
        Self { reach: [1, 2, 5, 20][(draw(seed, REACH, 0) % 4) as usize] }
    }

    fn remote(&self, menu: &Menu, asked: &Asked<'_>) -> Value {
        let drawn = asked.drawn;
        if drawn.entry() > passage::LATE {
            return drawn;
        }
        // A place in the reach, in shares of the greatest usual latency.
        let share = u64::from(asked.bits as u32) * self.reach;
        if share < 1 << 32 || !menu.offers(passage::LATE) {
            return Value::new(passage::USUAL, asked.bits as u32, 0);
        }
        Value::new(passage::LATE, ((share - (1 << 32)) / 19) as u32, 0)
    }
}

impl Source for Pos {
    fn choose(&mut self, asked: &Asked<'_>) -> Value {
        match (asked.stream, asked.offer) {
            (Stream::Delay { .. }, Offer::Menu(menu)) if menu.entries() > local::ENTRIES => {
                self.remote(menu, asked)
            }
            (Stream::Delay { .. }, Offer::Menu(_)) => Value::new(local::SLOW, asked.bits as u32, 0),
            _ => asked.drawn,
        }
    }
}
