//! Who holds the lease.

use std::collections::VecDeque;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::durable::Durable;
use rehearsal_protocol::input::{Input, Recovered, WriteId};
use rehearsal_protocol::time::Time;
use serde::{Deserialize, Serialize};

use super::{Fact, Holder, Lease, Message, TTL, Token, Variant};

/// Gives the lock to one holder at a time. It answers when what it says is on disk.
#[derive(Clone, Debug, Hash)]
pub struct Lock {
    row: Row,
    disk: Durable,
    /// What is said when a sync has completed, in the order of the syncs.
    answers: VecDeque<(WriteId, Answer)>,
    variant: Variant,
}

/// What the disk keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Row {
    /// The highest token ever given.
    token: Token,
    held: Option<Held>,
    /// The last grant that was given back, so that the same request is answered alike if it comes again.
    released: Option<(Holder, Token)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Held {
    holder: Holder,
    token: Token,
    attempt: u32,
    until: Time,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Answer {
    Granted { to: Address, held: Held, at: Time },
    Released { to: Address, asked: Token, ended: Token },
}

const ROW: &str = "lock";

impl Lock {
    /// A lock that nobody holds.
    pub fn new(variant: Variant) -> Self {
        Self { row: Row::default(), disk: Durable::default(), answers: VecDeque::new(), variant }
    }

    fn start(&mut self, cx: &mut Context<'_, Lease>, recovered: &Recovered) {
        let (disk, row) = match self.variant {
            Variant::TornRow => (Durable::default(), recovered.get(ROW)),
            _ => Durable::recovered(recovered, ROW),
        };
        (self.disk, self.row) = (disk, row.unwrap_or_default());
        if let Some((_, token)) = self.row.released {
            // The life that took it back may have ended before it could say so.
            cx.announce(Fact::Released { asked: token, ended: token });
        }
    }

    fn acquire(&mut self, cx: &mut Context<'_, Lease>, from: Address, holder: Holder, attempt: u32) {
        let now = cx.now();
        if let Some(held) =
            self.row.held.filter(|held| now < held.until || self.variant == Variant::NeverExpires)
        {
            if (held.holder, held.attempt) == (holder, attempt) {
                // The same request again: its answer is under way, or was lost.
                if self.answers.is_empty() {
                    granted(cx, from, held);
                }
                return;
            }
            return cx.announce(Fact::Contended);
        }
        let highest = self.answers.iter().filter_map(|(_, answer)| match answer {
            Answer::Granted { held, .. } => Some(held.token),
            Answer::Released { .. } => None,
        });
        let token = Token(highest.max().unwrap_or_default().max(self.row.token).0 + 1);
        let held = Held { holder, token, attempt, until: now + TTL };
        let row = Row { token, held: Some(held), ..self.row };
        if self.variant != Variant::SelectThenUpdate {
            self.row = row;
        }
        self.keep(cx, row, Answer::Granted { to: from, held, at: now });
    }

    fn release(&mut self, cx: &mut Context<'_, Lease>, from: Address, holder: Holder, asked: Token) {
        let by_holder = self.variant == Variant::ReleaseByHolder;
        let matches = |held: &Held| held.holder == holder && (held.token == asked || by_holder);
        match self.row.held.filter(matches) {
            Some(Held { token: ended, .. }) => {
                self.row.held = None;
                self.row.released = Some((holder, asked));
                if self.variant == Variant::RowDeleted {
                    self.row = Row::default();
                }
                self.keep(cx, self.row, Answer::Released { to: from, asked, ended });
            }
            None => {
                let under_way = |(_, answer): &(WriteId, Answer)| matches!(answer, Answer::Released { to, asked: pending, .. } if (*to, *pending) == (from, asked));
                if self.answers.iter().any(under_way) {
                    return; // The same request again, before its answer is on disk.
                }
                let held = self.row.released == Some((holder, asked));
                cx.send(from, Message::Released { token: asked, held });
            }
        }
    }

    /// Writes the row, and answers when it is on disk.
    fn keep(&mut self, cx: &mut Context<'_, Lease>, row: Row, answer: Answer) {
        match self.variant {
            Variant::TornRow => cx.write(ROW, &row),
            _ => self.disk.write(cx, ROW, &row),
        }
        let synced = cx.sync();
        if self.variant == Variant::GrantBeforeSync {
            return self.answer(cx, answer);
        }
        self.answers.push_back((synced, answer));
    }

    fn synced(&mut self, cx: &mut Context<'_, Lease>, id: WriteId) {
        while let Some((synced, answer)) = self.answers.front().copied()
            && synced <= id
        {
            self.answers.pop_front();
            self.answer(cx, answer);
        }
    }

    fn answer(&mut self, cx: &mut Context<'_, Lease>, answer: Answer) {
        match answer {
            Answer::Granted { to, held, at } => {
                if self.variant == Variant::SelectThenUpdate {
                    self.row = Row { token: held.token, held: Some(held), ..self.row };
                }
                let Held { holder, token, until, .. } = held;
                cx.announce(Fact::Granted { token, holder, at, until });
                granted(cx, to, held);
            }
            Answer::Released { to, asked, ended } => {
                cx.announce(Fact::Released { asked, ended });
                cx.send(to, Message::Released { token: asked, held: true });
            }
        }
    }
}

fn granted(cx: &mut Context<'_, Lease>, to: Address, held: Held) {
    cx.send(to, Message::Granted { attempt: held.attempt, token: held.token });
}

impl Actor<Lease> for Lock {
    fn receive(&mut self, cx: &mut Context<'_, Lease>, input: Input<Lease>) {
        match input {
            Input::Start(recovered) => self.start(cx, &recovered),
            Input::Message(envelope) => match envelope.message {
                Message::Acquire { holder, attempt } => self.acquire(cx, envelope.from, holder, attempt),
                Message::Release { holder, token } => self.release(cx, envelope.from, holder, token),
                Message::Granted { .. } | Message::Released { .. } | Message::Write { .. } => {}
            },
            Input::Synced(id) => self.synced(cx, id),
            Input::Timer(_) | Input::Signal(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use rehearsal_protocol::context::Effect;
    use rehearsal_protocol::probe::Probe;

    use super::*;

    fn holder(client: Address) -> Holder {
        Holder { client, life: 1 }
    }

    fn told(effects: &[Effect<Lease>]) -> String {
        let worth = effects.iter().filter(|effect| !matches!(effect, Effect::Write { .. } | Effect::Sync(_)));
        worth.map(|effect| format!("{effect:?}")).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_grant_is_answered_when_it_is_on_disk() {
        let (mut probe, mut lock) = (Probe::<Lease>::default(), Lock::new(Variant::Reference));
        let alice = probe.peer();
        let effects = probe.message(&mut lock, alice, Message::Acquire { holder: holder(alice), attempt: 1 });
        assert!(matches!(effects[..], [Effect::Write { .. }, Effect::Sync(WriteId(1))]), "{effects:?}");
        let effects = probe.turn(&mut lock, Input::Synced(WriteId(1)));
        assert!(told(&effects).ends_with("send @1.1 Granted { attempt: 1, token: Token(1) }"), "{effects:?}");
    }

    #[test]
    fn only_an_expired_lease_is_given_to_another() {
        let (mut probe, mut lock) = (Probe::<Lease>::default(), Lock::new(Variant::Reference));
        let (alice, bob) = (probe.peer(), probe.peer());
        probe.message(&mut lock, alice, Message::Acquire { holder: holder(alice), attempt: 1 });
        probe.turn(&mut lock, Input::Synced(WriteId(1)));
        probe.advance(TTL.saturating_sub(std::time::Duration::from_nanos(1)));
        let effects = probe.message(&mut lock, bob, Message::Acquire { holder: holder(bob), attempt: 1 });
        assert_eq!(told(&effects), "announce Contended");
        probe.advance(std::time::Duration::from_nanos(1));
        let effects = probe.message(&mut lock, bob, Message::Acquire { holder: holder(bob), attempt: 2 });
        assert!(matches!(effects[..], [Effect::Write { .. }, Effect::Sync(WriteId(2))]), "{effects:?}");
    }

    #[test]
    fn a_release_that_comes_twice_is_answered_alike_and_a_late_one_is_told() {
        let (mut probe, mut lock) = (Probe::<Lease>::default(), Lock::new(Variant::Reference));
        let alice = probe.peer();
        probe.message(&mut lock, alice, Message::Acquire { holder: holder(alice), attempt: 1 });
        probe.turn(&mut lock, Input::Synced(WriteId(1)));
        let release = |token| Message::Release { holder: holder(alice), token: Token(token) };
        let effects = probe.message(&mut lock, alice, release(9));
        assert_eq!(told(&effects), "send @1.1 Released { token: Token(9), held: false }");
        probe.message(&mut lock, alice, release(1));
        let first = probe.turn(&mut lock, Input::Synced(WriteId(2)));
        assert!(told(&first).ends_with("send @1.1 Released { token: Token(1), held: true }"), "{first:?}");
        let again = probe.message(&mut lock, alice, release(1));
        assert_eq!(told(&again), "send @1.1 Released { token: Token(1), held: true }");
    }
}
