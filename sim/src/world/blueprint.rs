//! Who is where at the start of every run.

use rehearsal_protocol::{Actor, Protocol};

use crate::topology::Topology;

/// A scenario, set up once; every run of a campaign starts from a copy of it.
pub struct Blueprint<P: Protocol> {
    /// Who is where, without regard to the protocol.
    pub topology: Topology,
    pub(crate) actors: Vec<Box<dyn Actor<P>>>,
}
