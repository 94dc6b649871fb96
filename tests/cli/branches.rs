//! A project under git: branches, dirty files, and the places where it may stand.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::add::ADD;
use crate::regen::{NO_CI, edit, files, project, run};
use crate::sandbox::Sandbox;

/// Runs git in a folder of the sandbox.
fn git(sandbox: &Sandbox, folder: &str, args: &[&str]) -> String {
    let mut command = Command::new("git");
    command
        .args(args)
        .current_dir(sandbox.path(folder))
        .env_clear();
    command
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", sandbox.path("../home"))
        .env("GIT_CONFIG_NOSYSTEM", "1");
    let run = sandbox.run(command);
    assert_eq!(run.code, 0, "git {args:?}: {run:?}");
    run.stdout
}

/// A written service, all of it in a first commit.
fn committed() -> Sandbox {
    let sandbox = project().with_git(
        "[user]\n\tname = Me\n\temail = me@example.org\n[init]\n\tdefaultBranch = main\n[protocol \"file\"]\n\tallow = always\n",
    );
    git(&sandbox, "notes-api", &["init", "-q"]);
    commit(&sandbox, "notes-api");
    sandbox
}

fn commit(sandbox: &Sandbox, folder: &str) {
    git(sandbox, folder, &["add", "-A"]);
    git(sandbox, folder, &["commit", "-qm", "a change"]);
}

fn in_a_row(commands: &[&[&str]]) -> Sandbox {
    let sandbox = project();
    for command in commands {
        run(&sandbox, command).ends_with(0);
    }
    sandbox
}

#[test]
fn two_branches_merge_into_what_both_would_have_given_in_a_row() {
    let sandbox = committed();
    edit(&sandbox, "src/domain/mod.rs", "\n", "\n// mine\n");
    commit(&sandbox, "notes-api");
    git(&sandbox, "notes-api", &["checkout", "-qb", "a"]);
    run(&sandbox, &NO_CI).ends_with(0);
    commit(&sandbox, "notes-api");
    git(&sandbox, "notes-api", &["checkout", "-q", "main"]);
    git(&sandbox, "notes-api", &["checkout", "-qb", "b"]);
    run(&sandbox, &ADD).ends_with(0);
    commit(&sandbox, "notes-api");
    git(&sandbox, "notes-api", &["merge", "-q", "--no-edit", "a"]);
    run(&sandbox, &["status"]).ends_with(0);
    run(&sandbox, &["regen"])
        .ends_with(0)
        .says("Everything is as your answers say.");
    let other = in_a_row(&[&NO_CI, &ADD]);
    edit(&other, "src/domain/mod.rs", "\n", "\n// mine\n");
    for (one, other) in files(&sandbox).iter().zip(&files(&other)) {
        assert_eq!(one.0, other.0);
        assert!(one.1 == other.1, "{}", one.0);
    }
}

/// Merges a branch, and tells in which files git left the merge open.
fn merge(sandbox: &Sandbox, branch: &str) -> Vec<String> {
    let mut command = Command::new("git");
    command
        .args(["merge", "-q", "--no-edit", branch])
        .current_dir(sandbox.path("notes-api"))
        .env("HOME", sandbox.path("../home"))
        .env("GIT_CONFIG_NOSYSTEM", "1");
    let merged = sandbox.run(command);
    let open = git(
        sandbox,
        "notes-api",
        &["diff", "--name-only", "--diff-filter=U"],
    );
    assert_eq!(merged.code != 0, !open.is_empty(), "{merged:?}");
    open.lines().map(ToOwned::to_owned).collect()
}

/// Takes both sides of what git left open, as one does with lists.
fn take_both(sandbox: &Sandbox, path: &str) {
    let text = sandbox.read(&format!("notes-api/{path}"));
    let is_mark = |line: &&str| {
        !["<<<<<<< ", "=======", ">>>>>>> "]
            .iter()
            .any(|mark| line.starts_with(mark))
    };
    let both: String = text.split_inclusive('\n').filter(is_mark).collect();
    fs::write(sandbox.path(&format!("notes-api/{path}")), both).expect("a file");
}

