//! The states at one depth, as bytes.
//!
//! A row is its bits in eight bytes, and then numbers of seven bits a byte, the loose ones as differences. Rows lie in chunks: what a worker
//! takes at a time. They are kept apart by the first bits, and so in the same order whoever found them.

use super::row::{Row, View};

/// Into so many parts states fall by their first bits.
pub(super) const PARTS: usize = 16;

/// The part to which a state belongs.
#[inline]
pub(super) fn part_of(bits: u64) -> usize {
    (bits >> 60) as usize
}

/// The states at one depth.
#[derive(Debug)]
pub(super) struct Layer {
    /// By part.
    parts: Vec<Part>,
}

/// Those of the states whose first bits are the same.
#[derive(Debug, Default)]
pub(super) struct Part {
    chunks: Vec<Chunk>,
    /// How each came about, if that is wanted.
    origins: Vec<Origin>,
    /// Memory of chunks that are done with: of one size, so that it goes round and does not crumble.
    spare: Vec<Vec<u8>>,
    /// A row on its way into a chunk.
    row: Vec<u8>,
}

/// Some rows.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    bytes: Vec<u8>,
    rows: u32,
}

/// How a state came about.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Origin {
    /// The place of the state before it in its layer.
    pub(super) parent: u32,
    /// The place of the outcome that led from there to here.
    pub(super) outcome: u32,
}

/// Larger ones have one row.
const BYTES_IN_A_CHUNK: usize = if cfg!(test) { 64 } else { 4_096 };

impl Default for Layer {
    fn default() -> Self {
        Self { parts: std::iter::repeat_with(Part::default).take(PARTS).collect() }
    }
}

impl Layer {
    /// An empty layer that takes the spare memory of another.
    pub(super) fn instead_of(other: &mut Self) -> Self {
        let mut layer = Self::default();
        for (part, other) in layer.parts.iter_mut().zip(&mut other.parts) {
            part.spare = std::mem::take(&mut other.spare);
        }
        layer
    }

    /// Takes the memory of chunks that are done with.
    pub(super) fn recycle(&mut self, chunks: Vec<Chunk>) {
        for (index, Chunk { mut bytes, .. }) in chunks.into_iter().enumerate() {
            if bytes.capacity() == BYTES_IN_A_CHUNK {
                bytes.clear();
                self.parts[index % PARTS].spare.push(bytes);
            }
        }
    }

    /// How many states there are.
    pub(super) fn len(&self) -> usize {
        self.chunks().map(|chunk| chunk.rows as usize).sum()
    }

    /// The chunks in their order.
    pub(super) fn chunks(&self) -> impl Iterator<Item = &Chunk> {
        self.parts.iter().flat_map(|part| &part.chunks)
    }

    /// The chunks, to be taken one after another: their memory goes with them.
    pub(super) fn into_chunks(self) -> impl Iterator<Item = Chunk> {
        self.parts.into_iter().flat_map(|part| part.chunks)
    }

    /// Adds a state.
    pub(super) fn push(&mut self, bits: u64, row: &Row) {
        self.parts[part_of(bits)].push(bits, row);
    }

    /// The parts, to be added to by several.
    pub(super) fn parts_mut(&mut self) -> &mut [Part] {
        &mut self.parts
    }

    /// How each state came about; they are taken out.
    pub(super) fn take_origins(&mut self) -> Vec<Origin> {
        self.parts.iter_mut().flat_map(|part| std::mem::take(&mut part.origins)).collect()
    }

    /// How much memory it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let of =
            |part: &Part| part.spare.len() * BYTES_IN_A_CHUNK + part.origins.capacity() * size_of::<Origin>();
        self.chunks().map(Chunk::bytes).sum::<usize>() + self.parts.iter().map(of).sum::<usize>()
    }
}

impl Part {
    /// Adds a state.
    pub(super) fn push(&mut self, bits: u64, row: &Row) {
        self.row.clear();
        encode(bits, row, &mut self.row);
        let fits = |chunk: &Chunk| chunk.bytes.len() + self.row.len() <= BYTES_IN_A_CHUNK;
        if !self.chunks.last().is_some_and(fits) {
            let spare = self.spare.pop();
            let bytes = spare.unwrap_or_else(|| Vec::with_capacity(BYTES_IN_A_CHUNK.max(self.row.len())));
            self.chunks.push(Chunk { bytes, rows: 0 });
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.bytes.extend_from_slice(&self.row);
            chunk.rows += 1;
        }
    }

