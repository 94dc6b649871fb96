//! The table over what was written, what is there and what is wanted.

use palisade::merge::Verdict::{self, Conflict, Deleted, Kept, Merged, New, Replaced, Unchanged};

use crate::project::{Project, managed, planned};

const A: &str = "one\ntwo\nthree\nfour\nfive\n";
/// Differs from A in its first line.
const B: &str = "1\ntwo\nthree\nfour\nfive\n";
/// Differs from A in its last line.
const C: &str = "one\ntwo\nthree\nfour\n5\n";
/// Differs from A where B and C do.
const BC: &str = "1\ntwo\nthree\nfour\n5\n";
/// Differs from A where B does, in another way.
const D: &str = "eins\ntwo\nthree\nfour\nfive\n";
/// Nothing is there.
const O: &str = "";

const D_OVER_B: &str = "<<<<<<< yours\n1\n||||||| as palisade 0.1.0 wrote it\none\n=======\neins\n\
                        >>>>>>> palisade 0.2.0\ntwo\nthree\nfour\nfive\n";
const A_BESIDE_B: &str = "<<<<<<< yours\n1\n||||||| as palisade 0.1.0 wrote it\n=======\none\n\
                          >>>>>>> palisade 0.2.0\ntwo\nthree\nfour\nfive\n";
const B_BESIDE_A: &str = "<<<<<<< yours\none\n||||||| as palisade 0.1.0 wrote it\n=======\n1\n\
                          >>>>>>> palisade 0.2.0\ntwo\nthree\nfour\nfive\n";

/// Written, there, wanted; the verdict, what is there then, and what is remembered.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    Verdict,
    &'static str,
    &'static str,
);

/// Each of the three absent, the same as another, or changed.
const CASES: [Case; 28] = [
    (O, O, O, Unchanged, O, O),
    (O, O, A, New, A, A),
    (O, O, B, New, B, B),
    (O, A, O, Unchanged, A, O),
    (O, A, A, Unchanged, A, A),
    (O, A, B, Conflict, B_BESIDE_A, B),
    (O, B, O, Unchanged, B, O),
    (O, B, A, Conflict, A_BESIDE_B, A),
    (O, B, B, Unchanged, B, B),
    (A, O, O, Unchanged, O, O),
    (A, O, A, Kept, O, A),
    (A, O, B, Kept, O, A),
    (A, A, O, Deleted, O, O),
    (A, A, A, Unchanged, A, A),
    (A, A, B, Replaced, B, B),
    (A, B, O, Conflict, B, A),
    (A, B, A, Kept, B, A),
    (A, B, B, Unchanged, B, B),
    (A, B, C, Merged, BC, C),
    (A, B, D, Conflict, D_OVER_B, D),
    (B, O, O, Unchanged, O, O),
    (B, O, A, Kept, O, B),
    (B, A, O, Conflict, A, B),
    (B, A, A, Unchanged, A, A),
    (B, A, B, Kept, A, B),
    (B, B, O, Deleted, O, O),
    (B, B, A, Replaced, A, A),
    (B, B, B, Unchanged, B, B),
];

fn project(written: &str, there: &str) -> Project {
    let mut project = Project::empty();
    if !written.is_empty() {
        project = project.written("a.rs", written);
    }
    if !there.is_empty() {
        project = project.there("a.rs", there);
    }
    project
}

#[test]
fn each_case_of_written_there_and_wanted_ends_as_the_table_says() {
    for (written, there, wanted, verdict, disk, base) in CASES {
        let case = format!("{written:?} {there:?} {wanted:?}");
        let mut project = project(written, there);
        let files = [("a.rs", wanted)];
        let wanted = || managed(if wanted.is_empty() { &[] } else { &files });
        let plan = project.plan(wanted());
        if written.is_empty() && files[0].1.is_empty() {
            assert_eq!(plan.get("a.rs"), None, "{case}");
        } else {
            assert_eq!(planned(&plan, "a.rs").verdict, verdict, "{case}");
        }
        project.apply(&plan);
        assert_eq!(project.text("a.rs").unwrap_or_default(), disk, "{case}");
        let remembered = project.written.files.get("a.rs").map(Vec::as_slice);
        assert_eq!(remembered.unwrap_or_default(), base.as_bytes(), "{case}");
        let again = project.plan(wanted());
        assert!(again.is_empty(), "{case}: {again:#?}");
        assert_eq!(
            again.conflicts().count(),
            plan.conflicts().count(),
            "{case}"
        );
    }
}

#[test]
fn a_file_with_markers_is_left_alone_and_its_base_is_kept() {
    let mut project = project(A, B);
    let plan = project.plan(managed(&[("a.rs", D)]));
    project.apply(&plan);
    let before = project.clone();
    let newer = D.replace("five", "V");
    let plan = project.plan(managed(&[("a.rs", &newer)]));
    let refused = planned(&plan, "a.rs");
    assert_eq!(
        refused.conflict_found(),
        Some(&palisade::merge::Conflict::Unresolved)
    );
    project.apply(&plan);
    assert_eq!(project, before);

    let mut resolved = project.there("a.rs", B);
    let plan = resolved.plan(managed(&[("a.rs", &newer)]));
    resolved.apply(&plan);
    assert_eq!(
        resolved.text("a.rs").as_deref(),
        Some("1\ntwo\nthree\nfour\nV\n")
    );
}

#[test]
fn a_deleted_file_comes_back_when_it_is_asked_for() {
    let project = project(A, O);
    let mut wanted = managed(&[("a.rs", B)]);
    wanted.restored.insert("a.rs".to_owned());
    let plan = project.plan(wanted);
    assert_eq!(planned(&plan, "a.rs").verdict, New);
}

#[test]
fn a_deleted_file_that_comes_back_as_it_was_written_is_brought_up_to_date() {
    let mut project = project(A, O);
    let plan = project.plan(managed(&[("a.rs", B)]));
    project.apply(&plan);
    let project = project.there("a.rs", A);
    let plan = project.plan(managed(&[("a.rs", B)]));
    assert_eq!(planned(&plan, "a.rs").verdict, Replaced);
}

#[test]
fn a_conflict_about_a_dropped_file_ends_with_the_users_word() {
    let mut project = project(A, B);
    let mut wanted = managed(&[]);
    wanted.settled.insert("a.rs".to_owned());
    let plan = project.plan(wanted);
    assert_eq!(planned(&plan, "a.rs").verdict, Kept);
    project.apply(&plan);
    assert_eq!(project.text("a.rs").as_deref(), Some(B));
    let plan = project.plan(managed(&[]));
    assert_eq!(plan.iter().count(), 0);
}
