//! palisade as a library: answers in, a service's files out.

pub mod answers;
pub mod catalog;
pub mod merge;
pub mod project;
pub mod render;
pub mod ui;
