//! One choice at another place, so that others are not needed any more.
//!
//! Some deviations are there only to bring two parties together: a client chooses the key whose sync is slow. If the sync of the key
//! that it has anyway is slow, that choice can go.

use super::{Search, is_episode};
use crate::choice::asked::Point;
use crate::choice::{Deviation, Stream};

/// With more deviations, what the world does is moved within its neighbourhood only: there are many places.
const FREE: usize = 5;

impl Search<'_> {
    /// Leaves out two deviations that are the same choice made twice, and makes one of the others elsewhere.
    pub(super) fn move_for_two(&mut self) {
        let best = self.best.clone();
        let same = |a: usize, b: usize| (best[a].key, best[a].value) == (best[b].key, best[b].value);
        let pairs = (0..best.len()).rev().flat_map(|b| (0..b).rev().map(move |a| (a, b)));
        for (a, b) in pairs.filter(|(a, b)| same(*a, *b)) {
            if self.move_one(&without(&best, &[a, b])) {
                return;
            }
        }
    }

    /// Leaves out a deviation, and makes one of the others elsewhere.
    pub(super) fn move_for_one(&mut self) {
        let best = self.best.clone();
        for index in (0..best.len()).rev() {
            if self.move_one(&without(&best, &[index])) {
                return;
            }
        }
    }

    /// Makes each of these deviations at each other place, one at a time. Whether that succeeded, or nothing more is to be tried.
    fn move_one(&mut self, rest: &[Deviation]) -> bool {
        let (before, after) = (self.points(&self.best.clone()), self.points(rest));
        let free = self.best.len() <= FREE;
        for (index, made) in rest.iter().enumerate() {
            let own = before.iter().find(|point| (point.key, point.n) == (made.key, made.n));
            let Some(own) = own.filter(|_| !is_episode(made.stream)) else { continue };
            let taken = |point: &Point| rest.iter().any(|made| (made.key, made.n) == (point.key, point.n));
            for point in after.iter().filter(|point| !taken(point) && alike(own, point)) {
                let near = free || is_an_actors(made.stream) || point.n.abs_diff(made.n) <= 1;
                if !near {
                    continue;
                }
                let mut candidate = rest.to_vec();
                candidate[index] =
                    Deviation { stream: point.stream, key: point.key, n: point.n, value: made.value };
                if self.is_spent() || self.accept_fewer(candidate) {
                    return true;
                }
            }
        }
        false
    }
}

fn without(deviations: &[Deviation], left_out: &[usize]) -> Vec<Deviation> {
    let kept = deviations.iter().enumerate().filter(|(index, _)| !left_out.contains(index));
    kept.map(|(_, made)| *made).collect()
}

/// Whether two points are choices of the same kind, which offer the same.
fn alike(one: &Point, other: &Point) -> bool {
    let kind = |point: &Point| std::mem::discriminant(&point.stream);
    kind(one) == kind(other) && one.offered == other.offered
}

fn is_an_actors(stream: Stream) -> bool {
    matches!(stream, Stream::Draw(_) | Stream::Menu(_))
}
