//! What a client may send.

use std::collections::BTreeSet;
use std::fs;

use axum::http::Method;
use serde_json::{Map, Value, json};

use crate::caller;
use crate::caller::{DOCUMENT, Mounted, TABLE, and, key, mounted, spawn_unthrottled, text, with_key};
use crate::client::Answer;
use crate::harness::Service;

const UNKNOWN: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

/// A running service, and a key for everything.
async fn begin() -> (Service, String) {
    let service = spawn_unthrottled().await;
    let key = key(&service, "acme", "admin").await;
    (service, key)
}

async fn post(service: &Service, mounted: &Mounted, key: &str, body: &Value) -> Answer {
    service.send(caller::json(Method::POST, &mounted.list, key, body)).await
}

/// Asserts that a 422 names a member and a rule, and nothing was stored.
async fn assert_refused(service: &Service, mounted: &Mounted, key: &str, body: &Value, pointer: &str) {
    let answer = post(service, mounted, key, body).await;
    assert_eq!(answer.status, 422, "{pointer} {body} {answer:?}");
    let faults = answer.json()["faults"].clone();
    // A list may be at fault as a whole or in an item.
    let is_it = |fault: &Value| fault["pointer"].as_str().unwrap().trim_end_matches("/0") == pointer;
    let is_named = faults.as_array().unwrap().iter().any(is_it);
    assert!(is_named, "{pointer} in {faults}");
}

/// The members of what a resource takes, with their schemas.
fn members(mounted: &Mounted) -> &'static Map<String, Value> {
    mounted.schema()["properties"].as_object().unwrap()
}

/// Returns the schema below the wrappings of optional and restricted members.
fn core(schema: &Value) -> &Value {
    match schema.get("anyOf").or(schema.get("allOf")) {
        Some(inner) => core(&inner[0]),
        None => schema,
    }
}

/// Returns the members that take free text of at least one character.
fn text_members(mounted: &Mounted) -> impl Iterator<Item = &'static String> {
    let is_text = |schema: &Value| core(schema)["maxLength"].is_u64() && core(schema).get("format").is_none();
    members(mounted).iter().filter(move |(_, schema)| is_text(schema)).map(|(name, _)| name)
}

#[tokio::test]
async fn input_1_an_unknown_or_server_owned_member_gets_422() {
    let (service, key) = begin().await;
    for mounted in mounted() {
        for member in ["id", "tenant", "owner", "role", "created_at", "updated_at", "version", "zzz"] {
            let body = mounted.body_with(member, json!("x"));
            assert_refused(&service, &mounted, &key, &body, &format!("/{member}")).await;
        }
        let list = service.send(with_key(Method::GET, &mounted.list, &key)).await.json();
        assert_eq!(list["items"], json!([]));
    }
    service.stopped().await;
}

#[tokio::test]
async fn input_2_a_body_above_64_kib_gets_413() {
    let (service, key) = begin().await;
    for mounted in mounted() {
        let valid = mounted.sample.body.to_string();
        for (length, status) in [(64 * 1024, 201), (64 * 1024 + 1, 413)] {
            let padded = format!("{valid}{}", " ".repeat(length - valid.len()));
            let answer = service.send(text(Method::POST, &mounted.list, &key, &padded)).await;
            assert_eq!(answer.status, status, "{length}");
        }
    }
    service.stopped().await;
}

