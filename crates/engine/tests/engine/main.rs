//! The engine on a lake in memory: real Parquet files, real partitions, Athena's answers.

// `cfg(test)` holds anyway; it tells Clippy that the helpers are tests' too.
#[cfg(test)]
mod added;
#[cfg(test)]
mod aggregates;
#[cfg(test)]
mod attempts;
#[cfg(test)]
mod binary;
#[cfg(test)]
mod bits;
#[cfg(test)]
mod both;
#[cfg(test)]
mod cancel;
#[cfg(test)]
mod casts;
#[cfg(test)]
mod casts_of_texts;
#[cfg(test)]
mod catalog;
#[cfg(test)]
mod chains;
#[cfg(test)]
mod characters;
#[cfg(test)]
mod checksums;
#[cfg(test)]
mod clock;
#[cfg(test)]
mod compiled;
#[cfg(test)]
mod correlated;
#[cfg(test)]
mod decimals;
#[cfg(test)]
mod deep;
mod distinct;
#[cfg(test)]
mod fitted;
#[cfg(test)]
mod floating;
#[cfg(test)]
mod formats;
#[cfg(test)]
mod found;
#[cfg(test)]
mod functions;
#[cfg(test)]
mod gathered;
#[cfg(test)]
mod gathered_memory;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod growth;
#[cfg(test)]
mod guarded;
#[cfg(test)]
mod having;
#[cfg(test)]
mod hostile_files;
#[cfg(test)]
mod hostile_pages;
#[cfg(test)]
mod inputs;
#[cfg(test)]
mod integers;
#[cfg(test)]
mod intervals;
#[cfg(test)]
mod json;
#[cfg(test)]
mod json_casts;
#[cfg(test)]
mod json_paths;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod lake;
#[cfg(test)]
mod lambdas;
#[cfg(test)]
mod long_texts;
#[cfg(test)]
mod lookups;
#[cfg(test)]
mod mathematics;
#[cfg(test)]
mod nested;
#[cfg(test)]
mod numbers;
#[cfg(test)]
mod open_csv;
#[cfg(test)]
mod parameters;
#[cfg(test)]
mod patterns;
#[cfg(test)]
mod patterns_of_times;
#[cfg(test)]
mod places;
#[cfg(test)]
mod portions;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod regexps;
#[cfg(test)]
mod repeated;
mod replaced;
#[cfg(test)]
mod scan;
#[cfg(test)]
mod self_joins;
#[cfg(test)]
mod semantics;
#[cfg(test)]
mod sets;
#[cfg(test)]
mod standard;
#[cfg(test)]
mod strings;
#[cfg(test)]
mod times;
#[cfg(test)]
mod types;
#[cfg(test)]
mod unnest;
#[cfg(test)]
mod urls;
#[cfg(test)]
mod volatile;
#[cfg(test)]
mod with_names;
#[cfg(test)]
mod written;
#[cfg(test)]
mod zones;
