//! A disk without room, and one that is another.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::regen::{files, project, run};
use crate::sandbox::{Sandbox, names};

/// A small file system of its own; only root can make one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path, bytes: u32) -> Option<Self> {
        fs::create_dir_all(at).expect("a place to mount");
        let size = format!("size={bytes}");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(at)
            .output();
        mounted
            .is_ok_and(|output| output.status.success())
            .then(|| Self(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_is_told_and_nothing_is_left_behind() {
    let sandbox = Sandbox::new();
    let Some(disk) = SmallDisk::mount(&sandbox.path("disk"), 32 * 1024) else {
        eprintln!("not tried: only root can mount a small disk");
        return;
    };
    let run = sandbox
        .palisade(&["new", "disk/notes-api", "--defaults"])
        .ends_with(1);
    run.says("No space left on device");
    run.says("make room and run it again");
    assert_eq!(names(&disk.0), [""; 0]);
}

#[test]
fn a_disk_that_fills_up_leaves_a_project_as_it_was() {
    let sandbox = Sandbox::new();
    let Some(_disk) = SmallDisk::mount(&sandbox.path("notes-api"), 8 << 20) else {
        eprintln!("not tried: only root can mount a small disk");
        return;
    };
    // `new` makes its stage beside its target, which is another disk.
    let written = project();
    let copied = Command::new("cp")
        .arg("-a")
        .args([written.path("notes-api/."), sandbox.path("notes-api")])
        .status();
    assert!(copied.is_ok_and(|status| status.success()));
    let before = files(&sandbox);
    fill(&sandbox.path("notes-api/filler"));
    let add = ["add", "resource", "invoice", "total:decimal"];
    let told = run(&sandbox, &add).ends_with(1);
    told.says("No space left on device");
    told.says("make room and run it again");
    fs::remove_file(sandbox.path("notes-api/filler")).expect("it was there");
    assert!(files(&sandbox) == before);
    assert!(!sandbox.path("notes-api/.palisade/local/run").exists());
    run(&sandbox, &add).ends_with(0);
}

/// Writes a file until some 16 KiB are left.
fn fill(path: &Path) {
    let full = "a disk fills up";
    let mut bytes = vec![0; 8 << 20];
    assert!(fs::write(path, &bytes).is_err(), "{full}");
    let held = fs::metadata(path).expect("a part of it").len();
    bytes.truncate(usize::try_from(held).expect("it is small") - (16 << 10));
    fs::write(path, &bytes).expect(full);
}

#[test]
fn a_change_that_fails_half_way_is_put_back() {
    let sandbox = project();
    run(&sandbox, &["regen", "--set", "ci=none"]).ends_with(0);
    // Nothing can be renamed onto another disk.
    let Some(_disk) = SmallDisk::mount(&sandbox.path("notes-api/.github/workflows"), 1 << 20)
    else {
        eprintln!("not tried: only root can mount a small disk");
        return;
    };
    let before = files(&sandbox);
    let told = run(&sandbox, &["regen", "--set", "ci=github"]).ends_with(1);
    told.says("cannot put `.github/workflows/ci.yml` in place");
    told.says("what was changed before it was put back");
    assert!(files(&sandbox) == before);
    let local = names(&sandbox.path("notes-api/.palisade/local"));
    assert!(!local.contains(&"run".to_owned()), "{local:?}");
    run(&sandbox, &["status"]).ends_with(0);
}
