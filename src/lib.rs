//! palisade, as a library.

pub mod answers;
pub mod ui;
