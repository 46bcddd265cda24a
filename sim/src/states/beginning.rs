//! The states in which all actors of the blueprint had their first turns, one after another.

use super::lore::Lore;
use super::refused::Refused;
use super::row::{Row, View};
use super::tables::{Judged, Kind, Miss, Tables};

/// A state in which all actors had their first turns, or in which something went wrong before.
#[derive(Clone, Debug, Default)]
pub(super) struct Beginning {
    pub(super) row: Row,
    /// What came of each first turn.
    pub(super) outcomes: Vec<u32>,
    /// What went wrong in the last of them.
    pub(super) wrong: Option<Wrong>,
}

/// What can go wrong in a first turn.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wrong {
    /// It panicked.
    Panic(u32),
    /// A monitor minds what was stated.
    Violation(u32),
}

/// All beginnings, up to so many: more than one if actors have choices in their first turns.
pub(super) fn beginnings(
    lore: &mut Lore,
    tables: &mut Tables,
    empty: Row,
    most: u64,
) -> Result<Vec<Beginning>, Refused> {
    let mut all = vec![Beginning { row: empty, ..Beginning::default() }];
    for slot in 0..lore.actors.placed() {
        let event = lore.actors.start_of(slot, tables);
        let mut next = Vec::new();
        for beginning in all {
            if beginning.wrong.is_some() {
                next.push(beginning);
                continue;
            }
            loop {
                match turns(tables, &beginning, slot, event) {
                    Ok(found) => break next.extend(found),
                    Err(miss) => lore.find_out(miss, tables)?,
                }
            }
        }
        next.truncate(usize::try_from(most).unwrap_or(usize::MAX)); // Then there are as many states as may be.
        all = next;
    }
    Ok(all)
}

/// The first turn of the next actor, with all its alternatives.
fn turns(tables: &Tables, before: &Beginning, slot: u32, event: u32) -> Result<Vec<Beginning>, Miss> {
    let mut found = Vec::new();
    let mut place = Some(tables.turn(event, before.row.local(slot))?);
    while let Some(at) = place {
        let outcome = tables.outcome(at);
        let mut next = before.clone();
        next.outcomes.push(at);
        if outcome.kind == Kind::Violation {
            next.wrong = Some(Wrong::Panic(outcome.facts));
        } else {
            let Row { judges, locals, loose, queued } = &before.row;
            let view = View { bits: 0, judges: *judges, locals, loose, queued };
            if let Judged::Violated(violation) = super::expand::successor(tables, &view, at, &mut next.row)? {
                next.wrong = Some(Wrong::Violation(violation));
            }
        }
        found.push(next);
        place = outcome.next;
    }
    Ok(found)
}
