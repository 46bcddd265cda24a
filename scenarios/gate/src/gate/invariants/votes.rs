//! What agents say, and what is made of it: QG-3, QG-8, QG-13 and QG-14.

use rehearsal::check::{Moment, Monitor, SortedMap, SortedSet, fold, on};
use rehearsal_gate::gate::{AgentId, Confidence, Decision, Fact, Opinion, Record, Status};

/// QG-3.
pub(super) fn votes() -> impl Monitor<Fact> {
    on(
        ["Counted"],
        fold(SortedSet::new(), |seen: &mut SortedSet<AgentId>, _, fact: &Fact| {
            let Fact::Counted { gate, by, .. } = fact else { return Ok(()) };
            if by.gate != *gate {
                return Err(format!("the vote of {by} counts in gate {gate}"));
            }
            if !seen.insert(*by) {
                return Err(format!("the vote of {by} counts twice"));
            }
            Ok(())
        }),
    )
}

/// QG-8, reckoned anew from what is remembered of the agents.
pub(super) fn what_votes_say() -> impl Monitor<Fact> {
    on(
        ["Remembered"],
        fold((), |(), _, fact: &Fact| {
            let Fact::Remembered { gate, record } = fact else { return Ok(()) };
            let Some(decision) = record.decision else { return Ok(()) };
            if follows(decision, record) {
                return Ok(());
            }
            Err(format!(
                "gate {gate} is decided otherwise than its agents voted (by {decision:?}, and they are {:?})",
                record.agents
            ))
        }),
    )
}

/// Whether a decision can come of such agents: two answers are enough where there are two agents and more, and a majority of them decides.
fn follows(decision: Decision, record: &Record) -> bool {
    let mut votes = SortedMap::<Opinion, usize>::new();
    for status in &record.agents {
        if let Status::Completed(opinion) = status {
            *votes.get_or_default(*opinion) += 1;
        }
    }
    let all = record.agents.len();
    let (answers, most) = (votes.values().sum::<usize>(), votes.values().max().copied().unwrap_or_default());
    let enough = if all == 1 { answers == 1 } else { answers >= 2 };
    let majority = enough && 2 * most > answers && (most >= 2 || all == 1);
    match decision {
        Decision::Cancelled => true,
        Decision::Timeout | Decision::Insufficient => !enough,
        Decision::Escalate => enough && !majority,
        Decision::Consensus(Confidence::High, opinion) => votes.get(&opinion) == Some(&all),
        Decision::Consensus(Confidence::Medium, opinion) => {
            majority && votes.get(&opinion) == Some(&most) && most < all
        }
    }
}

/// QG-13: counted for each run of an agent; reports to a supervisor that has ended are lost with it.
pub(super) fn progress_is_bounded() -> impl Monitor<Fact> {
    type Waiting = SortedMap<AgentId, u32>;
    let judge = |waiting: &mut Waiting, _: Moment, fact: &Fact| {
        match fact {
            Fact::Began(_) => waiting.clear(),
            Fact::Asked(agent) => _ = waiting.remove(agent),
            Fact::ProgressTaken(agent) => {
                if let Some(reports) = waiting.get_mut(agent) {
                    *reports = reports.saturating_sub(1);
                }
            }
            Fact::Progress { agent, .. } => {
                let reports = waiting.get_or_default(*agent);
                *reports += 1;
                if *reports > 1 {
                    return Err(format!(
                        "agent {agent} reports its progress, and its last report waits still"
                    ));
                }
            }
            _ => {}
        }
        Ok(())
    };
    on(["Began", "Asked", "ProgressTaken", "Progress"], fold(Waiting::new(), judge))
}

/// QG-14.
pub(super) fn votes_are_whole() -> impl Monitor<Fact> {
    type Answers = SortedMap<AgentId, Opinion>;
    let judge = |answers: &mut Answers, _: Moment, fact: &Fact| {
        match fact {
            Fact::Thinks { agent, opinion } => _ = answers.insert(*agent, *opinion),
            Fact::Counted { by, opinion, .. } if answers.get(by) != Some(opinion) => {
                return Err(format!("{by} is counted for {opinion}, and has not answered so"));
            }
            _ => {}
        }
        Ok(())
    };
    on(["Thinks", "Counted"], fold(Answers::new(), judge))
}
