//! Why a node does not start.

use std::io;
use std::path::PathBuf;

/// Why a node does not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system has no node of that name.
    #[error("there is no node `{name}` in the system `{system}`; it has {known}")]
    NoSuchNode {
        /// The name that was asked for.
        name: String,
        /// The system.
        system: String,
        /// The nodes that there are.
        known: String,
    },
    /// A peer is named that the system does not have.
    #[error("the peer `{name}` is no node of the system `{system}`; it has {known}")]
    NoSuchPeer {
        /// The name that was given.
        name: String,
        /// The system.
        system: String,
        /// The nodes that there are.
        known: String,
    },
    /// A file of the node cannot be used.
    #[error("the file `{path}` cannot be {what}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What was tried: "opened", "read", "written".
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A file of the node holds something else.
    #[error("the file `{path}` is {what}; {mend}")]
    Foreign {
        /// Which file.
        path: PathBuf,
        /// What it is.
        what: String,
        /// What to do.
        mend: &'static str,
    },
}

impl Error {
    pub(crate) fn file(path: impl Into<PathBuf>, what: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, what, source }
    }
}
