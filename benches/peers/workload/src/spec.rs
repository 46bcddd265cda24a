//! How large a run is.

/// The seed of every case that has only one.
pub const SEED: u64 = 0x5EED_2026;

/// How many of what there are in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spec {
    pub nodes: u32,
    pub actors: u32,
    pub tokens: u32,
    pub hops: u32,
    pub seed: u64,
}

impl Spec {
    /// Two actors on two nodes, one token going to and fro.
    pub fn ping_pong(round_trips: u64) -> Self {
        Self { nodes: 2, actors: 2, tokens: 1, hops: (round_trips * 2) as u32, seed: SEED }
    }

    /// 1,000 actors on 10 nodes, 1,000 tokens.
    pub fn ring(hops: u64) -> Self {
        Self::wide(1_000, hops)
    }

    /// So many actors on 10 nodes, a token each.
    pub fn wide(actors: u32, hops: u64) -> Self {
        Self { nodes: 10, actors, tokens: actors, hops: hops as u32, seed: SEED }
    }

    /// 3 nodes, one actor each, 3 tokens of 100 hops: 300 deliveries.
    pub fn tiny(seed: u64) -> Self {
        Self { nodes: 3, actors: 3, tokens: 3, hops: 100, seed }
    }

    /// 3 nodes, one actor each, each sends 100 messages at once: 300 deliveries.
    pub fn burst(seed: u64) -> Self {
        Self { nodes: 3, actors: 3, tokens: 300, hops: 1, seed }
    }

    /// How many deliveries a run makes.
    pub fn deliveries(&self) -> u64 {
        u64::from(self.tokens) * u64::from(self.hops)
    }

    /// How many actors a node has.
    pub fn per_node(&self) -> u32 {
        self.actors / self.nodes
    }

    /// The node of an actor.
    pub fn node_of(&self, actor: u32) -> u32 {
        actor / self.per_node()
    }

    /// The tokens that start at an actor. A token starts by being *sent* by its first actor, so its first delivery is already
    /// one over the network.
    pub fn initial(&self, actor: u32) -> impl Iterator<Item = u32> + use<> {
        (actor..self.tokens).step_by(self.actors as usize)
    }
}
