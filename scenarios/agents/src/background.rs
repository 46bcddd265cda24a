//! Scopes that open and close while their tasks fetch, write and watch: nothing of a closed scope lives or has any effect.
//!
//! Only the registry is far away, and may be down or silent; the service, its tasks and its tenants are one process.

use std::time::Duration;

use rehearsal::check::{Moment, Monitor, Owed, Properties, SortedMap, SortedSet, Step, fold, leads_to};
use rehearsal::registry::{Entry, Setting, planted, rehearsal};
use rehearsal::{Profile, Scenario, Setup};
use rehearsal_agents::background::{
    Background, Cache, Fact, Outcome, PATIENCE, Registry, ScopeId, Service, Status, TaskId, Tenant, VARIANTS,
    Variant,
};
use rehearsal_protocol::Time;

/// The entry of the registry.
pub static BACKGROUND: Entry = Entry {
    name: "background",
    sentence: "tasks belong to a scope: when it is closed they have ended, their ends are known, and nothing of them is left",
    variants: &planted(&VARIANTS),
    in_campaign: true,
    faults: &Profile::CHAOS,
    settings: &[
        Setting { name: "tenants", sentence: "how many open scopes", default: 2, least: 1, most: 100 },
        Setting { name: "cycles", sentence: "how many scopes each opens", default: 2, least: 1, most: 900 },
    ],
    build: |variant, settings| {
        let variant = variant.and_then(Variant::named).unwrap_or_default();
        rehearsal(Scopes { tenants: settings.get("tenants"), cycles: settings.get("cycles"), variant })
    },
};

/// A service with its tenants, and a registry far away.
#[derive(Clone, Copy, Debug)]
pub struct Scopes {
    /// How many open scopes.
    pub tenants: u32,
    /// How many scopes each opens, one after another.
    pub cycles: u32,
    /// Which bug is planted.
    pub variant: Variant,
}

/// Longer than a task that was cancelled or forgotten may take to end by itself.
const SOON: Duration = Duration::from_secs(3);

impl Scenario for Scopes {
    type Protocol = Background;

    fn set_up(&self, system: &mut Setup<Background>) {
        let registry = system.node("far").actor("registry", Registry::default());
        let mut process = system.node("process").steady();
        let cache = process.actor("cache", Cache::default());
        let service = process.actor("service", Service::new(registry, cache, self.variant));
        for number in 1..=self.tenants {
            process.actor(format!("tenant-{number}"), Tenant::new(number, service, self.cycles));
        }
        system.timeout("patience", PATIENCE);
        system.faulty_phase(Duration::from_secs(2));
    }

    fn properties(&self, check: &mut Properties<Fact>) {
        check.always("LIFE-1", "nothing of a scope has any effect once it is closed", effects_end());
        check.always("LIFE-3", "a task is cut off only by the close of its scope", only_closing_cuts_off());
        check.always(
            "OBS-1",
            "once a scope is closed, the row of every task that ended says how",
            Ends::default(),
        );
        check.leads_to("LIFE-4", "a scope that is to close is closed", SOON, |fact| match fact {
            Fact::Closing(scope) => Step::Owe(*scope),
            Fact::Closed { scope, .. } => Step::Settle(*scope),
            _ => Step::Ignore,
        });
        check.always("LIFE-2", "no more tasks live than scopes that are open own", Lives::default());
        check.always(
            "CLAIM-1",
            "a claim is given back, whether or not its task was ever started",
            claims_are_given_back(),
        );
        check.sometimes("what a task fetches never comes", {
            |fact| matches!(fact, Fact::Stopped { outcome: Outcome::Failed, .. })
        });
        check.sometimes("a scope waits for several tasks when it closes", {
            |fact| matches!(fact, Fact::Closed { ended: 2.., .. })
        });
        check.sometimes("a scope closes at once", |fact| matches!(fact, Fact::Closed { ended: 0, .. }));
        check.sometimes("a refresh is started", |fact| matches!(fact, Fact::Claimed(_)));
    }
}

/// LIFE-1: nothing of a scope has any effect once it is closed.
fn effects_end() -> impl Monitor<Fact> {
    fold(SortedSet::new(), |closed: &mut SortedSet<ScopeId>, _, fact: &Fact| match fact {
        Fact::Closed { scope, .. } => {
            closed.insert(*scope);
            Ok(())
        }
        Fact::Effect(task) if closed.contains(&task.scope) => {
            Err(format!("{task} has an effect, and its scope is closed"))
        }
        _ => Ok(()),
    })
}

