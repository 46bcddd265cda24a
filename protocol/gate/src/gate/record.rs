//! What is known of a gate, and the rules of its decision (`actors.md` C.5).

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::variant::{Flaws, Variant};

/// The number of a gate; the first is 1.
pub type GateId = u32;
/// What an agent thinks; equal numbers agree.
pub type Opinion = u8;
/// A gate and what is known of it.
pub type Row = (GateId, Record);

/// What a gate is about: one gate at a time for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// Of which specification.
    pub spec: u8,
    /// Which checkpoint of it.
    pub checkpoint: u8,
}

/// An agent: its gate, and its place in it. Reports carry both, so that those of two gates do not mix.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AgentId {
    /// The gate that it works for.
    pub gate: GateId,
    /// Its role, from 0.
    pub role: u8,
}

/// `g1/0`.
impl fmt::Display for AgentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "g{}/{}", self.gate, self.role)
    }
}

impl fmt::Debug for AgentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What is known of an agent. All but the first are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Status {
    /// It works.
    Running,
    /// It has answered.
    Completed(Opinion),
    /// It could not, or has ended without an answer.
    Failed,
    /// It was not needed any more.
    Cancelled,
}

/// How sure a consensus is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Confidence {
    /// All agents agree: it can be applied.
    High,
    /// Most of those that answered agree: someone should look at it.
    Medium,
}

/// What came out of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Decision {
    /// Enough agents agree.
    Consensus(Confidence, Opinion),
    /// Enough have answered, and they do not agree.
    Escalate,
    /// All have ended, and too few have answered.
    Insufficient,
    /// The deadline came, and too few have answered.
    Timeout,
    /// Nobody wants to know any more.
    Cancelled,
}

/// What is known of a gate.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Record {
    /// Grows with every change.
    pub version: u32,
    /// What it is about.
    pub subject: Subject,
    /// Its agents by their roles.
    pub agents: Vec<Status>,
    /// What came out of it, once it is decided.
    pub decision: Option<Decision>,
}

impl Record {
    /// A gate with so many agents, all of which work.
    pub fn opened(subject: Subject, agents: u8) -> Self {
        Self { version: 1, subject, agents: vec![Status::Running; usize::from(agents)], decision: None }
    }

    /// How the agent of that role is, if there is one.
    pub fn status(&self, role: u8) -> Option<Status> {
        self.agents.get(usize::from(role)).copied()
    }

    /// How many agents have answered.
    pub fn usable(&self) -> usize {
        self.opinions().count()
    }

    /// How many answers it takes: two of three and more, all of fewer.
    pub fn quorum(&self) -> usize {
        self.agents.len().min(2)
    }

    /// Whether no agent works any more.
    pub fn is_over(&self) -> bool {
        !self.agents.contains(&Status::Running)
    }

    /// Whether more than half of all agents agree, and are enough: no answer that is still to come changes the opinion.
    pub fn is_settled(&self) -> bool {
        self.most().is_some_and(|(_, count)| count >= self.quorum() && 2 * count > self.agents.len())
    }

    /// What comes out of it now: because its agents have ended, or because its deadline has come.
    pub fn verdict(&self, is_late: bool, flaws: Flaws) -> Decision {
        let (usable, all) = (self.usable(), self.agents.len());
        if usable < self.quorum() {
            return if is_late { Decision::Timeout } else { Decision::Insufficient };
        }
        if flaws.has(Variant::TwoOfThreeIsLow) && usable < all {
            return Decision::Escalate;
        }
        match self.most() {
            Some((opinion, count)) if count == all => Decision::Consensus(Confidence::High, opinion),
            Some((opinion, count)) if count >= self.quorum() && 2 * count > usable => {
                Decision::Consensus(Confidence::Medium, opinion)
            }
            _ => Decision::Escalate,
        }
    }

    /// The opinion that most have, and how many; of several, the least.
    fn most(&self) -> Option<(Opinion, usize)> {
        let mut counts = BTreeMap::<Opinion, usize>::new();
        self.opinions().for_each(|opinion| *counts.entry(opinion).or_default() += 1);
        counts.into_iter().max_by_key(|(opinion, count)| (*count, std::cmp::Reverse(*opinion)))
    }

    fn opinions(&self) -> impl Iterator<Item = Opinion> {
        self.agents.iter().filter_map(|status| match status {
            Status::Completed(opinion) => Some(*opinion),
            Status::Running | Status::Failed | Status::Cancelled => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Status::{Cancelled, Completed, Failed, Running};
    use super::*;

    fn of(agents: &[Status]) -> Record {
        let subject = Subject { spec: 1, checkpoint: 1 };
        Record { agents: agents.to_vec(), ..Record::opened(subject, 0) }
    }

    fn verdict(agents: &[Status]) -> Decision {
        of(agents).verdict(false, Flaws::none())
    }

    #[test]
    fn three_that_agree_are_sure_and_two_of_three_less_so() {
        let all = verdict(&[Completed(1), Completed(1), Completed(1)]);
        assert_eq!(all, Decision::Consensus(Confidence::High, 1));
        let most = verdict(&[Completed(1), Completed(2), Completed(1)]);
        assert_eq!(most, Decision::Consensus(Confidence::Medium, 1));
        assert_eq!(verdict(&[Completed(1), Completed(2), Completed(3)]), Decision::Escalate);
    }

    #[test]
    fn two_that_agree_are_a_consensus_though_the_third_failed() {
        let degraded = [Completed(4), Failed, Completed(4)];
        assert_eq!(verdict(&degraded), Decision::Consensus(Confidence::Medium, 4));
        let low = of(&degraded).verdict(false, Flaws::of(&[Variant::TwoOfThreeIsLow]));
        assert_eq!(low, Decision::Escalate, "the broker takes two of three, the classifier does not");
        assert_eq!(verdict(&[Completed(4), Failed, Completed(5)]), Decision::Escalate);
    }

    #[test]
    fn too_few_answers_are_no_decision_upon_the_matter() {
        assert_eq!(verdict(&[Completed(1), Failed, Cancelled]), Decision::Insufficient);
        let late = of(&[Completed(1), Running, Running]).verdict(true, Flaws::none());
        assert_eq!(late, Decision::Timeout);
    }

    #[test]
    fn a_gate_of_one_or_two_needs_all_of_them() {
        assert_eq!(verdict(&[Completed(7)]), Decision::Consensus(Confidence::High, 7));
        assert_eq!(verdict(&[Completed(7), Failed]), Decision::Insufficient);
        assert_eq!(of(&[Running; 7]).quorum(), 2);
    }

    #[test]
    fn two_of_three_that_agree_settle_it_and_two_of_seven_do_not() {
        assert!(of(&[Completed(1), Running, Completed(1)]).is_settled());
        assert!(!of(&[Completed(1), Running, Completed(2)]).is_settled());
        let seven = [Completed(1), Completed(1), Running, Running, Running, Running, Running];
        assert!(!of(&seven).is_settled());
    }
}
