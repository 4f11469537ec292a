//! The same question has the same answer: rows that tie come in the order of their identity and their partition.
//!
//! A seed makes a dataset and its events: the types, the number and the places of the identity columns, none at all, days
//! or hours, and how the dataset itself is sorted. `ORDER_SEED=7` plays one seed.

mod world;

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::Value;

use crate::{
    harness::{TestLake, all_seeds},
    pages::follow,
};
use world::{EVENTS, World};

/// How many messages the events come in: each makes files of its own.
const MESSAGES: usize = 3;

/// How many rows are asked for: they end among rows that tie.
const LIMIT: usize = 60;

/// How often one question is asked; which, the seed chooses. The others are asked once.
const TIMES: usize = 8;

/// One for each kind of an identity, or some of these for each change; or the one that was asked for.
fn seeds() -> Vec<u64> {
    match std::env::var("ORDER_SEED") {
        Ok(seed) => vec![seed.parse().unwrap()],
        Err(_) if all_seeds() => (0..world::KINDS.len() as u64).collect(),
        // No identity, one of bytes, one of two columns, and one of times.
        Err(_) => vec![1, 3, 4, 5],
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rows_that_tie_are_the_same_ones_in_the_same_order_each_time() {
    let mut worlds: Vec<World> = seeds().into_iter().map(World::new).collect();
    let definitions: Vec<(&str, &str)> =
        worlds.iter().map(|world| (world.name.as_str(), world.definition.as_str())).collect();
    let lake = TestLake::start(&definitions).await;
    publish(&lake, &worlds).await;
    join_all(worlds.iter_mut().map(|world| in_order(&lake, world))).await;
    lake.stop().await;
}

async fn in_order(lake: &TestLake, world: &mut World) {
    let all = format!("/v1/datasets/{}/rows?select=n,_id&limit={EVENTS}", world.name);
    world.identify(lake.json(&all).await.as_array().unwrap());
    each_time(lake, world).await;
    in_pages(lake, world).await;
    behind_the_limit(lake, world).await;
}

async fn publish(lake: &TestLake, worlds: &[World]) {
    for message in 0..MESSAGES {
        for world in worlds {
            let of_message = world.rows.iter().skip(message).step_by(MESSAGES);
            let lines: Vec<String> = of_message.map(|row| row.event.to_string()).collect();
            lake.publish(&world.name, &lines.join("\n")).await;
        }
        for world in worlds {
            let published: usize = (0..=message).map(|before| (EVENTS - before).div_ceil(MESSAGES)).sum();
            lake.until(&format!("/v1/datasets/{}", world.name), |dataset| dataset["rows"] == published).await;
        }
    }
}

/// Every order, and where the answer's names hide the columns that decide.
async fn each_time(lake: &TestLake, world: &World) {
    let first = world.identity.first().map_or("_id", String::as_str);
    let hiding = format!("n,{first}:tie,dt:tie&order=tie.desc.nullslast");
    let mut questions = vec![
        ("n&order=tie".to_owned(), world.ordered(false, false)),
        ("n&order=tie.desc".to_owned(), world.ordered(true, true)),
        (hiding, world.ordered(true, false)),
    ];
    if world.sorted_by_tie {
        questions.push(("n".to_owned(), world.ordered(false, false)));
    }
    let chosen = usize::try_from(world.seed).unwrap() / 2 % questions.len();
    for (index, (question, expected)) in questions.into_iter().enumerate() {
        let path = format!("/v1/datasets/{}/rows?select={question}&limit={LIMIT}", world.name);
        let mut tags = BTreeSet::new();
        for time in 0..(if index == chosen { TIMES } else { 1 }) {
            let reply = lake.fetch(&path).await;
            assert_eq!(reply.status, 200, "{path}: {}", reply.text());
            assert_eq!(numbers(&reply.json()), expected[..LIMIT], "the {time}th of {path}: {world}");
            assert!(reply.header("etag").starts_with("W/\""), "{path}");
            tags.insert(reply.header("etag").to_owned());
        }
        assert_eq!(tags.len(), 1, "{path}");
    }
}

/// One long answer, and another execution's in pages.
async fn in_pages(lake: &TestLake, world: &World) {
    let path = format!("/v1/datasets/{}/rows?select=n&order=tie.desc&limit={EVENTS}", world.name);
    let whole = numbers(&lake.json(&path).await);
    assert_eq!(whole, world.ordered(true, true), "{path}: {world}");
    let accepted = lake.send("GET", &path, &[("prefer", "respond-async")], None).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text());
    let query = accepted.header("location").to_owned();
    assert_eq!(lake.over(&query).await["state"], "succeeded");
    let first = lake.fetch(&format!("{query}/rows?limit=97")).await;
    let pages = follow(lake, first, numbers).await;
    assert_eq!(pages.len(), EVENTS.div_ceil(97));
    assert_eq!(pages.concat(), whole, "pages of {path}: {world}");
}

/// Pages that are queries of their own, each from the last row of the page before on: of every type of identity, with nulls
/// at either end, and of any length. A filter compares with no bytes, so they cannot be followed, which the answer says.
async fn behind_the_limit(lake: &TestLake, world: &World) {
    let seed = usize::try_from(world.seed).unwrap();
    let is_binary = world::KINDS[seed % world::KINDS.len()].contains(&"binary");
    let limit = 150 + 61 * (seed % 10);
    for (order, expected) in [
        ("tie", world.ordered(false, false)),
        ("tie.desc", world.ordered(true, true)),
        ("tie.desc.nullslast", world.ordered(true, false)),
        ("tie.nullsfirst", world.ordered(false, true)),
    ] {
        let path = format!("/v1/datasets/{}/rows?select=n&order={order}&limit={limit}", world.name);
        let first = lake.send("GET", &path, &[("prefer", "count=exact")], None).await;
        let range = format!("0-{}/{EVENTS}", limit - 1);
        assert_eq!((first.header("tributary-complete"), first.header("content-range")), ("false", &*range));
        if is_binary {
            assert_eq!(first.next(), None, "{path}: {world}");
            continue;
        }
        let pages = follow(lake, first, numbers).await;
        assert_eq!(pages.len(), EVENTS.div_ceil(limit), "{path}: {world}");
        assert_eq!(pages.concat(), expected, "{path}: {world}");
    }
}

fn numbers(rows: &Value) -> Vec<u64> {
    rows.as_array().unwrap().iter().map(|row| row["n"].as_u64().unwrap()).collect()
}
