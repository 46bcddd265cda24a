//! What is known already: what came of each event in each local state, and what the monitors said. Workers read it, and one writes it.

use super::event::{EVENT_SHIFT, Route};
use super::far::Far;
use super::table::Table;
use crate::choice::generator::mix;

/// Everything that a step of the search looks up.
pub(super) struct Tables {
    /// For each event.
    pub(super) routes: Vec<Route>,
    /// For each slot and local state, the number of what the actor is besides its own state.
    pub(super) rests: Vec<Vec<u32>>,
    /// For each slot and such number, where in `own_words` the events stand that follow from it: first turns, timers.
    own: Vec<Vec<(u32, u32)>>,
    own_words: Vec<u32>,
    /// For each event and each of the first local states, where in `outcomes` it stands what came of it.
    near: Vec<Vec<u32>>,
    /// The same for all other local states.
    far: Far,
    /// The first word is no outcome.
    outcomes: Vec<u32>,
    judged: Table<u32>,
    settled: Table<u32>,
}

/// Something that is not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Miss {
    /// What comes of an event in a local state.
    Turn { event: u32, local: u32 },
    /// What the monitors say to some facts.
    Judge { judges: u32, facts: u32 },
    /// What is still owed when nothing moves any more.
    Settle { judges: u32 },
}

/// What came of an event in a local state, one of the alternatives if the actor had a choice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome<'a> {
    /// The event.
    pub(super) event: u32,
    /// The local state afterwards.
    pub(super) local: u32,
    pub(super) kind: Kind,
    /// Whether it posts nothing but loose events, and nothing takes hold at once.
    pub(super) simple: bool,
    /// The number of the facts that were announced, or 0; of the violation, if it is one.
    pub(super) facts: u32,
    /// What was asked for, in its order.
    pub(super) asks: &'a [u32],
    /// The place of the next alternative.
    pub(super) next: Option<u32>,
}

/// Whether an outcome is a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is.
    Step,
    /// The receiver has no use for it: no step if it stays under way.
    Nowhere,
    /// It cannot happen now.
    Blocked,
    /// It breaks a rule.
    Violation,
}

/// Marks what takes hold at once among the things asked for; the others are under way from then on.
pub(super) const AT_ONCE: u32 = 1 << 31;

const KINDS: [Kind; 4] = [Kind::Step, Kind::Nowhere, Kind::Blocked, Kind::Violation];
const SIMPLE: u32 = 1 << 2;
const FACTS: u32 = 1 << 3;
const MORE: u32 = 1 << 4;
/// Where the number of things asked for stands in a head.
const ASKS: u32 = 5;
/// So many things asked for, and a word with how many more.
const MANY: u32 = 7;
/// Local states with smaller numbers are looked up in a list.
const NEAR: u32 = 256;

/// What the monitors say to some facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judged {
    /// What they remember from then on.
    Content(u32),
    /// The number of a violation.
    Violated(u32),
}

const VIOLATED: u32 = 1 << 31;

impl Default for Tables {
    fn default() -> Self {
        Self {
            routes: Vec::new(),
            rests: Vec::new(),
            own: Vec::new(),
            own_words: Vec::new(),
            near: Vec::new(),
            far: Far::default(),
            outcomes: vec![0],
            judged: Table::filled_to(50),
            settled: Table::filled_to(50),
        }
    }
}

#[inline]
fn key(high: u32, low: u32) -> u64 {
    mix((u64::from(high) << 32 | u64::from(low)) + 1)
}

impl Tables {
    /// Where it stands what comes of an event in a local state.
    #[inline]
    pub(super) fn turn(&self, event: u32, local: u32) -> Result<u32, Miss> {
        let place = if local < NEAR {
            self.near[event as usize].get(local as usize).copied().filter(|place| *place != 0)
        } else {
            self.far.get(self.routes[event as usize].to, local - NEAR, event, &self.outcomes)
        };
        place.ok_or(Miss::Turn { event, local })
    }

