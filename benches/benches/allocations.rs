//! Counts allocations: none per event in steady state, and how many bytes an idle actor takes. Fails if a bound is broken;
//! counts do not depend on the machine's speed.

use rehearsal::check::Properties;
use rehearsal::fault::Profile;
use rehearsal::run::{AnyRunner, RunSpec, Verdict};
use rehearsal::runner::Runner;
use rehearsal::{Scenario, Setup};
use rehearsal_protocol::{Actor, Context, Input, Protocol};
use rehearsal_scenarios_testbed::ring::Ring;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

fn main() {
    let _profiler = dhat::Profiler::builder().testing().build();
    per_event();
    per_idle_actor();
}

/// A run twice as long allocates no more than a short one.
fn per_event() {
    let runs = [1_000, 2_000].map(|hops| {
        let mut runner = Runner::new(&Ring { actors: 1_000, nodes: 10, tokens: 1_000, hops });
        let spec = RunSpec::seeded(1, &Profile::NONE);
        runner.run(&spec); // Memory grows to what is needed.
        let before = dhat::HeapStats::get().total_blocks;
        let outcome = runner.run(&spec);
        assert_eq!(outcome.verdict, Verdict::Pass);
        (outcome.events, dhat::HeapStats::get().total_blocks - before)
    });
    let [(short, few), (long, many)] = runs;
    let more = many.saturating_sub(few);
    println!(
        "{short} events: {few} allocations; {long} events: {many} allocations; {more} more for {} more events",
        long - short
    );
    assert!(more * 100_000 <= long - short, "steady state allocates");
}

struct Nothing;

impl Protocol for Nothing {
    type Message = u8;
    type Fact = u8;
}

/// An actor whose state is eight bytes.
#[derive(Clone, Debug, Hash)]
struct Idle(u64);

impl Actor<Nothing> for Idle {
    fn receive(&mut self, _: &mut Context<'_, Nothing>, _: Input<Nothing>) {}
}

struct Many(u32);

impl Scenario for Many {
    type Protocol = Nothing;

    fn set_up(&self, system: &mut Setup<Nothing>) {
        for n in 0..self.0 {
            system.node(format!("node-{}", n % 10)).actor(format!("idle-{n}"), Idle(u64::from(n)));
        }
        let limits = rehearsal::Limits { pending: 1_000_000, ..rehearsal::Limits::default() };
        system.limits(limits);
    }

    fn properties(&self, _: &mut Properties<u8>) {}
}

fn per_idle_actor() {
    const ACTORS: u64 = 100_000;
    let before = dhat::HeapStats::get().curr_bytes as u64;
    let mut runner = Runner::new(&Many(ACTORS as u32));
    let outcome = runner.run(&RunSpec::seeded(1, &Profile::NONE));
    assert_eq!((outcome.verdict, outcome.turns), (Verdict::Pass, ACTORS));
    let held = dhat::HeapStats::get().curr_bytes as u64 - before;
    // The state is there twice: as it is, and as the blueprint has it.
    let state = 2 * size_of::<Idle>() as u64;
    let beyond = held / ACTORS - state;
    println!("{ACTORS} idle actors hold {} bytes each, {beyond} beyond their state", held / ACTORS);
    assert!(beyond <= 300, "an idle actor takes {beyond} bytes beyond its state");
}
