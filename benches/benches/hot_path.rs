//! Turns and runs a second. Every run's verdict and number of turns are checked; times are only measured.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rehearsal::fault::Profile;
use rehearsal::run::{AnyRunner, Outcome, RunSpec, Verdict};
use rehearsal_benches::{entry, runner};

fn checked(outcome: &Outcome, turns: u64) -> u64 {
    assert_eq!((&outcome.verdict, outcome.turns), (&Verdict::Pass, turns));
    outcome.trace_hash
}

/// 1,000 actors on 10 nodes, 1,000 tokens, 1,000,000 deliveries: seeded latency, hash on, one monitor on.
fn ring(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ring");
    let turns = 1_001_000; // A million deliveries and a thousand starts.
    group.throughput(Throughput::Elements(turns)).sample_size(10);
    let mut runner = runner("ring");
    let mut seed = 0;
    group.bench_function("1000 actors", |bencher| {
        bencher.iter(|| {
            seed += 1;
            black_box(checked(&runner.run(&RunSpec::seeded(seed, &Profile::NONE)), turns))
        });
    });
    group.finish();
}

/// 3 nodes × 100 messages, set-up, verdict and tear-down included.
fn burst(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("burst");
    group.throughput(Throughput::Elements(1));
    let turns = 303;
    let mut reused = runner("burst");
    let mut seed = 0;
    group.bench_function("a runner that is kept", |bencher| {
        bencher.iter(|| {
            seed += 1;
            black_box(checked(&reused.run(&RunSpec::seeded(seed, &Profile::NONE)), turns))
        });
    });
    group.bench_function("a runner for each run", |bencher| {
        let scenario = entry("burst").built(None);
        bencher.iter(|| {
            seed += 1;
            let mut fresh: Box<dyn AnyRunner> = scenario.runner();
            black_box(checked(&fresh.run(&RunSpec::seeded(seed, &Profile::NONE)), turns))
        });
    });
    group.bench_function("under chaos", |bencher| {
        bencher.iter(|| {
            seed += 1;
            black_box(reused.run(&RunSpec::seeded(seed, &Profile::CHAOS)).trace_hash)
        });
    });
    group.finish();
}

criterion_group!(benches, ring, burst);
criterion_main!(benches);
