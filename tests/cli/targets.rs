//! Places that a service can be written to, and those where it cannot.

use std::fs;
use std::os::unix::fs::symlink;

use crate::sandbox::{Run, Sandbox};

fn new(sandbox: &Sandbox, dir: &str) -> Run {
    sandbox.palisade(&["new", dir, "--name", "notes-api", "--defaults"])
}

fn refused(sandbox: &Sandbox, dir: &str, message: &str) {
    let before = (sandbox.names(), sandbox.files(""));
    let run = new(sandbox, dir).ends_with(1);
    run.says(message);
    assert_eq!(
        (sandbox.names(), sandbox.files("")),
        before,
        "{dir}: nothing is touched"
    );
}

#[test]
fn what_is_there_is_not_touched() {
    let sandbox = Sandbox::new()
        .with("full/notes.txt", "mine")
        .with("file", "mine");
    symlink("nowhere", sandbox.path("dangling")).expect("a link");
    symlink("full", sandbox.path("link")).expect("a link");
    refused(
        &sandbox,
        "full",
        "`SANDBOX/full` is already there, and is not empty",
    );
    refused(&sandbox, "file", "`SANDBOX/file` is a file");
    refused(
        &sandbox,
        "dangling",
        "`SANDBOX/dangling` is a symbolic link",
    );
    refused(&sandbox, "link", "`SANDBOX/link` is a symbolic link");
    assert_eq!(
        fs::read_link(sandbox.path("dangling"))
            .expect("a link")
            .to_str(),
        Some("nowhere")
    );
}

#[test]
fn a_place_without_a_folder_around_it_is_refused() {
    let sandbox = Sandbox::new().with("file", "mine");
    refused(
        &sandbox,
        "a/b",
        "there is no folder `SANDBOX/a` to write into",
    );
    refused(&sandbox, "file/b", "`SANDBOX/file` is not a folder");
    refused(&sandbox, "file/a/b", "`SANDBOX/file/a` is not a folder");
}

#[test]
fn the_folder_that_one_stands_in_is_refused() {
    let sandbox = Sandbox::new();
    refused(&sandbox, ".", "is the folder that you are in");
    refused(&sandbox, "../work", "is the folder that you are in");
    refused(&sandbox, "/", "names no folder");
}

#[test]
fn a_folder_that_may_not_be_written_is_refused() {
    // Of those that even root may not write into, this one is everywhere.
    let sandbox = Sandbox::new();
    let run = new(&sandbox, "/sys/notes-api").ends_with(1);
    run.says("cannot write below `/sys`");
}

#[test]
fn a_relative_path_may_lead_up() {
    let sandbox = Sandbox::new().with("deep/er/keep", "");
    new(&sandbox, "deep/er/../notes").ends_with(0);
    assert!(sandbox.path("deep/notes/Cargo.toml").is_file());
}
