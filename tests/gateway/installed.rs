//! A project's gateway, installed and running.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use palisade::catalog::Catalog;

use crate::project::{Project, demand, text, tools};

/// Returns every gateway that can be chosen, but for none.
pub(crate) fn gateways() -> Vec<String> {
    let catalog = Catalog::embedded().expect("another test holds that it can be read");
    let choice = catalog
        .in_order()
        .into_iter()
        .find(|choice| choice.id.as_str() == "gateway");
    let options = choice
        .expect("there is such a choice")
        .options
        .keys()
        .map(ToString::to_string);
    options.filter(|option| option != "none").collect()
}

/// Returns every file of a project but its answers and what git and the memory of palisade keep.
pub(crate) fn files(project: &Project) -> BTreeMap<String, Vec<u8>> {
    let files = project.files().into_iter();
    let files = files.map(|(path, bytes)| (path.display().to_string(), bytes));
    files.filter(|(path, _)| path != "palisade.toml").collect()
}

impl Project {
    /// Puts the gateway's files and certificates in one folder, as they are installed.
    pub(crate) fn installed(&self) -> PathBuf {
        let folder = self.home.path().join("installed");
        for name in ["log", "tmp", "certs"] {
            fs::create_dir_all(folder.join(name)).expect("a folder");
        }
        for entry in fs::read_dir(self.folder.join("gateway")).expect("a folder") {
            let path = entry.expect("an entry").path();
            fs::copy(&path, folder.join(path.file_name().expect("a name"))).expect("a file");
        }
        for (certificate, key) in [("cert.pem", "key.pem"), ("gateway.pem", "gateway.key")] {
            let mut openssl = Command::new("openssl");
            openssl.args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
            ]);
            openssl.args([
                "-subj",
                "/CN=localhost",
                "-keyout",
                key,
                "-out",
                certificate,
            ]);
            demand(openssl.current_dir(folder.join("certs")));
        }
        let certs = folder.join("certs");
        for (certificate, key, both) in [
            ("cert.pem", "key.pem", "edge.both"),
            ("gateway.pem", "gateway.key", "gateway.both"),
        ] {
            let read = |name: &str| fs::read_to_string(certs.join(name)).expect("a file");
            fs::write(certs.join(both), read(certificate) + &read(key)).expect("a file");
        }
        fs::copy(certs.join("cert.pem"), certs.join("internal-ca.pem")).expect("a file");
        folder
    }

    /// Starts both as the README says, pastes what is printed, and ends both.
    pub(crate) fn run_and_ask(&self) {
        self.cargo(&["build", "--quiet", "--locked"]);
        let log = self.folder.join("data.log");
        let out = fs::File::create(&log).expect("a file");
        let mut run = self.command("gateway/run", &[]);
        let path = format!(
            "{}:{}",
            tools().join("bin").display(),
            std::env::var("PATH").unwrap_or_default()
        );
        run.env("PATH", path).process_group(0);
        run.stdout(out.try_clone().expect("one file for both"))
            .stderr(out);
        let mut child = run.spawn().expect("it starts");
        let ca = self.folder.join("certs/dev/ca.pem");
        let printed = || fs::read_to_string(&log).expect("a log");
        let started = Instant::now();
        let is_up = || ca.exists() && std::net::TcpStream::connect("127.0.0.1:8443").is_ok();
        while !is_up() {
            assert!(
                child.try_wait().expect("a state").is_none(),
                "{}",
                printed()
            );
            assert!(
                started.elapsed() < Duration::from_secs(120),
                "{}",
                printed()
            );
            std::thread::sleep(Duration::from_millis(200));
        }
        let printed = printed();
        let commands: Vec<_> = printed
            .lines()
            .map(str::trim)
            .filter(|line| line.starts_with("KEY=") || line.starts_with("curl "))
            .collect();
        assert_eq!(commands.len(), 2, "two commands to paste:\n{printed}");
        let pasted = commands
            .join("\n")
            .replace("curl ", "curl --silent --show-error --fail --retry 3 ");
        let answer = self
            .command("bash", &["-euc", &pasted])
            .output()
            .expect("bash runs");
        assert_eq!(
            text(&answer),
            r#"{"items":[],"next":null}"#,
            "{answer:?}\n{printed}"
        );
        let health = demand(Command::new("curl").args([
            "--silent",
            "--fail",
            "http://127.0.0.1:9442/readyz",
        ]));
        assert!(text(&health).is_empty());
        demand(Command::new("kill").args(["-TERM", &child.id().to_string()]));
        let ended = child.wait().expect("an end");
        assert!(ended.code().is_some(), "{ended}");
        for port in [8443, 8444, 8445] {
            let is_open = std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
            assert!(!is_open, "{port} is still open");
        }
    }
}
