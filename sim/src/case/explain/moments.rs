//! How likely the failure is if a run goes on by chance from a point on: a step in that curve is the moment of the bug.

use rehearsal_protocol::Time;

use crate::choice::generator::join;
use crate::run::{Afresh, AnyRunner, RunSpec};

/// How likely the failure is from one point of the run on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// So many events are as in the failing run; all choices after them are drawn afresh.
    pub events: u64,
    /// The time of the last of them.
    pub at: Time,
    /// How many continuations failed in the same way.
    pub failed: u32,
    /// How many there were.
    pub of: u32,
    /// The 95 % interval of their share, by Wilson.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// Where the failure became likely: between two of the moments, by their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jump {
    /// The last moment before.
    pub before: usize,
    /// The first moment after.
    pub after: usize,
}

impl Moment {
    /// The share of continuations that failed.
    pub fn share(&self) -> f64 {
        f64::from(self.failed) / f64::from(self.of.max(1))
    }
}

/// Points at even distances.
const POINTS: u64 = 9;
/// Points more between the two where the share rises most.
const CLOSER: usize = 5;
const CONTINUATIONS: u32 = 150;
/// Fewer of them if runs are long: all together have about so many events.
const EVENTS: u64 = 20_000_000;
const FEWEST: u64 = 20;
/// A smaller rise is none.
const LEAST_RISE: f64 = 0.1;

/// The moments of a failing run, the greatest rise among them, and how many runs it took.
pub(super) fn moments(
    runner: &mut dyn AnyRunner,
    spec: &RunSpec,
    signature: &str,
    event: u64,
) -> (Vec<Moment>, Option<Jump>, u32) {
    let whole = event + 1;
    let of = (EVENTS / (whole * (POINTS + CLOSER as u64))).clamp(FEWEST, u64::from(CONTINUATIONS)) as u32;
    let mut points: Vec<u64> = (0..POINTS).map(|n| whole * n / (POINTS - 1)).collect();
    points.dedup();
    let mut moments: Vec<Moment> =
        points.into_iter().map(|events| moment(runner, spec, signature, events, of)).collect();
    for _ in 0..CLOSER {
        let Some(Jump { before, after }) = likely(&moments, event) else { break };
        let middle = u64::midpoint(moments[before].events, moments[after].events);
        if middle == moments[before].events {
            break;
        }
        moments.insert(after, moment(runner, spec, signature, middle, of));
    }
    let runs = moments.len() as u32 * of;
    let jump = likely(&moments, event).filter(|jump| is_real(&moments, *jump));
    (moments, jump, runs)
}

/// The greatest rise before the violation itself, which makes the failure certain; that one, if there is no other.
fn likely(moments: &[Moment], event: u64) -> Option<Jump> {
    let before = moments.iter().take_while(|moment| moment.events <= event).count();
    rise(&moments[..before]).filter(|jump| is_real(moments, *jump)).or_else(|| rise(moments))
}

/// Whether two shares are so far apart that it is no accident.
fn is_real(moments: &[Moment], jump: Jump) -> bool {
    let (before, after) = (&moments[jump.before], &moments[jump.after]);
    after.share() - before.share() >= LEAST_RISE && after.low > before.high
}

/// The two neighbours between which the share rises most.
fn rise(moments: &[Moment]) -> Option<Jump> {
    let rises = (1..moments.len()).map(|after| (moments[after].share() - moments[after - 1].share(), after));
    let (_, after) = rises.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))?;
    Some(Jump { before: after - 1, after })
}

fn moment(runner: &mut dyn AnyRunner, spec: &RunSpec, signature: &str, events: u64, of: u32) -> Moment {
    let (mut failed, mut at) = (0, Time::ZERO);
    for number in 0..of {
        let seed = join(spec.seed, u64::from(number));
        let afresh = Some(Afresh { after: events, seed });
        let outcome = runner.run(&RunSpec { afresh, ..spec.clone() });
        failed += u32::from(outcome.signature().as_deref() == Some(signature));
    }
    if events > 0 {
        at = runner.run(&RunSpec { until: Some(events), ..spec.clone() }).virtual_time;
    }
    let (low, high) = wilson(failed, of);
    Moment { events, at, failed, of, low, high }
}

/// The 95 % interval of a share: it holds near 0 and 1, too, where the usual one is empty.
fn wilson(hits: u32, of: u32) -> (f64, f64) {
    const Z: f64 = 1.96;
    let (n, share) = (f64::from(of), f64::from(hits) / f64::from(of));
    let middle = share + Z * Z / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    (((middle - spread) / scale).max(0.0), ((middle + spread) / scale).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_that_of_tables() {
        let rounded = |(low, high): (f64, f64)| format!("{low:.3} {high:.3}");
        assert_eq!(rounded(wilson(0, 10)), "0.000 0.278");
        assert_eq!(rounded(wilson(5, 10)), "0.237 0.763");
        assert_eq!(rounded(wilson(10, 10)), "0.722 1.000");
    }

    #[test]
    fn the_greatest_rise_is_found_and_the_first_of_equals() {
        let at = |failed| Moment { events: 0, at: Time::ZERO, failed, of: 100, low: 0.0, high: 0.0 };
        let moments = [at(0), at(10), at(60), at(50), at(100)];
        assert_eq!(rise(&moments), Some(Jump { before: 1, after: 2 }));
    }
}
