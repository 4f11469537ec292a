//! Events within an object around them, as `{"Records": [{…}, {…}]}`, where the dataset's definition says so (`unwrap`).

use domain::{Dataset, json::Fields};

/// More than the pieces of any message: it has at most 256 MiB unpacked, and a piece has two bytes or more. What follows
/// the first [`MAX_EVENTS`](formats::message::MAX_EVENTS) is replayed with positions beyond that number, so this has to be
/// larger by far. No two events of a message have one position, and a position says whether its event was within an
/// object.
const STRIDE: usize = 1 << 31;

const _: () = assert!(formats::message::MAX_EVENTS < STRIDE);

/// The elements of the array that the definition names, as they are written. `None` if the object has no such array, or
/// was an element itself before it was replayed: it is an event then.
pub(super) fn elements<'t>(dataset: &Dataset, object: &'t str, position: usize) -> Option<Vec<&'t str>> {
    let name = dataset.unwraps().filter(|_| position < STRIDE)?;
    Fields::parse(object).ok()?.elements(name)
}

/// The position of an element, behind that of its message. It is a function of where the element is: whether it is
/// delivered again, or the object around it is replayed, the element has the same identity. It is that of no other
/// event of the message.
pub(super) fn position_within(message: usize, object: usize, element: usize) -> usize {
    (message + object + 1) * STRIDE + element - message
}

/// A position for what is one event, whatever arrays are in it: that of an element of an object.
pub(crate) fn position_of_one(position: usize) -> usize {
    if position < STRIDE { position_within(0, 0, position) } else { position }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_elements_are_those_of_the_named_array() {
        let dataset = |unwrap: &str| {
            let definition =
                format!(r#"{{"name": "d", "columns": [{{"name": "a", "type": "int"}}]{unwrap}}}"#);
            Dataset::from_json(definition.as_bytes()).unwrap()
        };
        let records = dataset(r#", "unwrap": "Records""#);
        let found =
            elements(&records, r#"{"n": 1, "Records": [{"a": 1.0}, 7, {"b": []} ]}"#, 60_000).unwrap();
        assert_eq!(found, [r#"{"a": 1.0}"#, "7", r#"{"b": []}"#]);
        assert_eq!(elements(&records, r#"{"Records": []}"#, 0), Some(Vec::new()));
        for object in [r#"{"Records": {}}"#, r#"{"records": [{}]}"#, "{}"] {
            assert_eq!(elements(&records, object, 0), None, "{object}");
        }
        assert_eq!(elements(&dataset(""), r#"{"Records": [{}]}"#, 0), None);
        // An element is an event, whatever is in it.
        for position in [position_within(0, 0, 0), position_within(3, 1, 5), position_of_one(0)] {
            assert_eq!(elements(&records, r#"{"Records": [{}]}"#, position), None, "{position}");
        }
    }

    #[test]
    fn no_two_events_of_a_message_have_one_position() {
        let mut seen = std::collections::BTreeSet::new();
        for message in [0, 3] {
            // What follows the first 50,000 of a message has further positions, when it is replayed.
            for object in [0, 1, 2, 65_535, 65_536, 131_072] {
                // The message of a replay begins where the object was.
                let is_first = message == 0;
                let plain = message + object;
                assert!(seen.insert(plain) || !is_first);
                for element in [0, 1, formats::message::MAX_EVENTS - 1] {
                    let position = message + position_within(message, object, element);
                    assert!(seen.insert(position) || !is_first, "{message} {object} {element}");
                    assert_eq!(position, position_within(0, plain, element));
                }
            }
        }
    }
}
