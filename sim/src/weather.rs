//! The menus of what may happen to messages, timers and syncs, and what their entries mean.
//!
//! - [`outage`] — how long an episode lasts, relative to the protocol's own timeouts.

pub mod outage;

use std::time::Duration;

use rehearsal_protocol::time::nanos;

use crate::choice::generator::mix;
use crate::choice::menu::between;
use crate::choice::{Menu, Value};
use outage::Outages;

/// What may happen to messages, timers and syncs, with weights.
#[derive(Clone, Debug)]
pub struct Weather {
    /// For messages between nodes.
    pub(crate) remote: Menu,
    /// For messages within a node.
    pub(crate) local: Menu,
    /// For timers.
    pub(crate) timer: Menu,
    /// For syncs.
    pub(crate) sync: Menu,
    /// For unsynced writes at a crash.
    pub(crate) torn: Menu,
    /// For the time that a turn takes on a slow node.
    pub(crate) turn: Menu,
    weights: [u32; Menu::MOST],
    timeouts: [u64; MOST_TIMEOUTS],
    timeout_count: u8,
    latency: (u64, u64),
}

const MOST_TIMEOUTS: usize = 5;
const MICROSECOND: u64 = 1_000;
const MILLISECOND: u64 = 1_000_000;

/// Entries of the menu for messages between nodes; from `AROUND_TIMEOUTS` on, just below and just above each timeout.
pub mod passage {
    /// After the least latency.
    pub const SOONEST: u8 = 0;
    /// Within the usual latency.
    pub const USUAL: u8 = 1;
    /// After up to twenty times the usual latency.
    pub const LATE: u8 = 2;
    /// Never.
    pub const LOST: u8 = 3;
    /// Twice.
    pub const DOUBLED: u8 = 4;
    /// Just below and just above each declared timeout, in the order of their declaration.
    pub const AROUND_TIMEOUTS: u8 = 5;
}

/// Entries of the menu for messages within a node.
pub mod local {
    /// In no time.
    pub const AT_ONCE: u8 = 0;
    /// Within 50 µs.
    pub const SOON: u8 = 1;
    /// After more than that, up to the greatest usual latency between nodes.
    pub const SLOW: u8 = 2;
    /// How many there are; the menu for messages between nodes has more.
    pub const ENTRIES: usize = 3;
}

/// What becomes of a message between nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// It arrives after so many nanoseconds.
    After(u64),
    /// It arrives twice.
    Twice(u64, u64),
    /// It never arrives.
    Lost,
}

impl Weather {
    /// The weather when nothing is wrong: messages take their time in random order.
    pub(crate) fn fair(latency: (Duration, Duration), outages: &Outages) -> Self {
        let mut weights = [0; Menu::MOST];
        weights[usize::from(passage::SOONEST)] = 8_192;
        weights[usize::from(passage::USUAL)] = 57_344;
        let mut timeouts = [0; MOST_TIMEOUTS];
        for (slot, (_, span)) in timeouts.iter_mut().zip(outages.timeouts()) {
            *slot = *span;
        }
        let mut weather = Self {
            remote: Menu::DULL,
            local: Menu::weighted(&[4, 3, 1]),
            timer: Menu::weighted(&[3, 1, 0]),
            sync: Menu::weighted(&[1, 3, 0]),
            torn: Menu::weighted(&[1, 0, 0]),
            turn: Menu::weighted(&[0, 1]),
            weights,
            timeouts,
            timeout_count: outages.timeouts().len() as u8,
            latency: (nanos(latency.0), nanos(latency.1)),
        };
        weather.weigh();
        weather
    }

    fn weigh(&mut self) {
        let entries = usize::from(passage::AROUND_TIMEOUTS) + 2 * usize::from(self.timeout_count);
        self.remote = Menu::weighted(&self.weights[..entries]);
    }

    /// Messages are lost at this rate, of 65,536.
    pub(crate) fn lose(&mut self, rate: u32) {
        self.weights[usize::from(passage::LOST)] = rate;
        self.weigh();
    }

    /// Messages are doubled at this rate, of 65,536.
    pub(crate) fn duplicate(&mut self, rate: u32) {
        self.weights[usize::from(passage::DOUBLED)] = rate;
        self.weigh();
    }

    /// Messages take long at this rate, of 65,536: half of them very long, half around a timeout.
    pub(crate) fn delay(&mut self, rate: u32) {
        self.weights[usize::from(passage::LATE)] = rate / 2;
        let around = 2 * u32::from(self.timeout_count);
        if let Some(share) = (rate / 2).checked_div(around) {
            self.weights[usize::from(passage::AROUND_TIMEOUTS)..][..around as usize].fill(share.max(1));
        }
        self.weigh();
    }

