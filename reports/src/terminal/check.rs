//! Logs of facts, judged.

use std::io;

use super::figures::{count, counted};
use super::{BAD, FAINT, GOOD, ODD, PLAIN, Screen, TITLE};
use crate::check::CheckResult;

/// What monitors say of logs of facts.
///
/// # Errors
///
/// If the stream fails.
pub fn check(screen: &mut Screen<'_>, result: &CheckResult) -> io::Result<()> {
    let checked = &result.checked;
    if let Some(found) = &checked.violation {
        screen.parts(0, &[(BAD, &found.invariant), (BAD, "violated:"), (TITLE, &found.sentence)])?;
        screen.line(2, PLAIN, &format!("{}, at {}, fact {}", found.message, found.at, found.event))?;
        if let Some(fact) = &checked.fact {
            screen.parts(2, &[(FAINT, &format!("{} announced", fact.actor)), (FAINT, &fact.json.0)])?;
        }
        screen.gap()?;
    }
    for presumption in &checked.presumptions {
        screen.parts(0, &[(ODD, "presumptive:"), (PLAIN, &presumption.to_string())])?;
    }
    let verdict = match (&checked.violation, result.is_certain()) {
        (None, true) => (GOOD, "pass:"),
        (None, false) => (ODD, "pass, presumptively:"),
        (Some(_), true) => (BAD, "violation:"),
        (Some(_), false) => (BAD, "violation, presumptively:"),
    };
    let reached = checked.goals.iter().filter(|reached| **reached).count();
    let orders = match checked.orders {
        1 => "in their order".to_owned(),
        orders => format!("in {} orders", count(orders)),
    };
    let numbers = format!(
        "{} {orders}, reached {} of {}",
        counted(checked.facts, "fact"),
        reached,
        counted(checked.goals.len() as u64, "goal")
    );
    screen.parts(0, &[verdict, (PLAIN, &numbers)])
}
