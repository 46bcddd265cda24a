//! Asks a provider for one opinion, and reports it. It is never started again, unless its gate gives it several tries.

use std::time::Duration;

use rehearsal_protocol::actor::Actor;
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, TimerId};
use rehearsal_protocol::mailbox::DeadLetter;

use super::fact::Fact;
use super::file::{FileName, Vote};
use super::message::{AgentMessage, Answer, File, Message, Report, SupervisorMessage};
use super::model::{Config, Results};
use super::peers::Peers;
use super::protocol::Gates;
use super::record::{AgentId, Opinion};
use super::variant::{Flaws, Variant};

/// How long an agent takes from its answer to its report. It waits for nothing more then, and so does not hear that it is not needed.
pub const FINISH: Duration = Duration::from_millis(200);
/// How long it takes from one piece of a file to the next, where that is not written as one.
pub const PIECE: Duration = Duration::from_millis(20);
/// What half a file reads as.
pub const HALF: Opinion = 0;

/// It reports.
const REPORT: TimerId = TimerId(0);
/// It writes the rest of its file.
const REST: TimerId = TimerId(1);

/// One run of an agent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Agent {
    id: AgentId,
    supervisor: Address,
    peers: Peers,
    config: Config,
    flaws: Flaws,
    progress: Progress,
    /// What it is about to report.
    opinion: Option<Opinion>,
}

/// How far an agent has come, and what its supervisor knows of it. One report of it is under way at most, and the next has all that came meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Progress {
    /// The lines that it has.
    lines: u8,
    /// Those that it has reported.
    reported: u8,
    /// Whether its last report was not taken yet.
    is_under_way: bool,
}

impl Agent {
    /// An agent that reports to that supervisor, whose peers, settings and flaws are its own.
    pub fn new(id: AgentId, supervisor: Address, peers: Peers, config: Config, flaws: Flaws) -> Self {
        Self { id, supervisor, peers, config, flaws, progress: Progress::default(), opinion: None }
    }

    fn begin(&self, cx: &mut Context<'_, Gates>) {
        cx.announce(Fact::Asked(self.id));
        cx.send(self.peers.provider, Message::Prompt(self.id));
    }

    fn answered(&mut self, cx: &mut Context<'_, Gates>, answer: Answer) {
        match answer {
            Answer::Line(line) => {
                self.progress.lines = self.progress.lines.max(line);
                self.tell_progress(cx);
            }
            Answer::Opinion(opinion) => {
                self.opinion = Some(opinion);
                cx.announce(Fact::Thinks { agent: self.id, opinion });
                cx.set_timer(REPORT, FINISH);
            }
            // Where it may be started again, it fails instead of reporting that it has.
            Answer::Error if self.config.tries > 1 => cx.fail("its provider cannot answer"),
            Answer::Error => {
                cx.send(
                    self.supervisor,
                    Message::Supervisor(SupervisorMessage::Report(Report::Failed(self.id))),
                );
                cx.exit();
            }
            Answer::Garbage => panic!("{} cannot read its answer", self.id),
        }
    }

    /// Tells how far it has come, unless its last report waits still.
    fn tell_progress(&mut self, cx: &mut Context<'_, Gates>) {
        let Progress { lines, reported, is_under_way } = self.progress;
        let waits = is_under_way && !self.flaws.has(Variant::UnboundedProgress);
        if waits || lines == reported {
            return;
        }
        self.progress = Progress { lines, reported: lines, is_under_way: true };
        cx.announce(Fact::Progress { agent: self.id, lines, new: lines - reported });
        cx.send(
            self.supervisor,
            Message::Supervisor(SupervisorMessage::Report(Report::Progress { agent: self.id, lines })),
        );
    }

    fn taken(&mut self, cx: &mut Context<'_, Gates>) {
        self.progress.is_under_way = false;
        self.tell_progress(cx);
    }

    fn report(&self, cx: &mut Context<'_, Gates>) {
        let Some(opinion) = self.opinion else { return };
        match self.config.results {
            Results::Reported => {
                cx.send(
                    self.supervisor,
                    Message::Supervisor(SupervisorMessage::Report(Report::Completed {
                        agent: self.id,
                        opinion,
                    })),
                );
            }
            Results::Filed if self.flaws.has(Variant::HalfWritten) => {
                self.write(cx, HALF);
                return cx.set_timer(REST, PIECE);
            }
            Results::Filed => self.write(cx, opinion),
        }
        cx.exit();
    }

    fn write_rest(&self, cx: &mut Context<'_, Gates>) {
        let Some(opinion) = self.opinion else { return };
        self.write(cx, opinion);
        cx.exit();
    }

    /// Writes its file: beside the one that has the name, which it then takes away in one step.
    fn write(&self, cx: &mut Context<'_, Gates>, opinion: Opinion) {
        let vote = Vote { by: self.id, opinion };
        cx.send(
            self.peers.folder,
            Message::File(File::Write { name: FileName::of(self.id, self.flaws), vote }),
        );
    }
}

impl Actor<Gates> for Agent {
    fn receive(&mut self, cx: &mut Context<'_, Gates>, input: Input<Gates>) {
        match input {
            Input::Start(_) => self.begin(cx),
            Input::Timer(REST) => self.write_rest(cx),
            Input::Timer(_) => self.report(cx),
            Input::Message(envelope) => match envelope.message {
                Message::Agent(message) => match (message, self.opinion) {
                    (AgentMessage::Answer(answer), None) => self.answered(cx, answer),
                    (AgentMessage::Answer(_), Some(_)) => cx.dead_letter(DeadLetter::LateResult),
                    (AgentMessage::Taken, _) => self.taken(cx),
                    (AgentMessage::Abort, None) => cx.shut_down(),
                    (AgentMessage::Abort, Some(_)) => cx.dead_letter(DeadLetter::Dropped), // Its report is on its way.
                },
                _ => cx.dead_letter(DeadLetter::Malformed),
            },
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}
