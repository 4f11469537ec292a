//! Reading events from the inputs, one after the other, as streams. It has a thread of its own: reading and unpacking
//! block, and a read of standard input cannot be called off.

use std::{
    io, mem,
    sync::{Arc, atomic::AtomicU64},
    thread,
};

use domain::Dataset;
use formats::{Reader, Record, Rules};
use tokio::sync::mpsc;

use super::{error::PublishError, expect::Expectation, place::Place};
use crate::inputs::{Input, Kind, Start};

/// How much is handed on at once, in events and in bytes.
const CHUNK: usize = 128;
const CHUNK_BYTES: usize = 256 << 10;

/// How many chunks wait for whoever publishes them.
const WAITING: usize = 4;

/// What is to be read.
pub(super) struct Reading {
    pub(super) inputs: Arc<Vec<Input>>,
    pub(super) from: Place,
    pub(super) definition: Option<Dataset>,
    /// Held against what a pipe's header names; files were looked at before.
    pub(super) expectation: Option<Expectation>,
    pub(super) rules: Rules,
    /// Counts the bytes that are read, as they are on the disk.
    pub(super) counter: Arc<AtomicU64>,
}

/// What was read.
#[derive(Debug)]
pub(super) enum Chunk {
    Items(Vec<Item>),
    /// All inputs are read.
    End(Place),
    /// Nothing more can be read.
    Failed(PublishError),
}

/// An event, or what is in the place of one.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) input: usize,
    pub(super) line: u64,
    pub(super) event: Result<String, String>,
    /// The place behind it.
    pub(super) end: Place,
}

/// Reads ahead by a few chunks. The thread ends when all is read, or when nobody takes its chunks any more.
pub(super) fn start(reading: Reading) -> io::Result<mpsc::Receiver<Chunk>> {
    let (chunks, receiver) = mpsc::channel(WAITING);
    thread::Builder::new().name("reader".to_owned()).spawn(move || {
        let end = match reading.read(&chunks) {
            Ok(end) => Chunk::End(end),
            Err(Ended::Failed(error)) => Chunk::Failed(error),
            Err(Ended::Unwanted) => return,
        };
        let _unwanted = chunks.blocking_send(end);
    })?;
    Ok(receiver)
}

enum Ended {
    Failed(PublishError),
    Unwanted,
}

impl From<PublishError> for Ended {
    fn from(error: PublishError) -> Self {
        Self::Failed(error)
    }
}

impl Reading {
    fn read(&self, chunks: &mpsc::Sender<Chunk>) -> Result<Place, Ended> {
        let mut place = self.from;
        while let Some(input) = self.inputs.get(place.input) {
            self.input(input, &mut place, chunks)?;
            let Place { input, events, refused, .. } = place;
            place = Place { input: input + 1, events, refused, ..Place::default() };
        }
        Ok(place)
    }

    /// Reads one input, from the place on.
    fn input(&self, input: &Input, place: &mut Place, chunks: &mpsc::Sender<Chunk>) -> Result<(), Ended> {
        let failed = |source| PublishError::Input { name: input.name.clone(), source };
        let mut chunk = Building::new(chunks, !matches!(input.kind, Kind::File { .. }));
        let mut events = match self.open(input, place)? {
            Ok(events) => events,
            Err(record) => {
                place.refused += 1;
                chunk.push(Item {
                    input: place.input,
                    line: record.line,
                    event: record.event,
                    end: *place,
                })?;
                return chunk.send();
            }
        };
        loop {
            let record = match events.next_event() {
                Ok(Some(record)) => record,
                Ok(None) => return chunk.send(),
                // What was read before is good.
                Err(error) => {
                    chunk.send()?;
                    return Err(failed(error).into());
                }
            };
            match record.event {
                Ok(_) => place.events += 1,
                Err(_) => place.refused += 1,
            }
            let source = events.source();
            *place =
                Place { offset: source.offset(), line: source.line(), within: events.within(), ..*place };
            chunk.push(Item { input: place.input, line: record.line, event: record.event, end: *place })?;
        }
    }

    fn open(&self, input: &Input, place: &Place) -> Result<Result<Reader, Record>, PublishError> {
        let failed = |source| PublishError::Input { name: input.name.clone(), source };
        let is_within = place.offset > 0;
        let counter = if is_within { &Arc::default() } else { &self.counter };
        let mut events = match input.read(counter, self.definition.as_ref(), self.rules)? {
            Ok(events) => events,
            Err(record) => return Ok(Err(record)),
        };
        if let (Some(expectation), Some((_, columns))) = (&self.expectation, events.header())
            && !matches!(input.kind, Kind::File { .. })
        {
            expectation.check_header(&input.name, columns)?;
        }
        if is_within {
            let from = Start { offset: place.offset, line: place.line };
            events.go_on(input.open(Some(from), &self.counter).map_err(failed)?, place.within);
        }
        Ok(Ok(events))
    }
}

/// A chunk that is being filled.
struct Building<'a> {
    chunks: &'a mpsc::Sender<Chunk>,
    /// Whether whoever writes the input may make a pause after any event.
    is_live: bool,
    items: Vec<Item>,
    bytes: usize,
}

impl<'a> Building<'a> {
    fn new(chunks: &'a mpsc::Sender<Chunk>, is_live: bool) -> Self {
        Self { chunks, is_live, items: Vec::new(), bytes: 0 }
    }

    fn push(&mut self, item: Item) -> Result<(), Ended> {
        self.bytes += item.event.as_ref().map_or_else(String::len, String::len);
        self.items.push(item);
        if self.is_live || self.items.len() >= CHUNK || self.bytes >= CHUNK_BYTES {
            self.send()
        } else {
            Ok(())
        }
    }

    fn send(&mut self) -> Result<(), Ended> {
        if self.items.is_empty() {
            return Ok(());
        }
        self.bytes = 0;
        let items = mem::take(&mut self.items);
        self.chunks.blocking_send(Chunk::Items(items)).map_err(|_| Ended::Unwanted)
    }
}

#[cfg(test)]
mod tests;
