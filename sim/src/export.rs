//! The trace of a run for other programs: [`jsonl`] (versioned), [`shiviz`], [`perfetto`], [`mermaid`].

pub mod jsonl;
pub mod mermaid;
pub mod perfetto;
pub mod shiviz;
