//! What goes wrong in one run: weather for messages, timers and syncs, and episodes.

use std::time::Duration;

use rehearsal_protocol::{NodeId, Time};

use super::cut::Cut;
use super::profile::Profile;
use super::{KINDS, Kind};
use crate::choice::menu::between;
use crate::choice::{Base, Choices, Insists, Menu, Stream, StreamKey, Value, generator};
use crate::topology::{NodeInfo, Topology};
use crate::weather::Weather;

/// What goes wrong in one run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The weights of what happens to messages, timers and syncs; once the faulty phase is over, those of fair weather.
    pub weather: Weather,
    /// Faults with a beginning and an end, in the order of their kinds and targets.
    pub episodes: Vec<Episode>,
    /// How each node's clock is wrong.
    pub clocks: Vec<Clock>,
    /// Whether anything can go wrong at all; if not, every obligation counts from the start of the run.
    pub faulty: bool,
    /// The kinds that are on in this run.
    pub kinds: Vec<&'static str>,
}

/// A fault with a beginning and an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Episode {
    /// The name of its kind.
    pub kind: &'static str,
    /// When it begins.
    pub from: Time,
    /// When it ends.
    pub until: Time,
    /// What it does.
    pub harm: Harm,
    /// The choice that it stems from: its stream and number. `None` if it stands in a script.
    pub choice: Option<(StreamKey, u32)>,
}

/// What an episode does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Harm {
    /// The node is down: volatile state, mailboxes and timers are gone.
    Crash(NodeId),
    /// The node stalls while time goes on; what arrives waits.
    Pause(NodeId),
    /// Every turn on the node takes up to so many nanoseconds.
    Slow(NodeId, u64),
    /// An actor is killed; if it is nobody's child, it starts again at the end.
    Kill(Victim),
    /// What would pass these links is lost.
    Cut(Cut),
    /// What would pass these links is held, and released at the end.
    Clog(Cut),
}

impl Episode {
    /// The episode in words: `crash db from 1.203s to 1.683s`.
    pub fn in_words(&self, topology: &Topology) -> String {
        let name = |node: NodeId| &*topology.nodes[node.index()].name;
        let nodes = topology.nodes.iter().map(|node| (&*node.name, node.key));
        let what = match self.harm {
            Harm::Crash(node) | Harm::Pause(node) => format!("{} {}", self.kind, name(node)),
            Harm::Slow(node, longest) => {
                format!("slow {} (turns up to {:?})", name(node), Duration::from_nanos(longest))
            }
            Harm::Kill(Victim::Drawn(salt)) => format!("kill an actor drawn by {salt:#x}"),
            Harm::Kill(Victim::Slot(slot)) => format!("kill {}", topology.actors[slot as usize].path),
            Harm::Cut(cut) | Harm::Clog(cut) => format!("{} {}", self.kind, cut.in_words(nodes)),
        };
        format!("{what} from {} to {}", self.from, self.until)
    }

    /// The nodes that it is about; none if it is about an actor that is drawn when it begins.
    pub fn nodes(&self, topology: &Topology) -> Vec<NodeId> {
        match self.harm {
            Harm::Crash(node) | Harm::Pause(node) | Harm::Slow(node, _) => vec![node],
            Harm::Kill(Victim::Drawn(_)) => Vec::new(),
            Harm::Kill(Victim::Slot(slot)) => vec![topology.actors[slot as usize].node],
            Harm::Cut(cut) | Harm::Clog(cut) => cut.nodes(topology.nodes.iter().map(|node| node.key)),
        }
    }
}

/// Which actor a kill concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Victim {
    /// The one of the living whose name fits this number best, so that a new actor seldom takes its place.
    Drawn(u32),
    /// The one in this slot.
    Slot(u32),
}

/// Which nodes a kind of fault concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nodes {
    /// All of them.
    All,
    /// Those that are not steady.
    Exposed,
}

/// How a node's clock is wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// Nanoseconds ahead of the true time; always forward, for a clock starts at 0.
    pub offset: u64,
    /// Nanoseconds gained in a million of true time; negative if it goes slow.
    pub drift_ppm: i64,
}

