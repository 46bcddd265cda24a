//! An array in pieces of one size: it grows without being moved, and leaves no holes behind where it was.

/// So many items are in a piece, as a power of two.
const SHIFT: u32 = 10;
const PIECE: usize = 1 << SHIFT;

/// Items by their place.
#[derive(Clone, Debug)]
pub(super) struct Pieces<T> {
    pieces: Vec<Box<[T; PIECE]>>,
}

impl<T> Default for Pieces<T> {
    fn default() -> Self {
        Self { pieces: Vec::new() }
    }
}

impl<T: Copy + Default> Pieces<T> {
    /// How many items there are: those of all pieces.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.pieces.len() << SHIFT
    }

    /// How much memory it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.len() * size_of::<T>() + self.pieces.capacity() * size_of::<usize>()
    }

    /// Grows until there are at least so many items.
    pub(super) fn grow_to(&mut self, items: usize) {
        self.pieces.resize_with(items.div_ceil(PIECE), || Box::new([T::default(); PIECE]));
    }

    #[inline]
    pub(super) fn get(&self, place: usize) -> T {
        self.pieces[place >> SHIFT][place % PIECE]
    }

    #[inline]
    pub(super) fn set(&mut self, place: usize, item: T) {
        self.pieces[place >> SHIFT][place % PIECE] = item;
    }

    /// What was there.
    #[inline]
    pub(super) fn replace(&mut self, place: usize, item: T) -> T {
        std::mem::replace(&mut self.pieces[place >> SHIFT][place % PIECE], item)
    }

    /// All items become what items are at first.
    pub(super) fn clear(&mut self) {
        self.pieces.iter_mut().for_each(|piece| piece.fill(T::default()));
    }
}
