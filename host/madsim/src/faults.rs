//! The world's plan of faults, carried out by madsim.

use std::time::Duration;

use madsim::net::NetSim;
use madsim::runtime::Handle;
use rehearsal::choice::generator;
use rehearsal::fault::Plan;
use rehearsal::fault::plan::{Episode, Harm, Victim};
use rehearsal::topology::Topology;
use rehearsal_protocol::{NodeId, Time};

use crate::Place;

/// What goes wrong in one run.
pub(crate) struct Faults {
    episodes: Vec<Episode>,
    kinds: Vec<&'static str>,
    /// Of a thousand packets, how many are sent again later.
    loss: u32,
    latency: (Duration, Duration),
    late: Option<Duration>,
    /// Of a thousand syncs, how many are slow; if any, a crash may leave part of what was not synced.
    slow_syncs: u64,
    /// When all is healed.
    phase: Time,
    faulty: bool,
    names: Vec<(NodeId, u64)>,
    /// The nodes whose actors may be killed.
    exposed: Vec<bool>,
}

/// The kinds of faults that madsim has nothing for, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("duplication", "duplication: a connection delivers once"),
    ("lateness", "lateness: timers of the host are never late there"),
    ("slow", "slow: turns take no time there"),
];

impl Faults {
    pub(crate) fn of(plan: &Plan, topology: &Topology, seed: u64) -> Self {
        let level = |what: &str| generator::draw(seed, generator::name(what), 0);
        let on = |kind: &str| plan.kinds.contains(&kind);
        let loss = if on("loss") { 1 << (level("madsim loss") % 8) } else { 0 };
        let late = on("delay").then(|| Duration::from_millis(10 << (level("madsim delay") % 7)));
        Self {
            episodes: plan.episodes.clone(),
            kinds: plan.kinds.clone(),
            loss,
            latency: (Duration::from_micros(500), Duration::from_millis(5)),
            late,
            slow_syncs: if on("disk") { 1 << (1 + level("madsim disk") % 9) } else { 0 },
            phase: Time::from_nanos(topology.faulty_phase),
            faulty: plan.faulty,
            exposed: topology.nodes.iter().map(|node| !node.steady).collect(),
            names: topology
                .nodes
                .iter()
                .enumerate()
                .map(|(node, info)| (NodeId(node as u32), info.key))
                .collect(),
        }
    }

    /// Lets everything go wrong at its time; returns when all is healed.
    pub(crate) async fn carry_out(&self, simulation: &Handle, places: &[Place]) {
        let net = NetSim::current();
        let (least, greatest) = self.latency;
        net.update_config(|config| {
            config.send_latency = least..self.late.unwrap_or(greatest);
            config.packet_loss_rate = f64::from(self.loss) / 1000.0;
        });
        places.iter().for_each(|place| place.disk.goes_bad(self.slow_syncs));
        let begun = madsim::time::Instant::now();
        let mut steps: Vec<(Time, bool, usize)> = Vec::new();
        for (number, episode) in self.episodes.iter().enumerate().filter(|(_, e)| e.from < self.phase) {
            steps.push((episode.from, true, number));
            steps.push((episode.until.min(self.phase), false, number));
        }
        steps.sort_unstable();
        let mut state = State::new(places.len());
        for (at, begins, number) in steps {
            madsim::time::sleep_until(begun + at.since(Time::ZERO)).await;
            self.step(&mut state, self.episodes[number].harm, begins, simulation, places, &net);
        }
        if self.faulty {
            madsim::time::sleep_until(begun + self.phase.since(Time::ZERO)).await;
        }
        net.update_config(|config| {
            config.send_latency = least..greatest;
            config.packet_loss_rate = 0.0;
        });
        places.iter().for_each(|place| place.disk.goes_bad(0));
    }