    /// The outcome at a place.
    #[inline]
    pub(super) fn outcome(&self, place: u32) -> Outcome<'_> {
        let words = &self.outcomes[place as usize..];
        let head = words[0];
        let mut first = 2;
        let mut word = |is_there: bool| {
            first += usize::from(is_there);
            if is_there { words[first - 1] } else { 0 }
        };
        let facts = word(head & FACTS != 0);
        let few = head >> ASKS & MANY;
        let many = word(few == MANY);
        let end = first + (few + many) as usize;
        Outcome {
            event: head >> EVENT_SHIFT,
            local: words[1],
            kind: KINDS[(head & 3) as usize],
            simple: head & SIMPLE != 0,
            facts,
            asks: &words[first..end],
            next: (head & MORE != 0).then_some(place + end as u32),
        }
    }

    /// Adds what comes of an event in a local state: all alternatives. The places of them are returned.
    pub(super) fn learn(&mut self, (event, local): (u32, u32), outcomes: &[Learnt]) -> Vec<u32> {
        let mut places = Vec::new();
        for (index, outcome) in outcomes.iter().enumerate() {
            places.push(self.outcomes.len() as u32);
            let flag = |set: bool, flag: u32| if set { flag } else { 0 };
            let head = outcome.kind as u32
                | flag(self.is_simple(outcome), SIMPLE)
                | flag(outcome.facts != 0, FACTS)
                | flag(index + 1 < outcomes.len(), MORE)
                | (outcome.asks.len() as u32).min(MANY) << ASKS
                | event << EVENT_SHIFT;
            self.outcomes.extend([head, outcome.local]);
            self.outcomes.extend((outcome.facts != 0).then_some(outcome.facts));
            self.outcomes.extend((outcome.asks.len() as u32).checked_sub(MANY));
            self.outcomes.extend(&outcome.asks);
        }
        self.point_at(event, local, places[0]);
        places
    }

    fn point_at(&mut self, event: u32, local: u32, place: u32) {
        if local >= NEAR {
            let slot = self.routes[event as usize].to;
            return self.far.insert(slot, local - NEAR, event, place, &self.outcomes);
        }
        let (near, local) = (&mut self.near[event as usize], local as usize);
        if local >= near.len() {
            near.resize(local + 1, 0);
        }
        near[local] = place;
    }

    /// Adds an event; its number is how many there were before.
    ///
    /// # Panics
    ///
    /// If there are more than 2^24.
    pub(super) fn add_event(&mut self, route: Route) {
        assert!(
            self.routes.len() < 1 << (32 - EVENT_SHIFT),
            "there are too many different messages, timers and signals"
        );
        self.routes.push(route);
        self.near.push(Vec::new());
    }

    /// Adds a slot.
    pub(super) fn add_slot(&mut self) {
        self.rests.push(Vec::new());
        self.own.push(Vec::new());
    }

    /// Adds what an actor can be besides its own state; its number is how many there were before in its slot.
    pub(super) fn add_rest(&mut self, slot: u32, own: &[u32]) {
        self.own[slot as usize].push((self.own_words.len() as u32, own.len() as u32));
        self.own_words.extend(own);
    }

    fn is_simple(&self, outcome: &Learnt) -> bool {
        let loose =
            |ask: &u32| ask & AT_ONCE == 0 && self.routes[*ask as usize].channel == super::event::LOOSE;
        outcome.asks.iter().all(loose)
    }

    /// What the monitors say to some facts.
    #[inline]
    pub(super) fn judge(&self, judges: u32, facts: u32) -> Result<Judged, Miss> {
        if facts == 0 {
            return Ok(Judged::Content(judges));
        }
        let said = self.judged.get(key(judges, facts)).ok_or(Miss::Judge { judges, facts })?;
        Ok(if said & VIOLATED == 0 { Judged::Content(said) } else { Judged::Violated(said & !VIOLATED) })
    }

    pub(super) fn learn_judged(&mut self, judges: u32, facts: u32, judged: Judged) {
        let said = match judged {
            Judged::Content(judges) => judges,
            Judged::Violated(violation) => violation | VIOLATED,
        };
        self.judged.insert(key(judges, facts), said);
    }

    /// The violation, if something is still owed when nothing moves any more.
    pub(super) fn settled(&self, judges: u32) -> Result<Option<u32>, Miss> {
        let said = self.settled.get(key(judges, 0)).ok_or(Miss::Settle { judges })?;
        Ok(said.checked_sub(1))
    }

    pub(super) fn learn_settled(&mut self, judges: u32, violation: Option<u32>) {
        self.settled.insert(key(judges, 0), violation.map_or(0, |violation| violation + 1));
    }

    /// How many different things the monitors remember where nothing moves any more.
    pub(super) fn endings(&self) -> u64 {
        self.settled.len() as u64
    }

    /// The events that follow from a local state itself.
    #[inline]
    pub(super) fn own_events(&self, slot: usize, local: u32) -> &[u32] {
        let (start, count) = self.own[slot][self.rests[slot][local as usize] as usize];
        &self.own_words[start as usize..(start + count) as usize]
    }

    /// How much memory it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let words = self.outcomes.capacity() + self.rests.iter().map(Vec::capacity).sum::<usize>();
        let words = words + self.near.iter().map(Vec::capacity).sum::<usize>();
        let tables = self.far.bytes() + self.judged.bytes() + self.settled.bytes();
        tables + words * size_of::<u32>() + self.routes.capacity() * size_of::<Route>()
    }
}

/// An outcome that was just found out.
#[derive(Clone, Debug)]
pub(super) struct Learnt {
    pub(super) local: u32,
    pub(super) kind: Kind,
    pub(super) facts: u32,
    pub(super) asks: Vec<u32>,
    /// What the actor chose, if it had a choice.
    pub(super) chosen: Vec<u32>,
}
