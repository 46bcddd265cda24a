//! How soon planted bugs are found, by which strategy: a row for each bug, a mark and its interval for each strategy.

use std::io::{self, Write};

use super::escaped;
use crate::score::{ScoreResult, ScoreRow, is_weak};

/// Colours that those who are colour-blind can tell apart (Okabe and Ito), in the order of the strategies.
const COLOURS: [&str; 7] = ["#555555", "#0072b2", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#e69f00"];

const LEFT: f64 = 250.0;
const WIDTH: f64 = 620.0;
const RIGHT: f64 = 40.0;
const TOP: f64 = 96.0;
/// Between the marks of two strategies in a row.
const STEP: f64 = 5.0;
const GAP: f64 = 9.0;

/// Draws the picture.
///
/// # Errors
///
/// If the stream fails.
pub fn score(out: &mut dyn Write, result: &ScoreResult) -> io::Result<()> {
    let picture = Picture::of(result);
    picture.head(out)?;
    picture.legend(out)?;
    picture.axis(out)?;
    let mut bugs: Vec<&[ScoreRow]> = result.by_variant().collect();
    // The hardest for the first strategy, plain draws, come first.
    let runs = |rows: &&[ScoreRow]| rows[0].score.runs_to_find().median.unwrap_or(f64::INFINITY);
    bugs.sort_by(|a, b| runs(b).total_cmp(&runs(a)));
    for (number, rows) in bugs.into_iter().enumerate() {
        picture.bug(out, TOP + number as f64 * picture.row, rows)?;
    }
    writeln!(out, "</svg>")
}

struct Picture<'a> {
    result: &'a ScoreResult,
    /// The height of a row.
    row: f64,
    height: f64,
    /// The powers of ten that the axis spans.
    decades: f64,
}

impl<'a> Picture<'a> {
    fn of(result: &'a ScoreResult) -> Self {
        let row = result.strategies().len() as f64 * STEP + GAP;
        let height = TOP + result.by_variant().count() as f64 * row;
        Self { result, row, height, decades: (result.budget.max(10) as f64).log10() }
    }

    /// Where a number of runs lies.
    fn x(&self, runs: f64) -> f64 {
        LEFT + runs.max(1.0).log10() / self.decades * WIDTH
    }

    fn head(&self, out: &mut dyn Write) -> io::Result<()> {
        let (width, height) = (LEFT + WIDTH + RIGHT, self.height + 28.0);
        writeln!(
            out,
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="system-ui, sans-serif" font-size="12">
<style>
  .page {{ fill: #ffffff }} text {{ fill: #222222 }} .faint {{ fill: #777777 }} .grid {{ stroke: #e4e4e4 }} .band {{ fill: #f7f7f7 }}
</style>
<rect class="page" width="{width}" height="{height}"/>
<text x="16" y="26" font-size="17" font-weight="600">Runs until a planted bug is found</text>
<text x="16" y="45" class="faint">median and 95 % interval of {} repetitions with seeds of their own; up to {} runs each; faults {}; an arrow: not found by half of them</text>"#,
            self.result.repetitions, self.result.budget, self.result.profile.name
        )
    }

    fn legend(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut x = LEFT;
        for (number, strategy) in self.result.strategies().into_iter().enumerate() {
            let colour = COLOURS[number % COLOURS.len()];
            let mean =
                self.result.geometric_means(strategy).map_or(String::new(), |(runs, _)| format!("{runs:.2}"));
            writeln!(out, r#"<circle cx="{x}" cy="63" r="4" fill="{colour}"/>"#)?;
            writeln!(
                out,
                r#"<text x="{}" y="67">{}<tspan class="faint" dx="4">{mean}</tspan></text>"#,
                x + 8.0,
                strategy.name
            )?;
            x += 50.0 + 6.5 * (strategy.name.len() + mean.len()) as f64;
        }
        writeln!(out, r#"<text x="16" y="67" class="faint">strategy, and its geometric mean</text>"#)
    }

    fn axis(&self, out: &mut dyn Write) -> io::Result<()> {
        for decade in 0..=self.result.budget.max(10).ilog10() {
            for step in [1_u64, 2, 5] {
                let runs = step * 10_u64.pow(decade);
                if runs > self.result.budget {
                    continue;
                }
                let x = self.x(runs as f64);
                writeln!(
                    out,
                    r#"<line class="grid" x1="{x:.1}" x2="{x:.1}" y1="{}" y2="{}"/>"#,
                    TOP - 4.0,
                    self.height
                )?;
                writeln!(
                    out,
                    r#"<text class="faint" x="{x:.1}" y="{}" text-anchor="middle" font-size="11">{}</text>"#,
                    TOP - 9.0,
                    crate::terminal::figures::count(runs)
                )?;
                writeln!(
                    out,
                    r#"<text class="faint" x="{x:.1}" y="{}" text-anchor="middle" font-size="11">{}</text>"#,
                    self.height + 15.0,
                    crate::terminal::figures::count(runs)
                )?;
            }
        }
        Ok(())
    }

    fn bug(&self, out: &mut dyn Write, top: f64, rows: &[ScoreRow]) -> io::Result<()> {
        let first = &rows[0];
        let weak = if is_weak(rows) { " (weak)" } else { "" };
        let middle = top + (self.row - GAP) / 2.0;
        writeln!(
            out,
            r#"<line class="grid" x1="16" x2="{}" y1="{:.1}" y2="{:.1}"/>"#,
            LEFT + WIDTH,
            top - GAP / 2.0 - 1.0,
            top - GAP / 2.0 - 1.0
        )?;
        writeln!(
            out,
            r#"<text x="{}" y="{:.1}" text-anchor="end"><title>{}: {}</title>{}{weak} <tspan class="faint">{}</tspan></text>"#,
            LEFT - 14.0,
            middle + 4.0,
            escaped(first.entry.name),
            escaped(first.variant.sentence),
            escaped(first.variant.name),
            escaped(first.variant.trips),
        )?;
        for (number, row) in rows.iter().enumerate() {
            self.mark(out, top + number as f64 * STEP + STEP / 2.0, COLOURS[number % COLOURS.len()], row)?;
        }
        Ok(())
    }

    fn mark(&self, out: &mut dyn Write, y: f64, colour: &str, row: &ScoreRow) -> io::Result<()> {
        let interval = row.score.runs_to_find();
        let end = LEFT + WIDTH;
        let at = |runs: Option<f64>| runs.map_or(end, |runs| self.x(runs));
        let (low, high) = (at(interval.low), at(interval.high));
        let number = |runs: Option<f64>| runs.map_or("more".to_owned(), |runs| format!("{runs}"));
        let about = format!(
            "{} by {}: {} runs [{}, {}]",
            row.variant.name,
            row.strategy.name,
            number(interval.median),
            number(interval.low),
            number(interval.high)
        );
        writeln!(out, "<g><title>{}</title>", escaped(&about))?;
        writeln!(
            out,
            r#"<line x1="{low:.1}" x2="{high:.1}" y1="{y:.1}" y2="{y:.1}" stroke="{colour}" stroke-width="1.6" opacity="0.65"/>"#
        )?;
        match interval.median {
            Some(median) => {
                writeln!(
                    out,
                    r#"<circle cx="{:.1}" cy="{y:.1}" r="2.7" fill="{colour}"/></g>"#,
                    self.x(median)
                )
            }
            None => {
                writeln!(out, r#"<path d="M{:.1} {:.1} l6 3 l-6 3 z" fill="{colour}"/></g>"#, end, y - 3.0)
            }
        }
    }
}