#[test]
fn input_10_20_what_any_request_can_get_is_documented() {
    let operations = DOCUMENT["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap());
    for (method, operation) in operations {
        for status in ["400", "401", "403", "406", "410", "414", "421", "429", "431", "500", "503"] {
            assert!(operation["responses"][status].is_object(), "{method} {status}");
        }
    }
}

#[tokio::test]
async fn input_3_what_parsers_read_differently_gets_400() {
    let (service, key) = begin().await;
    for mounted in mounted() {
        let valid = mounted.sample.body.to_string();
        let deep = |depth: usize| format!("{{\"zzz\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
        let member = members(&mounted).keys().next().unwrap();
        let double = format!("{{\"{member}\":1,{}", &valid[1..]);
        for (body, status) in [
            (deep(32), 422),
            (deep(33), 400),
            (double, 400),
            (format!("{valid} {{}}"), 400),
            (format!("\u{feff}{valid}"), 400),
            (r#"{"zzz":"\ud800"}"#.to_owned(), 400),
            (r#"{"zzz":"\u0000"}"#.to_owned(), 400),
            (r#"{"zzz":{"a":1,"a":1}}"#.to_owned(), 400),
            (r#"{"zzz":1e400}"#.to_owned(), 422),
            (String::new(), 400),
        ] {
            let answer = service.send(text(Method::POST, &mounted.list, &key, &body)).await;
            assert_eq!(answer.status, status, "{body}");
        }
    }
    service.stopped().await;
}

#[tokio::test]
async fn input_4_5_only_plain_json_is_read() {
    let (service, key) = begin().await;
    for mounted in mounted() {
        for (kind, status) in [
            ("application/json", 201),
            ("application/json; charset=utf-8", 201),
            ("APPLICATION/JSON;charset=UTF-8", 201),
            ("application/json; charset=latin1", 415),
            ("application/json; profile=x", 415),
            ("application/merge-patch+json", 415),
            ("application/x-www-form-urlencoded", 415),
            ("text/plain", 415),
            ("", 415),
        ] {
            let mut request = text(Method::POST, &mounted.list, &key, &mounted.sample.body.to_string());
            request.headers_mut().remove("content-type");
            let answer = service.send(and(request, "content-type", kind)).await;
            assert_eq!(answer.status, status, "{kind}");
        }
        let whole = text(Method::POST, &mounted.list, &key, &mounted.sample.body.to_string());
        let mut bare = whole.clone();
        bare.headers_mut().remove("content-type");
        let twice = and(whole.clone(), "content-type", "application/json");
        let packed = and(whole, "content-encoding", "gzip");
        for request in [bare, twice, packed] {
            assert_eq!(service.send(request).await.status, 415);
        }
    }
    service.stopped().await;
}

#[tokio::test]
async fn input_6_an_answer_is_json_or_406() {
    let (service, key) = begin().await;
    for mounted in mounted() {
        for (accept, status) in [
            ("*/*", 200),
            ("application/*", 200),
            ("application/json", 200),
            ("text/html, application/json;q=0.1", 200),
            ("text/html", 406),
            ("application/xml, text/*", 406),
            ("application/json;q=0", 406),
            ("application/json;q=0, */*", 406),
            ("nonsense", 406),
        ] {
            let answer = service.send(and(with_key(Method::GET, &mounted.list, &key), "accept", accept)).await;
            assert_eq!(answer.status, status, "{accept}");
            assert!(answer.header("content-type").ends_with("json"));
        }
    }
    service.stopped().await;
}

#[tokio::test]
async fn input_7_a_method_outside_the_list_gets_405_and_get_changes_nothing() {
    let (service, key) = begin().await;
    let paths: BTreeSet<_> = TABLE.routes.iter().map(|route| route.1.as_str()).collect();
    for path in paths {
        let mounted: Vec<_> = TABLE.routes.iter().filter(|route| route.1 == path).map(|route| &route.0).collect();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            if !mounted.contains(&&method) {
                let answer = service.send(with_key(method.clone(), &path.replace("{id}", UNKNOWN), &key)).await;
                assert_eq!(answer.status, 405, "{method} {path}");
                assert!(mounted.iter().all(|known| answer.header("allow").contains(known.as_str())));
            }
        }
    }
    for mounted in mounted() {
        let item = mounted.create(&service, &key).await;
        let before = service.send(with_key(Method::GET, &item, &key)).await;
        assert_eq!(service.send(with_key(Method::HEAD, &item, &key)).await.status, 200);
        let after = service.send(with_key(Method::GET, &item, &key)).await;
        assert_eq!((before.header("etag"), &before.body), (after.header("etag"), &after.body));
    }
    service.stopped().await;
}

#[tokio::test]
async fn input_9_a_query_key_is_known_and_comes_once() {
    let (service, key) = begin().await;
    for (method, path, _) in &TABLE.routes {
        for query in ["zzz=1", "limit=1&limit=1", "zzz", "%6cimit=1"] {
            let path = format!("{}?{query}", path.replace("{id}", UNKNOWN));
            let answer = service.send(text(method.clone(), &path, &key, "{}")).await;
            assert_eq!(answer.status, 400, "{method} {path}");
        }
    }
    service.stopped().await;
}

#[tokio::test]
async fn input_11_each_member_ends_at_its_limits() {
    let (service, key) = begin().await;
    for mounted in mounted() {
        for (member, schema) in members(&mounted) {
            let schema = core(schema);
            let number = |name: &str| schema[name].as_i64();
            let count = |name: &str| schema[name].as_u64().and_then(|count| usize::try_from(count).ok());
            let mut outside = vec![json!({}), json!([[]]), json!(0.5)];
            outside.extend(number("minimum").and_then(|limit| limit.checked_sub(1)).map(Value::from));
            outside.extend(number("maximum").and_then(|limit| limit.checked_add(1)).map(Value::from));
            outside.extend(count("maxLength").map(|limit| json!("a".repeat(limit + 1))));
            outside
                .extend(count("minLength").and_then(|limit| limit.checked_sub(1)).map(|less| json!("a".repeat(less))));
            outside.extend(count("maxItems").map(|limit| json!(vec![Value::Null; limit + 1])));
            outside.push(if schema["type"] == "string" { json!(1) } else { json!("1") });
            for value in outside {
                let body = mounted.body_with(member, value);
                assert_refused(&service, &mounted, &key, &body, &format!("/{member}")).await;
            }
            let mut inside = Vec::new();
            inside.extend(number("minimum").map(Value::from));
            inside.extend(number("maximum").map(Value::from));
            if schema.get("format").is_none() && schema["pattern"].as_str().is_none_or(|text| text.ends_with("]*$")) {
                inside.extend(count("maxLength").map(|limit| json!("😀".repeat(limit))));
                inside.extend(count("minLength").map(|limit| json!("a".repeat(limit))));
            }
            for value in inside {
                let answer = post(&service, &mounted, &key, &mounted.body_with(member, value.clone())).await;
                assert_eq!(answer.status, 201, "{member} {answer:?}");
                assert_eq!(answer.json()[member], value);
            }
        }
        for member in mounted.schema()["required"].as_array().unwrap() {
            let mut body = mounted.sample.body.clone();
            let name = member.as_str().unwrap();
            body.as_object_mut().unwrap().remove(name).unwrap();
            assert_refused(&service, &mounted, &key, &body, &format!("/{name}")).await;
        }
    }
    service.stopped().await;
}

#[tokio::test]
async fn input_12_an_id_is_random_and_has_one_form() {
    let (service, key) = begin().await;
    for mounted in mounted() {
        let item = mounted.create(&service, &key).await;
        let id = item.rsplit('/').next().unwrap();
        assert_eq!(id.as_bytes()[14], b'4', "random, so of version 4: {id}");
        let upper = format!("{}/{}", mounted.list, id.to_uppercase());
        let answer = service.send(with_key(Method::GET, &upper, &key)).await;
        assert_eq!((answer.status.as_u16(), answer.json()["id"].as_str()), (200, Some(id)));
        for bad in [&format!("%7B{id}%7D"), &format!("urn:uuid:{id}"), &id.replace('-', ""), &id[1..], "1"] {
            let answer = service.send(with_key(Method::GET, &format!("{}/{bad}", mounted.list), &key)).await;
            assert_eq!(answer.status, 400, "{bad}");
        }
    }
    service.stopped().await;
}

#[tokio::test]
async fn input_13_text_is_normalized_and_cannot_deceive() {
    let (service, key) = begin().await;
    for mounted in mounted() {
        for member in text_members(&mounted) {
            let answer = post(&service, &mounted, &key, &mounted.body_with(member, json!("e\u{301}"))).await;
            assert_eq!((answer.status.as_u16(), &answer.json()[member]), (201, &json!("é")));
            for bad in ["\u{1b}", "\u{7f}", "\u{85}", "\u{202e}", "\u{2066}a", "\u{fdd0}", "\u{ffff}", "\u{1fffe}"] {
                let body = mounted.body_with(member, json!(bad));
                assert_refused(&service, &mounted, &key, &body, &format!("/{member}")).await;
            }
        }
    }
    service.stopped().await;
}

#[tokio::test]
async fn input_14_text_of_an_attack_is_stored_as_text() {
    let (service, key) = begin().await;
    let parts = ["'", "\"", "' OR '1'='1", "'; DROP TABLE api_keys; --", "1; SELECT 1", "/**/", "%00", "\\", "$1", "?"];
    let markup = ["<script>alert(1)</script>", "{{7*7}}", "${7*7}", "../../etc/passwd", "%0d%0aSet-Cookie: a=b"];
    for mounted in mounted() {
        for member in text_members(&mounted) {
            for attack in parts.iter().chain(&markup) {
                let answer = post(&service, &mounted, &key, &mounted.body_with(member, json!(attack))).await;
                assert_eq!((answer.status.as_u16(), &answer.json()[member]), (201, &json!(attack)));
                let read = service.send(with_key(Method::GET, answer.header("location"), &key)).await;
                assert_eq!(read.json()[member], json!(attack));
            }
        }
    }
    service.stopped().await;
}

#[tokio::test]
async fn input_19_a_page_has_a_size_and_a_cursor_is_sealed() {
    let (service, key) = begin().await;
    for mounted in mounted() {
        for _ in 0..21 {
            mounted.create(&service, &key).await;
        }
        let get = async |query: &str| {
            let path = format!("{}{query}", mounted.list);
            service.send(with_key(Method::GET, &path, &key)).await
        };
        let first = get("").await.json();
        assert_eq!(first["items"].as_array().unwrap().len(), 20);
        for (size, status) in [("1", 200), ("100", 200), ("0", 400), ("101", 400), ("-1", 400), ("1.0", 400), ("", 400)]
        {
            assert_eq!(get(&format!("?limit={size}")).await.status, status, "{size}");
        }
        let cursor = first["next"].as_str().unwrap();
        assert_eq!(get(&format!("?cursor={cursor}")).await.json()["items"].as_array().unwrap().len(), 1);
        let altered = format!("{}{}", if cursor.starts_with('B') { 'C' } else { 'B' }, &cursor[1..]);
        for bad in [&altered, &cursor[1..], "", &"A".repeat(513)] {
            assert_eq!(get(&format!("?cursor={bad}")).await.status, 400, "{bad}");
        }
    }
    service.stopped().await;
}

#[test]
fn input_20_the_document_is_current_and_closed() {
    let file = fs::read_to_string("openapi.json").unwrap();
    assert!(file == TABLE.document, "openapi.json is stale: run `cargo run -- derive`");
    let mut objects = 0;
    for mounted in mounted() {
        assert_closed(mounted.schema(), &mut objects);
    }
    assert_closed(&DOCUMENT["paths"], &mut objects);
    assert!(objects > 0);
}

/// Every object is closed, and every text, number and list has its limit.
fn assert_closed(schema: &Value, objects: &mut u32) {
    match schema["type"].as_str() {
        Some("object") => {
            *objects += 1;
            assert_eq!(schema["additionalProperties"], false, "{schema}");
        }
        Some("array") => assert!(schema["maxItems"].is_u64(), "{schema}"),
        Some("integer") => assert!(schema["maximum"].is_i64(), "{schema}"),
        _ => {}
    }
    match schema {
        Value::Object(members) => members.values().for_each(|inner| assert_closed(inner, objects)),
        Value::Array(items) => items.iter().for_each(|inner| assert_closed(inner, objects)),
        _ => {}
    }
}

#[tokio::test]
async fn expose_2_an_answer_has_the_members_of_its_schema() {
    let (service, key) = begin().await;
    for mounted in mounted() {
        let item = mounted.create(&service, &key).await;
        for (method, path, template) in [
            (Method::POST, &mounted.list, mounted.list.clone()),
            (Method::GET, &mounted.list, mounted.list.clone()),
            (Method::GET, &item, format!("{}/{{id}}", mounted.list)),
            (Method::PUT, &item, format!("{}/{{id}}", mounted.list)),
        ] {
            let answer = service.send(caller::json(method.clone(), path, &key, &mounted.whole_body())).await;
            let operation = &DOCUMENT["paths"][&template][method.as_str().to_lowercase()];
            let response = &operation["responses"][answer.status.as_str()];
            assert_members(&answer.json(), &response["content"]["application/json"]["schema"]);
            assert!(!answer.header("etag").is_empty());
        }
    }
    service.stopped().await;
}

fn assert_members(value: &Value, schema: &Value) {
    if let (Value::Object(members), Some(known)) = (value, schema["properties"].as_object()) {
        let names = |map: &Map<String, Value>| map.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(names(members), names(known));
        members.iter().for_each(|(name, inner)| assert_members(inner, &known[name]));
    }
    if let Value::Array(items) = value {
        for item in items {
            assert_members(item, &schema["items"]);
        }
    }
}

#[tokio::test]
async fn err_7_a_422_names_twenty_faults_and_no_value() {
    let (service, key) = begin().await;
    for mounted in mounted() {
        let members: Map<_, _> = (0..30).map(|index| (format!("m{index}"), json!("canary-value"))).collect();
        let answer = post(&service, &mounted, &key, &members.into()).await;
        assert_eq!((answer.status.as_u16(), answer.json()["faults"].as_array().unwrap().len()), (422, 20));
        assert!(!String::from_utf8_lossy(&answer.body).contains("canary"));
        assert!(answer.body.len() <= 4096);
    }
    assert!(!service.text().contains("canary"));
    service.stopped().await;
}

#[tokio::test]
async fn a_change_names_the_version_that_it_was_made_from() {
    let (service, key) = begin().await;
    for mounted in mounted() {
        let item = mounted.create(&service, &key).await;
        let put = async |tag: Option<&str>| {
            let mut request = caller::json(Method::PUT, &item, &key, &mounted.sample.body);
            request.headers_mut().remove("if-match");
            let request = if let Some(tag) = tag { and(request, "if-match", tag) } else { request };
            service.send(request).await
        };
        let tag = service.send(with_key(Method::GET, &item, &key)).await.header("etag").to_owned();
        assert_eq!(put(None).await.status, 428);
        assert_eq!(put(Some("\"0\"")).await.status, 412);
        assert_eq!(put(Some(&format!("W/{tag}"))).await.status, 412);
        let changed = put(Some(&tag)).await;
        assert_eq!(changed.status, 200);
        assert_ne!(changed.header("etag"), tag);
        assert_eq!(put(Some(&tag)).await.status, 412);
    }
    service.stopped().await;
}
