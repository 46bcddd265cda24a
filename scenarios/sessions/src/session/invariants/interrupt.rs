//! What an interrupt may and must do.

use std::hash::{Hash, Hasher};
use std::time::Duration;

use rehearsal::check::{Moment, Monitor, Owed, on};
use rehearsal_protocol::{Address, InterruptAck, Time};
use rehearsal_sessions::session::{Cause, CommandId, Fact, Kind, Queue, Role, RunId};

use super::ledger::Ledger;
use super::session::on_time;

/// Which run each session is at, from taking up its work until its end is decided; and which run each interrupt met.
#[derive(Clone, Default, Hash)]
struct Meetings {
    present: Ledger<Address, Option<RunId>>,
    met: Ledger<CommandId, Met>,
}

/// What an interrupt met when it came.
#[derive(Clone, Copy, Default, Hash)]
struct Met {
    run: Option<RunId>,
    expected: Option<RunId>,
}

impl Meetings {
    #[inline(always)]
    fn observe(&mut self, moment: &Moment, fact: &Fact) {
        match fact {
            Fact::InFlight { run, .. } | Fact::Resumed { run, .. } => {
                *self.present.entry(moment.actor) = Some(*run);
            }
            Fact::RunDecided { .. } | Fact::Recovering { .. } | Fact::Closed { .. } => {
                *self.present.entry(moment.actor) = None;
            }
            Fact::InterruptReceived { command, expected, .. } => {
                let run = *self.present.entry(moment.actor);
                *self.met.entry(*command) = Met { run, expected: *expected };
            }
            _ => {}
        }
    }

    fn reset(&mut self) {
        self.present.clear();
        self.met.clear();
    }
}

/// What is said of an effect of an interrupt on a run, by what the interrupt met.
type Judgement = fn(&CommandId, &RunId, Option<&Met>) -> Result<(), String>;

/// Judges each effect of an interrupt by what the interrupt met.
#[derive(Clone)]
struct Effects {
    meetings: Meetings,
    judge: Judgement,
}

/// What it remembers; its judgement is the same in every state.
impl Hash for Effects {
    fn hash<H: Hasher>(&self, to: &mut H) {
        self.meetings.hash(to);
    }
}

impl Monitor<Fact> for Effects {
    #[inline(always)]
    fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
        self.meetings.observe(moment, fact);
        match fact {
            Fact::InterruptEffect { run, command } => {
                (self.judge)(command, run, self.meetings.met.get(command))
            }
            _ => Ok(()),
        }
    }

    fn reset(&mut self) {
        self.meetings.reset();
    }
}

fn effects(judge: Judgement) -> impl Monitor<Fact> {
    on(
        ["InFlight", "Resumed", "RunDecided", "Recovering", "Closed", "InterruptReceived", "InterruptEffect"],
        Effects { meetings: Meetings::default(), judge },
    )
}

/// INT-1: an interrupt that comes while idle has no later effect.
pub fn idle_interrupts_do_nothing() -> impl Monitor<Fact> {
    effects(|command, run, met| match met {
        Some(Met { run: None, .. }) => Err(format!("{command} came while nothing ran, and stops {run}")),
        Some(_) => Ok(()),
        None => Err(format!("{command} stops {run} and has never come")),
    })
}

/// INT-2: an interrupt ends the run that it met, and only the expected one.
pub fn one_run_per_interrupt() -> impl Monitor<Fact> {
    effects(|command, run, met| match met {
        Some(Met { run: Some(met), .. }) if met != run => Err(format!("{command} met {met} and stops {run}")),
        Some(Met { expected: Some(expected), .. }) if expected != run => {
            Err(format!("{command} expects {expected} and stops {run}"))
        }
        _ => Ok(()),
    })
}

/// INT-3: an interrupted run ends as such within the grace.
///
/// Whether an interrupt met a run is judged by what the session was at, not by what it answered.
pub fn interrupted_runs_end(within: Duration) -> impl Monitor<Fact> {
    let endings = Endings { within, meetings: Meetings::default(), owed: Ledger::default() };
    on(
        [
            "InFlight",
            "Resumed",
            "RunDecided",
            "Recovering",
            "RunEnded",
            "Closed",
            "InterruptReceived",
            "InterruptReplayed",
        ],
        endings,
    )
}

