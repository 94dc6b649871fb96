//! The commands as they are typed: exit codes, words, and what is left on disk.

#![expect(clippy::panic, reason = "a test fails by panicking")]

#[path = "../sandbox/mod.rs"]
mod sandbox;

mod add;
mod answers;
mod branches;
mod diff;
mod git;
mod interrupts;
mod journal;
mod new;
mod reading;
mod regen;
mod room;
mod status;
mod streams;
mod targets;
mod undo;
mod versions;
