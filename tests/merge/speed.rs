//! How long an unchanged tree takes.

use std::time::{Duration, Instant};

use palisade::catalog::Class;
use palisade::render::{File, Tree};
use semver::Version;

use crate::project::Project;

#[test]
fn two_hundred_and_twenty_unchanged_files_take_under_five_milliseconds() {
    let text = "    let total = first.checked_add(second).ok_or(Error::Overflow)?;\n".repeat(80);
    let mut project = Project::empty();
    let mut tree = Tree::default();
    for index in 0..220 {
        let path = format!("src/file_{index}.rs");
        project = project.with(&path, &text);
        tree.insert(path, File::new(Class::Managed, text.as_str()));
    }
    let wanted = palisade::merge::Wanted::new(Version::new(0, 1, 0), tree);
    let mut best = Duration::MAX;
    for _ in 0..10 {
        let wanted = wanted.clone();
        let start = Instant::now();
        let plan = project.plan(wanted);
        best = best.min(start.elapsed());
        assert!(plan.is_empty());
    }
    assert!(best < Duration::from_millis(5), "{best:?}");
}
