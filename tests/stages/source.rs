//! The sources of the actors, read as text.

use std::fs;
use std::path::{Path, PathBuf};

/// What a stage could be told apart by: its name, its clock, its tasks, or a line that is compiled for some stages only.
const TELLING: [&str; 12] = [
    "cfg",
    "feature",
    "tokio",
    "madsim",
    "host",
    "rehearsal::",
    "async",
    "await",
    "Instant",
    "SystemTime",
    "thread",
    "env!",
];

/// The packages of actors: what an actor is, and the families in the folders beside its source.
fn packages() -> Vec<PathBuf> {
    let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocol");
    let folders = fs::read_dir(&core).unwrap().map(|entry| entry.unwrap().path());
    let families = folders.filter(|folder| folder.join("Cargo.toml").exists());
    let packages: Vec<_> = families.chain([core.clone()]).collect();
    assert!(packages.len() > 6, "the families are found: {packages:?}");
    packages
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let (folders, files): (Vec<_>, Vec<_>) =
        entries.map(|entry| entry.unwrap().path()).partition(|path| path.is_dir());
    let files = files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    files.chain(folders.iter().flat_map(|folder| sources(folder))).collect()
}

/// The lines that tell a stage: comments do not count, nor do the tests at the end of a file.
fn telling(source: &str) -> Vec<&str> {
    let lines = source.lines().take_while(|line| line.trim() != "#[cfg(test)]");
    let code = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    lines.filter(|line| TELLING.iter().any(|word| code(line).contains(word))).collect()
}

#[test]
fn the_source_of_the_actors_has_no_line_for_a_stage() {
    let sources: Vec<_> = packages().iter().flat_map(|package| sources(&package.join("src"))).collect();
    assert!(sources.iter().any(|path| path.ends_with("lease/lock.rs")), "the actors are read: {sources:?}");
    for path in sources {
        let source = fs::read_to_string(&path).unwrap();
        let found = telling(&source);
        assert!(found.is_empty(), "{}: {found:?}", path.display());
    }
}

#[test]
fn a_line_for_a_stage_is_noticed() {
    for line in [
        "#[cfg(madsim)]",
        "    if cfg!(feature = \"host\") {",
        "use tokio::time::sleep;",
        "let now = std::time::Instant::now();",
    ] {
        assert_eq!(telling(&format!("fn turn() {{}}\n{line}\n")), [line]);
    }
    assert!(telling("/// As on tokio. #[cfg(x)]\nfn turn() {} // On madsim, too.\n").is_empty());
}

#[test]
fn the_actors_depend_on_no_stage() {
    for package in packages() {
        let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
        let dependencies = dependencies(&manifest);
        assert!(dependencies.contains(&"serde"), "the dependencies are read: {dependencies:?}");
        assert!(!manifest.contains("[features]"), "{}: a feature could tell stages apart", package.display());
        for stage in ["tokio", "tokio-util", "madsim", "madsim-tokio", "rehearsal", "rehearsal-host"] {
            assert!(!dependencies.contains(&stage), "{} depends on {stage}", package.display());
        }
    }
}

/// What a package is built with, and tested with.
fn dependencies(manifest: &str) -> Vec<&str> {
    let mut dependencies = Vec::new();
    let mut section = "";
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line;
        } else if section.ends_with("dependencies]") && !line.is_empty() && !line.starts_with('#') {
            dependencies.push(line.split(['.', '=', ' ']).next().unwrap());
        }
    }
    dependencies
}
