//! Where the choices of a run come from: its seed, a strategy, overrides.

use std::mem;

use crate::choice::asked::Counted;
use crate::choice::{Base, Choices};
use crate::fault::Profile;
use crate::run::RunSpec;
use crate::search::coverage::{Block, Lineage, Mixed};
use crate::search::delay_bounded::DelayBounded;
use crate::search::{Strategy, Way};

/// What strategies know of a scenario from earlier runs.
#[derive(Default)]
pub(super) struct Draws {
    /// How large dull runs are, by profile and strategy.
    sizes: Vec<(&'static str, &'static str, Counted)>,
    /// What the runs of a block of seeds have seen, if a strategy goes by that.
    block: Option<Block>,
}

/// Who makes the runs that a strategy wants to know of.
pub(super) trait Maker {
    /// Makes a run with these choices to its end, and gives them back.
    fn make(&mut self, choices: Choices, spec: &RunSpec) -> &mut Choices;
}

impl Draws {
    /// The choices of a run.
    pub(super) fn choices(&mut self, maker: &mut dyn Maker, spec: &RunSpec) -> Choices {
        let mut choices = match spec.base {
            Base::Benign => Choices::benign(),
            Base::Seeded => self.searching(maker, spec),
        };
        if let Some(overrides) = &spec.overrides {
            choices = choices.overriding(overrides.clone());
        }
        if spec.record_choices {
            choices = choices.recording();
        }
        choices
    }

    /// The choices of a strategy.
    fn searching(&mut self, maker: &mut dyn Maker, spec: &RunSpec) -> Choices {
        let strategy = spec.strategy.arm(spec.seed);
        let choices = Choices::seeded(spec.seed).insisting_on(strategy.insists_on);
        match strategy.way {
            Way::Plain | Way::Arms(_) => choices,
            Way::Blocks => choices.directed(Box::new(Mixed::new(&self.lineage(maker, spec)))),
            Way::Source(source) => choices.directed(source(spec.seed)),
            Way::Measured(source) => {
                choices.directed(source(spec.seed, self.size(maker, strategy, spec.profile)))
            }
        }
    }

    /// Whose draws the run of a seed has. The earlier runs of its block are made if they were not, so it does not depend on what ran
    /// before.
    fn lineage(&mut self, maker: &mut dyn Maker, spec: &RunSpec) -> Lineage {
        let known = self.block.take().filter(|block| block.has(spec.seed, spec.profile.name));
        let mut block = known.unwrap_or_else(|| Block::of(spec.seed, spec.profile.name));
        while block.next() < spec.seed {
            let lineage = block.lineage(block.next());
            let choices = Choices::seeded(block.next()).directed(Box::new(Mixed::new(&lineage)));
            let made = maker.make(choices, &RunSpec::seeded(block.next(), spec.profile));
            block.take(lineage, made.watched().map(mem::take).unwrap_or_default());
        }
        let lineage = block.lineage(spec.seed);
        self.block = Some(block);
        lineage
    }

    /// Keeps what a run saw for the later ones of its block, so that it need not be made again.
    pub(super) fn learn(&mut self, spec: &RunSpec, made: &mut Choices) {
        let whole = spec.base == Base::Seeded
            && spec.overrides.is_none()
            && spec.script.is_none()
            && spec.faulty.is_none()
            && spec.until.is_none()
            && spec.afresh.is_none();
        let Some(block) = self.block.as_mut().filter(|block| whole && block.next() == spec.seed) else {
            return;
        };
        if matches!(spec.strategy.arm(spec.seed).way, Way::Blocks) && block.has(spec.seed, spec.profile.name)
        {
            block.take(block.lineage(spec.seed), made.watched().map(mem::take).unwrap_or_default());
        }
    }

    /// How many choices the largest of a few dull runs of fixed seeds has; so it does not depend on what ran before.
    fn size(
        &mut self,
        maker: &mut dyn Maker,
        strategy: &'static Strategy,
        profile: &'static Profile,
    ) -> Counted {
        let known = self.sizes.iter().find(|(of, by, _)| *of == profile.name && *by == strategy.name);
        if let Some((_, _, size)) = known {
            return *size;
        }
        let mut size = Counted::default();
        for seed in 0..DULL_RUNS {
            let choices = Choices::seeded(seed).insisting_on(strategy.insists_on);
            let choices = choices.directed(Box::new(DelayBounded::dull()));
            size = size.max(maker.make(choices, &RunSpec::seeded(seed, profile)).counted());
        }
        self.sizes.push((profile.name, strategy.name, size));
        size
    }
}

/// Enough to see how long runs of a scenario are.
const DULL_RUNS: u64 = 4;
