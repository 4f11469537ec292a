//! The settings of who may use the HTTP API, and for what.

use super::{InvalidSetting, Setting, raw::Raw};

/// Whether anybody may use the API while there are no keys.
pub const OPEN_ACCESS: Setting = Setting {
    name: "TRIBUTARY_OPEN_ACCESS",
    default: "off",
    meaning: "`on`: while no API key was ever made, anybody may use the API. `off`: nobody may.",
};
/// Whether the API takes free SQL.
pub const SQL: Setting = Setting {
    name: "TRIBUTARY_SQL",
    default: "off",
    meaning: "`on`: the API takes free SQL, from keys that may send it, and from everybody while access is open.",
};

/// Who may use the API.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AccessSettings {
    /// Whether anybody may while there are no keys.
    pub open: bool,
    /// Whether it takes free SQL.
    pub free_sql: bool,
}

impl AccessSettings {
    pub(super) fn read(raw: &impl Fn(Setting) -> Raw) -> Result<Self, InvalidSetting> {
        Ok(Self { open: raw(OPEN_ACCESS).switch()?, free_sql: raw(SQL).switch()? })
    }
}
