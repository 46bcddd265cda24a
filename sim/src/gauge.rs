//! Makes runs of a scenario and measures them.

use std::sync::Arc;

use rehearsal_protocol::Protocol;

use crate::measure::{Measured, Measures};
use crate::run::{AnyRunner, RunSpec, Verdict};
use crate::runner::Runner;
use crate::scenario::Scenario;
use crate::world::Pulse;

/// Measures runs of one scenario, of any protocol.
pub trait Gauge: Send {
    /// One run.
    fn measure(&mut self, spec: &RunSpec) -> Measured;

    /// What it is doing, for a watchdog on another thread.
    fn pulse(&self) -> Arc<Pulse>;
}

/// A runner with meters.
pub(crate) struct Gauged<P: Protocol> {
    runner: Runner<P>,
    measures: Measures<P::Fact>,
}

impl<P: Protocol> Gauged<P> {
    pub(crate) fn of(scenario: &impl Scenario<Protocol = P>) -> Self {
        let mut measures = Measures::default();
        scenario.measures(&mut measures);
        let mut runner = Runner::new(scenario);
        runner.collect_facts();
        Self { runner, measures }
    }
}

impl<P: Protocol> Gauge for Gauged<P> {
    fn measure(&mut self, spec: &RunSpec) -> Measured {
        let outcome = self.runner.run(spec);
        let sample = |make: &crate::measure::Source<P::Fact>| {
            let mut meter = make();
            for (moment, fact) in self.runner.collected() {
                meter.observe(*moment, fact);
            }
            meter.samples(&outcome)
        };
        let samples = self.measures.sources.iter().map(sample).collect();
        Measured { samples, passed: outcome.verdict == Verdict::Pass }
    }

    fn pulse(&self) -> Arc<Pulse> {
        self.runner.pulse()
    }
}
