//! Bodies compressed as `Accept-Encoding` allows.
//!
//! A layer of `tower-http` would do it for streams, with a further implementation of every codec below it. Bodies here
//! are whole, at most a few megabytes, and have to be on Lambda: one call does it.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

/// What is shorter is not worth a header: it is in one packet either way.
const MINIMUM: usize = 1_024;

/// gzip's level. JSON of rows becomes a quarter shorter by the usual 6, which takes six times as long.
const GZIP_LEVEL: u32 = 1;
/// zstd's level, at which rows are as short as with gzip's 6, in half the time of its 1. The usual 3 gains nothing.
const ZSTD_LEVEL: i32 = 1;

/// A content coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
}

impl Encoding {
    /// Its name in `Content-Encoding`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// The one that a caller wants most of those that it accepts, by RFC 9110; zstd where it is indifferent. `None` is
    /// the body as it is, which is also for a caller who accepts nothing at all: better an answer than none.
    pub(crate) fn choose(accept_encoding: Option<&str>) -> Option<Self> {
        let codings: Vec<(&str, f32)> = accept_encoding?.split(',').filter_map(coding).collect();
        let named = |name: &str| {
            codings.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, quality)| *quality)
        };
        let any = named("*");
        let zstd = named("zstd").or(any).unwrap_or(0.0);
        let gzip = named("gzip").or_else(|| named("x-gzip")).or(any).unwrap_or(0.0);
        // Unnamed, it is acceptable, and nobody's first choice.
        let identity = named("identity").unwrap_or(0.0);
        let (best, quality) = if zstd >= gzip { (Self::Zstd, zstd) } else { (Self::Gzip, gzip) };
        (quality > 0.0 && quality >= identity).then_some(best)
    }
}

/// The body as `Accept-Encoding` wants it, and what it is in now. Short bodies, and those that do not become shorter,
/// stay as they are. What is compressed by itself should not come here: Parquet is.
///
/// An answer that came here, and one that would have if it were longer, has `Vary: Accept-Encoding`.
pub(crate) fn encode(accept_encoding: Option<&str>, body: Vec<u8>) -> (Option<Encoding>, Vec<u8>) {
    if body.len() < MINIMUM {
        return (None, body);
    }
    let Some(encoding) = Encoding::choose(accept_encoding) else { return (None, body) };
    match compressed(encoding, &body) {
        Ok(shorter) if shorter.len() < body.len() => (Some(encoding), shorter),
        Ok(_) => (None, body),
        Err(error) => {
            tracing::error!(
                error = domain::chain(&error),
                encoding = encoding.name(),
                "a body could not be compressed"
            );
            (None, body)
        }
    }
}

fn compressed(encoding: Encoding, body: &[u8]) -> std::io::Result<Vec<u8>> {
    match encoding {
        Encoding::Zstd => zstd::bulk::compress(body, ZSTD_LEVEL),
        Encoding::Gzip => {
            let mut encoder =
                GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::new(GZIP_LEVEL));
            encoder.write_all(body)?;
            encoder.finish()
        }
    }
}

/// One coding with its quality. One that does not parse is not accepted.
fn coding(text: &str) -> Option<(&str, f32)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?;
    let quality = parts
        .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
        .map_or(Some(1.0), |text| text.parse().ok().filter(|quality| (0.0..=1.0).contains(quality)))?;
    Some((name, quality))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn accept_encoding_is_weighed() {
        for (accept, encoding) in [
            (None, None),
            (Some(""), None),
            (Some("identity"), None),
            (Some("gzip, deflate, br"), Some(Encoding::Gzip)),
            (Some("gzip, deflate, br, zstd"), Some(Encoding::Zstd)),
            (Some("GZIP;q=0.8 , zstd;q=0.5"), Some(Encoding::Gzip)),
            (Some("x-gzip"), Some(Encoding::Gzip)),
            (Some("*"), Some(Encoding::Zstd)),
            (Some("zstd;q=0, *"), Some(Encoding::Gzip)),
            (Some("gzip;q=0"), None),
            (Some("gzip;q=0.5, identity"), None),
            (Some("gzip;q=0.5, identity;q=0.2"), Some(Encoding::Gzip)),
            (Some("gzip;q=0.1"), Some(Encoding::Gzip)),
            (Some("*;q=0"), None),
            (Some("br;q=1.0, gzip;q=2, zstd;q=x"), None),
        ] {
            assert_eq!(Encoding::choose(accept), encoding, "{accept:?}");
        }
    }

    #[test]
    fn bodies_come_back() {
        let body = "{\"name\":\"Javier Peña\"},".repeat(1_000).into_bytes();
        let (encoding, gzip) = encode(Some("gzip"), body.clone());
        assert_eq!(encoding.map(Encoding::name), Some("gzip"));
        let mut back = Vec::new();
        flate2::read::GzDecoder::new(&gzip[..]).read_to_end(&mut back).unwrap();
        assert_eq!(back, body);
        let (encoding, zstd) = encode(Some("zstd"), body.clone());
        assert_eq!(encoding.map(Encoding::name), Some("zstd"));
        assert_eq!(zstd::decode_all(&zstd[..]).unwrap(), body);
        assert!(10 * zstd.len() < body.len() && 10 * gzip.len() < body.len());
    }

    #[test]
    fn what_would_not_become_shorter_stays() {
        let short = b"x".repeat(MINIMUM - 1);
        assert_eq!(encode(Some("zstd"), short.clone()), (None, short));
        let mut state = 1_u64;
        let noise = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()[0]
        });
        let packed: Vec<u8> = noise.take(10_000).collect();
        for coding in ["zstd", "gzip"] {
            assert!(encode(Some(coding), packed.clone()) == (None, packed.clone()), "{coding}");
        }
    }
}
