//! Counts and digests of the short form, as they should be.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::measurement::Measurement;

/// Counts and digests by `program/case`.
#[derive(Debug, PartialEq)]
pub struct Kept(BTreeMap<String, String>);

impl Kept {
    /// From the file beside this package's manifest.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn load() -> Result<Self, String> {
        let text = std::fs::read_to_string(path());
        text.map(|text| Self::of(&text))
            .map_err(|error| format!("{} cannot be read: {error}", path().display()))
    }

    /// Into that file.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn store(&self) -> Result<(), String> {
        let written = std::fs::write(path(), self.text());
        written.map_err(|error| format!("{} cannot be written: {error}", path().display()))
    }

    /// What came is as it should be.
    pub fn keep(&mut self, name: String, came: &Measurement) {
        self.0.insert(name, in_words(came));
    }

    /// How what came differs from what should have, in words.
    pub fn differs(&self, name: &str, came: &Measurement) -> Option<String> {
        let came = in_words(came);
        let should = self.0.get(name).map_or("nothing, it is not kept", String::as_str);
        (should != came).then(|| format!("{name}: count and digest are {came}, but should be {should}"))
    }

    fn of(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let pairs = lines.filter_map(|line| line.split_once(' '));
        Self(pairs.map(|(name, came)| (name.to_owned(), came.to_owned())).collect())
    }

    fn text(&self) -> String {
        let lines = self.0.iter().map(|(name, came)| format!("{name} {came}\n"));
        std::iter::once(HEAD.to_owned()).chain(lines).collect()
    }
}

const HEAD: &str =
    "# Counts and digests of the short form, `program/case count digest`; written by `--check --keep`.\n";

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("kept.txt")
}

fn in_words(came: &Measurement) -> String {
    format!("{} {}", came.count, came.digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came(count: u64, digest: &str) -> Measurement {
        Measurement::of(&format!("limit,w1,msg,{count},1,1,1,{digest},0")).unwrap()
    }

    #[test]
    fn what_is_stored_is_loaded() {
        let mut kept = Kept::of("");
        kept.keep("limit/w1".to_owned(), &came(20, "00ab"));
        assert_eq!(Kept::of(&kept.text()), kept);
    }

    #[test]
    fn another_count_another_digest_and_an_unknown_case_differ() {
        let kept = Kept::of("# head\nlimit/w1 20 00ab\n");
        assert_eq!(kept.differs("limit/w1", &came(20, "00ab")), None);
        for wrong in
            [kept.differs("limit/w1", &came(19, "00ab")), kept.differs("limit/w1", &came(20, "00ac"))]
        {
            assert!(wrong.unwrap().ends_with("but should be 20 00ab"));
        }
        assert!(kept.differs("limit/w2", &came(20, "00ab")).unwrap().ends_with("it is not kept"));
    }
}
