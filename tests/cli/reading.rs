//! `list`, `explain`, `completions`, `man` and help.

use crate::sandbox::Sandbox;

#[test]
fn list_shows_each_option_and_marks_the_default() {
    let run = Sandbox::new().palisade(&["list"]).ends_with(0);
    assert!(
        run.stdout
            .contains("ci  Continuous integration\n  * github "),
        "{}",
        run.stdout
    );
    let json = Sandbox::new().palisade(&["list", "--json"]).ends_with(0);
    let choices: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    let ci = choices
        .as_array()
        .and_then(|all| all.iter().find(|choice| choice["id"] == "ci"));
    assert_eq!(
        ci.expect("ci is a choice")["default"],
        serde_json::json!(["github"])
    );
}

#[test]
fn explain_tells_what_an_id_demands() {
    let run = Sandbox::new().palisade(&["explain", "err-7"]).ends_with(0);
    for words in [
        "ERR-7  Error handling",
        "lists at most 20 faults",
        "Source  RFC 9457 3",
        "Proof   T 30 faults",
    ] {
        assert!(run.stdout.contains(words), "{words}: {}", run.stdout);
    }
}

#[test]
fn explain_tells_which_files_and_tests_of_a_service_hold_an_id() {
    let run = Sandbox::new().palisade(&["explain", "ver-9"]).ends_with(0);
    let held = "\nTest    tests/security/versioning.rs ver_9_";
    assert!(run.stdout.contains(held), "{}", run.stdout);
    let run = Sandbox::new()
        .palisade(&["explain", "authn-23"])
        .ends_with(0);
    let held = "\nFile    src/security/authn/api_key/mod.rs (auth/api-key)\n";
    assert!(run.stdout.contains(held), "{}", run.stdout);
    let json = Sandbox::new()
        .palisade(&["explain", "ver-9", "--json"])
        .ends_with(0);
    let report: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    let path = &report["service"]["tests"][0]["path"];
    assert_eq!(path, "tests/security/versioning.rs", "{report:#}");
}

#[test]
fn explain_names_what_palisade_proves_of_the_platform() {
    let run = Sandbox::new().palisade(&["explain", "tls-1"]).ends_with(0);
    let held = "\nTest    tests/fixtures/platform/handshakes.rs tls_1_older_versions_end_in_an_alert (palisade)\n";
    assert!(run.stdout.contains(held), "{}", run.stdout);
}

#[test]
fn explain_says_when_no_test_of_a_service_proves_an_id() {
    let run = Sandbox::new()
        .palisade(&["explain", "patch-1"])
        .ends_with(0);
    for words in [
        "\nTest    not proven by a test of the service\n",
        "\nTest    tests/rendered/locks.rs cargo_takes_the_lock_of_base_alone_of_each_piece_and_of_all (palisade)\n",
    ] {
        assert!(run.stdout.contains(words), "{words}: {}", run.stdout);
    }
}

#[test]
fn explain_tells_what_a_piece_brings() {
    let full = Sandbox::new()
        .palisade(&["explain", "ci/github"])
        .ends_with(0);
    assert!(
        full.stdout.starts_with("ci/github  GitHub"),
        "{}",
        full.stdout
    );
    let short = Sandbox::new().palisade(&["explain", "github"]).ends_with(0);
    assert_eq!(short.stdout, full.stdout);
    Sandbox::new()
        .palisade(&["explain", "base", "--json"])
        .ends_with(0);
}

#[test]
fn explain_offers_what_was_probably_meant() {
    let run = Sandbox::new().palisade(&["explain", "TLS4"]).ends_with(1);
    run.says("is it `TLS-4`?");
}

#[test]
fn completions_and_manual_know_the_choices() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = sandbox.palisade(&["completions", shell]).ends_with(0);
        assert!(run.stdout.contains("security-contact"), "{shell}");
    }
    let bash = sandbox.palisade(&["completions", "bash"]);
    assert!(bash.stdout.contains("\"github none\""), "{}", bash.stdout);
    let page = sandbox.palisade(&["man"]).ends_with(0);
    assert!(page.stdout.contains(".TH palisade 1"), "{}", page.stdout);
    sandbox.palisade(&["man", "--dir", "."]).ends_with(0);
    assert!(sandbox.read("palisade-new.1").contains("\\-\\-ci"));
    assert!(sandbox.read("palisade-regen.1").contains("\\-\\-set"));
    assert!(sandbox.read("palisade-add-resource.1").contains("FIELD"));
    assert!(sandbox.read("palisade-add-version.1").contains("released"));
    assert!(
        sandbox
            .read("palisade-deprecate.1")
            .contains("\\-\\-sunset")
    );
    assert!(sandbox.read("palisade-retire.1").contains("superseded"));
}

#[test]
fn help_and_version_are_results() {
    let sandbox = Sandbox::new();
    let help = sandbox.palisade(&["new", "--help"]).ends_with(0);
    assert!(help.stdout.contains("--ci <OPTION>"), "{}", help.stdout);
    assert_eq!(help.stderr, "");
    let version = sandbox.palisade(&["--version"]).ends_with(0);
    assert_eq!(
        version.stdout,
        concat!("palisade ", env!("CARGO_PKG_VERSION"), "\n")
    );
    sandbox.palisade(&[]).ends_with(2);
}
