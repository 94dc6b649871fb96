//! The whole life of a version, against a service that runs through it.

use std::fs;
use std::process::Command;

use crate::Project;
use crate::served::{Answer, Served, eventually, replace};

const TABLE: &str = "config/versions.toml";

/// Runs palisade where it must refuse, and returns what it says.
fn refused(project: &Project, arguments: &[&str]) -> String {
    let mut command = project.command(env!("CARGO_BIN_EXE_palisade"), arguments);
    let output = command.output().expect("palisade runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    said
}

/// Returns a moment as `date` writes it.
fn moment(when: &str, form: &str) -> String {
    let mut date = Command::new("date");
    date.args(["--utc", "--date", when, form]);
    crate::text(&crate::demand(&mut date))
}

fn asked(service: &Served, path: &str, key: &str) -> Answer {
    service.ask(path, &["--header", &format!("X-API-Key: {key}")])
}

#[test]
#[ignore = "slow: `tests/run service`"]
fn ver_4_5_6_7_10_a_version_lives_and_ends_while_the_service_runs() {
    let project = Project::new("notes-api", &["--no-git"]);
    project.palisade(&["add", "version", "v2"]);
    let service = Served::start(&project);
    let key = service.key();
    let get = |path: &str| asked(&service, path, &key);

    // Current: nothing is said but its name.
    let authorization = format!("X-API-Key: {key}");
    let note = r#"{"title":"Kept","body":""}"#;
    let json = "Content-Type: application/json";
    let made = ["--json", note, "--header", json, "--header", &authorization];
    assert_eq!(service.ask("/v1/notes", &made).status, 201);
    let answer = get("/v1/notes");
    assert_eq!(
        (answer.status, answer.header("api-version")),
        (200, Some("1".to_owned()))
    );
    for silent in ["deprecation", "sunset", "link"] {
        assert_eq!(answer.header(silent), None, "{silent}");
    }

    shut_at_once_and_opened_again(&project, &service, &key);

    // Deprecated: every answer says since when, until when, why and what comes after.
    let tomorrow = moment("tomorrow", "+%F");
    let advisory = "https://example.com/advisories/1";
    project.palisade(&[
        "deprecate",
        "v1",
        "--sunset",
        &tomorrow,
        "--because",
        "security",
        "--successor",
        "v2",
        "--advisory",
        advisory,
    ]);
    let answer = eventually("the deprecation", || {
        Some(get("/v1/notes")).filter(|answer| answer.header("deprecation").is_some())
    });
    assert_eq!(answer.status, 200);
    let today = moment("today 00:00", "+@%s");
    assert_eq!(answer.header("deprecation"), Some(today));
    let ends = moment(&tomorrow, "+%a, %d %b %Y %H:%M:%S GMT");
    assert_eq!(answer.header("sunset"), Some(ends));
    let links = format!(
        "<{advisory}>; rel=\"deprecation\", <{advisory}>; rel=\"sunset\", \
         </v2/notes>; rel=\"successor-version\""
    );
    assert_eq!(answer.header("link"), Some(links));
    assert!(
        service
            .ask("/v1/notes", &[])
            .header("deprecation")
            .is_some(),
        "of a 401 too"
    );
    assert_eq!(get("/v2/notes").header("deprecation"), None);
    let table = fs::read_to_string(project.folder.join(TABLE)).expect("a file");
    assert!(
        table.contains("security = true\n") && table.contains(advisory),
        "{table}"
    );

    service.derive();
    let document = |path: &str| fs::read_to_string(project.folder.join(path)).expect("a file");
    assert!(document("openapi/v1.json").contains("\"deprecated\": true"));
    assert!(!document("openapi.json").contains("\"deprecated\""));

    // Who still calls it: in the log by principal, in the metrics by version.
    let line = service.logged("a deprecated call", |line| line["deprecated"] == true);
    assert_eq!(line["version"], "v1");
    assert!(line["principal.id"].is_string(), "{line}");
    let metrics = service.metrics();
    let ends = moment(&tomorrow, "+version_sunset_seconds{version=\"v1\"} %s");
    assert!(metrics.contains(&ends), "{metrics}");
    assert!(
        metrics.contains("route=\"/v1/notes\",version=\"v1\",status=\"200\""),
        "{metrics}"
    );

    // Its end passes: gone by itself, for whoever asks, with reason and successor.
    let soon = moment("4 seconds", "+%FT%TZ");
    replace(
        &project.folder,
        TABLE,
        &format!("sunset = {tomorrow}"),
        &format!("sunset = {soon}"),
    );
    let answer = eventually("the end", || {
        Some(service.ask("/v1/notes", &[])).filter(|answer| answer.status == 410)
    });
    let problem = answer.json();
    assert_eq!(
        (&problem["reason"], &problem["successor"]),
        (&"the version is unsafe".into(), &"v2".into())
    );
    assert!(
        answer
            .header("link")
            .is_some_and(|link| link.contains("</v2/notes>"))
    );
    assert_eq!(get("/v2/notes").status, 200);

    // Its code is in use still.
    let said = refused(&project, &["retire", "v1"]);
    assert!(
        said.contains("src/api/v2/mod.rs:7: pub use super::v1::notes;"),
        "{said}"
    );
    let (old, new) = ("src/api/v1/notes.rs", "src/api/v2/notes.rs");
    fs::rename(project.folder.join(old), project.folder.join(new)).expect("a file to move");
    replace(
        &project.folder,
        "src/api/v2/mod.rs",
        "pub use super::v1::notes;",
        "pub mod notes;",
    );
    project.palisade(&["retire", "v1"]);
    let shut = service.logged("the retirement", |line| {
        line["action"] == "version.shut" && line["reason"] == "the version is unsafe"
    });
    assert_eq!(shut["version"], "v1");

    // Its code is taken out, and its document with it; what it kept is there.
    fs::remove_dir_all(project.folder.join("src/api/v1")).expect("a folder to remove");
    project.edit("src/api/mod.rs", |text| {
        let kept = text
            .lines()
            .filter(|line| !line.contains("v1;") && !line.contains("\"v1\""));
        kept.map(|line| format!("{line}\n")).collect()
    });
    assert!(project.folder.join("openapi.json").exists());
    project.cargo(&["run", "--quiet", "--locked", "--", "derive"]);
    assert!(!project.folder.join("openapi").exists());
    drop(service);
    let service = Served::start(&project);
    let answer = service.ask("/v1/notes", &[]);
    assert_eq!(
        (answer.status, &answer.json()["successor"]),
        (410, &"v2".into())
    );
    let answer = asked(&service, "/v2/notes", &key);
    assert_eq!(answer.json()["items"][0]["title"], "Kept");
    project.cargo(&["test", "--quiet", "--locked", "--test", "security", "ver_"]);
}

/// An operator shuts an unsafe version by its entry, and opens it again.
fn shut_at_once_and_opened_again(project: &Project, service: &Served, key: &str) {
    let before = fs::read_to_string(project.folder.join(TABLE)).expect("a file");
    let shut = "name = \"v1\"\nstate = \"retired\"\nsecurity = true\nreason = \"it leaks\"\n";
    let open = "name = \"v1\"\nstate = \"current\"\n";
    replace(&project.folder, TABLE, open, shut);
    let answer = eventually("it is shut", || {
        Some(asked(service, "/v1/notes", key)).filter(|answer| answer.status == 410)
    });
    assert_eq!(answer.json()["reason"], "it leaks");
    fs::write(project.folder.join(TABLE), before).expect("a file");
    eventually("it is open", || {
        (asked(service, "/v1/notes", key).status == 200).then_some(())
    });
}
