//! SUP-8: what waits for a counter that is started again follows its policy, and no ask hangs.

use std::time::Duration;

use rehearsal::check::{Moment, Monitor, Owed, SortedMap};
use rehearsal_protocol::supervision::{Fact as Supervision, MailboxOnRestart};
use rehearsal_protocol::{Address, Time};
use rehearsal_services::asks::{AskId, Fact};

/// Restarts are put off for less than a second.
const SETTLED_WITHIN: Duration = Duration::from_secs(10);
/// Nothing takes longer from one actor to another of its node.
const ARRIVED_WITHIN: Duration = Duration::from_millis(5);

/// The monitor.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Mail {
    /// What clients wait for, whom they asked, and since when.
    open: SortedMap<AskId, (Address, Time)>,
    services: SortedMap<Address, Service>,
}

/// What is known of one life of a supervisor, and of its counter.
#[derive(Clone, Debug, Default, Hash)]
struct Service {
    mailbox: MailboxOnRestart,
    /// When the present life of the counter was started.
    started: Time,
    /// Whether an operator has ordered that the counter be stopped, and not heard that it is.
    ordered: bool,
    /// Whether the counter is stopped and not to be started again, or its supervisor ends.
    closed: bool,
    /// When that was over last.
    reopened: Option<Time>,
    /// How often the counter failed, on one ask at most each time: on none if it was killed.
    failures: u32,
    /// How many asks were refused for which there must be a failure, and when the last was.
    refusals: u32,
    refused: Time,
    /// Since when the counter waits for an answer of its supervisor.
    drains: Option<Time>,
}

impl Service {
    /// Whether an ask may have come while the counter was stopped, or have waited when it was.
    fn was_closed_since(&self, asked: Time) -> bool {
        self.ordered || self.closed || self.reopened.is_some_and(|reopened| reopened >= asked)
    }

    fn learn(&mut self, at: Time, fact: &Supervision) {
        match fact {
            // What its former life gave up may still be told.
            Supervision::SupervisorBegan { .. } => *self = Self { reopened: Some(at), ..Self::default() },
            Supervision::EndAsked { .. } | Supervision::GaveUp { .. } | Supervision::StartIgnored { .. } => {
                self.closed = true;
            }
            Supervision::ChildStarted { .. } => {
                self.started = at;
                if std::mem::take(&mut self.closed) {
                    self.reopened = Some(at);
                }
            }
            Supervision::ChildEnded { clean, .. } => {
                self.failures += u32::from(!clean);
                self.drains = self.drains.filter(|_| *clean);
            }
            _ => {}
        }
    }
}

impl Mail {
    fn settled(&mut self, at: Time, ask: AskId, answered: bool) {
        let Some((service, asked)) = self.open.remove(&ask) else { return };
        let service = self.services.get_or_default(service);
        if !answered && service.mailbox == MailboxOnRestart::Keep && !service.was_closed_since(asked) {
            service.refusals += 1;
            service.refused = at;
        }
    }

    fn counted(&self, service: Address, ask: AskId) -> Result<(), String> {
        let (Some((_, asked)), Some(service)) = (self.open.get(&ask), self.services.get(&service)) else {
            return Ok(());
        };
        if service.mailbox == MailboxOnRestart::Drop && *asked + ARRIVED_WITHIN < service.started {
            return Err(format!(
                "{ask}, asked at {asked}, waited for a life that began at {}",
                service.started
            ));
        }
        Ok(())
    }
}

impl Monitor<Fact> for Mail {
    fn observe(&mut self, moment: &Moment, fact: &Fact) -> Result<(), String> {
        match fact {
            Fact::ClientBegan { client } => self.open.retain(|ask, _| ask.client() != *client),
            Fact::Asked { ask, service } => drop(self.open.insert(*ask, (*service, moment.at))),
            Fact::Settled { ask, answered } => self.settled(moment.at, *ask, *answered),
            Fact::Counted { service, ask, .. } => return self.counted(*service, *ask),
            Fact::CounterBegan { service, mailbox, .. } => {
                self.services.get_or_default(*service).mailbox = *mailbox;
            }
            Fact::DrainBegan { service } => {
                self.services.get_or_default(*service).drains = Some(moment.at);
            }
            Fact::StopOrdered { service } => self.services.get_or_default(*service).ordered = true,
            Fact::Stopped { service } => {
                let service = self.services.get_or_default(*service);
                (service.ordered, service.closed) = (false, true);
            }
            Fact::Drained { service } => self.services.get_or_default(*service).drains = None,
            Fact::Supervision(fact) => {
                self.services.get_or_default(fact.supervisor()).learn(moment.at, fact);
            }
            Fact::Outlived { .. } | Fact::OperatorBegan { .. } => {}
        }
        Ok(())
    }

    fn kinds(&self) -> Option<&[&'static str]> {
        Some(&[
            "ClientBegan",
            "Asked",
            "Settled",
            "Counted",
            "CounterBegan",
            "DrainBegan",
            "Drained",
            "StopOrdered",
            "Stopped",
            "Supervision",
        ])
    }

    fn owed(&self) -> Vec<Owed> {
        let owe = |since, what| Owed { since, within: SETTLED_WITHIN, what };
        let asks = self.open.iter().map(|(ask, (_, asked))| {
            owe(*asked, format!("an answer to {ask}, or the news that there is none"))
        });
        let of = |(address, service): (&Address, &Service)| {
            let refused = (service.refusals > service.failures).then(|| {
                owe(service.refused, format!("the failure of the counter of {address} on what it refused"))
            });
            let drains = service
                .drains
                .map(|since| owe(since, format!("an answer of {address} to its counter, which shall end")));
            [refused, drains]
        };
        asks.chain(self.services.iter().flat_map(of).flatten()).collect()
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}
