//! The settings of what is logged: every program reads them.

use super::{InvalidSetting, Setting, raw::Raw};

/// The name of the lake, for its log lines and metrics.
pub const LAKE: Setting = Setting {
    name: "TRIBUTARY_LAKE",
    default: "",
    meaning: "The lake's name, in every log line as `lake`: the dimension of its metrics. Without it, no line has one.",
};
/// What is logged.
pub const LOG: Setting = Setting {
    name: "TRIBUTARY_LOG",
    default: "info",
    meaning: "What is logged: `error`, `warn`, `info`, `debug`, `trace`, or filters such as `compact=debug`.",
};

/// What is logged, and of which lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// The lake's name.
    pub lake: Option<String>,
    /// The log filter. Whoever starts the log checks it.
    pub filter: String,
}

impl LogSettings {
    /// Reads them through `lookup`, and asks it for no other setting.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidSetting> {
        Self::read_raw(&|setting| Raw::of(setting, &lookup))
    }

    pub(super) fn read_raw(raw: &impl Fn(Setting) -> Raw) -> Result<Self, InvalidSetting> {
        Ok(Self { lake: raw(LAKE).lake()?, filter: raw(LOG).value })
    }
}
