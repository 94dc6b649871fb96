//! A caching proxy before the service: one that is told to ignore `no-store`, since one that
//! honours it keeps nothing, and so mixes nothing.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::served::{Answer, Served, eventually};
use crate::{Project, rename_in_v2};

/// How a scheme names a version.
struct Scheme {
    name: &'static str,
    /// Where the notes of a version are, and what a request for them has in its head.
    ask: fn(version: &str) -> (String, Vec<String>),
    /// Whether the address alone tells versions apart.
    by_address: bool,
}

const SCHEMES: [Scheme; 3] = [
    Scheme {
        name: "path",
        ask: |version| (format!("/{version}/notes"), Vec::new()),
        by_address: true,
    },
    Scheme {
        name: "header",
        ask: |version| {
            let number = version.trim_start_matches('v');
            ("/notes".to_owned(), vec![format!("Api-Version: {number}")])
        },
        by_address: false,
    },
    Scheme {
        name: "media-type",
        ask: |version| {
            let accept = format!("Accept: application/vnd.notes-api.{version}+json");
            ("/notes".to_owned(), vec![accept])
        },
        by_address: false,
    },
];

/// How a proxy deals with what answers say of their keeping.
#[derive(Clone, Copy)]
enum Ignoring {
    Nothing,
    NoStore,
    NoStoreAndVary,
}

/// An nginx that keeps what it is answered, until it is dropped.
struct Proxy {
    process: Child,
    _folder: tempfile::TempDir,
    address: String,
}

impl Proxy {
    fn start(service: &Served, ignoring: Ignoring) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let file = folder.path().join("nginx.conf");
        fs::write(&file, configuration(folder.path(), service, port, ignoring)).expect("a file");
        let mut nginx = Command::new("nginx");
        nginx.arg("-c").arg(&file).args(["-e", "stderr"]);
        let process = nginx
            .stderr(Stdio::null())
            .spawn()
            .expect("nginx: run tests/setup");
        let address = format!("http://localhost:{port}");
        eventually("the proxy", || {
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()
        });
        Self {
            process,
            _folder: folder,
            address,
        }
    }

    /// Asks for a version, and returns the answer with what the proxy says of it: `HIT` or `MISS`.
    fn ask(&self, service: &Served, scheme: &Scheme, version: &str, key: &str) -> (Answer, String) {
        let (path, head) = (scheme.ask)(version);
        let key = format!("X-API-Key: {key}");
        let head = head.iter().chain([&key]);
        let head: Vec<_> = head
            .flat_map(|field| ["--header", field.as_str()])
            .collect();
        let answer = service.curl(&format!("{}{path}", self.address), &head);
        let kept = answer.header("x-cache").expect("nginx says so");
        (answer, kept)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn configuration(folder: &Path, service: &Served, port: u16, ignoring: Ignoring) -> String {
    let folder = folder.display();
    let ignored = match ignoring {
        Ignoring::Nothing => "",
        Ignoring::NoStore => "proxy_ignore_headers Cache-Control Expires;",
        Ignoring::NoStoreAndVary => "proxy_ignore_headers Cache-Control Expires Vary;",
    };
    format!(
        "daemon off; master_process off; pid {folder}/pid; error_log stderr;
        events {{}}
        http {{
            access_log off;
            client_body_temp_path {folder}/body; fastcgi_temp_path {folder}/f; scgi_temp_path {folder}/s;
            uwsgi_temp_path {folder}/u; proxy_temp_path {folder}/proxy;
            proxy_cache_path {folder}/cache keys_zone=all:1m;
            server {{
                listen 127.0.0.1:{port};
                location / {{
                    proxy_pass {api};
                    proxy_http_version 1.1;
                    proxy_ssl_verify on;
                    proxy_ssl_trusted_certificate {ca};
                    proxy_ssl_server_name on;
                    proxy_ssl_protocols TLSv1.2 TLSv1.3;
                    proxy_cache all;
                    proxy_cache_valid 200 1h;
                    {ignored}
                    add_header X-Cache $upstream_cache_status always;
                }}
            }}
        }}",
        api = service.api,
        ca = service.ca().display(),
    )
}

/// The member that tells the versions' bodies apart.
fn of(answer: &Answer) -> &'static str {
    let body = answer.json();
    let item = &body["items"][0];
    match (item.get("title"), item.get("heading")) {
        (Some(_), None) => "v1",
        (None, Some(_)) => "v2",
        _ => panic!("{answer:?}"),
    }
}

#[test]
#[ignore = "slow: `tests/run service`"]
fn ver_3_a_cache_mixes_no_versions_though_it_ignores_no_store() {
    for scheme in SCHEMES {
        let project = Project::new("notes-api", &["--no-git", "--versioning", scheme.name]);
        project.palisade(&["add", "version", "v2"]);
        rename_in_v2(&project);
        let service = Served::start(&project);
        let key = service.key();
        let (path, head) = (scheme.ask)("v1");
        let key_field = format!("X-API-Key: {key}");
        let mut make = vec![
            "--json",
            r#"{"title":"One","body":""}"#,
            "--header",
            &key_field,
        ];
        make.extend(head.iter().flat_map(|field| ["--header", field.as_str()]));
        assert_eq!(service.ask(&path, &make).status, 201);

        let keeps = Proxy::start(&service, Ignoring::NoStore);
        for expected in ["MISS", "HIT", "HIT"] {
            for version in ["v1", "v2"] {
                let (answer, kept) = keeps.ask(&service, &scheme, version, &key);
                assert_eq!(
                    (of(&answer), &*kept),
                    (version, expected),
                    "{}",
                    scheme.name
                );
            }
        }
        let obeys = Proxy::start(&service, Ignoring::Nothing);
        for _ in 0..2 {
            assert_eq!(
                obeys.ask(&service, &scheme, "v1", &key).1,
                "MISS",
                "{}",
                scheme.name
            );
        }
        // Without `Vary` it would mix versions that have one address.
        let mixes = Proxy::start(&service, Ignoring::NoStoreAndVary);
        mixes.ask(&service, &scheme, "v1", &key);
        let (answer, kept) = mixes.ask(&service, &scheme, "v2", &key);
        let expected = if scheme.by_address {
            ("v2", "MISS")
        } else {
            ("v1", "HIT")
        };
        assert_eq!((of(&answer), &*kept), expected, "{}", scheme.name);
    }
}
