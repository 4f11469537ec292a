//! The headers of answers with rows, and what they mean.

/// The headers that say what an answer cost, and what they mean.
pub(super) const COST_HEADERS: [(&str, &str); 8] = [
    (
        "Tributary-Query-Id",
        "The engine's id of the query, for the log: only a 202, a `Link` or a 303 leads to a query's own paths",
    ),
    ("Tributary-Bytes-Scanned", "Bytes that the query read"),
    ("Tributary-Engine-Ms", "Milliseconds that the engine worked"),
    ("Tributary-Cost-Usd", "What this answer added to the bill, in dollars: an estimate"),
    (
        "Tributary-Cache",
        "`miss`: a query ran; `shared`: one for an identical request; `reused`: an earlier result; `hit`: none",
    ),
    ("Tributary-Generation", "A digest of the generations that it was read from"),
    ("Tributary-Freshness", "When the newest of their events landed"),
    ("Tributary-Rows", "How many rows are in the answer"),
];

/// The headers that say which rows an answer has.
pub(super) const EXTENT_HEADERS: [(&str, &str); 4] = [
    (
        "Tributary-Complete",
        "`true`: no row comes after the last one; `false`: there are more; none if that is not known",
    ),
    (
        "Tributary-Range",
        "The numbers of the first and the last row, from 0 on, and how many rows match: `0-99/8832`; `*` for what is not \
         known, or not there",
    ),
    ("Content-Range", "The same, if a count was asked for (`Prefer: count=exact`)"),
    ("Link", "The next rows, `rel=\"next\"`, if there are more and they can be had so"),
];
