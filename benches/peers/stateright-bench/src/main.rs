//! stateright 0.31.0, one checker thread. It has no time: the order of
//! deliveries is what it simulates or enumerates.

use stateright::actor::{Actor, ActorModel, Id, Network, Out};
use stateright::{Checker, CheckerVisitor, Expectation, Model, Path, Property, UniformChooser};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use workload::{Case, Spec, Token, splitmix};

// ---- token forwarding as an actor model ----

#[derive(Clone)]
struct Fwd {
    spec: Spec,
    me: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct St {
    rng: u64,
    seen: u32,
}

type Msg = (u32, u32); // token id, hops left

impl Fwd {
    fn pick(&self, rng: &mut u64) -> Id {
        let r = ((splitmix(rng) >> 32) * (self.spec.actors as u64 - 1)) >> 32;
        Id::from(((self.me as u64 + 1 + r) % self.spec.actors as u64) as usize)
    }
}

impl Actor for Fwd {
    type Msg = Msg;
    type State = St;
    type Timer = ();
    type Random = ();
    type Storage = ();

    fn on_start(&self, _: Id, _: &Option<()>, o: &mut Out<Self>) -> St {
        let mut s = self.spec.seed ^ ((self.me as u64) << 32);
        let mut rng = splitmix(&mut s);
        for id in self.spec.initial(self.me) {
            let d = self.pick(&mut rng);
            o.send(d, (id, self.spec.hops - 1));
        }
        St { rng, seen: 0 }
    }

    fn on_msg(&self, _: Id, state: &mut Cow<St>, _src: Id, (id, left): Msg, o: &mut Out<Self>) {
        let st = state.to_mut();
        st.seen += 1;
        if left > 0 {
            let t = Token { id, left: left - 1 };
            let d = self.pick(&mut st.rng);
            o.send(d, (t.id, t.left));
        }
    }
}

fn model(spec: Spec) -> ActorModel<Fwd, Spec> {
    ActorModel::new(spec, ())
        .actors((0..spec.actors).map(|me| Fwd { spec, me }))
        .init_network(Network::new_unordered_nonduplicating([]))
        .property(Expectation::Always, "bounded", |m, s| s.actor_states[0].seen as u64 <= m.cfg.deliveries())
}

/// Random simulation: `traces` whole traces of the spec.
fn simulate(spec: Spec, traces: u64) -> u64 {
    let states = spec.deliveries() + 1; // a trace has this many states
    let c = model(spec)
        .checker()
        .threads(1)
        .target_state_count((states * traces) as usize)
        .spawn_simulation(spec.seed, UniformChooser)
        .join();
    c.assert_properties();
    assert_eq!(c.state_count() as u64, states * traces);
    spec.deliveries() * traces
}

/// Breadth-first: every delivery order. (states generated, unique states)
fn bfs(spec: Spec) -> (u64, u64) {
    let c = model(spec).checker().threads(1).spawn_bfs().join();
    c.assert_properties();
    (c.state_count() as u64, c.unique_state_count() as u64)
}

// ---- W4's token model: the same protocol as limit's `w4_tokens` ----

#[derive(Clone)]
struct Walker {
    tokens: u8,
    hops: u8,
}

fn next_actor(me: usize, id: u8, left: u8) -> Id {
    Id::from((me + 1 + (id + left) as usize % 2) % 3)
}

impl Actor for Walker {
    type Msg = (u8, u8);
    type State = Vec<u8>;
    type Timer = ();
    type Random = ();
    type Storage = ();

    fn on_start(&self, me: Id, _: &Option<()>, o: &mut Out<Self>) -> Vec<u8> {
        let me = usize::from(me);
        for id in (0..self.tokens).filter(|id| *id as usize % 3 == me) {
            o.send(next_actor(me, id, self.hops), (id, self.hops - 1));
        }
        vec![0; self.tokens as usize]
    }

