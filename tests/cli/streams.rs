//! Closed pipes, and words without colours.

use std::process::Stdio;

use crate::sandbox::Sandbox;

#[test]
fn a_closed_pipe_ends_quietly() {
    let sandbox = Sandbox::new();
    for args in [
        &["list"][..],
        &["explain", "base"],
        &["completions", "bash"],
        &["man"],
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = sandbox.command(args);
        command.stdout(Stdio::from(writer));
        let run = sandbox.run(command).ends_with(0);
        assert_eq!(run.stderr, "", "{args:?}");
    }
}

#[test]
fn a_closed_pipe_does_not_keep_the_service_from_being_written() {
    let sandbox = Sandbox::new();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = sandbox.command(&["new", "notes-api", "--defaults"]);
    command
        .stdout(writer.try_clone().expect("a pipe"))
        .stderr(writer);
    sandbox.run(command).ends_with(0);
    assert_eq!(sandbox.names(), ["notes-api"]);
}

#[test]
fn colours_come_only_when_they_are_asked_for() {
    let sandbox = Sandbox::new();
    let plain = sandbox.palisade(&["list"]).ends_with(0);
    assert!(!plain.stdout.contains('\u{1b}'));
    let coloured = sandbox
        .palisade(&["list", "--color", "always"])
        .ends_with(0);
    assert!(coloured.stdout.contains('\u{1b}'));
}
