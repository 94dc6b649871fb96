//! The commands as they are typed: exit codes, words, and what is left on disk.

#[path = "../sandbox/mod.rs"]
mod sandbox;

mod answers;
mod git;
mod interrupts;
mod new;
mod reading;
mod room;
mod status;
mod streams;
mod targets;
