//! Where stages load from what they need before they can work.

use std::collections::BTreeMap;
use std::time::Duration;

use rand_core::Rng as _;
use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;
use rehearsal_protocol::time::nanos;

use super::message::{LoadId, Message, WorkerMessage};
use super::{Fact, Service};

/// What the least load takes.
const LEAST: Duration = Duration::from_millis(5);
/// How often the least load is doubled, all as likely: most stores are quick, and some are very slow.
const DOUBLINGS: [u32; 14] = [0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8];

/// Hands out what stages need. How long that takes is drawn once for each life of the store, and not for each load: so it depends on nothing
/// that anybody asks of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Store {
    /// How long a load takes.
    pace: Duration,
    /// Who waits for what, by the number of its timer.
    loads: BTreeMap<u64, (Address, LoadId)>,
    made: u64,
}

impl Store {
    fn begin(&mut self, cx: &mut Context<'_, Service>) {
        let doubled = LEAST * (1 << DOUBLINGS[cx.choose(DOUBLINGS.len() as u32) as usize]);
        // From once to twice that, so that every magnitude is as likely.
        let share = cx.rng().next_u64() >> 32;
        let more = (nanos(doubled) * share) >> 32;
        self.pace = doubled + Duration::from_nanos(more);
        cx.announce(Fact::StoreBegan { pace: nanos(self.pace) });
    }

    fn load(&mut self, cx: &mut Context<'_, Service>, to: Address, load: LoadId) {
        self.made += 1;
        self.loads.insert(self.made, (to, load));
        cx.set_timer(TimerId(self.made), self.pace);
    }

    fn loaded(&mut self, cx: &mut Context<'_, Service>, number: u64) {
        if let Some((to, load)) = self.loads.remove(&number) {
            cx.send(to, Message::Worker(WorkerMessage::Loaded(load)));
        }
    }
}

impl Actor<Service> for Store {
    fn receive(&mut self, cx: &mut Context<'_, Service>, input: Input<Service>) {
        match input {
            Input::Start(_) => self.begin(cx),
            Input::Message(envelope) => match envelope.message {
                Message::Load(load) => self.load(cx, envelope.from, load),
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Timer(TimerId(number)) => self.loaded(cx, number),
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
