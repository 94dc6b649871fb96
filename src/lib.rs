//! palisade as a library: answers in, a service's files out.

pub mod answers;
pub mod apply;
pub mod catalog;
pub mod cli;
pub mod merge;
pub mod pipe;
pub mod project;
pub mod render;
pub mod ui;
pub mod vcs;
