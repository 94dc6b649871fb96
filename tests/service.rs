//! Services as `new` writes them, built and tested: slow, so `tests/run service` asks for them.

#![expect(clippy::panic, reason = "a test that cannot go on says what it ran")]

mod cover;
mod project;
#[path = "service/seam.rs"]
mod seam;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

#[path = "service/life.rs"]
mod life;
#[path = "service/proxy.rs"]
mod proxy;
#[path = "service/served.rs"]
mod served;

use project::{Project, demand, demand_tests, target, text, tools};

/// A field of every type, required, optional and restricted.
const EVERY_TYPE: &str = "name:string:1..80 alias:string:optional remark:text:..500 story:text:optional \
    count:int:0..1000 spare:int:-5..5:optional price:decimal:0..1000 rebate:decimal:optional open:bool \
    hidden:bool:optional batch:uuid parent:uuid:optional found:date lost:date:optional seen:datetime \
    gone:datetime:optional contact:email copy:email:optional link:url mirror:url:optional \
    state:enum:draft,sent grade:enum:a,b:optional tags:list:..20:string:1..50 marks:list:1..5:int:0..9:optional \
    moods:list:..3:enum:low,high flag:bool:write=admin rank:enum:low,high:write=editor \
    labels:list:..20:string:1..50:write=admin note:string:optional:write=admin level:int:3..9:write=admin \
    rate:decimal:write=admin memo:text:..40:write=editor";

/// The sample in two versions.
const TWO_VERSIONS: &str = "[[version]]\nname = \"v1\"\nreleased = 2026-01-01\n\
    [[version]]\nname = \"v2\"\nreleased = 2026-02-01\n\
    [[resource]]\nname = \"note\"\n\
    fields = [\"title:string:1..200\", \"body:text:..10000\", \"pinned:bool:write=admin\"]\n";

