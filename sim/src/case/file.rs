//! Reading and writing cases.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::checkpoints::{Checkpoint, checkpoints};
use super::error::CaseError;
use super::shrink::Shrunk;
use crate::campaign::Failure;
use crate::choice::{Base, Deviation, Overrides, Value, generator};
use crate::fault::{PROFILES, Profile};
use crate::nearest::nearest;
use crate::policy::Policy;
use crate::registry::{Entry, Settings};
use crate::run::{AnyRunner, RunSpec, Verdict};
use crate::search::{STRATEGIES, Strategy, random};
use crate::words;
use crate::world::asynchronous::Orders;

/// The newest version of the format. This build reads all versions up to it, and writes the oldest that can say what is to be said:
///
/// | Version | Since it |
/// |---|---|
/// | 1 | everything but what follows |
/// | 2 | `orders = "any"`: events come in any order, as the deviations say, and not in that of time |
/// | 3 | `[settings]`: the scenario has another size than usual |
/// | 4 | `policy`, or `[policy]`: the scenario runs under another policy than usual |
pub const FORMAT: u32 = 4;

/// The version of a case of a scenario of usual size, in which time orders events.
const TIMED: u32 = 1;
/// The version since which a case can have any order.
const ORDERED: u32 = 2;
/// The version since which a case can have a size.
const SIZED: u32 = 3;
/// The version since which a case can have a policy.
const UNDER_A_POLICY: u32 = 4;

const LARGEST: u64 = 1 << 20;

/// A bug as one small text file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The version of the format.
    pub format: u32,
    /// The version of the tool that wrote it.
    pub tool: String,
    /// The scenario's name.
    pub scenario: String,
    /// The planted bug, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// The design alternative, where it is not the usual one: by its name, or as a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Policy>,
    /// The profile of faults.
    pub profile: String,
    /// The search strategy that made the run of the seed; plain draws if it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// In which orders events come; in that of time if it is absent.
    #[serde(default, skip_serializing_if = "Orders::are_timed")]
    pub orders: Orders,
    /// The seed, in hex.
    #[serde(with = "hex")]
    pub seed: u64,
    /// The size of the scenario, where it is not the usual one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, u32>,
    /// The deviations that the failure needs, if it was shrunk; the run is then benign but for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shrunk: Option<Deviations>,
    /// What is expected to happen. Its hash ends the file, so that a file that was cut off is never taken for a whole one.
    pub expect: Expect,
}

/// The deviations that a failure needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deviations {
    /// How many there were before shrinking.
    pub before: usize,
    /// The hash over how the scenario was set up, in hex; unknown in cases of older tools.
    #[serde(default, with = "optional_hex", skip_serializing_if = "Option::is_none")]
    pub configuration: Option<u64>,
    /// Whether the run has a faulty phase, at the end of which obligations begin to count.
    pub faulty_phase: bool,
    /// The hash of the run at a few points on its way: from which one on another run differs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checkpoints: Vec<Checkpoint>,
    /// Those that remain.
    #[serde(default, rename = "deviation")]
    pub deviations: Vec<Deviant>,
}

/// One deviation in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deviant {
    /// The choice: `delay /client-2/client→/db/store #3`.
    pub choice: String,
    /// What is chosen, in hex.
    #[serde(with = "hex")]
    pub value: u64,
    /// What that means. Only for the reader.
    #[serde(default)]
    pub means: String,
}

/// What a case is expected to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The invariant that does not hold; absent if a limit was reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invariant: Option<String>,
    /// The failure with ids and times normalised.
    pub signature: String,
    /// What was wrong, in words. Only for the reader.
    pub message: String,
    /// The hash over all events, in hex.
    #[serde(with = "hex")]
    pub trace_hash: u64,
}

impl Case {
    /// The case of a failure.
    pub fn of(scenario: &str, variant: Option<&str>, profile: &Profile, failure: &Failure) -> Self {
        let (invariant, message) = match &failure.outcome.verdict {
            Verdict::Pass => (None, String::new()),
            Verdict::Violation(found) => (Some(found.invariant.clone()), found.message.clone()),
            Verdict::Limit(limit) => (None, limit.in_words()),
        };
        Self {
            format: TIMED,
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: scenario.to_owned(),
            variant: variant.map(ToOwned::to_owned),
            policy: None,
            profile: profile.name.to_owned(),
            strategy: (*failure.strategy != random::STRATEGY).then(|| failure.strategy.name.to_owned()),
            orders: Orders::Timed,
            seed: failure.seed,
            settings: BTreeMap::new(),
            expect: Expect {
                invariant,
                signature: failure.signature.clone(),
                message,
                trace_hash: failure.outcome.trace_hash,
            },
            shrunk: None,
        }
    }

