//! Who is where on a node: the paths of the description, and those that were spawned.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use rehearsal_protocol::{Address, NodeId, Protocol};

use crate::slot::Slot;

/// The slots of a node.
pub(crate) struct Directory<P: Protocol> {
    node: NodeId,
    /// The slots of the description: those of this node.
    residents: Vec<Option<Arc<Slot<P>>>>,
    children: RwLock<Children<P>>,
}

/// The paths that were spawned.
struct Children<P: Protocol> {
    by_path: BTreeMap<Box<str>, u32>,
    by_slot: BTreeMap<u32, Arc<Slot<P>>>,
}

/// The slots of spawned paths begin here; those of the description are below.
const FIRST_CHILD: u32 = 1 << 31;

impl<P: Protocol> Directory<P> {
    /// The directory of a node at its start. `residents` has a place for each path of the description, and a slot where it is on this node.
    pub(crate) fn of(node: NodeId, residents: Vec<Option<Arc<Slot<P>>>>) -> Self {
        let children = RwLock::new(Children { by_path: BTreeMap::new(), by_slot: BTreeMap::new() });
        Self { node, residents, children }
    }

    /// The slots of the description, in its order.
    pub(crate) fn residents(&self) -> impl DoubleEndedIterator<Item = &Arc<Slot<P>>> {
        self.residents.iter().flatten()
    }

    /// Every slot.
    pub(crate) fn all(&self) -> Vec<Arc<Slot<P>>> {
        let children = self.children.read().unwrap_or_else(PoisonError::into_inner);
        self.residents().chain(children.by_slot.values()).cloned().collect()
    }

    /// A slot of the description: found without a lock.
    #[inline]
    pub(crate) fn resident(&self, slot: u32) -> Option<&Arc<Slot<P>>> {
        self.residents.get(slot as usize)?.as_ref()
    }

    /// Any slot, by its number.
    pub(crate) fn find(&self, slot: u32) -> Option<Arc<Slot<P>>> {
        if slot < FIRST_CHILD {
            return self.resident(slot).cloned();
        }
        self.children.read().unwrap_or_else(PoisonError::into_inner).by_slot.get(&slot).cloned()
    }

    /// The address of a child's path: the same in every boot, unless two paths of one node share a hash.
    pub(crate) fn child(&self, parent: &str, name: &str) -> Address {
        let path = format!("{parent}/{name}");
        let known = self.children.read().unwrap_or_else(PoisonError::into_inner).by_path.get(&*path).copied();
        let slot = known.unwrap_or_else(|| {
            let mut children = self.children.write().unwrap_or_else(PoisonError::into_inner);
            let mut slot = FIRST_CHILD | crc32fast::hash(path.as_bytes());
            while children.by_slot.get(&slot).is_some_and(|other| *other.path != *path) {
                slot = FIRST_CHILD | slot.wrapping_add(1);
            }
            let path: Arc<str> = path.into();
            let address = Address::new(self.node, slot);
            children.by_slot.entry(slot).or_insert_with(|| Arc::new(Slot::new(address, path.clone())));
            children.by_path.insert((&*path).into(), slot);
            slot
        });
        Address::new(self.node, slot)
    }
}
