//! What an actor is lent for a turn of the search: dull draws, and every entry of its menus one after another.

use rehearsal_protocol::{Address, Stage, WriteId};

use crate::choice::generator::mix;
use crate::world::directory::Directory;
use crate::world::turn::MOST_ZEROS;

/// An entry that was chosen from a menu.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) chosen: u32,
    options: u32,
}

impl Asked {
    /// Whether all other entries were chosen in other turns.
    pub(super) fn is_last(self) -> bool {
        self.chosen + 1 == self.options
    }
}

/// Lends answers by script; where that ends, entry 0.
pub(super) struct Lender<'a> {
    directory: &'a mut Directory,
    path: &'a str,
    syncs: &'a mut u64,
    script: &'a mut Vec<Asked>,
    asked: usize,
    draws: u32,
}

impl<'a> Lender<'a> {
    pub(super) fn new(
        directory: &'a mut Directory,
        path: &'a str,
        syncs: &'a mut u64,
        script: &'a mut Vec<Asked>,
    ) -> Self {
        Self { directory, path, syncs, script, asked: 0, draws: 0 }
    }

    /// Whether the world would have answered with bits that are not 0; those depend on how many it gave before.
    pub(super) fn drew_too_much(&self) -> bool {
        self.draws > MOST_ZEROS
    }
}

impl Stage for Lender<'_> {
    fn draw(&mut self) -> u64 {
        self.draws += 1;
        // What comes after so many zeros is thrown away; the turn must only come to its end.
        if self.draws <= MOST_ZEROS { 0 } else { mix(u64::from(self.draws)) }
    }

    fn choose(&mut self, options: u32) -> u32 {
        self.asked += 1;
        if let Some(asked) = self.script.get(self.asked - 1) {
            return asked.chosen;
        }
        self.script.push(Asked { chosen: 0, options });
        0
    }

    fn child(&mut self, parent: Address, name: &str) -> Address {
        self.directory.child(parent, name, self.path)
    }

    fn next_write(&mut self) -> WriteId {
        *self.syncs += 1;
        WriteId(*self.syncs)
    }
}
