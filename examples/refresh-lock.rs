//! Cuts the pieces' parts of Cargo.lock anew.
//!
//!     cargo run --example refresh-lock              resolves afresh and writes
//!     cargo run --example refresh-lock -- --check   finds what would be written, and writes nothing
//!
//! All pieces together make one superset. Its lock is the only one that cargo
//! resolves, and the one that audits read; each piece's part is pruned from it.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::SystemTime;

use palisade::answers::Date;
use palisade::catalog::{Catalog, Piece, PieceId};
use palisade::render::{Graph, Head, Surroundings, render_manifest};

type Outcome<T> = Result<T, Box<dyn Error>>;

const HEAD: Head<'static> = Head {
    name: "superset",
    description: "Every crate that a service can have",
};

const LIB: &str = "//! Nothing: this crate is the list of all crates that a service can have.\n";

const CRATES: &str = "# The day on which the crates of all pieces were resolved: `cargo run --example refresh-lock`.\n";

fn main() -> ExitCode {
    let check = std::env::args().any(|arg| arg == "--check");
    match refresh(check) {
        Ok(changed) if changed.is_empty() => ExitCode::SUCCESS,
        Ok(changed) => {
            for path in &changed {
                println!(
                    "{} {}",
                    if check { "stale" } else { "wrote" },
                    path.display()
                );
            }
            ExitCode::from(u8::from(check))
        }
        Err(error) => {
            eprintln!("refresh-lock: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns the files that are written, or would be.
fn refresh(check: bool) -> Outcome<Vec<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let catalog = Catalog::embedded()?;
    let superset = catalog.superset();
    let manifest = render_manifest(superset.pieces(), HEAD, Surroundings::Alone)?;
    let committed = root.join("superset/Cargo.lock");
    let lock = match check {
        true => fs::read_to_string(&committed)?,
        false => resolve(root, &manifest)?,
    };
    let resolved = match check {
        true => catalog.resolved,
        false => Date::from_unix_seconds(SystemTime::UNIX_EPOCH.elapsed()?.as_secs()),
    };
    let mut files = vec![
        (root.join("superset/Cargo.toml"), manifest),
        // Tools that read more than the lock want a crate to build.
        (root.join("superset/src/lib.rs"), LIB.to_owned()),
        (committed, lock.clone()),
        (
            root.join("templates/crates.toml"),
            format!("{CRATES}resolved = {resolved}\n"),
        ),
    ];
    files.extend(fragments(root, &catalog, &lock)?);
    let is_stale =
        |(path, text): &(PathBuf, String)| fs::read_to_string(path).unwrap_or_default() != *text;
    let stale: Vec<_> = files.into_iter().filter(is_stale).collect();
    for (path, text) in stale.iter().filter(|_| !check) {
        write(path, text)?;
    }
    Ok(stale.into_iter().map(|(path, _)| path).collect())
}

/// Lets cargo resolve the superset afresh.
fn resolve(root: &Path, manifest: &str) -> Outcome<String> {
    let folder = package(root, "superset", manifest)?;
    let lock = folder.join("Cargo.lock");
    let _ = fs::remove_file(&lock);
    cargo(&folder, &["generate-lockfile"])?;
    Ok(fs::read_to_string(lock)?)
}

/// Cuts every piece's part, and proves that together they are the superset.
fn fragments(root: &Path, catalog: &Catalog, lock: &str) -> Outcome<Vec<(PathBuf, String)>> {
    let base = cut(root, catalog, &catalog.base, lock)?;
    let mut union = base.clone();
    let mut files = Vec::new();
    for piece in catalog.pieces() {
        let part = match piece.id {
            PieceId::Base => base.clone(),
            _ if piece.crates.is_empty() && piece.dev_crates.is_empty() => Graph::default(),
            _ => cut(root, catalog, piece, lock)?.beyond(&base),
        };
        let path = root.join(format!("templates/{}/crates.lock", piece.id));
        files.push((path, part.render_fragment()));
        union.unite(part)?;
    }
    match union == Graph::parse_lock(lock)? {
        true => Ok(files),
        false => Err(
            "the pieces' parts together are not the superset: is there a crate or feature \
                      that only two pieces together ask for?"
                .into(),
        ),
    }
}

/// Prunes the superset's lock to base and one piece.
fn cut(root: &Path, catalog: &Catalog, piece: &Piece, lock: &str) -> Outcome<Graph> {
    let manifest = render_manifest(catalog.base_and(piece).pieces(), HEAD, Surroundings::Alone)?;
    let folder = package(root, &piece.id.to_string().replace('/', "-"), &manifest)?;
    let path = folder.join("Cargo.lock");
    fs::write(&path, lock)?;
    // The index may not be on this machine yet.
    cargo(&folder, &["update", "--workspace", "--offline"])
        .or_else(|_| cargo(&folder, &["update", "--workspace"]))?;
    Ok(Graph::parse_lock(&fs::read_to_string(path)?)?)
}

fn package(root: &Path, name: &str, manifest: &str) -> Outcome<PathBuf> {
    let folder = root.join("target/refresh-lock").join(name);
    write(&folder.join("Cargo.toml"), manifest)?;
    write(&folder.join("src/lib.rs"), "")?;
    Ok(folder)
}

/// Writes a file; one without content goes.
fn write(path: &Path, text: &str) -> Outcome<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let is_source = path.extension().is_some_and(|extension| extension == "rs");
    match text.is_empty() && !is_source {
        true => fs::remove_file(path)?,
        false => fs::write(path, text)?,
    }
    Ok(())
}

fn cargo(folder: &Path, args: &[&str]) -> Outcome<()> {
    let run = Command::new(env!("CARGO"))
        .args(args)
        .current_dir(folder)
        .output()?;
    match run.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&run.stderr).into_owned().into()),
    }
}