#[test]
fn two_branches_that_each_add_a_resource_leave_no_work_in_palisades_memory() {
    const OTHER: [&str; 4] = ["add", "resource", "person", "name:string"];
    let sandbox = committed();
    git(&sandbox, "notes-api", &["checkout", "-qb", "a"]);
    run(&sandbox, &ADD).ends_with(0);
    // Its lock differs from that of the other branch, too.
    run(
        &sandbox,
        &["add", "resource", "task", "due:date", "site:url"],
    )
    .ends_with(0);
    fs::remove_file(sandbox.path("notes-api/SECURITY.md")).expect("it was there");
    run(&sandbox, &["regen"]).ends_with(0);
    commit(&sandbox, "notes-api");
    git(&sandbox, "notes-api", &["checkout", "-qb", "b", "main"]);
    run(&sandbox, &OTHER).ends_with(0);
    fs::remove_file(sandbox.path("notes-api/THREAT-MODEL.md")).expect("it was there");
    run(&sandbox, &["regen"]).ends_with(0);
    commit(&sandbox, "notes-api");
    let open = merge(&sandbox, "a");
    let of_memory = |path: &&String| path.starts_with(".palisade");
    assert_eq!(
        open.iter().filter(of_memory).collect::<Vec<_>>(),
        [".palisade/pristine/palisade.toml.b64"]
    );
    let told = run(&sandbox, &["regen"]).ends_with(1);
    told.says("git left a merge open in `palisade.toml`");
    for path in open.iter().filter(|path| !of_memory(path)) {
        if path.as_str() != "openapi.json" {
            take_both(&sandbox, path);
        }
    }
    // Git takes the lines alike for one.
    edit(
        &sandbox,
        "palisade.toml",
        "\nname = \"invoice\"",
        "\n]\n\n[[resource]]\nname = \"invoice\"",
    );
    let told = run(&sandbox, &["status"]).ends_with(4);
    assert!(
        told.stdout
            .contains("unmerged .palisade/pristine/palisade.toml.b64: "),
        "{}",
        told.stdout
    );
    run(&sandbox, &["regen", "--allow-dirty"])
        .ends_with(0)
        .says("Tell git: git add .palisade");
    run(&sandbox, &["status"]).ends_with(0);
    let again = files(&sandbox);
    run(&sandbox, &["regen", "--allow-dirty"]).ends_with(0);
    assert!(files(&sandbox) == again);
    for deleted in ["SECURITY.md", "THREAT-MODEL.md"] {
        assert!(!sandbox.path(&format!("notes-api/{deleted}")).exists());
        assert!(
            sandbox
                .read("notes-api/.palisade/lock.toml")
                .contains(deleted)
        );
    }
}

#[test]
fn migrations_of_two_branches_that_have_one_number_are_told() {
    let sandbox = project();
    run(&sandbox, &ADD).ends_with(0);
    run(&sandbox, &["regen"]).ends_with(0);
    fs::write(sandbox.path("notes-api/migrations/0002_tasks.sql"), "").expect("a file");
    let told = run(&sandbox, &["regen"]).ends_with(0);
    told.says("`migrations/0002_invoices.sql` and `migrations/0002_tasks.sql` have one number");
}

#[test]
fn nothing_is_committed_or_staged() {
    let sandbox = committed();
    let head = git(&sandbox, "notes-api", &["rev-parse", "HEAD"]);
    run(&sandbox, &NO_CI).ends_with(0);
    assert_eq!(git(&sandbox, "notes-api", &["rev-parse", "HEAD"]), head);
    assert_eq!(
        git(&sandbox, "notes-api", &["diff", "--cached", "--stat"]),
        ""
    );
    let changed = git(&sandbox, "notes-api", &["status", "--porcelain"]);
    assert!(
        changed.contains(" D .github/workflows/ci.yml\n"),
        "{changed}"
    );
    assert!(!changed.contains(".palisade/local"), "{changed}");
    run(&sandbox, &["undo"]).ends_with(0);
    assert_eq!(git(&sandbox, "notes-api", &["status", "--porcelain"]), "");
}

