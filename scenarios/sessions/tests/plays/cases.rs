//! What is said of a kept case when its bug shows no more, or was mended.

use std::fs;
use std::path::Path;

use rehearsal::case::folder::files;
use rehearsal_scenarios_sessions::SCENARIOS;

/// A folder with one case, edited.
fn folder(edit: impl FnOnce(String) -> String) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let all = files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/cases"))).unwrap();
    let path = all.into_iter().find(|path| path.to_string_lossy().contains("single-flight")).unwrap();
    fs::write(folder.path().join("edited.toml"), edit(fs::read_to_string(path).unwrap())).unwrap();
    folder
}

#[test]
#[should_panic(expected = "the bug that `global-single-flight` plants does not show any more")]
fn a_planted_bug_that_nobody_sees_any_more_is_reported() {
    let folder = folder(|text| text.replace("signature = \"ISO-1", "signature = \"ISO-9"));
    rehearsal::cases(folder.path(), SCENARIOS);
}

#[test]
fn a_bug_that_was_mended_stays_mended() {
    let folder = folder(|text| text.replace("variant = \"global-single-flight\"\n", ""));
    rehearsal::cases(folder.path(), SCENARIOS);
}
