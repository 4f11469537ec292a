use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::{
    key::ACCESS_KEYS,
    memory::{MemoryStore, SeededIds},
    port::{ObjectStore, PutMode},
};

fn now() -> DateTime<Utc> {
    "2026-11-26T10:00:00Z".parse().unwrap()
}

fn new(name: &str) -> NewKey {
    NewKey { name: name.to_owned(), expires_at: None, rights: Rights::default() }
}

#[tokio::test]
async fn a_key_is_made_listed_and_taken_back() {
    let (store, ids) = (MemoryStore::default(), SeededIds::new(1));
    assert_eq!(load(&store).await.unwrap(), None);
    let (key, secret) = create(&store, &ids, now(), &new("reports")).await.unwrap();
    let (other, _) = create(&store, &ids, now(), &new("partner")).await.unwrap();
    let keys = load(&store).await.unwrap().unwrap();
    assert_eq!(keys.keys, [key.clone(), other.clone()]);
    assert_eq!(Secret::parse(&secret.reveal()).unwrap().hash(), key.sha256);
    assert_ne!(key.sha256, other.sha256);

    let revoked = revoke(&store, &key.id, now()).await.unwrap();
    assert_eq!(revoked.state(now()), KeyState::Revoked);
    let again = revoke(&store, &key.id, now() + TimeDelta::days(1)).await.unwrap();
    assert_eq!(again.revoked_at, Some(now()), "the first time counts");
    assert_eq!(load(&store).await.unwrap().unwrap().get(&other.id).unwrap().state(now()), KeyState::Active);
    let unknown = KeyId::new("00000000").unwrap();
    assert!(matches!(revoke(&store, &unknown, now()).await, Err(AccessError::Unknown(id)) if id == unknown));
}

#[tokio::test]
async fn the_bucket_holds_no_secret() {
    let store = MemoryStore::default();
    let (_, secret) = create(&store, &SeededIds::new(2), now(), &new("x")).await.unwrap();
    let text = String::from_utf8(store.get(ACCESS_KEYS).await.unwrap().to_vec()).unwrap();
    let revealed = secret.reveal();
    assert!(!text.contains(&revealed[14..66]), "{text}");
    assert!(!format!("{secret:?}").contains(&revealed[14..20]));
    assert!(text.contains(secret.id().as_str()));
}

#[tokio::test]
async fn a_taken_id_is_not_given_twice() {
    // The same seed makes the same id; with the same secret it would be the same key.
    let store = MemoryStore::default();
    let (key, _) = create(&store, &SeededIds::new(5), now(), &new("first")).await.unwrap();
    let mut keys = load(&store).await.unwrap().unwrap();
    keys.keys[0].sha256 = SecretHash::none();
    store.put(ACCESS_KEYS, serde_json::to_vec(&keys).unwrap().into(), PutMode::Overwrite).await.unwrap();
    let (other, _) = create(&store, &SeededIds::new(5), now(), &new("second")).await.unwrap();
    assert_ne!(key.id, other.id);
}

#[tokio::test]
async fn what_is_asked_for_is_checked() {
    let (store, ids) = (MemoryStore::default(), SeededIds::new(6));
    for name in ["", "a\nb", &"x".repeat(101)] {
        assert!(matches!(create(&store, &ids, now(), &new(name)).await, Err(AccessError::InvalidName)));
    }
    let late = NewKey { expires_at: Some(now()), ..new("x") };
    assert!(matches!(create(&store, &ids, now(), &late).await, Err(AccessError::Expired)));
    assert!(store.keys().is_empty());
}

