//! Turns and runs a second. Every run's verdict and number of turns are checked; times are only measured.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use rehearsal::choice::{Choices, Menu, Stream};
use rehearsal::fault::Profile;
use rehearsal::run::{AnyRunner, Outcome, RunSpec, Verdict};
use rehearsal::trace::digest;
use rehearsal_benches::{entry, runner};
use rehearsal_scenarios::ring::Token;

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

fn parts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parts");
    let menu = Menu::weighted(&[8_192, 57_344]);
    group.bench_function("a choice", |bencher| {
        let mut choices = Choices::seeded(1);
        let mut n = 0;
        bencher.iter(|| {
            n += 1;
            choices.pick(Stream::Draw(0), 7, black_box(n), &menu)
        });
    });
    group.bench_function("the digest of a message", |bencher| {
        bencher.iter(|| digest(black_box(&Token { token: 3, left: 9 })));
    });
    group.bench_function("setting up 1000 actors", |bencher| {
        let scenario = entry("ring").built(None);
        bencher.iter_batched(|| (), |()| scenario.runner(), BatchSize::LargeInput);
    });
    group.finish();
}

criterion_group!(benches, ring, burst, parts);
criterion_main!(benches);