/// LIFE-3: a task is cut off only by the close of its scope.
fn only_closing_cuts_off() -> impl Monitor<Fact> {
    fold(SortedSet::new(), |closing: &mut SortedSet<ScopeId>, _, fact: &Fact| match fact {
        Fact::Closing(scope) => {
            closing.insert(*scope);
            Ok(())
        }
        Fact::Stopped { task, outcome: Outcome::Cancelled } if !closing.contains(&task.scope) => {
            Err(format!("{task} is cut off, and nobody closes its scope"))
        }
        _ => Ok(()),
    })
}

/// OBS-1: soon after a scope is closed, the row of every task that ended says how.
#[derive(Clone, Debug, Default, Hash)]
struct Ends {
    in_progress: SortedSet<TaskId>,
    live: SortedSet<TaskId>,
    closed: SortedMap<ScopeId, Time>,
}

impl Monitor<Fact> for Ends {
    fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
        match fact {
            Fact::Row { task, status: Status::InProgress } => {
                self.in_progress.insert(*task);
            }
            Fact::Row { task, status: Status::Ended(_) } => {
                self.in_progress.remove(task);
            }
            Fact::Began(task) => {
                self.live.insert(*task);
            }
            Fact::Stopped { task, .. } => {
                self.live.remove(task);
            }
            Fact::Closed { scope, .. } => {
                self.closed.insert(*scope, moment.at);
            }
            Fact::Opened(_) | Fact::Closing(_) | Fact::Effect(_) | Fact::Claimed(_) | Fact::Released(_) => {}
        }
        Ok(())
    }

    fn owed(&self) -> Vec<Owed> {
        let owe = |task: &TaskId| {
            let since = *self.closed.get(&task.scope)?;
            Some(Owed { since, within: SOON, what: format!("the row that says how {task} ended") })
        };
        self.in_progress.difference(&self.live).filter_map(owe).collect()
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

/// LIFE-2: no more tasks live than scopes that are open own, but for those that would end by themselves; in the end not even these.
#[derive(Clone, Debug, Default, Hash)]
struct Lives {
    live: SortedSet<TaskId>,
    closed: SortedMap<ScopeId, Time>,
}

/// Longer than a task that nobody cancels takes to end, unless it is one that does not end.
const BY_ITSELF: Duration = PATIENCE.saturating_add(Duration::from_millis(200));

impl Lives {
    /// How many tasks live that nobody owns any more, and have had the time to end.
    fn left(&self, now: Time) -> usize {
        let is_left = |task: &&TaskId| {
            self.closed.get(&task.scope).is_some_and(|closed| now.since(*closed) > BY_ITSELF)
        };
        self.live.iter().filter(is_left).count()
    }
}

impl Monitor<Fact> for Lives {
    fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
        match fact {
            Fact::Began(task) => {
                self.live.insert(*task);
            }
            Fact::Stopped { task, .. } => {
                self.live.remove(task);
            }
            Fact::Closed { scope, .. } => {
                self.closed.insert(*scope, moment.at);
            }
            Fact::Opened(_) => {
                let (live, left) = (self.live.len(), self.left(moment.at));
                if left > 0 {
                    let (owned, closed) = (live - left, self.closed.len());
                    return Err(format!(
                        "{live} tasks live and {owned} are owned, after {closed} scopes closed"
                    ));
                }
            }
            Fact::Closing(_) | Fact::Effect(_) | Fact::Row { .. } | Fact::Claimed(_) | Fact::Released(_) => {}
        }
        Ok(())
    }

    fn owed(&self) -> Vec<Owed> {
        let owe = |task: &TaskId| {
            let since = *self.closed.get(&task.scope)?;
            Some(Owed { since, within: SOON, what: format!("the end of {task}") })
        };
        self.live.iter().filter_map(owe).collect()
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

/// CLAIM-1: a claim is given back, whether or not its task was ever started.
fn claims_are_given_back() -> impl Monitor<Fact> {
    leads_to(SOON, |fact: &Fact| match fact {
        Fact::Claimed(task) => Step::Owe(*task),
        Fact::Released(task) => Step::Settle(*task),
        _ => Step::Ignore,
    })
}
