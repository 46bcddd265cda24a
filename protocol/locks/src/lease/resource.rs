//! What the lease protects.

use std::collections::VecDeque;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::durable::Durable;
use rehearsal_protocol::input::{Input, WriteId};

use super::{Fact, Lease, Message, Token, Variant};

/// Takes writes, but none whose token is below the highest that it has seen. A write has taken effect when it is on disk.
#[derive(Clone, Debug, Hash)]
pub struct Resource {
    highest: Token,
    disk: Durable,
    /// The writes that are on their way to the disk.
    coming: VecDeque<(WriteId, Token)>,
    variant: Variant,
}

const HIGHEST: &str = "highest";

impl Resource {
    /// A resource that was never written to.
    pub fn new(variant: Variant) -> Self {
        Self { highest: Token(0), disk: Durable::default(), coming: VecDeque::new(), variant }
    }

    fn write(&mut self, cx: &mut Context<'_, Lease>, token: Token) {
        if token < self.highest && self.variant != Variant::NoFence {
            return cx.announce(Fact::Fenced { token, highest: self.highest });
        }
        self.highest = self.highest.max(token);
        self.disk.write(cx, HIGHEST, &self.highest);
        let synced = cx.sync();
        self.coming.push_back((synced, token));
    }
}

impl Actor<Lease> for Resource {
    fn receive(&mut self, cx: &mut Context<'_, Lease>, input: Input<Lease>) {
        match input {
            Input::Start(recovered) => {
                let (disk, highest) = Durable::recovered(&recovered, HIGHEST);
                (self.disk, self.highest) = (disk, highest.unwrap_or_default());
            }
            Input::Message(envelope) => {
                if let Message::Write { token } = envelope.message {
                    self.write(cx, token);
                }
            }
            Input::Synced(id) => {
                while let Some((synced, token)) = self.coming.front().copied()
                    && synced <= id
                {
                    self.coming.pop_front();
                    cx.announce(Fact::Accepted { token });
                }
            }
            Input::Timer(_) | Input::Signal(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use rehearsal_protocol::probe::Probe;

    use super::*;

    #[test]
    fn a_write_takes_effect_when_it_is_on_disk_and_a_late_one_never() {
        let (mut probe, mut resource) = (Probe::<Lease>::default(), Resource::new(Variant::Reference));
        let client = probe.peer();
        let effects = probe.message(&mut resource, client, Message::Write { token: Token(2) });
        assert_eq!(format!("{effects:?}"), "[write highest/1 2 bytes, sync 1]");
        let effects = probe.message(&mut resource, client, Message::Write { token: Token(1) });
        let fenced = "[announce Fenced { token: Token(1), highest: Token(2) }]";
        assert_eq!(format!("{effects:?}"), fenced);
        let effects = probe.turn(&mut resource, Input::Synced(WriteId(1)));
        assert_eq!(format!("{effects:?}"), "[announce Accepted { token: Token(2) }]");
    }
}
