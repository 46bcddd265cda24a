//! A terminal program under a person who types and agents that report, judged by what it dispatches and when it draws.
//!
//! All of it is one machine, which neither crashes nor loses messages: what is rehearsed is the order of events. A person and agents sit on other nodes
//! all the same, so that their events come late, twice or not at all, in which case they did not happen.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rehearsal::check::{Edge, Moment, Monitor, Owed, Properties, disjoint, fold};
use rehearsal::registry::{self, Entry, Setting, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_protocol::Time;
use rehearsal_protocol::terminal::{
    Config, Fact, Feed, Lane, Lanes, Painter, Terminal, Typist, VARIANTS, Variant,
};

use crate::planted::planted;

/// The entry of the registry.
pub static TUI_LANES: Entry = Entry {
    name: "tui-lanes",
    sentence: "a terminal program serves a person before its agents, starves neither, and draws one frame at a time",
    variants: &PLANTED,
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: &[
        Setting { name: "rounds", sentence: "how often a person types", default: 6, least: 1, most: 10_000 },
        Setting {
            name: "inputs",
            sentence: "after how many inputs in a row a report has its turn",
            default: 16,
            least: 1,
            most: 1_000,
        },
    ],
    build: |variant, settings| {
        let config = Config { inputs_in_a_row: settings.get("inputs"), ..TuiLanes::default().config };
        let variant = variant.and_then(Variant::named).unwrap_or_default();
        rehearsal(TuiLanes { rounds: settings.get("rounds"), config, variant })
    },
};

/// The planted bugs in the words of the registry.
static PLANTED: [registry::Variant; VARIANTS.len()] = planted!(VARIANTS);

/// A terminal program, its screen, a person and agents.
#[derive(Clone, Copy, Debug)]
pub struct TuiLanes {
    /// How often a person types, and agents report.
    pub rounds: u32,
    /// The knobs.
    pub config: Config,
    /// Which bug is planted.
    pub variant: Variant,
}

impl Default for TuiLanes {
    /// Lanes so small that a run meets their bounds.
    fn default() -> Self {
        let config = Config { inputs_in_a_row: 16, room: 24, ..Config::default() };
        Self { rounds: 6, config, variant: Variant::Reference }
    }
}

/// Longer than all that can wait in both lanes takes to handle.
const IN_THE_END: Duration = Duration::from_secs(1);

impl Scenario for TuiLanes {
    type Protocol = Lanes;

    fn set_up(&self, system: &mut Setup<Lanes>) {
        let mut machine = system.node("machine").steady();
        let painter = machine.actor("painter", Painter::default());
        let terminal = machine.actor("terminal", Terminal::new(painter, self.config, self.variant));
        system.node("person").steady().actor("typist", Typist::new(terminal, self.rounds));
        system.node("agents").steady().actor("feed", Feed::new(terminal, self.rounds));
        system.timeout("debounce", self.config.debounce);
        system.faulty_phase(Duration::from_secs(1));
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        state_lanes(check, self.config);
        state_frames(check, self.config.debounce);
        goals(check);
    }
}

fn state_lanes(check: &mut Properties<Fact>, config: Config) {
    let enough = config.inputs_in_a_row;
    check.always(
        "MBX-3",
        "no lane holds more than its room",
        fold((), move |(), _, fact: &Fact| match fact {
            Fact::Accepted { lane, waiting, .. } if *waiting > config.room => {
                Err(format!("{waiting} wait in the lane {lane:?}, which has room for {}", config.room))
            }
            _ => Ok(()),
        }),
    );
    check.always(
        "MBX-1",
        "every accepted event waits until it is dispatched, and in the end all are",
        Conservation::default(),
    );
    check.always(
        "LANE-2",
        "a report that waits is dispatched within so many inputs",
        nothing_starves(enough),
    );
    check.always(
        "MBX-2",
        "no report goes before an input that waits, unless so many inputs went before it",
        input_goes_first(enough),
    );
}

fn state_frames(check: &mut Properties<Fact>, debounce: Duration) {
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

fn goals(check: &mut Properties<Fact>) {
    check.sometimes("a lane is full", |fact| matches!(fact, Fact::Refused { .. }));
    check.sometimes("a frame answers several requests", {
        |fact| matches!(fact, Fact::FrameBegun { frame, request, .. } if request > &(frame + 3))
    });
    check.sometimes("many reports wait", {
        |fact| matches!(fact, Fact::Accepted { lane: Lane::Bulk, waiting: 8.., .. })
    });
}

/// What waits in each lane, by what was accepted and dispatched.
#[derive(Clone, Debug, Default, Hash)]
struct Ready {
    input: BTreeSet<u64>,
    bulk: BTreeSet<u64>,
    in_a_row: u32,
    last_dispatch: u64,
}

impl Ready {
    fn lane(&mut self, lane: Lane) -> &mut BTreeSet<u64> {
        match lane {
            Lane::Input => &mut self.input,
            Lane::Bulk => &mut self.bulk,
        }
    }

    /// Takes note of a fact, and says whether it is the first event of a dispatch.
    fn note(&mut self, fact: &Fact) -> bool {
        match fact {
            Fact::Accepted { lane, number, .. } => {
                self.lane(*lane).insert(*number);
                false
            }
            Fact::Dispatched { lane, number, dispatch, .. } => {
                self.lane(*lane).remove(number);
                std::mem::replace(&mut self.last_dispatch, *dispatch) != *dispatch
            }
            _ => false,
        }
    }
}

/// LANE-2: a report that waits is dispatched within so many inputs.
fn nothing_starves(enough: u32) -> impl Monitor<Fact> {
    fold(Ready::default(), move |ready: &mut Ready, _, fact: &Fact| {
        ready.note(fact);
        match fact {
            Fact::Dispatched { lane: Lane::Bulk, .. } => ready.in_a_row = 0,
            Fact::Dispatched { lane: Lane::Input, .. } if ready.bulk.is_empty() => ready.in_a_row = 0,
            Fact::Dispatched { lane: Lane::Input, .. } => ready.in_a_row += 1,
            _ => {}
        }
        if ready.in_a_row <= enough {
            return Ok(());
        }
        Err(format!("{} inputs went before a report that waits", ready.in_a_row))
    })
}

/// MBX-2: no report goes before an input that waits, unless so many inputs went before it.
fn input_goes_first(enough: u32) -> impl Monitor<Fact> {
    fold(Ready::default(), move |ready: &mut Ready, _, fact: &Fact| {
        let is_first = ready.note(fact);
        match fact {
            Fact::Dispatched { lane: Lane::Input, .. } => ready.in_a_row += 1,
            Fact::Dispatched { lane: Lane::Bulk, number, .. } if is_first => {
                let before = std::mem::take(&mut ready.in_a_row);
                if !ready.input.is_empty() && before < enough {
                    let waiting = ready.input.len();
                    return Err(format!(
                        "report {number} goes before {waiting} inputs, after {before} inputs in a row"
                    ));
                }
            }
            _ => {}
        }
        Ok(())
    })
}

/// MBX-1: what was accepted and not dispatched, which is what waits.
#[derive(Clone, Debug, Default, Hash)]
struct Conservation {
    waiting: BTreeMap<(Lane, u64), Time>,
}

impl Monitor<Fact> for Conservation {
    fn observe(&mut self, moment: Moment, fact: &Fact) -> Result<(), String> {
        match fact {
            Fact::Accepted { lane, number, .. } => {
                self.waiting.insert((*lane, *number), moment.at);
            }
            Fact::Dispatched { lane, number, left, .. } => {
                if self.waiting.remove(&(*lane, *number)).is_none() {
                    return Err(format!(
                        "event {number} of the lane {lane:?} is dispatched, and did not wait"
                    ));
                }
                if self.waiting.len() != *left as usize {
                    return Err(format!("{left} events wait, and should be {}", self.waiting.len()));
                }
            }
            Fact::Refused { .. }
            | Fact::Requested { .. }
            | Fact::FrameBegun { .. }
            | Fact::FrameEnded { .. } => {}
        }
        Ok(())
    }

    fn owed(&self) -> Vec<Owed> {
        let owe = |((lane, number), since): (&(Lane, u64), &Time)| Owed {
            since: *since,
            within: IN_THE_END,
            what: format!("the dispatch of event {number} of the lane {lane:?}"),
        };
        self.waiting.iter().map(owe).collect()
    }

    fn reset(&mut self) {
        self.waiting.clear();
    }
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
    open: BTreeMap<u64, Time>,
}

impl Monitor<Fact> for Answered {
    fn observe(&mut self, moment: Moment, fact: &Fact) -> Result<(), String> {
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
            | Fact::Dispatched { .. }
            | Fact::FrameEnded { .. } => {}
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
            Fact::Accepted { .. } | Fact::Refused { .. } | Fact::Dispatched { .. } => {}
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_and_agents_are_served_whatever_is_late() {
        rehearsal::check(TuiLanes::default()).faults(&Profile::CHAOS).seeds(1_000).run();
    }
}
