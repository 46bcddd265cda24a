//! From a red build to the cause: every planted bug of session is shrunk to few choices, each of them is needed, and few events
//! tell why.

use std::convert::Infallible;
use std::path::Path;

use rehearsal::campaign::Failure;
use rehearsal::case::shrink::BUDGET;
use rehearsal::case::{Case, Smaller, explain, in_a_smaller_scenario, smaller};
use rehearsal::fault::Profile;
use rehearsal::registry::Settings;
use rehearsal::run::{AnyRunner, RunSpec};
use rehearsal::wall::Stopwatch;
use rehearsal_scenarios_sessions::session::SESSION;

/// How many failing seeds of each bug are shrunk, and how many of those explained.
const SEEDS: usize = 20;
const EXPLAINED: usize = 1;

/// So many choices a person can keep in mind.
const FEW: usize = 3;

/// Those that need more, for two delays have to be exact: work is accepted in the instant in which the end of a run becomes durable, or a stream
/// ends in that of its interrupt.
const NEEDS_MORE: [&str; 2] = ["lost-wakeup", "double-completion"];

/// The figures of all bugs together.
#[derive(Default)]
struct Figures {
    deviations: Vec<usize>,
    /// The bugs that keep more than few deviations in the median of their own seeds.
    long: Vec<&'static str>,
    runs: Vec<usize>,
    micros: Vec<usize>,
    slices: Vec<usize>,
    /// Slices from which nothing had to be left out.
    whole: usize,
    needed: usize,
    not_needed: usize,
}

fn median(figures: &[usize]) -> usize {
    let mut sorted = figures.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

/// Shrinks some failing seeds of a planted bug, and explains a few of them.
fn look_into(variant: &'static str, figures: &mut Figures) {
    let mut runner = SESSION.built(Some(variant)).runner();
    let mut found = 0;
    for seed in 0.. {
        let spec = RunSpec::seeded(seed, &Profile::CHAOS);
        let outcome = runner.run(&spec);
        let Some(failure) = Failure::of(seed, spec.strategy, &outcome) else { continue };
        let case = Case::of(SESSION.name, Some(variant), &Profile::CHAOS, &failure);
        let watch = Stopwatch::start();
        let small = smaller(runner.as_mut(), case, &spec, BUDGET).expect("a failing seed can be shrunk");
        let (small, mut resized) = in_another_size(variant, small);
        figures.micros.push(watch.elapsed().as_micros() as usize);
        figures.deviations.push(small.shrunk.deviations.len());
        figures.runs.push(small.shrunk.runs as usize);
        if found < EXPLAINED {
            explained(variant, resized.as_mut(), &small, figures);
        }
        found += 1;
        if found == SEEDS {
            break;
        }
    }
    let own = &figures.deviations[figures.deviations.len() - SEEDS..];
    if median(own) > FEW {
        figures.long.push(variant);
    }
}

/// As `fuzz` does it: the scenario gets a smaller size where the failure shows there too. Also gives a runner of that size.
fn in_another_size(variant: &str, small: Smaller) -> (Smaller, Box<dyn AnyRunner>) {
    let build = |settings: &Settings| (SESSION.build)(Some(variant), settings).runner();
    let usual = Settings::defaults(SESSION.settings);
    let small = in_a_smaller_scenario(small, usual, BUDGET, |settings, case, spec, budget| {
        Ok::<_, Infallible>(smaller(build(settings).as_mut(), case, &spec, budget))
    });
    let Ok(small) = small;
    let settings = small.case.settings_of(&SESSION, Path::new(variant)).unwrap();
    (small, build(&settings))
}

fn explained(variant: &str, runner: &mut dyn AnyRunner, small: &Smaller, figures: &mut Figures) {
    let spec = small.case.spec(Path::new(variant)).unwrap();
    let why = explain(runner, &small.case, &spec).unwrap_or_else(|| panic!("{variant} fails again"));
    figures.slices.push(why.slice.len());
    figures.whole += usize::from(why.left_out == 0);
    figures.needed += why.deviations.iter().filter(|need| need.needed).count();
    figures.not_needed +=
        why.deviations.iter().filter(|need| !need.needed && !small.shrunk.cut_short).count();
    assert!(!why.narrative.is_empty() && why.moments.len() >= 3, "{variant}");
}

#[test]
fn every_planted_bug_comes_down_to_few_choices_that_are_needed_and_few_events() {
    let mut figures = Figures::default();
    for variant in SESSION.variants {
        look_into(variant.name, &mut figures);
    }
    let Figures { deviations, long, runs, micros, slices, whole, needed, not_needed } = figures;
    println!(
        "{} shrunk: median of {} deviations in {} runs and {} µs; {} explained: {needed} of {} choices needed, median of {} events, {whole} slices whole",
        deviations.len(),
        median(&deviations),
        median(&runs),
        median(&micros),
        slices.len(),
        needed + not_needed,
        median(&slices),
    );
    assert!(median(&deviations) <= FEW, "{deviations:?}");
    assert_eq!(long, NEEDS_MORE);
    assert!(median(&runs) <= 200, "{runs:?}");
    assert_eq!(not_needed, 0, "shrinking to a fixpoint leaves only what is needed");
    assert!(median(&slices) <= 25, "{slices:?}");
}
