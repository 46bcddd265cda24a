//! A lock that expires: protocol, scenario and test in one file. `cargo run --release -p rehearsal --example lease_lock`
//! shows what a late write does to a store without a fence.

use std::time::Duration;

use rehearsal::check::{Properties, fold};
use rehearsal::protocol::{Actor, Address, Context, Input, Protocol, Time, TimerId};
use rehearsal::{Profile, Scenario, Setup};
use serde::{Deserialize, Serialize};

const TTL: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Clone, Debug, Hash, Serialize, Deserialize)]
enum Message {
    Acquire,
    Granted { token: u64 },
    Write { token: u64 },
}

#[derive(Clone, Debug, Hash, Serialize, Deserialize)]
enum Fact {
    Accepted { token: u64 },
    Refused { token: u64 },
    Finished { client: Address },
}

struct Lease;

impl Protocol for Lease {
    type Message = Message;
    type Fact = Fact;
}

/// Gives the lock to one client at a time, for a while, with a token that only grows.
#[derive(Clone, Debug, Hash, Default)]
struct Server {
    token: u64,
    held: bool,
}

impl Actor<Lease> for Server {
    fn receive(&mut self, cx: &mut Context<'_, Lease>, input: Input<Lease>) {
        match input {
            // Whoever finds the lock taken asks again.
            Input::Message(envelope) if matches!(envelope.message, Message::Acquire) && !self.held => {
                (self.token, self.held) = (self.token + 1, true);
                cx.reply(Message::Granted { token: self.token });
                cx.set_timer(TimerId(self.token), TTL);
            }
            Input::Timer(_) => self.held = false, // The lease is over, whatever its holder believes.
            Input::Message(_) | Input::Start(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}

/// Accepts writes; with a fence, only those whose token is not behind the highest that it has seen.
#[derive(Clone, Debug, Hash)]
struct Store {
    fenced: bool,
    highest: u64,
}

impl Actor<Lease> for Store {
    fn receive(&mut self, cx: &mut Context<'_, Lease>, input: Input<Lease>) {
        let Input::Message(envelope) = input else { return };
        let Message::Write { token } = envelope.message else { return };
        if self.fenced && token < self.highest {
            return cx.announce(Fact::Refused { token });
        }
        self.highest = self.highest.max(token);
        cx.announce(Fact::Accepted { token });
    }
}

/// Takes the lock and writes while its own clock says that the lease lasts.
#[derive(Clone, Debug, Hash)]
struct Client {
    server: Address,
    store: Address,
    asked: Time,
    lease: Option<u64>,
    writes_left: u32,
}

impl Actor<Lease> for Client {
    fn receive(&mut self, cx: &mut Context<'_, Lease>, input: Input<Lease>) {
        match (input, self.lease) {
            (Input::Message(envelope), None) => {
                let Message::Granted { token } = envelope.message else { return };
                self.lease = Some(token);
            }
            (Input::Timer(_), Some(_)) if self.writes_left == 0 => {
                return cx.announce(Fact::Finished { client: cx.me() });
            }
            (Input::Timer(_), Some(token)) if cx.now() < self.asked + TTL => {
                self.writes_left -= 1;
                cx.send(self.store, Message::Write { token });
            }
            (Input::Start(_) | Input::Timer(_), _) => {
                (self.asked, self.lease) = (cx.now(), None);
                cx.send(self.server, Message::Acquire);
            }
            (Input::Message(_) | Input::Signal(_) | Input::Synced(_), _) => return,
        }
        cx.set_timer(TimerId(0), PAUSE);
    }
}

struct LeaseLock {
    fenced: bool,
}

impl Scenario for LeaseLock {
    type Protocol = Lease;

    fn set_up(&self, system: &mut Setup<Lease>) {
        let mut db = system.node("db").steady();
        let server = db.actor("server", Server::default());
        let store = db.actor("store", Store { fenced: self.fenced, highest: 0 });
        for name in ["alice", "bob", "carol"] {
            let client = Client { server, store, asked: Time::ZERO, lease: None, writes_left: 5 };
            system.node(name).actor("client", client);
        }
        system.timeout("lease", TTL); // Outages and delays are drawn around it.
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        let never_back = fold(0, |highest: &mut u64, _, fact: &Fact| match fact {
            Fact::Accepted { token } if token < highest => Err(format!("token {token} after {highest}")),
            Fact::Accepted { token } => {
                *highest = *token;
                Ok(())
            }
            _ => Ok(()),
        });
        check.always("LK-Fence", "tokens of accepted writes never go back", never_back);
        check.sometimes("a late write is refused", |fact| matches!(fact, Fact::Refused { .. }));
        check.sometimes("a client finishes", |fact| matches!(fact, Fact::Finished { .. }));
    }
}

fn main() {
    rehearsal::check(LeaseLock { fenced: false }).faults(&Profile::CHAOS).run();
}

#[test]
fn a_late_write_is_refused_by_the_fence() {
    rehearsal::check(LeaseLock { fenced: true }).faults(&Profile::CHAOS).seeds(5_000).run();
}
