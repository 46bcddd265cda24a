//! The protocol of the gate: the lanes of its messages.

use rehearsal_protocol::actor::Protocol;
use rehearsal_protocol::mailbox::Lane;

use super::fact::Fact;
use super::message::Message;

/// The protocol of the gate.
#[derive(Clone, Copy, Debug)]
pub struct Gates;

impl Protocol for Gates {
    type Message = Message;
    type Fact = Fact;

    fn lane(message: &Message) -> Lane {
        message.lane()
    }
}
