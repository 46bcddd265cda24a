//! What is said.

use std::fmt;

use rehearsal_protocol::address::{Address, Incarnation};
use rehearsal_protocol::supervision::{Answer, Command, MailboxOnRestart, StateOnRestart};
use serde::{Deserialize, Serialize};

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Message {
    /// A counter says where it is.
    Here {
        /// Whose child it is.
        supervisor: Address,
    },
    /// A client wants the counter to count one more, and to hear how many those are.
    Count {
        /// Which of its asks it is.
        ask: AskId,
        /// Whether the client is told if there will be no answer.
        reply_port: bool,
    },
    /// The counter has counted one more.
    Counted {
        /// For this ask.
        ask: AskId,
        /// So many there are now.
        count: u64,
    },
    /// To a supervisor.
    Command(Box<Command<Job>>),
    /// From a supervisor.
    Answer(Box<Answer>),
}

/// How a counter is made.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Job {
    /// What its supervisor is to do with its mailbox.
    pub mailbox: MailboxOnRestart,
    /// What its supervisor is to let it begin with.
    pub state: StateOnRestart,
    /// Who asks it.
    pub clients: Vec<Address>,
}

/// An ask: the number of its client, which life of it, and its own number among those of that life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AskId(pub u64);

impl AskId {
    /// The ask of that number, from 1, in a life of a client.
    pub fn new(client: u16, life: Incarnation, number: u16) -> Self {
        Self(u64::from(client) << 48 | u64::from(life.0) << 16 | u64::from(number))
    }

    /// Whose it is.
    pub fn client(self) -> u16 {
        (self.0 >> 48) as u16
    }
}

/// `c1.2#3`: the third ask of the second life of client 1.
impl fmt::Display for AskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c{}.{}#{}", self.client(), (self.0 >> 16) as u32, self.0 as u16)
    }
}

impl fmt::Debug for AskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
