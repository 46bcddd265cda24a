//! Which frame is in flight, due or owed.

use rehearsal_protocol::time::Time;

/// What is drawn, or will be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Screen {
    /// Nothing is to be drawn.
    #[default]
    Quiet,
    /// A frame is wanted, and begins when the last one is long enough ago.
    Due,
    /// A frame is in flight.
    Drawing {
        /// Which.
        frame: u64,
        /// Whether another was asked for meanwhile.
        owed: Owed,
    },
}

/// Whether another frame follows the one in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owed {
    /// Nobody has asked.
    Nothing,
    /// Somebody has; however many ask, it is one.
    OneMore,
}

/// The numbers of requests and frames, and when the last frame began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Frames {
    /// How many requests there were.
    pub requests: u64,
    /// How many frames.
    pub frames: u64,
    /// When the last one began, by the program's own clock.
    pub began: Option<Time>,
}
