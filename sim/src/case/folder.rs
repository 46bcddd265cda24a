//! A folder of cases, replayed by a plain test.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::CaseError;
use super::file::Case;
use super::replay::{Replay, tolerant};
use crate::registry::Entry;
use crate::run::Verdict;

/// Replays every case of a folder, each tolerantly: a case survives edits that do not concern it.
///
/// The case of a planted bug must still show that bug: it proves that the check still sees it. Any other case is a bug that
/// was found and mended, and must not fail any more in any way.
///
/// ```no_run
/// # use rehearsal::registry::Entry;
/// # static SCENARIOS: &[&Entry] = &[];
/// #[test]
/// fn the_bugs_that_were_mended_stay_mended() {
///     rehearsal::cases("cases", SCENARIOS);
/// }
/// ```
///
/// # Panics
///
/// If the folder has no cases, if one cannot be read, or if one is not as it must be: with the name of each file and what is
/// wrong with it.
pub fn cases(folder: impl AsRef<Path>, scenarios: &[&Entry]) {
    let folder = folder.as_ref();
    let files = files(folder).unwrap_or_else(|error| panic!("{error}"));
    assert!(!files.is_empty(), "{} has no cases: nothing is proved by replaying none", folder.display());
    let wrong: Vec<String> = files.iter().filter_map(|path| wrong(path, scenarios).err()).collect();
    println!("replayed {} cases of {}", files.len(), folder.display());
    assert!(
        wrong.is_empty(),
        "{} of {} cases are not as they must be:\n{}",
        wrong.len(),
        files.len(),
        wrong.join("\n")
    );
}

/// The cases of a folder, in the order of their names.
///
/// # Errors
///
/// If the folder cannot be read.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, CaseError> {
    let unreadable = |source| CaseError::Unreadable { path: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Replays one case, in the scenario that it names.
///
/// # Errors
///
/// If it cannot be read, or names what is not among these scenarios.
pub fn replayed(path: &Path, scenarios: &[&Entry]) -> Result<(Case, Replay), CaseError> {
    let case = Case::read(path)?;
    let known = || scenarios.iter().map(|entry| entry.name);
    let entry = scenarios.iter().find(|entry| entry.name == case.scenario);
    let entry = entry.ok_or_else(|| Case::unknown(path, "scenario", &case.scenario, known()))?;
    if let Some(variant) = case.variant.as_deref().filter(|name| entry.variant(name).is_none()) {
        let known = entry.variants.iter().map(|variant| variant.name);
        return Err(Case::unknown(path, "variant", variant, known));
    }
    let settings = case.settings_of(entry, path)?;
    let rehearsal = (entry.build)(case.variant.as_deref(), &settings);
    let rehearsal = match &case.policy {
        None => rehearsal,
        Some(policy) => rehearsal.under(policy).map_err(|why| CaseError::Malformed {
            path: path.to_owned(),
            place: " in `policy`".to_owned(),
            what: why.to_string(),
        })?,
    };
    let replay = tolerant(&case, path, rehearsal.as_ref())?;
    Ok((case, replay))
}

/// What is wrong with a case, if anything.
fn wrong(path: &Path, scenarios: &[&Entry]) -> Result<(), String> {
    let (case, replay) = replayed(path, scenarios).map_err(|error| format!("  {error}"))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match (&case.variant, &replay.outcome.verdict) {
        (Some(_), _) if replay.reproduced => Ok(()),
        (Some(variant), _) => {
            let how = replay.divergence.unwrap_or_default();
            Err(format!("  {name}: the bug that `{variant}` plants does not show any more: {how}"))
        }
        (None, Verdict::Pass) => Ok(()),
        (None, _) => {
            let found = replay.outcome.signature().unwrap_or_default();
            Err(format!("  {name}: fails again: {found}"))
        }
    }
}
