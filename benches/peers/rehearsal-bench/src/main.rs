//! The work on Rehearsal, written as a user would write it.
//!
//! A message between nodes takes 5.5 ms in the mean, as in the other programs (see [`tokens`]); one within a node is shorter. The
//! hash and the checks for faults are always on, one monitor is on, and no fault strikes.

mod exhaustive;
mod scale;
mod sessions;
mod tokens;

use rehearsal::Profile;
use rehearsal::run::{AnyRunner, RunSpec, Verdict};
use rehearsal::runner::Runner;
use rehearsal::trace::Recording;
use tokens::{Stated, Tokens};
use workload::{Case, SEED, Spec, finish};

fn main() {
    workload::program(
        "rehearsal",
        &[
            Case { name: "w1", unit: "msg", size: 5_000_000, run: ping_pong },
            Case { name: "w2", unit: "msg", size: 10, run: |n| ring(n, Stated::Finished, Recording::Off) },
            Case {
                name: "w2_facts",
                unit: "msg",
                size: 10,
                run: |n| ring(n, Stated::Delivered, Recording::Off),
            },
            Case {
                name: "w2_facts_unwatched",
                unit: "msg",
                size: 10,
                run: |n| ring(n, Stated::Unwatched, Recording::Off),
            },
            Case { name: "w2_kept", unit: "msg", size: 10, run: |n| kept_ring(n, Recording::Off) },
            Case { name: "w2_recorded", unit: "msg", size: 10, run: |n| kept_ring(n, Recording::Events) },
            Case {
                name: "w2_recorded_payloads",
                unit: "msg",
                size: 2,
                run: |n| kept_ring(n, Recording::Payloads),
            },
            Case { name: "w2_x100k", unit: "msg", size: 50, run: |n| wide(100_000, n) },
            Case { name: "w2_x1m", unit: "msg", size: 10, run: |n| wide(1_000_000, n) },
            Case { name: "w3", unit: "exec", size: 100_000, run: fresh_worlds },
            Case { name: "w3_kept", unit: "exec", size: 100_000, run: kept_world },
            Case { name: "w3_burst", unit: "exec", size: 100_000, run: bursts },
            Case { name: "w4_2pc5", unit: "state", size: 100, run: |n| exhaustive::two_phase(5, n, 1) },
            Case { name: "w4_2pc7", unit: "state", size: 5, run: |n| exhaustive::two_phase(7, n, 1) },
            Case {
                name: "w4_2pc7_2threads",
                unit: "state",
                size: 5,
                run: |n| exhaustive::two_phase(7, n, 2),
            },
            Case { name: "w4_tokens", unit: "state", size: 5, run: exhaustive::tokens },
            Case { name: "scale_10", unit: "turn", size: 500_000, run: |n| scale::turns(10, n) },
            Case { name: "scale_1k", unit: "turn", size: 5_000, run: |n| scale::turns(1_000, n) },
            Case { name: "scale_10k", unit: "turn", size: 500, run: |n| scale::turns(10_000, n) },
            Case { name: "scale_100k", unit: "turn", size: 50, run: |n| scale::turns(100_000, n) },
            Case { name: "scale_1m", unit: "turn", size: 10, run: |n| scale::turns(1_000_000, n) },
            Case { name: "setup_100k", unit: "actor", size: 10, run: |n| scale::set_ups(100_000, n) },
            Case { name: "setup_1m", unit: "actor", size: 1, run: |n| scale::set_ups(1_000_000, n) },
            Case { name: "session_chaos", unit: "turn", size: 10_000, run: sessions::one_core },
            Case { name: "session_unwatched", unit: "turn", size: 10_000, run: sessions::unwatched },
        ],
    );
}

/// Runs once, checks the verdict, the count and the number of turns, and gives the digest.
fn checked(runner: &mut Runner<Tokens>, spec: &Spec, seed: u64, recording: Recording) -> u64 {
    let outcome = runner.run(&RunSpec { recording, ..RunSpec::seeded(seed, &Profile::NONE) });
    assert_eq!(outcome.verdict, Verdict::Pass);
    assert_eq!(
        outcome.turns,
        spec.deliveries() + u64::from(spec.actors),
        "a turn for each delivery and start"
    );
    if recording != Recording::Off {
        assert_eq!(runner.recorder().events().len() as u64, outcome.events, "every event is recorded");
    }
    let (_, digest) = finish(spec, outcome.trace_hash ^ outcome.virtual_time.as_nanos());
    digest
}

fn ping_pong(round_trips: u64) -> (u64, u64) {
    let spec = Spec::ping_pong(round_trips);
    let mut runner = Runner::new(&tokens::Forwarding { spec, stated: Stated::Finished });
    let digest = checked(&mut runner, &spec, SEED, Recording::Off);
    if round_trips >= 10_000 {
        tokens::assert_mean_latency(runner.world().now(), spec.deliveries());
    }
    (spec.deliveries(), digest)
}

/// Executions of a million deliveries, each in a world of its own.
fn ring(executions: u64, stated: Stated, recording: Recording) -> (u64, u64) {
    let (mut count, mut digest) = (0, 0_u64);
    for _ in 0..executions {
        let spec = Spec { seed: SEED + count, ..Spec::ring(1_000) };
        let mut runner = Runner::new(&tokens::Forwarding { spec, stated });
        digest = digest.rotate_left(1) ^ checked(&mut runner, &spec, spec.seed, recording);
        count += spec.deliveries();
    }
    (count, digest)
}

/// The same with one runner, as a campaign has it: its memory is used again.
fn kept_ring(executions: u64, recording: Recording) -> (u64, u64) {
    let spec = Spec::ring(1_000);
    let mut runner = Runner::new(&tokens::Forwarding { spec, stated: Stated::Finished });
    let mut digest = 0_u64;
    for seed in 0..executions {
        digest = digest.rotate_left(1) ^ checked(&mut runner, &spec, seed, recording);
    }
    (executions * spec.deliveries(), digest)
}

/// One run of many actors, set-up included.
fn wide(actors: u32, hops: u64) -> (u64, u64) {
    let spec = Spec::wide(actors, hops);
    let mut runner = Runner::new(&tokens::Forwarding { spec, stated: Stated::Finished });
    (spec.deliveries(), checked(&mut runner, &spec, SEED, Recording::Off))
}

/// Tiny executions, each from set-up to tear-down.
fn fresh_worlds(executions: u64) -> (u64, u64) {
    each_afresh(executions, Spec::tiny)
}

/// The same with all messages at once.
fn bursts(executions: u64) -> (u64, u64) {
    each_afresh(executions, Spec::burst)
}

fn each_afresh(executions: u64, spec: fn(u64) -> Spec) -> (u64, u64) {
    let mut digest = 0_u64;
    for seed in 0..executions {
        let spec = spec(seed);
        let mut runner = Runner::new(&tokens::Forwarding { spec, stated: Stated::Finished });
        digest = digest.rotate_left(1) ^ checked(&mut runner, &spec, seed, Recording::Off);
    }
    (executions, digest)
}

/// Tiny executions of one runner, as a campaign makes them.
fn kept_world(executions: u64) -> (u64, u64) {
    let spec = Spec::tiny(SEED);
    let mut runner = Runner::new(&tokens::Forwarding { spec, stated: Stated::Finished });
    let mut digest = 0_u64;
    for seed in 0..executions {
        digest = digest.rotate_left(1) ^ checked(&mut runner, &spec, seed, Recording::Off);
    }
    (executions, digest)
}
