//! An exam as tables for a Markdown document: which planted bug trips which invariant, how soon it is found, and to how few deviations it is shrunk.
//!
//! A document has one section for each scenario, between two marks, and only those of the scenarios that were examined are written anew: the text around
//! them is a person's. Nothing in it depends on the machine, so the same exam writes the same text.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rehearsal::check::Invariant;
use rehearsal::registry::{Entry, SEVERAL, Variant};
use rehearsal::search::{self, Strategy};

use crate::score::{ScoreResult, ScoreRow};

/// The document with the sections of this exam in their places; new ones are at the end.
pub fn renewed(document: &str, result: &ScoreResult) -> String {
    let mut document = document.to_owned();
    for rows in result.rows.chunk_by(|a, b| a.entry.name == b.entry.name) {
        let section = section(rows[0].entry, rows, result);
        let name = rows[0].entry.name;
        match place(&document, name) {
            Some((begin, end)) => document.replace_range(begin..end, &section),
            None => {
                let gap = if document.is_empty() { "" } else { "\n" };
                let _ = writeln!(document, "{gap}{section}");
            }
        }
    }
    document
}

/// The rows of the table of a scenario in a document: invariant, sentence, planted bug, runs, deviations. `None` if it has no section.
pub fn rows<'a>(document: &'a str, scenario: &str) -> Option<Vec<[&'a str; 5]>> {
    let (begin, end) = place(document, scenario)?;
    let cells = |line: &'a str| {
        let mut cells = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ");
        let row = [cells.next()?, cells.next()?, cells.next()?, cells.next()?, cells.next()?];
        Some(row.map(|cell| cell.trim_matches('`')))
    };
    Some(document[begin..end].lines().filter_map(cells).skip(1).collect()) // The first is the head.
}

/// Asserts that a page has the tables of these scenarios, as far as campaigns take them: a row for each planted bug with the invariant that it trips, a number
/// in each that says how soon it was found and how far it was shrunk, and a row for each invariant. For the tests of a registry; `file` is where the page is.
///
/// # Panics
///
/// If it has not: with the command that renews it.
pub fn has_tables_of(scenarios: &[&Entry], page: &str, file: &str) {
    let asked: Vec<_> = scenarios.iter().filter(|entry| entry.in_campaign).collect();
    assert!(!asked.is_empty(), "no scenario is in campaigns, so {file} needs no tables");
    for entry in asked {
        has_table_of(entry, page, file);
    }
}

fn has_table_of(entry: &Entry, page: &str, file: &str) {
    let name = entry.name;
    let renew = format!("rehearse score {name} --strategy portfolio --budget 100000 --markdown {file}");
    let rows = rows(page, name).unwrap_or_else(|| panic!("there is no table of {name}: `{renew}`"));
    let listed: BTreeSet<_> = rows.iter().map(|[a, b, c, ..]| [a, b, c].map(ToString::to_string)).collect();
    let registered = registered(entry);
    assert_eq!(listed, registered, "the table of {name} is old: `{renew}`");
    for [_, _, variant, runs, deviations] in rows {
        let counts = [runs, deviations].map(str::parse::<f64>);
        assert!(counts.iter().all(Result::is_ok), "{variant}: {runs} runs, {deviations} deviations");
    }
    for invariant in entry.built(None).invariants() {
        let judged_by_the_world = invariant.id.starts_with("ACT-");
        let has_row = registered.iter().any(|[id, ..]| *id == invariant.id);
        assert!(judged_by_the_world || has_row, "{name}: no planted bug trips {}", invariant.id);
    }
}

/// Invariant, sentence and planted bug, as the registry has them.
fn registered(entry: &Entry) -> BTreeSet<[String; 3]> {
    let invariants = entry.built(None).invariants();
    let row = |variant: &Variant| {
        if variant.trips == SEVERAL {
            return [SEVERAL, WHICHEVER, variant.name].map(str::to_owned);
        }
        let tripped = invariants.iter().find(|invariant| invariant.id == variant.trips);
        let tripped = tripped.unwrap_or_else(|| panic!("{} trips nothing", variant.name));
        [tripped.id.clone(), tripped.sentence.clone(), variant.name.to_owned()]
    };
    entry.variants.iter().map(row).collect()
}

