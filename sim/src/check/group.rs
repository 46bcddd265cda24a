//! Monitors behind one pointer: one, or several that are [fused](super::fused).

use std::hash::Hasher;

use serde::Serialize;

use super::monitor::{Moment, Monitor, Owed};

/// Monitors that are shown facts together, in the order of their invariants.
pub trait Group<F>: Send {
    /// How many they are.
    fn len(&self) -> u32;

    /// Shows a fact of a kind, by its place among the kinds, to those that judge such facts.
    fn judge(&mut self, kind: u32, moment: &Moment, fact: &F) -> Option<Box<Broken>>;

    /// The kinds of facts that any of them is shown; all kinds if absent.
    fn kinds(&self) -> Option<Vec<&'static str>>;

    /// Tells what is owed to each of them.
    fn owed(&self, to: &mut dyn FnMut(Vec<Owed>));

    /// Feeds the present state to a hasher, for finding equal states within one process.
    fn fingerprint(&self, hasher: &mut dyn Hasher);

    /// Each as a group of its own, in the present state, if they are several.
    fn several(&self) -> Option<Vec<Box<dyn Group<F>>>> {
        None
    }

    /// A copy in the present state.
    fn copy(&self) -> Box<dyn Group<F>>;

    /// They forget everything, for the next run.
    fn reset(&mut self);
}

impl<F> dyn Group<F> {
    /// Each as a group of its own, in the present state.
    pub(super) fn apart(&self) -> Vec<Box<dyn Group<F>>> {
        self.several().unwrap_or_else(|| vec![self.copy()])
    }
}

impl<F> Clone for Box<dyn Group<F>> {
    fn clone(&self) -> Self {
        (**self).copy()
    }
}

/// What one of a group says that is not content. Boxed, so that contentment is a register with nothing in it.
#[derive(Debug)]
pub struct Broken {
    /// Which of the group, from 0.
    pub(super) number: u32,
    /// What is wrong.
    pub(super) message: String,
}

/// The monitor of this number is not content; what the first says is kept.
#[cold]
pub(super) fn broken(first: Option<Box<Broken>>, number: u32, message: String) -> Option<Box<Broken>> {
    first.or_else(|| Some(Box::new(Broken { number, message })))
}

/// A monitor by itself.
#[derive(Clone)]
pub(super) struct One<M>(pub(super) M);

impl<F: Serialize, M: Monitor<F>> Group<F> for One<M> {
    fn len(&self) -> u32 {
        1
    }

    #[inline]
    fn judge(&mut self, _: u32, moment: &Moment, fact: &F) -> Option<Box<Broken>> {
        match self.0.observe(moment, fact) {
            Ok(()) => None,
            Err(message) => broken(None, 0, message),
        }
    }

    fn kinds(&self) -> Option<Vec<&'static str>> {
        self.0.kinds().map(Vec::from)
    }

    fn owed(&self, to: &mut dyn FnMut(Vec<Owed>)) {
        to(self.0.owed());
    }

    fn fingerprint(&self, mut hasher: &mut dyn Hasher) {
        self.0.hash(&mut hasher);
    }

    fn copy(&self) -> Box<dyn Group<F>> {
        Box::new(self.clone())
    }

    fn reset(&mut self) {
        self.0.reset();
    }
}