#[derive(Clone, Hash)]
struct Endings {
    within: Duration,
    meetings: Meetings,
    owed: Ledger<(Address, RunId), Option<(CommandId, Time)>>,
}

impl Monitor<Fact> for Endings {
    #[inline(always)]
    fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
        self.meetings.observe(moment, fact);
        match fact {
            Fact::InterruptReceived { command, expected, .. } => {
                let met = self.meetings.met.get(command).and_then(|met| met.run);
                if let Some(run) = met.filter(|run| expected.is_none_or(|expected| expected == *run)) {
                    self.owed.entry((moment.actor, run)).get_or_insert((*command, moment.at));
                }
                Ok(())
            }
            Fact::RunEnded { run, cause, .. } => {
                let owed = self.owed.remove(&(moment.actor, *run)).flatten();
                let Some((command, since)) = owed else { return Ok(()) };
                match cause {
                    Cause::Interrupted | Cause::Terminated => on_time(moment, since, self.within)
                        .map_err(|late| format!("{run} ends long after {command} came at {since}, {late}")),
                    Cause::Done | Cause::Failed | Cause::GaveWay => {
                        Err(format!("{command} came at {since}, and {run} ends otherwise (as {cause:?})"))
                    }
                }
            }
            // Who was not answered asks again; what was answered is replayed.
            Fact::Closed { .. } | Fact::Recovering { .. } => {
                self.owed.retain(|(session, _), _| *session != moment.actor);
                Ok(())
            }
            Fact::InterruptReplayed { run, command } => {
                *self.owed.entry((moment.actor, *run)) = Some((*command, moment.at));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn owed(&self) -> Vec<Owed> {
        let owed = |((_, run), owed): &((Address, RunId), Option<(CommandId, Time)>)| {
            let (command, since) = (*owed)?;
            Some(Owed {
                since,
                within: self.within,
                what: format!("the end of {run}, interrupted by {command}"),
            })
        };
        self.owed.iter().filter_map(owed).collect()
    }

    fn reset(&mut self) {
        self.meetings.reset();
        self.owed.clear();
    }
}

/// INT-4: after an interrupt its run calls neither model nor tools.
///
/// The session and the tools each count from when they know of it: between the two, a call may begin.
pub fn interrupted_runs_only_wind_up() -> impl Monitor<Fact> {
    #[derive(Clone, Default, Hash)]
    struct Stopped(Ledger<Address, Option<RunId>>);
    impl Monitor<Fact> for Stopped {
        #[inline(always)]
        fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
            let Self(stopped) = self;
            let (run, what) = match fact {
                Fact::InterruptEffect { run, .. } | Fact::CancelHeard { run } => {
                    *stopped.entry(moment.actor) = Some(*run);
                    return Ok(());
                }
                Fact::ModelCall { run, .. } => (run, "the model is called"),
                Fact::CallIssued { call, .. } => (&call.run, "a tool is called"),
                Fact::CallStarted { call } => (&call.run, "a tool begins"),
                _ => return Ok(()),
            };
            match stopped.get(&moment.actor) {
                Some(Some(stopped)) if stopped == run => Err(format!("{what} for {run} after its interrupt")),
                _ => Ok(()),
            }
        }

        fn reset(&mut self) {
            self.0.clear();
        }
    }
    on(["InterruptEffect", "CancelHeard", "ModelCall", "CallIssued", "CallStarted"], Stopped::default())
}

/// INT-5: text that was shown is stored, all of it and in order.
pub fn shown_text_is_stored() -> impl Monitor<Fact> {
    #[derive(Clone, Copy, Default, Hash)]
    struct Text {
        step: u16,
        shown: u16,
        stored: bool,
    }
    #[derive(Clone, Default, Hash)]
    struct Texts(Ledger<RunId, Text>);
    impl Monitor<Fact> for Texts {
        #[inline(always)]
        fn observe(&mut self, _: &Moment, fact: &Fact) -> Result<(), String> {
            let Self(texts) = self;
            match fact {
                Fact::ModelCall { run, step, .. } => {
                    *texts.entry(*run) = Text { step: *step, ..Text::default() };
                    Ok(())
                }
                Fact::ChunkShown { run, step, seq } => {
                    let text = texts.entry(*run);
                    if (*step, *seq) != (text.step, text.shown) {
                        return Err(format!(
                            "chunk {seq} of step {step} of {run} is shown after {} others",
                            text.shown
                        ));
                    }
                    text.shown += 1;
                    Ok(())
                }
                Fact::RowStored { run, step, role: Role::Assistant { chunks, .. }, .. } => {
                    let text = texts.entry(*run);
                    if (*step, *chunks) != (text.step, text.shown) {
                        return Err(format!(
                            "{chunks} chunks of {run} are stored and {} were shown",
                            text.shown
                        ));
                    }
                    text.stored = true;
                    Ok(())
                }
                Fact::RunEnded { run, .. } => match texts.remove(run) {
                    Some(Text { step, shown: shown @ 1.., stored: false }) => {
                        Err(format!("{shown} chunks of step {step} of {run} were shown and not stored"))
                    }
                    _ => Ok(()),
                },
                _ => Ok(()),
            }
        }

        fn reset(&mut self) {
            self.0.clear();
        }
    }
    on(["ModelCall", "ChunkShown", "RowStored", "RunEnded"], Texts::default())
}

/// INT-6: a run ends one stream and completes one turn, with its own cause.
pub fn runs_end_once() -> impl Monitor<Fact> {
    #[derive(Clone, Copy, Default, Hash)]
    struct End {
        stream: Option<Cause>,
        turn: Option<Cause>,
    }
    #[derive(Clone, Default, Hash)]
    struct Ends(Ledger<RunId, End>);
    impl Monitor<Fact> for Ends {
        #[inline(always)]
        fn observe(&mut self, _: &Moment, fact: &Fact) -> Result<(), String> {
            let Self(ends) = self;
            match fact {
                Fact::StreamEnded { run, cause } => match ends.entry(*run).stream.replace(*cause) {
                    Some(first) => {
                        Err(format!("the stream of {run} ends as {cause:?} after it has ended as {first:?}"))
                    }
                    None => Ok(()),
                },
                Fact::TurnCompleted { run, cause } => match ends.entry(*run).turn.replace(*cause) {
                    Some(first) => Err(format!(
                        "{run} completes its turn as {cause:?} after it has done so as {first:?}"
                    )),
                    None => Ok(()),
                },
                Fact::RunEnded { run, cause, .. } => {
                    let End { stream, turn } = *ends.entry(*run);
                    if (stream, turn) == (Some(*cause), Some(*cause)) {
                        return Ok(());
                    }
                    Err(format!("{run} ends as {cause:?}, its stream as {stream:?}, its turn as {turn:?}"))
                }
                _ => Ok(()),
            }
        }

        fn reset(&mut self) {
            self.0.clear();
        }
    }
    on(["StreamEnded", "TurnCompleted", "RunEnded"], Ends::default())
}

/// INT-7: an interrupt that was taken is answered, and does what the answer says.
pub fn interrupts_are_answered() -> impl Monitor<Fact> {
    answers(Replies::default())
}

/// INT-7, and what the answer says is owed: a run that an interrupt applies to must end.
pub fn interrupts_are_answered_and_done() -> impl Monitor<Fact> {
    answers(Replies { ends_are_owed: true, ..Replies::default() })
}

fn answers(replies: Replies) -> impl Monitor<Fact> {
    on(
        [
            "InFlight",
            "Resumed",
            "RunDecided",
            "Recovering",
            "RunEnded",
            "Closed",
            "InterruptReceived",
            "InterruptAcked",
            "Recovered",
        ],
        replies,
    )
}

#[derive(Clone, Default, Hash)]
struct Replies {
    meetings: Meetings,
    ends_are_owed: bool,
    unanswered: Ledger<CommandId, Unanswered>,
    applied: Ledger<(Address, RunId), Option<(CommandId, Time)>>,
}

#[derive(Clone, Copy, Default, Hash)]
struct Unanswered {
    by: Option<Address>,
    met: Option<(Address, RunId)>,
    since: Time,
}

impl Monitor<Fact> for Replies {
    #[inline(always)]
    fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
        self.meetings.observe(moment, fact);
        match fact {
            Fact::InterruptReceived { command, .. } => {
                let met = self.meetings.met.get(command).and_then(|met| met.run);
                let met = met.map(|run| (moment.actor, run));
                *self.unanswered.entry(*command) =
                    Unanswered { by: Some(moment.actor), met, since: moment.at };
            }
            Fact::InterruptAcked { command, ack, .. } => {
                let met = self.unanswered.remove(command).and_then(|unanswered| unanswered.met);
                if let (Some(run), InterruptAck::Applied) = (met, ack) {
                    *self.applied.entry(run) = Some((*command, moment.at));
                }
            }
            Fact::RunEnded { run, cause, .. } => {
                let taken = |open: &Unanswered| open.met == Some((moment.actor, *run));
                if let Some((command, _)) = self.unanswered.iter().find(|(_, open)| taken(open)) {
                    return Err(format!(
                        "{command} was taken during {run}, which ends without an answer (as {cause:?})"
                    ));
                }
                let applied = self.applied.remove(&(moment.actor, *run)).flatten();
                let ended_so = matches!(cause, Cause::Interrupted | Cause::Terminated);
                if let Some((command, _)) = applied.filter(|_| !ended_so) {
                    return Err(format!(
                        "{command} was told that it applies to {run}, which ends otherwise (as {cause:?})"
                    ));
                }
            }
            Fact::Closed { .. } => self.applied.retain(|(session, _), _| *session != moment.actor),
            // Who was not answered asks again.
            Fact::Recovering { .. } => self.unanswered.retain(|_, open| open.by != Some(moment.actor)),
            // A run that is not resumed has ended, though the crash came before that was told.
            Fact::Recovered { .. } => {
                let present = self.meetings.present.get(&moment.actor).copied().flatten();
                self.applied.retain(|(session, run), _| *session != moment.actor || present == Some(*run));
            }
            _ => {}
        }
        Ok(())
    }

