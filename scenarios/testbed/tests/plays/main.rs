//! What the testbed itself is tried on: the canary fails, a case of it is told, and so is what is wrong with a registry.
//!
//! They stand beside the library and not in it, so that it is built once for all tests.

mod cases;
mod exam;
mod registry;
