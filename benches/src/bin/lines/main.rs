//! How much code each ready protocol costs in the crates of scenarios, by part: lines of LLVM before anything is optimised, for the compiler takes
//! time by these. Prints the table in markdown.
//!
//! ```text
//! cargo run -p rehearsal-benches --bin lines
//! ```
//!
//! The crates are built into a target folder of their own, `target/lines`.
//!
//! - [`build`] — the crates of scenarios, built as LLVM's text;
//! - [`function`] — the functions in such a text, with their names and lengths;
//! - [`owner`] — whose a function is: the protocol that its name names;
//! - [`part`] — what a function does.

mod build;
mod function;
mod owner;
mod part;

use std::collections::BTreeMap;

use owner::Owners;
use part::Part;

/// The lines of one protocol, by part.
type Row = BTreeMap<Part, u64>;

fn main() {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let mut shared = 0;
    for text in build::texts() {
        let functions = function::all(&text);
        let owners = Owners::of(functions.iter().map(|function| &*function.name));
        let mut of_none = Row::new();
        for function in &functions {
            let row = match owners.owner(&function.name) {
                Some(owner) => rows.entry(owner.to_owned()).or_default(),
                None => &mut of_none,
            };
            *row.entry(Part::of(&function.name)).or_default() += function.lines;
        }
        shared += of_none.values().sum::<u64>();
        let count = owners.names().count().max(1) as u64;
        for name in owners.names() {
            let row = rows.entry(name.to_owned()).or_default();
            for (part, lines) in &of_none {
                *row.entry(*part).or_default() += lines / count;
            }
        }
    }
    print(&rows, shared);
}

fn print(rows: &BTreeMap<String, Row>, shared: u64) {
    let total = |row: &Row| row.values().sum::<u64>();
    println!("| Protocol | All |{}", Part::ALL.map(|part| format!(" {} |", part.name())).concat());
    println!("|---|--:|{}", "--:|".repeat(Part::ALL.len()));
    let mut sorted: Vec<_> = rows.iter().collect();
    sorted.sort_by_key(|(name, row)| (std::cmp::Reverse(total(row)), *name));
    for (name, row) in sorted {
        let parts = Part::ALL.map(|part| format!(" {} |", row.get(&part).copied().unwrap_or_default()));
        println!("| `{name}` | {} |{}", total(row), parts.concat());
    }
    let median_of = |of: &dyn Fn(&Row) -> u64| median(rows.values().map(of).collect());
    let parts =
        Part::ALL.map(|part| median_of(&|row| row.get(&part).copied().unwrap_or_default()).to_string());
    println!("| median | {} | {} |", median_of(&total), parts.join(" | "));
    let all = rows.values().map(total).sum::<u64>();
    println!(
        "\n{all} lines over all; {shared} of them name no protocol and are spread evenly over those of their crate."
    );
}

fn median(mut lines: Vec<u64>) -> u64 {
    lines.sort_unstable();
    lines.get(lines.len() / 2).copied().unwrap_or_default()
}