impl Project {
    /// Returns what cargo says against it.
    fn refused(&self, arguments: &[&str]) -> String {
        let output = self
            .command("cargo", arguments)
            .output()
            .expect("cargo runs");
        assert!(!output.status.success(), "{}", text(&output));
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    fn edit(&self, path: &str, change: impl FnOnce(String) -> String) {
        let path = self.folder.join(path);
        let text =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        fs::write(&path, change(text)).expect("a file");
    }

    fn move_with(&self, from: &str, to: &str, change: impl FnOnce(String) -> String) {
        fs::rename(self.folder.join(from), self.folder.join(to)).expect("a file to rename");
        self.edit(to, change);
    }
}

/// A running service, ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "slow: `tests/run service`"]
fn the_default_service_is_green_and_leads_to_a_first_answer() {
    let project = Project::new("notes-api", &[]);
    project.check();
    project.cargo(&["build", "--quiet", "--locked"]);
    let git = |arguments: &[&str]| text(&demand(&mut project.command("git", arguments)));
    assert_eq!(
        git(&["status", "--porcelain"]),
        "",
        "building changes nothing that is checked in"
    );

    leads_to_a_first_answer(&project);
}

/// Starts the service, and pastes the two commands that it prints.
fn leads_to_a_first_answer(project: &Project) {
    let log = fs::File::create(project.folder.join("data.log")).expect("a file");
    let greeting = log.try_clone().expect("one file for both");
    let mut serve = project.command("cargo", &["run", "--quiet", "--locked"]);
    let _running = Running(
        serve
            .stdout(log)
            .stderr(greeting)
            .spawn()
            .expect("it starts"),
    );
    let ca = project.folder.join("certs/dev/ca.pem");
    let started = Instant::now();
    while !ca.exists()
        || !fs::read_to_string(project.folder.join("data.log"))
            .expect("a log")
            .contains("service.started")
    {
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "the service did not start"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    let printed = fs::read_to_string(project.folder.join("data.log")).expect("a log");
    let commands: Vec<_> = printed
        .lines()
        .map(str::trim)
        .filter(|line| line.contains("=$(cargo run") || line.starts_with("curl "))
        .collect();
    assert_eq!(commands.len(), 2, "two commands to paste:\n{printed}");
    let pasted = commands
        .join("\n")
        .replace("curl ", "curl --silent --show-error --fail --retry 3 ");
    let answer = text(&demand(&mut project.command("bash", &["-euc", &pasted])));
    assert_eq!(answer, r#"{"items":[],"next":null}"#);
}

/// Duties of the libraries and of the platform layer, which no edit of an owner could break: their
/// tests are not shipped, and join the project here.
#[test]
#[ignore = "slow: `tests/run service`"]
fn the_platform_holds_against_raw_bytes() {
    let project = Project::new("notes-api", &[]);
    project.copy_tests("platform");
    // As many connections as a service takes need as many descriptors, twice.
    let script = "ulimit -n $(ulimit -Hn) && cargo test --quiet --locked --test platform";
    demand_tests(&mut project.command("bash", &["-c", script]));
}

/// Builds, lints and tests a service of one method, and runs tests of palisade there which have a
/// certified provider.
fn hold_with_a_provider(method: &str, tests: &str, arguments: &[&str]) {
    let project = Project::new("notes-api", &["--auth", method]);
    project.check();
    project.copy_tests(tests);
    project.copy_tests("provider");
    let mut test = project.command("cargo", &["test", "--quiet", "--locked", "--test", tests]);
    test.args(["--", "--include-ignored"]).args(arguments);
    test.env(
        "OIDC_PROVIDER",
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/provider"),
    );
    test.env("MODULES", tools().join("node/oidc-provider"));
    demand_tests(&mut test);
}

/// Tokens under attack, a key server under attack, tokens as six providers make them, and a certified
/// provider.
#[test]
#[ignore = "slow: `tests/run service`"]
fn tokens_hold_against_attacks_and_those_of_real_providers_are_good() {
    hold_with_a_provider("oidc", "tokens", &["--test-threads=4"]);
}

/// Opaque tokens, of a provider that tests say everything of, and of a certified one.
#[test]
#[ignore = "slow: `tests/run service`"]
fn opaque_tokens_are_good_while_their_provider_says_so() {
    hold_with_a_provider("introspection", "opaque", &["real::"]);
}

#[test]
#[ignore = "slow: `tests/run service`"]
fn keys_and_both_kinds_of_tokens_are_green_together() {
    Project::new("notes-api", &["--auth", "api-key,introspection,oidc"]).check();
}

#[test]
#[ignore = "slow: `tests/run service`"]
fn a_token_for_this_machine_leads_to_a_first_answer_and_a_release_has_none() {
    let project = Project::new("notes-api", &["--auth", "oidc"]);
    project.cargo(&["build", "--quiet", "--locked"]);
    leads_to_a_first_answer(&project);
    // The same source, built as a release is: no such command, and no such issuer.
    project.edit("Cargo.toml", |text| {
        format!("{text}\n[profile.dev.package.notes-api]\ndebug-assertions = false\n")
    });
    let said = project.refused(&["run", "--quiet", "--locked", "--", "token", "create"]);
    assert!(said.contains("unrecognized subcommand"), "{said}");
    let said = project.refused(&[
        "run",
        "--quiet",
        "--locked",
        "--",
        "--profile",
        "dev",
        "serve",
        "--check",
    ]);
    assert!(said.contains("token.issuer"), "{said}");
}

#[test]
#[ignore = "slow: `tests/run service`"]
fn a_field_of_every_type_is_green() {
    let arguments = [
        "--security-contact",
        "mailto:security@example.com",
        "--resource",
        "widget",
        "--fields",
        EVERY_TYPE,
    ];
    Project::new("every-type", &arguments).check();
}

/// Resources that refer to each other and to their own: required, optional and for some roles, in
/// both versions, and one more that is added.
#[test]
#[ignore = "slow: `tests/run service`"]
fn references_of_every_kind_are_green() {
    let answers = tempfile::NamedTempFile::new().expect("a file");
    let text = "[[version]]\nname = \"v1\"\nreleased = 2026-01-01\n\
        [[version]]\nname = \"v2\"\nreleased = 2026-06-01\n\
        [[resource]]\nname = \"customer\"\nfields = [\"label:string:1..80\"]\n\
        [[resource]]\nname = \"category\"\nfields = [\"title:string\", \"parent:ref:category:optional\", \
        \"head:ref:category:optional:write=admin\"]\n\
        [[resource]]\nname = \"invoice\"\nfields = [\"number:string:1..40\", \"buyer:ref:customer\", \
        \"payer:ref:customer:optional\", \"kind:ref:category:optional:write=admin\"]\n";
    fs::write(answers.path(), text).expect("a file");
    let path = answers.path().display().to_string();
    let project = Project::new("shop", &["--answers", &path, "--no-git"]);
    project.check();
    project.palisade(&[
        "add",
        "resource",
        "payment",
        "sum:decimal",
        "of:ref:invoice",
    ]);
    project.cargo(&["run", "--quiet", "--locked", "--", "derive"]);
    project.check();
}

#[test]
#[ignore = "slow: `tests/run service`"]
fn the_shortest_names_are_green() {
    Project::new("a", &["--resource", "ox", "--fields", "x:bool"]).check();
}

#[test]
#[ignore = "slow: `tests/run service`"]
fn the_longest_names_are_green() {
    let field = format!("{}:list:1..100:string:1..600:optional", "f".repeat(32));
    let fields = format!("{field} {}:string", "g".repeat(32));
    let name = "n".repeat(64);
    Project::new(
        &name,
        &[
            "--resource",
            "extraordinarily_long_item_name",
            "--fields",
            &fields,
        ],
    )
    .check();
}

#[test]
#[ignore = "slow: `tests/run service`"]
fn another_ci_touches_no_file_that_is_the_users() {
    let github = Project::new("notes-api", &["--created", "2026-11-24"]);
    let none = Project::new("notes-api", &["--created", "2026-11-24", "--ci", "none"]);
    let (github, none) = (github.files(), none.files());
    let is_seeded = |path: &Path| {
        let text = path.to_string_lossy();
        [
            "src/api/v1/notes.rs",
            "src/domain/note.rs",
            "src/store/notes.rs",
            "tests/sample/notes.rs",
            "README.md",
        ]
        .contains(&text.as_ref())
            || text.starts_with("migrations/")
    };
    for (path, bytes) in github.iter().filter(|(path, _)| is_seeded(path)) {
        assert!(none.get(path) == Some(bytes), "{}", path.display());
    }
    assert!(github.keys().any(|path| path.starts_with(".github")));
    assert!(!none.keys().any(|path| path.starts_with(".github")));
    for (path, bytes) in &none {
        let text = String::from_utf8_lossy(bytes);
        assert!(
            !text.contains(".github"),
            "{} names what is not there",
            path.display()
        );
    }
}

/// What an owner could write by mistake, and what keeps it from passing.
#[test]
#[ignore = "slow: `tests/run service`"]
fn err_11_input_15_expose_1_expose_3_a_mistake_of_an_owner_does_not_pass() {
    let project = Project::new("notes-api", &[]);
    let lints = [
        "clippy", "--quiet", "--locked", "--lib", "--", "-D", "warnings",
    ];
    for (code, said) in [
        (
            "pub fn seeded(text: &str) -> u8 { text.parse().unwrap() }",
            "used `unwrap()` on a `Result` value",
        ),
        (
            "pub fn seeded() { drop(std::process::Command::new(\"sh\")) }",
            "the service starts no process",
        ),
        (
            "pub fn seeded(item: crate::store::notes::Item) -> axum::response::Response { \
             axum::response::IntoResponse::into_response(crate::security::answer::Tagged(1, item)) }",
            "`store::notes::Item` is not a response type",
        ),
        (
            "pub fn seeded(secret: &crate::security::secret::Secret) -> serde_json::Value { \
             serde_json::json!(secret) }",
            "Serialize` is not satisfied",
        ),
        (
            "pub fn seeded(secret: &crate::security::secret::Secret) -> String { secret.to_string() }",
            "Secret: std::fmt::Display",
        ),
    ] {
        let before = fs::read_to_string(project.folder.join("src/domain/mod.rs")).expect("a file");
        project.edit("src/domain/mod.rs", |text| format!("{text}\n{code}\n"));
        let output = project.refused(&lints);
        assert!(output.contains(said), "{code}\n{output}");
        project.edit("src/domain/mod.rs", |_| before);
    }
}

#[test]
#[ignore = "slow: `tests/run service`"]
fn audit_9_a_seeded_crash_is_found() {
    let project = Project::new("notes-api", &[]);
    project.edit("src/security/input/field.rs", |text| {
        let before = "fn is_refused(c: char) -> bool {";
        text.replace(before, &format!("{before} assert!(c != '\\u{{202e}}');"))
    });
    let mut test = project.command(
        "cargo",
        &["test", "--locked", "--test", "security", "audit_9"],
    );
    let output = test
        .env("PROPERTIES_SECONDS", "60")
        .output()
        .expect("cargo runs");
    let said = text(&output);
    assert!(
        !output.status.success() && said.contains("PROPERTIES_SEED="),
        "{said}"
    );
}

/// What the README says under "Add a resource", done by hand in place of the sample; then
/// palisade adds another beside it.
#[test]
#[ignore = "slow: `tests/run service`"]
fn on_day_one_another_resource_takes_the_samples_place() {
    let project = Project::new("notes-api", &[]);
    let before = project.files();
    let renamed = |text: String| {
        text.replace("notes", "tasks")
            .replace("note", "task")
            .replace("Notes", "Tasks")
            .replace("Note", "Task")
    };
    project.move_with(
        "migrations/0001_notes.sql",
        "migrations/0001_tasks.sql",
        renamed,
    );
    project.move_with("src/domain/note.rs", "src/domain/task.rs", renamed);
    project.move_with("src/store/notes.rs", "src/store/tasks.rs", renamed);
    project.move_with("src/api/v1/notes.rs", "src/api/v1/tasks.rs", renamed);
    project.move_with("tests/sample/notes.rs", "tests/sample/tasks.rs", renamed);
    let listed = [
        "src/domain/mod.rs",
        "src/store/mod.rs",
        "src/api/v1/mod.rs",
        "tests/sample/mod.rs",
        "policies/roles.toml",
    ];
    for list in listed {
        project.edit(list, renamed);
    }
    project.cargo(&["run", "--quiet", "--locked", "--", "derive"]);
    project.check();
    let after = project.files();
    let edited: Vec<_> = before
        .iter()
        .filter(|(path, bytes)| after.get(*path).is_some_and(|now| now != *bytes))
        .map(|(path, _)| path.to_string_lossy().into_owned())
        .collect();
    let mut expected: Vec<_> = listed.into_iter().chain(["openapi.json"]).collect();
    expected.sort_unstable();
    assert_eq!(edited, expected, "no other file of palisade's was edited");
    let add = [
        "add",
        "resource",
        "invoice",
        "number:string:1..40",
        "total:decimal",
    ];
    project.palisade(&[&add[..], &["--allow-dirty"]].concat());
    project.cargo(&["run", "--quiet", "--locked", "--", "derive"]);
    project.check();
}

/// Gives a field another name in the second version, as docs/changing.md tells it.
fn rename_in_v2(project: &Project) {
    let copy = |from: &str, to: &str| {
        fs::copy(project.folder.join(from), project.folder.join(to)).expect("a file");
    };
    copy("src/api/v1/notes.rs", "src/api/v2/notes.rs");
    project.edit("src/api/v2/notes.rs", |text| {
        text.replacen("pub title: field::Title,", "pub heading: field::Title,", 1)
            .replacen(
                "pub title: field::Title,",
                "pub heading: field::Title = title,",
                1,
            )
            .replace("input.title", "input.heading")
    });
    project.edit("src/api/v2/mod.rs", |text| {
        text.replace("pub use super::v1::notes;", "pub mod notes;")
    });
    copy("tests/sample/notes.rs", "tests/sample/v2_notes.rs");
    project.edit("tests/sample/v2_notes.rs", |text| {
        text.replace("\"notes\"", "\"v2/notes\"")
            .replace("\"title\"", "\"heading\"")
    });
    project.edit("tests/sample/mod.rs", |text| {
        let module = text.replace("mod notes;\n", "mod notes;\nmod v2_notes;\n");
        let visit = "    visit(notes::sample());\n";
        module.replace(visit, &format!("{visit}    visit(v2_notes::sample());\n"))
    });
}

/// The second version goes on with the handlers of the first, whose files stay as they are.
#[test]
#[ignore = "slow: `tests/run service`"]
fn a_second_version_is_green_beside_the_first() {
    let project = Project::new("notes-api", &["--no-git"]);
    let before = project.files();
    project.palisade(&["add", "version", "v2"]);
    project.cargo(&["run", "--quiet", "--locked", "--", "derive"]);
    let after = project.files();
    // Its documents are those that `new` writes of two versions.
    let answers = project.folder.with_file_name("answers.toml");
    fs::write(&answers, TWO_VERSIONS).expect("a file");
    let both = Project::new("notes-api", &["--answers", &answers.display().to_string()]);
    for path in ["openapi.json", "openapi/v1.json"].map(Path::new) {
        assert!(after[path] == both.files()[path], "{}", path.display());
    }
    let of_v1 = |path: &&PathBuf| path.starts_with("src/api/v1") || path.starts_with("src/store");
    for path in before.keys().filter(of_v1) {
        assert_eq!(before.get(path), after.get(path), "{}", path.display());
    }
    project.check();
    rename_in_v2(&project);
    project.cargo(&["run", "--quiet", "--locked", "--", "derive"]);
    project.check();
    // The first is shut while its code is there, then taken out, and another resource follows.
    project.palisade(&["retire", "v1", "--because", "security"]);
    project.cargo(&["run", "--quiet", "--locked", "--", "derive"]);
    project.check();
    fs::remove_dir_all(project.folder.join("src/api/v1")).expect("it was there");
    project.edit("src/api/mod.rs", |text| {
        let lines = text.lines();
        let rest = lines.filter(|line| !line.contains("mod v1;") && !line.contains("v1::routes()"));
        rest.map(|line| format!("{line}\n")).collect()
    });
    project.palisade(&[
        "add",
        "resource",
        "invoice",
        "total:decimal",
        "about:ref:note",
    ]);
    project.cargo(&["run", "--quiet", "--locked", "--", "derive"]);
    assert!(project.folder.join("src/api/v2/invoices.rs").is_file());
    project.check();
}

/// What stands around the Rust: workflows, checks, alerts, unit.
#[test]
#[ignore = "slow: `tests/run service`"]
fn what_stands_around_the_code_is_silent_and_speaks_on_a_seeded_fault() {
    let project = Project::new(
        "notes-api",
        &["--security-contact", "mailto:security@example.com"],
    );
    let around = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/around");
    let output = demand(&mut project.command(around, &["."]));
    assert!(
        text(&output).contains(" passed, 0 failed"),
        "{}",
        text(&output)
    );
}

/// What programs say of the running service that we did not write.
#[test]
#[ignore = "slow: `tests/run judges`"]
fn outside_judges_find_nothing_and_speak_on_a_seeded_fault() {
    let project = Project::new(
        "notes-api",
        &["--security-contact", "mailto:security@example.com"],
    );
    let judges = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judges");
    let output = demand(&mut project.command(judges, &["."]));
    assert!(
        text(&output).contains(" passed, 0 failed"),
        "{}",
        text(&output)
    );
}

/// The page "To production", followed with own certificates.
#[test]
#[ignore = "slow: `tests/run service`"]
fn the_page_to_production_leads_to_an_answer() {
    let project = Project::new(
        "notes-api",
        &["--security-contact", "mailto:security@example.com"],
    );
    project.cargo(&["build", "--quiet", "--locked"]);
    let binary = target().join("debug/notes-api");
    let own = tempfile::tempdir().expect("a folder");
    let script = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=ca \
        -keyout ca.key -out ca.pem 2>/dev/null
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -keyout key.pem -out csr.pem 2>/dev/null
        printf 'subjectAltName=DNS:localhost\\nextendedKeyUsage=serverAuth\\nbasicConstraints=CA:FALSE\\n' > ext
        openssl x509 -req -in csr.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile ext -out cert.pem 2>/dev/null";
    demand(
        Command::new("bash")
            .args(["-euc", script])
            .current_dir(own.path()),
    );
    let file = |name: &str| own.path().join(name).display().to_string();
    let follow = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/follow-to-production");
    let arguments = [
        ".",
        &binary.display().to_string(),
        &file("cert.pem"),
        &file("key.pem"),
        &file("ca.pem"),
        "localhost",
        "18443",
        "19443",
    ];
    let output = demand(&mut project.command(follow, &arguments));
    assert!(
        text(&output).contains("the page leads to an answer"),
        "{}",
        text(&output)
    );
}
