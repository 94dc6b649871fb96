//! Line ends, last lines, and bytes that are no text.

use palisade::merge::{Conflict, Verdict};

use crate::project::{Project, managed, planned};

/// Plans for `a.rs`, and returns its verdict and what is there then.
#[track_caller]
fn merged(written: &str, there: &[u8], wanted: &str) -> (Verdict, Vec<u8>) {
    let mut project = Project::empty()
        .written("a.rs", written)
        .there("a.rs", there);
    let plan = project.plan(managed(&[("a.rs", wanted)]));
    let verdict = planned(&plan, "a.rs").verdict;
    project.apply(&plan);
    assert!(project.plan(managed(&[("a.rs", wanted)])).is_empty());
    let bytes = project.disk["a.rs"].bytes().expect("a file");
    (verdict, bytes.to_vec())
}

#[track_caller]
fn assert_merges(written: &str, there: &str, wanted: &str, verdict: Verdict, then: &str) {
    let (found, bytes) = merged(written, there.as_bytes(), wanted);
    assert_eq!(
        (found, String::from_utf8_lossy(&bytes).as_ref()),
        (verdict, then)
    );
}

#[test]
fn line_ends_of_a_checkout_are_no_edit_and_stay() {
    assert_merges(
        "1\n2\n",
        "1\r\n2\r\n",
        "1\n2\n",
        Verdict::Unchanged,
        "1\r\n2\r\n",
    );
    assert_merges(
        "1\n2\n",
        "1\r\n2\r\n",
        "1\n3\n",
        Verdict::Replaced,
        "1\r\n3\r\n",
    );
    assert_merges(
        "1\n2\n3\n",
        "0\r\n2\r\n3\r\n",
        "1\n2\n4\n",
        Verdict::Merged,
        "0\r\n2\r\n4\r\n",
    );
    assert_merges(
        "1\n",
        "2\r\n",
        "3\n",
        Verdict::Conflict,
        "<<<<<<< yours\r\n2\r\n||||||| as palisade 0.1.0 wrote it\r\n1\r\n=======\r\n3\r\n\
         >>>>>>> palisade 0.2.0\r\n",
    );
}

#[test]
fn one_line_with_another_end_is_an_edit_and_stays() {
    assert_merges(
        "1\n2\n3\n",
        "1\r\n2\n3\n",
        "1\n2\n4\n",
        Verdict::Merged,
        "1\r\n2\n4\n",
    );
}

#[test]
fn a_last_line_without_an_end_stays_so() {
    assert_merges(
        "1\n2\n3\n",
        "1\n2\n3",
        "0\n2\n3\n",
        Verdict::Merged,
        "0\n2\n3",
    );
    assert_merges(
        "1\n2\n3\n",
        "1\n2\n3",
        "1\n2\n3\n4\n",
        Verdict::Merged,
        "1\n2\n3\n4",
    );
    assert_merges(
        "1\n2\n3",
        "0\n2\n3",
        "1\n2\n3\n",
        Verdict::Merged,
        "0\n2\n3\n",
    );
    assert_merges(
        "1\n2\n3",
        "0\n2\n3\n",
        "1\n2\n4",
        Verdict::Merged,
        "0\n2\n4\n",
    );
}

#[test]
fn an_emptied_file_is_an_edit() {
    assert_merges("1\n2\n", "", "1\n2\n", Verdict::Kept, "");
    let (verdict, bytes) = merged("1\n2\n", b"", "1\n3\n");
    assert_eq!(verdict, Verdict::Conflict);
    assert!(bytes.starts_with(b"<<<<<<< yours\n|||||||"));
}

#[test]
fn what_is_no_text_is_settled_whole() {
    for there in [&b"\xff\xfe\n"[..], b"1\0\n"] {
        assert_eq!(merged("1\n", there, "1\n"), (Verdict::Kept, there.to_vec()));
        let project = Project::empty().written("a.rs", "1\n").there("a.rs", there);
        let plan = project.plan(managed(&[("a.rs", "2\n")]));
        assert_eq!(
            planned(&plan, "a.rs").conflict_found(),
            Some(&Conflict::NotText)
        );
        assert!(plan.is_empty());
    }
}

#[test]
fn a_toml_file_that_is_none_any_more_is_merged_by_lines() {
    let project = Project::empty()
        .written("a.toml", "a = 1\nb = 2\nc = 3\n")
        .there("a.toml", "a = \nb = 2\nc = 3\n");
    let plan = project.plan(managed(&[("a.toml", "a = 1\nb = 2\nc = 4\n")]));
    let merged = planned(&plan, "a.toml");
    assert_eq!(merged.verdict, Verdict::Merged);
    let bytes = merged.result.as_ref().map(|file| file.bytes.as_slice());
    assert_eq!(bytes, Some(&b"a = \nb = 2\nc = 4\n"[..]));
}

#[test]
fn an_open_conflict_is_told_by_what_is_there() {
    let mut project = Project::empty()
        .written("a.toml", "a = 1\n")
        .there("a.toml", "a = 2\n");
    let plan = project.plan(managed(&[("a.toml", "a = 3\n")]));
    let conflict = planned(&plan, "a.toml")
        .conflict_found()
        .expect("a conflict")
        .clone();
    assert_eq!(
        conflict,
        Conflict::Keys {
            keys: vec!["a".to_owned()]
        }
    );
    project.apply(&plan);
    assert_eq!(
        project.text("a.toml").as_deref(),
        Some("# palisade 0.2.0 has: a = 3\na = 2\n")
    );
    assert!(conflict.is_open(project.disk.get("a.toml"), Some(b"a = 3\n")));
    let resolved = project.there("a.toml", "a = 2\n");
    assert!(!conflict.is_open(resolved.disk.get("a.toml"), Some(b"a = 3\n")));
    assert!(!conflict.is_open(None, Some(b"a = 3\n")));
}

#[test]
fn markers_that_palisade_wrote_itself_are_none() {
    let shown = "// Such as:\n// <<<<<<< yours\n<<<<<<< yours\n";
    let project = Project::empty().with("a.rs", shown);
    let plan = project.plan(managed(&[("a.rs", "1\n")]));
    assert_eq!(planned(&plan, "a.rs").verdict, Verdict::Replaced);
}
