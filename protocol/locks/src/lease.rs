//! A lock that expires: a lease, and a fence at what it protects (`coordination.md` A.6).
//!
//! A [`Lock`] gives a lease to one client at a time, with a token that only grows. A client that stalls may go on writing when its lease is
//! over, and cannot know; so the [`Resource`] refuses tokens below the highest that it has seen. Both keep on disk what they said
//! before they say it.
//!
//! - [`lock`] — who holds the lease;
//! - [`resource`] — what it protects;
//! - [`client`] — takes the lock, writes, gives it back, and says whether it held it to the end.

pub mod client;
pub mod lock;
pub mod resource;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use rehearsal_protocol::actor::Protocol;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::time::Time;

pub use client::Client;
pub use lock::Lock;
pub use resource::Resource;

/// How long a lease lasts.
pub const TTL: Duration = Duration::from_secs(1);
/// How long a client waits before it asks again.
pub const RETRY: Duration = Duration::from_millis(150);
/// The time between two writes of a client.
pub const PACE: Duration = Duration::from_millis(100);

/// The protocol.
pub struct Lease;

impl Protocol for Lease {
    type Message = Message;
    type Fact = Fact;
}

/// A fencing token: one for each grant, growing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(pub u64);

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "token {}", self.0)
    }
}

/// Who takes a lock: a client in one of its lives, for it does not remember what it held in an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Holder {
    /// The client.
    pub client: Address,
    /// In which life.
    pub life: u32,
}

/// What is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Message {
    /// Give me the lock, this is my attempt of that number.
    Acquire {
        /// Who asks.
        holder: Holder,
        /// Its number, so that an answer to an earlier one is known as such.
        attempt: u32,
    },
    /// It is yours for [`TTL`].
    Granted {
        /// The attempt.
        attempt: u32,
        /// The token of this grant.
        token: Token,
    },
    /// Take it back.
    Release {
        /// Who held it.
        holder: Holder,
        /// By which grant.
        token: Token,
    },
    /// What became of that.
    Released {
        /// The grant.
        token: Token,
        /// Whether it was held to the end.
        held: bool,
    },
    /// Write, under this grant.
    Write {
        /// The token.
        token: Token,
    },
}

/// What is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fact {
    /// The lock was given to somebody; the times are those of the lock's own clock.
    Granted {
        /// By this token.
        token: Token,
        /// To whom.
        holder: Holder,
        /// When.
        at: Time,
        /// Until when.
        until: Time,
    },
    /// Somebody asked for the lock while another held it.
    Contended,
    /// The lock was given back.
    Released {
        /// The grant that was asked to end.
        asked: Token,
        /// The grant that ended.
        ended: Token,
    },
    /// A write took effect.
    Accepted {
        /// Its token.
        token: Token,
    },
    /// A write came too late.
    Fenced {
        /// Its token.
        token: Token,
        /// The highest that was seen.
        highest: Token,
    },
    /// A client is through with what it did under the lock.
    Ended {
        /// The grant.
        token: Token,
        /// Whether it believes that it held the lock to the end.
        held: bool,
    },
    /// A client has done all that it had to do.
    Finished {
        /// Which.
        client: Address,
    },
}

/// A planted bug.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Variant {
    /// None.
    #[default]
    Reference,
    /// The resource takes every write.
    NoFence,
    /// The lock looks whether it is free, and takes note of whom it was given to only when that is on disk.
    SelectThenUpdate,
    /// Giving the lock back forgets its row, and the tokens begin anew.
    RowDeleted,
    /// The lock writes its row over the last one.
    TornRow,
    /// The lock answers before the grant is on disk.
    GrantBeforeSync,
    /// Giving back compares the holder and not the token.
    ReleaseByHolder,
    /// A client does not ask whether it held the lock to the end.
    ReleaseErrorSwallowed,
    /// A lease never ends by itself.
    NeverExpires,
}

/// What is wrong in a variant.
pub type Planted = rehearsal_protocol::planted::Planted<Variant>;

/// All variants.
pub const VARIANTS: [Planted; 8] = [
    Planted {
        name: "no-fence",
        sentence: "the resource takes every write, however old its token",
        trips: "LK-Fence",
        variant: Variant::NoFence,
    },
    Planted {
        name: "select-then-update",
        sentence: "the lock is noted as taken only when the grant is on disk, so two may take it before",
        trips: "LK-Single",
        variant: Variant::SelectThenUpdate,
    },
    Planted {
        name: "row-deleted",
        sentence: "giving the lock back forgets its row, and tokens begin anew",
        trips: "LK-TokenUp",
        variant: Variant::RowDeleted,
    },
    Planted {
        name: "torn-row",
        sentence: "the lock writes its row over the last one, and a torn write loses both",
        trips: "LK-TokenUp",
        variant: Variant::TornRow,
    },
    Planted {
        name: "grant-before-sync",
        sentence: "the lock answers before the grant is on disk, and a crash gives the token again",
        trips: "LK-TokenUp",
        variant: Variant::GrantBeforeSync,
    },
    Planted {
        name: "release-by-holder",
        sentence: "giving back compares the holder only, so an old release ends a newer grant",
        trips: "LK-RelOwn",
        variant: Variant::ReleaseByHolder,
    },
    Planted {
        name: "release-error-swallowed",
        sentence: "a client believes that it held the lock, whatever the lock says when it is given back",
        trips: "LK-LostTold",
        variant: Variant::ReleaseErrorSwallowed,
    },
    Planted {
        name: "never-expires",
        sentence: "a lease never ends by itself, so a holder that is gone keeps the lock",
        trips: "LK-Free",
        variant: Variant::NeverExpires,
    },
];

impl Variant {
    /// The variant of that name.
    pub fn named(name: &str) -> Option<Self> {
        rehearsal_protocol::planted::named(&VARIANTS, name)
    }
}
