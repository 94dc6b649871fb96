//! The page docs/requirements.md: what proves each requirement, gathered from the files that do.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use palisade::catalog::{Catalog, Evidence, Place, Requirement, Requirements, proves, test_names};

pub(crate) const PATH: &str = "docs/requirements.md";

/// Tags of the answers that can be given today.
const OFFERED: [&str; 6] = ["gateway", "jwt", "key", "opaque", "release", "sql"];

/// Scripts whose checks name ids, and the words that begin such a line.
const SCRIPTS: [&str; 2] = ["tests/around", "tests/judges"];
const CHECKS: [&str; 2] = ["silent \"", "speaks \""];

/// A test or check of palisade's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Own {
    pub file: String,
    /// A function's name, or the sentence of a script.
    pub name: String,
}

/// One id and what there is for it.
#[derive(Debug)]
pub(crate) struct Row {
    pub id: String,
    pub requirement: Requirement,
    pub service: Evidence,
    pub own: Vec<Own>,
    pub mutants: usize,
}

/// All ids.
#[derive(Debug)]
pub(crate) struct Report(pub Vec<Row>);

impl Report {
    /// Reads the templates compiled in, and the tests in the repository.
    pub(crate) fn gather() -> Result<Self, String> {
        let catalog = Catalog::embedded().map_err(|error| error.to_string())?;
        let requirements = Requirements::embedded().map_err(|error| error.to_string())?;
        let own = own().map_err(|error| error.to_string())?;
        let mutants = mutants()?;
        let mut rows: Vec<_> = requirements
            .ids()
            .filter_map(|id| requirements.get(id))
            .map(|(id, requirement)| Row {
                id: id.to_owned(),
                requirement: requirement.clone(),
                service: Evidence::gather(&catalog, id),
                own: own
                    .iter()
                    .filter(|own| holds(&own.name, id))
                    .cloned()
                    .collect(),
                mutants: mutants.get(id).copied().unwrap_or_default(),
            })
            .collect();
        rows.sort_by_key(Row::place);
        Ok(Self(rows))
    }

    /// Returns the page.
    pub(crate) fn page(&self) -> String {
        let mut page = self.head();
        let mut practice = None;
        for row in &self.0 {
            if practice != Some(row.requirement.practice) {
                practice = Some(row.requirement.practice);
                let title = row.requirement.practice.title();
                let _ = write!(page, "\n## {title}\n");
            }
            page.push_str(&row.text());
        }
        page
    }

    fn head(&self) -> String {
        let bound = self.0.iter().filter(|row| row.binds());
        let count = |is: fn(&Row) -> bool| bound.clone().filter(|row| is(row)).count();
        format!(
            "# Requirements, and what proves each

Made by `cargo run --example requirements` from the templates and the tests; a test fails when it is \
stale. `palisade explain ID` tells the same of one id.

- **test** ships with each service, in its own suite.
- **palisade** is a test or check in this repository, run against written services.
- **check** is a place in a written service that holds it: the compiler, a lint, a workflow. The words are found there.
- **mutants** is how many guards are switched off in a copy, one by one, for the tests of this id to fail \
(`tests/run mutants`).
- **open** is what is not proved here, and why.

| | ids |
|---|---|
| all | {all} |
| bind what can be chosen today | {bind} |
| of these with a test, check or judge | {proved} |
| of these with something open | {open} |
| of these with a mutant | {mutants} |
",
            all = self.0.len(),
            bind = bound.clone().count(),
            proved = count(Row::is_proved),
            open = count(|row| row.requirement.unproved.is_some()),
            mutants = count(|row| row.mutants > 0),
        )
    }
}

impl Row {
    /// Whether a service that can be written today is bound by it.
    pub(crate) fn binds(&self) -> bool {
        let mut tags = self.requirement.tags().peekable();
        tags.peek().is_none() || tags.any(|tag| OFFERED.contains(&tag))
    }

