//! The crates of scenarios, built as LLVM's text.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

/// Whatever is called so has scenarios; the package without the dash only lists those of the others.
const SCENARIOS: &str = "rehearsal-scenarios-";

/// What `cargo metadata` says, as far as it is needed.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
}

/// The text of each crate of scenarios.
pub(crate) fn texts() -> Vec<String> {
    let Metadata { packages, target_directory } = metadata();
    let folder = target_directory.join("lines");
    let has_scenarios = |package: &Package| {
        package.name.starts_with(SCENARIOS) && package.targets.iter().any(|target| target.kind == ["lib"])
    };
    packages
        .iter()
        .filter(|package| has_scenarios(package))
        .map(|package| text(&package.name, &folder))
        .collect()
}

fn metadata() -> Metadata {
    let metadata = cargo()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo starts");
    serde_json::from_slice(&metadata.stdout).expect("cargo says what packages there are")
}

/// As it is before LLVM does anything, and each function under the name that tells its types.
fn text(package: &str, folder: &Path) -> String {
    let built = cargo()
        .args(["rustc", "--release", "--lib", "-p", package, "--target-dir"])
        .arg(folder)
        .args(["--", "--emit=llvm-ir", "-C", "no-prepopulate-passes"])
        .args(["-C", "symbol-mangling-version=v0", "-C", "codegen-units=1"])
        .status();
    assert!(built.is_ok_and(|status| status.success()), "{package} cannot be built");
    let stem = package.replace('-', "_") + "-";
    let texts = fs::read_dir(folder.join("release/deps")).expect("cargo wrote into it");
    let texts = texts.filter_map(Result::ok).filter(|file| {
        let path = file.path();
        let is_its = |name: &OsStr| name.to_string_lossy().starts_with(&stem);
        path.file_stem().is_some_and(is_its) && path.extension().is_some_and(|of| of == "ll")
    });
    // Of a crate whose settings were others before, there are several.
    let newest = texts.max_by_key(|file| file.metadata().and_then(|of| of.modified()).ok());
    let newest = newest.unwrap_or_else(|| panic!("{package} was built without a text"));
    fs::read_to_string(newest.path()).expect("LLVM's text is a text")
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
