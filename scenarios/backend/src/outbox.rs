//! Events that are committed, published and read by slow subscribers, while the process that publishes crashes.

use std::time::Duration;

use rehearsal::check::{Moment, Monitor, Owed, Properties, SortedMap, SortedSet, fold};
use rehearsal::registry::{Entry, Setting, planted, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_backend::outbox::{
    Client, Fact, Outbox, PATIENCE, Publisher, RETRY, ROOM, Reducer, Subscriber, VARIANTS, Variant, Writer,
};
use rehearsal_protocol::{Address, NodeId, Time};

use crate::waits::{Wait, nobody_waits_in_a_circle};

/// The entry of the registry.
pub static OUTBOX: Entry = Entry {
    name: "outbox",
    sentence: "events go out when they are committed, to subscribers who see each or are told what they missed",
    variants: &planted(&VARIANTS),
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: &[
        Setting {
            name: "clients",
            sentence: "how many clients each stream has",
            default: 2,
            least: 1,
            most: 100,
        },
        Setting {
            name: "commands",
            sentence: "how many commands each has",
            default: 5,
            least: 1,
            most: 1_000,
        },
    ],
    build: |variant, settings| {
        let variant = variant.and_then(Variant::named).unwrap_or_default();
        rehearsal(Published { clients: settings.get("clients"), commands: settings.get("commands"), variant })
    },
};

/// Two streams out of one process, with a subscriber and some clients each.
#[derive(Clone, Copy, Debug)]
pub struct Published {
    /// How many clients each stream has.
    pub clients: u32,
    /// How many commands each has.
    pub commands: u32,
    /// Which bug is planted.
    pub variant: Variant,
}

/// How many streams there are; each has one subscriber.
const STREAMS: u32 = 2;
/// Longer than a subscriber needs for all that can wait for it, once nothing is lost any more.
const IN_THE_END: Duration = Duration::from_secs(6);

impl Scenario for Published {
    type Protocol = Outbox;

    fn set_up(&self, system: &mut Setup<Outbox>) {
        let mut process = system.node("process");
        let (publisher, reducer) = (process.declare("publisher"), process.declare("reducer"));
        let writer = |stream| Writer::new(stream, publisher, self.variant);
        let writers: Vec<_> =
            (1..=STREAMS).map(|stream| process.actor(format!("writer-{stream}"), writer(stream))).collect();
        process.actor("publisher", Publisher::new(writers.clone(), reducer, self.variant));
        process.actor("reducer", Reducer::new(publisher));
        for (stream, expected) in subscribers() {
            let node = system.node(format!("reader-{stream}")).steady();
            let placed = { node }.actor("subscriber", Subscriber::new(publisher, stream));
            assert_eq!(placed, expected, "slots are given in order");
        }
        for number in 1..=self.clients * STREAMS {
            let writer = writers[(number % STREAMS) as usize];
            let client = Client::new(number, writer, self.commands, self.variant);
            system.node(format!("client-{number}")).actor("client", client);
        }
        system.timeout("patience", PATIENCE);
        system.timeout("retry", RETRY);
        system.faulty_phase(Duration::from_secs(2));
        system.horizon(IN_THE_END + RETRY); // Subscribers ask again and again.
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        check.always("SES-7", "nothing is published or answered before it is durable", nothing_is_early());
        check.always("DEAD-1", "no actors wait for each other in a circle", nobody_waits_in_a_circle(waits));
        check.always(
            "MBX-3",
            "no more events wait for a subscriber than its ring has room",
            rings_keep_their_room(),
        );
        check.always(
            "MBX-1",
            "a subscriber sees every committed event in order, or is told that it missed one which its ring has lost",
            Seen::default(),
        );
        check.always(
            "P-3",
            "what a client takes for an answer is the answer to its present question",
            answers_are_to_the_question(),
        );
        check.sometimes("a ring is full", |fact| matches!(fact, Fact::Overflowed { .. }));
        check.sometimes("a subscriber is told what it has missed", |fact| {
            matches!(fact, Fact::ToldGap { .. })
        });
        check.sometimes("an answer comes too late", |fact| matches!(fact, Fact::LateAnswer { .. }));
        check.sometimes("an event begins something that is published", |fact| {
            matches!(fact, Fact::Waits { .. })
        });
        check.sometimes("a publisher begins anew", |fact| matches!(fact, Fact::Restated { to: 2.., .. }));
    }
}

/// The streams and who reads them.
fn subscribers() -> impl Iterator<Item = (u32, Address)> {
    // The publisher, the reducer and the writers come first.
    (1..=STREAMS).map(|stream| (stream, Address::new(NodeId(stream), 1 + STREAMS + stream)))
}

/// SES-7: nothing is published or answered before it is durable.
fn nothing_is_early() -> impl Monitor<Fact> {
    fold(SortedSet::new(), |durable: &mut SortedSet<(u32, u32)>, _, fact: &Fact| match fact {
        Fact::Committed { stream, number } => {
            durable.insert((*stream, *number));
            Ok(())
        }
        Fact::Published { stream, number } if !durable.contains(&(*stream, *number)) => {
            Err(format!("event {number} of stream {stream} is published, and not durable"))
        }
        Fact::Answered { stream, number } if !durable.contains(&(*stream, *number)) => {
            Err(format!("event {number} of stream {stream} is answered, and not durable"))
        }
        _ => Ok(()),
    })
}

/// DEAD-1.
fn waits(fact: &Fact) -> Option<Wait<Address>> {
    match fact {
        Fact::Waits { who, on } => Some(Wait::Begins(*who, *on)),
        Fact::GoesOn { who } => Some(Wait::Ends(*who)),
        _ => None,
    }
}

/// MBX-3: no more events wait for a subscriber than its ring has room.
fn rings_keep_their_room() -> impl Monitor<Fact> {
    fold((), |(), _, fact: &Fact| match fact {
        Fact::Waiting { count, .. } if *count > ROOM as u32 => {
            Err(format!("{count} events wait in a ring that has room for {ROOM}"))
        }
        _ => Ok(()),
    })
}

/// P-3: what a client takes for an answer is the answer to its present question.
fn answers_are_to_the_question() -> impl Monitor<Fact> {
    fold((), |(), _, fact: &Fact| match fact {
        Fact::Took { client, ask, of } if ask != of => {
            Err(format!("client {client} asked question {ask}, and takes the answer to {of}"))
        }
        _ => Ok(()),
    })
}

/// MBX-1: what each subscriber has seen, and what it may have missed.
#[derive(Clone, Debug, Default, Hash)]
struct Seen {
    committed: SortedMap<u32, Vec<Time>>,
    last: SortedMap<Address, u32>,
    /// What a ring has lost because it was full.
    overflowed: SortedSet<(Address, u32)>,
    /// Up to where rings of a stream were lost with their publisher.
    restated: SortedMap<u32, u32>,
    /// Up to where a stream was when a subscriber was first heard of.
    joined: SortedMap<Address, u32>,
}

impl Seen {
    fn may_miss(&self, subscriber: Address, stream: u32, number: u32) -> bool {
        let is_below = |mark: Option<&u32>| mark.is_some_and(|mark| number <= *mark);
        self.overflowed.contains(&(subscriber, number))
            || is_below(self.restated.get(&stream))
            || is_below(self.joined.get(&subscriber))
    }
}

impl Monitor<Fact> for Seen {
    fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
        match fact {
            Fact::Committed { stream, number } => {
                let times = self.committed.get_or_default(*stream);
                if times.len() < *number as usize {
                    times.push(moment.at);
                }
            }
            Fact::Overflowed { subscriber, number } => {
                self.overflowed.insert((*subscriber, *number));
            }
            Fact::Restated { stream, to } => {
                self.restated.insert(*stream, *to);
            }
            Fact::Joined { subscriber, at, .. } => {
                self.joined.insert(*subscriber, *at);
            }
            Fact::Received { subscriber, number, .. } => {
                let seen = self.last.insert(*subscriber, *number).unwrap_or_default();
                if *number != seen + 1 {
                    return Err(format!(
                        "event {number} comes after {seen}, and nobody said that one is missing"
                    ));
                }
            }
            Fact::ToldGap { subscriber, stream, from, to } => {
                self.last.insert(*subscriber, *to);
                if let Some(kept) = (*from..=*to).find(|number| !self.may_miss(*subscriber, *stream, *number))
                {
                    return Err(format!("event {kept} is said to be missing, and no ring has lost it"));
                }
            }
            Fact::Answered { .. }
            | Fact::Published { .. }
            | Fact::Waiting { .. }
            | Fact::Waits { .. }
            | Fact::GoesOn { .. }
            | Fact::Took { .. }
            | Fact::GaveUp { .. }
            | Fact::LateAnswer { .. } => {}
        }
        Ok(())
    }

    fn owed(&self) -> Vec<Owed> {
        let owe = |(stream, subscriber): (u32, Address)| {
            let seen = self.last.get(&subscriber).copied().unwrap_or_default();
            let since = *self.committed.get(&stream)?.get(seen as usize)?;
            let what = format!("event {} of stream {stream} for its subscriber", seen + 1);
            Some(Owed { since, within: IN_THE_END, what })
        };
        subscribers().filter_map(owe).collect()
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}