#[tokio::test]
async fn damaged_and_newer_keys_let_nobody_in() {
    let store = MemoryStore::default();
    for (body, expected) in [
        (r#"{"format":3,"keys":[],"more":1}"#, "have format 3; this version reads up to 2"),
        (r#"{"format":1,"keys":[{}]}"#, "do not parse"),
        (r#"{"format":1,"keys":[],"more":1}"#, "do not parse"),
        ("", "do not parse"),
    ] {
        store.put(ACCESS_KEYS, body.into(), PutMode::Overwrite).await.unwrap();
        let error = load(&store).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        let error = create(&store, &SeededIds::new(7), now(), &new("x")).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert_eq!(store.get(ACCESS_KEYS).await.unwrap(), body.as_bytes(), "nothing is written over it");
    }
}

#[test]
fn keys_that_do_not_hold_make_room() {
    let secret = Secret::new(&SeededIds::new(8)).unwrap();
    let key = |name: String, revoked_at| Key {
        id: secret.id().clone(),
        name,
        sha256: secret.hash(),
        created_at: now(),
        expires_at: None,
        revoked_at,
        rights: Rights::default(),
    };
    let of_number = |number: usize| key(number.to_string(), (number == 3).then(now));
    let mut keys = Keys { keys: (0..MAX_KEYS).map(of_number).collect(), ..Keys::default() };
    assert!(keys.add(key("new".into(), None), now()));
    assert_eq!((keys.keys.len(), keys.keys[3].name.as_str()), (MAX_KEYS, "4"));
    assert!(!keys.add(key("one more".into(), None), now()));
}

#[test]
fn the_stored_form_is_this() {
    let text = r#"{"format":1,"keys":[{"id":"0123abcd","name":"reports","sha256":"00000000000000000000000000000000000000000000000000000000000000ff","created_at":"2026-11-26T10:00:00Z","revoked_at":"2026-11-27T10:00:00Z","rights":{"datasets":["bookings"],"named_queries":"*","formats":["csv","json"],"free_sql":false,"max_rows":1000,"requests_per_minute":60}}]}"#;
    let keys: Keys = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&keys).unwrap(), text);
    let rights = &keys.keys[0].rights;
    assert!(rights.datasets.contains("bookings") && !rights.datasets.contains("passengers"));
    assert!(rights.named_queries.contains("anything"));
    for bad in [r#""all""#, r#"["../x"]"#, "null", "{}"] {
        assert!(serde_json::from_str::<Allowed<crate::DatasetName>>(bad).is_err(), "{bad}");
    }
    assert!(!format!("{keys:?}").contains("00ff"));
}

/// An earlier version reads format 1 and refuses format 2 by name, instead of calling the keys damaged.
#[tokio::test]
async fn only_what_is_new_is_written_in_the_new_format() {
    let bounded = Rights { max_bytes_scanned: Some(100_000_000), ..Rights::default() };
    for (rights, format) in [
        (bounded.clone(), 1),
        (Rights { max_queries: Some(2), ..bounded.clone() }, 2),
        (Rights { daily_bytes: Some(1 << 40), ..bounded.clone() }, 2),
        (Rights { daily_dollars: Some("2.50".parse().unwrap()), ..bounded.clone() }, 2),
    ] {
        let store = MemoryStore::default();
        let asked = NewKey { rights: rights.clone(), ..new("x") };
        create(&store, &SeededIds::new(12), now(), &asked).await.unwrap();
        let keys = load(&store).await.unwrap().unwrap();
        assert_eq!((keys.format, &keys.keys[0].rights), (format, &rights));
    }
}

#[tokio::test]
async fn a_budget_that_no_query_fits_into_is_refused() {
    let rights = |bytes, bound| Rights { daily_bytes: bytes, max_bytes_scanned: bound, ..Rights::default() };
    let dollars = Rights { daily_dollars: Some(Dollars::from_micros(1)), ..Rights::default() };
    let store = MemoryStore::default();
    let ask = async |rights: Rights| {
        create(&store, &SeededIds::new(13), now(), &NewKey { rights, ..new("x") }).await.err()
    };
    for unbounded in [rights(Some(1 << 40), None), dollars] {
        assert!(matches!(ask(unbounded).await, Some(AccessError::BudgetWithoutBound)));
    }
    // The least that a query costs is 10 MiB, however low its bound.
    for (budget, bound) in [(10_000_000, 1), (20_000_000, 30_000_000)] {
        let refused = ask(rights(Some(budget), Some(bound))).await;
        assert!(matches!(refused, Some(AccessError::BudgetBelowBound { .. })), "{refused:?}");
    }
    let of_dollars =
        |micros| Rights { daily_dollars: Some(Dollars::from_micros(micros)), ..rights(None, Some(1)) };
    assert!(matches!(ask(of_dollars(0)).await, Some(AccessError::BudgetOfNothing)));
    assert!(store.keys().is_empty());
    assert!(ask(rights(Some(LEAST_BILLED), Some(1))).await.is_none());
    assert!(ask(of_dollars(1)).await.is_none(), "what it buys depends on the price");
}

#[test]
fn only_a_text_of_the_form_of_a_key_claims_an_id() {
    let secret = Secret::new(&SeededIds::new(14)).unwrap();
    let text = secret.reveal();
    assert_eq!(claimed_id(&text).as_ref(), Some(secret.id()));
    let mut typed = text.clone();
    typed.replace_range(20..21, if &text[20..21] == "0" { "1" } else { "0" });
    assert_eq!(claimed_id(&typed).as_ref(), Some(secret.id()), "a typing error in the secret leaves the id");
    for other in ["", "trib_0123abcd_", &text[1..], &text[5..], &text[..69], &text.to_uppercase()] {
        assert_eq!(claimed_id(other), None, "{other}");
    }
}

#[test]
fn equal_rights_have_one_digest() {
    let rights = Rights::default();
    let slower = Rights { requests_per_minute: Some(1), ..rights.clone() };
    let budgeted = Rights {
        max_queries: Some(1),
        daily_bytes: Some(1),
        daily_dollars: Some(Dollars::from_micros(1)),
        ..rights.clone()
    };
    let fewer = Rights { max_rows: Some(1), ..rights.clone() };
    assert_eq!(rights.digest(), slower.digest());
    assert_eq!(rights.digest(), budgeted.digest());
    assert_ne!(rights.digest(), fewer.digest());
    assert_eq!(rights.digest().len(), 16);
}

#[test]
fn a_key_expires_at_its_time() {
    let secret = Secret::new(&SeededIds::new(9)).unwrap();
    let key = Key {
        id: secret.id().clone(),
        name: "x".into(),
        sha256: secret.hash(),
        created_at: now(),
        expires_at: Some(now() + TimeDelta::days(1)),
        revoked_at: None,
        rights: Rights::default(),
    };
    assert_eq!(key.state(now() + TimeDelta::hours(23)), KeyState::Active);
    assert_eq!(key.state(now() + TimeDelta::days(1)), KeyState::Expired);
}

#[test]
fn a_secret_has_this_form() {
    let text = Secret::new(&SeededIds::new(10)).unwrap().reveal();
    assert_eq!(text.len(), 70);
    assert!(text.starts_with("trib_") && text.as_bytes()[13] == b'_', "{text}");
    for bad in ["", "trib_", "trib__", &text[1..], &text[..69], &text.to_uppercase(), &format!("{text}0")] {
        assert_eq!(Secret::parse(bad).unwrap_err(), MalformedSecret::Form, "{bad}");
    }
    assert!(!MalformedSecret::Form.to_string().contains(&text));
}

#[test]
fn no_typing_error_passes() {
    let text = Secret::new(&SeededIds::new(11)).unwrap().reveal();
    for at in 5..text.len() {
        for digit in "0123456789abcdefghijklmnopqrstuvwxyz_".chars() {
            let mut typed = text.clone();
            typed.replace_range(at..=at, &digit.to_string());
            assert!(typed == text || Secret::parse(&typed).is_err(), "{typed} for {text}");
        }
    }
}

proptest! {
    #[test]
    fn secrets_come_back(seed in any::<u64>()) {
        let secret = Secret::new(&SeededIds::new(seed)).unwrap();
        let parsed = Secret::parse(&secret.reveal()).unwrap();
        prop_assert_eq!(parsed.id(), secret.id());
        prop_assert_eq!(parsed.hash(), secret.hash());
    }

    #[test]
    fn no_text_panics(text in any::<String>(), rest in "[0-9a-z_]{0,80}") {
        prop_assert!(Secret::parse(&text).is_err());
        let _ = Secret::parse(&format!("trib_{rest}"));
    }
}