    fn owed(&self) -> Vec<Owed> {
        let owed = |(command, open): &(CommandId, Unanswered)| Owed {
            since: open.since,
            within: super::PROMPTLY,
            what: format!("the answer to the interrupt {command}"),
        };
        let ends = |((_, run), applied): &((Address, RunId), Option<(CommandId, Time)>)| {
            let (command, since) = (*applied)?;
            let what = format!("the end of {run}, to which {command} applies");
            Some(Owed { since, within: super::IN_THE_END, what })
        };
        let ends = self.applied.iter().filter(|_| self.ends_are_owed).filter_map(ends);
        self.unanswered.iter().map(owed).chain(ends).collect()
    }

    fn reset(&mut self) {
        self.meetings.reset();
        self.unanswered.clear();
        self.applied.clear();
    }
}

/// INT-8: an interrupt never waits behind work.
pub fn interrupts_pass_work() -> impl Monitor<Fact> {
    #[derive(Clone, Hash)]
    struct Waits;
    impl Monitor<Fact> for Waits {
        #[inline(always)]
        fn observe(&mut self, _: &Moment, fact: &Fact) -> Result<(), String> {
            match fact {
                Fact::InterruptAcked { key, command, ack: InterruptAck::Queued } => {
                    Err(format!("{command} has to wait behind the work of {key}"))
                }
                _ => Ok(()),
            }
        }

        fn reset(&mut self) {}
    }
    on(["InterruptAcked"], Waits)
}

