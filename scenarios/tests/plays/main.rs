//! Each scenario against itself: the reference holds, every planted bug trips its own invariant, and what went wrong elsewhere, as plays.
//!
//! They stand beside the library and not in it, so that it is built once for all tests.

mod asks;
mod background;
mod commit;
mod escalation;
mod exam;
mod flapping;
mod gate;
mod herd;
mod lease;
mod listing;
mod monitors;
mod outbox;
mod pipeline;
mod plan;
mod policies;
mod pool;
mod recovery;
mod retries;
mod rpc;
mod session;
mod session_many;
mod subagents;
mod terminal;
mod waits;

use std::path::Path;

/// The library is built without tests (`scenarios/Cargo.toml`), so one there would never run.
#[test]
fn there_are_no_tests_in_the_library() {
    let found = sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")));
    assert!(found.len() > 50, "{found:?}");
    for file in found {
        assert!(!std::fs::read_to_string(&file).unwrap().contains("#[test]"), "{}", file.display());
    }
}

/// All files under a folder.
fn sources(folder: &Path) -> Vec<std::path::PathBuf> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}
