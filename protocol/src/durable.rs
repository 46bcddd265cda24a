//! A durable value that a torn write cannot destroy.
//!
//! A crash may leave the write that was under way in part, and with it what was under its key before. So a value is written under two keys in
//! turn, with a version: of the two, the whole one of the higher version counts.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::actor::Protocol;
use crate::context::Context;
use crate::input::Recovered;

/// Where the next version of a value goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Durable {
    version: u64,
}

#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    version: u64,
    value: T,
}

impl Durable {
    /// What the disk kept under `key`, and where to go on.
    pub fn recovered<T: DeserializeOwned>(recovered: &Recovered, key: &str) -> (Self, Option<T>) {
        let kept = |place| recovered.get::<Versioned<T>>(&name(key, place));
        let newest = [kept(0), kept(1)].into_iter().flatten().max_by_key(|kept| kept.version);
        match newest {
            Some(Versioned { version, value }) => (Self { version }, Some(value)),
            None => (Self::default(), None),
        }
    }

    /// Writes the next version under `key`. It is durable when a sync after it has completed.
    pub fn write<P: Protocol>(&mut self, cx: &mut Context<'_, P>, key: &str, value: &impl Serialize) {
        self.version += 1;
        cx.write(&name(key, self.version % 2), &Versioned { version: self.version, value });
    }
}

fn name(key: &str, place: u64) -> String {
    format!("{key}/{place}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(version: u64, value: u32) -> Vec<u8> {
        postcard::to_allocvec(&Versioned { version, value }).unwrap()
    }

    #[test]
    fn the_whole_one_of_the_higher_version_counts() {
        let mut recovered = Recovered::default();
        assert_eq!(Durable::recovered::<u32>(&recovered, "k"), (Durable { version: 0 }, None));
        recovered.kept.insert("k/1".to_owned(), kept(5, 50));
        recovered.kept.insert("k/0".to_owned(), kept(6, 60));
        assert_eq!(Durable::recovered(&recovered, "k"), (Durable { version: 6 }, Some(60_u32)));
        recovered.kept.get_mut("k/0").unwrap().truncate(1);
        assert_eq!(Durable::recovered(&recovered, "k"), (Durable { version: 5 }, Some(50_u32)));
    }
}
