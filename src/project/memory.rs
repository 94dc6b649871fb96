//! What a project keeps of its rendering.

use semver::Version;

use super::{Record, base64_lines};
use crate::catalog::Class;
use crate::merge::{Contents, Disk, There};
use crate::render::{File, Place, Tree};

/// Where the answers are kept.
pub const ANSWERS: &str = "palisade.toml";
pub(super) const PRISTINE: &str = ".palisade/pristine/";
pub(super) const SUFFIX: &str = ".b64";
pub(super) const RECORD: &str = ".palisade/lock.toml";
pub(super) const LOCK: &str = "Cargo.lock";

pub(super) const ATTRIBUTES_FILE: &str = ".palisade/.gitattributes";

/// `-text` keeps git from turning line ends, and both of the first line keep reviews short.
///
/// What two branches remember at one place holds side by side: it is read as a set, or is what
/// nobody edits. The answers are no such text, and are read with both sides in it.
const ATTRIBUTES: &str = "\
* -text linguist-generated
lock.toml merge=union
pristine/** merge=union
pristine/palisade.toml.b64 merge
";

/// Adds to a rendered service the answers and the memory of both.
pub fn remember(tree: &mut Tree, answers: String, generator: Version, places: &[Place]) {
    tree.insert(ANSWERS, File::new(Class::Managed, answers));
    let lock = tree
        .get(LOCK)
        .map(|file| file.bytes.as_slice())
        .unwrap_or_default();
    let record = Record::new(generator, lock, places);
    let managed = tree
        .iter()
        .filter(|(_, file)| file.class == Class::Managed)
        .map(|(path, file)| (path, file.bytes.as_slice()));
    let memory = memory(managed, &record, &Contents::new(), &Disk::new());
    tree.extend(memory);
    tree.insert(".palisade/local/.gitignore", File::new(Class::Local, "*\n"));
}

/// Returns the files that remember how managed ones were rendered, and the record beside them.
///
/// What is remembered already stays as it stands there, also with line ends that a checkout
/// turned.
pub fn memory<'a>(
    bases: impl Iterator<Item = (&'a str, &'a [u8])>,
    record: &Record,
    pristine: &Contents,
    there: &Disk,
) -> Tree {
    let mut tree = Tree::default();
    let mut put = |path: String, bytes: Vec<u8>| {
        tree.insert(path, File::new(Class::Memory, bytes));
    };
    for (path, bytes) in bases {
        let place = format!("{PRISTINE}{path}{SUFFIX}");
        let same = pristine.get(path).is_some_and(|known| known == bytes);
        let known = there.get(&place).and_then(There::bytes);
        // No mark of an open merge is in base64.
        let whole = known.filter(|text| same && !text.contains(&b'<'));
        let text = whole.map(<[u8]>::to_vec);
        put(
            place,
            text.unwrap_or_else(|| base64_lines::encode(bytes).into_bytes()),
        );
    }
    put(RECORD.to_owned(), record.render().into_bytes());
    put(ATTRIBUTES_FILE.to_owned(), ATTRIBUTES.into());
    tree
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn managed_files_and_the_answers_are_remembered_and_seeded_ones_are_not() {
        let mut tree = Tree::default();
        tree.insert("src/app.rs", File::new(Class::Managed, "fn app() {}\n"));
        tree.insert("README.md", File::new(Class::Seeded, "# Notes\n"));
        tree.insert(LOCK, File::new(Class::Lock, "version = 4\n"));
        remember(
            &mut tree,
            "name = \"notes\"\n".to_owned(),
            Version::new(0, 1, 0),
            &[],
        );
        let paths: Vec<_> = tree.paths().collect();
        assert_eq!(
            paths,
            [
                ".palisade/.gitattributes",
                ".palisade/local/.gitignore",
                ".palisade/lock.toml",
                ".palisade/pristine/palisade.toml.b64",
                ".palisade/pristine/src/app.rs.b64",
                "Cargo.lock",
                "README.md",
                "palisade.toml",
                "src/app.rs",
            ]
        );
    }
}
