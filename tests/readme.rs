//! What the README shows is what the screen says, and the files that it names are there.

use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[test]
fn the_failure_in_the_readme_is_what_its_command_prints() {
    let readme = read("README.md");
    let block = readme.split("```text\n$ rehearse ").nth(1).unwrap().split("```").next().unwrap();
    let (command, shown) = block.split_once('\n').unwrap();
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_rehearse"))
        .args(command.split_whitespace())
        .current_dir(folder.path())
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains(shown.trim()), "`{command}` prints\n{printed}");
}

#[test]
fn the_files_that_the_documents_link_to_exist() {
    let families = ["agents", "backend", "gate", "locks", "services", "sessions"];
    let pages = families.map(|family| format!("scenarios/{family}/README.md"));
    let others = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "benches/README.md", "scenarios/README.md"];
    for file in others.into_iter().chain(pages.iter().map(String::as_str)) {
        let folder = root().join(file);
        let folder = folder.parent().unwrap();
        for link in read(file).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(folder.join(link).exists(), "{file} links to {link}");
        }
    }
}

#[test]
fn the_files_that_the_architecture_names_exist() {
    for word in read("ARCHITECTURE.md").split('`').skip(1).step_by(2) {
        let is_source = Path::new(word).extension().is_some_and(|extension| extension == "rs");
        if word.contains('/') && is_source && !word.starts_with('/') {
            let found = root().join(word).exists() || root().join("sim/src").join(word).exists();
            assert!(found, "ARCHITECTURE.md names {word}");
        }
    }
}
