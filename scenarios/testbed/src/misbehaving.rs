//! Systems that misbehave on purpose, to show that the testbed notices: a canary that must fail, and runaways that must end.

use std::time::Duration;

use rehearsal::check::{Monitor, Properties, fold};
use rehearsal::compare::Measures;
use rehearsal::registry::{Entry, rehearsal};
use rehearsal::{Limits, Profile, Scenario, Setup};
use rehearsal_protocol::{Actor, Address, Context, Input, Protocol, TimerId};
use serde::{Deserialize, Serialize};

/// The entry of the registry: a campaign over it must fail.
pub static CANARY: Entry = Entry {
    name: "canary",
    sentence: "claims that no message overtakes another, which is false: a campaign over it must fail",
    variants: &[],
    in_campaign: false,
    faults: &Profile::CHAOS,
    settings: &[],
    build: |_, _| rehearsal(Misbehaving::Overtaking),
};

/// The entry of the registry: ends with the limit `virtual-time`.
pub static NEVER_QUIET: Entry = Entry {
    name: "never-quiet",
    sentence: "two actors tick for ever: ends at the limit on virtual time",
    variants: &[],
    in_campaign: false,
    faults: &Profile::CHAOS,
    settings: &[],
    build: |_, _| rehearsal(Misbehaving::NeverQuiet),
};

/// The entry of the registry: ends with a violation of `ACT-3`.
pub static PANICS: Entry = Entry {
    name: "panics",
    sentence: "an actor panics in every turn: contained, and a violation of ACT-3",
    variants: &[],
    in_campaign: false,
    faults: &Profile::CHAOS,
    settings: &[],
    build: |_, _| rehearsal(Misbehaving::Panics { tolerated: false }),
};

/// The entry of the registry: ends with the limit `virtual-time`.
pub static CRASH_LOOP: Entry = Entry {
    name: "crash-loop",
    sentence: "an actor panics in every turn and is restarted each time: ends at the limit on virtual time",
    variants: &[],
    in_campaign: false,
    faults: &Profile::CHAOS,
    settings: &[],
    build: |_, _| rehearsal(Misbehaving::Panics { tolerated: true }),
};

/// The entry of the registry: ends with the limit `pending`.
pub static FLOOD: Entry = Entry {
    name: "flood",
    sentence: "every message leads to two more: ends at the limit on what is pending",
    variants: &[],
    in_campaign: false,
    faults: &Profile::CHAOS,
    settings: &[],
    build: |_, _| rehearsal(Misbehaving::Flood),
};

/// The entry of the registry: the watchdog names `/left/actor`.
pub static STUCK: Entry = Entry {
    name: "stuck",
    sentence: "in some seeds an actor never returns from its turn: the watchdog names it",
    variants: &[],
    in_campaign: false,
    faults: &Profile::CHAOS,
    settings: &[],
    build: |_, _| rehearsal(Misbehaving::Stuck { of: 64 }),
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Misbehaving {
    Overtaking,
    NeverQuiet,
    Panics {
        tolerated: bool,
    },
    Flood,
    /// With a choice among so many; the 64th is never to return.
    Stuck {
        of: u32,
    },
    /// Does nothing at all.
    Silent,
}

#[derive(Clone, Debug, Hash, Serialize, Deserialize)]
struct Ping(u32);

#[derive(Clone, Debug, Hash, Serialize, Deserialize)]
struct Arrived(u32);

struct Pings;

impl Protocol for Pings {
    type Message = Ping;
    type Fact = Arrived;
}

#[derive(Clone, Debug, Hash)]
struct Peer {
    way: Misbehaving,
    other: Address,
}

const TICK: Duration = Duration::from_millis(10);
const PINGS: u32 = 4;

impl Actor<Pings> for Peer {
    fn receive(&mut self, cx: &mut Context<'_, Pings>, input: Input<Pings>) {
        let message = match input {
            Input::Message(envelope) => Some(envelope.message),
            Input::Start(_) | Input::Timer(_) => None,
            Input::Signal(_) | Input::Synced(_) => return,
        };
        match (self.way, message) {
            (Misbehaving::Overtaking, None) => (0..PINGS).for_each(|n| cx.send(self.other, Ping(n))),
            (Misbehaving::Overtaking, Some(Ping(n))) => cx.announce(Arrived(n)),
            (Misbehaving::NeverQuiet, None) => {
                cx.announce(Arrived(0));
                cx.set_timer(TimerId(0), TICK);
            }
            (Misbehaving::Panics { .. }, _) => panic!("this actor panics in every turn"),
            (Misbehaving::Flood, None) => cx.send(self.other, Ping(0)),
            (Misbehaving::Flood, Some(Ping(n))) => (0..2).for_each(|_| cx.reply(Ping(n + 1))),
            (Misbehaving::Stuck { of }, None) => {
                if cx.choose(of) == 63 {
                    never_return();
                }
            }
            (Misbehaving::NeverQuiet | Misbehaving::Stuck { .. }, Some(_)) | (Misbehaving::Silent, _) => {}
        }
    }
}

fn never_return() -> ! {
    loop {
        std::hint::spin_loop();
    }
}

impl Scenario for Misbehaving {
    type Protocol = Pings;

    fn set_up(&self, system: &mut Setup<Pings>) {
        let right = system.node("right").declare("actor");
        let left = system.node("left").actor("actor", Peer { way: *self, other: right });
        let alike = matches!(self, Self::Overtaking | Self::Flood | Self::NeverQuiet);
        let way = if alike { *self } else { Self::Silent };
        system.node("right").actor("actor", Peer { way, other: left });
        system.limits(Limits { virtual_time: Duration::from_secs(60), ..Limits::default() });
        if *self == (Self::Panics { tolerated: true }) {
            system.panics_are_crashes();
        }
    }

    fn policies(&self) -> &'static [&'static str] {
        if matches!(self, Self::Stuck { .. }) { &["may-hang", "never-hangs"] } else { &[] }
    }

    fn under(&self, policy: &str) -> Option<Self> {
        match (self, policy) {
            (Self::Stuck { .. }, "may-hang") => Some(Self::Stuck { of: 64 }),
            (Self::Stuck { .. }, "never-hangs") => Some(Self::Stuck { of: 63 }),
            _ => None,
        }
    }

    fn measures(&self, measure: &mut Measures<Arrived>) {
        measure.turns("turns");
    }

    fn properties(&self, check: &mut Properties<Arrived>) {
        if *self == Self::Overtaking {
            check.always("CANARY-1", "no message overtakes another", in_order());
        }
    }
}

/// CANARY-1: no message overtakes another. The network never promised that.
fn in_order() -> impl Monitor<Arrived> {
    fold([0; 2], |next: &mut [u32; 2], moment, Arrived(n)| {
        let next = &mut next[moment.actor.node().index()];
        if n < next {
            return Err(format!("message {n} arrives after message {}", *next - 1));
        }
        *next = n + 1;
        Ok(())
    })
}
