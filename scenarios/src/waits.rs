//! DEAD-1, for every protocol whose parties say for whom they wait.

use std::fmt::Debug;
use std::hash::Hash;

use rehearsal::check::{Monitor, SortedMap, fold};

/// What a fact says of who waits for whom, however long that takes.
pub(crate) enum Wait<N> {
    /// From here on the first goes on only when the second does.
    Begins(N, N),
    /// It waits no longer.
    Ends(N),
    /// Nobody waits any more: whoever did so is gone.
    AllEnd,
}

/// DEAD-1: no actors wait for each other in a circle. Each waits for one other at a time.
pub(crate) fn nobody_waits_in_a_circle<F, N>(
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rehearsal::check::Moment;
    use rehearsal_protocol::{Address, NodeId, Time};

    use super::*;

    /// What is said of `1>2` (1 waits for 2), `1.` (it goes on), and `.` (all do).
    fn judged(facts: &[&'static str]) -> Result<(), String> {
        let mut monitor =
            nobody_waits_in_a_circle(|fact: &&str| match (fact.split_once('>'), fact.split_once('.')) {
                (Some((who, on)), _) => Some(Wait::Begins(who.parse::<u32>().ok()?, on.parse().ok()?)),
                (None, Some(("", _))) => Some(Wait::AllEnd),
                (None, Some((who, _))) => Some(Wait::Ends(who.parse().ok()?)),
                (None, None) => None,
            });
        let at = Time::ZERO + Duration::from_secs(1);
        let moment = Moment { at, event: 1, actor: Address::new(NodeId(0), 0), healed: None };
        facts.iter().try_for_each(|fact| monitor.observe(moment, fact))
    }

    #[test]
    fn a_chain_is_no_circle_until_its_end_waits_for_one_of_it() {
        assert_eq!(judged(&["1>2", "2>3"]), Ok(()));
        let circle = "3 actors wait for each other ([3, 1, 2])";
        assert_eq!(judged(&["1>2", "2>3", "3>1"]), Err(circle.to_owned()));
        assert_eq!(judged(&["1>1"]), Err("1 actors wait for each other ([1])".to_owned()));
    }

    #[test]
    fn who_waits_for_a_circle_is_not_in_it() {
        let circle = "2 actors wait for each other ([3, 2])";
        assert_eq!(judged(&["1>2", "2>3", "3>2"]), Err(circle.to_owned()));
    }

    #[test]
    fn who_goes_on_is_in_no_circle() {
        assert_eq!(judged(&["1>2", "1.", "2>1"]), Ok(()));
        assert_eq!(judged(&["1>2", "2>3", ".", "3>1"]), Ok(()));
    }
}
