//! The ZIP around a pack: entries stored, in a fixed order, of a fixed time and with fixed permissions.
//!
//! It is written by a library and read front to back by hand: of all archives only the one that would be written is accepted, so
//! no directory has to be believed, nothing is unpacked, and no more than a file's worth is in memory.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Cursor, Read, SeekFrom, Write};

use anyhow::{Context, Result, bail};
use bitcoin::hashes::{Hash, HashEngine, sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use super::skeleton::{Skeleton, Source};
use crate::domain::format::on_a_line;

/// More files are in no pack: each answer is one, and the largest ledgers have a hundred thousand.
const MOST_FILES: usize = 400_000;
/// The longest name of a file in bytes; an answer is named by 64 digits.
const LONGEST_NAME: usize = 200;
/// Contents are passed on in parts of this size.
const PART: usize = 1 << 16;
/// What stands before each file, and what stands behind the last one.
const LOCAL: &[u8] = b"PK\x03\x04";

/// A file of a pack that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl Entry {
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into() }
    }
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
        .system(System::Unix)
}

/// The archive of these entries, in their order.
pub(super) fn write(entries: &[Entry]) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for Entry { name, bytes } in entries {
        zip.start_file(name.as_str(), options()).with_context(|| name.clone())?;
        zip.write_all(bytes).with_context(|| name.clone())?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Why bytes are no archive of ours, and the file in it that shows it, where it has a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", entry.as_ref().map(|name| format!("{name}: ")).unwrap_or_default())]
pub(super) struct BadArchive {
    pub entry: Option<String>,
    reason: String,
}

impl BadArchive {
    fn new(entry: Option<&str>, reason: impl ToString) -> Self {
        Self { entry: entry.map(on_a_line), reason: on_a_line(&reason.to_string()) }
    }
}

/// A file of a pack that is read.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
    at: u64,
}

/// An archive that was read to its end once. What is in its files is read when it is asked for.
pub(super) struct Archive<'a> {
    source: &'a mut dyn Source,
    /// Its files in order.
    pub files: Vec<Place>,
    by_name: HashMap<String, usize>,
    /// Length of the whole.
    pub length: u64,
    /// Whether the bytes around its files are those that the program writes.
    pub is_ours: bool,
}

impl<'a> Archive<'a> {
    /// SHA-256 and length of whatever it is, and the archive, if it is one.
    pub fn open(source: &'a mut dyn Source) -> (String, u64, Result<Self, BadArchive>) {
        let mut hashing = Hashing { source: &mut *source, engine: sha256::HashEngine::default(), at: 0 };
        let read = walk(&mut BufReader::with_capacity(PART, &mut hashing));
        let rest = io::copy(&mut hashing, &mut io::sink());
        let (sha256, length) = (sha256::Hash::from_engine(hashing.engine).to_string(), hashing.at);
        let open = || -> Result<Self, BadArchive> {
            rest.map_err(|error| BadArchive::new(None, error))?;
            let (files, skeleton) = read?;
            let is_ours =
                skeleton.end() == length && skeleton.is_in(source).map_err(|error| BadArchive::new(None, error))?;
            let by_name = files.iter().enumerate().map(|(at, file)| (file.name.clone(), at)).collect();
            Ok(Self { source, files, by_name, length, is_ours })
        };
        let opened = open();
        (sha256, length, opened)
    }

    /// The file of this name.
    pub fn place(&self, name: &str) -> Option<&Place> {
        self.by_name.get(name).and_then(|at| self.files.get(*at))
    }

    /// Its content from front to back.
    pub fn reader(&mut self, name: &str) -> Result<impl BufRead> {
        let Some((at, bytes)) = self.place(name).map(|place| (place.at, place.bytes)) else {
            bail!("{name} is missing")
        };
        self.source.seek(SeekFrom::Start(at)).with_context(|| name.to_owned())?;
        Ok(BufReader::with_capacity(PART, (&mut *self.source).take(bytes)))
    }

    /// Its content.
    pub fn read(&mut self, name: &str) -> Result<Vec<u8>> {
        let mut content = Vec::new();
        self.reader(name)?.read_to_end(&mut content).with_context(|| name.to_owned())?;
        Ok(content)
    }
}

/// Hashes what is read through it.
struct Hashing<'a> {
    source: &'a mut dyn Source,
    engine: sha256::HashEngine,
    at: u64,
}

impl Read for Hashing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.engine.input(&buffer[..read]);
        self.at += read as u64;
        Ok(read)
    }
}

