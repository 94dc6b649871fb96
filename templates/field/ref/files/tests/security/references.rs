//! Members that refer to other items.

use axum::http::Method;
use serde_json::{Value, json};

use crate::caller::{Mounted, anonymous, beside, json as with_json, key, with_key};
use crate::harness::Answer;
use crate::input::{Visit, each};
use crate::properties::{Chance, seed};

const UNKNOWN: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

/// Visits each member that refers to an item, with the resource of that.
async fn each_reference(test: impl AsyncFn(&Visit, &str, &Mounted)) {
    each(async |at| {
        for (member, schema) in at.members() {
            if let Some(path) = schema["x-refers-to"].as_str() {
                test(at, member, &beside(at.list(), path)).await;
            }
        }
    })
    .await;
}

/// Sends the sample with one member replaced.
async fn send(at: &Visit, key: &str, method: Method, path: &str, member: &str, value: Value) -> Answer {
    at.service.send(with_json(method, path, key, &at.mounted.body_with(member, value))).await
}

async fn delete(at: &Visit, path: &str) -> Answer {
    at.service.send(with_key(Method::DELETE, path, &at.key)).await
}

/// Returns the path of an item that was made.
fn path(at: &Visit, made: &Answer) -> String {
    format!("{}/{}", at.list(), made.json()["id"].as_str().unwrap())
}

fn id(path: &str) -> Value {
    path.rsplit('/').next().unwrap().into()
}

#[tokio::test]
async fn authz_4_5_log_4_another_owners_item_is_referred_to_like_an_unknown_one() {
    each_reference(async |at, member, target| {
        let foreign = target.create(&at.service, &key(&at.service, "other", "admin").await).await;
        let item = at.create().await;
        let before = at.get(at.list()).await.json();
        for (method, path) in [(Method::POST, at.list()), (Method::PUT, &*item)] {
            let ask = async |value| send(at, &at.key, method.clone(), path, member, value).await;
            let (foreign, unknown) = (ask(id(&foreign)).await, ask(json!(UNKNOWN)).await);
            assert_eq!([foreign.status, unknown.status].map(|status| status.as_u16()), [422, 422], "{method}");
            assert_eq!(anonymous(&foreign), anonymous(&unknown));
            let fault = json!({ "pointer": format!("/{member}"), "rule": "reference" });
            assert_eq!(foreign.json()["faults"], json!([fault]));
            let record = json!([format!("/{member} reference")]);
            assert!(at.service.lines_of(&foreign).iter().any(|line| line["faults"] == record));
        }
        assert_eq!(at.get(at.list()).await.json(), before);
    })
    .await;
}

#[tokio::test]
async fn authz_5_who_reaches_any_owner_refers_to_items_of_the_items_owner_alone() {
    each_reference(async |at, member, target| {
        let admin = key(&at.service, "ops", "admin").await;
        let item = at.create().await;
        for (maker, status) in [(&admin, 422), (&at.key, 200)] {
            let value = id(&target.create(&at.service, maker).await);
            let answer = send(at, &admin, Method::PUT, &item, member, value.clone()).await;
            assert_eq!(answer.status, status, "{answer:?}");
            assert_eq!(at.get(&item).await.json()[member] == value, status == 200);
        }
    })
    .await;
}

#[tokio::test]
async fn an_item_that_is_referred_to_stays_until_nothing_does() {
    each_reference(async |at, member, target| {
        let referred = target.create(&at.service, &at.key).await;
        let made = send(at, &at.key, Method::POST, at.list(), member, id(&referred)).await;
        let refused = delete(at, &referred).await;
        assert_eq!(refused.status, 409);
        assert!(refused.json()["type"].as_str().unwrap().ends_with(":in-use"), "{refused:?}");
        assert_eq!(at.get(&referred).await.status, 200);
        let item = path(at, &made);
        assert_eq!(at.get(&item).await.json()[member], id(&referred));
        assert_eq!(delete(at, &item).await.status, 204);
        assert_eq!(delete(at, &referred).await.status, 204);
    })
    .await;
}

#[tokio::test]
async fn authz_5_a_reference_never_crosses_the_end_of_its_item() {
    each_reference(async |at, member, target| {
        for _ in 0..20 {
            let referred = target.create(&at.service, &at.key).await;
            let made = Box::pin(send(at, &at.key, Method::POST, at.list(), member, id(&referred)));
            let (made, gone) = tokio::join!(made, delete(at, &referred));
            let both = (made.status.as_u16(), gone.status.as_u16());
            assert!([(201, 409), (422, 204)].contains(&both), "{made:?} {gone:?}");
        }
    })
    .await;
}

/// Two who reach both owners' items write and delete at random; each owner then looks at its own.
#[tokio::test]
async fn authz_5_whatever_is_done_a_reference_leads_to_an_item_of_its_owner() {
    let seed = seed();
    each_reference(async |at, member, target| {
        let mut chance = Chance(seed);
        let (mine, theirs) = (key(&at.service, "acme", "editor").await, key(&at.service, "other", "editor").await);
        let name = at.list().rsplit('/').next().unwrap();
        let other = beside(at.list(), name).filled(&at.service, &theirs).await;
        let admin = key(&at.service, "other", "admin").await;
        let callers = [(&at.key, &at.mounted), (&admin, &other), (&at.key, &other), (&admin, &at.mounted)];
        let (mut items, mut targets) = (Vec::new(), Vec::new());
        for step in 0..80 {
            let (caller, mounted) = callers[chance.below(callers.len())];
            if step < 4 || chance.below(5) == 0 {
                targets.push(target.create(&at.service, caller).await);
            }
            let referred = &targets[chance.below(targets.len())];
            let body = mounted.body_with(member, id(referred));
            let request = match chance.below(4) {
                0 => with_key(Method::DELETE, referred, caller),
                1 if !items.is_empty() => {
                    let item: &String = &items[chance.below(items.len())];
                    with_json(Method::PUT, item, caller, &body)
                }
                _ => with_json(Method::POST, at.list(), caller, &body),
            };
            let answer = at.service.send(request).await;
            let known = [200, 201, 204, 404, 409, 422].contains(&answer.status.as_u16());
            assert!(known, "PROPERTIES_SEED={seed} {answer:?}");
            if answer.status == 201 {
                items.push(path(at, &answer));
            }
        }
        for (key, item) in items.iter().flat_map(|item| [(&mine, item), (&theirs, item)]) {
            let ask = async |path: &str| at.service.send(with_key(Method::GET, path, key)).await;
            let answer = ask(item).await;
            if let Some(id) = (answer.status == 200).then(|| answer.json()[member].clone()).filter(Value::is_string) {
                let referred = format!("{}/{}", target.list, id.as_str().unwrap());
                assert_eq!(ask(&referred).await.status, 200, "PROPERTIES_SEED={seed} {item}");
            }
        }
        assert!(!items.is_empty(), "PROPERTIES_SEED={seed}");
    })
    .await;
}

#[tokio::test]
async fn an_optional_reference_may_lead_nowhere() {
    each_reference(async |at, member, _| {
        let required = at.mounted.schema()["required"].as_array().unwrap();
        if !required.contains(&json!(member)) {
            let made = send(at, &at.key, Method::POST, at.list(), member, Value::Null).await;
            assert_eq!((made.status.as_u16(), &made.json()[member]), (201, &Value::Null));
        }
    })
    .await;
}
