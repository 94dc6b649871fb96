//! What a gateway says is what the service says, and what the docs say of it.

use std::collections::BTreeMap;
use std::fs;

use palisade::catalog::Catalog;

use crate::installed::{files, gateways};
use crate::project::Project;

fn file(files: &BTreeMap<String, Vec<u8>>, path: &str) -> String {
    String::from_utf8_lossy(
        files
            .get(path)
            .unwrap_or_else(|| panic!("there is no {path}")),
    )
    .into_owned()
}

#[test]
fn gate_10_kinds_titles_and_sizes_are_those_of_the_service() {
    for gateway in gateways() {
        let files = files(&Project::new("notes-api", &["--gateway", &gateway]));
        let service = file(&files, "src/security/problem.rs");
        let all: String = files
            .iter()
            .filter(|(path, _)| path.starts_with("gateway/"))
            .map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned())
            .collect();
        for (status, kind) in [
            (400, "malformed"),
            (401, "unauthenticated"),
            (404, "not-found"),
            (405, "method-not-allowed"),
            (408, "timeout"),
            (413, "too-large"),
            (414, "uri-too-long"),
            (415, "unsupported-media-type"),
            (421, "misdirected"),
            (429, "quota-exceeded"),
            (431, "headers-too-large"),
            (503, "unavailable"),
        ] {
            let (_, rest) = service.split_once(&format!("\"{kind}\", \"")).expect(kind);
            let title = rest.split('"').next().unwrap_or_default();
            // Which HAProxy leaves to the service.
            if (gateway.as_str(), status) == ("haproxy", 401) {
                continue;
            }
            for word in [kind, title] {
                assert!(all.contains(word), "{gateway} has no {word} for {status}");
            }
        }
        for (path, constant) in [
            ("src/security/http.rs", "const URI_LIMIT: usize = 4096;"),
            (
                "src/security/http.rs",
                "const FIELD_BYTES: usize = 16 * 1024;",
            ),
            ("src/security/http.rs", "const FIELD_LIMIT: usize = 64;"),
            (
                "src/security/input/body.rs",
                "const MAX_BODY: usize = 64 * 1024;",
            ),
            ("src/security/listener.rs", "const STREAMS: u32 = 100;"),
        ] {
            let text = file(&files, path);
            assert!(
                text.contains(constant),
                "the gateways' files say what {path} said: {constant}"
            );
        }
        for size in sizes(&gateway) {
            assert!(all.contains(size), "{gateway} has no {size}");
        }
    }
}

/// Returns how a gateway spells 4 KiB of target, 16 KiB of fields, 64 KiB of body and 100 streams.
fn sizes(gateway: &str) -> &'static [&'static str] {
    match gateway {
        "nginx" => &[
            "large_client_header_buffers 4 4k;",
            "client_max_body_size 64k;",
            "http2_max_concurrent_streams 100;",
        ],
        "haproxy" => &[
            "int(414) if { url,length gt 4096 }",
            "int(431) if !refused { req.hdrs,length gt 16384 }",
            "int(413) if !refused { req.body_size gt 65536 }",
            "tune.h2.max-concurrent-streams 100",
        ],
        other => panic!("no sizes are written for {other}"),
    }
}

/// The table in the docs is the manifests' own.
#[test]
fn the_docs_say_who_does_what() {
    let catalog = Catalog::embedded().expect("another test holds that it can be read");
    let choice = catalog
        .in_order()
        .into_iter()
        .find(|choice| choice.id.as_str() == "gateway");
    let choice = choice.expect("there is such a choice");
    let heads: Vec<_> = choice
        .options
        .values()
        .map(|piece| piece.title.clone())
        .collect();
    let mut table = format!(
        "| duty | {} |\n|{}\n",
        heads.join(" | "),
        "---|".repeat(heads.len() + 1)
    );
    for duty in &choice.duties {
        let cells: Vec<_> = choice
            .options
            .values()
            .map(|piece| piece.duties[&duty.id].to_string())
            .collect();
        table += &format!("| {} | {} |\n", duty.title, cells.join(" | "));
    }
    let base = choice.options.values().next().expect("an option");
    for other in base.declares.keys() {
        let cells: Vec<_> = choice
            .options
            .values()
            .map(|piece| piece.declares[other].to_string())
            .collect();
        table += &format!("| {other} | {} |\n", cells.join(" | "));
    }
    let page = fs::read_to_string("docs/gateways.md").expect("the page");
    assert!(
        page.contains(&table),
        "docs/gateways.md should have\n{table}"
    );
}