    pub(crate) fn is_proved(&self) -> bool {
        !(self.service.tests.is_empty() && self.own.is_empty() && self.requirement.check.is_empty())
    }

    /// Orders by practice, area and number: `TLS-2` before `TLS-11`.
    fn place(&self) -> (palisade::catalog::Practice, String, u32) {
        let (area, number) = self.id.rsplit_once('-').unwrap_or((&self.id, "0"));
        let number = number.parse().unwrap_or_default();
        (self.requirement.practice, area.to_owned(), number)
    }

    fn text(&self) -> String {
        let mut text = format!("\n### {}\n\n{}\n\n", self.id, self.requirement.requirement);
        let mut item = |kind: &str, what: &str| {
            let _ = writeln!(text, "- {kind}: {what}");
        };
        if !self.binds() {
            item("binds", "nothing that can be chosen today");
        }
        for proof in &self.service.tests {
            item("test", &told(&proof.place, &proof.name));
        }
        for own in &self.own {
            match own.file.ends_with(".rs") {
                true => item("palisade", &format!("`{}` in {}", own.name, own.file)),
                false => item("palisade", &format!("\"{}\" in {}", own.name, own.file)),
            }
        }
        for check in &self.requirement.check {
            let (path, words) = check.split_once(' ').unwrap_or((check, ""));
            item("check", &format!("{words} in {path}"));
        }
        if self.mutants > 0 {
            item("mutants", &self.mutants.to_string());
        }
        if let Some(unproved) = &self.requirement.unproved {
            item("open", unproved);
        }
        text
    }
}

fn told(place: &Place, name: &str) -> String {
    let piece = place.piece.as_ref().map(|piece| format!(" ({piece})"));
    format!("`{name}` in {}{}", place.path, piece.unwrap_or_default())
}

/// Whether a test's name begins with an id, or a script's sentence does.
fn holds(name: &str, id: &str) -> bool {
    let mut words = name.split(' ').peekable();
    proves(name, id) || words.any(|word| word == id)
}

/// All tests of palisade, and all checks of its scripts.
fn own() -> std::io::Result<Vec<Own>> {
    let mut own = Vec::new();
    let mut folders = vec![PathBuf::from("tests")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                read(&path, &mut own, |text| {
                    test_names(text).map(ToOwned::to_owned).collect()
                })?;
            }
        }
    }
    for script in SCRIPTS {
        read(Path::new(script), &mut own, |text| {
            text.lines().filter_map(sentence).collect()
        })?;
    }
    own.sort();
    Ok(own)
}

fn read(
    path: &Path,
    own: &mut Vec<Own>,
    names: impl FnOnce(&str) -> Vec<String>,
) -> std::io::Result<()> {
    let names = names(&fs::read_to_string(path)?);
    let file = path.display().to_string();
    own.extend(names.into_iter().map(|name| Own {
        file: file.clone(),
        name,
    }));
    Ok(())
}

/// Reads the sentence of a check in a script.
fn sentence(line: &str) -> Option<String> {
    let line = line.trim();
    let rest = CHECKS.iter().find_map(|check| line.strip_prefix(check))?;
    rest.split_once('"')
        .map(|(sentence, _)| sentence.to_owned())
}

/// Counts the mutants of each id.
fn mutants() -> Result<BTreeMap<String, usize>, String> {
    let mut count = BTreeMap::new();
    for entry in fs::read_dir("tests/mutants").map_err(|error| error.to_string())? {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
        let table: toml::Table = text
            .parse()
            .map_err(|error: toml::de::Error| error.to_string())?;
        let mutants = table.get("mutant").and_then(toml::Value::as_array);
        for mutant in mutants.into_iter().flatten() {
            let ids = mutant.get("ids").and_then(toml::Value::as_array);
            for id in ids.into_iter().flatten().filter_map(toml::Value::as_str) {
                *count.entry(id.to_owned()).or_default() += 1;
            }
        }
    }
    Ok(count)
}
