//! What becomes of a project's files, from three trees to a plan.

#[path = "../chance/mod.rs"]
mod chance;

mod classes;
mod project;
mod properties;
mod table;
mod text;
