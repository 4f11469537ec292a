//! `tributary key revoke`: a key that holds no longer.

use aws::{SystemClock, audit};
use clap::Args;
use domain::{
    access::{self, KeyId},
    port::Clock,
};

use super::{failure, machine};
use crate::{failure::Failure, lake::RemoteLake, output};

/// Take a key back. The API goes on answering it for as long as it keeps what it read: TRIBUTARY_CATALOG_CACHE, 5 s
/// unless set. It cannot be undone: make a new one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary key list
  tributary key revoke 0123abcd

Exit status: 0 revoked, now or before, 1 failed, 2 wrong options, or no such key.")]
pub(crate) struct RevokeOptions {
    /// Its id, as `tributary key list` shows it: the part between trib_ and the secret.
    #[arg(value_name = "ID")]
    id: KeyId,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: RevokeOptions) -> Result<(), Failure> {
    let lake = RemoteLake::from_environment().await?;
    let now = SystemClock.now();
    let revoked = access::revoke(&lake.store, &options.id, now).await;
    let key = revoked.map_err(|error| failure(&lake, error))?;
    audit::key_revoked(&key);
    if options.json {
        output::print_json(&machine(&key, now))?;
    } else {
        let since = key.revoked_at.unwrap_or(now).format("%Y-%m-%d %H:%M UTC");
        output::print(&format!(
            "Key {} of {} is revoked since {since}.",
            key.id,
            output::one_line(&key.name)
        ))?;
    }
    Ok(())
}
