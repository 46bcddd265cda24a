//! Whom a supervisor knows, and its agents with it.

use rehearsal_protocol::address::Address;

/// Whom a supervisor knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Peers {
    /// What stays.
    pub store: Address,
    /// What is drawn.
    pub cache: Address,
    /// Who has opinions.
    pub provider: Address,
    /// Where answers are left, if they are not reported.
    pub folder: Address,
    /// Who is told.
    pub person: Address,
}
