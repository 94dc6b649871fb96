//! Services as they are rendered: over all options, with short and long names.

#![expect(clippy::panic, reason = "a test fails by panicking")]

mod alerts;
mod budget;
mod cases;
#[path = "../cover/mod.rs"]
mod cover;
mod document;
mod hygiene;
mod locks;
mod seam;
mod selection;
mod threats;
