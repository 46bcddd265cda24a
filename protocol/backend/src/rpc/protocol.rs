//! The protocol of clients and sessions: the lanes of its messages.

use rehearsal_protocol::actor::Protocol;
use rehearsal_protocol::mailbox::Lane;

use super::fact::Fact;
use super::message::{ClientMessage, FrontMessage, Message, SessionsMessage};

/// The protocol of clients and sessions.
#[derive(Clone, Copy, Debug)]
pub struct Rpc;

impl Protocol for Rpc {
    type Message = Message;
    type Fact = Fact;

    fn lane(message: &Message) -> Lane {
        match message {
            Message::Front(FrontMessage::Disconnect(_)) | Message::Client(ClientMessage::Gone(_)) => {
                Lane::Control
            }
            Message::Front(FrontMessage::Connect(_) | FrontMessage::Ask { .. })
            | Message::Sessions(SessionsMessage::Execute(_)) => Lane::Work,
            Message::Client(_) | Message::Front(_) | Message::Sessions(_) | Message::CalledBack => {
                Lane::Result
            }
        }
    }
}
