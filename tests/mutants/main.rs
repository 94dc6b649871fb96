//! Guards of a written service, switched off one by one: each time its tests must fail.
//!
//! The table is `guards.toml`. The slow half builds a service with each fault, so `tests/run
//! mutants` asks for it; a sample of it runs in every pass.

#![expect(clippy::panic, reason = "a test that cannot go on says what it ran")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

use palisade::catalog::{Catalog, Evidence, Requirements};
use serde::Deserialize;

/// The longest that a test may take with a guard off: one that waits for ever has failed.
const PATIENCE: &str = "120";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// Services that are not the default one, by name.
    service: BTreeMap<String, Service>,
    mutant: Vec<Mutant>,
    /// Ids with tests and no guard of ours to switch off, and why.
    spared: BTreeMap<String, String>,
}

/// How a service is made: what `new` is told, and the commands that are run in it then.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Service {
    #[serde(default)]
    new: String,
    #[serde(default)]
    then: Vec<String>,
    /// Which tests of `tests/fixtures` are put beside its own: those of the platform, unless others
    /// are named.
    fixtures: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutant {
    /// The service that has the guard: the default one, unless it is named.
    service: Option<String>,
    ids: Vec<String>,
    file: String,
    find: String,
    replace: String,
    /// The names of tests, or how they begin.
    tests: Vec<String>,
    #[serde(default)]
    sample: bool,
}

impl Table {
    fn read() -> Self {
        let text = fs::read_to_string("tests/mutants/guards.toml").expect("the table");
        toml::from_str(&text).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Returns the mutants, by the name of their service.
    fn by_service(&self) -> BTreeMap<Option<&str>, Vec<&Mutant>> {
        let mut all = BTreeMap::<_, Vec<_>>::new();
        for mutant in &self.mutant {
            all.entry(mutant.service.as_deref())
                .or_default()
                .push(mutant);
        }
        all
    }

    /// Writes the service of that name.
    fn project(&self, name: Option<&str>) -> Project {
        let unnamed = Service::default();
        Project::new(name.map_or(&unnamed, |name| {
            self.service
                .get(name)
                .unwrap_or_else(|| panic!("there is no service `{name}` in the table"))
        }))
    }
}

/// A service in a folder that goes with it, with the tests of the platform beside its own.
struct Project {
    _home: tempfile::TempDir,
    folder: PathBuf,
}

impl Project {
    fn new(service: &Service) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join("notes-api");
        let run = |command: &str, inside: &Path| {
            let mut palisade = Command::new(env!("CARGO_BIN_EXE_palisade"));
            palisade
                .args(command.split_whitespace())
                .current_dir(inside);
            let output = palisade.output().expect("palisade runs");
            assert!(output.status.success(), "{command}: {}", told(&output));
        };
        run(
            &format!("new notes-api --defaults --no-git {}", service.new),
            home.path(),
        );
        service
            .then
            .iter()
            .for_each(|command| run(command, &folder));
        let usual = ["platform".to_owned()];
        for fixtures in service.fixtures.as_deref().unwrap_or(&usual) {
            let beside = folder.join("tests").join(fixtures);
            fs::create_dir(&beside).expect("a folder");
            for entry in fs::read_dir(Path::new("tests/fixtures").join(fixtures)).expect("a folder")
            {
                let path = entry.expect("an entry").path();
                fs::copy(&path, beside.join(path.file_name().expect("a name"))).expect("a file");
            }
        }
        Self {
            _home: home,
            folder,
        }
    }

    fn read(&self, path: &str) -> String {
        let path = self.folder.join(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Returns what cargo calls the target in which a test stands.
    fn target_of(&self, test: &str) -> &'static str {
        if test.contains('/') {
            return "doc";
        }
        let holds = |folder: &str| {
            let folder = self.folder.join(folder);
            folder.is_dir() && contains(&folder, &format!("fn {test}"))
        };
        let targets = [
            ("tests/security", "security"),
            ("tests/platform", "platform"),
            ("tests/tokens", "tokens"),
            ("src", "lib"),
        ];
        let found = targets.into_iter().find(|(folder, _)| holds(folder));
        found.unwrap_or_else(|| panic!("there is no test {test}")).1
    }

    /// Runs tests of one target and says whether they passed; what does not compile proves nothing.
    fn passes<'a>(&self, target: &str, tests: impl IntoIterator<Item = &'a str>) -> bool {
        let choice = match target {
            "doc" => vec!["--doc"],
            "lib" => vec!["--lib"],
            name => vec!["--test", name],
        };
        if target != "doc" {
            let output = self.cargo(
                "cargo",
                &[&["test", "--locked", "--no-run"], &choice[..]].concat(),
            );
            assert!(
                output.status.success(),
                "it does not compile: {}",
                told(&output)
            );
        }
        let tests: Vec<_> = tests.into_iter().collect();
        let arguments = [
            &[PATIENCE, "cargo", "test", "--locked"],
            &choice[..],
            &["--"],
            &tests[..],
        ];
        let output = self.cargo("timeout", &arguments.concat());
        let text = told(&output);
        let none = text.contains("test result") && text.contains(" 0 passed; 0 failed");
        assert!(!none, "no test ran: {text}");
        output.status.success()
    }

