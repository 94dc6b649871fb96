//! What no product's validator sees: a gateway that verifies nothing is valid to all of them.

use crate::installed::{files, gateways};
use crate::project::Project;

/// A line that must stand in a gateway's file, and what it is for.
struct Rule {
    duty: &'static str,
    file: &'static str,
    line: &'static str,
}

const fn rule(duty: &'static str, file: &'static str, line: &'static str) -> Rule {
    Rule { duty, file, line }
}

fn rules(gateway: &str) -> &'static [Rule] {
    match gateway {
        "haproxy" => HAPROXY,
        "nginx" => NGINX,
        other => panic!("no rules are written for {other}"),
    }
}

const NGINX: &[Rule] = &[
    rule(
        "the service's certificate is verified",
        "upstream.conf",
        "proxy_ssl_verify on;",
    ),
    rule(
        "by the internal authority alone",
        "upstream.conf",
        "proxy_ssl_trusted_certificate certs/internal-ca.pem;",
    ),
    rule(
        "and its name",
        "upstream.conf",
        "proxy_ssl_name service.internal;",
    ),
    rule(
        "which the handshake asks for",
        "upstream.conf",
        "proxy_ssl_server_name on;",
    ),
    rule(
        "the gateway shows its certificate",
        "upstream.conf",
        "proxy_ssl_certificate certs/gateway.pem;",
    ),
    rule(
        "no old version to the service",
        "upstream.conf",
        "proxy_ssl_protocols TLSv1.3;",
    ),
    rule(
        "no old version to clients",
        "nginx.conf",
        "ssl_protocols TLSv1.2 TLSv1.3;",
    ),
    rule(
        "no tickets that outlive a key",
        "nginx.conf",
        "ssl_session_tickets off;",
    ),
    rule(
        "other names are refused",
        "site.conf",
        "ssl_reject_handshake on;",
    ),
    rule(
        "HSTS",
        "api.conf",
        "add_header Strict-Transport-Security \"max-age=63072000; includeSubDomains\" always;",
    ),
    rule(
        "HSTS on errors",
        "problem.conf",
        "add_header Strict-Transport-Security \"max-age=63072000; includeSubDomains\" always;",
    ),
    rule("the target as it came", "nginx.conf", "merge_slashes off;"),
    rule(
        "no fields with underscores",
        "nginx.conf",
        "underscores_in_headers off;",
    ),
    rule(
        "a body has a limit",
        "nginx.conf",
        "client_max_body_size 64k;",
    ),
    rule(
        "header fields have a limit",
        "nginx.conf",
        "large_client_header_buffers 4 4k;",
    ),
    rule("heads end", "routes.conf", "client_header_timeout 10s;"),
    rule("bodies end", "routes.conf", "client_body_timeout 30s;"),
    rule(
        "the service is not waited for",
        "upstream.conf",
        "proxy_read_timeout 20s;",
    ),
    rule(
        "a request is sent once",
        "upstream.conf",
        "proxy_next_upstream off;",
    ),
    rule(
        "the client's address is said anew",
        "upstream.conf",
        "proxy_set_header X-Forwarded-For $remote_addr;",
    ),
    rule(
        "the request's id is said anew",
        "upstream.conf",
        "proxy_set_header X-Request-Id $request_id;",
    ),
    rule(
        "credentials are verified",
        "api.conf",
        "auth_request /.credential;",
    ),
    rule(
        "no file is served",
        "api.conf",
        "proxy_pass https://service;",
    ),
    rule(
        "no banner",
        "nginx.conf",
        "more_clear_headers Server X-Powered-By Via;",
    ),
    rule(
        "no client text in the error log",
        "nginx.conf",
        "error_log log/error.log crit;",
    ),
];

