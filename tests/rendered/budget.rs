//! How large a service is: small is a feature.

use palisade::answers::Key;
use palisade::render::Tree;

use crate::cases::{answers, rendered};

/// What a service with default answers has at most.
///
/// The goals are 80 files, 45 of them Rust, 3,500 lines of code, 2,300 of these in
/// `src/security/`, and 1,800 lines of tests. The limits are what there is, rounded up to the
/// next ten: whoever makes it smaller lowers them, so that it does not grow back.
const LIMITS: Size = Size {
    files: 97,
    rust_files: 60,
    code: 4590,
    security: 3610,
    tests: 1860,
};

/// Lines are code: no blanks, no comments.
#[derive(Debug, Default)]
struct Size {
    files: usize,
    rust_files: usize,
    /// Below `src/`, without modules of tests.
    code: usize,
    /// Of these, below `src/security/`.
    security: usize,
    /// Below `tests/`, and modules of tests.
    tests: usize,
}

impl Size {
    fn of(tree: &Tree) -> Self {
        let mut size = Self::default();
        let shown = tree
            .iter()
            .filter(|(path, _)| !path.starts_with(".palisade/"));
        for (path, file) in shown {
            size.files += 1;
            if path.ends_with(".rs") {
                let text = std::str::from_utf8(&file.bytes).expect("code is text");
                size.add(path, text);
            }
        }
        size
    }

    fn add(&mut self, path: &str, text: &str) {
        let (code, tests) = lines(text);
        self.rust_files += 1;
        if path.starts_with("tests/") {
            self.tests += code + tests;
            return;
        }
        self.code += code;
        self.tests += tests;
        if path.starts_with("src/security/") {
            self.security += code;
        }
    }

    /// Returns each count by its name.
    fn counts(&self) -> [(&'static str, usize); 5] {
        [
            ("files", self.files),
            ("Rust files", self.rust_files),
            ("lines of code", self.code),
            ("lines of src/security", self.security),
            ("lines of tests", self.tests),
        ]
    }
}

/// Counts lines of code, and those of the module of tests.
fn lines(text: &str) -> (usize, usize) {
    let is_code = |line: &&str| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with("//")
    };
    let (mut code, mut tests) = (0, 0);
    let mut lines = text.lines().filter(is_code).peekable();
    while let Some(line) = lines.next() {
        let begins = line == "#[cfg(test)]"
            && lines
                .peek()
                .is_some_and(|next| next.starts_with("mod ") && next.ends_with('{'));
        if begins {
            // Formatted code closes a module at the line's beginning.
            tests += 2 + lines.by_ref().take_while(|line| *line != "}").count();
        } else {
            code += 1;
        }
    }
    (code, tests)
}

#[test]
fn a_service_stays_within_its_budget() {
    let size = Size::of(&rendered(&answers(&[(Key::Name, "notes-api")])));
    for ((what, count), (_, limit)) in size.counts().into_iter().zip(LIMITS.counts()) {
        assert!(
            count <= limit,
            "{count} {what}, and at most {limit}: {size:?}"
        );
    }
}

#[test]
fn blanks_comments_and_modules_of_tests_are_no_code() {
    let text = "//! About.\n\nfn a() {\n    // Why.\n    b();\n}\n\n#[cfg(test)]\nmod tests {\n    \
                #[test]\n    fn c() {}\n}\n";
    assert_eq!(lines(text), (3, 5));
    assert_eq!(lines("#[cfg(test)]\nfn a() {}\n"), (2, 0));
}