    fn step(
        &self,
        state: &mut State,
        harm: Harm,
        begins: bool,
        simulation: &Handle,
        places: &[Place],
        net: &NetSim,
    ) {
        match harm {
            Harm::Crash(node) if state.down.counts(node, begins) => {
                let place = &places[node.index()];
                if begins { place.crash(simulation) } else { place.restart(simulation) }
            }
            Harm::Pause(node) if state.paused.counts(node, begins) => {
                let id = places[node.index()].id;
                if begins { simulation.pause(id) } else { simulation.resume(id) }
            }
            Harm::Cut(cut) | Harm::Clog(cut) => {
                for (from, from_place) in self.names.iter().zip(places) {
                    for (to, to_place) in self.names.iter().zip(places) {
                        if !cut.severs(*from, *to) || !state.cut(from.0, to.0, begins) {
                            continue;
                        }
                        let (from, to) = (from_place.id, to_place.id);
                        if begins { net.clog_link(from, to) } else { net.unclog_link(from, to) }
                    }
                }
            }
            Harm::Kill(victim) if begins => self.kill(victim, places),
            Harm::Crash(_) | Harm::Pause(_) | Harm::Kill(_) | Harm::Slow(..) => {}
        }
    }

    /// Kills the one of the living whom the draw fits best, as in the world.
    fn kill(&self, victim: Victim, places: &[Place]) {
        let Victim::Drawn(salt) = victim else { return };
        let exposed = places.iter().zip(&self.exposed).filter(|(_, exposed)| **exposed);
        let living = exposed.flat_map(|(place, _)| place.living().into_iter().map(move |path| (place, path)));
        let fits = |path: &str| generator::join(generator::name(path), u64::from(salt));
        if let Some((place, path)) = living.max_by_key(|(_, path)| fits(path)) {
            place.kill(path);
        }
    }

    /// What went wrong, in words.
    pub(crate) fn in_words(&self, topology: &Topology) -> Vec<String> {
        let mut words = Vec::new();
        if self.loss > 0 {
            words.push(format!("loss: {} of 1,000 packets are sent again later", self.loss));
        }
        if let Some(late) = self.late {
            words.push(format!("delay: packets take up to {late:?}"));
        }
        if self.slow_syncs > 0 {
            words.push(format!(
                "disk: {} of 1,000 syncs are slow, and a crash may leave part of what was not synced",
                self.slow_syncs
            ));
        }
        words.extend(self.episodes.iter().map(|episode| episode.in_words(topology)));
        words
    }

    /// What was planned and madsim has nothing for, in words.
    pub(crate) fn left_out(&self) -> Vec<String> {
        let left_out = LEFT_OUT.iter().filter(|(kind, _)| self.kinds.contains(kind));
        left_out.map(|(_, why)| (*why).to_owned()).collect()
    }
}

/// How often each node and link is affected now: episodes may overlap.
struct State {
    down: Counted,
    paused: Counted,
    links: Vec<u32>,
    nodes: usize,
}

struct Counted(Vec<u32>);

impl Counted {
    /// Whether this begin is the first, or this end the last.
    fn counts(&mut self, node: NodeId, begins: bool) -> bool {
        step(&mut self.0[node.index()], begins)
    }
}

fn step(count: &mut u32, begins: bool) -> bool {
    let before = *count;
    *count = if begins { before + 1 } else { before.saturating_sub(1) };
    if begins { before == 0 } else { before == 1 }
}

impl State {
    fn new(nodes: usize) -> Self {
        let none = || Counted(vec![0; nodes]);
        Self { down: none(), paused: none(), links: vec![0; nodes * nodes], nodes }
    }

    fn cut(&mut self, from: NodeId, to: NodeId, begins: bool) -> bool {
        step(&mut self.links[from.index() * self.nodes + to.index()], begins)
    }
}

/// The kinds that are told as left out are kinds that there are.
#[cfg(test)]
#[test]
fn what_is_left_out_is_known() {
    let known: std::collections::BTreeSet<&str> =
        rehearsal::fault::KINDS.iter().map(|kind| kind.name).collect();
    assert!(LEFT_OUT.iter().all(|(kind, _)| known.contains(kind)));
}
