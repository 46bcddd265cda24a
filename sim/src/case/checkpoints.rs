//! The hash of a run at a few points on its way, so that a replay can say from which point on it is another run.

use serde::{Deserialize, Serialize};

use super::file::hex;
use crate::trace::{Event, Payload, Recorder};

/// The hash over the first events of a run: `96 events: 0xdeadbeef`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Checkpoint {
    /// How many events.
    pub events: u64,
    /// The hash over them.
    pub hash: u64,
}

/// How far two runs are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// They have at least so many events in common.
    pub at_least: u64,
    /// They differ somewhere in the first so many; `None` if no checkpoint differs.
    pub fewer_than: Option<u64>,
}

/// How many checkpoints a case has.
const COUNT: u64 = 8;

/// Checkpoints at even distances, from the recorded events of a run.
pub fn checkpoints(events: &[Event]) -> Vec<Checkpoint> {
    let whole = events.len() as u64;
    let mut at: Vec<u64> = (1..=COUNT).map(|n| whole * n / COUNT).filter(|events| *events > 0).collect();
    at.dedup();
    at.iter().map(|count| Checkpoint { events: *count, hash: hash(events, *count) }).collect()
}

/// How far a recorded run is the same as the one of these checkpoints.
pub fn agreement(checkpoints: &[Checkpoint], events: &[Event]) -> Agreement {
    let same =
        |point: &&Checkpoint| point.events <= events.len() as u64 && hash(events, point.events) == point.hash;
    let at_least = checkpoints.iter().take_while(same).last().map_or(0, |point| point.events);
    let fewer_than = checkpoints.iter().find(|point| point.events > at_least).map(|point| point.events);
    Agreement { at_least, fewer_than }
}

fn hash(events: &[Event], count: u64) -> u64 {
    let mut recorder = Recorder::default();
    for event in events.iter().take(count as usize) {
        recorder.record(*event, Payload::default);
    }
    recorder.hash()
}

impl From<Checkpoint> for String {
    fn from(point: Checkpoint) -> Self {
        format!("{} events: {:#x}", point.events, point.hash)
    }
}

impl TryFrom<String> for Checkpoint {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parts = text.split_once(" events: ");
        let point = parts
            .and_then(|(events, hash)| Some(Self { events: events.parse().ok()?, hash: hex::parse(hash)? }));
        point.ok_or_else(|| format!("`{text}` is not a checkpoint as `96 events: 0xdeadbeef`"))
    }
}

#[cfg(test)]
mod tests {
    use rehearsal_protocol::Time;

    use super::*;
    use crate::trace::EventKind;

    fn events(digests: &[u64]) -> Vec<Event> {
        let event = |digest: &u64| Event {
            at: Time::ZERO,
            cause: 0,
            digest: *digest,
            actor: 0,
            node: 0,
            kind: EventKind::Fact,
        };
        digests.iter().map(event).collect()
    }

    #[test]
    fn two_runs_agree_up_to_the_checkpoint_before_their_first_difference() {
        let mut digests: Vec<u64> = (0..80).collect();
        let points = checkpoints(&events(&digests));
        assert_eq!(
            points.iter().map(|point| point.events).collect::<Vec<_>>(),
            [10, 20, 30, 40, 50, 60, 70, 80]
        );
        assert_eq!(agreement(&points, &events(&digests)), Agreement { at_least: 80, fewer_than: None });
        digests[37] = 1_000;
        assert_eq!(agreement(&points, &events(&digests)), Agreement { at_least: 30, fewer_than: Some(40) });
        assert_eq!(agreement(&points, &events(&digests[..35])).at_least, 30);
    }

    #[test]
    fn a_checkpoint_is_read_from_its_words() {
        let point = Checkpoint { events: 96, hash: 0xDEAD };
        assert_eq!(Checkpoint::try_from(String::from(point)), Ok(point));
        assert!(Checkpoint::try_from("96: 0x1".to_owned()).is_err());
    }

    #[test]
    fn a_short_run_has_few_checkpoints() {
        assert_eq!(checkpoints(&events(&[1, 2])).len(), 2);
        assert!(checkpoints(&[]).is_empty());
    }
}