/// The files from the front to the directory behind them, and what the program would have written around them.
fn walk(reader: &mut impl Read) -> Result<(Vec<Place>, Skeleton), BadArchive> {
    let failed = |error: io::Error| BadArchive::new(None, format!("it ends too early: {error}"));
    let skeleton = Skeleton::default();
    let content = skeleton.content();
    let mut zip = ZipWriter::new(skeleton);
    let (mut files, mut at): (Vec<Place>, u64) = (Vec::new(), 0);
    loop {
        let mut head = [0; 30];
        let (signature, fields) = head.split_at_mut(LOCAL.len());
        reader.read_exact(signature).map_err(failed)?;
        if signature != LOCAL {
            break;
        }
        reader.read_exact(fields).map_err(failed)?;
        let u16_at = |n: usize| usize::from(u16::from_le_bytes([head[n], head[n + 1]]));
        let u32_at = |n: usize| u64::from(u32::from_le_bytes([head[n], head[n + 1], head[n + 2], head[n + 3]]));
        let (method, packed, bytes, name_length, extra) = (u16_at(8), u32_at(18), u32_at(22), u16_at(26), u16_at(28));
        if files.len() >= MOST_FILES || name_length > LONGEST_NAME {
            return Err(BadArchive::new(
                None,
                format!("more than {MOST_FILES} files, or names above {LONGEST_NAME} bytes"),
            ));
        }
        let mut name = vec![0; name_length];
        reader.read_exact(&mut name).map_err(failed)?;
        let name = String::from_utf8(name)
            .map_err(|_| BadArchive::new(None, format!("file {} has no name in UTF-8", files.len())))?;
        let bad = |reason: &str| BadArchive::new(Some(&name), reason);
        if method != 0 || packed != bytes || extra != 0 {
            return Err(bad("is compressed or has further fields, and no file of a pack has"));
        }
        zip.start_file(name.as_str(), options()).map_err(|error| bad(&error.to_string()))?;
        at += 30 + name_length as u64;
        content.set(true);
        let (mut engine, mut left, mut part) = (sha256::HashEngine::default(), bytes, [0; PART]);
        while left > 0 {
            let part = &mut part[..usize::try_from(left).unwrap_or(PART).min(PART)];
            reader.read_exact(part).map_err(|_| bad("is longer than the archive can hold"))?;
            engine.input(part);
            zip.write_all(part).map_err(|error| bad(&error.to_string()))?;
            left -= part.len() as u64;
        }
        content.set(false);
        let sha256 = sha256::Hash::from_engine(engine).to_string();
        files.push(Place { name, bytes, sha256, at });
        at += bytes;
    }
    if files.is_empty() {
        return Err(BadArchive::new(None, "not a ZIP that can be read"));
    }
    let skeleton = zip.finish().map_err(|error| BadArchive::new(None, error))?;
    Ok((files, skeleton))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::sha256;

    fn two() -> Vec<Entry> {
        vec![Entry::new("README.txt", "hello\n"), Entry::new("ledger/none.jsonl", "")]
    }

    /// Its entries, and whether the bytes around them are ours.
    fn read(bytes: &[u8]) -> Result<(Vec<Entry>, bool), BadArchive> {
        let mut source = Cursor::new(bytes);
        let (hash, length, archive) = Archive::open(&mut source);
        assert_eq!((hash, length), (sha256(bytes), bytes.len() as u64));
        let mut archive = archive?;
        let names: Vec<String> = archive.files.iter().map(|place| place.name.clone()).collect();
        let entries = names.iter().map(|name| {
            let content = archive.read(name).unwrap();
            assert_eq!(sha256(&content), archive.place(name).unwrap().sha256);
            Entry::new(name.as_str(), content)
        });
        Ok((entries.collect(), archive.is_ours))
    }

    #[test]
    fn an_archive_is_these_very_bytes() {
        let bytes = write(&two()).unwrap();
        assert_eq!(read(&bytes).unwrap(), (two(), true));
        // Packs of today must be rebuilt alike by the program of tomorrow, whatever library writes them.
        assert_eq!(
            (bytes.len(), sha256(&bytes).as_str()),
            (234, "d96a7c08a4e734dbdd27e72b94bbd1f2f89026c7a3ffba1c6a20dee42a414d5b")
        );
        // Contents larger than the parts they are read in, and so many that the directory is of the larger kind.
        let large = vec![Entry::new("a", vec![7; 3 * PART + 5]), Entry::new("b", vec![8; PART])];
        assert_eq!(read(&write(&large).unwrap()).unwrap(), (large, true));
        let many: Vec<Entry> = (0..70_000).map(|n| Entry::new(format!("answers/{n:05}"), "")).collect();
        assert_eq!(read(&write(&many).unwrap()).unwrap(), (many, true));
    }

    #[test]
    fn what_is_no_such_archive_is_refused() {
        let whole = write(&two()).unwrap();
        assert!(read(b"").is_err() && read(b"PK").is_err() && read(b"hello, world").is_err());
        // Every byte counts: one changed is another file, another archive, or none.
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            let same = read(&damaged).is_ok_and(|(entries, is_ours)| is_ours && entries == two());
            assert!(!same, "byte {at}");
            assert!(!read(&whole[..at]).is_ok_and(|(_, is_ours)| is_ours), "cut off at {at}");
        }
        assert!(!read(&[whole.as_slice(), b"!"].concat()).unwrap().1);
        let twice = [whole.clone(), whole].concat();
        assert!(!read(&twice).is_ok_and(|(_, is_ours)| is_ours));
    }
}
