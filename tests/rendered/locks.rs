//! Cargo.lock, put together from fragments, is cargo's own.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use palisade::answers::Key;
use palisade::catalog::{Piece, PieceId};
use palisade::render::{Graph, Head, Surroundings, render_lock, render_manifest};

use crate::cases::{CATALOG, QUESTIONS, grown};
use crate::cover::{answers, combinations, cover};

const HEAD: &str = "Every crate that a service can have";
const REFRESH: &str = "cargo run --example refresh-lock";

fn superset(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("superset")
        .join(file);
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{file}: {error}; make it: {REFRESH}"))
}

#[test]
fn the_superset_asks_for_what_all_pieces_ask_for() {
    let head = Head {
        name: "superset",
        description: HEAD,
    };
    let pieces = CATALOG.superset();
    let manifest = render_manifest(pieces.pieces(), head, Surroundings::Alone);
    let manifest = manifest.expect("base has a package");
    assert!(
        manifest == superset("Cargo.toml"),
        "crates have changed: {REFRESH}"
    );
}

#[test]
fn all_fragments_together_are_the_lock_of_the_superset() {
    let lock = superset("Cargo.lock");
    let graph = Graph::parse_lock(&lock).expect("cargo wrote it");
    assert!(
        graph.render_lock("superset") == lock,
        "our text of a lock is not cargo's"
    );
    let union = render_lock(CATALOG.superset().pieces(), "superset").expect("fragments");
    assert!(union == lock, "the fragments are stale: {REFRESH}");
}

/// Lets cargo itself hold a lock against its manifest; it needs the index alone.
fn held_by_cargo(pieces: &[&Piece], name: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).expect("a file");
    let head = Head {
        name,
        description: "A service",
    };
    fs::create_dir(folder.path().join("src")).expect("a folder");
    write("src/lib.rs", "");
    write(
        "Cargo.toml",
        &render_manifest(pieces, head, Surroundings::Alone).expect("a manifest"),
    );
    let lock = render_lock(pieces, name).expect("a lock");
    write("Cargo.lock", &lock);
    let cargo = |args: &[&str]| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["update", "--workspace"]).args(args);
        cargo
            .current_dir(folder.path())
            .output()
            .expect("cargo runs")
    };
    for args in [&["--locked"][..], &[]] {
        let offline = [args, &["--offline"]].concat();
        // On a fresh machine the index is not there yet.
        let output = match cargo(&offline) {
            output if output.status.success() => output,
            _ => cargo(args),
        };
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {said}");
    }
    let after = fs::read_to_string(folder.path().join("Cargo.lock")).expect("a lock");
    assert!(after == lock, "{name}: cargo writes another lock");
}

fn with_crates() -> impl Iterator<Item = &'static Piece> {
    CATALOG
        .pieces()
        .filter(|piece| piece.id != PieceId::Base)
        .filter(|piece| !piece.crates.is_empty() || !piece.dev_crates.is_empty())
}

#[test]
fn cargo_takes_the_lock_of_base_alone_of_each_piece_and_of_all() {
    held_by_cargo(CATALOG.base_and(&CATALOG.base).pieces(), "notes-api");
    for piece in with_crates() {
        held_by_cargo(CATALOG.base_and(piece).pieces(), "notes-api");
    }
    held_by_cargo(CATALOG.superset().pieces(), "notes-api");
}

/// Whether pieces bring crates decides alone what is in a lock, so that each such set is asked once.
#[test]
#[ignore = "slow: `tests/run rendered`"]
fn cargo_takes_the_lock_of_any_options_together() {
    let mut known = BTreeSet::new();
    for row in cover(&combinations(&CATALOG), &QUESTIONS) {
        for answers in [grown(&row), answers(&row, &QUESTIONS)] {
            let selection = CATALOG.select(&answers).expect("they go together");
            let brings = |piece: &&&Piece| !piece.crates.is_empty() || !piece.dev_crates.is_empty();
            let pieces: Vec<_> = selection.pieces().iter().filter(brings).copied().collect();
            let ids: Vec<_> = pieces.iter().map(|piece| piece.id.clone()).collect();
            if known.insert(ids) {
                held_by_cargo(&pieces, "notes-api");
            }
        }
    }
}

/// Names of crates that a service has through others; `new` refuses those that it asks for itself.
fn transitive() -> BTreeSet<String> {
    let union = render_lock(CATALOG.superset().pieces(), "superset").expect("fragments");
    let graph = Graph::parse_lock(&union).expect("our own lock");
    let direct: BTreeSet<_> = graph.root.iter().map(|id| id.name.as_str()).collect();
    let all = graph.packages.keys().map(|id| id.name.as_str());
    all.filter(|name| !direct.contains(name))
        .map(ToOwned::to_owned)
        .collect()
}

#[test]
fn cargo_takes_the_lock_of_a_service_called_like_a_crate_in_it() {
    // In the lock once and more than once, and spelt otherwise than in code.
    for name in ["h2", "syn", "aws-lc-sys"] {
        assert!(transitive().contains(name), "{name} would prove nothing");
        held_by_cargo(CATALOG.superset().pieces(), name);
    }
}

#[test]
#[ignore = "slow: `tests/run rendered`"]
fn cargo_takes_the_lock_of_a_service_whatever_crate_it_is_called_like() {
    let names = transitive();
    assert!(names.len() > 100, "{names:?}");
    for name in names {
        held_by_cargo(CATALOG.superset().pieces(), &name);
    }
}

#[test]
fn patch_4_no_crate_is_older_than_its_last_known_hole() {
    // RUSTSEC-2026-0285 and RUSTSEC-2026-0258.
    let floors = [("rustls", "0.23.45"), ("h2", "0.4.16")];
    let union = render_lock(CATALOG.superset().pieces(), "superset").expect("fragments");
    let graph = Graph::parse_lock(&union).expect("our own lock");
    for (name, floor) in floors {
        let floor = floor.parse().expect("a version");
        let found: Vec<_> = graph.packages.keys().filter(|id| id.name == name).collect();
        assert!(!found.is_empty(), "{name} is not in the lock any more");
        assert!(found.iter().all(|id| id.version >= floor), "{found:?}");
    }
}

#[test]
fn a_lock_is_the_same_whatever_else_is_answered() {
    let lock = |given: &[(Key, &str)]| {
        let tree = crate::cases::rendered(&crate::cases::answers(given));
        tree.get("Cargo.lock").map(|file| file.bytes.clone())
    };
    let plain = lock(&[(Key::Name, "notes-api")]);
    assert!(plain.is_some());
    assert!(plain == lock(&[(Key::Name, "notes-api"), (Key::Resource, "task")]));
}
