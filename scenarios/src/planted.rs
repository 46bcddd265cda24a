//! The planted bugs of a protocol in the words of the registry.

/// The variants of a protocol's table, which has more about each than the registry knows.
macro_rules! planted {
    ($variants:expr) => {{
        let mut all = [rehearsal::registry::Variant { name: "", sentence: "", trips: "" }; $variants.len()];
        let mut n = 0;
        while n < all.len() {
            let planted = &$variants[n];
            all[n] = rehearsal::registry::Variant {
                name: planted.name,
                sentence: planted.sentence,
                trips: planted.trips,
            };
            n += 1;
        }
        all
    }};
}

pub(crate) use planted;
