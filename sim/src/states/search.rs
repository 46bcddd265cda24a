//! The search itself: breadth first, layer by layer.
//!
//! A layer is worked on in rounds of a few chunks. First workers look up all steps from the states of their chunks; what cannot be looked up
//! is found out by one of them, in the order of states. Then each worker takes the states of its own parts in, again in their order, and
//! builds the rows of those that are new. So numbers, layers and findings are the same for any number of workers.

use super::StatesSpec;
use super::expand::{Expanded, Expander, Found, Shared, Sighting, successor};
use super::layer::{Block, Chunk, Layer, Origin, PARTS, Part, part_of};
use super::lore::{Learning, Lore};
use super::progress::{Progress, Watcher};
use super::refused::Refused;
use super::row::Row;
use super::table::Table;
use super::tables::Tables;

/// A search under way.
pub(super) struct Search<'a> {
    pub(super) tables: Tables,
    lore: &'a mut Lore,
    pub(super) spec: StatesSpec,
    /// The bits of all states that were found, by part, or all in one table.
    visited: Vec<Table<()>>,
    works: Vec<Work>,
    /// The place of the first state of the round in its layer.
    first: u32,
    /// How many steps there were from the states of a chunk in the last round.
    steps_of_a_chunk: u64,
    pub(super) so_far: Progress,
    pub(super) sightings: Vec<Sighted>,
}

/// Something wrong, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sighted {
    /// The depth of the state before it.
    pub(super) depth: u32,
    /// The place of that state in its layer.
    pub(super) place: u32,
    pub(super) sighting: Sighting,
}

/// How a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Nothing is left.
    Complete,
    /// There are as many states as may be.
    States,
    /// It is as deep as may be.
    Depth,
    /// Something wrong was found, and that was enough.
    Wrong,
    /// The one who watches wants no more.
    Stopped,
}

/// A chunk and what comes of it.
#[derive(Debug, Default)]
struct Work {
    block: Block,
    expander: Expander,
    found: Expanded,
    /// States for which something must be found out first.
    deferred: Vec<u32>,
    /// What comes of those.
    late: Expanded,
    /// The place of its first state in the layer.
    first: u32,
}

/// So many chunks are worked on between two looks at limits.
const CHUNKS_IN_A_ROUND: usize = PARTS;
/// Or so many that about as many steps are made.
const STEPS_IN_A_ROUND: u64 = 100_000;
/// Fewer states than this are not shared out. Tests share small systems out, too.
const WORTH_SHARING: u32 = if cfg!(test) { 2 } else { 1_024 };
/// How full a table of visited states may be, of a hundred.
const FULL: usize = 88;

impl<'a> Search<'a> {
    pub(super) fn new(tables: Tables, lore: &'a mut Lore, spec: StatesSpec) -> Self {
        let visited = if spec.jobs > 1 { PARTS } else { 1 };
        Self {
            tables,
            lore,
            spec,
            visited: vec![Table::filled_to(FULL); visited],
            works: std::iter::repeat_with(Work::default).take(CHUNKS_IN_A_ROUND).collect(),
            first: 0,
            steps_of_a_chunk: STEPS_IN_A_ROUND,
            so_far: Progress::default(),
            sightings: Vec::new(),
        }
    }

    /// Forgets which states were found, but not what was found out.
    pub(super) fn start_over(&mut self) {
        self.visited.iter_mut().for_each(Table::clear);
        self.so_far = Progress::default();
        self.steps_of_a_chunk = STEPS_IN_A_ROUND;
        self.sightings.clear();
    }

    /// Takes the first states in.
    pub(super) fn first(&mut self, rows: &[Row]) -> Layer {
        let mut layer = Layer::default();
        for row in rows {
            let bits = row.bits(&self.tables.routes).max(1);
            self.so_far.generated += 1;
            let table = part_of(bits) % self.visited.len();
            if self.visited[table].insert(key_of(bits), ()) {
                self.so_far.states += 1;
                layer.push(bits, row);
            }
        }
        layer
    }

    /// Goes from a layer as far as limits allow. Each layer whose states are all known is shown, with its depth, before its steps are made.
    pub(super) fn run(
        &mut self,
        mut layer: Layer,
        origins: bool,
        watcher: &mut dyn Watcher,
        shown: &mut dyn FnMut(u32, &mut Layer) -> bool,
    ) -> Result<Ended, Refused> {
        for depth in 0.. {
            self.so_far.depth = depth;
            if self.so_far.states >= self.spec.states {
                return Ok(Ended::States);
            }
            if layer.len() == 0 {
                self.so_far.depth = depth.saturating_sub(1);
                return Ok(Ended::Complete);
            }
            if !shown(depth, &mut layer) || self.spec.depth.is_some_and(|most| depth >= most) {
                return Ok(Ended::Depth);
            }
            let mut next = Layer::instead_of(&mut layer);
            if let Some(ended) = self.leave(layer, depth, &mut next, origins, watcher)? {
                return Ok(ended);
            }
            layer = next;
        }
        unreachable!("depths do not end")
    }

