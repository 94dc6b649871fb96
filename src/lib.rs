//! palisade, as a library.

pub mod answers;
