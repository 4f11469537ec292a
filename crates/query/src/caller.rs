//! Who asks, as far as answers depend on it.

/// The sender of a request. Without API keys everybody is the same one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Caller {
    /// The id of the API key that the request came with; no secret.
    pub(crate) key: Option<String>,
}

/// How requests get in, for `/readyz` and the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Access {
    /// Anybody may ask, because a setting says so.
    #[default]
    Open,
    /// Only with one of the API keys.
    Keys,
}

impl Access {
    /// The word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Keys => "keys",
        }
    }
}
