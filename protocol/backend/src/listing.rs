//! A list of sessions out of a store that others write to meanwhile (`actors.md` F3).
//!
//! The [`Directory`] answers a listing with one statement: then it is a snapshot, costs the same however many sessions there are, and each session is in
//! it once, with its first branch. The [`Titler`] finds a name for a session while people rename it; it writes the one field that it means to, and
//! only if nobody has written it meanwhile.
//!
//! - [`store`] — the tables, and what a statement does to them;
//! - [`directory`] — asks the store on behalf of people;
//! - [`titler`] — reads a session, thinks, writes a name;
//! - [`person`] — lists, renames, pins, forks and deletes;
//! - [`fact`] — what is stated;
//! - [`variant`] — planted bugs.

pub mod directory;
pub mod fact;
pub mod person;
pub mod store;
#[cfg(test)]
mod tests;
pub mod titler;
pub mod variant;

use serde::{Deserialize, Serialize};

use rehearsal_protocol::actor::Protocol;

pub use directory::Directory;
pub use fact::{Author, Change, Fact, Field};
pub use person::Person;
pub use store::Store;
pub use titler::Titler;
pub use variant::{Planted, VARIANTS, Variant};

/// The protocol.
pub struct Listing;

impl Protocol for Listing {
    type Message = Message;
    type Fact = Fact;
}

/// The number of a session.
pub type SessionId = u32;
/// The number of a branch, unique among all.
pub type BranchId = u32;
/// The number of a listing.
pub type Query = u32;
/// The number of a commit of the store.
pub type Version = u64;

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Message {
    /// A person wants something.
    Wish(Wish),
    /// Do this to the tables.
    Run(Statement),
    /// What a statement read.
    Read(Reading),
    /// Find a name for that session.
    FindTitle(SessionId),
    /// The list that a person asked for.
    Listed(Vec<Row>),
}

/// What people do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Wish {
    /// See all sessions.
    List,
    /// Give a session a name.
    Rename(SessionId),
    /// Keep a session on top, or no longer.
    Pin(SessionId),
    /// Begin a branch of a session.
    Begin(SessionId),
    /// Begin two branches of a session at once.
    Fork(SessionId),
    /// Delete the first branch of a session.
    DeleteBranch(SessionId),
    /// Begin a session, and have a name found for it.
    Create,
    /// Delete a session that was begun so.
    Delete(SessionId),
    /// Have a name found for a session.
    FindTitle(SessionId),
}

/// One statement to the store; each is atomic.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Statement {
    /// All sessions with their first branch.
    List {
        /// For which listing.
        query: Query,
        /// How sessions and branches are put together.
        join: Join,
    },
    /// All sessions.
    Sessions {
        /// For which listing.
        query: Query,
    },
    /// The first branch of some sessions.
    FirstBranches {
        /// For which listing.
        query: Query,
        /// Of which sessions.
        of: Vec<SessionId>,
    },
    /// One session, as it is.
    Session(SessionId),
    /// Set the name.
    SetName {
        /// Of which session.
        session: SessionId,
        /// To what.
        name: Name,
        /// Who does so.
        author: Author,
        /// Only if the name was not written after this commit.
        unless_after: Option<Version>,
    },
    /// Write all fields of a session as they were read.
    PutSession {
        /// What was read, with a new name.
        object: Object,
    },
    /// What people do to the tables.
    Change(Wish),
}

/// How the statement of a listing puts sessions and branches together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Join {
    /// Each session once, with the branch that is first by time and number, if it has one.
    First,
    /// A row for each branch that no other is older than.
    EachOldest,
    /// As the first, without the sessions that have no branch.
    Inner,
}

/// What a statement read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Reading {
    /// Rows, by last change.
    Rows {
        /// For which listing.
        query: Query,
        /// The rows.
        rows: Vec<Row>,
    },
    /// First branches.
    FirstBranches {
        /// For which listing.
        query: Query,
        /// Session by session.
        found: Vec<(SessionId, Option<BranchId>)>,
    },
    /// A session, if it is there.
    Session(Option<Object>),
}

/// A row of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Row {
    /// Which session.
    pub session: SessionId,
    /// Its name.
    pub name: Name,
    /// Its first branch, by time and then by number.
    pub first: Option<BranchId>,
}

/// A session as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Object {
    /// Which.
    pub session: SessionId,
    /// Its name.
    pub name: Name,
    /// Whether it stays on top.
    pub pinned: bool,
    /// After which commit it was read.
    pub read: Version,
}

/// A name, as the number of the commit that gave it; 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Name(pub u64);
