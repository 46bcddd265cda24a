//! Scenarios into which something leaks that is no choice, to show that `doctor` notices and names it.

use std::time::Duration;

use rehearsal::check::Properties;
use rehearsal::registry::{Entry, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_protocol::{Actor, Address, Context, Input, Protocol, TimerId};
use serde::{Deserialize, Serialize};

/// The entry of the registry: an actor that goes through a std `HashMap`.
pub static ORDER: Entry = Entry {
    name: "leaky-order",
    sentence: "an actor sends in the order of a std HashMap: doctor must find it",
    variants: &[],
    in_campaign: false,
    faults: &Profile::CHAOS,
    settings: &[],
    build: |_, _| rehearsal(Leaky::Order),
};

/// The entry of the registry: an actor that looks at the real clock.
pub static CLOCK: Entry = Entry {
    name: "leaky-clock",
    sentence: "an actor reads the real clock: doctor must find it",
    variants: &[],
    in_campaign: false,
    faults: &Profile::CHAOS,
    settings: &[],
    build: |_, _| rehearsal(Leaky::Clock),
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Leaky {
    Order,
    Clock,
}

#[derive(Clone, Debug, Hash, Serialize, Deserialize)]
struct Name(String);

#[derive(Clone, Debug, Hash, Serialize, Deserialize)]
struct Heard(String);

struct Names;

impl Protocol for Names {
    type Message = Name;
    type Fact = Heard;
}

#[derive(Clone, Debug, Hash)]
struct Caller {
    leak: Leaky,
    listener: Address,
}

#[derive(Clone, Debug, Hash)]
struct Listener;

const GUESTS: [&str; 6] = ["ada", "barbara", "edsger", "grace", "leslie", "tony"];

/// So many calls are dull, so that the first difference does not stand at the very beginning.
const DULL_CALLS: u32 = 3;

impl Actor<Names> for Caller {
    fn receive(&mut self, cx: &mut Context<'_, Names>, input: Input<Names>) {
        match input {
            Input::Start(_) => {
                for n in 0..DULL_CALLS {
                    cx.send(self.listener, Name(format!("dull {n}")));
                }
                cx.set_timer(TimerId(0), Duration::from_millis(20));
            }
            Input::Timer(_) => {
                let names = match self.leak {
                    Leaky::Order => in_leaked_order(),
                    Leaky::Clock => vec![real_time()],
                };
                for name in names {
                    cx.send(self.listener, Name(name));
                }
            }
            Input::Message(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}

#[expect(clippy::disallowed_types, reason = "the leak that `doctor` must find")]
fn in_leaked_order() -> Vec<String> {
    let guests: std::collections::HashMap<&str, usize> = GUESTS.iter().copied().zip(0..).collect();
    guests.into_keys().map(ToOwned::to_owned).collect()
}

#[expect(clippy::disallowed_types, reason = "the leak that `doctor` must find")]
fn real_time() -> String {
    format!("{:?}", std::time::SystemTime::now())
}

impl Actor<Names> for Listener {
    fn receive(&mut self, cx: &mut Context<'_, Names>, input: Input<Names>) {
        if let Input::Message(envelope) = input {
            cx.announce(Heard(envelope.message.0));
        }
    }
}

impl Scenario for Leaky {
    type Protocol = Names;

    fn set_up(&self, system: &mut Setup<Names>) {
        let listener = system.node("right").actor("listener", Listener);
        system.node("left").actor("caller", Caller { leak: *self, listener });
    }

    fn properties(&self, check: &mut Properties<Heard>) {
        check.never("LEAK-1", "nobody is called without a name", |heard: &Heard| heard.0.is_empty());
    }
}