#[test]
fn an_edit_that_is_in_no_commit_is_not_merged_unless_that_is_wanted() {
    let sandbox = committed();
    edit(&sandbox, "THREAT-MODEL.md", "\n", "\nOurs is a bank.\n");
    // Dirty too, but not touched.
    edit(&sandbox, "src/main.rs", "fn main", "// mine\nfn main");
    let before = files(&sandbox);
    let told = run(&sandbox, &NO_CI).ends_with(1);
    told.says("`THREAT-MODEL.md` has edits that are in no commit, and would be merged");
    assert!(files(&sandbox) == before);
    let dry = run(&sandbox, &[&NO_CI[..], &["--dry-run"]].concat()).ends_with(0);
    assert!(
        dry.stdout.contains("merged    THREAT-MODEL.md\n"),
        "{}",
        dry.stdout
    );
    dry.says("`THREAT-MODEL.md` has edits that are in no commit");
    let mut allowed = NO_CI.to_vec();
    allowed.push("--allow-dirty");
    run(&sandbox, &allowed).ends_with(0);
    run(&sandbox, &["undo"]).ends_with(0);
    git(&sandbox, "notes-api", &["add", "THREAT-MODEL.md"]);
    run(&sandbox, &NO_CI)
        .ends_with(0)
        .says("merged THREAT-MODEL.md");
    // What palisade itself has written and nobody committed is no edit.
    run(&sandbox, &["regen", "--set", "ci=github", "--allow-dirty"]).ends_with(0);
}

/// Changes an answer of the project in a folder, and takes that back.
fn there_and_back(sandbox: &Sandbox, folder: &str) {
    let palisade = |args: &[&str]| {
        let mut command = sandbox.command(args);
        command.current_dir(sandbox.path(folder));
        sandbox.run(command).ends_with(0)
    };
    let before = sandbox.read(&format!("{folder}/palisade.toml"));
    palisade(&NO_CI);
    assert!(!sandbox.path(folder).join(".github").exists(), "{folder}");
    palisade(&["status"]);
    palisade(&["undo"]);
    assert_eq!(sandbox.read(&format!("{folder}/palisade.toml")), before);
    palisade(&["regen"]);
}

#[test]
fn it_works_without_a_head_in_a_worktree_a_shallow_clone_a_submodule_and_a_sub_folder() {
    let sandbox = committed();
    let at = |folder: &str| sandbox.path(folder).display().to_string();
    git(&sandbox, "notes-api", &["checkout", "-q", "--detach"]);
    there_and_back(&sandbox, "notes-api");
    git(
        &sandbox,
        "notes-api",
        &["worktree", "add", "-q", "../worktree", "main"],
    );
    there_and_back(&sandbox, "worktree");
    edit(&sandbox, "README.md", "\n", "\nmine\n");
    commit(&sandbox, "notes-api");
    let origin = format!("file://{}", at("notes-api"));
    git(
        &sandbox,
        "",
        &["clone", "-q", "--depth=1", &origin, "shallow"],
    );
    there_and_back(&sandbox, "shallow");
    fs::create_dir(sandbox.path("mono")).expect("a folder");
    git(&sandbox, "mono", &["init", "-q"]);
    git(
        &sandbox,
        "mono",
        &["submodule", "--quiet", "add", &origin, "module"],
    );
    there_and_back(&sandbox, "mono/module");
    copy_without_git(
        &sandbox.path("notes-api"),
        &sandbox.path("mono/services/notes"),
    );
    commit(&sandbox, "mono");
    there_and_back(&sandbox, "mono/services/notes");
    let dirty = sandbox.path("mono/services/notes/THREAT-MODEL.md");
    fs::write(&dirty, "mine\n").expect("it is there");
    let mut command = sandbox.command(&NO_CI);
    command.current_dir(sandbox.path("mono/services/notes/src"));
    sandbox
        .run(command)
        .ends_with(1)
        .says("`THREAT-MODEL.md` has edits that are in no commit");
}

fn copy_without_git(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().expect("a folder above")).expect("a folder");
    let copied = Command::new("cp").arg("-a").args([from, to]).status();
    assert!(copied.is_ok_and(|status| status.success()));
    fs::remove_dir_all(to.join(".git")).expect("it was there");
    fs::remove_dir_all(to.join(".palisade/local")).expect("it was there");
}
