//! How many headers an event has, counted before anything makes a map of them.
//!
//! `http::HeaderMap` has no room for 24,576 names, and panics: while `lambda_http` reads it from JSON, and also when a
//! cookie is added to it.

/// The most headers of a request. API Gateway takes 10,240 bytes of them.
const MOST: usize = 10_240;

/// How deep in an event its headers are: members of a member.
const DEPTH: usize = 2;

/// What is wrong with an event that has more headers. The event is JSON.
///
/// It counts in every object and array of that depth, by whatever name: a map is also filled from the first of two members
/// of one name, and from an element where the event is an array. Nothing else there has so many members either.
pub(super) fn too_many(event: &str) -> Option<String> {
    let (mut depth, mut members) = (0_usize, 0_usize);
    let (mut in_text, mut is_escaped) = (false, false);
    for byte in event.bytes() {
        if in_text {
            in_text = is_escaped || byte != b'"';
            is_escaped = !is_escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => in_text = true,
            b'{' | b'[' => {
                depth += 1;
                if depth == DEPTH {
                    members = 1;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == DEPTH => {
                members += 1;
                if members > MOST {
                    return Some(format!("a request may have {MOST} headers, and the event has more"));
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_counted_and_nothing_else_is() {
        let many = |length: usize| vec!["\"a\": 1"; length].join(", ");
        for (most, more) in [
            (format!("{{\"h\": {{{}}}}}", many(MOST)), format!("{{\"h\": {{{}}}}}", many(MOST + 1))),
            (format!("[1, {{{}}}]", many(MOST)), format!("[1, {{{}}}]", many(MOST + 1))),
            // Before a second one, and behind another.
            (
                format!("{{\"h\": {{{}}}, \"h\": {{}}}}", many(MOST)),
                format!("{{\"h\": {{{}}}, \"h\": {{}}}}", many(MOST + 1)),
            ),
            (
                format!("{{\"a\": {{{0}}}, \"h\": {{{0}}}}}", many(MOST)),
                format!("{{\"a\": {{}}, \"h\": {{{}}}}}", many(MOST + 1)),
            ),
        ] {
            assert_eq!(too_many(&most), None);
            assert!(too_many(&more).is_some());
        }
        for few in [
            format!("{{{}}}", many(MOST + 1)),
            format!("{{\"h\": {{\"a\": {{{}}}}}}}", many(MOST + 1)),
            format!("{{\"h\": {{\"a\": \"{}\"}}}}", ",".repeat(2 * MOST)),
            format!("{{\"h\": {{\"a\": \"\\\"{}\"}}}}", ",".repeat(2 * MOST)),
            format!("{{\"h\": {{\"a\": \"\\\\\", \"b\": \"{{{}\"}}}}", ",".repeat(2 * MOST)),
            String::new(),
            "null".to_owned(),
        ] {
            assert_eq!(too_many(&few), None);
        }
        // The text ends at the quote behind two backslashes.
        let ended = format!("{{\"h\": {{\"a\": \"\\\\\", {}}}}}", many(MOST));
        assert!(too_many(&ended).is_some());
    }
}
