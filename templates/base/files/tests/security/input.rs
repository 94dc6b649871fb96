//! What a client may send.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::caller::{self, Mounted, PATHS, TABLE, and, content, key, mounted, spawn_unthrottled, text, with_key};
use crate::harness::{Answer, Service};

const UNKNOWN: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

/// A resource of a running service, and a key for everything.
pub struct Visit {
    pub service: Service,
    pub key: String,
    pub mounted: Mounted,
}

/// Visits each resource in a service of its own.
pub async fn each(test: impl AsyncFn(&Visit)) {
    for mounted in mounted() {
        let service = spawn_unthrottled().await;
        let key = key(&service, "acme", "admin").await;
        let mounted = mounted.filled(&service, &key).await;
        let visit = Visit { service, key, mounted };
        test(&visit).await;
        visit.service.stopped().await;
    }
}

impl Visit {
    pub async fn get(&self, path: &str) -> Answer {
        self.service.send(with_key(Method::GET, path, &self.key)).await
    }

    async fn post(&self, member: &str, value: Value) -> Answer {
        self.post_text(&self.mounted.body_with(member, value).to_string()).await
    }

    async fn post_text(&self, body: &str) -> Answer {
        self.service.send(text(Method::POST, &self.mounted.list, &self.key, body)).await
    }

    /// Asserts that a 422 names the member and a rule.
    async fn refuses(&self, member: &str, value: Value) {
        let answer = self.post(member, value).await;
        assert_eq!(answer.status, 422, "{member} {answer:?}");
        assert!(names(&answer, member), "{member} in {answer:?}");
    }

    pub fn list(&self) -> &str {
        &self.mounted.list
    }

    pub fn body(&self) -> String {
        self.mounted.sample.body.to_string()
    }

    pub async fn create(&self) -> String {
        self.mounted.create(&self.service, &self.key).await
    }

    /// The members of what the resource takes, with their schemas.
    pub fn members(&self) -> impl Iterator<Item = (&'static String, &'static Value)> {
        let members = self.mounted.schema()["properties"].as_object().unwrap();
        members.iter().map(|(name, schema)| (name, core(schema)))
    }

    /// The members that take free text of this length.
    fn texts(&self, length: usize) -> impl Iterator<Item = &'static String> {
        let takes = move |schema: &Value| {
            let limit = |name: &str| schema[name].as_u64().and_then(|limit| usize::try_from(limit).ok());
            limit("minLength").zip(limit("maxLength")).is_some_and(|(min, max)| (min..=max).contains(&length))
        };
        self.members().filter(move |(_, schema)| takes(schema)).map(|(name, _)| name)
    }
}

/// Tells whether a member, or an item of it, is at fault.
fn names(answer: &Answer, member: &str) -> bool {
    let faults = answer.json()["faults"].clone();
    let of_member = |fault: &Value| fault["pointer"].as_str().unwrap().split('/').nth(1) == Some(member);
    faults.as_array().unwrap().iter().any(of_member)
}

/// Returns the schema below the wrappings of optional and restricted members.
fn core(schema: &Value) -> &Value {
    schema.get("anyOf").or(schema.get("allOf")).map_or(schema, |inner| core(&inner[0]))
}

