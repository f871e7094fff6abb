//! What stands around the files of an archive, without the files: enough to tell whether an archive is the one that the program
//! would write, in the memory of its directory.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::rc::Rc;

/// Where a pack is read from.
pub(super) trait Source: Read + Seek {}

impl<T: Read + Seek> Source for T {}

/// Takes what an archive is written to and keeps all but the contents of its files.
#[derive(Debug, Default)]
pub(super) struct Skeleton {
    at: u64,
    end: u64,
    /// What is written is the content of a file, and passed over.
    content: Rc<Cell<bool>>,
    /// Everything else, by its place.
    parts: BTreeMap<u64, Vec<u8>>,
}

impl Skeleton {
    /// To be set while the content of a file is written.
    pub fn content(&self) -> Rc<Cell<bool>> {
        Rc::clone(&self.content)
    }

    /// The length of the archive.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Whether the same stands there.
    pub fn is_in(&self, source: &mut dyn Source) -> io::Result<bool> {
        for (at, expect) in &self.parts {
            source.seek(SeekFrom::Start(*at))?;
            let mut found = Vec::with_capacity(expect.len());
            (&mut *source).take(expect.len() as u64).read_to_end(&mut found)?;
            if found != *expect {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Write for Skeleton {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.content.get() {
            let before = self.parts.range_mut(..=self.at).next_back();
            let within = before.and_then(|(start, part)| {
                let offset = usize::try_from(self.at - start).ok()?;
                (offset <= part.len()).then_some((offset, part))
            });
            match within {
                // What was written before is filled in, or gone on with.
                Some((offset, part)) => {
                    let end = part.len().max(offset + bytes.len());
                    part.resize(end, 0);
                    part[offset..offset + bytes.len()].copy_from_slice(bytes);
                }
                None => drop(self.parts.insert(self.at, bytes.to_vec())),
            }
        }
        self.at += bytes.len() as u64;
        self.end = self.end.max(self.at);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Skeleton {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.end.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