impl Clock {
    /// What this clock shows at a true time.
    #[inline]
    pub fn shows(self, at: Time) -> Time {
        if self == Self::default() {
            return at;
        }
        // Whole millions and the rest apart: a division of 128 bits costs as much as all else that a timer takes.
        let (millions, rest) = (at.as_nanos() / 1_000_000, (at.as_nanos() % 1_000_000).cast_signed());
        let gained = i128::from(millions) * i128::from(self.drift_ppm)
            + i128::from(rest.saturating_mul(self.drift_ppm) / 1_000_000);
        let shown = i128::from(at.as_nanos()) + gained + i128::from(self.offset);
        Time::from_nanos(u64::try_from(shown).unwrap_or(u64::MAX))
    }

    /// The true nanoseconds, from a true time on, in which this clock advances by `span`, and not a moment less: a timer
    /// that ran out early by its own node's clock would be set again for no time at all, for ever.
    #[inline]
    pub fn true_span(self, from: Time, span: u64) -> u64 {
        if self.drift_ppm == 0 {
            return span;
        }
        let rate = 1_000_000_u64.saturating_add_signed(self.drift_ppm).max(1);
        let least = match span.checked_mul(1_000_000) {
            Some(millions) => millions / rate,
            None => u64::try_from(u128::from(span) * 1_000_000 / u128::from(rate)).unwrap_or(u64::MAX),
        };
        let due = self.shows(from).as_nanos().saturating_add(span);
        let over = |true_span: u64| {
            self.shows(Time::from_nanos(from.as_nanos().saturating_add(true_span))).as_nanos() >= due
        };
        // Each of three divisions rounds down by less than one of its nanoseconds.
        let step = (1_000_000 / rate).max(1);
        (0..4).map(|n| least.saturating_add(n * step)).find(|span| over(*span)).unwrap_or(least)
    }
}

/// What a kind of fault has at hand to add itself to a plan.
pub struct Planner<'a> {
    /// Who is where.
    pub topology: &'a Topology,
    /// Where chance comes from.
    pub choices: &'a mut Choices,
    /// The plan so far.
    pub plan: &'a mut Plan,
    seed: u64,
}

impl Plan {
    /// A plan without any fault.
    pub fn fair(topology: &Topology) -> Self {
        Self {
            weather: topology.weather.clone(),
            episodes: Vec::new(),
            clocks: vec![Clock::default(); topology.nodes.len()],
            faulty: false,
            kinds: Vec::new(),
        }
    }

    /// Adds episodes by script.
    pub fn follow(&mut self, script: &[Episode]) {
        self.episodes.extend_from_slice(script);
        self.faulty = self.faulty || !script.is_empty();
    }

    /// Makes the plan of one run, keeping the memory of the one before.
    ///
    /// Which kinds are on is no choice of the run: it only sets the weights of those that are. A run that is replayed from its
    /// deviations has them all the same.
    pub fn make(&mut self, topology: &Topology, profile: &Profile, seed: u64, choices: &mut Choices) {
        self.weather.clone_from(&topology.weather);
        self.episodes.clear();
        self.clocks.fill(Clock::default());
        self.kinds.clear();
        let overrides = choices.overrides().is_some_and(|overrides| !overrides.is_empty());
        self.faulty = overrides;
        if choices.base() == Base::Benign && !overrides && choices.insists_on() == Insists::Nothing {
            return;
        }
        let seed = choices.rates().unwrap_or(seed);
        let mut planner = Planner { topology, choices, plan: self, seed };
        for kind in KINDS {
            let on = planner.is_on(kind, profile);
            if on {
                planner.plan.kinds.push(kind.name);
                planner.plan.faulty = true;
            }
            if on || overrides {
                (kind.plan)(&mut planner, on);
            }
        }
    }
}

