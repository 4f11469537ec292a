//! Lines that are refused.

use super::*;

/// A few hundred bytes of zstd can hold any number of lines that do not fit.
#[tokio::test]
async fn the_refused_lines_of_an_object_are_bounded_together() {
    const LINES: usize = 20_000;
    let text = ["x\n".repeat(LINES), line(r#"{"n":1}"#)].concat();
    let packed = Bytes::from(zstd::bulk::compress(text.as_bytes(), 19).unwrap());
    assert!(packed.len() < 1_000, "{}", packed.len());
    for (unpacked, refused) in [(1, 1), (10_000, 100_000), (1 << 20, 100_000), (50_000, 1 << 30)] {
        let limits = Limits { unpacked, refused, ..limits() };
        let mut landing = Landing::new();
        landing.put(packed.clone()).await;
        let found = landing.parse(&limits, 1).await.unwrap();
        assert_eq!((found.batches.len(), found.contents.len()), (1, 1), "the good line is a row");
        let lines = lines_of(&found.refused);
        let texts: Vec<usize> =
            found.refused.iter().map(|part| zstd::decode_all(&part.body[..]).unwrap().len()).collect();
        let longest = lines.iter().map(|line| {
            let mut text = Vec::new();
            line.write(&mut text);
            text.len()
        });
        let longest = longest.max().unwrap() as u64;
        let words = format!("parts of {unpacked}, {refused} in all: {texts:?}");
        assert!(texts.iter().all(|bytes| (*bytes as u64) < unpacked + longest), "{words}");
        assert!((texts.iter().sum::<usize>() as u64) < refused + 2 * longest, "{words}");
        // Nothing is lost: a line is kept by itself, or in the object, of which one line says so.
        let (last, before) = lines.split_last().unwrap();
        assert!(before.iter().enumerate().all(|(at, line)| line.position == at), "{words}");
        assert!(before.iter().all(|line| line.original == Original::Text("x".to_owned())));
        if refused == 1 << 30 {
            assert_eq!(lines.len(), LINES, "{words}");
            continue;
        }
        assert_eq!(last.position, before.len(), "{words}");
        let said = format!("from this line on {} lines do not fit", LINES - before.len());
        assert!(last.reason.starts_with(&said), "{}", last.reason);
        let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &packed);
        assert_eq!(last.original, Original::Base64(encoded));
    }
}

/// Whoever may write to `landing/` can write any time into a line.
#[tokio::test]
async fn a_time_of_ingestion_that_nobody_means_is_refused_with_the_bounds() {
    let good = line(r#"{"n":1}"#);
    let of = |time: &str| good.replace("2026-11-23T10:05:00.500Z", time);
    // The bounds themselves, and what is a millisecond beyond them, in both forms of the line.
    let taken = ["1970-01-01T00:00:00.000Z", "2026-11-24T10:05:00.500Z", "2026-11-24T12:05:00.500+02:00"];
    let refused = [
        "1969-12-31T23:59:59.999Z",
        "2026-11-24T10:05:00.501Z",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999Z",
        "9999-12-31T23:59:59.999+00:00",
        "+12345-01-01T00:00:00Z",
        "-0001-01-01T00:00:00Z",
    ];
    let text: String = taken.iter().chain(&refused).map(|time| of(time)).collect::<String>() + &good;
    let mut landing = Landing::new();
    landing.put(zstd::bulk::compress(text.as_bytes(), 1).unwrap().into()).await;
    let found = landing.parse(&limits(), 1).await.unwrap();
    assert_eq!(found.contents.len(), taken.len() + 1);
    let lines = lines_of(&found.refused);
    assert_eq!(lines.len(), refused.len(), "{lines:?}");
    let words = "the landing line's _ingested_at: from 1970-01-01T00:00:00Z to 2026-11-24T10:05:00.500Z expected, found ";
    for (rejected, time) in lines.iter().zip(refused) {
        assert!(rejected.reason.starts_with(words), "{time}: {}", rejected.reason);
        assert_eq!(rejected.original, Original::Text(of(time).trim_end().to_owned()));
    }
}
