//! Cursors: where the next page begins.
//!
//! Rows of a dataset go on by a query of their own, behind the last row of the page before (`rows_cursor`). A page of one
//! result begins at a byte of it (`result_cursor`).

pub(crate) mod result_cursor;
pub(crate) mod rows_cursor;
