//! JSON Lines, versioned.
