//! What a session has on its disk: one small record for each commit, and now and then a snapshot in their place.
//!
//! A record is written once and never changed, so a torn write destroys nothing that was durable. A snapshot is taken only at rest, when
//! there is little to say; records before it do not count any more, and their places are used again.

use std::collections::VecDeque;

use rehearsal_protocol::durable::Durable;
use rehearsal_protocol::input::Recovered;
use rehearsal_protocol::run::InterruptAck;
use serde::{Deserialize, Serialize};

use super::memory::{Memory, Seen};
use super::{CallRecord, Item};
use crate::session::Cx;
use crate::session::catalog::AgentName;
use crate::session::config::AfterCancel;
use crate::session::fact::{Cause, Queue};
use crate::session::id::{CallId, CommandId, RunId};
use crate::session::message::{Calls, Class, Kind, Metrics, Outcome, Reply};
use crate::session::variant::{Variant, Variants};

/// After so many records, the next rest takes a snapshot.
const SNAPSHOT_AFTER: u32 = 64;
const SNAPSHOT: &str = "snapshot";

/// Where the next record goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Journal {
    snapshot: Durable,
    /// The number of the last record; it grows with every commit (SES-8).
    pub(super) epoch: u32,
    /// The epoch of the last snapshot.
    covered: u32,
}

/// What a commit says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) enum Record {
    /// Work is accepted, and waits.
    Admitted { item: Item, content: u32 },
    /// A variant's way: the item is taken up, and its message is stored by another commit.
    Cleared { command: CommandId },
    /// The item is taken up: its message is stored, and it waits no more.
    Started { run: RunId, item: Item },
    /// The model's text of this step is stored, with the calls that it asks for.
    Issued { step: u16, calls: Calls, metrics: Metrics },
    /// The run waits for people.
    Parked { calls: Records },
    /// People have decided about a call.
    Resolved { index: u8, allowed: bool },
    /// The calls without results are tried once more.
    Retried { attempt: u8 },
    /// The results of this step are stored.
    Gathered { outcomes: Outcomes },
    /// An interrupt is answered; if it applies, to this run.
    Stopped { command: CommandId, run: Option<RunId>, ack: InterruptAck },
    /// The run ends, with the results of its last step.
    Ended { cause: Cause, outcomes: Outcomes, metrics: Metrics },
    /// The key has ended.
    Terminated { command: CommandId },
    /// Another agent answers from the next run on.
    Switched { command: CommandId, agent: AgentName },
    /// The interrupt before it is a cancel: this becomes of what waits.
    Cancelled { after: AfterCancel },
}

/// How the calls of a step have ended, in the order of the calls.
pub(super) type Outcomes = [Option<Outcome>; 3];

/// The calls of a step, in the order of their emission.
pub(super) type Records = [Option<CallRecord>; 3];

/// What a session is after a crash.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) journal: Journal,
    pub(super) memory: Memory,
    pub(super) last_run: u32,
    pub(super) steering: VecDeque<Item>,
    pub(super) follow_up: VecDeque<Item>,
    pub(super) present: Option<Present>,
    /// The agent of the next run.
    pub(super) agent: AgentName,
    /// The agent of the last run.
    pub(super) turn_agent: AgentName,
    /// By which command the key was terminated, if it was.
    pub(super) terminated: Option<CommandId>,
    /// Whether what waits is held until somebody says something more.
    pub(super) holds: bool,
    /// What a cancel has dropped, if nothing was written since: perhaps nobody was told.
    pub(super) dropped: Vec<Item>,
    /// The last interrupt of all; only a variant asks.
    last_stop: Option<CommandId>,
}

/// The run that a crash has cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Present {
    pub(super) run: RunId,
    pub(super) item: Item,
    pub(super) stopped: Option<CommandId>,
    pub(super) step: u16,
    pub(super) stage: Stage,
}

/// What the present run was at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stage {
    /// It listens to the model.
    Stream,
    /// It has calls without results; if some ask, it is parked.
    Tools { calls: Records },
}

#[derive(Serialize, Deserialize)]
struct Entry {
    epoch: u32,
    record: Record,
}

#[derive(Serialize, Deserialize)]
struct Snapshot {
    epoch: u32,
    last_run: u32,
    agent: AgentName,
    memory: Memory,
}

