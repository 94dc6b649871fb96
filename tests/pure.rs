//! The rooms that decide know no clock, disk, terminal or process.

use std::fs;
use std::path::{Path, PathBuf};

const ROOMS: [&str; 4] = ["answers", "catalog", "render", "merge"];

const NAMES: [&str; 12] = [
    "git2",
    "dialoguer",
    "std::fs",
    "std::env",
    "std::time",
    "std::process",
    "std::net",
    "std::thread",
    "signal_hook",
    "rustix",
    "std::io::stdin",
    "SystemTime",
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the room is there").flatten();
    entries
        .flat_map(|entry| match entry.path() {
            path if path.is_dir() => sources(&path),
            path => vec![path],
        })
        .collect()
}

#[test]
fn select_render_and_merge_only_compute() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files: Vec<_> = ROOMS
        .iter()
        .flat_map(|room| sources(&src.join(room)))
        .collect();
    files.push(src.join("pipe.rs"));
    files.extend(sources(&src.join("pipe")));
    assert!(files.len() > 30, "the rooms were found: {}", files.len());
    for path in files {
        let text = fs::read_to_string(&path).expect("sources are text");
        // An import may gather names: `use std::{fs, io}`.
        let gathered = ["fs", "env", "time", "process", "net", "thread"];
        for line in text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
        {
            let hit = NAMES.iter().find(|name| line.contains(*name));
            assert_eq!(hit, None, "{}: {line}", path.display());
            let group = line.trim().strip_prefix("use std::{").unwrap_or_default();
            let names: Vec<_> = group.split([',', '}']).map(str::trim).collect();
            let hit = gathered
                .iter()
                .find(|name| names.iter().any(|n| n.starts_with(**name)));
            assert_eq!(hit, None, "{}: {line}", path.display());
        }
    }
}
