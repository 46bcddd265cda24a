//! Two-phase commit between a coordinator and three participants, over a network that loses, doubles and delays.

use std::time::Duration;

use rehearsal::check::{Monitor, Properties, SortedMap, fold};
use rehearsal::registry::{self, Entry, Setting, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_locks::commit::{Commit, Coordinator, Fact, PATIENCE, Participant, RETRY, Variant};
use rehearsal_protocol::{Address, NodeId};

/// The entry of the registry.
pub static COMMIT: Entry = Entry {
    name: "commit",
    sentence: "three participants commit together or not at all, over a bad network",
    variants: &[
        registry::Variant {
            name: "late-vote",
            sentence: "the last vote comes after the timeout, and commits although all were told to abort",
            trips: "2PC-1",
        },
        registry::Variant {
            name: "majority",
            sentence: "the coordinator takes more than half of the votes for all of them",
            trips: "2PC-2",
        },
        registry::Variant {
            name: "asks-once",
            sentence: "a participant that hears no decision asks for it only once",
            trips: "2PC-3",
        },
    ],
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: &[Setting {
        name: "participants",
        sentence: "how many participants there are",
        default: 3,
        least: 1,
        most: 100,
    }],
    build: |variant, settings| {
        let variant = variant.and_then(Variant::named).unwrap_or_default();
        rehearsal(TwoPhase { participants: settings.get("participants"), variant })
    },
};

/// A coordinator and its participants, each on a node of its own.
pub struct TwoPhase {
    /// How many participants there are.
    pub participants: u32,
    /// Which bug is planted.
    pub variant: Variant,
}

impl TwoPhase {
    fn addresses(&self) -> impl Iterator<Item = Address> + use<> {
        (1..=self.participants).map(|n| Address::new(NodeId(n), n))
    }
}

impl Scenario for TwoPhase {
    type Protocol = Commit;

    fn set_up(&self, system: &mut Setup<Commit>) {
        let coordinator = Coordinator::new(self.addresses().collect(), self.variant);
        let coordinator = system.node("coordinator").steady().actor("coordinator", coordinator);
        for (n, address) in self.addresses().enumerate() {
            let participant = Participant::new(coordinator, self.variant);
            let placed =
                system.node(format!("participant-{}", n + 1)).steady().actor("participant", participant);
            assert_eq!(placed, address, "slots are given in order");
        }
        system.timeout("patience", PATIENCE);
        system.timeout("retry", RETRY);
        system.faulty_phase(Duration::from_secs(3));
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        check.always("2PC-1", "no two decisions differ", one_decision());
        check.always(
            "2PC-2",
            "who commits has every participant's yes",
            all_said_yes(self.participants as usize),
        );
        let all = self.addresses();
        check.eventually(
            "2PC-3",
            "every participant hears of the decision",
            Duration::from_secs(5),
            all,
            |fact| match fact {
                Fact::Obeyed { who, .. } => Some(*who),
                _ => None,
            },
        );
        check.sometimes("all commit", |fact| matches!(fact, Fact::Decision { commit: true }));
        check.sometimes("all abort", |fact| matches!(fact, Fact::Decision { commit: false }));
        check.sometimes("a vote comes after the decision", |fact| matches!(fact, Fact::LateVote));
    }
}

/// 2PC-1: no two decisions differ.
fn one_decision() -> impl Monitor<Fact> {
    fold(None, |known: &mut Option<bool>, _, fact: &Fact| match fact {
        Fact::Decision { commit } | Fact::Obeyed { commit, .. } => match known.replace(*commit) {
            Some(before) if before != *commit => Err(format!("commit is {commit} after it was {before}")),
            _ => Ok(()),
        },
        Fact::Voted { .. } | Fact::LateVote => Ok(()),
    })
}

/// 2PC-2: who commits has every participant's yes.
fn all_said_yes(participants: usize) -> impl Monitor<Fact> {
    fold(SortedMap::new(), move |votes: &mut SortedMap<Address, bool>, _, fact: &Fact| match fact {
        Fact::Voted { who, yes } => {
            votes.insert(*who, *yes);
            Ok(())
        }
        Fact::Decision { commit: true } => match votes.values().filter(|yes| **yes).count() {
            count if count == participants => Ok(()),
            count => Err(format!("the decision is to commit with {count} of {participants} votes")),
        },
        Fact::Decision { .. } | Fact::Obeyed { .. } | Fact::LateVote => Ok(()),
    })
}
