//! The settings of what a standing process shows to Prometheus. No Lambda reads them.

use std::net::SocketAddr;

use super::{InvalidSetting, Setting, raw::Raw};

/// The label `system`.
pub const SYSTEM: Setting = Setting {
    name: "TRIBUTARY_SYSTEM",
    default: "tributary",
    meaning: "The label `system` of the metrics for Prometheus: which of several systems the lake belongs to.",
};
/// The label `environment`.
pub const ENVIRONMENT: Setting = Setting {
    name: "TRIBUTARY_ENVIRONMENT",
    default: "default",
    meaning: "The label `environment` of the metrics for Prometheus, for example `prod`.",
};
/// Where `server` shows its metrics.
pub const METRICS_LISTEN: Setting = Setting {
    name: "TRIBUTARY_METRICS_LISTEN",
    default: "",
    meaning: "The address and port at which `server` answers `GET /metrics` for Prometheus, for example `0.0.0.0:9464`. Whoever \
              reaches it needs no key. Without it, `server` measures nothing. `tributary dev` has `/metrics` on the port of \
              its API.",
};

/// What a standing process shows to Prometheus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpositionSettings {
    /// The label `system` of every sample.
    pub system: String,
    /// The label `environment` of every sample.
    pub environment: String,
    /// Where the standing server shows its metrics, if it does.
    pub listen: Option<SocketAddr>,
}

impl ExpositionSettings {
    pub(super) fn read(raw: &impl Fn(Setting) -> Raw) -> Result<Self, InvalidSetting> {
        let listen = raw(METRICS_LISTEN);
        let address = match listen.value.as_str() {
            "" => None,
            text => Some(text.parse::<SocketAddr>().map_err(|_| {
                listen.invalid("expected an address and a port, for example 0.0.0.0:9464 or [::]:9464")
            })?),
        };
        Ok(Self { system: raw(SYSTEM).label()?, environment: raw(ENVIRONMENT).label()?, listen: address })
    }
}
