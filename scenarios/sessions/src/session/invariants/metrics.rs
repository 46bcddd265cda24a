//! What sessions say that they have done.

use std::time::Duration;

use rehearsal::check::{Moment, Monitor, fold, on};
use rehearsal_protocol::Time;
use rehearsal_sessions::session::fact::Extent;
use rehearsal_sessions::session::{Fact, Key, Metrics, Role, RunId};

use super::ledger::Ledger;

/// What the facts about a key add up to.
#[derive(Clone, Debug, Default, Hash)]
struct Sum {
    /// Of all that is told to be stored; in it, how long the runs took that have ended.
    told: Metrics,
    /// Since when the present run is at work.
    since: Option<Time>,
    /// How long it took, if its end is decided and not yet told.
    decided: Duration,
    /// How often the provider was asked for each step of late.
    attempts: Ledger<(RunId, u16), u16>,
}

impl Sum {
    fn note(&mut self, at: Time, fact: &Fact) {
        match fact {
            Fact::RunStarted { .. } => self.since = Some(at),
            Fact::RunDecided { .. } => {
                self.decided = self.since.take().map_or(Duration::ZERO, |since| at.since(since));
            }
            Fact::RunEnded { run, .. } => {
                self.told.turns += 1;
                self.told.busy += std::mem::take(&mut self.decided);
                self.attempts.retain(|(of, _), _| of.number > run.number);
            }
            Fact::CallIssued { .. } => self.told.calls += 1,
            Fact::Attempted { stream, .. } => {
                *self.attempts.entry((stream.run, stream.step)) = stream.attempt;
            }
            Fact::RowStored { run, step, role: Role::Assistant { chunks, extent }, .. } => {
                self.told.tokens += u32::from(*chunks);
                let attempts = self.attempts.get(&(*run, *step)).copied().unwrap_or(1);
                if *extent == Extent::Whole {
                    self.told.retries += u32::from(attempts.saturating_sub(1));
                }
            }
            _ => {}
        }
    }

    fn judge(&self, now: Time, key: Key, said: &Metrics) -> Result<(), String> {
        let told = &self.told;
        if (said.turns, said.tokens, said.calls, said.retries)
            != (told.turns, told.tokens, told.calls, told.retries)
        {
            return Err(format!("{key} says {said:?}, and its facts add up to {told:?}"));
        }
        // Clocks drift by a thousandth at most, and of the present run some may be counted.
        let present = self.decided + self.since.map_or(Duration::ZERO, |since| now.since(since));
        let (least, most) = (told.busy, told.busy + present);
        let slack = most / 100 + Duration::from_millis(1);
        if said.busy + slack < least || said.busy > most + slack {
            return Err(format!(
                "{key} says that it was at work for {:?}, and not {least:?} to {most:?}",
                said.busy
            ));
        }
        Ok(())
    }
}

/// MET-1: what a session says that it has done is what its facts add up to.
pub fn metrics_add_up() -> impl Monitor<Fact> {
    on(
        ["RunStarted", "RunDecided", "RunEnded", "CallIssued", "Attempted", "RowStored", "MetricsTold"],
        fold(Ledger::default(), |sums: &mut Ledger<Key, Sum>, moment: Moment, fact: &Fact| {
            let key = match fact {
                Fact::MetricsTold { key, metrics } => {
                    return sums.entry(*key).judge(moment.at, *key, metrics);
                }
                Fact::RunStarted { run, .. } | Fact::RunDecided { run, .. } | Fact::RunEnded { run, .. } => {
                    run.key
                }
                Fact::CallIssued { call, .. } => call.run.key,
                Fact::Attempted { stream, .. } => stream.run.key,
                Fact::RowStored { key, .. } => *key,
                _ => return Ok(()),
            };
            sums.entry(key).note(moment.at, fact);
            Ok(())
        }),
    )
}
