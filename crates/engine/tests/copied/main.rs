//! What queries take of the process's memory, as the system counts it: a process of its own, and one test.

// `cfg(test)` holds anyway; it tells Clippy that the helpers are tests' too.
#[cfg(target_os = "linux")]
#[cfg(test)]
mod peak;
