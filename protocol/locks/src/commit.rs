//! Two-phase commit: a coordinator asks all participants, and what it decides holds for all.
//!
//! Small enough for exhaustive search, and a first thing to read. Nodes do not crash here: what is rehearsed is the race between votes,
//! timeouts and lost messages.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use rehearsal_protocol::actor::{Actor, Protocol};
use rehearsal_protocol::address::Address;
use rehearsal_protocol::context::Context;
use rehearsal_protocol::input::{Input, TimerId};

/// How long the coordinator waits for votes.
pub const PATIENCE: Duration = Duration::from_secs(1);
/// How long a participant that voted yes waits before it asks for the decision.
pub const RETRY: Duration = Duration::from_millis(400);

/// The protocol.
pub struct Commit;

impl Protocol for Commit {
    type Message = Message;
    type Fact = Fact;
}

/// What coordinator and participants say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Message {
    /// Can you commit?
    Prepare,
    /// The answer.
    Vote {
        /// Whether the participant can.
        yes: bool,
    },
    /// What was decided?
    Ask,
    /// This was decided.
    Decided {
        /// Whether to commit.
        commit: bool,
    },
}

/// What is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fact {
    /// A participant voted.
    Voted {
        /// Who.
        who: Address,
        /// Whether it can commit.
        yes: bool,
    },
    /// The coordinator decided.
    Decision {
        /// Whether to commit.
        commit: bool,
    },
    /// A participant heard of the decision and obeys.
    Obeyed {
        /// Who.
        who: Address,
        /// Whether it commits.
        commit: bool,
    },
    /// A vote came after the decision.
    LateVote,
}

/// A planted bug.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Variant {
    /// None.
    #[default]
    Reference,
    /// A last vote that comes after the timeout commits, although all were told to abort.
    LateVote,
    /// More than half of the votes are enough.
    Majority,
    /// A participant asks for the decision only once.
    AsksOnce,
}

impl Variant {
    /// The variant of that name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "late-vote" => Some(Self::LateVote),
            "majority" => Some(Self::Majority),
            "asks-once" => Some(Self::AsksOnce),
            _ => None,
        }
    }
}

/// Asks all participants and decides.
#[derive(Clone, Debug, Hash)]
pub struct Coordinator {
    participants: Vec<Address>,
    votes: Vec<Address>,
    decided: Option<bool>,
    variant: Variant,
}

impl Coordinator {
    /// The coordinator of these participants.
    pub fn new(participants: Vec<Address>, variant: Variant) -> Self {
        Self { participants, votes: Vec::new(), decided: None, variant }
    }

    fn is_enough(&self) -> bool {
        match self.variant {
            Variant::Majority => self.votes.len() * 2 > self.participants.len(),
            Variant::Reference | Variant::LateVote | Variant::AsksOnce => {
                self.votes.len() == self.participants.len()
            }
        }
    }

    fn vote(&mut self, cx: &mut Context<'_, Commit>, from: Address, yes: bool) {
        if self.decided.is_some() && self.variant != Variant::LateVote {
            return cx.announce(Fact::LateVote);
        }
        if !yes {
            return self.decide(cx, false);
        }
        if !self.votes.contains(&from) {
            self.votes.push(from);
        }
        if self.is_enough() {
            self.decide(cx, true);
        }
    }

    fn decide(&mut self, cx: &mut Context<'_, Commit>, commit: bool) {
        self.decided = Some(commit);
        cx.announce(Fact::Decision { commit });
        for participant in &self.participants {
            cx.send(*participant, Message::Decided { commit });
        }
    }
}

