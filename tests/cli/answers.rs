//! Silent ways to answer, and what is refused.

use std::fs::File;
use std::io::Write as _;
use std::process::Stdio;

use crate::sandbox::{Run, Sandbox};

const ANSWERS: &str = "name = \"notes-api\"\ndescription = \"Keeps notes\"\n\
    security_contact = \"mailto:security@example.org\"\n[choices]\nauth = \"api-key\"\nci = \"none\"\ngateway = \"none\"\n\
    versioning = \"path\"\n\
    [[resource]]\nname = \"note\"\nfields = [\"title:string:1..200\"]\n";

#[test]
fn without_a_terminal_one_error_names_every_missing_answer() {
    let sandbox = Sandbox::new();
    let run = sandbox.palisade(&["new"]).ends_with(1);
    for flag in [
        "--name",
        "--description",
        "--security-contact",
        "--resource",
        "--fields",
        "--ci",
    ] {
        run.says(flag);
    }
    run.says("github|none");
    assert_eq!(run.stdout, "");
    assert_eq!(sandbox.names(), [""; 0]);
}

#[test]
fn flags_answer_everything() {
    let sandbox = Sandbox::new();
    let args = [
        "new",
        "tasks",
        "--description",
        "Keeps tasks",
        "--security-contact",
        "none",
        "--resource",
        "task",
        "--fields",
        "title:string:1..80 done:bool",
        "--auth",
        "api-key",
        "--gateway",
        "none",
        "--versioning",
        "header",
        "--ci",
        "none",
    ];
    sandbox.palisade(&args).ends_with(0);
    let answers = sandbox.read("tasks/palisade.toml");
    for line in [
        "name = \"tasks\"",
        "ci = \"none\"",
        "versioning = \"header\"",
        "name = \"task\"",
        "    \"done:bool\",",
    ] {
        assert!(
            answers.lines().any(|found| found == line),
            "{line}: {answers}"
        );
    }
    assert!(sandbox.path("tasks/src/api/v1/tasks.rs").is_file());
    assert!(!sandbox.path("tasks/.github").exists());
}

