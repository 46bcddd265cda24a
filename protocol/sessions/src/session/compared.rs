//! Ids that are compared at once.

/// Ids are compared all the time, and to compare field by field takes a branch for each, of which nobody knows which way it goes. So they are
/// compared as numbers: whether they are equal by words in which fields stand as they do in memory, which is two loads, and their order by one
/// number that has the first field in front.
macro_rules! compared_at_once {
    ($($id:ident($this:ident): $words:expr, $rank:expr;)*) => {$(
        impl $id {
            #[inline]
            fn words(self) -> (u64, u64) {
                let $this = self;
                $words
            }

            #[inline]
            fn rank(self) -> u128 {
                let $this = self;
                $rank
            }
        }

        impl PartialEq for $id {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                let (ours, theirs) = (self.words(), other.words());
                (ours.0 ^ theirs.0) | (ours.1 ^ theirs.1) == 0
            }
        }

        impl Eq for $id {}

        impl PartialOrd for $id {
            #[inline]
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $id {
            #[inline]
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.rank().cmp(&other.rank())
            }
        }
    )*};
}

/// Several small numbers as a large one, that of the least weight first.
macro_rules! joined {
    ($whole:ty: $first:expr $(, $shift:literal $next:expr)*) => {
        <$whole>::from($first) $(| <$whole>::from($next) << $shift)*
    };
}

pub(crate) use {compared_at_once, joined};
