//! What holds of the two lanes.

use std::time::Duration;

use rehearsal::check::{Moment, Monitor, Owed, Properties, SortedMap, SortedSet, Step, fold};
use rehearsal_agents::terminal::{Config, Event, Fact, Lane};
use rehearsal_protocol::Time;

use super::IN_THE_END;

/// States it.
pub(super) fn state(check: &mut Properties<Fact>, config: Config) {
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
        "MBX-5",
        "an event that is of no use while one like it waits joins that one, and no other",
        what_is_alike_waits_once(),
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
    check.always(
        "LANE-4",
        "a report that comes while there is nothing to do is dispatched within 10 ms",
        Idling::default(),
    );
    check.leads_to("LANE-5", "a program whose lanes are all closed comes to its end", IN_THE_END, {
        |fact: &Fact| match fact {
            Fact::Closed { .. } => Step::Owe("the end of the program"),
            Fact::Ended => Step::Settle("the end of the program"),
            _ => Step::Ignore,
        }
    });
}

/// What waits in each lane, by what was accepted and dispatched.
#[derive(Clone, Debug, Default, Hash)]
struct Ready {
    input: SortedSet<u64>,
    bulk: SortedSet<u64>,
    in_a_row: u32,
    last_dispatch: u64,
}

impl Ready {
    fn lane(&mut self, lane: Lane) -> &mut SortedSet<u64> {
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

/// MBX-5: an event that is of no use while one like it waits joins that one, and no other.
fn what_is_alike_waits_once() -> impl Monitor<Fact> {
    fold(SortedMap::new(), |waiting: &mut SortedMap<(Lane, u64), Event>, _, fact: &Fact| match fact {
        Fact::Accepted { lane, number, event, .. } => {
            let alike = waiting.iter().find(|(_, other)| event.joins() && *other == event);
            if let Some(((_, first), _)) = alike {
                return Err(format!("{event:?} waits as event {number}, and as event {first} before"));
            }
            waiting.insert((*lane, *number), *event);
            Ok(())
        }
        Fact::Dispatched { lane, number, .. } => {
            waiting.remove(&(*lane, *number));
            Ok(())
        }
        Fact::Joined { lane, number, event } if waiting.get(&(*lane, *number)) != Some(event) => {
            let other = waiting.get(&(*lane, *number));
            Err(format!("{event:?} joins event {number}, which is {other:?}"))
        }
        _ => Ok(()),
    })
}

/// MBX-1: what was accepted and not dispatched, which is what waits.
#[derive(Clone, Debug, Default, Hash)]
struct Conservation {
    waiting: SortedMap<(Lane, u64), Time>,
}

impl Monitor<Fact> for Conservation {
    fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
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
            | Fact::Joined { .. }
            | Fact::Requested { .. }
            | Fact::FrameBegun { .. }
            | Fact::FrameEnded { .. }
            | Fact::Idle
            | Fact::Closed { .. }
            | Fact::Ended => {}
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

/// So long the original waited for input before it looked for reports (`actors.md` B.6).
const AT_MOST: Duration = Duration::from_millis(10);

/// LANE-4: the report that came while there was nothing to do, and when.
#[derive(Clone, Debug, Default, Hash)]
struct Idling {
    has_begun: bool,
    report: Option<(u64, Time)>,
}

impl Monitor<Fact> for Idling {
    fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
        match fact {
            Fact::Idle => self.has_begun = false,
            Fact::Accepted { lane: Lane::Bulk, number, .. } if !self.has_begun && self.report.is_none() => {
                self.report = Some((*number, moment.at));
            }
            Fact::Dispatched { .. } => {
                self.has_begun = true;
                if let Some((report, since)) = self.report.take()
                    && moment.at.since(since) > AT_MOST
                {
                    return Err(format!(
                        "report {report} came at {since}, when there was nothing to do, and something was done at {}",
                        moment.at
                    ));
                }
            }
            Fact::Accepted { .. }
            | Fact::Refused { .. }
            | Fact::Joined { .. }
            | Fact::Requested { .. }
            | Fact::FrameBegun { .. }
            | Fact::FrameEnded { .. }
            | Fact::Closed { .. }
            | Fact::Ended => {}
        }
        Ok(())
    }

    fn owed(&self) -> Vec<Owed> {
        let owe = |(report, since): (u64, Time)| Owed {
            since,
            within: AT_MOST,
            what: format!("the dispatch of report {report}, which came when there was nothing to do"),
        };
        self.report.map(owe).into_iter().collect()
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}