#[test]
fn an_answers_file_is_read_from_a_path_and_from_standard_input() {
    let sandbox = Sandbox::new().with("answers.toml", ANSWERS);
    sandbox
        .palisade(&["new", "--answers", "answers.toml"])
        .ends_with(0);
    let by_path = sandbox.files("notes-api");
    let other = Sandbox::new();
    let mut command = other.command(&["new", "--answers", "-"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("palisade runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(ANSWERS.as_bytes()).expect("it reads");
    drop(stdin);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert_eq!(other.files("notes-api"), by_path);
}

#[test]
fn errors_call_standard_input_by_name() {
    let sandbox = Sandbox::new()
        .with("fault.toml", "nam = \"notes-api\"\n")
        .with("fixed.toml", ANSWERS)
        .with("org.toml", "[fixed.choices]\nci = \"github\"\n");
    let given = |file: &str, args: &[&str]| {
        let mut command = sandbox.command(&["new", "--answers", "-"]);
        let input = File::open(sandbox.path(file)).expect("a file, or a folder");
        command.args(args).stdin(input);
        sandbox.run(command)
    };
    given("fault.toml", &[])
        .ends_with(2)
        .says("standard input: there is no key `nam`");
    given("fixed.toml", &["--preset", "org.toml"])
        .ends_with(1)
        .says("by the preset org.toml, and standard input says `none`");
    // A folder opens, and cannot be read.
    given("", &[])
        .ends_with(1)
        .says("cannot read standard input: ");
}

#[test]
fn a_written_palisade_toml_is_an_answers_file() {
    let sandbox = Sandbox::new();
    sandbox
        .palisade(&["new", "notes-api", "--defaults", "--ci", "none"])
        .ends_with(0);
    let args = [
        "new",
        "../work/again",
        "--answers",
        "notes-api/palisade.toml",
    ];
    sandbox.palisade(&args).ends_with(0);
    assert_eq!(sandbox.files("again"), sandbox.files("notes-api"));
}

#[test]
fn a_fault_in_an_answers_file_is_shown_at_its_place() {
    let sandbox = Sandbox::new().with("answers.toml", "nam = \"notes-api\"\n");
    let run = sandbox
        .palisade(&["new", "--answers", "answers.toml"])
        .ends_with(2);
    run.says("nam = \"notes-api\"");
    let absent = sandbox
        .palisade(&["new", "--answers", "other.toml"])
        .ends_with(1);
    absent.says("cannot read `other.toml`");
}

#[test]
fn a_key_that_nothing_reads_is_a_usage_error_wherever_it_stands() {
    for (text, said) in [
        ("nam = \"x\"\n", "there is no key `nam`"),
        ("[choices]\ncl = \"none\"\n", "there is no key `cl`"),
        (
            "[choices]\nci = \"gitlab\"\n",
            "there is no ci called `gitlab`",
        ),
    ] {
        let sandbox = Sandbox::new().with("answers.toml", text);
        let new = ["new", "a1", "--defaults", "--answers", "answers.toml"];
        sandbox.palisade(&new).ends_with(2).says(said);
    }
    let sandbox = Sandbox::new().with("answers.toml", "name = \"Notes\"\n");
    let new = ["new", "a1", "--defaults", "--answers", "answers.toml"];
    sandbox.palisade(&new).ends_with(1).says("`Notes`");
}

#[test]
fn a_folder_gives_the_name_where_nothing_else_does() {
    let sandbox = Sandbox::new()
        .with("named.toml", "name = \"shop\"\n")
        .with("org.toml", "[default]\nname = \"usual\"\n")
        .with("one.toml", "[fixed]\nname = \"only\"\n");
    let name = |dir: &str, args: &[&str], variables: &[(&str, &str)]| {
        let mut command = sandbox.command(&["new", dir, "--defaults", "--no-git"]);
        command.args(args).envs(variables.iter().copied());
        sandbox.run(command).ends_with(0);
        let manifest = sandbox.read(&format!("{dir}/Cargo.toml"));
        let line = manifest.lines().find(|line| line.starts_with("name = "));
        line.unwrap_or_default().to_owned()
    };
    assert_eq!(name("f1", &[], &[]), "name = \"f1\"");
    assert_eq!(
        name("f2", &["--answers", "named.toml"], &[]),
        "name = \"shop\""
    );
    assert_eq!(
        name("f3", &[], &[("PALISADE_NAME", "till")]),
        "name = \"till\""
    );
    assert_eq!(name("f4", &["--preset", "org.toml"], &[]), "name = \"f4\"");
    assert_eq!(
        name("f6", &["--preset", "one.toml"], &[]),
        "name = \"only\""
    );
    assert_eq!(
        name("f5", &["--answers", "named.toml", "--name", "desk"], &[]),
        "name = \"desk\""
    );
}

#[test]
fn flags_stand_above_variables_and_those_above_files() {
    let sandbox = Sandbox::new().with("answers.toml", ANSWERS);
    let with = |args: &[&str], variables: &[(&str, &str)]| {
        let mut command =
            sandbox.command(&["new", "--answers", "answers.toml", "--dry-run", "--json"]);
        command.args(args).envs(variables.iter().copied());
        sandbox.run(command)
    };
    let workflows = |run: Run| run.ends_with(0).stdout.contains(".github/");
    assert!(!workflows(with(&[], &[])));
    assert!(workflows(with(&[], &[("PALISADE_CI", "github")])));
    assert!(!workflows(with(
        &["--ci", "none"],
        &[("PALISADE_CI", "github")]
    )));
}

#[test]
fn a_preset_gives_defaults_and_fixes_answers() {
    let preset =
        "[fixed.choices]\nci = \"github\"\n[default]\ndescription = \"A service of Example\"\n";
    let sandbox = Sandbox::new().with("org.toml", preset);
    sandbox
        .palisade(&["new", "a1", "--defaults", "--preset", "org.toml"])
        .ends_with(0);
    assert!(
        sandbox
            .read("a1/Cargo.toml")
            .contains("A service of Example")
    );
    let args = [
        "new",
        "a2",
        "--defaults",
        "--preset",
        "org.toml",
        "--ci",
        "none",
    ];
    let run = sandbox.palisade(&args).ends_with(1);
    run.says("fixed to `github` by the preset org.toml");
    let mut command = sandbox.command(&["new", "a3", "--defaults"]);
    command.env("PALISADE_PRESET", "org.toml");
    sandbox.run(command).ends_with(0);
    assert!(
        sandbox
            .read("a3/Cargo.toml")
            .contains("A service of Example")
    );
}

#[test]
fn an_option_that_a_choice_does_not_have_is_a_usage_error() {
    let sandbox = Sandbox::new();
    let run = sandbox
        .palisade(&["new", "notes-api", "--defaults", "--ci", "gitlab"])
        .ends_with(2);
    run.says("possible values: github, none");
    let mut command = sandbox.command(&["new", "notes-api", "--defaults"]);
    command.env("PALISADE_CI", "gitlab");
    let run = sandbox.run(command).ends_with(2);
    run.says("there is no ci called `gitlab`");
    assert_eq!(sandbox.names(), [""; 0]);
}

#[test]
fn an_option_that_is_not_there_is_a_usage_error_in_files_too() {
    let wrong = "[choices]\nci = \"gitlab\"\n";
    let sandbox = Sandbox::new()
        .with("answers.toml", wrong)
        .with(
            "default.toml",
            &wrong.replace("[choices", "[default.choices"),
        )
        .with("fixed.toml", &wrong.replace("[choices", "[fixed.choices"));
    for (flag, file) in [
        ("--answers", "answers.toml"),
        ("--preset", "default.toml"),
        ("--preset", "fixed.toml"),
    ] {
        let run = sandbox
            .palisade(&["new", "notes-api", "--defaults", flag, file])
            .ends_with(2);
        run.says(&format!("{file}: there is no ci called `gitlab`"));
    }
    assert!(!sandbox.path("notes-api").exists());
}

#[test]
fn a_misspelt_flag_or_variable_is_a_usage_error() {
    let sandbox = Sandbox::new();
    sandbox
        .palisade(&["new", "notes-api", "--default"])
        .ends_with(2);
    sandbox.palisade(&["nwe"]).ends_with(2);
    let mut command = sandbox.command(&["new", "notes-api", "--defaults"]);
    command.env("PALISADE_CL", "none");
    sandbox.run(command).ends_with(2);
}

#[test]
fn a_name_is_refused_with_the_rule_and_a_suggestion() {
    let sandbox = Sandbox::new();
    let long = "a".repeat(200);
    for (dir, suggestion) in [
        ("Notes API", "try `notes-api`"),
        ("Überweisung", "try `uberweisung`"),
        ("2fa", "try `"),
        ("test", "try `"),
        ("std", "try `"),
        ("fn", "try `"),
        ("serde", "try `serde-api`"),
        (long.as_str(), "try `"),
    ] {
        let run = sandbox.palisade(&["new", dir, "--defaults"]).ends_with(1);
        run.says(suggestion);
    }
    assert_eq!(sandbox.names(), [""; 0]);
}
