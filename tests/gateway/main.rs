//! Gateways, each with its real program before a rendered service: slow, so `tests/run gateway`
//! asks for most of it.
//!
//! What a gateway must do is in `tests/fixtures/gateway`, which is copied into a rendered project
//! and runs there.

#![expect(clippy::panic, reason = "a test that cannot go on says what it ran")]

mod installed;
mod lint;
#[path = "../project/mod.rs"]
mod project;
mod texts;

use std::process::Command;

use installed::{files, gateways};
use project::{Project, demand, demand_tests, text, tools};

/// Runs each duty against one gateway.
fn holds(gateway: &str) {
    let project = Project::new("notes-api", &["--gateway", gateway]);
    project.copy_tests("gateway");
    let arguments = [
        "test", "--quiet", "--locked", "--test", "gateway", "--", "--skip", "api_key",
    ];
    let mut test = project.command("cargo", &arguments);
    demand_tests(
        test.env("GATEWAY", gateway)
            .env("TOOLS", tools().join("bin")),
    );
}

#[test]
#[ignore = "slow: `tests/run gateway`"]
fn gate_7_gate_9_nginx_does_its_duties() {
    holds("nginx");
}

#[test]
#[ignore = "slow: `tests/run gateway`"]
fn gate_7_gate_9_haproxy_does_its_duties() {
    holds("haproxy");
}

/// What a gateway changes in the service is linted and tested as everything else.
#[test]
#[ignore = "slow: `tests/run gateway`"]
fn a_service_behind_each_gateway_is_green() {
    for gateway in gateways() {
        Project::new("notes-api", &["--gateway", &gateway]).check();
    }
}

/// What the README says first: one command, and the two that the service prints.
#[test]
#[ignore = "slow: `tests/run gateway`"]
fn one_command_starts_each_gateway_and_leads_to_a_first_answer() {
    for gateway in gateways() {
        let project = Project::new("notes-api", &["--gateway", &gateway]);
        project.run_and_ask();
    }
}

/// Each product's own validator, and for nginx the one that looks for weaknesses, without a finding.
#[test]
#[ignore = "slow: `tests/run gateway`"]
fn no_validator_finds_anything() {
    for gateway in gateways() {
        let project = Project::new("notes-api", &["--gateway", &gateway]);
        let folder = project.installed();
        let at = |program: &str, arguments: &[&str]| {
            let mut command = Command::new(program);
            demand(command.args(arguments).current_dir(&folder))
        };
        let tool = |name: &str| tools().join("bin").join(name).display().to_string();
        match gateway.as_str() {
            "nginx" => {
                let prefix = format!("{}/", folder.display());
                let file = format!("{prefix}nginx.conf");
                let said = at(
                    "nginx",
                    &["-t", "-p", &prefix, "-c", &file, "-e", "log/error.log"],
                );
                let said = String::from_utf8_lossy(&said.stderr).into_owned();
                assert!(!said.contains("[warn]"), "{said}");
                let said = text(&at(&tool("gixy"), &["-f", "json", &file]));
                assert_eq!(said, "[]");
            }
            "haproxy" => {
                let files = ["-f", "site.cfg", "-f", "limits.cfg", "-f", "haproxy.cfg"];
                at("haproxy", &[&["-c", "-dW"], &files[..]].concat());
            }
            other => panic!("no validator is named for {other}"),
        }
    }
}

/// Switching the gateway changes no file that is the owner's.
#[test]
fn another_gateway_touches_no_file_that_is_the_owners() {
    let project = Project::new("notes-api", &["--created", "2026-11-24"]);
    let before = files(&project);
    let owned = |path: &str| {
        [
            "src/api/v1/notes.rs",
            "src/domain/note.rs",
            "src/store/notes.rs",
            "tests/sample/notes.rs",
            "README.md",
        ]
        .contains(&path)
            || path.starts_with("migrations/")
            || path == "openapi.json"
    };
    for gateway in gateways().iter().map(String::as_str).chain(["none"]) {
        project.palisade(&["regen", "--set", &format!("gateway={gateway}")]);
        let after = files(&project);
        for (path, bytes) in before.iter().filter(|(path, _)| owned(path)) {
            assert!(after.get(path) == Some(bytes), "{gateway}: {path}");
        }
    }
    let after = files(&project);
    let left = |path: &String| path.starts_with("gateway/routes") || path == "gateway/limits.cfg";
    for (path, bytes) in after.iter().filter(|(path, _)| !left(path)) {
        assert!(before.get(path) == Some(bytes), "{path} is not what it was");
    }
}

/// Without a gateway nothing speaks of one.
#[test]
fn without_a_gateway_nothing_is_left_of_it() {
    let project = Project::new("notes-api", &[]);
    for (path, bytes) in files(&project) {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        let names = [
            "internal-ca",
            "gateway.internal",
            "service.internal",
            "127.0.0.1:8444",
            "verifier =",
            "chosen.part",
        ];
        for name in names {
            assert!(!text.contains(name), "{path} names {name}");
        }
    }
}
