//! Where a service holds a requirement, told by what its files say.

use serde::Serialize;

use super::{Body, Catalog, DOCUMENT, PLURAL, Piece, PieceId, SERIAL, SINGULAR, Template, VERSION};

/// What the pieces' files have to say of one requirement.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Files that name the id, outside tests.
    pub files: Vec<Place>,
    /// Tests whose name begins with the id: `tls_4_…`.
    pub tests: Vec<Proof>,
}

/// A file of a service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Its path; what an answer decides stands in angles, as `<version>`.
    pub path: String,
    /// The option that it comes with, when not every service has it.
    pub piece: Option<String>,
}

/// A test of a service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Proof {
    #[serde(flatten)]
    pub place: Place,
    pub name: String,
}

impl Evidence {
    /// Looks through all pieces for an id in capitals, as `TLS-4`.
    pub fn gather(catalog: &Catalog, id: &str) -> Self {
        let mut evidence = Self::default();
        for piece in catalog.pieces() {
            for template in &piece.files {
                evidence.read(piece, template, id);
            }
        }
        evidence.files.sort();
        evidence.tests.sort();
        evidence
    }

    fn read(&mut self, piece: &Piece, template: &Template, id: &str) {
        let Some(text) = text(&template.body) else {
            return;
        };
        let (code, tests) = parts(&template.path, text);
        if mentions(code, id) {
            self.files.push(place(piece, &template.path));
        }
        let proofs = test_names(tests).filter(|name| proves(name, id));
        self.tests.extend(proofs.map(|name| Proof {
            place: place(piece, &template.path),
            name: name.to_owned(),
        }));
    }
}

fn place(piece: &Piece, path: &str) -> Place {
    let path = path
        .replace(VERSION, "<version>")
        .replace(DOCUMENT, "<document>")
        .replace(PLURAL, "<resources>")
        .replace(SINGULAR, "<resource>")
        .replace(SERIAL, "<serial>");
    let piece = (piece.id != PieceId::Base).then(|| piece.id.to_string());
    Place { path, piece }
}

fn text(body: &Body) -> Option<&str> {
    match body {
        Body::Copied(bytes) => std::str::from_utf8(bytes).ok(),
        Body::Rendered { text, .. } => Some(text),
    }
}

/// Splits a file into what runs and what tests it, which in `src/` stands last.
fn parts<'a>(path: &str, text: &'a str) -> (&'a str, &'a str) {
    if !path.ends_with(".rs") {
        return (text, "");
    }
    if path.starts_with("tests/") {
        return ("", text);
    }
    let start = text.find("#[cfg(test)]\nmod tests {");
    text.split_at(start.unwrap_or(text.len()))
}

/// Whether a text names an id, also as `INPUT-4, 5` or `VER-3 to VER-5`.
fn mentions(text: &str, id: &str) -> bool {
    let Some((area, wanted)) = id.rsplit_once('-') else {
        return false;
    };
    let Ok(wanted) = wanted.parse::<u32>() else {
        return false;
    };
    let head = format!("{area}-");
    text.match_indices(&head).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let inside = before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '-');
        !inside && listed(&text[at..], &head, wanted)
    })
}

/// Whether a list of ids that a text begins with holds a number of their area.
fn listed(text: &str, head: &str, wanted: u32) -> bool {
    let Some((mut last, mut rest)) = number(text.strip_prefix(head).unwrap_or_default()) else {
        return false;
    };
    if last == wanted {
        return true;
    }
    loop {
        let (range, after) = match (rest.strip_prefix(" to "), rest.strip_prefix(", ")) {
            (Some(after), _) => (true, after),
            (_, Some(after)) => (false, after),
            _ => return false,
        };
        let Some((next, after)) = number(after.strip_prefix(head).unwrap_or(after)) else {
            return false;
        };
        if next == wanted || range && (last..=next).contains(&wanted) {
            return true;
        }
        (last, rest) = (next, after);
    }
}

/// Reads a number that no letter follows.
fn number(text: &str) -> Option<(u32, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
        return None;
    }
    Some((digits.parse().ok()?, rest))
}

/// Returns the names of functions that a test attribute stands above.
pub fn test_names(text: &str) -> impl Iterator<Item = &str> {
    let mut is_test = false;
    text.lines().filter_map(move |line| {
        let line = line.trim();
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
            return None;
        }
        let line = line.strip_prefix("async ").unwrap_or(line);
        let name = line.strip_prefix("fn ")?.split('(').next()?;
        std::mem::take(&mut is_test).then_some(name)
    })
}

