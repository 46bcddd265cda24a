//! W5: what a hand-written loop does on this machine.

mod check;
mod queue;
mod sim;

use queue::{Calendar, Queue, SlabHeap, Sorted, StdHeap};
use sim::*;
use workload::{Case, Spec};

type Run = fn(&Spec) -> (u64, u64);

/// `n` executions of W2's million deliveries.
fn ring(n: u64, run: Run) -> (u64, u64) {
    let mut total = (0u64, 0u64);
    for _ in 0..n {
        let (c, d) = run(&Spec { seed: workload::SEED + total.0, ..Spec::ring(1000) });
        total = (total.0 + c, total.1.rotate_left(1) ^ d);
    }
    total
}

/// `n` executions of W3, each with its own seed.
fn tiny(n: u64, run: Run) -> (u64, u64) {
    let mut d = 0u64;
    for seed in 0..n {
        d = d.rotate_left(1) ^ run(&Spec::tiny(seed)).1;
    }
    (n, d)
}

fn ping<Q: Queue>(n: u64, run: Run) -> (u64, u64) {
    run(&Spec::ping_pong(n))
}

fn big(hops: u64) -> Spec {
    Spec::wide(100_000, hops)
}

/// With faults looked at and the hash, set-up not timed: deliveries and starts.
fn turns(spec: &Spec) -> (u64, u64) {
    let (deliveries, digest) =
        with_faults_after_set_up::<Calendar, HashTrace>(spec, |run| workload::timed(run));
    (deliveries + u64::from(spec.actors), digest)
}

fn swap((a, b): (u64, u64)) -> (u64, u64) {
    (b, a)
}

/// `n` complete searches: (units, the second figure of one search).
fn times(n: u64, f: fn() -> (u64, u64)) -> (u64, u64) {
    let mut total = (0, 0);
    for _ in 0..n {
        let (c, d) = std::hint::black_box(f)();
        total = (total.0 + c, d);
    }
    total
}

macro_rules! case {
    ($name:expr, $unit:expr, $n:expr, $run:expr) => {
        Case { name: $name, unit: $unit, size: $n, run: $run }
    };
}

