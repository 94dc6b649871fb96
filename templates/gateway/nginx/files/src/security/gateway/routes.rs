//! What the gateway lets pass, in nginx's words: the routes, and the limits of `config/default.toml`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use axum::http::Method;

use crate::config::Config;
use crate::security::authz::Table;
use crate::security::limits::Class;

/// Where `derive` writes it.
pub const FILE: &str = "gateway/routes.conf";

/// Open to all, whatever the service is about.
const SECURITY_TXT: &str = "/.well-known/security.txt";

/// Writes the limits, and each route as a pattern that the whole of a raw target must match (GATE-10).
pub fn render(config: &Config, table: &Table) -> String {
    let mut paths = BTreeMap::from([(SECURITY_TXT, vec![("GET", "open")])]);
    for ((method, path, _), class) in table.routes.iter().zip(&table.classes) {
        let routes: &mut Vec<_> = paths.entry(path).or_default();
        // Where a header names the version, several share a path.
        if routes.iter().all(|(known, _)| *known != method.as_str()) {
            routes.push((method.as_str(), quota(*class)));
        }
    }
    let (mut classes, mut methods) = (String::new(), String::new());
    for (path, routes) in paths {
        let pattern = pattern(path);
        for (method, class) in &routes {
            let method = if *method == Method::GET.as_str() { "(?:GET|HEAD)" } else { method };
            let _ = writeln!(classes, "    \"~^{method} {pattern}(?:\\?|$)\" {class};");
        }
        let all = routes.iter().map(|(method, _)| if *method == Method::GET.as_str() { "GET, HEAD" } else { method });
        let _ = writeln!(methods, "    \"~^{pattern}(?:\\?|$)\" \"{}\";", all.collect::<Vec<_>>().join(", "));
    }
    format!(
        "# Written by `cargo run -- derive` from the routes and config/default.toml.\n\n{}\n\
         # The quota of each route.\nmap \"$request_method $request_uri\" $class {{\n    default none;\n{classes}}}\n\n\
         # The methods of each path.\nmap $request_uri $methods {{\n    default \"\";\n{methods}}}\n",
        limits(config)
    )
}

fn limits(config: &Config) -> String {
    let (listener, quotas) = (&config.listener, &config.quotas);
    let mut text = format!(
        "# For a head, between two parts of a body, between two requests; and what one client has at a time.\n\
         client_header_timeout {}s;\nclient_body_timeout {}s;\nkeepalive_timeout {}s;\n\
         limit_conn_zone $client zone=connections:10m;\nlimit_conn connections {};\n\n\
         # Requests of a client, and of a credential by what they do.\n",
        listener.header_seconds.as_secs(),
        listener.body_seconds.as_secs(),
        listener.idle_seconds.as_secs(),
        listener.connections_per_address,
    );
    for (name, limit) in
        [("client", quotas.client), ("read", quotas.read), ("write", quotas.write), ("costly", quotas.costly)]
    {
        let rate = limit.saturating_mul(60).div_ceil(quotas.window);
        let _ = writeln!(text, "limit_req_zone $by_{name} zone={name}:10m rate={rate}r/m;");
        let _ = writeln!(text, "limit_req zone={name} burst={limit} nodelay;");
    }
    text
}

const fn quota(class: Class) -> &'static str {
    match class {
        Class::Read => "read",
        Class::Write => "write",
        Class::Costly => "costly",
        Class::Client | Class::Anonymous | Class::Failed => "open",
    }
}

/// Writes a route's path as a pattern: a parameter is a segment, or with `*` the rest.
fn pattern(path: &str) -> String {
    let mut pattern = String::new();
    let mut letters = path.chars();
    while let Some(letter) = letters.next() {
        if letter == '{' {
            let name: String = letters.by_ref().take_while(|letter| *letter != '}').collect();
            pattern.push_str(if name.starts_with('*') { "[^?]+" } else { "[^/?]+" });
            continue;
        }
        if !letter.is_ascii_alphanumeric() && !matches!(letter, '/' | '-' | '_' | '~') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern
}
