//! Changes to API keys, as lines of the log with the target `audit`. They have the id and the name of a key, never its
//! secret.

use domain::access::{AUDIT, Key};

/// Somebody made a key.
pub fn key_created(key: &Key) {
    tracing::info!(
        target: AUDIT,
        audit = "key-created",
        key = %key.id,
        key_name = key.name,
        expires_at = key.expires_at.map(tracing::field::display),
        "an API key was made"
    );
}

/// Somebody took a key back, now or before.
pub fn key_revoked(key: &Key) {
    tracing::info!(
        target: AUDIT,
        audit = "key-revoked",
        key = %key.id,
        key_name = key.name,
        revoked_at = key.revoked_at.map(tracing::field::display),
        "an API key was revoked"
    );
}

#[cfg(test)]
mod tests {
    use domain::{
        access::{NewKey, Rights, create, revoke},
        memory::{MemoryStore, SeededIds},
    };
    use serde_json::Value;

    use super::*;
    use crate::telemetry;

    #[tokio::test]
    async fn a_change_names_the_key_and_nothing_of_its_secret() {
        let new = NewKey { name: "Partner \"x\"".into(), expires_at: None, rights: Rights::default() };
        let (store, now) = (MemoryStore::default(), chrono::DateTime::UNIX_EPOCH);
        let (key, secret) = create(&store, &SeededIds::new(1), now, &new).await.unwrap();
        let revoked = revoke(&store, &key.id, now).await.unwrap();
        let text = telemetry::logged("error", || {
            key_created(&key);
            key_revoked(&revoked);
        });
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let words: Vec<&str> = lines.iter().map(|line| line["audit"].as_str().unwrap()).collect();
        assert_eq!(words, ["key-created", "key-revoked"]);
        for line in &lines {
            assert_eq!(line["key"], key.id.as_str());
            assert_eq!(line["key_name"], "Partner \"x\"");
        }
        assert!(!text.contains(&secret.reveal()[14..22]), "{text}");
    }
}
