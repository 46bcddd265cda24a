//! What is stated.

use serde::{Deserialize, Serialize};

use super::{BranchId, Name, Query, Row, SessionId, Version};

/// What is stated.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fact {
    /// The store committed a change.
    Committed {
        /// Its number.
        version: Version,
        /// What changed.
        change: Change,
    },
    /// The store ran a statement of a listing.
    Ran {
        /// Which listing.
        query: Query,
    },
    /// A listing begins.
    Asked {
        /// Which.
        query: Query,
    },
    /// A listing is answered.
    Answered {
        /// Which.
        query: Query,
        /// With what.
        rows: Vec<Row>,
    },
}

/// A change of the tables.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Change {
    /// A session was begun.
    Created(SessionId),
    /// A session is gone, with its branches.
    Deleted(SessionId),
    /// Branches were begun, at the same time.
    Forked {
        /// Of which session.
        session: SessionId,
        /// The branches.
        branches: Vec<BranchId>,
    },
    /// A branch is gone.
    BranchDeleted {
        /// Of which session.
        session: SessionId,
        /// The branch.
        branch: BranchId,
    },
    /// Fields of a session were written.
    Written {
        /// Which session.
        session: SessionId,
        /// Its name from now on.
        name: Name,
        /// The fields that were written, whether or not they differ.
        fields: Vec<Field>,
        /// By whom.
        author: Author,
    },
}

/// A field of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Field {
    /// Its name.
    Name,
    /// Whether it stays on top.
    Pinned,
}

/// Who writes a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Author {
    /// A person, who means what they write whatever was there before.
    Person,
    /// A program, which goes by what it read after this commit.
    Program {
        /// The commit.
        read: Version,
    },
}
