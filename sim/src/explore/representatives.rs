//! What a choice point offers to exhaustive search: the entries of its menu, each with one or a few places inside it.
//!
//! | Choice | Entries | Places inside an entry |
//! |---|---|---|
//! | a message between nodes | all that the profile offers | the latest of `usual`; the middle of any other |
//! | a message within a node | both | the middle of `soon`; the latest of `slow` |
//! | a timer, a sync, a torn write, a slow turn | all that the profile offers | the middle |
//! | an episode | every length | begins at a quarter and at half of the faulty phase; the middle of its length |
//! | a partition or clog | every length | as an episode, and three shapes for one node or three ways to part |
//! | a menu of an actor | all, but no more than 16 | – |
//! | raw bits of an actor | – | one half, and the largest |
//!
//! So "every run" means: every run in which each choice is benign or one of these.

use crate::choice::asked::Offered;
use crate::choice::{Stream, Value};
use crate::weather::{local, passage};

const MIDDLE: u32 = 1 << 31;
const MIDDLE_EXTRA: u32 = 1 << 23;
const LATEST: u32 = u32::MAX;
const BEGINS: [u32; 2] = [1 << 30, MIDDLE];
const MOST_OPTIONS: u32 = 16;

/// The deviations that a choice point offers.
pub(crate) fn representatives(stream: Stream, offered: Offered) -> Vec<Value> {
    match offered {
        Offered::Entries(mask) => {
            entries(mask).map(|entry| Value::new(entry, share(stream, mask, entry), 0)).collect()
        }
        Offered::Episodes(mask) => entries(mask).flat_map(|entry| episodes(stream, entry)).collect(),
        Offered::Of(options) => (1..u64::from(options.min(MOST_OPTIONS))).map(Value).collect(),
        Offered::Bits => vec![Value(1 << 63), Value(u64::MAX)],
    }
}

/// The entries of a mask that are not benign.
fn entries(mask: u32) -> impl Iterator<Item = u8> {
    (1..32).filter(move |entry| mask >> entry & 1 == 1)
}

fn share(stream: Stream, mask: u32, entry: u8) -> u32 {
    if !matches!(stream, Stream::Delay { .. }) {
        return MIDDLE;
    }
    // Of the two menus for messages, that within a node has few entries; all of them are always offered.
    let within_a_node =
        mask >> local::ENTRIES == 0 && mask >> local::SLOW & 1 == 1 && mask >> passage::LOST == 0;
    let latest = if within_a_node { local::SLOW } else { passage::USUAL };
    if entry == latest { LATEST } else { MIDDLE }
}

fn episodes(stream: Stream, entry: u8) -> impl Iterator<Item = Value> {
    let parts = matches!(stream, Stream::OnNode("partition" | "clog", _) | Stream::OnSystem(_));
    let ways = if parts { 3 } else { 1 };
    BEGINS
        .into_iter()
        .flat_map(move |begin| (0..ways).map(move |way| Value::new(entry, begin, MIDDLE_EXTRA + way)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELAY: Stream = Stream::Delay { from: 0, to: 1 };

    #[test]
    fn no_representative_is_benign_and_none_comes_twice() {
        let offers = [Offered::Entries(0b1_1111), Offered::Episodes(0b111), Offered::Of(9), Offered::Bits];
        for stream in [DELAY, Stream::Timer(0), Stream::OnNode("crash", 0), Stream::OnNode("clog", 0)] {
            for offered in offers {
                let mut values = representatives(stream, offered);
                let count = values.len();
                assert!(values.iter().all(|value| !value.is_benign()));
                values.sort_unstable();
                values.dedup();
                assert_eq!(values.len(), count);
            }
        }
    }

    #[test]
    fn a_dull_menu_offers_nothing() {
        assert!(representatives(DELAY, Offered::Entries(1)).is_empty());
        assert!(representatives(Stream::Menu(0), Offered::Of(1)).is_empty());
    }

    #[test]
    fn the_slowest_of_what_is_usual_stands_for_it() {
        assert_eq!(representatives(DELAY, Offered::Entries(0b11)), [Value::new(passage::USUAL, LATEST, 0)]);
        let within = representatives(DELAY, Offered::Entries(0b111));
        assert_eq!(within, [Value::new(local::SOON, MIDDLE, 0), Value::new(local::SLOW, LATEST, 0)]);
    }
}