/// What stands in the place of an invariant's sentence where a bundle of bugs trips one or another.
const WHICHEVER: &str = "one invariant or another, whichever breaks first";

/// Where the section of a scenario begins and ends.
fn place(document: &str, scenario: &str) -> Option<(usize, usize)> {
    let begin = document.find(&opening(scenario))?;
    let end = begin + document[begin..].find(CLOSING)? + CLOSING.len();
    Some((begin, end))
}

fn opening(scenario: &str) -> String {
    format!("<!-- score of {scenario} -->")
}

const CLOSING: &str = "<!-- end of score -->";

fn section(entry: &Entry, rows: &[ScoreRow], result: &ScoreResult) -> String {
    let mut text = format!("{}\n### `{}`: {}\n\n", opening(entry.name), entry.name, entry.sentence);
    text.push_str("| Invariant | What holds | Planted bug | Runs | Deviations |\n|---|---|---|---|---|\n");
    let several = Invariant { id: SEVERAL.to_owned(), sentence: WHICHEVER.to_owned() };
    for invariant in entry.built(None).invariants().into_iter().chain([several]) {
        for row in by_default(rows).filter(|row| row.variant.trips == invariant.id) {
            let (runs, deviations) = (row.score.runs_to_find().median, row.score.deviations_shrunk());
            let _ = writeln!(
                text,
                "| {} | {} | `{}` | {} | {} |",
                invariant.id,
                invariant.sentence,
                row.variant.name,
                runs.map_or_else(|| format!("> {}", result.budget), |runs| runs.to_string()),
                deviations.map_or_else(|| "–".to_owned(), |deviations| deviations.to_string()),
            );
        }
    }
    let _ = write!(
        text,
        "\nMedians of {} searches of at most {} runs by {}, faults {}. {}\n{CLOSING}",
        result.repetitions,
        result.budget,
        usual(rows).name,
        result.profile.name,
        others(rows)
    );
    text
}

/// What the searches found beside the invariants of their rows.
fn others(rows: &[ScoreRow]) -> String {
    let found: usize = by_default(rows).map(|row| row.score.found()).sum();
    let others: Vec<String> = by_default(rows)
        .flat_map(|row| row.score.beside(row.variant).map(move |find| (row, find)))
        .map(|(row, find)| {
            format!("{} by `{}`", find.invariant.as_deref().unwrap_or("a limit"), row.variant.name)
        })
        .collect();
    match others.as_slice() {
        [] => format!("All {found} finds are of the row's own invariant."),
        some => format!("Of {found} finds all are of the row's own invariant, but for {}.", some.join(", ")),
    }
}

/// The rows of the strategy that campaigns use if none is named.
fn by_default(rows: &[ScoreRow]) -> impl Iterator<Item = &ScoreRow> {
    let usual = usual(rows);
    rows.iter().filter(move |row| *row.strategy == *usual)
}

/// The strategy that campaigns use if none is named, or the first if that was not examined.
fn usual(rows: &[ScoreRow]) -> &'static Strategy {
    rows.iter().find(|row| *row.strategy == *search::DEFAULT).unwrap_or(&rows[0]).strategy
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "before\n\n<!-- score of a -->\n| I | W | P | R | D |\n|---|---|---|---|---|\n| A-1 | it holds | `bug` | 3 | 1.5 |\n<!-- end of score -->\n\nafter\n";

    #[test]
    fn the_rows_of_a_section_are_its_table_without_the_head() {
        assert_eq!(rows(DOCUMENT, "a"), Some(vec![["A-1", "it holds", "bug", "3", "1.5"]]));
        assert_eq!(rows(DOCUMENT, "b"), None);
    }

    #[test]
    fn a_section_ends_at_its_own_mark() {
        let (begin, end) = place(DOCUMENT, "a").unwrap();
        assert!(DOCUMENT[..begin].ends_with("before\n\n"));
        assert_eq!(&DOCUMENT[end..], "\n\nafter\n");
    }
}
