//! What the doctor found.

use std::io;

use rehearsal::doctor::Difference;

use super::figures::counted;
use super::{BAD, GOOD, NAME, PLAIN, Screen, TITLE};
use crate::doctor::{DoctorResult, Leak};
use crate::subject::{Subject, Tool};

/// Whether runs are functions of their seeds, and what the machine has.
///
/// # Errors
///
/// If the stream fails.
pub fn doctor(screen: &mut Screen<'_>, tool: &Tool, result: &DoctorResult) -> io::Result<()> {
    let versions = &result.versions;
    let about = format!(
        "{}, case format {}, {}, {} build",
        versions.tool, versions.case_format, versions.platform, versions.build
    );
    screen.item(0, 8, (TITLE, "versions"), &about)?;
    screen.item(0, 8, (TITLE, "machine"), &machine(result))?;
    let names: Vec<String> = result.subjects.iter().map(Subject::title).collect();
    let what = format!(
        "{} of {} in this process and in another one that ran other seeds before",
        counted(result.seeds, "seed"),
        names.join(", ")
    );
    screen.item(0, 8, (TITLE, "runs"), &what)?;
    screen.gap()?;
    match &result.leak {
        None => screen.parts(0, &[(GOOD, "deterministic:"), (PLAIN, "every trace was the same")]),
        Some(leak) => leaked(screen, tool, leak),
    }
}

fn machine(result: &DoctorResult) -> String {
    let gigabytes = |bytes: u64| format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30));
    let limits = &result.limits;
    let memory = match (limits.memory, limits.available) {
        (Some(all), Some(free)) => {
            format!("{} of memory, {} of it available", gigabytes(all), gigabytes(free))
        }
        (Some(all), None) => format!("{} of memory", gigabytes(all)),
        (None, _) => "memory unknown".to_owned(),
    };
    format!("{}, {memory}", counted(limits.cores as u64, "core"))
}

fn leaked(screen: &mut Screen<'_>, tool: &Tool, leak: &Leak) -> io::Result<()> {
    let title = format!("{}, seed {:#x}:", leak.subject.title(), leak.seed);
    let hashes = format!("trace hash {:#018x} here and {:#018x} there", leak.hashes.0, leak.hashes.1);
    screen.parts(0, &[(BAD, "NOT deterministic:"), (NAME, &title), (PLAIN, &hashes)])?;
    if let Some(event) = &leak.parting.event {
        differs(screen, "event", event)?;
    } else {
        screen.line(
            2,
            PLAIN,
            "made again with everything recorded, both were the same: it leaks now and then",
        )?;
    }
    match &leak.parting.choice {
        Some(choice) => differs(screen, "choice", choice)?,
        None => screen.line(2, PLAIN, "no choice differs, so what leaks in is none: a real clock, the order of a std HashMap, an address, a static, the environment")?,
    }
    screen.gap()?;
    screen.line(2, TITLE, "again")?;
    screen.command(4, &tool.run(&leak.subject, leak.seed))
}

fn differs(screen: &mut Screen<'_>, what: &str, difference: &Difference) -> io::Result<()> {
    screen.line(2, TITLE, &format!("the first {what} that differs is number {}", difference.number))?;
    for (place, text) in [("here", &difference.here), ("there", &difference.there)] {
        screen.item(4, 5, (NAME, place), text.as_deref().unwrap_or("nothing: it is over"))?;
    }
    Ok(())
}
