//! Services as they are rendered: over all options, with short and long names.

#![expect(clippy::panic, reason = "a test fails by panicking")]

mod alerts;
mod budget;
mod cases;
mod document;
mod hygiene;
mod locks;
mod selection;
mod speed;
