//! What holds of branches.

use std::time::Duration;

use rehearsal::check::{Monitor, Properties, SortedMap, Step, fold, on};
use rehearsal_protocol::Address;
use rehearsal_protocol::supervision::Fact as Supervision;
use rehearsal_services::service::Fact;
use rehearsal_services::service::branch::{above, levels_below};

use super::escalates_from;
use crate::service::owing::Owing;

/// How soon a supervisor decides about a branch that has given up, if it waits for nothing else.
const WITHIN: Duration = Duration::from_secs(20);

/// States the invariants.
pub(super) fn state(check: &mut Properties<Fact>) {
    check.always(
        "ESC-1",
        "a branch that has given up is started again by the supervisor above, or that one gives up in turn",
        Owing::new(WITHIN, decided),
    );
    check.always("ESC-2", "a branch counts as started when all that it starts runs", whole());
    check.always(
        "ESC-3",
        "a branch is stopped from its last worker on, and is never cut off while it stops them",
        on(
            ["Supervision"],
            fold((), |(): &mut (), _, fact: &Fact| match fact {
                Fact::Supervision(Supervision::ChildKilled { child, .. })
                    if levels_below(child).is_some() =>
                {
                    Err(format!("{child} is killed by its supervisor"))
                }
                _ => Ok(()),
            }),
        ),
    );
}

/// ESC-1.
fn decided(fact: &Fact) -> Step<Address> {
    let Fact::Supervision(said) = fact else { return Step::Ignore };
    match said {
        Supervision::ChildEnded { supervisor, .. } if escalates_from(fact).is_some() => {
            Step::Owe(*supervisor)
        }
        Supervision::RestartDecided { supervisor, .. }
        | Supervision::GaveUp { supervisor, .. }
        | Supervision::EndAsked { supervisor }
        | Supervision::SupervisorEnded { supervisor }
        | Supervision::SupervisorBegan { supervisor, .. } => Step::Settle(*supervisor),
        _ => Step::Ignore,
    }
}

/// ESC-2.
fn whole() -> impl Monitor<Fact> {
    on(
        ["Supervision"],
        fold(Tree::default(), |tree: &mut Tree, _, fact: &Fact| {
            let Fact::Supervision(fact) = fact else { return Ok(()) };
            match fact {
                Supervision::SupervisorBegan { supervisor, children, .. } => {
                    let children: Vec<String> = children.iter().map(|(child, _)| child.clone()).collect();
                    tree.begins(*supervisor, children);
                }
                Supervision::RestartBegan { children, .. } => tree.start_anew(children),
                Supervision::ChildStarted { supervisor, child, .. } => {
                    return tree.started(*supervisor, child);
                }
                _ => {}
            }
            Ok(())
        }),
    )
}

/// The branches that have begun, and what each has not started yet. No name is given twice in a tree.
#[derive(Clone, Debug, Default, Hash)]
struct Tree {
    names: SortedMap<Address, String>,
    missing: SortedMap<String, Vec<String>>,
}

impl Tree {
    fn begins(&mut self, supervisor: Address, children: Vec<String>) {
        self.start_anew(&children);
        let name = children.first().and_then(|first| above(first)).unwrap_or_default();
        self.names.insert(supervisor, name.clone());
        self.missing.insert(name, children);
    }

    /// These are to be started: what is known of their former lives does not count.
    fn start_anew(&mut self, children: &[String]) {
        self.missing.retain(|branch, _| !children.contains(branch));
    }

    fn started(&mut self, supervisor: Address, child: &str) -> Result<(), String> {
        if levels_below(child).is_some() {
            match self.missing.get(child) {
                None => return Err(format!("{child} counts as started and has not begun")),
                Some(missing) if !missing.is_empty() => {
                    return Err(format!("{child} counts as started and has not started {missing:?}"));
                }
                Some(_) => {}
            }
        }
        let missing = self.names.get(&supervisor).and_then(|name| self.missing.get_mut(name));
        if let Some(missing) = missing {
            missing.retain(|other| other != child);
        }
        Ok(())
    }
}
