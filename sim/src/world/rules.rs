//! What holds in every scenario, judged by the world itself.

use rehearsal_protocol::Protocol;

use super::asynchronous::Loose;
use super::scene::Scene;
use super::{Tally, World};
use crate::check::Violation;

/// An invariant that holds in every scenario.
#[derive(Debug)]
pub struct Rule {
    /// Its id.
    pub id: &'static str,
    /// What holds, in words.
    pub sentence: &'static str,
}

/// No accepted message disappears.
pub static CONSERVATION: Rule = Rule {
    id: "ACT-1",
    sentence: "no accepted message disappears: it is handled, waits, was lost by a declared fault, or is a dead letter",
};
/// At most one live incarnation per path.
pub static ONE_LIFE: Rule =
    Rule { id: "ACT-2", sentence: "at most one incarnation of a path is alive at a time" };
/// No turn panics.
pub static NO_PANIC: Rule = Rule { id: "ACT-3", sentence: "no turn panics" };

/// The invariants that hold in every scenario.
pub static RULES: [&Rule; 3] = [&CONSERVATION, &ONE_LIFE, &NO_PANIC];

/// A rule that was broken.
#[derive(Clone, Debug)]
pub(crate) struct Breach {
    rule: &'static Rule,
    message: String,
}

impl<P: Protocol> World<P> {
    /// A breach of one of the [`RULES`].
    pub fn violation(&self) -> Option<Violation> {
        self.scene.violation()
    }

    /// Whether one of the [`RULES`] is broken.
    #[inline]
    pub fn is_broken(&self) -> bool {
        self.scene.breach.is_some()
    }

    /// Counts where every message of the run went; at the end of a run.
    pub fn settle(&mut self) {
        let waiting = self.waiting_messages();
        self.scene.settle(waiting);
    }

    /// How many messages more were accepted than are accounted for: 0 in a sound world.
    pub(super) fn balance(&self) -> i64 {
        self.scene.tally.balance(self.waiting_messages())
    }

    fn waiting_messages(&self) -> u64 {
        let mut messages = self.queue.messages() + self.loose.as_ref().map_or(0, Loose::messages);
        for cell in &self.cells {
            messages += cell.waiting_messages();
        }
        messages
    }
}

impl Scene {
    fn violation(&self) -> Option<Violation> {
        let breach = self.breach.as_ref()?;
        Some(Violation {
            invariant: breach.rule.id.to_owned(),
            sentence: breach.rule.sentence.to_owned(),
            message: breach.message.clone(),
            at: self.now,
            event: self.recorder.count().saturating_sub(1),
        })
    }

    fn settle(&mut self, waiting: u64) {
        let Tally { sent, duplicated, handled, lost, dead, .. } = self.tally;
        if self.tally.balance(waiting) != 0 {
            let went = format!("{handled} handled, {lost} lost, {dead} dead and {waiting} waiting");
            self.break_rule(&CONSERVATION, format!("{sent} sent and {duplicated} doubled, but {went}"));
        }
    }

    pub(super) fn break_rule(&mut self, rule: &'static Rule, message: String) {
        self.breach.get_or_insert(Breach { rule, message });
    }
}

impl Tally {
    /// How many messages more were accepted than are accounted for, if so many wait.
    fn balance(&self, waiting: u64) -> i64 {
        let Self { sent, duplicated, handled, lost, dead, .. } = *self;
        (sent + duplicated).cast_signed() - (handled + lost + dead + waiting).cast_signed()
    }
}

#[cfg(test)]
impl<P: Protocol> World<P> {
    pub(crate) fn break_by(&mut self, sabotage: Option<Sabotage>) {
        self.scene.sabotage = sabotage;
    }

    pub(crate) fn sabotage(&self) -> Option<Sabotage> {
        self.scene.sabotage
    }
}

/// How a test breaks the world, to show that its own invariants can fail.
#[cfg(test)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sabotage {
    /// Forget the message of this number.
    Forget(u64),
    /// Start a second life beside the first.
    SecondLife,
    /// Leave facts out of the fingerprint of a state.
    OverlookFacts,
}

#[cfg(test)]
mod tests {
    use rehearsal_protocol::{Actor, Context, Input, Protocol};

    use super::*;
    use crate::fault::Profile;
    use crate::run::{AnyRunner, RunSpec, Verdict};
    use crate::runner::Runner;
    use crate::{Scenario, Setup};

    struct Numbers;

    impl Protocol for Numbers {
        type Message = u32;
        type Fact = u32;
    }

    /// Spawns a child and sends it three messages.
    #[derive(Clone, Debug, Hash)]
    struct Parent {
        spawns: bool,
    }

    impl Actor<Numbers> for Parent {
        fn receive(&mut self, cx: &mut Context<'_, Numbers>, input: Input<Numbers>) {
            if let (Input::Start(_), true) = (input, self.spawns) {
                let child = cx.spawn("child", Self { spawns: false });
                (0..3).for_each(|n| cx.send(child, n));
            }
        }
    }

    struct Family;

    impl Scenario for Family {
        type Protocol = Numbers;

        fn set_up(&self, system: &mut Setup<Numbers>) {
            system.node("only").actor("parent", Parent { spawns: true });
        }

        fn properties(&self, _: &mut crate::check::Properties<u32>) {}
    }

    fn tripped_by(sabotage: Option<Sabotage>) -> Option<String> {
        let mut runner = Runner::new(&Family);
        runner.sabotage(sabotage);
        match runner.run(&RunSpec::seeded(0, &Profile::NONE)).verdict {
            Verdict::Violation(violation) => Some(violation.invariant),
            Verdict::Pass | Verdict::Limit(_) => None,
        }
    }

    #[test]
    fn a_sound_world_breaks_no_rule() {
        assert_eq!(tripped_by(None), None);
    }

    #[test]
    fn a_forgotten_message_trips_act_1() {
        assert_eq!(tripped_by(Some(Sabotage::Forget(1))).as_deref(), Some("ACT-1"));
    }

    #[test]
    fn a_second_life_trips_act_2() {
        assert_eq!(tripped_by(Some(Sabotage::SecondLife)).as_deref(), Some("ACT-2"));
    }
}
