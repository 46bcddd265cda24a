//! What a supervisor knows of a child (`actors.md` C.1: child spec).

use std::fmt::Debug;
use std::hash::Hash;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::address::Address;

/// How a child is made: plain data that names what to start.
pub trait Recipe: Clone + Debug + PartialEq + Hash + Send + Sync + 'static {}

impl<R: Clone + Debug + PartialEq + Hash + Send + Sync + 'static> Recipe for R {}

/// What a supervisor is told of a child: OTP's child specification.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ChildSpec<R> {
    /// Its name, unique among the children of a supervisor; the last part of its path.
    pub id: String,
    /// How it is made.
    pub start: R,
    /// When it is started again.
    pub restart: Restart,
    /// How it is stopped.
    pub shutdown: Shutdown,
    /// Whether it is a supervisor itself.
    pub kind: Kind,
    /// Whether its end may end its supervisor; see [`AutoShutdown`](super::AutoShutdown). Only for children that are not permanent.
    pub significant: bool,
}

impl<R> ChildSpec<R> {
    /// A permanent worker that is given 5 s to stop: OTP's defaults.
    pub fn worker(id: impl Into<String>, start: R) -> Self {
        Self {
            id: id.into(),
            start,
            restart: Restart::Permanent,
            shutdown: Shutdown::Within(Duration::from_secs(5)),
            kind: Kind::Worker,
            significant: false,
        }
    }

    /// A permanent supervisor, which is waited for as long as it takes: less could orphan its children.
    pub fn supervisor(id: impl Into<String>, start: R) -> Self {
        Self { shutdown: Shutdown::Infinity, kind: Kind::Supervisor, ..Self::worker(id, start) }
    }

    /// The same child, started again as `restart` says.
    #[must_use]
    pub fn restarted(self, restart: Restart) -> Self {
        Self { restart, ..self }
    }

    /// The same child, stopped as `shutdown` says.
    #[must_use]
    pub fn stopped(self, shutdown: Shutdown) -> Self {
        Self { shutdown, ..self }
    }

    /// The same child, whose end may end its supervisor.
    #[must_use]
    pub fn significant(self) -> Self {
        Self { significant: true, ..self }
    }
}

/// When a child is started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Restart {
    /// Always.
    Permanent,
    /// If something went wrong: if its exit was not clean.
    Transient,
    /// Never; its specification is forgotten, even if the strategy of a sibling stops it.
    Temporary,
}

impl Restart {
    /// Whether a child is started again after such an end.
    pub fn wants(self, clean: bool) -> bool {
        match self {
            Self::Permanent => true,
            Self::Transient => !clean,
            Self::Temporary => false,
        }
    }
}

/// How a child is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shutdown {
    /// It is killed at once.
    Brutal,
    /// It is asked, and killed if it is not down by then.
    Within(Duration),
    /// It is asked, and waited for.
    Infinity,
}

/// What a child is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It does the work.
    Worker,
    /// It watches others.
    Supervisor,
}

/// How a start ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Started {
    /// The child runs.
    Running(Address),
    /// The child begins, and will say [`Command::Begun`](super::Command::Begun) when it runs; if it ends before, it could not be started.
    /// Children that come after it wait. A supervisor begins so, see [`Supervisor::under`](super::Supervisor::under).
    Beginning(Address),
    /// There is nothing to run, and that is no failure.
    Ignored,
    /// It could not be started.
    Failed,
}