fn main() {
    workload::program(
        "limit",
        &[
            case!("w1_heap", "msg", 5_000_000, |n| ping::<StdHeap>(n, handlers::<StdHeap, NoTrace>)),
            case!("w1_sorted", "msg", 10_000_000, |n| ping::<Sorted>(n, handlers::<Sorted, NoTrace>)),
            case!("w1_sorted_hash", "msg", 10_000_000, |n| ping::<Sorted>(n, handlers::<Sorted, HashTrace>)),
            case!("w1_sorted_wakers", "msg", 5_000_000, |n| ping::<Sorted>(n, wakers::<Sorted, NoTrace>)),
            // W2, 1,000 actors
            case!("w2_a_stdheap", "msg", 10, |n| ring(n, handlers::<StdHeap, NoTrace>)),
            case!("w2_a_slabheap", "msg", 10, |n| ring(n, handlers::<SlabHeap, NoTrace>)),
            case!("w2_a_calendar", "msg", 10, |n| ring(n, handlers::<Calendar, NoTrace>)),
            case!("w2_b_stdheap_hash", "msg", 10, |n| ring(n, handlers::<StdHeap, HashTrace>)),
            case!("w2_b_calendar_hash", "msg", 10, |n| ring(n, handlers::<Calendar, HashTrace>)),
            case!("w2_c_stdheap_record", "msg", 10, |n| ring(n, handlers::<StdHeap, RecordTrace>)),
            case!("w2_c_calendar_record", "msg", 10, |n| ring(n, handlers::<Calendar, RecordTrace>)),
            case!("w2_bc_calendar_hash_reuse", "msg", 10, |n| ring(n, handlers::<Calendar, HashRecord>)),
            case!("w2_d_calendar_futures", "msg", 10, |n| ring(n, futures::<Calendar, NoTrace>)),
            case!("w2_d2_calendar_wakers", "msg", 10, |n| ring(n, wakers::<Calendar, NoTrace>)),
            case!("w2_e_calendar_boxed", "msg", 10, |n| ring(n, boxed::<Calendar, NoTrace, false>)),
            case!("w2_f_calendar_faults", "msg", 10, |n| ring(n, with_faults::<Calendar, NoTrace>)),
            case!("w2_fb_calendar_faults_hash", "msg", 10, |n| ring(n, with_faults::<Calendar, HashTrace>)),
            case!("w2_g_calendar_faults_hash_reuse", "msg", 10, |n| ring(
                n,
                with_faults::<Calendar, HashRecord>
            )),
            // boxed messages, faults looked at, hash and record: all a product would do
            case!("w2_h_calendar_all", "msg", 10, |n| ring(n, boxed::<Calendar, HashRecord, true>)),
            case!("w2_h_stdheap_all", "msg", 10, |n| ring(n, boxed::<StdHeap, HashRecord, true>)),
            // 100,000 actors and as many tokens: beyond the caches
            case!("w2_x100k_stdheap", "msg", 50, |n| handlers::<StdHeap, NoTrace>(&big(n))),
            case!("w2_x100k_calendar", "msg", 50, |n| handlers::<Calendar, NoTrace>(&big(n))),
            case!("w2_x1m_calendar", "msg", 10, |n| handlers::<Calendar, NoTrace>(&Spec::wide(1_000_000, n))),
            case!("scale_10", "turn", 500_000, |n| turns(&Spec::wide(10, n))),
            case!("scale_1k", "turn", 5_000, |n| turns(&Spec::wide(1_000, n))),
            case!("scale_10k", "turn", 500, |n| turns(&Spec::wide(10_000, n))),
            case!("scale_100k", "turn", 50, |n| turns(&Spec::wide(100_000, n))),
            case!("scale_1m", "turn", 10, |n| turns(&Spec::wide(1_000_000, n))),
            // W3, executions
            case!("w3_a_stdheap", "exec", 200_000, |n| tiny(n, handlers::<StdHeap, NoTrace>)),
            case!("w3_a_sorted", "exec", 200_000, |n| tiny(n, handlers::<Sorted, NoTrace>)),
            case!("w3_b_sorted_hash", "exec", 200_000, |n| tiny(n, handlers::<Sorted, HashTrace>)),
            case!("w3_c_sorted_record", "exec", 200_000, |n| tiny(n, handlers::<Sorted, RecordTrace>)),
            case!("w3_bc_sorted_hash_reuse", "exec", 200_000, |n| tiny(n, handlers::<Sorted, HashRecord>)),
            case!("w3_d_sorted_futures", "exec", 200_000, |n| tiny(n, futures::<Sorted, NoTrace>)),
            case!("w3_d2_sorted_wakers", "exec", 200_000, |n| tiny(n, wakers::<Sorted, NoTrace>)),
            case!("w3_h_sorted_all", "exec", 200_000, |n| tiny(n, boxed::<Sorted, HashRecord, true>)),
            case!("w3_burst_a", "exec", 200_000, |n| {
                let mut d = 0u64;
                for seed in 0..n {
                    d = d.rotate_left(1) ^ handlers::<StdHeap, NoTrace>(&Spec::burst(seed)).1;
                }
                (n, d)
            }),
            // W4, exhaustive
            case!("w4_2pc5", "state", 200, |n| times(n, || check::two_phase_packed(5))),
            case!("w4_2pc7", "state", 10, |n| times(n, || check::two_phase_packed(7))),
            case!("w4_2pc9", "state", 1, |n| times(n, || check::two_phase_packed(9))),
            case!("w4_tokens", "state", 10, |n| times(n, || check::tokens_bfs(4, 22))),
            // scheduling steps; the digest is the executions of one search
            case!("w4_dfs_k2", "step", 10_000, |n| times(n, || swap(check::schedules_dfs(2)))),
            case!("w4_dfs_k3", "step", 1_000, |n| times(n, || swap(check::schedules_dfs(3)))),
        ],
    );
}