    /// Timers run out late at this rate, of 65,536.
    pub(crate) fn late_timers(&mut self, rate: u32) {
        self.timer = Menu::weighted(&[49_152, 16_384, rate]);
    }

    /// Syncs are slow at this rate, of 65,536, and crashes tear what is not synced.
    pub(crate) fn bad_disks(&mut self, rate: u32) {
        self.sync = Menu::weighted(&[16_384, 49_152, rate]);
        self.torn = Menu::weighted(&[1, 1, 1]);
    }

    /// Whether a message between nodes can only take its usual time.
    pub(crate) fn is_fair(&self) -> bool {
        (passage::USUAL + 1..self.remote.entries() as u8).all(|entry| !self.remote.offers(entry))
    }

    /// The least and the greatest usual latency between nodes, in nanoseconds.
    pub(crate) fn latency(&self) -> (u64, u64) {
        self.latency
    }

    /// How long a message between nodes takes if it is as soon as can be or as usual; else [`Weather::passage`] tells.
    #[inline]
    pub(crate) fn usual_passage(&self, value: Value) -> Option<u64> {
        // The share of the soonest is 0, so one formula does for both.
        (value.entry() <= passage::USUAL).then(|| between(self.latency.0, self.latency.1, value.share()))
    }

    /// What a choice means for a message between nodes. Once the system is healed, no choice is a fault.
    #[inline]
    pub(crate) fn passage(&self, value: Value, healed: bool) -> Passage {
        let (min, max) = self.latency;
        let usual = between(min, max, value.share());
        match value.entry() {
            passage::SOONEST => Passage::After(min),
            passage::USUAL => Passage::After(usual),
            _ if healed => Passage::After(usual),
            passage::LATE => Passage::After(between(max, 20 * max, value.share())),
            passage::LOST => Passage::Lost,
            passage::DOUBLED => Passage::Twice(usual, between(min, 10 * max, mix(value.0) as u32)),
            around => Passage::After(
                self.around_timeout(usize::from(around - passage::AROUND_TIMEOUTS), value.share()),
            ),
        }
    }

    fn around_timeout(&self, which: usize, share: u32) -> u64 {
        let span = self.timeouts[(which / 2).min(MOST_TIMEOUTS - 1)];
        if which.is_multiple_of(2) {
            between(span - span / 10, span, share)
        } else {
            between(span, span + span / 10, share) + 1
        }
    }

    /// How long a message within a node takes.
    #[inline]
    pub(crate) fn local_delay(&self, value: Value) -> u64 {
        match value.entry() {
            // The share of the soonest is 0, so one formula does for both, here and below.
            0 | 1 => between(0, 50 * MICROSECOND, value.share()),
            _ => between(50 * MICROSECOND, (50 * MICROSECOND).max(self.latency.1), value.share()),
        }
    }

    /// How late a timer runs out.
    #[inline]
    pub(crate) fn lateness(value: Value, healed: bool) -> u64 {
        match value.entry() {
            0 | 1 => between(0, MILLISECOND, value.share()),
            _ if healed => between(0, MILLISECOND, value.share()),
            _ => between(MILLISECOND, 100 * MILLISECOND, value.share()),
        }
    }

    /// How long a sync takes.
    pub(crate) fn sync_time(value: Value, healed: bool) -> u64 {
        match value.entry() {
            0 | 1 => between(100 * MICROSECOND, 2 * MILLISECOND, value.share()),
            _ if healed => 2 * MILLISECOND,
            _ => between(2 * MILLISECOND, 100 * MILLISECOND, value.share()),
        }
    }

    /// What a choice means for a message between nodes, in words: `just above lease (1.048s)`, `lost`.
    pub fn in_words(&self, value: Value, outages: &Outages) -> String {
        let span = |nanos| format!("{:?}", Duration::from_nanos(nanos));
        let how = match value.entry() {
            passage::SOONEST => "as soon as can be".to_owned(),
            passage::USUAL => "as usual".to_owned(),
            passage::LATE => "very late".to_owned(),
            passage::LOST => "lost".to_owned(),
            passage::DOUBLED => "doubled".to_owned(),
            around => {
                let which = usize::from(around - passage::AROUND_TIMEOUTS);
                let name = outages.timeouts().get(which / 2).map_or("?", |(name, _)| name);
                format!("just {} {name}", if which.is_multiple_of(2) { "below" } else { "above" })
            }
        };
        match self.passage(value, false) {
            Passage::After(nanos) => format!("{how} ({})", span(nanos)),
            Passage::Twice(first, second) => format!("{how} ({} and {})", span(first), span(second)),
            Passage::Lost => how,
        }
    }
}
