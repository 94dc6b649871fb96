//! A service that runs for a test, asked over TLS by a client that is not ours.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::{Project, demand, target, text};

/// The binary of a project, running in its folder on ports of its own until it is dropped.
pub(crate) struct Served {
    process: Child,
    folder: PathBuf,
    log: PathBuf,
    binary: PathBuf,
    pub(crate) api: String,
    admin: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    fn read(output: &Output) -> Self {
        let all = String::from_utf8_lossy(&output.stdout);
        let (head, body) = all
            .split_once("\r\n\r\n")
            .unwrap_or_else(|| panic!("no answer: {output:?}"));
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        Self {
            status: status.unwrap_or_else(|| panic!("no status: {all}")),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    /// Returns the values of a header field, joined as RFC 9110 §5.3 allows.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let fields = self.head.lines().filter_map(|line| line.split_once(": "));
        let values: Vec<_> = fields
            .filter(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Served {
    /// Builds the project and starts it; other builds do not replace what runs.
    pub(crate) fn start(project: &Project) -> Self {
        project.cargo(&["build", "--quiet", "--locked"]);
        let name = project.folder.file_name().expect("a name");
        let binary = project.folder.with_file_name("running");
        fs::copy(target().join("debug").join(name), &binary).expect("the binary");
        let log = project.folder.with_file_name("running.log");
        let lines = fs::File::create(&log).expect("a file");
        let mut serve = Command::new(&binary);
        let complaints = lines.try_clone().expect("one file for both");
        serve
            .current_dir(&project.folder)
            .stdout(lines)
            .stderr(complaints);
        for listener in ["LISTENER", "ADMIN"] {
            serve.env(format!("NOTES_API__{listener}__ADDRESS"), "127.0.0.1:0");
        }
        let process = serve.spawn().expect("it starts");
        let mut served = Self {
            process,
            folder: project.folder.clone(),
            log,
            binary,
            api: String::new(),
            admin: String::new(),
        };
        let started = served.logged("the start", |line| line["action"] == "service.started");
        let port = |listener: &str| {
            let address = started[listener].as_str().expect("an address");
            address.rsplit(':').next().expect("a port").to_owned()
        };
        served.api = format!("https://localhost:{}", port("api"));
        served.admin = format!("http://localhost:{}", port("admin"));
        served
    }

    pub(crate) fn ca(&self) -> PathBuf {
        self.folder.join("certs/dev/ca.pem")
    }

    /// Makes a key of an owner who may write.
    pub(crate) fn key(&self) -> String {
        let mut create = Command::new(&self.binary);
        create.args(["keys", "create", "--owner", "me", "--role", "editor"]);
        text(&demand(create.current_dir(&self.folder)))
    }

    /// Writes the documents of the project.
    pub(crate) fn derive(&self) {
        demand(
            Command::new(&self.binary)
                .arg("derive")
                .current_dir(&self.folder),
        );
    }

    /// Asks for a path, with more arguments for curl.
    pub(crate) fn ask(&self, path: &str, more: &[&str]) -> Answer {
        self.curl(&format!("{}{path}", self.api), more)
    }

    /// Asks for an address that has a certificate of the service's CA, or is in the clear.
    pub(crate) fn curl(&self, url: &str, more: &[&str]) -> Answer {
        let mut curl = Command::new("curl");
        curl.args([
            "--silent",
            "--show-error",
            "--include",
            "--ipv4",
            "--http1.1",
        ]);
        curl.arg("--cacert").arg(self.ca()).arg(url).args(more);
        Answer::read(&demand(&mut curl))
    }

    pub(crate) fn metrics(&self) -> String {
        self.curl(&format!("{}/metrics", self.admin), &[]).body
    }

    /// Waits for a line of the log, and returns it.
    pub(crate) fn logged(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        eventually(what, || {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            let mut lines = log
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok());
            lines.find(|line| wanted(line))
        })
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Waits until there is something: a start, or a reload, which may take ten seconds.
pub(crate) fn eventually<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "not in time: {what}"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Replaces a text in a file of a project, where it must be.
pub(crate) fn replace(folder: &Path, path: &str, from: &str, to: &str) {
    let path = folder.join(path);
    let before = fs::read_to_string(&path).expect("a file");
    assert!(before.contains(from), "{from} in {}", path.display());
    fs::write(&path, before.replace(from, to)).expect("a file");
}
