//! What a search of states cannot do.

/// Why states cannot be searched, with the mend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Raw bits that are not 0 depend on how many were drawn before, so no state would come twice.
    #[error(
        "{actor} draws raw bits more than four times in one turn; states are searched with dull draws, which are 0\n  \
         let it take what it needs with `cx.choose`, or search with `explore --deviations`"
    )]
    Draws {
        /// The path of the actor.
        actor: String,
    },
    /// One turn has too many alternatives.
    #[error(
        "one turn of {actor} has more than {most} alternatives\n  let it choose from smaller menus, or search with `explore --deviations`"
    )]
    Alternatives {
        /// The path of the actor.
        actor: String,
        /// How many there may be.
        most: usize,
    },
    /// What waits for an actor that is not alive, and who is told of an ask that goes nowhere, are no part of the states.
    #[error(
        "{actor} keeps mail or asks; states know neither\n  search with `explore --deviations` or `explore --interleavings`"
    )]
    Mail {
        /// The path of the actor.
        actor: String,
    },
    /// What was found cannot be shown in the world.
    #[error("{0}")]
    Elsewhere(String),
}
