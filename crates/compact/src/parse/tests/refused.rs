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