impl Journal {
    /// Writes the next record; durable when a sync after it has completed.
    pub(super) fn write(&mut self, cx: &mut Cx<'_>, record: Record) {
        let place = self.epoch - self.covered;
        self.epoch += 1;
        cx.write(name(place, &mut [0; 11]), &Entry { epoch: self.epoch, record });
    }

    /// Whether the next rest should take a snapshot.
    pub(super) fn is_long(&self) -> bool {
        self.epoch - self.covered >= SNAPSHOT_AFTER
    }

    /// Writes what there is to say at rest, in place of all records so far.
    pub(super) fn cover(&mut self, cx: &mut Cx<'_>, last_run: u32, agent: AgentName, memory: &Memory) {
        self.epoch += 1;
        let snapshot = Snapshot { epoch: self.epoch, last_run, agent, memory: memory.clone() };
        self.snapshot.write(cx, SNAPSHOT, &snapshot);
        self.covered = self.epoch;
    }
}

impl Kept {
    /// What the disk kept: the snapshot, and then the records after it, up to the first that is not whole.
    pub(super) fn recovered(recovered: &Recovered, variants: Variants) -> Self {
        let (durable, snapshot) = Durable::recovered::<Snapshot>(recovered, SNAPSHOT);
        let mut kept =
            Self { journal: Journal { snapshot: durable, ..Journal::default() }, ..Self::default() };
        if let Some(Snapshot { epoch, last_run, agent, memory }) = snapshot {
            (kept.journal.epoch, kept.journal.covered) = (epoch, epoch);
            (kept.last_run, kept.agent, kept.memory) = (last_run, agent, memory);
        }
        let mut text = [0; 11];
        loop {
            let place = kept.journal.epoch - kept.journal.covered;
            let next = recovered.get::<Entry>(name(place, &mut text));
            // What is left from before the snapshot has a smaller epoch.
            let Some(Entry { record, .. }) = next.filter(|entry| entry.epoch == kept.journal.epoch + 1)
            else {
                break;
            };
            kept.journal.epoch += 1;
            kept.apply(record, variants);
        }
        if variants.has(Variant::ReceiptNever) {
            kept.stop_again();
        }
        kept
    }

    fn apply(&mut self, record: Record, variants: Variants) {
        self.dropped.clear();
        match record {
            Record::Admitted { item, content } => {
                self.holds = false;
                self.memory.note(Seen { command: item.command, content, reply: Some(Reply::Accepted) });
                self.queue(item.kind).push_back(item);
            }
            Record::Cleared { command } => self.takes_up(command),
            Record::Started { run, item } => {
                self.takes_up(item.command);
                self.last_run = run.number;
                self.turn_agent = item.kind.agent().unwrap_or(self.agent);
                self.present = Some(Present { run, item, stopped: None, step: 1, stage: Stage::Stream });
            }
            Record::Issued { step, calls, metrics } => {
                self.memory.metrics = metrics;
                let record = |class| CallRecord { class, attempt: 1, outcome: None, asks: false };
                self.proceed(step, Stage::Tools { calls: calls.0.map(|class| class.map(record)) });
            }
            Record::Parked { calls } if !variants.has(Variant::ForgetParked) => self.parks(calls),
            Record::Parked { .. } => {}
            Record::Resolved { index, allowed } => {
                if let Some(calls) = self.open_calls() {
                    decide(calls.iter_mut().flatten(), usize::from(index), allowed);
                }
            }
            Record::Retried { attempt } => {
                for record in self.open_calls().into_iter().flatten().flatten() {
                    record.attempt = attempt;
                }
            }
            Record::Gathered { outcomes } => self.gathered(outcomes),
            Record::Stopped { command, run, ack } => {
                self.memory.answered(command, Reply::Interrupt(ack));
                self.stopped(command, run);
            }
            Record::Ended { cause, outcomes, metrics } => {
                self.memory.metrics = metrics;
                self.remember(outcomes);
                if let Some(Present { run, .. }) = self.present {
                    self.memory.run_ended(run, cause);
                }
                if !variants.has(Variant::IgnoreTurnCompleted) {
                    self.present = None;
                }
            }
            Record::Terminated { command } => self.terminated = Some(command),
            Record::Switched { command, agent } => {
                self.memory.answered(command, Reply::Accepted);
                self.agent = agent;
            }
            Record::Cancelled { after } => self.cancelled(after),
        }
    }

