//! A campaign while it goes on: a bar on a terminal, a line now and then elsewhere.

use std::io::{IsTerminal, Write as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rehearsal::campaign::Progress;

use super::figures::{counted, rate, span};

/// Shows how far a campaign is, on stderr.
pub struct Display {
    bar: Option<ProgressBar>,
    title: String,
    bounds: Bounds,
    last_line: Duration,
}

/// What ends a campaign, as far as it is known.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// So many runs.
    pub runs: Option<u64>,
    /// So much wall time.
    pub time: Option<Duration>,
}

/// The bar has so many steps.
const STEPS: u64 = 1_000;
/// Elsewhere than on a terminal, a line so often.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

impl Display {
    /// The display of one scenario's campaign.
    pub fn new(title: String, bounds: Bounds) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(STEPS), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{prefix:.cyan.bold} [{bar:16}] {wide_msg}");
            bar.with_style(
                style.map_or_else(|_| ProgressStyle::default_bar(), |style| style.progress_chars("=> ")),
            )
            .with_prefix(title.clone())
        });
        Self { bar, title, bounds, last_line: Duration::ZERO }
    }

    /// A moment of the campaign.
    pub fn tick(&mut self, progress: &Progress) {
        let text = in_words(progress);
        if let Some(bar) = &self.bar {
            bar.set_position(self.bounds.share(progress));
            bar.set_message(text);
        } else if progress.wall.saturating_sub(self.last_line) >= BETWEEN_LINES {
            self.last_line = progress.wall;
            // A closed stderr is nothing to fail for.
            let _ = writeln!(std::io::stderr(), "{}: {text}", self.title);
        }
    }

    /// Lets something else be written without a mess.
    pub fn aside(&self, write: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// The campaign is over.
    pub fn close(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Bounds {
    /// How far it is, in steps of the bar.
    fn share(self, progress: &Progress) -> u64 {
        let runs = self.runs.map(|runs| progress.runs as f64 / runs.max(1) as f64);
        let time = self.time.map(|time| progress.wall.as_secs_f64() / time.as_secs_f64().max(1e-9));
        let share = runs.unwrap_or(0.0).max(time.unwrap_or(0.0)).min(1.0);
        #[expect(clippy::cast_sign_loss, reason = "between 0 and 1")]
        let steps = (share * STEPS as f64) as u64;
        steps
    }
}

/// The most important first: a narrow terminal shows only the beginning.
fn in_words(progress: &Progress) -> String {
    let mut parts = vec![counted(progress.failures as u64, "failure")];
    if progress.goals > 0 {
        parts.push(format!("goals {}/{}", progress.goals_reached, progress.goals));
    }
    let (runs, turns) = (rate(progress.runs, progress.wall), rate(progress.turns, progress.wall));
    parts.push(format!("{} ({runs})", counted(progress.runs, "run")));
    parts.push(format!("turns {turns}"));
    parts.push(span(progress.wall));
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_follows_the_bound_that_is_nearer() {
        let progress = Progress {
            runs: 250,
            turns: 10_000,
            wall: Duration::from_secs(1),
            failures: 1,
            goals_reached: 2,
            goals: 3,
        };
        let bounds = Bounds { runs: Some(1_000), time: Some(Duration::from_secs(2)) };
        assert_eq!(bounds.share(&progress), 500);
        assert_eq!(Bounds { time: None, ..bounds }.share(&progress), 250);
        assert_eq!(Bounds { runs: None, time: None }.share(&progress), 0);
        insta::assert_snapshot!(in_words(&progress), @"1 failure, goals 2/3, 250 runs (250/s), turns 10 k/s, 1.0s");
    }
}