    /// The same case with only the deviations that the failure needs. `runner` has run `shrunk` last.
    #[must_use]
    pub fn shrunk(mut self, runner: &dyn AnyRunner, shrunk: &Shrunk) -> Self {
        let deviant = |made: &Deviation| Deviant {
            choice: words::choice(runner, made),
            value: made.value.0,
            means: words::meaning(runner, made),
        };
        if let Verdict::Violation(found) = &shrunk.outcome.verdict {
            self.expect.message.clone_from(&found.message);
        }
        self.expect.trace_hash = shrunk.outcome.trace_hash;
        self.orders = shrunk.spec.orders;
        self.format = self.oldest_format();
        self.shrunk = Some(Deviations {
            before: self.shrunk.map_or(shrunk.before, |known| known.before),
            configuration: Some(runner.topology().configuration()),
            faulty_phase: runner.plan().faulty,
            checkpoints: checkpoints(runner.recorder().events()),
            deviations: shrunk.deviations.iter().map(deviant).collect(),
        });
        self
    }

    /// The same case of a scenario of this size.
    #[must_use]
    pub fn sized(mut self, settings: &Settings) -> Self {
        self.settings = settings.changed().map(|(name, value)| (name.to_owned(), value)).collect();
        self.format = self.oldest_format();
        self
    }

    /// The same case of a scenario under this policy.
    #[must_use]
    pub fn under(mut self, policy: Option<&Policy>) -> Self {
        self.policy = policy.cloned();
        self.format = self.oldest_format();
        self
    }

    /// The size that the case names.
    ///
    /// # Errors
    ///
    /// If the scenario has no such setting, or not that value.
    pub fn settings_of(&self, entry: &Entry, path: &Path) -> Result<Settings, CaseError> {
        Settings::of(entry.settings, &self.settings).map_err(|error| CaseError::Malformed {
            path: path.to_owned(),
            place: " in [settings]".to_owned(),
            what: error.to_string(),
        })
    }

    /// The oldest version of the format that can say this.
    fn oldest_format(&self) -> u32 {
        match () {
            () if self.policy.is_some() => UNDER_A_POLICY,
            () if !self.settings.is_empty() => SIZED,
            () if !self.orders.are_timed() => ORDERED,
            () => TIMED,
        }
    }

    /// The run that the case stands for.
    ///
    /// # Errors
    ///
    /// If this build does not have the profile, or if a deviation names no choice.
    pub fn spec(&self, path: &Path) -> Result<RunSpec, CaseError> {
        let seeded = RunSpec::seeded(self.seed, self.profile(path)?).by(self.strategy(path)?);
        let seeded = RunSpec { orders: self.orders, ..seeded };
        let Some(shrunk) = &self.shrunk else { return Ok(seeded) };
        let mut overrides = Overrides::new();
        for deviant in &shrunk.deviations {
            let key = words::parse_choice(&deviant.choice).ok_or_else(|| CaseError::Malformed {
                path: path.to_owned(),
                place: String::new(),
                what: format!(
                    "`{}` names no choice; one looks like `delay /a/b→/c/d #3` or `crash node-1 #0`",
                    deviant.choice
                ),
            })?;
            overrides.insert(key, Value(deviant.value));
        }
        let faulty = Some(shrunk.faulty_phase);
        Ok(RunSpec { base: Base::Benign, overrides: Some(Arc::new(overrides)), faulty, ..seeded })
    }

    /// A file name that says what it is, the same for the same signature.
    pub fn file_name(&self) -> String {
        let variant = self.variant.as_ref().map_or(String::new(), |variant| format!("-{variant}"));
        let policy = self.policy.as_ref().map_or(String::new(), |policy| format!("-{}", policy.file_name()));
        let what = self.expect.invariant.as_deref().unwrap_or("limit").to_lowercase();
        let digest = generator::name(&self.expect.signature) >> 32;
        format!("{}{variant}{policy}-{what}-{digest:08x}.toml", self.scenario)
    }

    /// Reads a case.
    ///
    /// # Errors
    ///
    /// If the file is unreadable, larger than 1 MiB, no case, or of another format.
    pub fn read(path: &Path) -> Result<Self, CaseError> {
        let unreadable = |source| CaseError::Unreadable { path: path.to_owned(), source };
        let size = fs::metadata(path).map_err(unreadable)?.len();
        if size > LARGEST {
            let what = format!("it has {size} bytes, and the largest case has {LARGEST}");
            return Err(CaseError::Malformed { path: path.to_owned(), place: String::new(), what });
        }
        let bytes = fs::read(path).map_err(unreadable)?;
        Self::parse(path, &bytes)
    }

