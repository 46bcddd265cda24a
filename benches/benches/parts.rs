//! The parts of the hot path, one by one. What a part gives is checked where it is not the time alone.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use rehearsal::Scenario as _;
use rehearsal::case::{BUDGET, shrink};
use rehearsal::check::{Checks, Moment, Properties};
use rehearsal::choice::{Choices, Menu, Stream};
use rehearsal::fault::Profile;
use rehearsal::protocol::{Address, Bounds, Lane, Mailbox, NodeId, Time};
use rehearsal::run::RunSpec;
use rehearsal::trace::{Event, EventKind, Recorder, Recording, digest};
use rehearsal::world::asynchronous::Orders;
use rehearsal::world::blueprint::Blueprint;
use rehearsal::world::{Start, World};
use rehearsal_benches::entry;
use rehearsal_scenarios_testbed::ring::{Hop, Ring, Token, Tokens};

/// A ring in the middle of a run, whose tokens never stop.
fn running(actors: u32, tokens: u32) -> (World<Tokens>, Checks<Hop>) {
    let ring = Ring { actors, nodes: actors.min(10), tokens, hops: u32::MAX };
    let mut properties = Properties::default();
    ring.properties(&mut properties);
    let mut checks = properties.checks();
    let mut world = World::new(Arc::new(Blueprint::of(&ring)));
    world.start(Start {
        seed: 1,
        profile: &Profile::NONE,
        choices: Choices::seeded(1),
        script: &[],
        faulty: None,
        recording: Recording::Off,
        orders: Orders::Timed,
    });
    for _ in 0..actors + 10 * tokens {
        assert!(world.step(&mut checks));
    }
    assert_eq!(world.pending(), tokens as usize);
    (world, checks)
}

/// A message's turn, with its fact, by how much is pending: what it grows by is the queue's, and the caches'.
fn turn_and_queue(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("turn");
    group.throughput(Throughput::Elements(1));
    for tokens in [1, 10, 100, 1_000] {
        let (mut world, mut checks) = running(1_000, tokens);
        group.bench_function(format!("1000 actors, {tokens} pending"), |bencher| {
            bencher.iter(|| assert!(world.step(&mut checks)));
        });
        assert!(checks.violation().is_none());
    }
    group.finish();
}

fn choice(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("choice");
    for (name, menu) in [
        ("of two entries", Menu::weighted(&[8_192, 57_344])),
        ("of five entries", Menu::weighted(&[8_192, 57_344, 100, 100, 100])),
    ] {
        group.bench_function(name, |bencher| {
            let mut choices = Choices::seeded(1);
            let mut n = 0;
            bencher.iter(|| {
                n += 1;
                choices.pick(Stream::Draw(0), 7, black_box(n), &menu)
            });
        });
    }
    group.finish();
}

fn hash(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hash");
    group.bench_function("the digest of a message", |bencher| {
        bencher.iter(|| digest(black_box(&Token { token: 3, left: 9 })));
    });
    for (name, level) in
        [("an event folded", Recording::Off), ("an event folded and kept", Recording::Events)]
    {
        group.bench_function(name, |bencher| {
            let event =
                Event { at: Time::ZERO, cause: 0, digest: 7, actor: 3, node: 1, kind: EventKind::Message };
            let mut recorder = Recorder::default();
            recorder.reset(level);
            bencher.iter(|| {
                if recorder.count() == KEPT {
                    recorder.reset(level);
                }
                recorder.record(black_box(event), || unreachable!("payloads are not kept"))
            });
        });
    }
    group.finish();
}

/// As many events as a long run has; the memory is used again.
const KEPT: u64 = 1_000_000;

fn mailbox(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("mailbox");
    for waiting in [0, 100] {
        group.bench_function(format!("in and out, {waiting} waiting"), |bencher| {
            let mut mailbox = Mailbox::new(Bounds::default());
            for item in 0..waiting {
                mailbox.push(Lane::Work, item);
            }
            bencher.iter(|| {
                mailbox.push(Lane::Work, black_box(1_u64));
                mailbox.pop()
            });
            assert_eq!(mailbox.len() as u64, waiting);
        });
    }
    group.finish();
}

fn monitor(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("monitor");
    let mut properties = Properties::default();
    Ring { actors: 10, nodes: 2, tokens: 10, hops: 10 }.properties(&mut properties);
    let mut checks = properties.checks();
    let moment = Moment { at: Time::ZERO, event: 0, actor: Address::new(NodeId(0), 0), healed: None };
    group.bench_function("a fact shown to one invariant and two goals", |bencher| {
        bencher.iter(|| checks.observe(moment, black_box(&Hop { token: 3, left: 5 })));
    });
    assert!(checks.violation().is_none());
    group.finish();
}

fn world(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("world");
    for (actors, tokens) in [(3, 3), (100, 100), (1_000, 1_000)] {
        let (world, _) = running(actors, tokens);
        group.bench_function(format!("a clone of {actors} actors"), |bencher| {
            bencher.iter_batched(|| (), |()| world.clone(), BatchSize::SmallInput);
        });
    }
    group.bench_function("set-up of 1000 actors", |bencher| {
        let scenario = entry("ring").built(None);
        bencher.iter_batched(|| (), |()| scenario.runner(), BatchSize::LargeInput);
    });
    group.finish();
}

/// A step is one run of a candidate.
fn shrink_steps(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("shrink");
    let mut runner = entry("session").built(Some("stored-interrupt")).runner();
    let fails = |seed: &u64| runner.run(&RunSpec::seeded(*seed, &Profile::NONE)).signature().is_some();
    let seed = (0..1_000).find(fails).expect("some seed trips the planted bug");
    let spec = RunSpec::seeded(seed, &Profile::NONE);
    let steps = shrink(&mut *runner, &spec, BUDGET).expect("it fails").runs;
    group
        .throughput(Throughput::Elements(u64::from(steps)))
        .sample_size(10)
        .measurement_time(Duration::from_secs(5));
    group.bench_function(format!("stored-interrupt, {steps} steps"), |bencher| {
        bencher.iter(|| {
            let shrunk = shrink(&mut *runner, &spec, BUDGET).expect("it fails");
            assert_eq!(shrunk.runs, steps);
        });
    });
    group.finish();
}

criterion_group!(benches, turn_and_queue, choice, hash, mailbox, monitor, world, shrink_steps);
criterion_main!(benches);
