//! Lambda: definitions and commits to Glue tables and partitions.
