//! Everything that the future of a run depends on, as 128 bits.
//!
//! Two runs whose worlds have the same fingerprint go on alike if they are given the same choices from there on. In it are:
//!
//! - the time, since when the faulty phase is over if it is, how many events there were, and how many messages were sent, for the next
//!   one gets that number;
//! - of each actor: its type and state (what its `Hash` feeds), its incarnation, whether it had its first turn, what waits in its mailbox
//!   and how much may, which timers are armed, who watches it, its children, its disk, until when it is busy, and how many raw draws it
//!   made, for after a few zeros in one turn they vary with their number;
//! - of each node: whether it is up, paused or slow, and its clock;
//! - what is pending, in its order: when, for whom, and what, with the ids of messages;
//! - which links are cut or clogged, how many crashes hold a node down, whose first turn waits for the end of a pause, and when the last
//!   message within a node arrives, for those keep their order;
//! - the paths that were spawned, in their order;
//! - the balance of messages (`ACT-1`).
//!
//! Not in it is what decides nothing: the trace, what caused what, and the number of a choice in its stream, which only names it. Of a timer
//! that was cancelled, or of anything else that waits for an incarnation that is over, only the time is in it, for until then the run is not
//! over. The weights of the weather follow from whether the faulty phase is over, as long as the worlds that are compared have the same
//! profile and seed.
//!
//! An actor, message or fact whose `Hash` leaves something out makes states equal that are not: derive it.

use std::hash::{Hash, Hasher};

use rehearsal_protocol::{Incarnation, Input, Protocol, Signal};

use super::World;
use super::cell::Cell;
use super::pending::What;
use super::scene::Scene;
use crate::fingerprint::Fingerprinter;

impl<P: Protocol> World<P> {
    /// Feeds everything that the future of this run depends on.
    ///
    /// # Panics
    ///
    /// If events may come in any order: what is pending then is not looked at.
    pub(crate) fn feed(&self, to: &mut Fingerprinter) {
        assert!(self.loose.is_none(), "fingerprints are for worlds in which time orders events");
        self.scene.feed(self.balance(), to);
        to.write_usize(self.cells.len());
        for cell in &self.cells {
            self.feed_cell(cell, to);
        }
        self.scene.feed_links(to);
        self.feed_pending(to);
    }

    fn feed_cell(&self, cell: &Cell<P>, to: &mut Fingerprinter) {
        let busy_until = cell.busy_until();
        let flags = bits([
            cell.actor.is_some(),
            cell.started,
            cell.dispatching,
            cell.waiting,
            busy_until > self.scene.now,
            cell.rest().is_some(),
            cell.rest().is_some_and(|rest| rest.keeps_mail),
        ]);
        to.write_u64(flags << 32 | u64::from(cell.incarnation.0));
        to.write_u64(u64::from(cell.counts.draws) << 32 | u64::from(cell.counts.writes));
        if busy_until > self.scene.now {
            busy_until.hash(to);
        }
        if let Some(actor) = &cell.actor {
            actor.fingerprint(to);
        }
        let Some(rest) = cell.rest() else { return };
        rest.mailbox.bounds().hash(to);
        rest.mailbox.len().hash(to);
        for waiting in rest.mailbox.iter() {
            waiting.input.hash(to);
            if let Input::Timer(id) = &waiting.input {
                rest.is_armed(*id, waiting.arm).hash(to);
            }
        }
        rest.feed(self.scene.now, to);
    }

    fn feed_pending(&self, to: &mut Fingerprinter) {
        for (at, target, what) in self.queue.in_order() {
            at.hash(to);
            if self.is_void(target, what) {
                to.write_u8(u8::MAX);
                continue;
            }
            target.hash(to);
            std::mem::discriminant(what).hash(to);
            match what {
                What::Message(envelope) => envelope.hash(to),
                What::Timer(id, _) => id.hash(to),
                What::Signal(signal, incarnation) => (signal, incarnation).hash(to),
                What::Synced(id, incarnation, upto) => (id, incarnation, upto).hash(to),
                What::Start(incarnation) | What::Dispatch(incarnation) => incarnation.hash(to),
                What::EpisodeBegins | What::EpisodeEnds => {
                    let episode = self.scene.plan.episodes[target as usize];
                    (episode.until, episode.harm).hash(to);
                }
                What::Kill | What::Restart | What::Heal => {}
            }
        }
    }