    /// Reads a case from the bytes of the file at `path`, which is only named in errors.
    ///
    /// # Errors
    ///
    /// As [`Case::read`].
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, CaseError> {
        let malformed =
            |place: String, what: String| CaseError::Malformed { path: path.to_owned(), place, what };
        let text = std::str::from_utf8(bytes)
            .map_err(|error| malformed(String::new(), format!("byte {} is not text", error.valid_up_to())))?;
        let place = |error: &toml::de::Error| {
            let line = error.span().map(|span| text[..span.start.min(text.len())].lines().count().max(1));
            line.map_or(String::new(), |line| format!(", line {line}"))
        };
        let table: toml::Table = text
            .parse()
            .map_err(|error: toml::de::Error| malformed(place(&error), error.message().to_owned()))?;
        match table.get("format").and_then(toml::Value::as_integer) {
            Some(found) if !(1..=i64::from(FORMAT)).contains(&found) => {
                let tool = table.get("tool").and_then(toml::Value::as_str).unwrap_or("unknown").to_owned();
                return Err(CaseError::Format { path: path.to_owned(), found, tool });
            }
            _ => {}
        }
        let case: Self =
            toml::from_str(text).map_err(|error| malformed(place(&error), error.message().to_owned()))?;
        let newer = [
            (ORDERED, "orders", !case.orders.are_timed()),
            (SIZED, "settings", !case.settings.is_empty()),
            (UNDER_A_POLICY, "policy", case.policy.is_some()),
        ];
        if let Some((_, key, _)) = newer.iter().find(|(since, _, has)| *has && case.format < *since) {
            return Err(malformed(String::new(), format!("format {} has no `{key}`", case.format)));
        }
        Ok(case)
    }

    /// Writes the case into a folder, all of it or nothing, and returns its path.
    ///
    /// # Errors
    ///
    /// If the folder cannot be made or written to.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, CaseError> {
        let path = folder.join(self.file_name());
        self.write_to(&path)?;
        Ok(path)
    }

    /// Writes the case into a file, all of it or nothing.
    ///
    /// # Errors
    ///
    /// If its folder cannot be made or written to.
    ///
    /// # Panics
    ///
    /// Never: a case can always be put into TOML.
    pub fn write_to(&self, path: &Path) -> Result<(), CaseError> {
        let unwritable = |source| CaseError::Unwritable { path: path.to_owned(), source };
        fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).map_err(unwritable)?;
        let text = toml::to_string(self).expect("a case can be put into TOML");
        let unfinished = path.with_extension("toml.part");
        let mut file = fs::File::create(&unfinished).map_err(unwritable)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(unwritable)?;
        fs::rename(&unfinished, path).map_err(unwritable)
    }

    /// The profile that the case names.
    ///
    /// # Errors
    ///
    /// If this build does not have it.
    pub fn profile(&self, path: &Path) -> Result<&'static Profile, CaseError> {
        Profile::named(&self.profile).ok_or_else(|| {
            Self::unknown(path, "profile", &self.profile, PROFILES.iter().map(|profile| profile.name))
        })
    }

    /// The strategy that the case names.
    ///
    /// # Errors
    ///
    /// If this build does not have it.
    pub fn strategy(&self, path: &Path) -> Result<&'static Strategy, CaseError> {
        let Some(name) = &self.strategy else { return Ok(&random::STRATEGY) };
        Strategy::named(name).ok_or_else(|| {
            Self::unknown(path, "strategy", name, STRATEGIES.iter().map(|strategy| strategy.name))
        })
    }

    /// The error for a name that this build does not have.
    pub fn unknown<'a>(
        path: &Path,
        kind: &'static str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> CaseError {
        let mend = nearest(name, known).map_or(String::new(), |near| format!("; the nearest is `{near}`"));
        CaseError::Unknown { path: path.to_owned(), kind, name: name.to_owned(), mend }
    }
}

/// Numbers that may be absent, as hex strings.
mod optional_hex {
    use serde::{Deserializer, Serializer};

    use super::hex;

    #[expect(clippy::ref_option, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(value: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => hex::serialize(value, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
        hex::deserialize(deserializer).map(Some)
    }
}

