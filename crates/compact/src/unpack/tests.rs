use std::io::Write;

use domain::drawn::Random;

use super::*;

/// The lines with their numbers, the bytes of all, and the number of the line at which damage begins.
type Found = (Vec<(usize, Vec<u8>)>, u64, Option<usize>);

impl Unpacker {
    /// To the end.
    fn unpack(&mut self, packed: &[u8], mut each: impl FnMut(usize, &[u8], Option<&str>)) -> Unpacked {
        self.unpack_while(packed, |number, line, text| {
            each(number, line, text);
            true
        })
    }
}

/// Line by line, as the standard library reads it.
fn plain(packed: &[u8]) -> Found {
    let (mut found, mut bytes) = (Vec::new(), 0);
    let mut reader = BufReader::new(zstd::Decoder::new(packed).unwrap());
    for number in 0.. {
        let mut line = Vec::new();
        match reader.read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(read) => bytes += read as u64,
            Err(_) => return (found, bytes, Some(number)),
        }
        if line.ends_with(b"\n") {
            line.pop();
        }
        if !line.is_empty() {
            found.push((number, line));
        }
    }
    (found, bytes, None)
}

fn unpacked(unpacker: &mut Unpacker, packed: &[u8]) -> Found {
    let mut found = Vec::new();
    let Unpacked { bytes, damage } = unpacker.unpack(packed, |number, line, text| {
        assert!(text.is_none_or(|text| text.as_bytes() == line));
        found.push((number, line.to_vec()));
    });
    (found, bytes, damage.map(|(number, _)| number))
}

/// Lines of any length, some of them empty, some longer than the buffer; with and without an end of the last one.
fn text(random: &mut Random) -> Vec<u8> {
    let mut text = Vec::new();
    for _ in 0..random.below(300) {
        let length = match random.below(40) {
            0 => random.below(3 * LEAST),
            1..10 => 0,
            _ => random.below(2_000),
        };
        text.extend((0..length).map(|_| b'a' + random.below(26) as u8));
        text.push(b'\n');
    }
    if random.chance(500) {
        text.pop();
    }
    text
}

/// With the size in its head, without it, or in several frames.
fn packed(text: &[u8], random: &mut Random) -> Vec<u8> {
    let stream = |text: &[u8]| {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.include_checksum(true).unwrap();
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    };
    match random.below(3) {
        0 => zstd::bulk::compress(text, 1).unwrap(),
        1 => stream(text),
        _ => {
            let (one, other) = text.split_at(random.below(text.len() + 1));
            [stream(one), zstd::bulk::compress(other, 1).unwrap()].concat()
        }
    }
}

#[test]
fn objects_are_unpacked_as_the_standard_library_reads_them_one_after_the_other() {
    let mut random = Random::new(21);
    for most in [0, 1 << 20, 8 << 20] {
        let mut unpacker = Unpacker::new(most).unwrap();
        for run in 0..40 {
            let text = text(&mut random);
            let packed = packed(&text, &mut random);
            assert!(unpacked(&mut unpacker, &packed) == plain(&packed), "run {run}, at most {most}");
        }
    }
}

#[test]
fn a_long_line_keeps_no_memory_behind_its_object() {
    let text = format!("short\n{}\nshort", "x".repeat(9 * LEAST)).into_bytes();
    let (mut random, mut unpacker) = (Random::new(23), Unpacker::new(2 * LEAST).unwrap());
    for _ in 0..6 {
        let packed = packed(&text, &mut random);
        assert!(unpacked(&mut unpacker, &packed) == plain(&packed));
        assert!(unpacker.buffer.capacity() <= 2 * LEAST, "{} bytes", unpacker.buffer.capacity());
    }
}

/// As many lines as before at the least, and none that is not in the text.
#[test]
fn what_comes_before_the_damage_is_kept_and_the_next_object_is_read() {
    let mut random = Random::new(22);
    let (mut unpacker, mut damaged) = (Unpacker::new(1 << 20).unwrap(), 0);
    for run in 0..120 {
        let text = text(&mut random);
        let mut packed = packed(&text, &mut random);
        let at = random.below(packed.len());
        match random.below(3) {
            0 => packed.truncate(at),
            1 => packed[at] ^= 1 << random.below(8),
            _ => packed.extend(b"what is no frame"),
        }
        let (found, bytes, end) = unpacked(&mut unpacker, &packed);
        let (least, least_bytes, least_end) = plain(&packed);
        assert_eq!(end.is_some(), least_end.is_some(), "run {run}");
        assert!(found.len() >= least.len() && found[..least.len()] == least[..], "run {run}");
        assert!(bytes >= least_bytes && end >= least_end, "run {run}");
        damaged += usize::from(end.is_some());
    }
    assert!(damaged > 60, "{damaged} damaged objects: too few to say anything");
    let good = zstd::bulk::compress(b"one\n\ntwo", 1).unwrap();
    let lines = vec![(0, b"one".to_vec()), (2, b"two".to_vec())];
    assert_eq!(unpacked(&mut unpacker, &good), (lines, 8, None));
    assert_eq!(unpacked(&mut unpacker, b""), (Vec::new(), 0, Some(0)));
}

