//! palisade, as a library.
