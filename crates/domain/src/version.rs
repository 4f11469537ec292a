//! What this program is: for `--version`, `/healthz` and the log of a start.

use std::sync::LazyLock;

/// The product's name.
pub const PRODUCT: &str = "tributary";

/// The version of all crates of the product.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The commit that the program was built from, if who built it said so: the environment variable `TRIBUTARY_COMMIT` of
/// the build. It is no build script that asks git: the sources build without git too, and a commit that changes no code
/// makes no new program.
pub const COMMIT: Option<&str> = match option_env!("TRIBUTARY_COMMIT") {
    Some(commit) if !commit.is_empty() => Some(commit),
    _ => None,
};

/// Version and commit in one line, for people: `0.1.0 (commit 1a2b3c4)`.
pub fn described() -> &'static str {
    static DESCRIBED: LazyLock<String> =
        LazyLock::new(|| format!("{VERSION} (commit {})", COMMIT.unwrap_or("unknown")));
    &DESCRIBED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_has_the_version_and_says_whether_the_commit_is_known() {
        let described = described();
        assert!(described.starts_with(&format!("{VERSION} (commit ")), "{described}");
        assert_eq!(described.contains("unknown"), COMMIT.is_none(), "{described}");
        assert_eq!(VERSION.split('.').count(), 3);
    }
}
