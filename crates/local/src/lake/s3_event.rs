//! S3's event notification, as it stands in the body of an SQS message.

use aws::trigger::Trigger;
use chrono::SecondsFormat;
use domain::{DatasetName, Generation, Partition, key::ParsedKey, port::Clock};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::ObjectCreated;

/// S3 leaves these alone in a key; everything else is encoded, `=` too.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'*');

pub(super) fn notification(object: &ObjectCreated) -> Value {
    let now = aws::SystemClock.now().to_rfc3339_opts(SecondsFormat::Millis, true);
    json!({"Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": aws::LOCAL_REGION,
        "eventTime": now,
        "eventName": format!("ObjectCreated:{}", object.operation),
        "userIdentity": {"principalId": "local"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "tributary",
            "bucket": {
                "name": object.bucket,
                "ownerIdentity": {"principalId": "local"},
                "arn": format!("arn:aws:s3:::{}", object.bucket),
            },
            "object": {
                "key": utf8_percent_encode(&object.key, PLAIN).to_string().replace("%20", "+"),
                "size": object.size,
                "eTag": object.etag,
                "sequencer": object.sequencer,
            },
        },
    }]})
}

/// The commits that a notification is about.
pub(super) fn commits(notification: &str) -> Vec<(DatasetName, Partition, Generation)> {
    let event = serde_json::from_str(notification).unwrap_or_default();
    let Ok(Trigger::Notifications(found)) = Trigger::parse(event) else { return Vec::new() };
    let keys = found.into_iter().filter_map(|notification| notification.keys.ok()).flatten();
    let commits = keys.filter_map(|key| match key {
        ParsedKey::Commit(dataset, partition, generation) => Some((dataset, partition, generation)),
        ParsedKey::Definition(_) | ParsedKey::Schema(..) | ParsedKey::Landing(..) => None,
    });
    commits.collect()
}

#[cfg(test)]
mod tests {
    use aws::trigger::Notification;

    use super::*;

    #[test]
    fn the_lambdas_read_what_is_written_here() {
        let key = "commits/bookings/dt=2026-11-23/hour=10/0000000042.json";
        let object = ObjectCreated {
            bucket: "tributary".into(),
            key: key.into(),
            size: 1,
            etag: "e".into(),
            sequencer: "1".into(),
            operation: "Put",
        };
        let event = notification(&object);
        let encoded = event["Records"][0]["s3"]["object"]["key"].as_str().unwrap();
        assert_eq!(encoded, "commits/bookings/dt%3D2026-11-23/hour%3D10/0000000042.json");
        match Trigger::parse(event).unwrap() {
            Trigger::Notifications(found) => {
                let [Notification { keys: Ok(keys), .. }] = &found[..] else { panic!("{found:?}") };
                assert_eq!(keys[0].to_string(), key);
            }
            other => panic!("{other:?}"),
        }
        let text = notification(&object).to_string();
        let keys: Vec<String> = commits(&text)
            .into_iter()
            .map(|(dataset, partition, generation)| domain::key::commit(&dataset, &partition, generation))
            .collect();
        assert_eq!(keys, [key]);
        for (from, to) in [("commits/", "landing/"), ("commits/", "elsewhere/"), ("Records", "Rows")] {
            assert!(commits(&text.replace(from, to)).is_empty(), "{to}");
        }
    }
}
