//! What Rehearsal is wanted to reach, beside what was measured. Nothing fails if it does not: times are never judged.

use crate::measurement::Measurement;
use crate::rounds::Measured;
use crate::table::{median, short};

/// One figure that is wanted.
struct Bar {
    what: &'static str,
    figure: Figure,
    /// At least, or for memory at most, so much.
    wanted: f64,
}

/// A case of a program.
type Name = (&'static str, &'static str);

#[derive(Clone, Copy)]
enum Figure {
    /// Units a second.
    Rate(Name),
    /// How many times as fast the first is as the second, round by round.
    Faster(Name, Name),
    /// How many times as much memory the first takes as the second.
    Memory(Name, Name),
}

const fn rate(what: &'static str, case: &'static str, wanted: f64) -> Bar {
    Bar { what, figure: Figure::Rate(("rehearsal", case)), wanted }
}

const fn faster(what: &'static str, case: &'static str, than: Name, wanted: f64) -> Bar {
    Bar { what, figure: Figure::Faster(("rehearsal", case), than), wanted }
}

static BARS: [Bar; 19] = [
    rate("W1, deliveries/s", "w1", 25e6),
    rate("W2, deliveries/s", "w2", 25e6),
    faster("W2, times turmoil", "w2", ("turmoil", "w2_udp"), 12.0),
    faster("W2, times madsim", "w2", ("madsim", "w2_bytes"), 25.0),
    faster(
        "W2, of the limit with fault checks and hash",
        "w2",
        ("limit", "w2_fb_calendar_faults_hash"),
        1.0 / 1.6,
    ),
    faster(
        "W2, of the limit with records, too",
        "w2",
        ("limit", "w2_g_calendar_faults_hash_reuse"),
        1.0 / 1.6,
    ),
    rate("W2 with full recording, deliveries/s", "w2_recorded", 18e6),
    rate("W3, runs/s", "w3", 100e3),
    faster("W3, times shuttle", "w3", ("shuttle", "w3_tiny"), 6.0),
    faster("W3, times madsim", "w3", ("madsim", "w3_tiny"), 30.0),
    faster("W3, times turmoil", "w3", ("turmoil", "w3_tiny"), 90.0),
    rate("W3 by the dev profile, runs/s", "w3_dev", 20e3),
    rate("W4, two-phase commit with 7, states/s", "w4_2pc7", 12e6),
    faster("W4, tokens, times stateright", "w4_tokens", ("stateright", "w4_tokens"), 3.0),
    Bar {
        what: "W4, tokens, memory of stateright's at most",
        figure: Figure::Memory(("rehearsal", "w4_tokens"), ("stateright", "w4_tokens")),
        wanted: 0.25,
    },
    rate("Session under chaos, turns/s", "session_chaos", 5e6),
    rate("100,000 actors, turns/s", "scale_100k", 6e6),
    faster("1,000,000 actors, speed of 1,000", "scale_1m", ("rehearsal", "scale_1k"), 0.2),
    rate("Set-up of 1,000,000 actors, actors/s", "setup_1m", 500e3),
];

/// A table of what was measured; empty if nothing of it was.
pub fn table(measured: &Measured<'_>) -> String {
    let rows: String = BARS.iter().filter_map(|bar| Some(row(bar, bar.figure.of(measured)?))).collect();
    if rows.is_empty() {
        return rows;
    }
    format!("\n| what | wanted | measured | reached |\n|---|---|---|---|\n{rows}")
}

fn row(bar: &Bar, measured: f64) -> String {
    let at_most = matches!(bar.figure, Figure::Memory(..));
    let reached = if at_most { measured <= bar.wanted } else { measured >= bar.wanted };
    let sign = if at_most { "≤" } else { "≥" };
    let in_words =
        |value: f64| if matches!(bar.figure, Figure::Rate(_)) { short(value) } else { format!("{value:.2}") };
    format!(
        "| {} | {sign} {} | {} | {} |\n",
        bar.what,
        in_words(bar.wanted),
        in_words(measured),
        if reached { "yes" } else { "no" }
    )
}

impl Figure {
    fn of(self, measured: &Measured<'_>) -> Option<f64> {
        let rounds = |(program, name): Name| -> Option<&Vec<Measurement>> {
            measured
                .rows
                .iter()
                .find(|(case, _)| case.program == program && case.name == name)
                .map(|row| &row.1)
        };
        let ratio = |one, other, of: fn(&Measurement) -> f64| {
            Some(median(rounds(one)?.iter().zip(rounds(other)?).map(|(one, other)| of(one) / of(other))))
        };
        match self {
            Self::Rate(name) => Some(median(rounds(name)?.iter().map(|round| round.rate))),
            Self::Faster(one, than) => ratio(one, than, |round| round.rate),
            Self::Memory(one, than) => ratio(one, than, |round| round.memory_kib),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_reached_from_its_height_on() {
        let bar = rate("W1", "w1", 25e6);
        assert_eq!(row(&bar, 25e6), "| W1 | ≥ 25.0 M | 25.0 M | yes |\n");
        assert_eq!(row(&bar, 24.9e6), "| W1 | ≥ 25.0 M | 24.9 M | no |\n");
    }

    #[test]
    fn memory_is_wanted_to_be_small() {
        let name = ("rehearsal", "w1");
        let bar = Bar { what: "memory", figure: Figure::Memory(name, name), wanted: 0.25 };
        assert!(row(&bar, 0.2).ends_with("yes |\n"));
        assert!(row(&bar, 0.3).ends_with("no |\n"));
    }
}
