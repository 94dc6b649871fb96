//! The repository that `new` makes, or does not.

use git2::Repository;

use crate::sandbox::Sandbox;

const NEW: [&str; 3] = ["new", "notes-api", "--defaults"];

fn repository(sandbox: &Sandbox) -> Repository {
    Repository::open(sandbox.path("notes-api")).expect("a repository")
}

fn changes(repository: &Repository) -> Vec<String> {
    let mut options = git2::StatusOptions::new();
    options.include_untracked(true).recurse_untracked_dirs(true);
    let statuses = repository.statuses(Some(&mut options)).expect("a state");
    statuses
        .iter()
        .filter_map(|entry| entry.path().map(str::to_owned).ok())
        .collect()
}

#[test]
fn one_commit_holds_everything() {
    let sandbox = Sandbox::new().with_git(
        "[user]\n\tname = Me\n\temail = me@example.org\n[init]\n\tdefaultBranch = trunk\n",
    );
    sandbox.palisade(&NEW).ends_with(0);
    let repository = repository(&sandbox);
    let head = repository.head().expect("a first commit");
    assert_eq!(head.shorthand(), Ok("trunk"));
    let commit = head.peel_to_commit().expect("a commit");
    assert_eq!(commit.message(), Ok("Begin the service"));
    assert_eq!(commit.parent_count(), 0);
    assert_eq!(commit.author().email(), Ok("me@example.org"));
    assert_eq!(changes(&repository), [""; 0]);
    let tree = commit.tree().expect("its tree");
    assert!(tree.get_path("palisade.toml".as_ref()).is_ok());
    assert!(tree.get_path(".palisade/lock.toml".as_ref()).is_ok());
    assert!(tree.get_path(".palisade/local".as_ref()).is_err());
}

#[test]
fn a_rule_of_the_users_that_ignores_everything_keeps_nothing_out() {
    let sandbox = Sandbox::new()
        .with_identity()
        .with("../home/.config/git/ignore", "*.rs\n*.lock\n");
    sandbox.palisade(&NEW).ends_with(0);
    let repository = repository(&sandbox);
    let head = repository.head().expect("a first commit");
    let commit = head.peel_to_commit().expect("a commit");
    let tree = commit.tree().expect("its tree");
    assert!(tree.get_path("src/main.rs".as_ref()).is_ok());
    assert!(tree.get_path("Cargo.lock".as_ref()).is_ok());
}

#[test]
fn no_hook_runs() {
    let sandbox = Sandbox::new().with("hooks/post-commit", "#!/bin/sh\ntouch \"$HOME/ran\"\n");
    let hooks = sandbox.path("hooks");
    let settings = format!(
        "[user]\n\tname = Me\n\temail = me@example.org\n[core]\n\thooksPath = {0}\n[init]\n\ttemplateDir = {0}\n",
        hooks.display()
    );
    let sandbox = sandbox.with_git(&settings);
    std::fs::set_permissions(
        hooks.join("post-commit"),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .expect("executable");
    sandbox.palisade(&NEW).ends_with(0);
    assert!(!sandbox.path("../home/ran").exists());
    assert!(!sandbox.path("notes-api/.git/post-commit").exists());
}

#[test]
fn without_an_identity_everything_is_staged_and_three_lines_are_printed() {
    let sandbox = Sandbox::new();
    let run = sandbox.palisade(&NEW).ends_with(0);
    let lines = "All files are staged. Commit them in there with these lines:\n\
                 \x20 git config --global user.name 'Your Name'\n\
                 \x20 git config --global user.email 'you@example.org'\n\
                 \x20 git commit -m 'Begin the service'\n";
    run.says(lines);
    let repository = repository(&sandbox);
    assert!(repository.head().is_err());
    let index = repository.index().expect("an index");
    // All but the folder that ignores itself.
    assert_eq!(index.len() + 1, sandbox.files("notes-api").len());
}

#[test]
fn commits_that_are_to_be_signed_are_left_to_the_user() {
    let sandbox = Sandbox::new()
        .with_git("[user]\n\tname = Me\n\temail = me@example.org\n[commit]\n\tgpgSign = true\n");
    let run = sandbox.palisade(&NEW).ends_with(0);
    run.says("  git commit -m 'Begin the service'\n");
    assert!(!run.stderr.contains("user.name"), "{}", run.stderr);
    assert!(repository(&sandbox).head().is_err());
}

#[test]
fn an_identity_from_the_environment_commits() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command(&NEW);
    for who in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{who}_NAME"), "Me")
            .env(format!("GIT_{who}_EMAIL"), "me@example.org");
    }
    sandbox.run(command).ends_with(0);
    assert!(repository(&sandbox).head().is_ok());
}

#[test]
fn no_git_makes_no_repository() {
    let sandbox = Sandbox::new().with_identity();
    sandbox
        .palisade(&["new", "notes-api", "--defaults", "--no-git"])
        .ends_with(0);
    assert!(!sandbox.path("notes-api/.git").exists());
}

#[test]
fn inside_a_repository_nothing_is_nested_or_committed() {
    let sandbox = Sandbox::new().with_identity().with("mono/README.md", "");
    Repository::init(sandbox.path("mono")).expect("a repository");
    let run = sandbox
        .palisade(&["new", "mono/notes-api", "--defaults"])
        .ends_with(0);
    assert!(!sandbox.path("mono/notes-api/.git").exists());
    let outer = Repository::open(sandbox.path("mono")).expect("a repository");
    assert!(outer.head().is_err());
    assert_eq!(outer.index().expect("an index").len(), 0);
    for words in [
        "It stands in the repository SANDBOX/mono",
        "nothing was committed",
        "Workflows below the repository's root do not run",
        "  cp -ri mono/notes-api/.github SANDBOX/mono",
    ] {
        run.says(words);
    }
    assert!(
        changes(&outer)
            .iter()
            .all(|path| !path.contains(".palisade/local"))
    );
}