impl Planner<'_> {
    fn is_on(&self, kind: &Kind, profile: &Profile) -> bool {
        let stream = generator::join(const { generator::name("swarm") }, kind.key);
        let in_swarm = || {
            self.choices.base() == Base::Seeded
                && generator::draw(self.seed, stream, 0) % 100 < u64::from(profile.swarm_percent)
        };
        profile.kinds.contains(&kind.name) && (self.choices.insists_on().has(kind.name) || in_swarm())
    }

    /// The chance of a rate fault in this run, in weights of 65,536: zero in none, rare in most, frequent in some.
    pub fn rate(&self, kind: &Kind) -> u32 {
        let stream = generator::join(const { generator::name("level") }, kind.key);
        let level = generator::draw(self.seed, stream, 0);
        // Between 2^-11 and 2^-2 of all messages, every magnitude as likely.
        let magnitude = 5 + (level % 10) as u32;
        (1 << magnitude) + ((level >> 32) as u32 & ((1 << magnitude) - 1))
    }

    /// The menu of an episode: none, or one of `entries` with a chance in percent.
    pub fn episode_menu(&self, on: bool, percent: u32, entries: u8) -> Menu {
        if !on {
            return Menu::DULL;
        }
        let mut weights = [0; Menu::MOST];
        weights[0] = (100 - percent) * u32::from(entries);
        weights[1..=usize::from(entries)].fill(percent);
        Menu::weighted(&weights[..=usize::from(entries)])
    }

    /// Draws the episodes of a kind that concerns nodes one by one; `harm` says what an entry above 0 means.
    pub fn episodes_on_nodes(
        &mut self,
        kind: &Kind,
        menu: &Menu,
        count: u32,
        nodes: Nodes,
        harm: impl Fn(&Topology, NodeId, Value) -> (u64, Harm),
    ) {
        let topology = self.topology;
        let concerned = |node: &NodeInfo| nodes == Nodes::All || !node.steady;
        for (index, node) in topology.nodes.iter().enumerate().filter(|(_, node)| concerned(node)) {
            let stream = Stream::OnNode(kind.name, index as u32);
            let key = generator::join(kind.key, node.key);
            for n in 0..count {
                let value = self.choices.pick_episode(stream, key, n, menu);
                if !value.is_benign() {
                    let (length, harm) = harm(topology, NodeId(index as u32), value);
                    self.add(kind.name, value, length, harm, (key, n));
                }
            }
        }
    }

    /// Draws the episodes of a kind that concerns the whole system.
    pub fn episodes(
        &mut self,
        kind: &Kind,
        menu: &Menu,
        count: u32,
        harm: impl Fn(&Topology, Value) -> (u64, Harm),
    ) {
        let topology = self.topology;
        let key = generator::join(kind.key, 0);
        for n in 0..count {
            let value = self.choices.pick_episode(Stream::OnSystem(kind.name), key, n, menu);
            if !value.is_benign() {
                let (length, harm) = harm(topology, value);
                self.add(kind.name, value, length, harm, (key, n));
            }
        }
    }

    fn add(&mut self, kind: &'static str, value: Value, length: u64, harm: Harm, choice: (StreamKey, u32)) {
        let phase = self.topology.faulty_phase;
        let from = between(0, phase, value.share());
        let until = Time::from_nanos(from.saturating_add(length));
        self.plan.episodes.push(Episode {
            kind,
            from: Time::from_nanos(from),
            until,
            harm,
            choice: Some(choice),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::generator::mix;

    #[test]
    fn a_clock_that_runs_fast_shows_more_and_its_spans_are_shorter() {
        let clock = Clock { offset: 500, drift_ppm: 1_000 };
        assert_eq!(clock.shows(Time::from_nanos(1_000_000)), Time::from_nanos(1_001_500));
        assert_eq!(clock.true_span(Time::ZERO, 1_001_000), 1_000_000);
        assert_eq!(Clock::default().shows(Time::from_nanos(7)), Time::from_nanos(7));
    }

    #[test]
    fn a_clock_shows_what_one_division_would() {
        for n in 0..10_000 {
            let (at, drift_ppm) = (mix(n) >> (n % 64), i64::from(mix(!n) as u32 % 2_001) - 1_000);
            let exactly = i128::from(at) + i128::from(at) * i128::from(drift_ppm) / 1_000_000 + 7;
            let shown = Clock { offset: 7, drift_ppm }.shows(Time::from_nanos(at));
            assert_eq!(shown.as_nanos(), u64::try_from(exactly).unwrap_or(u64::MAX));
        }
    }

    #[test]
    fn no_clock_is_behind_when_its_own_span_is_over() {
        for n in 0..20_000_u64 {
            let drift_ppm = i64::from(n as u32 % 2_001) - 1_000;
            let clock = Clock { offset: n * 13, drift_ppm };
            let (from, span) = (generator::draw(n, 0, 0) >> 30, generator::draw(n, 0, 1) >> 28);
            let over = from + clock.true_span(Time::from_nanos(from), span);
            let shown = |at| clock.shows(Time::from_nanos(at)).as_nanos();
            assert!(shown(over) >= shown(from) + span, "{clock:?}: {span} from {from}");
            assert!(over <= from + 2 * span, "and it is not waited for much longer");
        }
    }
}
