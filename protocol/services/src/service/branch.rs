//! A deep tree: branches of branches of workers, a supervisor at each fork, and each level under a policy of its own.

use std::time::Duration;

use rehearsal_protocol::address::{Address, Incarnation};
use rehearsal_protocol::context::Context;
use rehearsal_protocol::supervision::{self, ChildSpec, Policy, Restart, Shutdown, Started, Supervisor};
use serde::{Deserialize, Serialize};

use super::Service;
use super::tree::{Crew, Part, Shape, worker};
use super::variant::Variant;

/// A branch, and all below it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Branch {
    /// The policies of the levels from this one down; the last of them holds for all that are left.
    policies: Vec<Policy>,
    /// How many levels of branches there are below it; below the last are workers.
    below: u8,
    /// Into how many each forks.
    forks: u8,
    /// The place of its first worker among all, from 0.
    first: u8,
    door: Address,
    variant: Variant,
}

/// How long an impatient supervisor gives a branch to stop: less than that may give its workers.
const IMPATIENT: Duration = Duration::from_millis(100);

impl Branch {
    /// The whole of a tree with so many levels of supervisors, whose workers take requests at the door.
    ///
    /// # Panics
    ///
    /// If there is no level or no policy, or there are more workers than 255.
    pub fn whole(policies: Vec<Policy>, levels: u8, forks: u8, door: Address, variant: Variant) -> Self {
        assert!(levels > 0 && !policies.is_empty(), "a tree has a supervisor, and that a policy");
        assert!(
            u8::try_from(u32::from(forks).saturating_pow(u32::from(levels))).is_ok(),
            "{forks} forks on {levels} levels are too many workers"
        );
        Self { policies, below: levels - 1, forks, first: 0, door, variant }
    }

    /// Its supervisor.
    pub fn supervisor(&self) -> Supervisor<Part> {
        let planted = match self.variant {
            Variant::Supervisor(variant) => variant,
            _ => supervision::Variant::Reference,
        };
        Supervisor::new(self.policies[0].clone(), self.children()).planted(planted)
    }

    fn children(&self) -> Vec<ChildSpec<Part>> {
        let crew = Crew::Stages { shape: Shape::Pool, of: self.forks, store: None };
        let child = |n: u8| match self.below {
            0 => worker(self.first + n, &crew, self.door),
            _ => self.fork(n).spec(),
        };
        (0..self.forks).map(child).collect()
    }

    /// One of the branches into which it forks.
    fn fork(&self, n: u8) -> Self {
        let policies = if self.policies.len() > 1 { &self.policies[1..] } else { &self.policies };
        let each = self.forks.pow(u32::from(self.below));
        Self {
            policies: policies.to_vec(),
            below: self.below - 1,
            first: self.first + n * each,
            ..self.clone()
        }
    }

    fn spec(self) -> ChildSpec<Part> {
        let (variant, below) = (self.variant, self.below);
        let spec = ChildSpec::supervisor(self.name(), Part::Branch(self));
        match variant {
            Variant::TransientBranches if below > 0 => spec.restarted(Restart::Transient),
            Variant::Impatient => spec.stopped(Shutdown::Within(IMPATIENT)),
            _ => spec,
        }
    }

    /// Its name, which no other of the tree has: the levels below it, and its first worker.
    fn name(&self) -> String {
        format!("{PREFIX}{}-{}", self.below, self.first + 1)
    }

    /// Starts it as a child: it begins, and says when all below it run.
    pub(super) fn start(&self, cx: &mut Context<'_, Service>, name: &str) -> Started {
        let supervisor = self.supervisor();
        if self.variant == Variant::BegunEarly && cx.incarnation() > Incarnation(1) {
            return Started::Running(cx.spawn(name, supervisor));
        }
        Started::Beginning(cx.spawn(name, supervisor.under(cx)))
    }
}

/// What the names of branches begin with.
const PREFIX: &str = "branch-";

/// Of the child of that name, how many levels of branches are below it; `None` if it is a worker.
pub fn levels_below(child: &str) -> Option<u8> {
    child.strip_prefix(PREFIX)?.split('-').next()?.parse().ok()
}

/// The name of the branch whose first child has that name; `None` if nothing in a tree has it.
pub fn above(child: &str) -> Option<String> {
    let (below, first) = match child.strip_prefix(PREFIX) {
        Some(rest) => {
            let (below, first) = rest.split_once('-')?;
            (below.parse::<u8>().ok()? + 1, first)
        }
        None => (0, child.strip_prefix("stage-")?),
    };
    Some(format!("{PREFIX}{below}-{first}"))
}

#[cfg(test)]
mod tests {
    use rehearsal_protocol::address::NodeId;
    use rehearsal_protocol::supervision::Strategy;

    use super::*;

    fn tree(levels: u8, variant: Variant) -> Branch {
        let policies = [Strategy::OneForAll, Strategy::OneForOne].map(Policy::otp).to_vec();
        Branch::whole(policies, levels, 2, Address::new(NodeId(0), 0), variant)
    }

    #[test]
    fn a_tree_of_three_levels_has_eight_workers_in_the_order_of_their_places() {
        fn workers(branch: &Branch) -> Vec<String> {
            let below = |spec: ChildSpec<Part>| match spec.start {
                Part::Branch(branch) => workers(&branch),
                _ => vec![spec.id],
            };
            branch.children().into_iter().flat_map(below).collect()
        }
        let tree = tree(3, Variant::Reference);
        assert_eq!(workers(&tree), (1..=8).map(|n| format!("stage-{n}")).collect::<Vec<_>>());
        let names: Vec<_> = tree.children().into_iter().map(|spec| spec.id).collect();
        assert_eq!(names, ["branch-1-1", "branch-1-5"]);
        assert_eq!((levels_below("branch-1-5"), levels_below("stage-1")), (Some(1), None));
        let above = ["stage-5", "branch-0-5", "top"].map(above);
        assert_eq!(above, [Some("branch-0-5".to_owned()), Some("branch-1-5".to_owned()), None]);
    }

    #[test]
    fn the_last_policy_holds_for_all_levels_that_are_left() {
        let tree = tree(3, Variant::Reference);
        let (fork, leaf) = (tree.fork(0), tree.fork(0).fork(1));
        let strategies = [&tree, &fork, &leaf].map(|branch| branch.policies[0].strategy);
        assert_eq!(strategies, [Strategy::OneForAll, Strategy::OneForOne, Strategy::OneForOne]);
    }

    #[test]
    fn a_branch_is_permanent_and_is_waited_for_as_long_as_it_takes() {
        let spec = |variant| tree(3, variant).children().remove(0);
        let usual = spec(Variant::Reference);
        assert_eq!((usual.restart, usual.shutdown), (Restart::Permanent, Shutdown::Infinity));
        assert_eq!(spec(Variant::TransientBranches).restart, Restart::Transient);
        assert_eq!(spec(Variant::Impatient).shutdown, Shutdown::Within(IMPATIENT));
    }
}
