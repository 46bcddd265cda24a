//! Bounds and timeouts.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use rehearsal_protocol::mailbox::{Bounds, Overflow};

/// The knobs of a runtime; every session of it has the same ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Config {
    /// How many follow-ups wait at most, and how many interjections (`actors.md` T3').
    pub queue_cap: u16,
    /// How long an interrupted run may wind up before its open calls are given up (`actors.md` T9).
    pub grace: Duration,
    /// How long a cancelled tool may take to stop before it is given up; shorter than `grace`.
    pub tool_grace: Duration,
    /// How the tools make sure that no process of a call that was stopped is left.
    pub leftovers: Leftovers,
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
    /// Who asks the model.
    pub listener: Listener,
    /// What a cancel does to what waits behind the run that it stops (`actors.md` B.3).
    pub after_cancel: AfterCancel,
    /// What becomes of the calls that come with a stream that is being stopped.
    pub stopped_calls: StoppedCalls,
    /// What a second press does while a run winds up.
    pub second_press: SecondPress,
    /// Whether an interrupt must name the run that it is meant for.
    pub expected_run: ExpectedRun,
    /// After how long without anything to do a session leaves, if it does (`actors.md` T15).
    pub max_idle: Option<Duration>,
    /// How many commands wait for a key that is being opened.
    pub backlog: Bounds,
}

/// How the tools make sure that no process of a call that was stopped is left (TOOL-9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Leftovers {
    /// Not at all: a sandbox has one process for each call, and that stops when it is asked to.
    None,
    /// After the grace they have the whole group killed, and say so again until they know that nothing is left.
    Killed {
        /// How long they wait for that each time.
        again: Duration,
    },
}

/// What an interjection does to a run that waits for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParkedInterjection {
    /// The request is cancelled, the run ends, and the interjection is next.
    CancelsRequest,
    /// It waits like everything else.
    Waits,
}

/// What a cancel does to what waits behind the run that it stops. An interrupt never does anything to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AfterCancel {
    /// The next item starts, as after an interrupt.
    Continue,
    /// It waits until somebody says something more.
    ParkQueue,
    /// It will not run: each item is told as a dead letter.
    DropToDeadLetter,
}

/// What becomes of the calls that come with a stream that is being stopped. They are never stored without results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StoppedCalls {
    /// They are discarded with the rest of the stream.
    Discarded,
    /// They are stored, each with the result that it was cancelled.
    Cancelled,
}

/// What a second press does while a run winds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecondPress {
    /// Nothing: the run winds up already.
    Absorbed,
    /// The grace is over at once, whatever is still open.
    EndsGrace,
}

/// Whether an interrupt must name the run that it is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExpectedRun {
    /// One that names none is meant for any.
    Optional,
    /// One that names none is refused.
    Required,
}

/// Who asks the model for a step, and listens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Listener {
    /// The session: what the provider says is final, and a failure ends the run.
    Session,
    /// An agent of its own for each step, which tries again as its mode says (`actors.md` A.2).
    Agent,
}

impl Default for Config {
    /// The cap and the width are upstream's, the times are a tenth of what people would set: enough to be told apart.
    fn default() -> Self {
        Self {
            queue_cap: 10,
            grace: Duration::from_millis(500),
            tool_grace: Duration::from_millis(200),
            leftovers: Leftovers::None,
            tool_deadline: Duration::from_secs(3),
            stream_idle: Duration::from_secs(2),
            width: 4,
            max_steps: 50,
            remind: Duration::from_millis(600),
            parked_interjection: ParkedInterjection::CancelsRequest,
            after_cancel: AfterCancel::Continue,
            stopped_calls: StoppedCalls::Discarded,
            second_press: SecondPress::Absorbed,
            expected_run: ExpectedRun::Optional,
            listener: Listener::Session,
            max_idle: None,
            backlog: Bounds { control: 8, result: 8, work: 8, overflow: Overflow::Reject },
        }
    }
}
