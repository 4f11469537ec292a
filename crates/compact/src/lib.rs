//! Lambda: landing batches to Parquet generations.