    /// Whether nothing will come of something that is pending.
    fn is_void(&self, target: u32, what: &What<P>) -> bool {
        let cell = || &self.cells[target as usize];
        let lives = |incarnation: Incarnation| cell().actor.is_some() && cell().incarnation == incarnation;
        match what {
            What::Timer(id, arm) => !self.is_armed(target, *id, *arm),
            What::Signal(signal, incarnation) => {
                !matches!(**signal, Signal::Interrupt { .. }) && !lives(*incarnation)
            }
            What::Synced(_, incarnation, _) | What::Start(incarnation) | What::Dispatch(incarnation) => {
                !lives(*incarnation)
            }
            What::Message(_)
            | What::Kill
            | What::Restart
            | What::EpisodeBegins
            | What::EpisodeEnds
            | What::Heal => false,
        }
    }
}

impl Scene {
    /// Feeds what comes before the actors; with how many messages are accounted for.
    fn feed(&self, balance: i64, to: &mut Fingerprinter) {
        self.now.hash(to);
        self.healed.hash(to);
        self.begun.hash(to);
        self.recorder.count().hash(to);
        self.tally.sent.hash(to);
        balance.hash(to);
        for node in &self.nodes {
            to.write_u64(u64::from(node.pauses) << 1 | u64::from(node.up));
            to.write_u64(node.slow);
            to.write_u64(node.clock.offset);
            to.write_u64(node.clock.drift_ppm.cast_unsigned());
        }
        self.directory.feed(to);
    }

    /// Feeds what comes after them.
    fn feed_links(&self, to: &mut Fingerprinter) {
        self.pairs.feed(self.now, to);
        self.active.feed(to);
    }
}

