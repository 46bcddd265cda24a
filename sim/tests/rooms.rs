//! The rooms of the library: each knows only those above it in the list of `lib.rs`. The host includes this file for its own rooms.

use std::fs;
use std::path::{Path, PathBuf};

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

/// The rooms in the order of the list in `lib.rs`.
fn rooms() -> Vec<String> {
    let index = fs::read_to_string(Path::new(SOURCES).join("lib.rs")).unwrap();
    let listed = index.lines().filter_map(|line| line.strip_prefix("//! - "));
    let name = |line: &str| line.trim_start_matches(['[', '`']).split(['`', ']']).next().unwrap().to_owned();
    listed.map(name).collect()
}

/// All sources under a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// The room of a source, by its path below `src`.
fn room_of(source: &Path) -> String {
    let below = source.strip_prefix(SOURCES).unwrap();
    let first = below.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// What of a source is not a test, nor a comment.
fn code(text: &str) -> String {
    let code = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The rooms that a piece of code names, by `crate::room` or in `use crate::{room, …}`.
fn named(code: &str) -> Vec<String> {
    let mut named = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let list = rest.strip_prefix('{').map_or(rest, |list| list.split('}').next().unwrap());
        let names = if rest.starts_with('{') { list.split(',').collect() } else { vec![list] };
        for name in names {
            let end = |c: char| !c.is_ascii_alphanumeric() && c != '_';
            named.push(name.trim().split(end).next().unwrap().to_owned());
        }
    }
    named
}

#[test]
fn every_room_stands_in_the_list() {
    let listed = rooms();
    for source in sources(Path::new(SOURCES)) {
        let room = room_of(&source);
        assert!(room == "lib" || listed.contains(&room), "`{room}` is not in the list of lib.rs");
    }
    for room in &listed {
        let file = Path::new(SOURCES).join(format!("{room}.rs"));
        assert!(file.exists(), "lib.rs lists `{room}`, which is not there");
    }
}

#[test]
fn a_room_knows_only_those_above_it_in_the_list() {
    let listed = rooms();
    let place = |room: &str| listed.iter().position(|known| known == room);
    let mut arrows = 0;
    for source in sources(Path::new(SOURCES)) {
        let room = room_of(&source);
        let is_test =
            source.components().any(|part| part.as_os_str() == "tests") || source.ends_with("tests.rs");
        let Some(own) = place(&room).filter(|_| !is_test) else { continue };
        for other in named(&code(&fs::read_to_string(&source).unwrap())) {
            let Some(place) = place(&other).filter(|place| *place != own) else { continue };
            arrows += 1;
            assert!(
                place < own,
                "{} knows `{other}`, which stands below `{room}` in the list of lib.rs: move what is shared into a room above both",
                source.display()
            );
        }
    }
    assert!(
        arrows > listed.len(),
        "the test has seen only {arrows} arrows for {} rooms: it looks in the wrong place",
        listed.len()
    );
}
