//! Holds the documents to the code: the bytes of an example are those that the code makes.

use rehearsal_protocol::{Address, Protocol, Time};
use serde::{Deserialize, Serialize};

/// The protocol of the examples, as far as they show it: a lock that is given to one client after another.
pub(crate) struct Lease;

impl Protocol for Lease {
    type Message = Message;
    type Fact = Fact;
}

#[derive(Clone, Copy, Debug, Hash, Serialize, Deserialize)]
pub(crate) enum Message {
    Acquire { holder: Holder, attempt: u32 },
}

#[derive(Clone, Copy, Debug, Hash, Serialize, Deserialize)]
pub(crate) enum Fact {
    Granted { token: u64, holder: Holder, at: Time, until: Time },
    Released { asked: u64, ended: u64 },
}

/// A client in one of its lives.
#[derive(Clone, Copy, Debug, Hash, Serialize, Deserialize)]
pub(crate) struct Holder {
    pub(crate) client: Address,
    pub(crate) life: u32,
}

/// Asserts that a page shows these bytes under this name.
pub(crate) fn shows(page: &str, name: &str, bytes: &[u8]) {
    let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    let line = format!("{name}: {}", hex.join(" "));
    assert!(page.lines().any(|shown| shown == line), "the page does not show\n{line}");
}

/// The `number`-th block of the page in that language, from 0.
pub(crate) fn block<'a>(page: &'a str, language: &str, number: usize) -> &'a str {
    let start = format!("```{language}\n");
    let block =
        page.split(&start).nth(number + 1).unwrap_or_else(|| panic!("the page has no block {number}"));
    block.split("```").next().unwrap_or(block)
}