    /// Keeps how the state that was added last came about.
    pub(super) fn keep_origin(&mut self, origin: Origin) {
        self.origins.push(origin);
    }
}

impl Chunk {
    /// How many states there are.
    pub(super) fn rows(&self) -> u32 {
        self.rows
    }

    /// How much memory it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.capacity() + size_of::<Self>()
    }
}

fn encode(bits: u64, row: &Row, to: &mut Vec<u8>) {
    to.extend(bits.to_le_bytes());
    number(row.judges, to);
    for numbers in [&row.locals, &row.loose, &row.queued] {
        number(numbers.len() as u32, to);
    }
    row.locals.iter().for_each(|local| number(*local, to));
    let mut before = 0;
    for event in &row.loose {
        number(event - before, to);
        before = *event;
    }
    row.queued.iter().for_each(|event| number(*event, to));
}

#[inline]
fn number(mut number: u32, to: &mut Vec<u8>) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

/// The rows of a chunk, laid out to be read.
#[derive(Debug, Default)]
pub(super) struct Block {
    words: Vec<u32>,
    heads: Vec<Head>,
}

#[derive(Clone, Copy, Debug)]
struct Head {
    bits: u64,
    judges: u32,
    /// Where in `words` it begins, and where its parts end.
    ends: [u32; 4],
}

impl Block {
    /// Lays a chunk out.
    pub(super) fn read(&mut self, chunk: &Chunk) {
        self.words.clear();
        self.heads.clear();
        let mut bytes = Bytes { bytes: &chunk.bytes, at: 0 };
        for _ in 0..chunk.rows {
            let bits = bytes.word();
            let judges = bytes.number();
            let [locals, loose, queued] = std::array::from_fn(|_| bytes.number());
            let begin = self.words.len() as u32;
            self.words.extend((0..locals).map(|_| bytes.number()));
            let mut before = 0;
            self.words.extend((0..loose).map(|_| {
                before += bytes.number();
                before
            }));
            self.words.extend((0..queued).map(|_| bytes.number()));
            let ends = [begin, begin + locals, begin + locals + loose, begin + locals + loose + queued];
            self.heads.push(Head { bits, judges, ends });
        }
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.heads.len()
    }

    /// One of the rows.
    #[inline]
    pub(super) fn view(&self, index: usize) -> View<'_> {
        let Head { bits, judges, ends } = self.heads[index];
        let [begin, locals, loose, queued] = ends.map(|end| end as usize);
        View {
            bits,
            judges,
            locals: &self.words[begin..locals],
            loose: &self.words[locals..loose],
            queued: &self.words[loose..queued],
        }
    }
}

struct Bytes<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bytes<'_> {
    fn word(&mut self) -> u64 {
        let mut word = [0; 8];
        word.copy_from_slice(&self.bytes[self.at..self.at + 8]);
        self.at += 8;
        u64::from_le_bytes(word)
    }

    #[inline]
    fn number(&mut self) -> u32 {
        let first = self.bytes[self.at];
        self.at += 1;
        if first < 0x80 {
            return u32::from(first);
        }
        let (mut number, mut shift) = (u32::from(first & 0x7F), 7);
        loop {
            let next = self.bytes[self.at];
            self.at += 1;
            number |= u32::from(next & 0x7F) << shift;
            if next < 0x80 {
                return number;
            }
            shift += 7;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows() -> impl Strategy<Value = (u64, Row)> {
        let number = || prop_oneof![0u32..4, 100u32..300, any::<u32>()];
        let numbers = || prop::collection::vec(number(), 0..9);
        (any::<u64>(), number(), numbers(), numbers(), numbers()).prop_map(
            |(bits, judges, locals, mut loose, queued)| {
                loose.sort_unstable();
                (bits, Row { judges, locals, loose, queued })
            },
        )
    }

    proptest! {
        #[test]
        fn rows_come_back_as_they_were_by_part_and_then_by_age(rows in prop::collection::vec(rows(), 0..700)) {
            let mut layer = Layer::default();
            rows.iter().for_each(|(bits, row)| layer.push(*bits, row));
            prop_assert_eq!(layer.len(), rows.len());
            let mut expected = rows;
            expected.sort_by_key(|(bits, _)| part_of(*bits));
            let (mut block, mut read) = (Block::default(), Vec::new());
            for chunk in layer.chunks() {
                block.read(chunk);
                for index in 0..block.len() {
                    let (view, mut row) = (block.view(index), Row::default());
                    row.copy(&view);
                    read.push((view.bits, row));
                }
            }
            prop_assert_eq!(read, expected);
        }
    }
}
