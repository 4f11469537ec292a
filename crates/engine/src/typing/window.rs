//! The frames of windows.

use datafusion::logical_expr::{SortExpr, WindowFrame, WindowFrameBound, WindowFrameUnits};

use super::{
    Checked, Checker,
    kind::{Kind, word},
    start,
};
use crate::error::Failure;

impl Checker<'_> {
    /// Refuses a RANGE frame, which is also the frame of a window with ORDER BY that names none, where it cannot be computed:
    /// an offset is for numbers and times, as on Athena, and DataFusion has no RANGE over bytes and intervals at all.
    pub(super) fn frame(&self, frame: &WindowFrame, order_by: &[SortExpr]) -> Checked {
        let Some(first) = order_by.first().filter(|_| frame.units == WindowFrameUnits::Range) else {
            return Ok(());
        };
        let Some(found) = self.kind_of(&first.expr) else { return Ok(()) };
        let name = || self.type_of(&first.expr).as_ref().map(word).unwrap_or_default();
        let has_offset = is_offset(&frame.start_bound) || is_offset(&frame.end_bound);
        if has_offset && !matches!(found, Kind::Number | Kind::Time | Kind::Interval) {
            let message = format!(
                "{}Window frame of type RANGE PRECEDING or FOLLOWING requires that sort item type be numeric, datetime or \
                 interval (actual: {})",
                start(&first.expr),
                name()
            );
            return Err(Failure::new("TYPE_MISMATCH", message));
        }
        match found {
            Kind::Bytes | Kind::Interval => {
                let what = "a RANGE frame, which is a window's unless it says ROWS, over";
                Err(self.unsupported(&first.expr, &format!("{what} {}", name())))
            }
            _ => Ok(()),
        }
    }
}

fn is_offset(bound: &WindowFrameBound) -> bool {
    match bound {
        WindowFrameBound::CurrentRow => false,
        // Without a number it is UNBOUNDED.
        WindowFrameBound::Preceding(offset) | WindowFrameBound::Following(offset) => !offset.is_null(),
    }
}