/// However the object is packed, and whatever fits into the buffer: an object is judged alike on every machine.
#[test]
fn a_line_that_is_longer_than_ingest_writes_any_is_damage() {
    let mut random = Random::new(24);
    for most in [0, 2 * MAX_LINE] {
        let mut unpacker = Unpacker::new(most).unwrap();
        for (length, is_damage) in [(MAX_LINE, false), (MAX_LINE + 1, true), (2 * MAX_LINE, true)] {
            for end in ["", "\n", "\n\nafter\n"] {
                let long = "x".repeat(length);
                let packed = packed(format!("before\n{long}{end}").as_bytes(), &mut random);
                let (found, bytes, damage) = unpacked(&mut unpacker, &packed);
                let context = format!("{length} bytes before {end:?}, at most {most}");
                assert_eq!(damage, is_damage.then_some(1), "{context}");
                assert!(found[0] == (0, b"before".to_vec()), "{context}");
                if is_damage {
                    assert_eq!((found.len(), bytes), (1, 7), "{context}");
                } else {
                    assert!(found[1] == (1, long.into_bytes()), "{context}");
                    assert_eq!(bytes, (7 + length + end.len()) as u64, "{context}");
                }
                assert!(unpacker.buffer.len() <= most.max(LEAST), "{context}");
            }
        }
    }
    let good = zstd::bulk::compress(b"one", 1).unwrap();
    let mut unpacker = Unpacker::new(0).unwrap();
    let bomb = packed(&vec![b'x'; 4 * MAX_LINE], &mut random);
    let damage = unpacker.unpack(&bomb, |_, _, _| {}).damage.unwrap();
    assert!(damage.1.to_string().contains("longer than ingest writes"), "{}", damage.1);
    assert_eq!(unpacked(&mut unpacker, &good), (vec![(0, b"one".to_vec())], 3, None));
}

/// Of lines that are UTF-8 it is known, but for those that are near to one that is not, and for a last one without an end.
#[test]
fn lines_are_known_to_be_text_wherever_they_are() {
    let (mut unpacker, mut random) = (Unpacker::new(1 << 20).unwrap(), Random::new(22));
    let (mut known, mut broken) = (0, 0);
    for run in 0..60 {
        let (count, permille) = (random.below(3_000), [0, 0, 1, 20][random.below(4)]);
        let lines = (0..count).map(|_| match random.chance(permille) {
            // Cut within a character, alone, and one that goes on behind the line's end.
            true => [&b"\xc3"[..], b"a\xff", b"\xf0\x9f\x98"][random.below(3)].to_vec(),
            false => ["é", "plain", "美咲😀", "x"][random.below(4)].repeat(1 + random.below(40)).into_bytes(),
        });
        let lines: Vec<Vec<u8>> = lines.collect();
        let packed = zstd::bulk::compress(&[lines.join(&b'\n'), b"\n".to_vec()].concat(), 1).unwrap();
        let is_text = lines.iter().all(|line| std::str::from_utf8(line).is_ok());
        let unpacked = unpacker.unpack(&packed, |number, line, text| {
            assert_eq!(line, lines[number], "run {run}");
            match text {
                Some(text) => assert_eq!(text.as_bytes(), line, "run {run}"),
                None => assert!(!is_text, "run {run}, line {number}"),
            }
            known += usize::from(text.is_some());
            broken += usize::from(text.is_none());
        });
        assert!(unpacked.damage.is_none());
    }
    assert!(known > 10_000 && broken > 1_000, "{known} known, {broken} not");
}

/// A few KB of zstd can hold lines for hours of work. Damage is none of what is not wanted.
#[test]
fn nothing_is_read_behind_the_last_line_that_is_wanted() {
    let text = "line\n\n".repeat(500_000);
    let packed = zstd::bulk::compress(text.as_bytes(), 1).unwrap();
    // What is cut off takes the last block with it, and the lines in there.
    let all: &[usize] = &[0];
    for (most, wanted, cuts) in [
        (LEAST, 1, &[0, 1][..]),
        (LEAST, 70_000, &[0, 1]),
        (1 << 20, 70_000, &[0, 1]),
        (1 << 20, 499_999, all),
        (1 << 20, 500_000, all),
    ] {
        for &cut in cuts {
            let (mut unpacker, mut seen) = (Unpacker::new(most).unwrap(), 0);
            let packed = &packed[..packed.len() - cut];
            let found = unpacker.unpack_while(packed, |_, _, _| {
                seen += 1;
                seen < wanted
            });
            assert_eq!(seen, wanted, "of {most} bytes at once, {cut} cut off");
            assert_eq!((found.bytes, found.damage.is_none()), (wanted * 6 - 1, true));
            // What was left in the buffer is not of the next object.
            let good = zstd::bulk::compress(b"one", 1).unwrap();
            assert_eq!(unpacked(&mut unpacker, &good), (vec![(0, b"one".to_vec())], 3, None));
        }
    }
}

/// Whatever stands behind the lines of an object, they are the same, fast and slowly.
#[test]
fn a_trailer_is_no_part_of_the_lines() {
    use domain::landing::{Carried, MessageMark, Trailer};

    let mut random = Random::new(21);
    for round in 0..60 {
        let text = text(&mut random);
        let carried =
            |n: usize| Carried { message: MessageMark::of(&n.to_string()), sent_at: Default::default() };
        let messages = (0..random.below(2_000)).map(carried).collect();
        let trailer = Trailer { ingested_at: Default::default(), messages, traces: Vec::new() };
        let bare = zstd::bulk::compress(&text, 1).unwrap();
        let mut packed = bare.clone();
        trailer.write(&mut packed);
        assert_eq!(Trailer::read(&packed).as_ref(), Some(&trailer), "{round}");
        let mut unpacker = Unpacker::new(LEAST).unwrap();
        assert!(unpacked(&mut unpacker, &packed) == plain(&bare), "{round}");
        assert!(plain(&packed) == plain(&bare), "{round}");
        if text.ends_with(b"\n") {
            // A trailer that is cut off does not take lines with it.
            let cut = packed.len() - 1;
            assert!(unpacked(&mut unpacker, &packed[..cut]).0 == plain(&bare).0, "{round}");
        }
    }
}
