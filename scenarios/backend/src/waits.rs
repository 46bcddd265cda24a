//! DEAD-1, for every protocol whose parties say for whom they wait.

use std::fmt::Debug;
use std::hash::Hash;

use rehearsal::check::{Monitor, SortedMap, fold};

/// What a fact says of who waits for whom, however long that takes.
pub enum Wait<N> {
    /// From here on the first goes on only when the second does.
    Begins(N, N),
    /// It waits no longer.
    Ends(N),
    /// Nobody waits any more: whoever did so is gone.
    AllEnd,
}

/// DEAD-1: no actors wait for each other in a circle. Each waits for one other at a time.
pub fn nobody_waits_in_a_circle<F, N>(
    wait: impl Fn(&F) -> Option<Wait<N>> + Clone + Send + 'static,
) -> impl Monitor<F>
where
    F: 'static,
    N: Copy + Ord + Hash + Debug + Send + 'static,
{
    fold(SortedMap::new(), move |waits: &mut SortedMap<N, N>, _, fact: &F| {
        match wait(fact) {
            Some(Wait::Begins(who, on)) => {
                waits.insert(who, on);
                let mut circle = vec![who];
                let mut at = on;
                while let Some(next) = waits.get(&at).filter(|_| at != who && circle.len() <= waits.len()) {
                    circle.push(at);
                    at = *next;
                }
                if at == who {
                    return Err(format!("{} actors wait for each other ({circle:?})", circle.len()));
                }
            }
            Some(Wait::Ends(who)) => drop(waits.remove(&who)),
            Some(Wait::AllEnd) => waits.clear(),
            None => {}
        }
        Ok(())
    })
}
