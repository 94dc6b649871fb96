//! Classes of files, moves, and what is in the way.

use palisade::catalog::Class;
use palisade::merge::{Conflict, Kept, Note, Obstacle, Planned, Reason, There, Verdict};
use palisade::render::File;

use crate::project::{Project, managed, planned, verdicts, want, wanted};

fn why(planned: &Planned) -> Option<Kept> {
    match planned.reason {
        Some(Reason::Kept(kept)) => Some(kept),
        _ => None,
    }
}

#[test]
fn what_is_written_once_is_written_once() {
    for (class, kept) in [
        (Class::Seeded, Kept::Yours),
        (Class::AppendOnly, Kept::History),
        (Class::Derived, Kept::Derived),
    ] {
        let mut project = Project::empty();
        let plan = project.plan(wanted(class, &[("a", "1\n")]));
        assert_eq!(planned(&plan, "a").verdict, Verdict::New);
        project.apply(&plan);
        assert_eq!(project.written.files.len(), 0, "{class} has no base");

        let plan = project.plan(wanted(class, &[("a", "1\n")]));
        assert_eq!(planned(&plan, "a").verdict, Verdict::Unchanged);
        let plan = project.plan(wanted(class, &[("a", "2\n")]));
        assert_eq!(why(planned(&plan, "a")), Some(kept));
        assert!(plan.is_empty());

        project.disk.clear();
        let plan = project.plan(wanted(class, &[("a", "2\n")]));
        assert_eq!(why(planned(&plan, "a")), Some(Kept::Deleted));
        assert!(plan.is_empty());
        assert!(project.plan(managed(&[])).is_empty());
    }
}

#[test]
fn a_file_of_the_users_is_never_seeded_over() {
    let project = Project::empty().there("a", "mine\n");
    let plan = project.plan(wanted(Class::Seeded, &[("a", "1\n")]));
    assert_eq!(why(planned(&plan, "a")), Some(Kept::Yours));
}

#[test]
fn derived_files_are_noted_when_sources_change() {
    let project = Project::empty()
        .with("src/a.rs", "1\n")
        .there("openapi.json", "{}\n");
    let files = |text: &str| {
        want([
            ("src/a.rs", File::new(Class::Managed, text)),
            ("openapi.json", File::new(Class::Derived, "{1}\n")),
        ])
    };
    assert_eq!(project.plan(files("1\n")).notes().len(), 0);
    let notes = project.plan(files("2\n")).notes();
    assert_eq!(Vec::from_iter(notes), [Note::Derive]);
}

/// It would be rendered from the answers, and know nothing of what was edited.
#[test]
fn a_derived_file_that_becomes_wanted_is_left_to_the_project() {
    let project = Project::empty().with("src/a.rs", "1\n");
    let files = want([
        ("src/a.rs", File::new(Class::Managed, "2\n")),
        ("openapi/v1.json", File::new(Class::Derived, "{}\n")),
    ]);
    let plan = project.plan(files);
    assert_eq!(why(planned(&plan, "openapi/v1.json")), Some(Kept::Derived));
    assert_eq!(plan.writes().count(), 1);
    assert_eq!(Vec::from_iter(plan.notes()), [Note::Derive]);
}

#[test]
fn an_untouched_cargo_lock_is_replaced_and_another_stays() {
    let lock = |text: &str| wanted(Class::Lock, &[("Cargo.lock", text)]);
    let untouched = Project::empty()
        .with("Cargo.lock", "1\n")
        .once("Cargo.lock");
    let plan = untouched.plan(lock("2\n"));
    assert_eq!(planned(&plan, "Cargo.lock").verdict, Verdict::Replaced);
    assert_eq!(plan.bases().count(), 0);
    assert_eq!(plan.notes().len(), 0);

    let touched = Project::empty()
        .there("Cargo.lock", "mine\n")
        .once("Cargo.lock");
    let plan = touched.plan(lock("2\n"));
    assert_eq!(why(planned(&plan, "Cargo.lock")), Some(Kept::Lock));
    assert_eq!(Vec::from_iter(plan.notes()), [Note::Lock]);
    assert!(plan.is_empty());

    let nothing_new = touched.written("Cargo.lock", "2\n");
    let plan = nothing_new.plan(lock("2\n"));
    assert_eq!(why(planned(&plan, "Cargo.lock")), Some(Kept::Edited));
    assert_eq!(plan.notes().len(), 0);
}

fn renamed(text: &str) -> palisade::merge::Wanted {
    let file = File {
        was: vec!["old.rs".to_owned()],
        ..File::new(Class::Managed, text)
    };
    want([("new.rs", file)])
}

#[test]
fn an_edit_follows_a_file_that_palisade_renamed() {
    for (there, wanted, verdict, then) in [
        ("1\n2\n3\n", "1\n2\n3\n", Verdict::Replaced, "1\n2\n3\n"),
        ("1\n2\n3\n", "1\n2\n4\n", Verdict::Replaced, "1\n2\n4\n"),
        ("0\n2\n3\n", "1\n2\n3\n", Verdict::Merged, "0\n2\n3\n"),
        ("0\n2\n3\n", "1\n2\n4\n", Verdict::Merged, "0\n2\n4\n"),
    ] {
        let mut project = Project::empty()
            .written("old.rs", "1\n2\n3\n")
            .there("old.rs", there);
        let plan = project.plan(renamed(wanted));
        assert_eq!(verdicts(&plan), [("new.rs", verdict)]);
        assert_eq!(planned(&plan, "new.rs").from.as_deref(), Some("old.rs"));
        project.apply(&plan);
        assert_eq!(project.text("new.rs").as_deref(), Some(then));
        assert_eq!(project.text("old.rs"), None);
        assert!(project.plan(renamed(wanted)).is_empty());
    }
}