impl Actor<Commit> for Coordinator {
    fn receive(&mut self, cx: &mut Context<'_, Commit>, input: Input<Commit>) {
        match input {
            Input::Start(_) => {
                for participant in &self.participants {
                    cx.send(*participant, Message::Prepare);
                }
                cx.set_timer(TimerId(0), PATIENCE);
            }
            Input::Message(envelope) => match envelope.message {
                Message::Vote { yes } => self.vote(cx, envelope.from, yes),
                Message::Ask => {
                    if let Some(commit) = self.decided {
                        cx.reply(Message::Decided { commit });
                    }
                }
                Message::Prepare | Message::Decided { .. } => {}
            },
            Input::Timer(_) if self.decided.is_none() => self.decide(cx, false),
            Input::Timer(_) | Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}

/// Votes, and obeys.
#[derive(Clone, Debug, Hash)]
pub struct Participant {
    coordinator: Address,
    voted: Option<bool>,
    asked: bool,
    obeyed: Option<bool>,
    variant: Variant,
}

impl Participant {
    /// A participant of this coordinator.
    pub fn new(coordinator: Address, variant: Variant) -> Self {
        Self { coordinator, voted: None, asked: false, obeyed: None, variant }
    }

    /// The vote stands once it is given: asked again, the same is said.
    fn vote(&mut self, cx: &mut Context<'_, Commit>) {
        let yes = match self.voted {
            Some(yes) => yes,
            None => cx.choose(4) != 3,
        };
        if self.voted.is_none() {
            self.voted = Some(yes);
            cx.announce(Fact::Voted { who: cx.me(), yes });
        }
        cx.send(self.coordinator, Message::Vote { yes });
    }
}

impl Actor<Commit> for Participant {
    fn receive(&mut self, cx: &mut Context<'_, Commit>, input: Input<Commit>) {
        match input {
            Input::Start(_) => cx.set_timer(TimerId(0), RETRY),
            Input::Message(envelope) => match envelope.message {
                Message::Prepare => self.vote(cx),
                Message::Decided { commit } if self.obeyed != Some(commit) => {
                    self.obeyed = Some(commit);
                    cx.cancel_timer(TimerId(0));
                    cx.announce(Fact::Obeyed { who: cx.me(), commit });
                }
                Message::Decided { .. } | Message::Vote { .. } | Message::Ask => {}
            },
            Input::Timer(id) => {
                let again = !self.asked || self.variant != Variant::AsksOnce;
                self.asked = true;
                if self.obeyed.is_none() && again {
                    cx.send(self.coordinator, Message::Ask);
                    cx.set_timer(id, RETRY);
                }
            }
            Input::Signal(_) | Input::Synced(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use rehearsal_protocol::input::MessageId;
    use rehearsal_protocol::probe::Probe;

    use super::*;

    fn coordinator(probe: &mut Probe<Commit>) -> (Coordinator, [Address; 2]) {
        let participants = [probe.peer(), probe.peer()];
        (Coordinator::new(participants.to_vec(), Variant::Reference), participants)
    }

    #[test]
    fn all_votes_commit_and_everybody_hears_of_it() {
        let mut probe = Probe::default();
        let (mut coordinator, [one, two]) = coordinator(&mut probe);
        assert_eq!(format!("{:?}", probe.message(&mut coordinator, one, Message::Vote { yes: true })), "[]");
        let again = probe.message(&mut coordinator, one, Message::Vote { yes: true });
        assert_eq!(format!("{again:?}"), "[]", "one vote counts once");
        let effects = probe.message(&mut coordinator, two, Message::Vote { yes: true });
        assert_eq!(
            format!("{effects:?}"),
            "[announce Decision { commit: true }, send @1.1 Decided { commit: true }, send @2.2 Decided { commit: true }]"
        );
    }

    #[test]
    fn one_no_aborts_and_what_comes_later_changes_nothing() {
        let mut probe = Probe::default();
        let (mut coordinator, [one, two]) = coordinator(&mut probe);
        probe.message(&mut coordinator, one, Message::Vote { yes: false });
        let late = probe.message(&mut coordinator, two, Message::Vote { yes: true });
        assert_eq!(format!("{late:?}"), "[announce LateVote]");
        assert_eq!(format!("{:?}", probe.turn(&mut coordinator, Input::Timer(TimerId(0)))), "[]");
        let asked = probe.message(&mut coordinator, two, Message::Ask);
        assert_eq!(format!("{asked:?}"), "[send @2.2 Decided { commit: false }]");
    }

    #[test]
    fn a_participant_says_the_same_when_it_is_asked_again() {
        let mut probe = Probe::default();
        let from = probe.peer();
        let mut participant = Participant::new(from, Variant::Reference);
        probe.script([3, 0]);
        let effects = probe.message(&mut participant, from, Message::Prepare);
        assert_eq!(
            format!("{effects:?}"),
            "[announce Voted { who: @0.0, yes: false }, send @1.1 Vote { yes: false }]"
        );
        let envelope = rehearsal_protocol::Envelope { from, id: MessageId(9), message: Message::Prepare };
        let again = probe.turn(&mut participant, Input::Message(envelope));
        assert_eq!(format!("{again:?}"), "[send @1.1 Vote { yes: false }]");
    }
}
