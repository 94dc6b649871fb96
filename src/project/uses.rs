//! Where other code needs the code of a version.

use std::fs;
use std::path::Path;

use super::ProjectError;
use crate::answers::VersionName;

const LIST: &str = "src/api/mod.rs";

/// Returns each line below `src/` that names the module of a version, as `PATH:LINE: TEXT`.
///
/// Its own code does not count, nor that of versions that are shut, nor its mount.
///
/// # Errors
/// When a file or a folder cannot be read.
pub fn uses_of(
    root: &Path,
    version: VersionName,
    retired: &[String],
) -> Result<Vec<String>, ProjectError> {
    let version = version.to_string();
    let shut = retired.iter().chain([&version]);
    let shut: Vec<_> = shut.map(|name| format!("src/api/{name}")).collect();
    let mut files = Vec::new();
    walk(root, "src", &shut, &mut files)?;
    files.sort();
    let mut uses = Vec::new();
    for path in files {
        let is_use =
            |line: &str| names(line, &version) && !(path == LIST && mounts(line, &version));
        uses.extend(lines_of(root, &path, is_use)?);
    }
    Ok(uses)
}

/// Returns each line of `src/api/mod.rs` that declares or mounts a version, as `PATH:LINE: TEXT`.
///
/// # Errors
/// When the file cannot be read.
pub fn mounts_of(root: &Path, version: VersionName) -> Result<Vec<String>, ProjectError> {
    let version = version.to_string();
    lines_of(root, LIST, |line| {
        declares(line, &version) || mounts(line, &version)
    })
}

fn lines_of(
    root: &Path,
    path: &str,
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<String>, ProjectError> {
    let read = |cause| ProjectError::Read {
        path: root.join(path),
        cause,
    };
    let bytes = fs::read(root.join(path)).map_err(read)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().enumerate();
    let lines = lines.filter(|(_, line)| wanted(line));
    let told = lines.map(|(number, line)| format!("{path}:{}: {}", number + 1, line.trim()));
    Ok(told.collect())
}

fn mounts(line: &str, version: &str) -> bool {
    line.contains(&format!("{version}::routes()"))
}

fn declares(line: &str, version: &str) -> bool {
    let line = line.trim_start();
    let line = line.strip_prefix("pub ").unwrap_or(line);
    line == format!("mod {version};")
}

fn walk(
    root: &Path,
    folder: &str,
    left_out: &[String],
    files: &mut Vec<String>,
) -> Result<(), ProjectError> {
    let read = |cause| ProjectError::Read {
        path: root.join(folder),
        cause,
    };
    for entry in fs::read_dir(root.join(folder)).map_err(read)? {
        let entry = entry.map_err(read)?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        let stem = path.strip_suffix(".rs");
        if left_out.iter().any(|out| stem.unwrap_or(&path) == out) {
            continue;
        }
        let kind = entry.file_type().map_err(read)?;
        match kind.is_dir() {
            true => walk(root, &path, left_out, files)?,
            false if kind.is_file() && stem.is_some() => files.push(path),
            false => {}
        }
    }
    Ok(())
}

/// Whether a line of Rust names a module in a path.
fn names(line: &str, module: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    let is_import = ["use ", "pub use "]
        .iter()
        .any(|word| code.trim_start().starts_with(word));
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(module).any(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + module.len()..]);
        let is_whole = !before.ends_with(is_word) && !after.starts_with(is_word);
        is_whole && (is_import || before.ends_with("::") || after.starts_with("::"))
    })
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_module_is_found_in_paths_alone() {
        for line in [
            "pub use super::v1::notes;",
            "use crate::api::v1;",
            "use super::{v1, v3};",
            "    v1::notes::routes()",
        ] {
            assert!(names(line, "v1"), "{line}");
        }
        for line in [
            "pub mod v1;",
            "use super::v10::notes;",
            "// as in v1::notes",
            "routes.nest(\"/v1\", notes::routes());",
            "let rev1 = rev1::new();",
        ] {
            assert!(!names(line, "v1"), "{line}");
        }
    }
}