    fn on_msg(&self, me: Id, state: &mut Cow<Vec<u8>>, _: Id, (id, left): (u8, u8), o: &mut Out<Self>) {
        state.to_mut()[id as usize] += 1;
        if left > 0 {
            o.send(next_actor(me.into(), id, left), (id, left - 1));
        }
    }
}

fn tokens_model(tokens: u8, hops: u8) -> ActorModel<Walker> {
    ActorModel::new((), ())
        .actors((0..3).map(|_| Walker { tokens, hops }))
        .init_network(Network::new_unordered_nonduplicating([]))
        .property(Expectation::Always, "bounded", |_, s| s.actor_states[0][0] < 255)
}

fn tokens(tokens: u8, hops: u8, dfs: bool) -> (u64, u64) {
    let b = tokens_model(tokens, hops).checker().threads(1);
    let (g, u) = if dfs {
        let c = b.spawn_dfs().join();
        (c.state_count() as u64, c.unique_state_count() as u64)
    } else {
        let c = b.spawn_bfs().join();
        (c.state_count() as u64, c.unique_state_count() as u64)
    };
    // each token is somewhere on its own way
    assert_eq!(u, (hops as u64 + 1).pow(tokens as u32));
    (g, u)
}

// ---- two-phase commit (Gray & Lamport, "Consensus on Transaction Commit") ----

#[derive(Clone)]
struct TwoPhase(usize);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Rm {
    Working,
    Prepared,
    Committed,
    Aborted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Tm {
    Init,
    Committed,
    Aborted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Note {
    Prepared(usize),
    Commit,
    Abort,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Sys {
    rms: Vec<Rm>,
    tm: Tm,
    prepared: Vec<bool>,
    sent: BTreeSet<Note>,
}

#[derive(Clone, Debug, PartialEq)]
enum Act {
    LearnPrepared(usize),
    Commit,
    Abort,
    Prepare(usize),
    GiveUp(usize),
    ObeyCommit(usize),
    ObeyAbort(usize),
}

impl Model for TwoPhase {
    type State = Sys;
    type Action = Act;

    fn init_states(&self) -> Vec<Sys> {
        vec![Sys {
            rms: vec![Rm::Working; self.0],
            tm: Tm::Init,
            prepared: vec![false; self.0],
            sent: BTreeSet::new(),
        }]
    }

    fn actions(&self, s: &Sys, out: &mut Vec<Act>) {
        let init = s.tm == Tm::Init;
        if init && s.prepared.iter().all(|p| *p) {
            out.push(Act::Commit);
        }
        if init {
            out.push(Act::Abort);
        }
        for i in 0..self.0 {
            if init && s.sent.contains(&Note::Prepared(i)) {
                out.push(Act::LearnPrepared(i));
            }
            if s.rms[i] == Rm::Working {
                out.push(Act::Prepare(i));
                out.push(Act::GiveUp(i));
            }
            if s.sent.contains(&Note::Commit) {
                out.push(Act::ObeyCommit(i));
            }
            if s.sent.contains(&Note::Abort) {
                out.push(Act::ObeyAbort(i));
            }
        }
    }

    fn next_state(&self, s: &Sys, a: Act) -> Option<Sys> {
        let mut s = s.clone();
        match a {
            Act::LearnPrepared(i) => s.prepared[i] = true,
            Act::Commit => {
                s.tm = Tm::Committed;
                s.sent.insert(Note::Commit);
            }
            Act::Abort => {
                s.tm = Tm::Aborted;
                s.sent.insert(Note::Abort);
            }
            Act::Prepare(i) => {
                s.rms[i] = Rm::Prepared;
                s.sent.insert(Note::Prepared(i));
            }
            Act::GiveUp(i) | Act::ObeyAbort(i) => s.rms[i] = Rm::Aborted,
            Act::ObeyCommit(i) => s.rms[i] = Rm::Committed,
        }
        Some(s)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("consistent", |_, s: &Sys| {
            !(s.rms.contains(&Rm::Committed) && s.rms.contains(&Rm::Aborted))
        })]
    }
}

fn two_phase(n: usize, threads: usize) -> (u64, u64) {
    let c = TwoPhase(n).checker().threads(threads).spawn_bfs().join();
    c.assert_properties();
    let u = c.unique_state_count() as u64;
    let known = [(3, 288), (5, 8_832)];
    assert!(known.iter().all(|(k, v)| *k != n || *v == u));
    (c.state_count() as u64, u)
}

/// `n` complete searches: (states generated, unique states of one search).
fn times(n: u64, f: fn() -> (u64, u64)) -> (u64, u64) {
    let mut total = (0, 0);
    for _ in 0..n {
        let (c, d) = f();
        total = (total.0 + c, d);
    }
    total
}

// ---- the order of a simulated trace, hashed: is it the same each time? ----

static TRACE_HASH: AtomicU64 = AtomicU64::new(0);

struct Hasher;
impl<M> CheckerVisitor<M> for Hasher
where
    M: Model<State = stateright::actor::ActorModelState<Fwd>>,
{
    fn visit(&self, _: &M, path: Path<M::State, M::Action>) {
        let s = path.last_state();
        let mut h = TRACE_HASH.load(Relaxed);
        for a in &s.actor_states {
            h = (h.rotate_left(5) ^ a.rng ^ a.seen as u64).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
        TRACE_HASH.store(h, Relaxed);
    }
}

/// One small trace with a visitor (slow: a visitor is handed the whole path).
fn trace_hash(hops: u32) -> (u64, u64) {
    TRACE_HASH.store(0, Relaxed);
    let spec = Spec { hops, ..Spec::tiny(1) };
    let c = model(spec)
        .checker()
        .threads(1)
        .visitor(Hasher)
        .target_state_count(spec.deliveries() as usize + 1)
        .spawn_simulation(spec.seed, UniformChooser)
        .join();
    assert_eq!(c.state_count() as u64, spec.deliveries() + 1);
    (spec.deliveries(), TRACE_HASH.load(Relaxed))
}

fn main() {
    workload::program(
        "stateright",
        &[
            Case {
                name: "w1_simulation",
                unit: "msg",
                size: 200_000,
                run: |n| (simulate(Spec::ping_pong(n), 1), 0),
            },
            // chains of 1,000 round trips: the cost of a state grows with its depth
            Case {
                name: "w1_bfs_depth2000",
                unit: "msg",
                size: 200,
                run: |n| {
                    let (_, u) = times(n, || bfs(Spec::ping_pong(1000)));
                    assert_eq!(u, 2001);
                    (2000 * n, u)
                },
            },
            Case {
                name: "w1_bfs_depth20000",
                unit: "msg",
                size: 5,
                run: |n| {
                    let (_, u) = times(n, || bfs(Spec::ping_pong(10_000)));
                    assert_eq!(u, 20_001);
                    (20_000 * n, u)
                },
            },
            // 20 hops of W2's 1,000: 20,000 deliveries
            Case { name: "w2_simulation", unit: "msg", size: 20, run: |n| (simulate(Spec::ring(n), 1), 0) },
            Case {
                name: "w3_tiny",
                unit: "exec",
                size: 2000,
                run: |n| {
                    simulate(Spec::tiny(workload::SEED), n);
                    (n, 0)
                },
            },
            Case { name: "w3_trace_hash", unit: "msg", size: 30, run: |n| trace_hash(n as u32) },
            Case { name: "w4_2pc5", unit: "state", size: 20, run: |n| times(n, || two_phase(5, 1)) },
            Case { name: "w4_2pc7", unit: "state", size: 1, run: |n| times(n, || two_phase(7, 1)) },
            Case { name: "w4_2pc7_2threads", unit: "state", size: 1, run: |n| times(n, || two_phase(7, 2)) },
            Case { name: "w4_tokens", unit: "state", size: 1, run: |n| times(n, || tokens(4, 22, false)) },
            Case { name: "w4_tokens_dfs", unit: "state", size: 1, run: |n| times(n, || tokens(4, 22, true)) },
        ],
    );
}
