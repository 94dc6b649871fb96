//! A disk without room.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::sandbox::{Sandbox, names};

/// A small file system of its own; only root can make one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path, bytes: u32) -> Option<Self> {
        std::fs::create_dir(at).expect("a place to mount");
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