const HAPROXY: &[Rule] = &[
    rule(
        "the service's certificate and name are verified, and one's own is shown",
        "haproxy.cfg",
        "default-server ssl verify required ca-file certs/internal-ca.pem crt certs/gateway.both sni str(service.internal) verifyhost service.internal ssl-min-ver TLSv1.3 alpn http/1.1",
    ),
    rule(
        "no old version to clients, no tickets that outlive a key",
        "haproxy.cfg",
        "ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets",
    ),
    rule(
        "other names are refused",
        "haproxy.cfg",
        "bind \"${LISTEN}\" ssl crt certs/edge.both alpn h2,http/1.1 strict-sni",
    ),
    rule(
        "and in the request",
        "haproxy.cfg",
        "http-request set-var(txn.refusal) int(421) if !refused !is_ours",
    ),
    rule(
        "HSTS, on errors too",
        "haproxy.cfg",
        "http-after-response set-header Strict-Transport-Security \"max-age=63072000; includeSubDomains\"",
    ),
    rule(
        "paths that are no route",
        "haproxy.cfg",
        "http-request set-var(txn.refusal) int(404) if !refused !{ var(txn.methods) -m found }",
    ),
    rule(
        "methods that are no route",
        "haproxy.cfg",
        "http-request set-var(txn.refusal) int(405) if !refused { var(txn.class) -m str none }",
    ),
    rule(
        "a body has a limit",
        "haproxy.cfg",
        "http-request set-var(txn.refusal) int(413) if !refused { req.body_size gt 65536 }",
    ),
    rule(
        "without a length too",
        "haproxy.cfg",
        "http-request wait-for-body time \"${BODY_SECONDS}s\" at-least 65537 if !refused has_body",
    ),
    rule(
        "header fields have a limit",
        "haproxy.cfg",
        "http-request set-var(txn.refusal) int(431) if !refused { req.hdrs,length gt 16384 }",
    ),
    rule(
        "heads end",
        "haproxy.cfg",
        "timeout http-request \"${HEADER_SECONDS}s\"",
    ),
    rule(
        "clients end",
        "haproxy.cfg",
        "timeout client \"${BODY_SECONDS}s\"",
    ),
    rule(
        "the service is not waited for",
        "haproxy.cfg",
        "timeout server 20s",
    ),
    rule("a request is sent once", "haproxy.cfg", "retries 0"),
    rule(
        "the client's address is said anew",
        "haproxy.cfg",
        "http-request set-header X-Forwarded-For %[src]",
    ),
    rule(
        "the request's id is said anew",
        "haproxy.cfg",
        "http-request set-header X-Request-Id %[unique-id]",
    ),
    rule(
        "no banner",
        "haproxy.cfg",
        "http-after-response del-header '^(server|via|x-powered-by)$' -m reg",
    ),
];

/// Returns the duties that a gateway's files do not do.
fn findings(gateway: &str, read: impl Fn(&str) -> String) -> Vec<&'static str> {
    let is_missing = |rule: &&Rule| !read(rule.file).lines().any(|line| line.trim() == rule.line);
    rules(gateway)
        .iter()
        .filter(is_missing)
        .map(|rule| rule.duty)
        .collect()
}

#[test]
fn each_gateway_does_what_no_validator_asks_for() {
    for gateway in gateways() {
        let files = files(&Project::new("notes-api", &["--gateway", &gateway]));
        let read = |name: &str| {
            let bytes = files
                .get(&format!("gateway/{name}"))
                .unwrap_or_else(|| panic!("there is no {name}"));
            String::from_utf8_lossy(bytes).into_owned()
        };
        assert_eq!(findings(&gateway, read), Vec::<&str>::new(), "{gateway}");
        // Each rule sees when its line is gone.
        for rule in rules(&gateway) {
            let without = |name: &str| {
                let text = read(name);
                let lines = text
                    .lines()
                    .filter(|line| name != rule.file || line.trim() != rule.line);
                lines.map(|line| format!("{line}\n")).collect()
            };
            assert!(
                findings(&gateway, without).contains(&rule.duty),
                "{}",
                rule.duty
            );
        }
    }
}