    /// Makes all steps from the states of a layer.
    fn leave(
        &mut self,
        layer: Layer,
        depth: u32,
        next: &mut Layer,
        origins: bool,
        watcher: &mut dyn Watcher,
    ) -> Result<Option<Ended>, Refused> {
        let mut left = layer.bytes();
        let mut chunks = layer.into_chunks();
        let mut first = 0;
        loop {
            let round: Vec<Chunk> = chunks.by_ref().take(self.chunks_in_a_round()).collect();
            if round.is_empty() {
                return Ok(None);
            }
            let before = self.so_far.generated;
            self.first = first;
            first += round.iter().map(Chunk::rows).sum::<u32>();
            self.lore.beat();
            self.round(&round, depth, next, origins)?;
            self.steps_of_a_chunk = (self.so_far.generated - before) / round.len() as u64;
            self.so_far.memory = self.so_far.memory.max((self.bytes() + left + next.bytes()) as u64);
            left -= round.iter().map(Chunk::bytes).sum::<usize>();
            next.recycle(round);
            if self.spec.fail_fast && !self.sightings.is_empty() {
                return Ok(Some(Ended::Wrong));
            }
            if self.so_far.states >= self.spec.states {
                return Ok(Some(Ended::States));
            }
            if !watcher.watch(&self.so_far) {
                return Ok(Some(Ended::Stopped));
            }
        }
    }

    /// Fewer where there are many steps from a state, so that limits are not passed by far.
    fn chunks_in_a_round(&self) -> usize {
        let few = STEPS_IN_A_ROUND / self.steps_of_a_chunk.max(1);
        few.clamp(1, CHUNKS_IN_A_ROUND as u64) as usize
    }

    fn round(&mut self, round: &[Chunk], depth: u32, next: &mut Layer, origins: bool) -> Result<(), Refused> {
        let rows: u32 = round.iter().map(Chunk::rows).sum();
        let mut first = self.first;
        if self.spec.jobs > 1 && rows >= WORTH_SHARING {
            for (work, chunk) in self.works.iter_mut().zip(round) {
                work.first = first;
                first += chunk.rows();
            }
            self.look_up(round);
            self.find_out_the_rest(round.len())?;
            self.take_in_shared(round.len(), next, origins);
            self.note(round.len(), depth);
            return Ok(());
        }
        for chunk in round {
            self.works[0].read(chunk);
            self.works[0].first = first;
            first += chunk.rows();
            self.find_out_all()?;
            let news = self.works[0].take_in(&self.tables, &mut self.visited, next.parts_mut(), 0, origins);
            self.so_far.states += news;
            self.note(1, depth);
        }
        Ok(())
    }

    /// All steps from the states of one chunk.
    fn find_out_all(&mut self) -> Result<(), Refused> {
        let mut learning = Learning { tables: &mut self.tables, lore: self.lore };
        let Work { block, expander, found, .. } = &mut self.works[0];
        for row in 0..block.len() {
            expander.expand(&mut learning, block, row, found)?;
        }
        Ok(())
    }

    /// Several workers look up the steps from the states of their chunks.
    fn look_up(&mut self, round: &[Chunk]) {
        look_up(&mut self.works[..round.len()], round, &self.tables, self.spec.jobs);
    }

    fn find_out_the_rest(&mut self, works: usize) -> Result<(), Refused> {
        let mut learning = Learning { tables: &mut self.tables, lore: self.lore };
        for Work { block, expander, deferred, late, .. } in &mut self.works[..works] {
            for row in &*deferred {
                expander.expand(&mut learning, block, *row as usize, late)?;
            }
        }
        Ok(())
    }

    /// Several workers take in the states of their parts.
    fn take_in_shared(&mut self, works: usize, next: &mut Layer, origins: bool) {
        let works = &self.works[..works];
        let parts = next.parts_mut();
        self.so_far.states += take_in(works, &self.tables, &mut self.visited, parts, self.spec.jobs, origins);
    }

    /// Counts what came of a round.
    fn note(&mut self, works: usize, depth: u32) {
        for work in &self.works[..works] {
            for expanded in [&work.found, &work.late] {
                self.so_far.generated += expanded.generated;
                self.so_far.ends += expanded.ends;
            }
            if work.found.sightings.is_empty() && work.late.sightings.is_empty() {
                continue;
            }
            self.sightings.extend(work.sighted(depth));
        }
        self.keep_first_of_each();
    }

