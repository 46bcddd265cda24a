//! Takes the lock, writes, gives it back, and says whether it held it to the end.

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::time::Time;

use super::{Fact, Holder, Lease, Message, PACE, RETRY, TTL, Token, Variant};

/// Works under the lock for some rounds. A client that starts anew starts its rounds anew.
#[derive(Clone, Debug, Hash)]
pub struct Client {
    lock: Address,
    resource: Address,
    rounds: u32,
    writes: u32,
    variant: Variant,
    attempt: u32,
    step: Step,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    Done,
    /// It asked for the lock, first at this time.
    Asking {
        since: Time,
    },
    /// It has the lock until this time by its own clock, and so many writes to go.
    Writing {
        token: Token,
        until: Time,
        left: u32,
    },
    /// It gives the lock back.
    Releasing {
        token: Token,
    },
}

const NEXT: TimerId = TimerId(0);

impl Client {
    /// A client that takes the lock so often, and writes so often each time.
    pub fn new(lock: Address, resource: Address, rounds: u32, writes: u32, variant: Variant) -> Self {
        Self { lock, resource, rounds, writes, variant, attempt: 0, step: Step::Done }
    }

    fn holder(cx: &Context<'_, Lease>) -> Holder {
        Holder { client: cx.me(), life: cx.incarnation().0 }
    }

    fn next_round(&mut self, cx: &mut Context<'_, Lease>) {
        if self.rounds == 0 {
            self.step = Step::Done;
            return cx.announce(Fact::Finished { client: cx.me() });
        }
        self.rounds -= 1;
        self.ask(cx);
    }

    /// Asks for the lock by a new attempt: what an earlier one may still bring is of no use.
    fn ask(&mut self, cx: &mut Context<'_, Lease>) {
        self.attempt += 1;
        self.step = Step::Asking { since: cx.now() };
        let holder = Self::holder(cx);
        cx.send(self.lock, Message::Acquire { holder, attempt: self.attempt });
        // Clients that wait in step would meet for ever.
        let jitter = RETRY / 4 * cx.choose(4);
        cx.set_timer(NEXT, RETRY + jitter);
    }

    fn granted(&mut self, cx: &mut Context<'_, Lease>, token: Token, since: Time) {
        // From when it asked: the lock's own count began later.
        self.step = Step::Writing { token, until: since + TTL, left: self.writes };
        self.write(cx);
    }

    fn write(&mut self, cx: &mut Context<'_, Lease>) {
        let Step::Writing { token, until, left } = self.step else { return };
        if left == 0 || cx.now() >= until {
            self.step = Step::Releasing { token };
            return self.release(cx);
        }
        self.step = Step::Writing { token, until, left: left - 1 };
        cx.send(self.resource, Message::Write { token });
        cx.set_timer(NEXT, PACE);
    }

    fn release(&mut self, cx: &mut Context<'_, Lease>) {
        let Step::Releasing { token } = self.step else { return };
        let holder = Self::holder(cx);
        cx.send(self.lock, Message::Release { holder, token });
        if self.variant == Variant::ReleaseErrorSwallowed {
            return self.released(cx, token, true);
        }
        cx.set_timer(NEXT, RETRY);
    }

    fn released(&mut self, cx: &mut Context<'_, Lease>, token: Token, held: bool) {
        cx.cancel_timer(NEXT);
        cx.announce(Fact::Ended { token, held });
        self.next_round(cx);
    }
}

impl Actor<Lease> for Client {
    fn receive(&mut self, cx: &mut Context<'_, Lease>, input: Input<Lease>) {
        match input {
            Input::Start(_) => self.next_round(cx),
            Input::Message(envelope) => match (envelope.message, self.step) {
                (Message::Granted { attempt, token }, Step::Asking { since }) if attempt == self.attempt => {
                    self.granted(cx, token, since);
                }
                (Message::Released { token, held }, Step::Releasing { token: mine }) if token == mine => {
                    self.released(cx, token, held);
                }
                _ => {}
            },
            Input::Timer(_) => match self.step {
                Step::Done => {}
                Step::Asking { .. } => self.ask(cx),
                Step::Writing { .. } => self.write(cx),
                Step::Releasing { .. } => self.release(cx),
            },
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use rehearsal_protocol::probe::Probe;

    use super::*;

    fn client(probe: &mut Probe<Lease>, variant: Variant) -> Client {
        Client::new(probe.peer(), probe.peer(), 1, 2, variant)
    }

    #[test]
    fn a_client_writes_while_its_own_clock_says_that_it_may_and_then_gives_back() {
        let mut probe = Probe::<Lease>::default();
        let mut client = client(&mut probe, Variant::Reference);
        let lock = client.lock;
        let effects = probe.start(&mut client);
        assert!(format!("{effects:?}").starts_with("[send @1.1 Acquire"), "{effects:?}");
        let granted = Message::Granted { attempt: 1, token: Token(5) };
        let effects = probe.message(&mut client, lock, granted);
        assert_eq!(format!("{effects:?}"), "[send @2.2 Write { token: Token(5) }, set Timer(0) 100ms]");
        probe.advance(TTL);
        let effects = probe.turn(&mut client, Input::Timer(NEXT));
        assert!(format!("{effects:?}").starts_with("[send @1.1 Release"), "the lease is over: {effects:?}");
        let effects = probe.message(&mut client, lock, Message::Released { token: Token(5), held: false });
        let told = "[cancel Timer(0), announce Ended { token: Token(5), held: false }, \
                    announce Finished { client: @0.0 }]";
        assert_eq!(format!("{effects:?}"), told);
    }

    #[test]
    fn an_answer_to_an_earlier_attempt_is_of_no_use() {
        let mut probe = Probe::<Lease>::default();
        let mut client = client(&mut probe, Variant::Reference);
        let lock = client.lock;
        probe.start(&mut client);
        probe.advance(RETRY);
        probe.turn(&mut client, Input::Timer(NEXT));
        let late = Message::Granted { attempt: 1, token: Token(5) };
        assert!(probe.message(&mut client, lock, late).is_empty());
    }
}
