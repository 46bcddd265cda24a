//! The paths of actors that were spawned during the run.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use rehearsal_protocol::{Address, NodeId};

use crate::choice::generator::{self, Key};

/// Which slot a spawned path has. The slots follow those of the blueprint, in the order of first mention.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    first: u32,
    spawned: Vec<Spawned>,
    by_parent: BTreeMap<u32, Vec<u32>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Spawned {
    pub(crate) path: String,
    pub(crate) name_at: usize,
    pub(crate) key: Key,
    pub(crate) node: NodeId,
    pub(crate) parent: u32,
}

impl Directory {
    pub(crate) fn reset(&mut self, first: u32) {
        self.first = first;
        self.spawned.clear();
        self.by_parent.clear();
    }

    /// The address of a child, the same for every life of that path.
    pub(crate) fn child(&mut self, parent: Address, name: &str, parent_path: &str) -> Address {
        let siblings = self.by_parent.entry(parent.slot()).or_default();
        let known = siblings.iter().find(|slot| {
            let spawned = &self.spawned[(**slot - self.first) as usize];
            &spawned.path[spawned.name_at..] == name
        });
        let slot = known.copied().unwrap_or_else(|| {
            let path = [parent_path, "/", name].concat();
            let slot = self.first + self.spawned.len() as u32;
            siblings.push(slot);
            self.spawned.push(Spawned {
                key: generator::name(&path),
                name_at: path.len() - name.len(),
                path,
                node: parent.node(),
                parent: parent.slot(),
            });
            slot
        });
        Address::new(parent.node(), slot)
    }

    /// Feeds who was spawned, by slots.
    pub(crate) fn feed(&self, to: &mut impl Hasher) {
        self.spawned.len().hash(to);
        self.spawned.iter().for_each(|spawned| spawned.key.hash(to));
    }

    pub(crate) fn get(&self, slot: u32) -> &Spawned {
        &self.spawned[(slot - self.first) as usize]
    }

    pub(crate) fn path(&self, slot: u32) -> &str {
        let index = slot.checked_sub(self.first).map(|index| index as usize);
        index.and_then(|index| self.spawned.get(index)).map_or("?", |spawned| &spawned.path)
    }

    pub(crate) fn len(&self) -> u32 {
        self.spawned.len() as u32
    }
}
