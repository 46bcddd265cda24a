//! What there is to run.

use std::io;

use rehearsal::fault::PROFILES;
use rehearsal::registry::{Entry, Setting};

use super::figures::{count, counted};
use super::{FAINT, NAME, PLAIN, Screen, TITLE};

/// All scenarios, one after another, and the profiles.
///
/// # Errors
///
/// If the stream fails.
pub fn table(screen: &mut Screen<'_>, entries: &[&'static Entry]) -> io::Result<()> {
    let width = entries.iter().map(|entry| entry.name.len()).max().unwrap_or(0);
    for entry in entries {
        screen.item(0, width, (NAME, entry.name), entry.sentence)?;
        screen.line(width + 2, FAINT, &numbers(entry))?;
    }
    screen.gap()?;
    screen.line(0, TITLE, "profiles of faults, for --faults")?;
    profiles(screen)
}

/// Everything about one scenario.
///
/// # Errors
///
/// If the stream fails.
pub fn details(screen: &mut Screen<'_>, entry: &'static Entry) -> io::Result<()> {
    let rehearsal = entry.built(None);
    screen.parts(0, &[(NAME, &format!("{}:", entry.name)), (PLAIN, entry.sentence)])?;
    if !entry.in_campaign {
        screen.line(0, FAINT, "fuzz takes it only by name")?;
    }
    let invariants = rehearsal.invariants();
    let width = invariants.iter().map(|invariant| invariant.id.len()).max().unwrap_or(0);
    title(screen, "invariants: hold in every run")?;
    for invariant in &invariants {
        screen.item(2, width, (NAME, &invariant.id), &invariant.sentence)?;
    }
    let goals = rehearsal.goals();
    if !goals.is_empty() {
        title(screen, "goals: happen in some run of every campaign")?;
        goals.iter().try_for_each(|goal| screen.line(2, PLAIN, &goal.name))?;
    }
    if !entry.variants.is_empty() {
        title(screen, "variants: planted bugs, for --variant")?;
        let width = entry.variants.iter().map(|variant| variant.name.len()).max().unwrap_or(0);
        for variant in entry.variants {
            let text = format!("{} (trips {})", variant.sentence, variant.trips);
            screen.item(2, width, (NAME, variant.name), &text)?;
        }
    }
    if !entry.settings.is_empty() {
        title(screen, "settings: its size, for --set")?;
        let width = entry.settings.iter().map(|setting| setting.name.len()).max().unwrap_or(0);
        for Setting { name, sentence, default, least, most } in entry.settings {
            let text = format!(
                "{sentence}: {}, between {} and {}",
                count(u64::from(*default)),
                count(u64::from(*least)),
                count(u64::from(*most))
            );
            screen.item(2, width, (NAME, name), &text)?;
        }
    }
    let policies = rehearsal.policies();
    if !policies.is_empty() {
        title(
            screen,
            "policies: design alternatives, for --policy and compare --policies; a TOML file is one, too",
        )?;
        screen.line(2, NAME, &policies.join(", "))?;
    }
    title(screen, &format!("profiles of faults, for --faults; {} if none is named", entry.faults.name))?;
    profiles(screen)
}

fn title(screen: &mut Screen<'_>, text: &str) -> io::Result<()> {
    screen.gap()?;
    screen.line(0, TITLE, text)
}

fn profiles(screen: &mut Screen<'_>) -> io::Result<()> {
    let width = PROFILES.iter().map(|profile| profile.name.len()).max().unwrap_or(0);
    PROFILES.iter().try_for_each(|profile| screen.item(2, width, (NAME, profile.name), profile.sentence))
}

fn numbers(entry: &'static Entry) -> String {
    let rehearsal = entry.built(None);
    let number = |count: usize, what| counted(count as u64, what);
    let mut text = format!(
        "{}, {}, {}",
        number(rehearsal.invariants().len(), "invariant"),
        number(rehearsal.goals().len(), "goal"),
        number(entry.variants.len(), "variant"),
    );
    if !entry.in_campaign {
        text.push_str("; fuzz takes it only by name");
    }
    text
}
