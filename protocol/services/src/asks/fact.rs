//! What is announced.

use rehearsal_protocol::address::Address;
use rehearsal_protocol::supervision::{self, MailboxOnRestart, StateOnRestart};
use serde::{Deserialize, Serialize};

use super::message::AskId;

/// What is announced. A service is the counter of one supervisor, and is named by that one's address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fact {
    /// A client begins to ask, and knows nothing of what an earlier life of it asked.
    ClientBegan {
        /// Which.
        client: u16,
    },
    /// A client asks.
    Asked {
        /// What.
        ask: AskId,
        /// Whom.
        service: Address,
    },
    /// A client hears of a new life of the counter while it waits for this.
    Outlived {
        /// For what.
        ask: AskId,
    },
    /// A client is done with an ask.
    Settled {
        /// With which.
        ask: AskId,
        /// Whether it has an answer; if not, it was told that there will be none.
        answered: bool,
    },
    /// A counter begins.
    CounterBegan {
        /// Of which service.
        service: Address,
        /// What its supervisor does with its mailbox.
        mailbox: MailboxOnRestart,
        /// What its supervisor lets it begin with.
        state: StateOnRestart,
        /// What it counts on from.
        count: u64,
    },
    /// A counter has counted.
    Counted {
        /// Of which service.
        service: Address,
        /// For this ask.
        ask: AskId,
        /// So many there are now.
        count: u64,
    },
    /// A counter that shall end asks its supervisor how many others there are.
    DrainBegan {
        /// Of which service.
        service: Address,
    },
    /// It has heard it, and ends.
    Drained {
        /// Of which service.
        service: Address,
    },
    /// An operator begins, and knows nothing of what an earlier life of it ordered.
    OperatorBegan {
        /// Of which service.
        service: Address,
    },
    /// An operator orders a supervisor to stop its counter.
    StopOrdered {
        /// Which service.
        service: Address,
    },
    /// It has heard that the counter is down, or that there is nobody who could stop it.
    Stopped {
        /// Of which service.
        service: Address,
    },
    /// What a supervisor announces.
    Supervision(supervision::Fact),
}
