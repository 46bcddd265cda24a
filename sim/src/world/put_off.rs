//! Messages whose arrival is drawn a few turns after they were sent, several at once.
//!
//! When a message arrives is a function of the names of its sender and its receiver. In a world that fits no cache, every look at the name of a
//! receiver comes from memory, and nothing else can go on until it has come. So, where many actors are and nothing can go wrong with a message,
//! messages between nodes are put off: they have their numbers and their places in the queue at once, and their times together with those of
//! others, whose names come from memory at the same time. Nobody can tell: no message arrives before the least latency is over, and times are
//! drawn before anything happens that late.

use rehearsal_protocol::{Effect, Envelope, MessageId, Protocol, Time};

use super::World;
use super::cell::Home;
use super::pending::What;
use super::queue::Due;
use super::scene::Scene;
use crate::choice::Stream;
use crate::choice::generator::Key;
use crate::choice::stream::delay_key;

/// The messages that are put off.
#[derive(Clone, Debug)]
pub(super) struct PutOff {
    /// Whether messages are put off in this run.
    on: bool,
    items: Vec<Item>,
    /// From when on the first of them may arrive, in nanoseconds; the end of time if there is none.
    until: u64,
}

impl Default for PutOff {
    fn default() -> Self {
        Self { on: false, items: Vec::new(), until: u64::MAX }
    }
}

#[derive(Clone, Copy, Debug)]
struct Item {
    from: u32,
    to: u32,
    /// The name of the sender: here it is still at hand.
    name: Key,
    /// When it was sent; once that is drawn, when it arrives.
    at: Time,
    due: Due,
}

/// So many are put off at the most.
const MOST: usize = 32;
/// In a smaller world, names come from a cache.
const MANY_ACTORS: usize = if cfg!(test) { 8 } else { 8_192 };

impl PutOff {
    pub(super) fn reset(&mut self) {
        (self.on, self.until) = (false, u64::MAX);
        self.items.clear();
    }

    /// Whether a message between nodes is put off.
    #[inline]
    pub(super) fn is_on(&self) -> bool {
        self.on
    }

    /// Whether something that was put off may happen before this.
    #[inline]
    pub(super) fn may_come_before(&self, next: Option<(Time, Due)>) -> bool {
        next.map_or(u64::MAX, |(at, _)| at.as_nanos()) >= self.until
    }
}

impl<P: Protocol> World<P> {
    /// From now on puts messages off if that pays and if nobody can tell: all draws are plain, and nothing goes wrong in this run.
    pub(crate) fn may_put_off(&mut self) {
        let (least, _) = self.scene.plan.weather.latency();
        let many = self.blueprint.actors.len() >= MANY_ACTORS;
        let fair = !self.scene.plan.faulty && self.scene.plan.weather.is_fair() && least > 0;
        self.scene.put_off.on = many && fair && self.scene.choices.is_plain() && self.loose.is_none();
    }

    /// Puts a message to another node off.
    #[expect(clippy::inline_always, reason = "a message must be made in its place in the queue")]
    #[inline(always)]
    pub(super) fn put_off(
        &mut self,
        (from, home): (u32, Home),
        to: u32,
        id: MessageId,
        cause: u64,
        message: impl FnOnce(&mut Vec<Effect<P>>) -> P::Message,
    ) {
        let envelope = Envelope { from: home.address(from), id, message: message(&mut self.effects) };
        let due = self.queue.lay(to, cause, What::Message(envelope));
        if self.scene.note_put_off((from, home), to, due) {
            self.draw_what_was_put_off();
        }
    }

    /// What was put off may happen before what is next: all of it is put to its time, and the queue is to be asked again. `false` if there is nothing.
    #[cold]
    pub(super) fn something_comes_before(&mut self, next: Option<(Time, Due)>) -> bool {
        if self.scene.put_off.items.is_empty() {
            return false;
        }
        if let Some((at, due)) = next {
            self.queue.put(due, at);
        }
        self.draw_what_was_put_off();
        true
    }

    /// Puts what was put off to its time if some of it is by this actor, for what one actor sends is numbered in its order.
    #[inline(never)]
    pub(super) fn draw_what_was_put_off_by(&mut self, from: u32) {
        if self.scene.puts_off_something_by(from) {
            self.draw_what_was_put_off();
        }
    }

    /// Draws when what was put off arrives.
    #[inline(never)]
    fn draw_what_was_put_off(&mut self) {
        let mut items = self.scene.draw_what_was_put_off();
        for item in &items {
            self.queue.put(item.due, item.at);
        }
        items.clear();
        self.scene.put_off.items = items;
    }
}