/// Sends bytes as they are, and returns what comes back until the connection closes.
pub async fn raw(service: &Service, request: &[u8]) -> Vec<u8> {
    let mut stream = service.client().open().await;
    let mut answer = Vec::new();
    // A peer that has heard enough may close in the middle of either.
    let _ = stream.write_all(request).await;
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

#[tokio::test]
async fn input_1_an_unknown_or_server_owned_member_gets_422() {
    each(async |at| {
        for member in ["id", "tenant", "owner", "role", "created_at", "updated_at", "version", "zzz"] {
            at.refuses(member, json!("x")).await;
        }
        assert_eq!(at.get(at.list()).await.json()["items"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn input_2_a_body_above_64_kib_gets_413() {
    each(async |at| {
        for (length, status) in [(64 * 1024, 201), (64 * 1024 + 1, 413)] {
            let padded = at.body() + &" ".repeat(length - at.body().len());
            assert_eq!(at.post_text(&padded).await.status, status, "{length}");
        }
    })
    .await;
}

#[tokio::test]
async fn input_7_a_method_outside_the_list_gets_405_and_get_changes_nothing() {
    each(async |at| {
        let paths: BTreeSet<_> = TABLE.routes.iter().map(|route| route.1.as_str()).collect();
        for path in paths {
            let known: Vec<_> = TABLE.routes.iter().filter(|route| route.1 == path).map(|route| &route.0).collect();
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"] {
                let method = Method::from_bytes(method.as_bytes()).unwrap();
                if !known.contains(&&method) {
                    let request = with_key(method.clone(), &path.replace("{id}", UNKNOWN), &at.key);
                    let answer = at.service.send(request).await;
                    assert_eq!(answer.status, 405, "{method} {path}");
                    assert!(known.iter().all(|known| answer.header("allow").contains(known.as_str())));
                }
            }
        }
        let item = at.create().await;
        let before = at.get(&item).await;
        assert_eq!(at.service.send(with_key(Method::HEAD, &item, &at.key)).await.status, 200);
        let after = at.get(&item).await;
        assert_eq!((before.header("etag"), &before.body), (after.header("etag"), &after.body));
    })
    .await;
}

#[tokio::test]
async fn input_9_a_query_key_is_known_and_comes_once() {
    each(async |at| {
        for (method, path, _) in &TABLE.routes {
            for query in ["zzz=1", "limit=1&limit=1", "zzz", "%6cimit=1"] {
                let path = format!("{}?{query}", path.replace("{id}", UNKNOWN));
                let answer = at.service.send(text(method.clone(), &path, &at.key, "{}")).await;
                assert_eq!(answer.status, 400, "{method} {path}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn input_11_each_member_ends_at_its_limits() {
    each(async |at| {
        for (member, schema) in at.members() {
            let number = |name: &str| schema[name].as_i64();
            let count = |name: &str| schema[name].as_u64().and_then(|count| usize::try_from(count).ok());
            let letters = |count: usize| json!("a".repeat(count));
            let mut outside = vec![json!({}), json!([[]]), json!(0.5)];
            outside.push(if schema["type"] == "string" { json!(1) } else { json!("1") });
            outside.extend(number("minimum").and_then(|limit| limit.checked_sub(1)).map(Value::from));
            outside.extend(number("maximum").and_then(|limit| limit.checked_add(1)).map(Value::from));
            outside.extend(count("minLength").and_then(|limit| limit.checked_sub(1)).map(letters));
            outside.extend(count("maxLength").map(|limit| letters(limit + 1)));
            outside.extend(count("maxItems").map(|limit| json!(vec![Value::Null; limit + 1])));
            for value in outside {
                at.refuses(member, value).await;
            }
            let mut inside: Vec<_> = ["minimum", "maximum"].into_iter().filter_map(number).map(Value::from).collect();
            if schema.get("format").is_none() && schema["pattern"].as_str().is_none_or(|text| text.ends_with("]*$")) {
                inside.extend(count("minLength").map(letters));
                inside.extend(count("maxLength").map(|limit| json!("😀".repeat(limit))));
            }
            for value in inside {
                let answer = at.post(member, value.clone()).await;
                assert_eq!((answer.status.as_u16(), &answer.json()[member]), (201, &value), "{member}");
            }
        }
        for member in at.mounted.schema()["required"].as_array().unwrap() {
            let mut body = at.mounted.sample.body.clone();
            let name = member.as_str().unwrap();
            body.as_object_mut().unwrap().remove(name).unwrap();
            assert!(names(&at.post_text(&body.to_string()).await, name), "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn input_12_an_id_is_random_and_has_one_form() {
    each(async |at| {
        let item = at.create().await;
        let id = item.rsplit('/').next().unwrap();
        assert_eq!(id.as_bytes()[14], b'4', "random, so of version 4: {id}");
        let answer = at.get(&format!("{}/{}", at.list(), id.to_uppercase())).await;
        assert_eq!((answer.status.as_u16(), answer.json()["id"].as_str()), (200, Some(id)));
        let bare = id.replace('-', "");
        for bad in [&format!("%7B{id}%7D"), &format!("urn:uuid:{id}"), &bare, &format!("{bare}0000"), &id[1..], "1"] {
            assert_eq!(at.get(&format!("{}/{bad}", at.list())).await.status, 400, "{bad}");
        }
    })
    .await;
}

#[tokio::test]
async fn input_13_text_is_normalized_and_cannot_deceive() {
    each(async |at| {
        for member in at.texts(1) {
            let answer = at.post(member, json!("e\u{301}")).await;
            assert_eq!((answer.status.as_u16(), &answer.json()[member]), (201, &json!("é")));
            for bad in ["\u{1b}", "\u{7f}", "\u{85}", "\u{202e}", "\u{2066}", "\u{2069}", "\u{fdd0}", "\u{1fffe}"] {
                at.refuses(member, json!(bad)).await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn input_14_text_of_an_attack_is_stored_as_text() {
    let openings = ["", "'", "\"", "`", "')", "\\'", "%27", "1;", "/**/", "$1"];
    let attacks = [
        " OR '1'='1' --",
        "; DROP TABLE api_keys; --",
        " UNION SELECT * FROM api_keys --",
        "<script>alert(1)</script>{{7*7}}",
        "../../etc/passwd%0d%0aSet-Cookie: a=b",
    ];
    each(async |at| {
        for (opening, attack) in openings.iter().flat_map(|opening| attacks.iter().map(move |attack| (opening, attack)))
        {
            let value = format!("{opening}{attack}");
            for member in at.texts(value.len()) {
                let answer = at.post(member, json!(value)).await;
                assert_eq!((answer.status.as_u16(), answer.json()[member].as_str()), (201, Some(&*value)));
                let read = at.get(&at.mounted.located(&answer)).await;
                assert_eq!(read.json()[member].as_str(), Some(&*value));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn input_19_a_page_has_a_size_and_a_cursor_is_sealed() {
    each(async |at| {
        for _ in 0..21 {
            at.create().await;
        }
        let get = async |query: &str| at.get(&format!("{}?{query}", at.list())).await;
        let count = |page: &Answer| page.json()["items"].as_array().unwrap().len();
        let first = get("").await;
        assert_eq!(count(&first), 20);
        for size in ["1", "100"] {
            assert_eq!(get(&format!("limit={size}")).await.status, 200, "{size}");
        }
        for size in ["0", "101", "-1", "+1", "1.0", "1e1", ""] {
            assert_eq!(get(&format!("limit={size}")).await.status, 400, "{size}");
        }
        let cursor = first.json()["next"].as_str().unwrap().to_owned();
        assert_eq!(count(&get(&format!("cursor={cursor}")).await), 1);
        for bad in [&cursor[1..], ""] {
            assert_eq!(get(&format!("cursor={bad}")).await.status, 400, "{bad}");
        }
    })
    .await;
}

#[test]
fn input_20_every_schema_is_closed() {
    assert!(PATHS.values().map(is_closed).sum::<usize>() > 0);
}

/// Returns the number of objects; each is closed, and every number and list has its limit.
fn is_closed(schema: &Value) -> usize {
    match schema["type"].as_str() {
        Some("object") => assert_eq!(schema["additionalProperties"], false, "{schema}"),
        Some("array") => assert!(schema["maxItems"].is_u64(), "{schema}"),
        Some("integer") => assert!(schema["maximum"].is_i64(), "{schema}"),
        _ => {}
    }
    let inner: usize = match schema {
        Value::Object(members) => members.values().map(is_closed).sum(),
        Value::Array(items) => items.iter().map(is_closed).sum(),
        _ => 0,
    };
    inner + usize::from(schema["type"] == "object")
}

#[tokio::test]
async fn expose_2_an_answer_has_the_members_of_its_schema() {
    each(async |at| {
        let item = at.create().await;
        let body = at.mounted.whole_body(&at.service, &at.key).await;
        let template = format!("{}/{{id}}", at.list());
        for (method, path, template) in [
            (Method::POST, at.list(), at.list()),
            (Method::GET, at.list(), at.list()),
            (Method::GET, &item, &template),
            (Method::PUT, &item, &template),
        ] {
            let request = caller::json(method.clone(), path, &at.key, &body);
            let answer = at.service.send(request).await;
            let operation = &PATHS[template][method.as_str().to_lowercase()];
            let response = &operation["responses"][answer.status.as_str()];
            assert_members(&answer.json(), content(response));
            assert!(!answer.header("etag").is_empty());
        }
    })
    .await;
}

fn assert_members(value: &Value, schema: &Value) {
    if let (Value::Object(members), Some(known)) = (value, schema["properties"].as_object()) {
        assert!(members.keys().eq(known.keys()), "{value}");
        members.iter().for_each(|(name, inner)| assert_members(inner, &known[name]));
    }
    for item in value.as_array().into_iter().flatten() {
        assert_members(item, &schema["items"]);
    }
}

#[tokio::test]
async fn err_7_a_422_names_twenty_faults_and_no_value() {
    each(async |at| {
        let members: Map<_, _> = (0..30).map(|index| (format!("m{index}"), json!("canary-value"))).collect();
        let answer = at.post_text(&json!(members).to_string()).await;
        assert_eq!((answer.status.as_u16(), answer.json()["faults"].as_array().unwrap().len()), (422, 20));
        assert!(!String::from_utf8_lossy(&answer.body).contains("canary"));
        assert!(!at.service.text().contains("canary"));
    })
    .await;
}

#[tokio::test]
async fn a_change_names_the_version_that_it_was_made_from() {
    each(async |at| {
        let item = at.create().await;
        let put = async |tag: Option<&str>| {
            let mut request = caller::json(Method::PUT, &item, &at.key, &at.mounted.sample.body);
            request.headers_mut().remove("if-match");
            at.service.send(tag.into_iter().fold(request, |request, tag| and(request, "if-match", tag))).await
        };
        let tag = at.get(&item).await.header("etag").to_owned();
        assert_eq!(put(None).await.status, 428);
        assert_eq!(put(Some("\"0\"")).await.status, 412);
        assert_eq!(put(Some(&format!("W/{tag}"))).await.status, 412);
        let changed = put(Some(&tag)).await;
        assert_eq!(changed.status, 200);
        assert_ne!(changed.header("etag"), tag);
        assert_eq!(put(Some(&tag)).await.status, 412);
    })
    .await;
}
