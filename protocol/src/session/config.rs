//! Bounds and timeouts.

use std::time::Duration;

use crate::mailbox::{Bounds, Overflow};

/// The knobs of a runtime; every session of it has the same ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Config {
    /// How many follow-ups wait at most, and how many interjections (`actors.md` T3').
    pub queue_cap: u16,
    /// How long an interrupted run may wind up before its open calls are given up (`actors.md` T9).
    pub grace: Duration,
    /// How long a cancelled tool may take to stop before it is given up; shorter than `grace`.
    pub tool_grace: Duration,
    /// How long a tool may run.
    pub tool_deadline: Duration,
    /// How long a stream may be silent before the provider counts as failed.
    pub stream_idle: Duration,
    /// How many parallel tools of one key run at a time.
    pub width: u16,
    /// How many model calls a run makes at most.
    pub max_steps: u16,
    /// After how long people are reminded of what waits for them; nothing ends for it.
    pub remind: Duration,
    /// What an interjection does to a run that waits for people (`actors.md` B.3).
    pub parked_interjection: ParkedInterjection,
    /// After how long without anything to do a session leaves, if it does (`actors.md` T15).
    pub max_idle: Option<Duration>,
    /// How many commands wait for a key that is being opened.
    pub backlog: Bounds,
}

/// What an interjection does to a run that waits for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParkedInterjection {
    /// The request is cancelled, the run ends, and the interjection is next.
    CancelsRequest,
    /// It waits like everything else.
    Waits,
}

impl Default for Config {
    /// The cap and the width are upstream's, the times are a tenth of what people would set: enough to be told apart.
    fn default() -> Self {
        Self {
            queue_cap: 10,
            grace: Duration::from_millis(500),
            tool_grace: Duration::from_millis(200),
            tool_deadline: Duration::from_secs(3),
            stream_idle: Duration::from_secs(2),
            width: 4,
            max_steps: 50,
            remind: Duration::from_millis(600),
            parked_interjection: ParkedInterjection::CancelsRequest,
            max_idle: None,
            backlog: Bounds { control: 8, result: 8, work: 8, overflow: Overflow::Reject },
        }
    }
}
