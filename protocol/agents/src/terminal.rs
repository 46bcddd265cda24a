//! A terminal program: two lanes of events, and one frame at a time (`actors.md` B.6).
//!
//! What a person does (keys, requests to redraw) goes before what agents report, but not without end: after a number of inputs in a row one
//! report has its turn, so that a flood of keys starves nothing. Whatever changes what is shown asks for a frame. The first is drawn at once, the
//! next not within 33 ms, one at a time, and whoever asks during a frame gets exactly one more. What a pane asks for twice before its turn is one event (B.7).
//! A program that has nothing to do waits for both lanes, so no report waits for a key; and when both are closed, empty, and drawn, it ends.
//!
//! - [`actor`] — the loop: accepts, dispatches, asks for frames;
//! - [`lanes`] — the two queues, and which of them is next;
//! - [`screen`] — which frame is in flight, due or owed;
//! - [`variant`] — planted bugs;
//! - [`painter`], [`typist`], [`feed`] — what is around it.

pub mod actor;
pub mod feed;
pub mod lanes;
pub mod painter;
pub mod screen;
#[cfg(test)]
mod tests;
pub mod typist;
pub mod variant;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use rehearsal_protocol::actor::Protocol;
use rehearsal_protocol::time::Time;

pub use actor::Terminal;
pub use feed::Feed;
pub use painter::Painter;
pub use typist::Typist;
pub use variant::{Planted, VARIANTS, Variant};

/// The protocol.
pub struct Lanes;

impl Protocol for Lanes {
    type Message = Message;
    type Fact = Fact;

    fn lane(message: &Message) -> rehearsal_protocol::Lane {
        match message {
            Message::Drawn { .. } => rehearsal_protocol::Lane::Result,
            Message::Happened(_) | Message::Draw { .. } => rehearsal_protocol::Lane::Work,
        }
    }
}

/// What is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Message {
    /// Something that the program must handle.
    Happened(Event),
    /// Draw what there is to show.
    Draw {
        /// The number of the frame.
        frame: u64,
    },
    /// That is drawn.
    Drawn {
        /// The number of the frame.
        frame: u64,
    },
}

/// What a terminal program handles, one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Event {
    /// A key was pressed.
    Key,
    /// A pane wants to be drawn anew. One that waits is enough for each.
    Redraw(Pane),
    /// A line for the history; several in a row are inserted together.
    Insert,
    /// An agent reports how far it is.
    Status,
}

impl Event {
    /// Whether a second one is of no use while one of the same kind and target waits (`actors.md` B.7): it joins that one.
    pub fn joins(self) -> bool {
        match self {
            Self::Redraw(_) => true,
            Self::Key | Self::Insert | Self::Status => false,
        }
    }

    /// The lane in which it waits.
    pub fn lane(self) -> Lane {
        match self {
            Self::Key | Self::Redraw(_) => Lane::Input,
            Self::Insert | Self::Status => Lane::Bulk,
        }
    }
}

/// A part of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Pane {
    /// What was said.
    History,
    /// How far agents are.
    Status,
}

/// A priority class of events; the first is the higher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Lane {
    /// What a person does and waits for.
    Input,
    /// What agents report.
    Bulk,
}

/// What is stated. Events are numbered in each lane as they are accepted; times are by the program's own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fact {
    /// An event waits from now on.
    Accepted {
        /// Where.
        lane: Lane,
        /// Its number in that lane.
        number: u64,
        /// How many wait there, this one included.
        waiting: u32,
        /// What it is.
        event: Event,
    },
    /// An event is of no use of its own, for one like it waits.
    Joined {
        /// Where.
        lane: Lane,
        /// The number of the one that waits.
        number: u64,
        /// What has come.
        event: Event,
    },
    /// There was no room for an event.
    Refused {
        /// In this lane.
        lane: Lane,
    },
    /// An event is handled.
    Dispatched {
        /// Its lane.
        lane: Lane,
        /// Its number in that lane.
        number: u64,
        /// In which dispatch; several inserts may share one.
        dispatch: u64,
        /// How many still wait in both lanes.
        left: u32,
    },
    /// Nothing waits, and nothing is being handled.
    Idle,
    /// All who feed the lanes have ended.
    Closed {
        /// Whether something waits, is being handled or is drawn.
        busy: bool,
    },
    /// The program ends.
    Ended,
    /// A frame is wanted.
    Requested {
        /// The number of the request.
        request: u64,
        /// When.
        at: Time,
    },
    /// The drawing of a frame begins.
    FrameBegun {
        /// Its number.
        frame: u64,
        /// The last request that it answers.
        request: u64,
        /// When.
        at: Time,
    },
    /// A frame is drawn.
    FrameEnded {
        /// Its number.
        frame: u64,
    },
}

/// The knobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Config {
    /// After so many inputs in a row one bulk event is dispatched. 0 is strict priority, which starves the bulk lane.
    pub inputs_in_a_row: u32,
    /// How long it takes to handle an event.
    pub handling: Duration,
    /// The least time from the beginning of one frame to that of the next.
    pub debounce: Duration,
    /// How many events may wait in a lane; more are refused.
    pub room: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            inputs_in_a_row: 64,
            handling: Duration::from_millis(2),
            debounce: Duration::from_millis(33),
            room: 256,
        }
    }
}
