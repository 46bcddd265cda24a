//! The search against a naive one, on small random systems; and where the two could not differ, against the world.

mod lives;
mod naive;
mod program;
mod ways;
