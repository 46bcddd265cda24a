//! What a world has that is the same for all protocols, so that it is compiled once for all.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rehearsal_protocol::Time;

use super::directory::Directory;
use super::episodes::Active;
use super::pairs::Pairs;
use super::put_off::PutOff;
use super::rules::Breach;
use super::{NodeState, Pulse, Start, Tally};
use crate::choice::Choices;
use crate::choice::generator::Key;
use crate::fault::Plan;
use crate::topology::Topology;
use crate::trace::{Event, EventKind, Log, Payload, Recorder};

/// What a world has that is the same for all protocols.
pub(super) struct Scene {
    pub(super) choices: Choices,
    pub(super) plan: Plan,
    pub(super) now: Time,
    pub(super) healed: Option<Time>,
    /// The keys of all paths. Apart from the cells, since a sender looks at that of every receiver: thousands of them fit the fastest cache.
    pub(super) keys: Vec<Key>,
    pub(super) nodes: Vec<NodeState>,
    pub(super) directory: Directory,
    pub(super) pairs: Pairs,
    pub(super) put_off: PutOff,
    pub(super) active: Active,
    /// How many actors of the blueprint had their first turn; before all had, nothing else happens.
    pub(super) begun: u32,
    /// How many the blueprint has.
    pub(super) beginners: u32,
    pub(super) recorder: Recorder,
    pub(super) tally: Tally,
    pub(super) breach: Option<Breach>,
    pub(super) pulse: Arc<Pulse>,
    pub(super) log: Log,
    #[cfg(test)]
    pub(super) sabotage: Option<super::rules::Sabotage>,
}

impl Clone for Scene {
    fn clone(&self) -> Self {
        Self {
            choices: self.choices.clone(),
            plan: self.plan.clone(),
            keys: self.keys.clone(),
            nodes: self.nodes.clone(),
            directory: self.directory.clone(),
            pairs: self.pairs.clone(),
            put_off: self.put_off.clone(),
            active: self.active.clone(),
            recorder: self.recorder.clone(),
            breach: self.breach.clone(),
            pulse: Arc::new(Pulse::default()),
            log: Log::default(),
            ..*self
        }
    }
}

impl Scene {
    pub(super) fn new(topology: &Topology) -> Self {
        Self {
            choices: Choices::benign(),
            plan: Plan::fair(topology),
            now: Time::ZERO,
            healed: None,
            keys: Vec::new(),
            nodes: Vec::new(),
            directory: Directory::default(),
            pairs: Pairs::default(),
            put_off: PutOff::default(),
            active: Active::default(),
            begun: 0,
            beginners: topology.actors.len() as u32,
            recorder: Recorder::default(),
            tally: Tally::default(),
            breach: None,
            pulse: Arc::new(Pulse::default()),
            log: Log::default(),
            #[cfg(test)]
            sabotage: None,
        }
    }

    /// Makes this the beginning of a run, and keeps the memory.
    pub(super) fn start(&mut self, start: Start<'_>, topology: &Topology) {
        let Start { seed, profile, mut choices, script, faulty, recording, .. } = start;
        self.plan.make(topology, profile, seed, &mut choices);
        self.plan.follow(script);
        self.plan.faulty = faulty.unwrap_or(self.plan.faulty);
        self.choices = choices;
        self.now = Time::ZERO;
        self.healed = if self.plan.faulty { None } else { Some(Time::ZERO) };
        self.pairs.reset(topology.actors.len());
        self.put_off.reset();
        self.active.reset();
        self.directory.reset(topology.actors.len() as u32);
        self.recorder.reset(recording);
        self.tally = Tally::default();
        self.breach = None;
        self.begun = 0;
        self.pulse.seed.store(seed, Ordering::Relaxed);
        self.pulse.runs.fetch_add(1, Ordering::Relaxed);
        self.nodes.clear();
        let clocks = self.plan.clocks.iter();
        self.nodes.extend(clocks.map(|clock| NodeState { up: true, pauses: 0, slow: 0, clock: *clock }));
        self.keys.truncate(topology.actors.len());
        let new = &topology.actors[self.keys.len()..];
        self.keys.extend(new.iter().map(|info| info.key));
    }

    /// Records an event that concerns a node.
    pub(super) fn record_node(&mut self, kind: EventKind, node: u32, cause: u64, topology: &Topology) -> u64 {
        let event = Event { at: self.now, cause, digest: 0, actor: Event::NOBODY, node, kind };
        let text = || topology.nodes[node as usize].name.to_string();
        self.recorder.record(event, || Payload { text: text(), from: None })
    }
}