/// Whether the ids that lead a test's name hold this one: `gate_1_2_…`, `log_12_gate_18_…`.
pub fn proves(name: &str, id: &str) -> bool {
    let Some((area, wanted)) = id.rsplit_once('-') else {
        return false;
    };
    let mut words = name.split('_').peekable();
    while let Some(word) = words.next() {
        let mut numbers = 0;
        while let Some(number) = words.next_if(|word| word.parse::<u32>().is_ok()) {
            numbers += 1;
            if number == wanted && word.eq_ignore_ascii_case(area) {
                return true;
            }
        }
        if numbers == 0 {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{Evidence, mentions, parts, proves, test_names};
    use crate::catalog::{Catalog, Source};

    #[test]
    fn an_id_is_named_alone_in_a_list_and_in_a_range() {
        for text in [
            "(TLS-4)",
            "TLS-4: told",
            "see TLS-2, TLS-4.",
            "TLS-2, 4",
            "(TLS-1, TLS-2, TLS-4)",
            "TLS-3 to TLS-5",
            "TLS-3 to 5",
            "TLS-11, then TLS-4",
        ] {
            assert!(mentions(text, "TLS-4"), "{text}");
        }
        for text in [
            "",
            "TLS-41",
            "TLS-5",
            "MTLS-4",
            "TLS-4x",
            "TLS-5 to TLS-9",
            "TLS-5, 40",
            "TLS-3, INPUT-4",
            "TLS-",
        ] {
            assert!(!mentions(text, "TLS-4"), "{text}");
        }
    }

    #[test]
    fn the_ids_that_lead_a_name_are_proved() {
        assert!(proves("tls_4_it_holds", "TLS-4"));
        assert!(proves("gate_1_2_a_quota", "GATE-2"));
        assert!(proves("log_12_gate_18_probes", "GATE-18"));
        for (name, id) in [
            ("tls_41_it_holds", "TLS-4"),
            ("nests_32_deep", "TLS-32"),
            ("it_holds_tls_4", "TLS-4"),
            ("log_12_gate_18_probes", "GATE-12"),
            ("log_12_gate_18_probes", "LOG-18"),
        ] {
            assert!(!proves(name, id), "{name} {id}");
        }
    }

    #[test]
    fn only_functions_marked_as_tests_are_tests() {
        let text = "fn tls_1_help() {}\n#[tokio::test]\nasync fn tls_2_holds() {}\n\
                    fn tls_3_help() {}\n    #[test]\n    fn tls_4_holds() {\n";
        let names: Vec<_> = test_names(text).collect();
        assert_eq!(names, ["tls_2_holds", "tls_4_holds"]);
    }

    #[test]
    fn a_module_of_tests_is_no_code() {
        let text = "code\n#[cfg(test)]\nmod tests {\n}\n";
        assert_eq!(
            parts("src/a.rs", text),
            ("code\n", "#[cfg(test)]\nmod tests {\n}\n")
        );
        assert_eq!(parts("tests/a.rs", text), ("", text));
        assert_eq!(parts("a.md", text), (text, ""));
    }

    #[test]
    fn what_not_every_service_has_names_its_piece() {
        let piece = "title = \"A\"\nsummary = \"A\"\n";
        let base = format!("{piece}[package]\nedition = \"2024\"\nrust-version = \"1.95\"\n");
        let source = Source::default()
            .with("crates.toml", "resolved = 2026-11-24\n")
            .with("base/piece.toml", base)
            .with("base/files/src/api/__version__/mod.rs", "//! TLS-4\n")
            .with(
                "base/files/tests/a.rs",
                "// TLS-4\n#[test]\nfn tls_4_holds() {}\n",
            )
            .with(
                "ci/choice.toml",
                "title = \"CI\"\ndefault = [\"on\"]\npick = \"one\"\norder = 1\n",
            )
            .with("ci/on/piece.toml", piece)
            .with("ci/on/files/a.sh", "# TLS-4\n");
        let catalog = Catalog::read(&source).expect("no fault");
        let evidence = Evidence::gather(&catalog, "TLS-4");
        let files: Vec<_> = evidence
            .files
            .iter()
            .map(|place| (place.path.as_str(), place.piece.as_deref()))
            .collect();
        assert_eq!(
            files,
            [("a.sh", Some("ci/on")), ("src/api/<version>/mod.rs", None)]
        );
        let tests: Vec<_> = evidence
            .tests
            .iter()
            .map(|proof| (proof.place.path.as_str(), proof.name.as_str()))
            .collect();
        assert_eq!(tests, [("tests/a.rs", "tls_4_holds")]);
        assert_eq!(Evidence::gather(&catalog, "TLS-5"), Evidence::default());
    }
}