    fn cancelled(&mut self, after: AfterCancel) {
        match after {
            AfterCancel::Continue => {}
            AfterCancel::ParkQueue => {
                self.holds = !self.steering.is_empty() || !self.follow_up.is_empty();
            }
            AfterCancel::DropToDeadLetter => {
                self.dropped = self.steering.drain(..).chain(self.follow_up.drain(..)).collect();
            }
        }
    }

    fn queue(&mut self, kind: Kind) -> &mut VecDeque<Item> {
        match kind.queue() {
            Queue::FollowUp => &mut self.follow_up,
            Queue::Steering => &mut self.steering,
        }
    }

    fn takes_up(&mut self, command: CommandId) {
        self.steering.retain(|item| item.command != command);
        self.follow_up.retain(|item| item.command != command);
    }

    fn proceed(&mut self, step: u16, stage: Stage) {
        if let Some(present) = &mut self.present {
            (present.step, present.stage) = (step, stage);
        }
    }

    fn gathered(&mut self, outcomes: Outcomes) {
        self.remember(outcomes);
        let step = self.present.map_or(1, |present| present.step + 1);
        self.proceed(step, Stage::Stream);
    }

    fn parks(&mut self, calls: Records) {
        self.remember(calls.map(|record| record.and_then(|record| record.outcome)));
        if let Some(present) = &mut self.present {
            present.stage = Stage::Tools { calls };
        }
    }

    fn open_calls(&mut self) -> Option<&mut Records> {
        match &mut self.present {
            Some(Present { stage: Stage::Tools { calls }, .. }) => Some(calls),
            Some(Present { stage: Stage::Stream, .. }) | None => None,
        }
    }

    fn remember(&mut self, outcomes: Outcomes) {
        let Some(Present { run, step, .. }) = self.present else { return };
        for (index, outcome) in (0..).zip(outcomes).filter_map(|(index, outcome)| Some((index, outcome?))) {
            self.memory.ended(CallId { run, step, index }, outcome);
        }
    }

    /// An interrupt stops the run that it was answered for, and no other that has begun since (INT-11).
    fn stopped(&mut self, command: CommandId, run: Option<RunId>) {
        self.last_stop = Some(command);
        if let Some(present) = &mut self.present
            && run == Some(present.run)
        {
            present.stopped = Some(command);
        }
    }

    /// A variant's way: the log of interrupts has no receipts, so the last one is applied to whatever runs.
    fn stop_again(&mut self) {
        if let (Some(present), Some(command)) = (&mut self.present, self.last_stop) {
            present.stopped = Some(command);
        }
    }
}

/// What becomes of calls when people have decided about one of them: it may run now, or is denied; and if it is a plan, so are the calls that
/// waited for the word on it.
pub(super) fn decide<'a>(records: impl Iterator<Item = &'a mut CallRecord>, index: usize, allowed: bool) {
    let mut records: Vec<_> = records.collect();
    let Some(Class::Plan) = records.get(index).map(|record| record.class) else {
        return records.into_iter().skip(index).take(1).for_each(|record| record.decided(allowed));
    };
    records[index].asks = false;
    records[index].outcome = Some(if allowed { Outcome::Succeeded(0) } else { Outcome::Denied });
    records
        .into_iter()
        .filter(|record| record.asks && record.class == Class::Serial)
        .for_each(|record| record.decided(allowed));
}

impl CallRecord {
    fn decided(&mut self, allowed: bool) {
        self.asks = false;
        if allowed {
            self.class = Class::Serial;
        } else {
            self.outcome = Some(Outcome::Denied);
        }
    }
}

/// The name of a place: `r0`, `r1`, and so on.
fn name(place: u32, text: &mut [u8; 11]) -> &str {
    let mut at = text.len();
    let mut rest = place;
    loop {
        at -= 1;
        text[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    at -= 1;
    text[at] = b'r';
    std::str::from_utf8(&text[at..]).expect("digits are text")
}