    fn cargo(&self, program: &str, arguments: &[&str]) -> Output {
        let cache = std::env::var_os("TESTS_CACHE")
            .map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.folder);
        command.env("CARGO_TARGET_DIR", cache.join("services"));
        command
            .output()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"))
    }

    /// Switches a guard off, asks its tests, and puts it back.
    fn survives(&self, mutant: &Mutant) -> bool {
        let text = self.read(&mutant.file);
        let path = self.folder.join(&mutant.file);
        fs::write(&path, text.replacen(&mutant.find, &mutant.replace, 1)).expect("a file");
        let survivor = mutant
            .tests
            .iter()
            .any(|test| self.passes(self.target_of(test), [&**test]));
        fs::write(&path, text).expect("a file");
        survivor
    }
}

fn told(output: &Output) -> String {
    let texts = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    texts.concat()
}

fn contains(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).expect("a folder").any(|entry| {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => contains(&path, text),
            false => fs::read_to_string(&path).is_ok_and(|file| file.contains(text)),
        }
    })
}

/// Ids that Rust tests prove, in a service or on the platform.
fn proved() -> BTreeSet<String> {
    let catalog = Catalog::embedded().expect("another test holds that it can be read");
    let requirements = Requirements::embedded().expect("the table is as its type");
    let has_tests = |id: &&str| {
        let named = requirements.get(id).is_some_and(|(_, requirement)| {
            let beside = |test: &String| {
                let fixtures = ["tests/fixtures/platform/", "tests/fixtures/tokens/"];
                fixtures.iter().any(|folder| test.starts_with(folder))
            };
            requirement.test.iter().any(beside)
        });
        named || !Evidence::gather(&catalog, id).tests.is_empty()
    };
    requirements
        .ids()
        .filter(has_tests)
        .map(ToOwned::to_owned)
        .collect()
}

#[test]
fn each_guard_stands_once_and_its_tests_are_there() {
    let table = Table::read();
    for (service, mutants) in table.by_service() {
        let project = table.project(service);
        for mutant in mutants {
            let count = project.read(&mutant.file).matches(&mutant.find).count();
            assert_eq!(
                count, 1,
                "{:?} in {}: {}",
                mutant.ids, mutant.file, mutant.find
            );
            assert_ne!(mutant.find, mutant.replace);
            mutant.tests.iter().for_each(|test| {
                project.target_of(test);
            });
        }
    }
}

#[test]
fn each_requirement_with_a_test_has_a_guard_to_switch_off() {
    let table = Table::read();
    let guarded: BTreeSet<_> = table
        .mutant
        .iter()
        .flat_map(|mutant| mutant.ids.clone())
        .collect();
    let spared: BTreeSet<_> = table.spared.keys().cloned().collect();
    let both: Vec<_> = guarded.intersection(&spared).collect();
    assert!(both.is_empty(), "guarded and spared: {both:?}");
    let proved = proved();
    let open: Vec<_> = proved
        .iter()
        .filter(|id| !guarded.contains(*id) && !spared.contains(*id))
        .collect();
    assert!(open.is_empty(), "no guard is switched off for {open:?}");
    let stale: Vec<_> = spared.iter().filter(|id| !proved.contains(*id)).collect();
    assert!(
        stale.is_empty(),
        "spared, and no test proves them: {stale:?}"
    );
}

/// AUDIT-8: for each practice a control is switched off, and the suite fails.
#[test]
#[ignore = "slow: `tests/run service`"]
fn audit_8_the_tests_of_a_sample_of_guards_fail_without_them() {
    switch_off(|mutant| mutant.sample);
}

#[test]
#[ignore = "slow: `tests/run mutants`"]
fn audit_8_the_tests_of_every_guard_fail_without_it() {
    let wanted = std::env::var("MUTANTS").unwrap_or_default();
    let wanted: Vec<_> = wanted.split_whitespace().collect();
    switch_off(|mutant| wanted.is_empty() || mutant.ids.iter().any(|id| wanted.contains(&&**id)));
}

fn switch_off(is_wanted: impl Fn(&Mutant) -> bool) {
    let table = Table::read();
    for (service, mut mutants) in table.by_service() {
        mutants.retain(|mutant| is_wanted(mutant));
        if !mutants.is_empty() {
            switch_off_in(&table.project(service), mutants);
        }
    }
}

fn switch_off_in(project: &Project, wanted: Vec<&Mutant>) {
    let mut tests = BTreeMap::<_, BTreeSet<_>>::new();
    for test in wanted.iter().flat_map(|mutant| &mutant.tests) {
        tests
            .entry(project.target_of(test))
            .or_default()
            .insert(&**test);
    }
    for (target, tests) in tests {
        assert!(
            project.passes(target, tests),
            "a test of {target} fails with all guards on"
        );
    }
    let started = Instant::now();
    let survivors: Vec<_> = wanted
        .into_iter()
        .filter(|mutant| {
            let survives = project.survives(mutant);
            let verdict = if survives { "SURVIVES" } else { "caught" };
            println!(
                "{verdict:8} {:?} {} ({}s)",
                mutant.ids,
                mutant.find.trim(),
                started.elapsed().as_secs()
            );
            survives
        })
        .map(|mutant| (&mutant.ids, &mutant.file, &mutant.find))
        .collect();
    assert!(
        survivors.is_empty(),
        "nothing fails without these guards: {survivors:#?}"
    );
}
