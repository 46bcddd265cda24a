//! What a turn and an actor cost in worlds of ten actors to a million.

use rehearsal::Profile;
use rehearsal::run::{AnyRunner, RunSpec, Verdict};
use rehearsal::runner::Runner;
use rehearsal::trace::Recording;
use workload::{SEED, Spec, timed};

use crate::checked;
use crate::tokens::{Forwarding, Stated};

/// A token for each actor, set-up not timed: deliveries and starts.
pub fn turns(actors: u32, hops: u64) -> (u64, u64) {
    let spec = Spec::wide(actors, hops);
    let mut runner = Runner::new(&Forwarding { spec, stated: Stated::Finished });
    let digest = timed(|| checked(&mut runner, &spec, SEED, Recording::Off));
    (spec.deliveries() + u64::from(actors), digest)
}

/// So many systems set up and started, in which nothing is sent: the actors.
pub fn set_ups(actors: u32, times: u64) -> (u64, u64) {
    let mut digest = 0_u64;
    let spec = Spec { tokens: 0, ..Spec::wide(actors, 0) };
    for seed in 0..times {
        let mut runner = Runner::new(&Forwarding { spec, stated: Stated::Finished });
        let outcome = runner.run(&RunSpec::seeded(seed, &Profile::NONE));
        assert_eq!((outcome.verdict, outcome.turns), (Verdict::Pass, u64::from(actors)));
        digest = digest.rotate_left(1) ^ outcome.trace_hash;
    }
    (u64::from(actors) * times, digest)
}