impl Scene {
    /// What was put off, with the times at which it arrives.
    fn draw_what_was_put_off(&mut self) -> Vec<Item> {
        let mut items = std::mem::take(&mut self.put_off.items);
        let mut names = [0; MOST];
        // All of them are asked for before any is needed.
        for (name, item) in names.iter_mut().zip(&items) {
            *name = self.keys[item.to as usize];
        }
        std::hint::black_box(&names);
        for (name, item) in names.into_iter().zip(&mut items) {
            let Item { from, to, name: sender, at: sent, .. } = *item;
            let key = move || delay_key(sender, name);
            let drawn = self.pairs.next(from, to, name, self.choices.prepared(), key);
            let stream = move || (Stream::Delay { from, to }, key());
            let value = self.choices.pick_drawn(stream, drawn, &self.plan.weather.remote);
            let span = self.plan.weather.usual_passage(value).expect("fair weather has usual passages only");
            item.at = Time::from_nanos(sent.as_nanos() + span);
        }
        self.put_off.until = u64::MAX;
        items
    }

    /// Whether something that this actor sent is put off.
    fn puts_off_something_by(&self, from: u32) -> bool {
        self.put_off.items.iter().any(|item| item.from == from)
    }

    /// Notes a message that is put off; whether there are as many now as there can be.
    #[inline]
    fn note_put_off(&mut self, (from, home): (u32, Home), to: u32, due: Due) -> bool {
        if self.put_off.items.is_empty() {
            let (least, _) = self.plan.weather.latency();
            self.put_off.until = self.now.as_nanos() + least;
        }
        self.put_off.items.push(Item { from, to, name: home.key, at: self.now, due });
        self.put_off.items.len() == MOST
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rehearsal_protocol::{Actor, Address, Context, Input};
    use serde::{Deserialize, Serialize};

    use crate::check::{Checks, Properties};
    use crate::choice::Choices;
    use crate::fault::Profile;
    use crate::trace::Recording;
    use crate::world::asynchronous::Orders;
    use crate::world::blueprint::Blueprint;
    use crate::world::{Start, World};
    use crate::{Scenario, Setup};

    struct Hops;

    #[derive(Clone, Debug, Hash, Serialize, Deserialize)]
    struct Hop {
        left: u32,
    }

    impl rehearsal_protocol::Protocol for Hops {
        type Message = Hop;
        type Fact = ();
    }

    /// Sends each hop on, to itself, to a neighbour and to others, now and then two at once.
    #[derive(Clone, Debug, Hash)]
    struct Member {
        all: u32,
        me: u32,
        seen: u32,
    }

    impl Actor<Hops> for Member {
        fn receive(&mut self, cx: &mut Context<'_, Hops>, input: Input<Hops>) {
            let left = match input {
                Input::Start(_) => 12,
                Input::Message(envelope) => envelope.message.left,
                _ => return,
            };
            self.seen += 1;
            let to = |step: u32| {
                let slot = (self.me + step) % self.all;
                Address::new(rehearsal_protocol::NodeId(slot / NODES_SHARE), slot)
            };
            if left > 0 {
                cx.send(to(self.seen * 7 % self.all), Hop { left: left - 1 });
                if self.seen.is_multiple_of(5) {
                    cx.send(to(1), Hop { left: left / 2 });
                }
            }
        }
    }

    const NODES_SHARE: u32 = 4;

    struct Large;

    impl Scenario for Large {
        type Protocol = Hops;

        fn set_up(&self, system: &mut Setup<Hops>) {
            for node in 0..5 {
                let mut at = system.node(format!("n{node}"));
                for me in node * NODES_SHARE..(node + 1) * NODES_SHARE {
                    at.actor(format!("m{me}"), Member { all: 5 * NODES_SHARE, me, seen: 0 });
                }
            }
        }

        fn properties(&self, _: &mut Properties<()>) {}
    }

    fn world(seed: u64, profile: &'static Profile, put_off: bool) -> (World<Hops>, Checks<()>) {
        let mut world = World::new(Arc::new(Blueprint::of(&Large)));
        world.start(Start {
            seed,
            profile,
            choices: Choices::seeded(seed),
            script: &[],
            faulty: None,
            recording: Recording::Off,
            orders: Orders::Timed,
        });
        if put_off {
            world.may_put_off();
        }
        (world, Properties::default().checks())
    }

    #[test]
    fn nobody_can_tell_that_messages_are_put_off() {
        for seed in 0..50 {
            let (mut at_once, mut checks) = world(seed, &Profile::NONE, false);
            let (mut later, mut same_checks) = world(seed, &Profile::NONE, true);
            let mut put_off = 0;
            while at_once.step(&mut checks) {
                assert!(later.step(&mut same_checks));
                put_off = put_off.max(later.scene.put_off.items.len());
                assert_eq!((at_once.now(), at_once.pending()), (later.now(), later.pending()));
                assert_eq!(at_once.recorder().hash(), later.recorder().hash());
            }
            assert!(!later.step(&mut same_checks));
            assert_eq!(at_once.tally(), later.tally());
            assert!(put_off > 1, "several at once are put off");
        }
    }

    #[test]
    fn where_something_may_go_wrong_nothing_is_put_off() {
        let wild = (0..50).filter(|seed| {
            let (world, _) = world(*seed, &Profile::CHAOS, true);
            assert!(!(world.scene.plan.faulty && world.scene.put_off.is_on()));
            world.scene.plan.faulty
        });
        assert!(wild.count() > 25);
    }
}
