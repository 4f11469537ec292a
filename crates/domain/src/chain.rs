//! An error in one line, for the answer of an invocation and for the log.

use std::fmt::Write;

/// The error and all of its sources, each once: `a: b: c`.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !text.ends_with(&words) {
            let _infallible = write!(text, ": {words}");
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::port::StoreError;

    #[test]
    fn every_cause_is_in_it() {
        let error = StoreError::Unavailable { key: "k".into(), source: "the cable is cut".into() };
        assert_eq!(super::chain(&error), "the object store is unavailable for k: the cable is cut");
    }
}