/// Flags as the bits of a word.
fn bits<const N: usize>(flags: [bool; N]) -> u64 {
    flags.iter().fold(0, |bits, flag| bits << 1 | u64::from(*flag))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use rehearsal_protocol::{
        Actor, Address, Bounds, Context, Envelope, Exit, MessageId, NodeId, Time, TimerId, WriteId,
    };

    use super::*;
    use crate::check::Properties;
    use crate::choice::Choices;
    use crate::fault::cut::{Cut, Shape};
    use crate::fault::{Episode, Harm, Profile};
    use crate::fingerprint::Fingerprint;
    use crate::trace::Recording;
    use crate::world::Start;
    use crate::world::asynchronous::Orders;
    use crate::world::blueprint::Blueprint;
    use crate::world::cell::Waiting;
    use crate::{Scenario, Setup};

    struct Numbers;

    impl Protocol for Numbers {
        type Message = u32;
        type Fact = u32;
    }

    #[derive(Clone, Debug, Hash)]
    struct Counter(u32);

    /// Another actor whose state feeds the same.
    #[derive(Clone, Debug, Hash)]
    struct Other(u32);

    impl Actor<Numbers> for Counter {
        fn receive(&mut self, _: &mut Context<'_, Numbers>, _: Input<Numbers>) {}
    }

    impl Actor<Numbers> for Other {
        fn receive(&mut self, _: &mut Context<'_, Numbers>, _: Input<Numbers>) {}

        fn mailbox(&self) -> Bounds {
            Bounds { work: 7, ..Bounds::default() }
        }
    }

    struct Two;

    impl Scenario for Two {
        type Protocol = Numbers;

        fn set_up(&self, system: &mut Setup<Numbers>) {
            system.node("a").actor("counter", Counter(0));
            system.node("b").actor("counter", Counter(0));
        }

        fn properties(&self, _: &mut Properties<u32>) {}
    }

    const LATER: Time = Time::from_nanos(1_000);
    const CUT: Cut = Cut { shape: Shape::Deaf, node: NodeId(0), other: NodeId(1), salt: 0 };

    /// A world in the middle of a run, with something of everything.
    fn world() -> World<Numbers> {
        let mut world = World::new(Arc::new(Blueprint::of(&Two)));
        let script = [Episode {
            kind: "crash",
            from: LATER,
            until: LATER + Duration::from_secs(1),
            harm: Harm::Crash(NodeId(1)),
            choice: None,
        }];
        world.start(Start {
            seed: 0,
            profile: &Profile::NONE,
            choices: Choices::benign(),
            script: &script,
            faulty: None,
            recording: Recording::Off,
            orders: Orders::Timed,
        });
        let rest = world.cells[0].rest_mut();
        rest.timers.push((TimerId(1), 1));
        rest.arms = 1;
        rest.disk.write(|| ("key".into(), [1].into()));
        world.schedule(LATER, 0, 0, What::Timer(TimerId(1), 1));
        world.schedule(LATER, 0, 0, What::Message(envelope(1, 5)));
        world
    }

    fn envelope(id: u64, message: u32) -> Envelope<u32> {
        Envelope { from: Address::new(NodeId(1), 1), id: MessageId(id), message }
    }

    fn waiting(input: Input<Numbers>) -> Waiting<Numbers> {
        Waiting { input, cause: 0, arm: 1 }
    }

    fn of(world: &World<Numbers>) -> Fingerprint {
        let mut to = Fingerprinter::default();
        world.feed(&mut to);
        to.fingerprint()
    }

    type Change = (&'static str, fn(&mut World<Numbers>));

    const MATTERS: &[Change] = &[
        ("time", |world| world.scene.now = Time::from_nanos(1)),
        ("healed", |world| world.scene.healed = Some(Time::ZERO)),
        ("first turns", |world| world.scene.begun = 1),
        ("messages sent", |world| world.scene.tally.sent += 1),
        ("messages in the balance", |world| world.scene.tally.lost += 1),
        ("a node that is down", |world| world.scene.nodes[0].up = false),
        ("a pause", |world| world.scene.nodes[0].pauses = 1),
        ("a slow node", |world| world.scene.nodes[0].slow = 1),
        ("a clock", |world| world.scene.nodes[0].clock.offset = 1),
        ("a drift", |world| world.scene.nodes[0].clock.drift_ppm = -1),
        ("an actor's state", |world| world.cells[0].actor = Some(Box::new(Counter(1)))),
        ("an actor's type", |world| world.cells[0].actor = Some(Box::new(Other(0)))),
        ("no actor", |world| world.cells[1].actor = None),
        ("an incarnation", |world| world.cells[0].incarnation = Incarnation(2)),
        ("a first turn", |world| world.cells[0].started = true),
        ("a dispatch", |world| world.cells[0].dispatching = true),
        ("a mailbox that is not empty", |world| world.cells[0].waiting = true),
        ("draws", |world| world.cells[0].counts.draws = 1),
        ("syncs", |world| world.cells[0].counts.writes = 1),
        ("a turn that takes long", |world| world.cells[0].rest_mut().busy_until = LATER),
        ("a timer", |world| world.cells[0].rest_mut().timers.push((TimerId(2), 2))),
        ("a cancelled timer", |world| world.cells[0].rest_mut().timers.clear()),
        ("mail that is kept", |world| world.cells[0].rest_mut().keeps_mail = true),
        ("a watcher", |world| world.cells[0].rest_mut().watchers.push(1)),
        ("a child", |world| world.cells[0].rest_mut().children.push(1)),
        ("a write", |world| world.cells[0].rest_mut().disk.write(|| ("key".into(), [2].into()))),
        ("a durable write", |world| world.cells[0].rest_mut().disk.flush()),
        ("a sync under way", |world| world.cells[0].rest_mut().disk.last_sync = LATER),
        ("a message in a mailbox", |world| {
            let input = Input::Message(envelope(1, 5));
            world.cells[0].rest_mut().mailbox.push(input.lane(), waiting(input));
        }),
        ("room in a mailbox", |world| {
            world.cells[1].actor = Some(Box::new(Other(0)));
            world.cells[1].rest_mut();
            world.cells[1].actor = Some(Box::new(Counter(0)));
        }),
        ("something pending", |world| world.schedule(LATER, 1, 0, What::Kill)),
        ("for whom it is", |world| world.schedule(LATER, 0, 0, What::Kill)),
        ("what it is", |world| world.schedule(LATER, 1, 0, What::Restart)),
        ("a message", |world| world.schedule(LATER, 0, 0, What::Message(envelope(1, 6)))),
        ("its number", |world| world.schedule(LATER, 0, 0, What::Message(envelope(2, 6)))),
        ("a signal", |world| {
            world.schedule(LATER, 0, 0, What::Signal(Box::new(Signal::Shutdown), Incarnation(1)));
        }),
        ("which signal", |world| {
            let who = Address::new(NodeId(1), 1);
            let exit = Signal::Exit { who, incarnation: Incarnation(1), reason: Exit::Killed };
            world.schedule(LATER, 0, 0, What::Signal(Box::new(exit), Incarnation(1)));
        }),
        ("a sync", |world| world.schedule(LATER, 0, 0, What::Synced(WriteId(1), Incarnation(1), 1))),
        ("how much of it", |world| world.schedule(LATER, 0, 0, What::Synced(WriteId(1), Incarnation(1), 2))),
        ("a start", |world| world.schedule(LATER, 0, 0, What::Start(Incarnation(1)))),
        ("what an episode does", |world| world.scene.plan.episodes[0].harm = Harm::Crash(NodeId(0))),
        ("when an episode ends", |world| world.scene.plan.episodes[0].until = LATER),
        ("when a pair's last message arrives", |world| {
            world.scene.pairs.next(0, 1, 0, 0, || 0);
            world.scene.pairs.in_order(0, 1, world.scene.now, 9);
        }),
        ("a cut", |world| world.scene.active.sever(CUT, None)),
        ("a clog", |world| world.scene.active.sever(CUT, Some(LATER))),
        ("until when it is clogged", |world| world.scene.active.sever(CUT, Some(Time::MAX))),
        ("a crash that goes on", |world| *world.scene.active.crashes_on(NodeId(0)) += 1),
        ("a first turn that waits", |world| world.scene.active.start_later(0, Incarnation(1))),
        ("a spawned path", |world| {
            world.scene.directory.child(Address::new(NodeId(0), 0), "child", "/a/counter");
        }),
        ("another path", |world| {
            world.scene.directory.child(Address::new(NodeId(0), 0), "other", "/a/counter");
        }),
    ];

    const DECIDES_NOTHING: &[Change] = &[
        ("the number of the next timer", |world| world.cells[0].counts.timers = 7),
        ("the number of the next menu", |world| world.cells[0].counts.menus = 7),
        ("how many turns there were", |world| world.scene.tally.turns = 7),
        ("a message lost and one less handled", |world| {
            (world.scene.tally.lost, world.scene.tally.dead) = (1, world.scene.tally.dead.wrapping_sub(1));
        }),
        ("a turn that is over", |world| world.cells[0].rest_mut().busy_until = Time::ZERO),
        ("how often timers were armed", |world| world.cells[0].rest_mut().arms = 7),
    ];

    #[test]
    fn every_part_of_a_state_makes_another_fingerprint() {
        let mut known = vec![("nothing", of(&world()))];
        for (what, change) in MATTERS {
            let mut changed = world();
            change(&mut changed);
            let fingerprint = of(&changed);
            let same = known.iter().find(|(_, other)| *other == fingerprint);
            assert!(same.is_none(), "{what} looks like {same:?}");
            known.push((what, fingerprint));
        }
    }

    #[test]
    fn what_decides_nothing_makes_no_other_fingerprint() {
        for (what, change) in DECIDES_NOTHING {
            let mut changed = world();
            changed.scene.tally.dead = 1;
            changed.scene.tally.sent = 1;
            let before = of(&changed);
            change(&mut changed);
            assert_eq!(of(&changed), before, "{what}");
        }
    }

    #[test]
    fn the_order_of_what_is_pending_at_one_time_is_part_of_a_state() {
        let (mut one, mut other) = (world(), world());
        for (world, numbers) in [(&mut one, [1, 2]), (&mut other, [2, 1])] {
            numbers.iter().for_each(|n| world.schedule(LATER, 0, 0, What::Message(envelope(9, *n))));
        }
        assert_ne!(of(&one), of(&other));
    }

    #[test]
    fn what_waits_for_an_incarnation_that_is_over_counts_only_by_its_time() {
        let (mut one, mut other, mut later) = (world(), world(), world());
        one.schedule(LATER, 0, 0, What::Start(Incarnation(7)));
        other.schedule(LATER, 0, 0, What::Synced(WriteId(3), Incarnation(7), 2));
        later.schedule(Time::from_nanos(2_000), 0, 0, What::Start(Incarnation(7)));
        assert_eq!(of(&one), of(&other));
        assert_ne!(of(&one), of(&later));
        assert_ne!(of(&one), of(&world()));
    }
}