    /// Of each invariant, the first sighting is enough.
    fn keep_first_of_each(&mut self) {
        let mut known: Vec<&str> = Vec::new();
        let lore = &*self.lore;
        self.sightings.retain(|sighted| {
            let Sighting { violation, panicked, .. } = sighted.sighting;
            let invariant = if panicked {
                crate::world::rules::NO_PANIC.id
            } else {
                &lore.violation(violation).invariant
            };
            let new = !known.contains(&invariant);
            known.push(invariant);
            new
        });
    }

    /// How much memory the search takes, in bytes, but for layers and what lies behind the numbers.
    fn bytes(&self) -> usize {
        let visited: usize = self.visited.iter().map(Table::bytes).sum();
        visited + self.tables.bytes() + self.lore.bytes()
    }
}

impl Work {
    fn read(&mut self, chunk: &Chunk) {
        self.block.read(chunk);
        self.found.clear();
        self.late.clear();
        self.deferred.clear();
    }

    /// What is wrong in states at that depth, in the order of the states.
    fn sighted(&self, depth: u32) -> Vec<Sighted> {
        let mut seen = [&*self.found.sightings, &*self.late.sightings].concat();
        seen.sort_by_key(|sighting| sighting.parent);
        let place = |sighting: Sighting| Sighted { depth, place: self.first + sighting.parent, sighting };
        seen.into_iter().map(place).collect()
    }

    fn look_up(&mut self, tables: &Tables) {
        for row in 0..self.block.len() {
            let known = self.expander.expand(&mut Shared(tables), &self.block, row, &mut self.found);
            if !known.expect("what is shared refuses nothing") {
                self.deferred.push(row as u32);
            }
        }
    }

    /// Takes in what was found in some parts; how many states are new.
    fn take_in(
        &self,
        tables: &Tables,
        visited: &mut [Table<()>],
        parts: &mut [Part],
        first: usize,
        origins: bool,
    ) -> u64 {
        let mut row = Row::default();
        let mut news = 0;
        if let [all] = &*visited {
            // All places are fetched at the same time, and not one after another.
            let keys = self.found.found.iter().map(|found| all.look(key_of(found.bits)));
            std::hint::black_box(keys.fold(0, |sum, key| sum ^ key));
        }
        for found in in_order(&self.found.found, &self.late.found) {
            let Some(part) = part_of(found.bits).checked_sub(first).filter(|part| *part < parts.len()) else {
                continue;
            };
            let table = part % visited.len();
            if visited[table].insert(key_of(found.bits), ()) {
                let view = self.block.view(found.parent as usize);
                successor(tables, &view, found.outcome, &mut row).expect("it was looked up before");
                debug_assert_eq!(row.bits(&tables.routes).max(1), found.bits);
                parts[part].push(found.bits, &row);
                if origins {
                    let parent = self.first + found.parent;
                    parts[part].keep_origin(Origin { parent, outcome: found.outcome });
                }
                news += 1;
            }
        }
        news
    }
}

/// Several workers look up the steps from the states of their chunks.
fn look_up(works: &mut [Work], chunks: &[Chunk], tables: &Tables, jobs: usize) {
    let share = works.len().div_ceil(jobs);
    std::thread::scope(|scope| {
        for (works, chunks) in works.chunks_mut(share).zip(chunks.chunks(share)) {
            scope.spawn(move || {
                for (work, chunk) in works.iter_mut().zip(chunks) {
                    work.read(chunk);
                    work.look_up(tables);
                }
            });
        }
    });
}

/// Several workers take in the states of their parts; how many are new.
fn take_in(
    works: &[Work],
    tables: &Tables,
    visited: &mut [Table<()>],
    parts: &mut [Part],
    jobs: usize,
    origins: bool,
) -> u64 {
    let share = PARTS.div_ceil(jobs);
    let (visited, parts) = (visited.chunks_mut(share), parts.chunks_mut(share));
    std::thread::scope(|scope| {
        let take_in = |(index, (visited, parts)): (usize, (_, _))| {
            let first = index * share;
            scope.spawn(move || {
                let (visited, parts): (&mut [Table<()>], &mut [Part]) = (visited, parts);
                works.iter().map(|work| work.take_in(tables, visited, parts, first, origins)).sum::<u64>()
            })
        };
        let workers: Vec<_> = visited.zip(parts).enumerate().map(take_in).collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker does not panic")).sum()
    })
}

/// Both lists in one, in the order of the states before.
fn in_order<'a>(one: &'a [Found], other: &'a [Found]) -> impl Iterator<Item = Found> + 'a {
    let (mut one, mut other) = (one.iter().copied().peekable(), other.iter().copied().peekable());
    std::iter::from_fn(move || match (one.peek(), other.peek()) {
        (Some(first), Some(second)) if second.parent < first.parent => other.next(),
        (Some(_), _) => one.next(),
        (None, _) => other.next(),
    })
}

/// What stands for a state in the table of its part: the bits that choose the part come last, for they are the same for all.
#[inline]
fn key_of(bits: u64) -> u64 {
    bits.rotate_left(4)
}
