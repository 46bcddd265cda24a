//! Drops what happened early, and lets what happened later take its place.
//!
//! A failure is often that of a late round of the workload, and what came before is there only because it moved all ordinals: a
//! client's fourth command is the seventh stream of a model and the ninth sync of a store. So all that follows a point is moved
//! at once: each stream counts on from where it stands at the new place.

use super::{PAIRED, Search, is_episode};
use crate::choice::asked::Point;
use crate::choice::{Deviation, StreamKey};

/// How many places are tried for each cut, if many deviations are left.
const FEW_PLACES: usize = 4;

impl Search<'_> {
    /// Leaves out the deviations from one on up to another, and episodes, and lets the others come as early as can be. Ends with the
    /// first success.
    pub(super) fn drop_rounds(&mut self) {
        let made: Vec<Deviation> =
            self.best.iter().copied().filter(|made| !is_episode(made.stream)).collect();
        let many = made.len() > PAIRED;
        let before = self.points(&self.best.clone());
        // Of many, only the first are left out: what is in the middle is for smaller steps.
        for from in 0..if many { 1 } else { made.len() } {
            let (stays, after) = (&made[..from], self.points(&made[..from]));
            for to in (from + 1..made.len()).rev() {
                let rest = &made[to..];
                let places = places(&before, &after, &rest[0], stays.last());
                for place in places.into_iter().take(if many { FEW_PLACES } else { usize::MAX }) {
                    let candidate = [stays, &moved(rest, &before, &after, place)].concat();
                    if self.is_spent() || self.accept_fewer(candidate) {
                        return;
                    }
                }
            }
        }
    }
}

/// Where a deviation can be made instead: where its stream offers the same, up to its own number, after those that stay.
fn places(before: &[Point], after: &[Point], made: &Deviation, stays: Option<&Deviation>) -> Vec<usize> {
    let own = position(before, made.key, made.n).map(|own| before[own].offered);
    let earliest = stays.and_then(|last| position(after, last.key, last.n)).map_or(0, |last| last + 1);
    let alike = |point: &Point| point.key == made.key && point.n <= made.n && Some(point.offered) == own;
    (earliest..after.len()).filter(|place| alike(&after[*place])).collect()
}

fn position(points: &[Point], key: StreamKey, n: u32) -> Option<usize> {
    points.iter().position(|point| (point.key, point.n) == (key, n))
}

/// The deviations, with the first of them at a place of another run and the others as far after it in their streams as before.
fn moved(rest: &[Deviation], before: &[Point], after: &[Point], place: usize) -> Vec<Deviation> {
    let Some(first) = position(before, rest[0].key, rest[0].n) else { return Vec::new() };
    let asked = |points: &[Point], key| points.iter().filter(|point| point.key == key).count() as u32;
    let moved = |made: &Deviation| {
        let since = made.n.checked_sub(asked(&before[..first], made.key))?;
        Some(Deviation { n: asked(&after[..place], made.key) + since, ..*made })
    };
    rest.iter().filter_map(moved).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::asked::Offered;
    use crate::choice::{Stream, Value};

    const ACTION: Offered = Offered::Of(12);
    const PAUSE: Offered = Offered::Of(9);

    fn point(key: StreamKey, n: u32, offered: Offered) -> Point {
        Point { stream: Stream::Menu(key as u32), key, n, offered }
    }

    fn deviation(key: StreamKey, n: u32) -> Deviation {
        Deviation { stream: Stream::Menu(key as u32), key, n, value: Value(1) }
    }

    /// Three rounds in which a client, 1, acts and pauses, and a store, 2, syncs once after the action.
    fn rounds() -> Vec<Point> {
        let round =
            |n| [point(1, 2 * n, ACTION), point(2, n, Offered::Entries(7)), point(1, 2 * n + 1, PAUSE)];
        (0..3).flat_map(round).collect()
    }

    #[test]
    fn a_round_that_comes_earlier_takes_all_streams_with_it() {
        let rest = [deviation(1, 4), deviation(2, 2)];
        assert_eq!(moved(&rest, &rounds(), &rounds(), 0), [deviation(1, 0), deviation(2, 0)]);
        assert_eq!(moved(&rest, &rounds(), &rounds(), 3), [deviation(1, 2), deviation(2, 1)]);
    }

    #[test]
    fn what_came_before_the_first_is_left_out() {
        assert_eq!(moved(&[deviation(1, 4), deviation(2, 0)], &rounds(), &rounds(), 0), [deviation(1, 0)]);
    }

    #[test]
    fn an_action_takes_the_place_of_an_action_after_what_stays() {
        assert_eq!(places(&rounds(), &rounds(), &deviation(1, 4), None), [0, 3, 6]);
        assert_eq!(places(&rounds(), &rounds(), &deviation(1, 4), Some(&deviation(2, 0))), [3, 6]);
    }
}
