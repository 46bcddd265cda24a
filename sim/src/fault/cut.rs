//! Which links a partition cuts.

use rehearsal_protocol::NodeId;

use crate::choice::generator::{Key, join};

/// A set of directed links. Who is on which side follows from the nodes' names, so that a new node moves nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cut {
    /// Its shape.
    pub shape: Shape,
    /// The node that the shape is about, or that is in the second half.
    pub node: NodeId,
    /// A node that is in the first half.
    pub other: NodeId,
    /// Decides the sides of the others.
    pub salt: u32,
}

/// The shape of a cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Nothing passes between the node and the rest.
    Isolated,
    /// The node hears nobody.
    Deaf,
    /// Nobody hears the node.
    Mute,
    /// Two halves hear nothing of each other.
    Halves,
    /// Two halves hear nothing of each other, but both hear the node.
    Bridge,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Self; 5] = [Self::Isolated, Self::Deaf, Self::Mute, Self::Halves, Self::Bridge];
}

impl Cut {
    /// Whether nothing passes from one node to another.
    pub fn severs(&self, from: (NodeId, Key), to: (NodeId, Key)) -> bool {
        if from.0 == to.0 {
            return false;
        }
        let (from_it, to_it) = (from.0 == self.node, to.0 == self.node);
        match self.shape {
            Shape::Isolated => from_it || to_it,
            Shape::Deaf => to_it,
            Shape::Mute => from_it,
            Shape::Halves => self.side(from) != self.side(to),
            Shape::Bridge => !from_it && !to_it && self.side(from) != self.side(to),
        }
    }

    /// Whether a node is in the second half.
    fn side(&self, (node, key): (NodeId, Key)) -> bool {
        node == self.node || (node != self.other && join(key, u64::from(self.salt)) & 1 == 1)
    }

    /// The nodes that it is about, given the key of each: the one, or the second half.
    pub fn nodes(&self, keys: impl Iterator<Item = Key>) -> Vec<NodeId> {
        let all = (0..).map(NodeId).zip(keys);
        match self.shape {
            Shape::Isolated | Shape::Deaf | Shape::Mute => vec![self.node],
            Shape::Halves => all.filter(|node| self.side(*node)).map(|(id, _)| id).collect(),
            Shape::Bridge => {
                all.filter(|node| node.0 != self.node && self.side(*node)).map(|(id, _)| id).collect()
            }
        }
    }

    /// The cut in words, given the name of a node.
    pub fn in_words<'a>(&self, nodes: impl Iterator<Item = (&'a str, Key)> + Clone) -> String {
        let name = nodes.clone().nth(self.node.index()).map_or("?", |(name, _)| name);
        let halves = || {
            let of = |side: bool| {
                let ids = (0..).map(NodeId).zip(nodes.clone());
                let names = ids.filter(|(id, (_, key))| self.side((*id, *key)) == side);
                names.map(|(_, (name, _))| name).collect::<Vec<_>>().join(" ")
            };
            format!("{} | {}", of(false), of(true))
        };
        match self.shape {
            Shape::Isolated => format!("{name} | the rest"),
            Shape::Deaf => format!("{name} hears nobody"),
            Shape::Mute => format!("nobody hears {name}"),
            Shape::Halves => halves(),
            Shape::Bridge => format!("{} but for {name}", halves()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::generator::name;

    fn node(id: u32) -> (NodeId, Key) {
        (NodeId(id), name(&format!("node-{id}")))
    }

    fn passes(cut: Cut, from: u32, to: u32) -> bool {
        !cut.severs(node(from), node(to))
    }

    #[test]
    fn one_way_cuts_stop_one_direction_only() {
        let deaf = Cut { shape: Shape::Deaf, node: NodeId(1), other: NodeId(0), salt: 0 };
        assert!(passes(deaf, 1, 0) && !passes(deaf, 0, 1) && passes(deaf, 0, 2));
        let mute = Cut { shape: Shape::Mute, node: NodeId(1), other: NodeId(0), salt: 0 };
        assert!(!passes(mute, 1, 0) && passes(mute, 0, 1));
    }

    #[test]
    fn a_bridge_is_heard_by_both_halves_and_halves_are_symmetric() {
        for salt in 0..50 {
            let bridge = Cut { shape: Shape::Bridge, node: NodeId(2), other: NodeId(3), salt };
            let halves = Cut { shape: Shape::Halves, node: NodeId(2), other: NodeId(3), salt };
            for from in 0..6 {
                assert!(passes(bridge, from, 2) && passes(bridge, 2, from));
                assert!(!passes(halves, 2, 3) && !passes(halves, 3, 2), "no half is empty");
                for to in 0..6 {
                    assert_eq!(passes(halves, from, to), passes(halves, to, from));
                }
            }
        }
    }

    #[test]
    fn nothing_cuts_a_node_from_itself() {
        for shape in Shape::ALL {
            assert!(passes(Cut { shape, node: NodeId(0), other: NodeId(1), salt: 3 }, 0, 0));
        }
    }
}
