//! What happened when, in one seed under each policy.

use std::collections::{BTreeMap, BTreeSet};

use plotters::prelude::*;

use super::style::{Area, Drawn, FAINT, INK, LINE, ODD, drawn, rows, series, text, width};

/// A run of the seed.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// The policy's name.
    pub policy: String,
    /// How it ended, in words.
    pub verdict: String,
    /// When it ended, in nanoseconds of virtual time.
    pub end: u64,
    /// What went wrong, from when to when.
    pub faults: Vec<Span>,
    /// What was announced.
    pub marks: Vec<Mark>,
}

/// An episode.
#[derive(Clone, Debug)]
pub struct Span {
    /// Its beginning, in nanoseconds.
    pub from: u64,
    /// Its end.
    pub until: u64,
}

/// A fact at its time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// Its kind: `Answered`.
    pub kind: String,
    /// When, in nanoseconds.
    pub at: u64,
}

const ROW: i32 = 16;
const HEAD: i32 = 24;
const FOOT: i32 = 26;
const PLOT: i32 = 760;
const GAP: i32 = 12;
/// More kinds are left out, the most frequent first.
const KINDS: usize = 14;

/// The runs one below the other, with the same axis. Kinds of facts whose times are the same under all policies are left out.
pub fn timeline(runs: &[Timeline]) -> String {
    let kinds = kinds(runs);
    let names = kinds.iter().map(|kind| width(kind)).max().unwrap_or(0);
    let panel = HEAD + ROW * rows(kinds.len()) + GAP;
    let end = shown_until(runs);
    let size = (names + GAP + PLOT + GAP, panel * rows(runs.len()) + FOOT);
    drawn(size, |area| {
        let left = names + GAP;
        let at = |time: u64| left + (time.min(end) as f64 / end as f64 * f64::from(PLOT)).round() as i32;
        for (place, run) in runs.iter().enumerate() {
            let top = panel * rows(place);
            let title = format!("{}: {}", run.policy, run.verdict);
            area.draw(&Text::new(title, (left, top + 4), text(series(place))))?;
            run_drawn(area, run, &kinds, (left, top + HEAD), series(place), &at)?;
        }
        axis(area, end, size.1 - FOOT, &at)
    })
}

fn run_drawn(
    area: &Area<'_>,
    run: &Timeline,
    kinds: &[&str],
    (left, top): (i32, i32),
    colour: RGBColor,
    at: &dyn Fn(u64) -> i32,
) -> Drawn {
    let bottom = top + ROW * rows(kinds.len());
    for fault in &run.faults {
        let (from, until) = (at(fault.from), at(fault.until).max(at(fault.from) + 1));
        area.draw(&Rectangle::new([(from, top), (until, bottom)], ODD.mix(0.22).filled()))?;
    }
    for (row, kind) in kinds.iter().enumerate() {
        let y = top + ROW * rows(row) + ROW / 2;
        area.draw(&Text::new((*kind).to_owned(), (0, y - 6), text(INK)))?;
        area.draw(&PathElement::new([(left, y), (left + PLOT, y)], LINE))?;
        let places: BTreeSet<i32> =
            run.marks.iter().filter(|mark| mark.kind == *kind).map(|mark| at(mark.at)).collect();
        for x in places {
            area.draw(&PathElement::new([(x, y - 5), (x, y + 5)], colour.stroke_width(2)))?;
        }
    }
    Ok(())
}

/// When the last of what is shown is over; the quiet until the end of a run is not.
fn shown_until(runs: &[Timeline]) -> u64 {
    let marks = runs.iter().flat_map(|run| run.marks.iter().map(|mark| mark.at));
    let faults = runs.iter().flat_map(|run| run.faults.iter().map(|fault| fault.until.min(run.end)));
    marks.chain(faults).max().unwrap_or(0).max(1)
}

fn axis(area: &Area<'_>, end: u64, y: i32, at: &dyn Fn(u64) -> i32) -> Drawn {
    let step = step(end);
    for tick in (0..).map(|n| n * step).take_while(|tick| *tick <= end) {
        area.draw(&PathElement::new([(at(tick), y), (at(tick), y + 5)], FAINT))?;
        let label = format!("{} s", tick as f64 / 1e9);
        area.draw(&Text::new(label, (at(tick) - 4, y + 8), text(INK)))?;
    }
    Ok(())
}

/// The step between ticks: 1, 2 or 5 of some power of ten, so that there are at most ten.
fn step(end: u64) -> u64 {
    let steps = (0..19).flat_map(|power| [1, 2, 5].map(|n| n * 10_u64.pow(power)));
    steps.into_iter().find(|step| end / step <= 10).unwrap_or(u64::MAX / 2)
}

/// The kinds whose times differ between the runs, by their first time; of too many, the rarest.
fn kinds(runs: &[Timeline]) -> Vec<&str> {
    let mut times: BTreeMap<&str, Vec<Vec<u64>>> = BTreeMap::new();
    for (place, run) in runs.iter().enumerate() {
        for mark in &run.marks {
            times.entry(&mark.kind).or_insert_with(|| vec![Vec::new(); runs.len()])[place].push(mark.at);
        }
    }
    times.retain(|_, times| times.windows(2).any(|two| two[0] != two[1]));
    let count = |kind: &str| times[kind].iter().map(Vec::len).sum::<usize>();
    let first = |kind: &str| times[kind].iter().flatten().min().copied();
    let mut kinds: Vec<&str> = times.keys().copied().collect();
    kinds.sort_by_key(|kind| count(kind));
    kinds.truncate(KINDS);
    kinds.sort_by_key(|kind| first(kind));
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(marks: &[(&str, u64)]) -> Timeline {
        let marks = marks.iter().map(|(kind, at)| Mark { kind: (*kind).to_owned(), at: *at }).collect();
        let (policy, verdict) = ("a".to_owned(), "pass".to_owned());
        Timeline { policy, verdict, end: 100, faults: vec![Span { from: 10, until: 20 }], marks }
    }

    #[test]
    fn what_is_the_same_under_all_policies_is_left_out() {
        let runs = [run(&[("Asked", 1), ("Ended", 9), ("Late", 4)]), run(&[("Asked", 1), ("Ended", 5)])];
        assert_eq!(kinds(&runs), ["Late", "Ended"]);
    }

    #[test]
    fn an_axis_has_at_most_eleven_ticks_of_round_numbers() {
        assert_eq!([1, 10, 11, 20_000, 22_000].map(step), [1, 1, 2, 2_000, 5_000]);
    }

    #[test]
    fn a_timeline_of_nothing_is_drawn_too() {
        assert!(timeline(&[run(&[]), run(&[])]).contains("a: pass"));
    }
}