/// Numbers as hex strings, `0x1f`.
pub mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de};

    /// Writes a number.
    ///
    /// # Errors
    ///
    /// As the serializer.
    pub fn serialize<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{value:#x}"))
    }

    /// Reads a number.
    ///
    /// # Errors
    ///
    /// If it is no hex number of at most 64 bits.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text).ok_or_else(|| de::Error::custom(format!("`{text}` is not a number as `0x1f`")))
    }

    /// Reads a number in hex, `0x1f`.
    pub fn parse(text: &str) -> Option<u64> {
        let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?;
        let plain = digits.chars().all(|c| c.is_ascii_hexdigit()) && !digits.is_empty();
        plain.then(|| u64::from_str_radix(digits, 16).ok()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn case() -> Case {
        Case {
            format: TIMED,
            tool: "0.1.0".to_owned(),
            scenario: "session".to_owned(),
            variant: Some("stored-interrupt".to_owned()),
            policy: None,
            profile: "chaos".to_owned(),
            strategy: None,
            orders: Orders::Timed,
            seed: 0x1f,
            settings: BTreeMap::new(),
            expect: Expect {
                invariant: Some("INT-1".to_owned()),
                signature: "INT-1: run # of s#:b#".to_owned(),
                message: "run 3 of s1:b1".to_owned(),
                trace_hash: 0xDEAD_BEEF,
            },
            shrunk: Some(Deviations {
                before: 182,
                configuration: Some(0x00C0_FFEE),
                faulty_phase: true,
                checkpoints: vec![Checkpoint { events: 96, hash: 0xBEEF }],
                deviations: vec![Deviant {
                    choice: "delay /client-1/client→/runtime/gateway #3".to_owned(),
                    value: 0x80_0000_0002,
                    means: "very late (52.5ms)".to_owned(),
                }],
            }),
        }
    }

    #[test]
    fn a_case_reads_as_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = case().write(folder.path()).unwrap();
        assert_eq!(Case::read(&path).unwrap(), case());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing unfinished is left");
        insta::assert_snapshot!(fs::read_to_string(path).unwrap());
    }

    #[test]
    fn a_policy_stands_in_a_case_by_its_name_or_as_it_is() {
        let named = Policy::Named("one-for-all".to_owned());
        let data = Policy::Data("name = \"patient\"\nintensity.max = 9".parse().unwrap());
        for policy in [named, data] {
            let case = case().under(Some(&policy));
            let text = toml::to_string(&case).unwrap();
            assert_eq!(Case::parse(Path::new("a.toml"), text.as_bytes()).unwrap(), case, "{text}");
            assert!(text.starts_with("format = 4\n"), "{text}");
            let older = text.replacen("format = 4", "format = 3", 1);
            let error = Case::parse(Path::new("a.toml"), older.as_bytes()).unwrap_err().to_string();
            assert!(error.contains("format 3 has no `policy`"), "{error}");
        }
    }

    #[test]
    fn a_case_that_is_cut_off_anywhere_is_refused_or_whole() {
        let text = toml::to_string(&case()).unwrap();
        for end in 0..text.trim_end().len() {
            let cut = Case::parse(Path::new("cut.toml"), &text.as_bytes()[..end]);
            assert!(cut.is_err(), "cut at {end}: {:?}", &text[..end]);
        }
    }

    #[test]
    fn a_case_stands_for_a_benign_run_with_its_deviations() {
        let spec = case().spec(Path::new("a.toml")).unwrap();
        let key = words::parse_choice("delay /client-1/client→/runtime/gateway #3").unwrap();
        assert_eq!(spec.overrides.unwrap().get(&key), Some(&Value(0x80_0000_0002)));
        let mut broken = case();
        broken.shrunk.as_mut().unwrap().deviations[0].choice = "delax /a/b #1".to_owned();
        let error = broken.spec(Path::new("a.toml")).unwrap_err().to_string();
        assert!(error.contains("`delax /a/b #1` names no choice"), "{error}");
    }

    #[test]
    fn a_case_of_another_format_names_the_tool_that_wrote_it() {
        let text = "format = 9\ntool = \"7.0.0\"\nsomething = 1\n";
        let error = Case::parse(Path::new("new.toml"), text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("format 9") && error.contains("7.0.0"), "{error}");
    }

    #[test]
    fn a_case_whose_events_come_in_any_order_is_of_the_second_format() {
        let any = Case { format: ORDERED, orders: Orders::Any, ..case() };
        let text = toml::to_string(&any).unwrap();
        assert!(text.contains("orders = \"any\""), "{text}");
        assert_eq!(Case::parse(Path::new("a.toml"), text.as_bytes()).unwrap(), any);
        assert_eq!(any.spec(Path::new("a.toml")).unwrap().orders, Orders::Any);
        let older = text.replace("format = 2", "format = 1");
        let error = Case::parse(Path::new("a.toml"), older.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("format 1 has no `orders`"), "{error}");
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Case::parse(Path::new("any.toml"), &bytes);
        }

        #[test]
        fn no_edit_of_a_case_makes_the_reader_panic(at in 0usize..300, byte: u8) {
            let mut bytes = toml::to_string(&case()).unwrap().into_bytes();
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = Case::parse(Path::new("edited.toml"), &bytes);
        }
    }
}