/// INT-9: while an interjection waits, no run begins another step.
pub fn interjections_are_next() -> impl Monitor<Fact> {
    /// The interjections that wait, and for whom.
    #[derive(Clone, Default, Hash)]
    struct Waiting(Vec<(Address, CommandId)>);
    impl Monitor<Fact> for Waiting {
        #[inline(always)]
        fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
            let Self(waiting) = self;
            let by = moment.actor;
            match fact {
                Fact::Queued { command, queue: Queue::Steering, .. }
                | Fact::Restored { command, kind: Kind::Interjection | Kind::InterjectionInto(_), .. } => {
                    waiting.push((by, *command));
                }
                Fact::InFlight { command, .. } | Fact::DeadLettered { command, .. } => {
                    waiting.retain(|waiting| *waiting != (by, *command));
                }
                Fact::ModelCall { run, step: step @ 2.., .. } => {
                    if let Some((_, command)) = waiting.iter().find(|(whose, _)| *whose == by) {
                        return Err(format!(
                            "{run} begins step {step} while the interjection {command} waits"
                        ));
                    }
                }
                Fact::Recovering { .. } | Fact::Closed { .. } => waiting.retain(|(whose, _)| *whose != by),
                _ => {}
            }
            Ok(())
        }

        fn reset(&mut self) {
            self.0.clear();
        }
    }
    on(
        ["Queued", "Restored", "InFlight", "DeadLettered", "ModelCall", "Recovering", "Closed"],
        Waiting::default(),
    )
}
