//! What the doctor found: the input of its page and its document.

use rehearsal::doctor::Parting;

use crate::subject::Subject;

/// What the doctor found.
pub struct DoctorResult {
    /// What was run in both processes.
    pub subjects: Vec<Subject>,
    /// How many seeds of each.
    pub seeds: u64,
    /// The first run that was not the same in both; `None` if all were.
    pub leak: Option<Leak>,
    /// The versions of everything that a result may depend on.
    pub versions: Versions,
    /// What the machine has.
    pub limits: Limits,
}

/// A run that is no function of its seed.
pub struct Leak {
    /// What was run.
    pub subject: Subject,
    /// The seed.
    pub seed: u64,
    /// Its trace hash in this process and in the other one.
    pub hashes: (u64, u64),
    /// Where the two part. Empty if they agreed when they were made again with everything recorded.
    pub parting: Parting,
}

/// The versions of everything that a result may depend on.
pub struct Versions {
    /// The tool.
    pub tool: &'static str,
    /// The format of cases.
    pub case_format: u32,
    /// The operating system and the processor that it was built for.
    pub platform: String,
    /// Whether it was built with debug assertions.
    pub build: &'static str,
}

/// What the machine has.
pub struct Limits {
    /// How many runs can go on at the same time.
    pub cores: usize,
    /// Memory in bytes, if the system says.
    pub memory: Option<u64>,
    /// Memory in bytes that is not in use, if the system says.
    pub available: Option<u64>,
}