#[test]
fn a_renamed_file_that_the_user_deleted_or_moved_follows_too() {
    let deleted = Project::empty().written("old.rs", "1\n");
    let plan = deleted.plan(renamed("2\n"));
    assert_eq!(why(planned(&plan, "new.rs")), Some(Kept::Deleted));

    let moved = Project::empty()
        .written("old.rs", "1\n2\n3\n")
        .there("new.rs", "0\n2\n3\n");
    let plan = moved.plan(renamed("1\n2\n4\n"));
    let merged = planned(&plan, "new.rs");
    assert_eq!(
        merged.result.as_ref().map(|file| file.bytes.as_slice()),
        Some(&b"0\n2\n4\n"[..])
    );
    assert_eq!(plan.removes().count(), 0);
}

#[test]
fn a_renamed_file_waits_while_a_file_of_the_users_is_in_its_place() {
    let mut project = Project::empty()
        .with("old.rs", "1\n")
        .there("new.rs", "mine\n");
    let before = project.clone();
    let plan = project.plan(renamed("2\n"));
    let conflict = Conflict::InTheWay {
        obstacle: Obstacle::File,
    };
    assert_eq!(planned(&plan, "new.rs").conflict_found(), Some(&conflict));
    assert!(plan.is_empty());
    project.apply(&plan);
    assert_eq!(project.written.files, before.written.files);
    project.disk.remove("new.rs");
    let plan = project.plan(renamed("2\n"));
    assert_eq!(planned(&plan, "new.rs").verdict, Verdict::Replaced);
    assert_eq!(plan.removes().collect::<Vec<_>>(), ["old.rs"]);
}

#[test]
fn nothing_is_written_over_or_through_what_is_no_file() {
    for (there, obstacle) in [
        (There::Link, Obstacle::Link),
        (There::Other, Obstacle::Folder),
        (There::Blocked, Obstacle::Step),
    ] {
        let conflict = Conflict::InTheWay { obstacle };
        let new = Project::empty().stands("a", there.clone());
        let plan = new.plan(managed(&[("a", "2\n")]));
        assert_eq!(planned(&plan, "a").conflict_found(), Some(&conflict));
        assert!(plan.is_empty());
        let known = new.written("a", "1\n");
        let plan = known.plan(managed(&[("a", "2\n")]));
        match there {
            There::Blocked => assert_eq!(why(planned(&plan, "a")), Some(Kept::Deleted)),
            _ => assert_eq!(planned(&plan, "a").conflict_found(), Some(&conflict)),
        }
        assert!(plan.is_empty());
        let plan = known.plan(managed(&[("a", "1\n")]));
        assert_eq!(planned(&plan, "a").verdict, Verdict::Kept);
        assert!(known.plan(managed(&[])).is_empty());
    }
}

#[test]
fn a_name_that_differs_by_case_alone_is_in_the_way() {
    let project = Project::empty().there("security.md", "mine\n");
    let plan = project.plan(managed(&[("SECURITY.md", "1\n")]));
    let conflict = Conflict::InTheWay {
        obstacle: Obstacle::Case("security.md".to_owned()),
    };
    assert_eq!(
        planned(&plan, "SECURITY.md").conflict_found(),
        Some(&conflict)
    );
    assert!(plan.is_empty());
}

fn script(text: &str, executable: bool) -> palisade::merge::Wanted {
    let file = File {
        executable,
        ..File::new(Class::Managed, text)
    };
    want([("run", file)])
}

#[test]
fn a_mode_is_the_users_until_palisade_changes_it() {
    // Written, there, wanted, then.
    for (written, there, wanted, then) in [
        (false, false, false, false),
        (false, false, true, true),
        (false, true, false, true),
        (false, true, true, true),
        (true, false, true, false),
        (true, true, false, false),
    ] {
        for text in ["1\n", "2\n"] {
            let mut project = Project::empty().written("run", "1\n");
            if written {
                project.written.executable.insert("run".to_owned());
            }
            let file = There::File {
                bytes: b"1\n".to_vec(),
                executable: there,
            };
            let mut project = project.stands("run", file);
            let plan = project.plan(script(text, wanted));
            project.apply(&plan);
            let mode = match &project.disk["run"] {
                There::File { executable, .. } => *executable,
                other => panic!("{other:?}"),
            };
            assert_eq!(mode, then, "{written} {there} {wanted}");
            assert_eq!(project.text("run").as_deref(), Some(text));
            assert!(project.plan(script(text, wanted)).is_empty());
        }
    }
}

#[test]
fn palisades_own_files_follow_without_a_question() {
    let project = Project::empty()
        .there(".palisade/pristine/a.b64", "old\n")
        .there(".palisade/pristine/gone.b64", "old\n");
    let mut plan = project.plan(managed(&[]));
    let memory = wanted(
        Class::Memory,
        &[
            (".palisade/pristine/a.b64", "new\n"),
            (".palisade/lock.toml", "new\n"),
        ],
    );
    plan.remember(memory.tree, &project.disk);
    assert_eq!(
        verdicts(&plan),
        [
            (".palisade/lock.toml", Verdict::New),
            (".palisade/pristine/a.b64", Verdict::Replaced),
            (".palisade/pristine/gone.b64", Verdict::Deleted),
        ]
    );
    assert_eq!(plan.bases().count(), 0);
}
