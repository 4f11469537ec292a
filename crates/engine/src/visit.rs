//! Between the visitors of the parser's tree, which break, and functions, which fail.

use std::ops::ControlFlow;

use crate::error::EngineError;

/// How a visit broken.
pub(crate) fn broken(flow: ControlFlow<EngineError>) -> Result<(), EngineError> {
    match flow {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

/// Whether a visit goes on.
pub(crate) fn flow(done: Result<(), EngineError>) -> ControlFlow<EngineError> {
    match done {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => ControlFlow::Break(error),
    }
}
