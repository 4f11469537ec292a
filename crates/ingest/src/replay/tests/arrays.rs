//! Events that were parts of an array, and what is around messages.

use super::*;

#[tokio::test]
async fn what_was_one_event_is_one_when_it_is_replayed_whatever_arrays_are_in_it() {
    const NESTED: &str = r#"{"n": 1, "r": [{"n": 2}, {"n": 3}]}"#;
    let one = Replayed { replayed: 1, accepted: 1, rejected: 0, kept: 0 };
    let unwrapping = NARROW.replacen('{', r#"{"unwrap": "r", "#, 1);
    let body = format!(r#"{{"r": [{NESTED}]}}"#);

    let world = World::with(Some(&unwrapping.replace("int", "date"))).await;
    world.send(Some("seats"), &body).await;
    // Nobody could change a column so; the test can.
    world.accept(&unwrapping, 2).await;
    assert_eq!(world.replay(|_| true, None).await, one);
    // A redelivery lands as the same event.
    world.send(Some("seats"), &body).await;
    let landed = world.lines("landing/").await;
    assert!(
        !landed.is_empty() && landed.iter().all(|line| line.starts_with(r#"{"_id":"m:2147483648","#)),
        "{landed:?}"
    );

    // What `compact` put aside had landed as it is; with identity columns, its line says nothing of its position.
    let identified = unwrapping.replace(r#""int"}"#, r#""int", "required": true}"#);
    let world = World::with(Some(&identified.replacen('{', r#"{"identity": ["n"], "#, 1))).await;
    world.put_line_aside("dt=2026-11-20", r#""_id":null,"#, NESTED).await;
    assert_eq!(world.replay(|_| true, None).await, one);
    let landed = world.lines("landing/").await;
    assert!(landed.len() == 1 && landed[0].contains(r#""n": 1"#), "{landed:?}");
}

#[tokio::test]
async fn a_part_is_one_event_or_none_since_the_positions_after_it_are_others() {
    let world = World::with(Some(NARROW)).await;
    for body in [
        r#"[{"n":1},[{"n":2},{"n":3}],{"n":4}]"#,
        "[{\"n\":0},{\"d\":1,\"d\":2}\n{\"n\":1},{\"n\":3}]",
        "{\"n\":1}\n[{\"n\":2},{\"n\":3}]\n{\"n\":4}",
    ] {
        world.send(Some("seats"), body).await;
        let again = world.replay(|_| true, None).await;
        assert_eq!((again.accepted, again.rejected), (0, again.replayed), "{body}");
    }
}

#[tokio::test]
async fn what_follows_in_an_array_is_replayed_as_such() {
    let world = World::with(None).await;
    // Nobody sends so many; as if the message had been cut there.
    world.send(Some("seats"), r#"[{"n":1} {"n":2},{"n":3}]"#).await;
    world.accept(NARROW, 1).await;
    assert_eq!(
        world.replay(|_| true, None).await,
        Replayed { replayed: 2, accepted: 3, rejected: 0, kept: 0 }
    );
    let landed = world.lines("landing/").await;
    for id in ["m:0", "m:1", "m:2"] {
        assert_eq!(landed.iter().filter(|line| line.contains(&format!("\"{id}\""))).count(), 1, "{landed:?}");
    }
}

#[tokio::test]
async fn what_is_around_a_message_is_never_replayed() {
    let world = World::with(Some(NARROW)).await;
    let confirmation = Message {
        id: "m",
        position: 0,
        holds: Holds::Message,
        sent_at: "2026-11-22T23:59:59Z".parse().unwrap(),
        received_at: "2026-11-23T00:00:01Z".parse().unwrap(),
        arn: Some("arn:aws:sns:us-west-2:000000000000:seats"),
        topic: "seats",
        dataset: None,
        encoding: None,
        trace: None,
        body: br#"{"Type": "SubscriptionConfirmation"}"#,
        unreadable: Some("it is no notification".into()),
    };
    world.ingest().store(&[confirmation], DateTime::<Utc>::MAX_UTC).await.unwrap();
    let kept = world.replay(|_| true, Some("seats")).await;
    assert_eq!(kept, Replayed { replayed: 0, accepted: 0, rejected: 0, kept: 1 });
}
