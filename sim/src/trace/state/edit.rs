//! What makes one text of another.

use std::ops::Range;

/// A piece of the earlier text gives way to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Where the piece begins, in the earlier text.
    pub at: u32,
    /// How long it is; [`Edit::REST`] if it goes on to the end.
    pub removed: u32,
    /// What takes its place, in the text of all that is put in.
    pub(super) inserted: Range<usize>,
}

impl Edit {
    /// All the rest of a text. Whoever puts texts together counts in units of its own, so no other number stands beside it unless both texts
    /// are ASCII, where all units are the same.
    pub const REST: u32 = u32::MAX;
}

/// So much must be alike for two texts to go on together.
const ALIKE: usize = 16;
/// So many commas ahead it is looked for where they do.
const AHEAD: usize = 24;

/// Appends the edits that make `after` of `before`.
pub(super) fn edits(before: &str, after: &str, inserted: &mut String, edits: &mut Vec<Edit>) {
    let mut edit = |at: usize, removed: u32, text: &str| {
        let from = inserted.len();
        inserted.push_str(text);
        edits.push(Edit { at: at as u32, removed, inserted: from..inserted.len() });
    };
    if !before.is_ascii() || !after.is_ascii() {
        return edit(0, Edit::REST, after);
    }
    let (old, new) = (before.as_bytes(), after.as_bytes());
    let (mut i, mut j) = (0, 0);
    loop {
        let same = alike(&old[i..], &new[j..]);
        (i, j) = (i + same, j + same);
        if i == old.len() && j == new.len() {
            return;
        }
        let Some((p, q)) = together(&old[i..], &new[j..]) else {
            return edit(i, Edit::REST, &after[j..]);
        };
        edit(i, p as u32, &after[j..j + q]);
        (i, j) = (i + p, j + q);
    }
}

/// Puts a text together.
pub(super) fn edited(before: &str, edits: &[Edit], inserted: &str) -> String {
    let mut after = String::new();
    let mut from = 0;
    for edit in edits {
        after.push_str(&before[from..edit.at as usize]);
        after.push_str(&inserted[edit.inserted.clone()]);
        from = if edit.removed == Edit::REST { before.len() } else { (edit.at + edit.removed) as usize };
    }
    after + &before[from..]
}

/// Where two texts that differ go on together, the nearest first: behind commas, for between those stand the values of fields and
/// the elements of lists.
fn together(old: &[u8], new: &[u8]) -> Option<(usize, usize)> {
    let (p, q) = (commas(old), commas(new));
    let pairs = (0..2 * AHEAD).flat_map(|sum| (0..=sum).map(move |x| (x, sum - x)));
    let places = pairs.filter_map(|(x, y)| Some((*p.get(x)?, *q.get(y)?)));
    places.into_iter().find(|(p, q)| {
        let (old, new) = (&old[*p..], &new[*q..]);
        let least = ALIKE.min(old.len().max(new.len()));
        old.len() >= least && new.len() >= least && old[..least] == new[..least]
    })
}

/// The places of the next few commas.
fn commas(text: &[u8]) -> Vec<usize> {
    text.iter().enumerate().filter(|(_, sign)| **sign == b',').map(|(at, _)| at).take(AHEAD).collect()
}

/// How many bytes are alike, from the first on.
fn alike(a: &[u8], b: &[u8]) -> usize {
    const PIECE: usize = 64;
    let pieces = a.chunks_exact(PIECE).zip(b.chunks_exact(PIECE)).take_while(|(a, b)| a == b).count();
    let from = pieces * PIECE;
    from + a[from..].iter().zip(&b[from..]).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn between(before: &str, after: &str) -> (Vec<Edit>, String) {
        let (mut found, mut inserted) = (Vec::new(), String::new());
        edits(before, after, &mut inserted, &mut found);
        (found, inserted)
    }

    #[test]
    fn fields_that_change_far_apart_are_edits_of_their_own() {
        let state = |first: u32, last: &str| {
            format!(
                "Session {{ epoch: {first}, name: \"unchanged, and rather long\", queue: [1, 2, 3, 4, 5], last: {last} }}"
            )
        };
        let (edits, inserted) = between(&state(7, "None"), &state(8, "Some(3)"));
        assert_eq!(edits.len(), 2);
        assert_eq!(inserted, "8Some(3) }");
    }

    #[test]
    fn a_list_that_loses_its_first_element_and_gains_a_last_keeps_those_between() {
        let list = |of: std::ops::Range<u32>| format!("{:?}", of.map(|n| n * 1_000).collect::<Vec<_>>());
        let (edits, inserted) = between(&list(1..40), &list(2..41));
        assert!(edits.len() <= 3 && inserted.len() < 20, "{edits:?} {inserted}");
    }

    #[test]
    fn a_text_with_other_letters_is_taken_whole() {
        let (edits, inserted) = between("état 1", "état 2");
        assert_eq!((edits[0].at, edits[0].removed, inserted.as_str()), (0, Edit::REST, "état 2"));
    }

    proptest! {
        #[test]
        fn edits_make_the_one_of_the_other(before in "[a-c, ä]{0,60}", after in "[a-c, ]{0,60}") {
            let (edits, inserted) = between(&before, &after);
            prop_assert_eq!(edited(&before, &edits, &inserted), after);
        }

        #[test]
        fn long_texts_with_small_changes_are_put_together(
            fields in prop::collection::vec("[a-d]{1,9}", 1..60),
            other in prop::collection::vec((0_usize..60, "[a-d]{0,30}"), 0..5),
        ) {
            let before = fields.join(", ");
            let mut changed = fields;
            for (at, text) in other {
                let at = at % changed.len();
                changed[at] = text;
            }
            let after = changed.join(", ");
            let (edits, inserted) = between(&before, &after);
            prop_assert_eq!(edited(&before, &edits, &inserted), after);
        }
    }
}
