//! What holds of frames, by the program's own clock.

use std::time::Duration;

use rehearsal::check::{Edge, Moment, Monitor, Owed, Properties, SortedMap, disjoint, fold};
use rehearsal_agents::terminal::Fact;
use rehearsal_protocol::Time;

use super::IN_THE_END;

/// States it.
pub(super) fn state(check: &mut Properties<Fact>, debounce: Duration) {
    check.always("LANE-3a", "at most one frame is in flight", one_frame_at_a_time());
    check.always(
        "LANE-3b",
        "every request is answered by a frame that begins after it, and no frame begins without one",
        requests_are_answered(),
    );
    check.always(
        "LANE-3c",
        "the first request after a quiet time is drawn at once",
        the_first_is_drawn_at_once(debounce),
    );
    check.always(
        "LANE-3d",
        "from the beginning of a frame to that of the next the debounce passes",
        frames_are_apart(debounce),
    );
}

/// LANE-3a: at most one frame is in flight.
fn one_frame_at_a_time() -> impl Monitor<Fact> {
    disjoint(|fact: &Fact| match fact {
        Fact::FrameBegun { frame, .. } => Some(Edge::Begin("the screen", *frame)),
        Fact::FrameEnded { frame } => Some(Edge::End("the screen", *frame)),
        _ => None,
    })
}

/// LANE-3b: every request is answered by a frame that begins after it, and no frame begins without one.
fn requests_are_answered() -> Answered {
    Answered::default()
}

/// The requests that no frame has answered.
#[derive(Clone, Debug, Default, Hash)]
struct Answered {
    open: SortedMap<u64, Time>,
}

impl Monitor<Fact> for Answered {
    fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
        match fact {
            Fact::Requested { request, .. } => {
                self.open.insert(*request, moment.at);
            }
            Fact::FrameBegun { frame, .. } => {
                if self.open.is_empty() {
                    return Err(format!("frame {frame} begins, and nobody asked for it"));
                }
                self.open.clear();
            }
            Fact::Accepted { .. }
            | Fact::Refused { .. }
            | Fact::Joined { .. }
            | Fact::Dispatched { .. }
            | Fact::FrameEnded { .. }
            | Fact::Idle
            | Fact::Closed { .. }
            | Fact::Ended => {}
        }
        Ok(())
    }

    fn owed(&self) -> Vec<Owed> {
        let owe = |(request, since): (&u64, &Time)| Owed {
            since: *since,
            within: IN_THE_END,
            what: format!("a frame for request {request}"),
        };
        self.open.iter().map(owe).collect()
    }

    fn reset(&mut self) {
        self.open.clear();
    }
}

/// LANE-3c: the first request after a quiet time is drawn at once.
fn the_first_is_drawn_at_once(debounce: Duration) -> impl Monitor<Fact> {
    #[derive(Clone, Debug, Default, Hash)]
    struct Shown {
        began: Option<Time>,
        in_flight: bool,
        at_once: Option<(u64, Time)>,
    }
    fold(Shown::default(), move |shown: &mut Shown, _, fact: &Fact| {
        match fact {
            Fact::Requested { request, at } => {
                let is_quiet = shown.began.is_none_or(|began| at.since(began) >= debounce);
                if is_quiet && !shown.in_flight && shown.at_once.is_none() {
                    shown.at_once = Some((*request, *at));
                }
            }
            Fact::FrameBegun { at, .. } => {
                if let Some((request, asked)) = shown.at_once.take().filter(|(_, asked)| asked < at) {
                    return Err(format!(
                        "request {request} of {asked} is drawn at {at}, though nothing is in its way"
                    ));
                }
                shown.began = Some(*at);
                shown.in_flight = true;
            }
            Fact::FrameEnded { .. } => shown.in_flight = false,
            Fact::Accepted { .. }
            | Fact::Refused { .. }
            | Fact::Joined { .. }
            | Fact::Dispatched { .. }
            | Fact::Idle
            | Fact::Closed { .. }
            | Fact::Ended => {}
        }
        Ok(())
    })
}

/// LANE-3d: from the beginning of a frame to that of the next the debounce passes.
fn frames_are_apart(debounce: Duration) -> impl Monitor<Fact> {
    fold(None, move |last: &mut Option<Time>, _, fact: &Fact| {
        let Fact::FrameBegun { frame, at, .. } = fact else { return Ok(()) };
        match last.replace(*at) {
            Some(before) if at.since(before) < debounce => {
                Err(format!("frame {frame} begins {:?} after the one before", at.since(before)))
            }
            _ => Ok(()),
        }
    })
}
