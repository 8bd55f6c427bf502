//! Content as it is stored: digested and compressed.

use std::io::{Read, Write};
use std::num::NonZeroUsize;
use std::sync::Arc;

use async_trait::async_trait;
use aws_lc_rs::digest;
use domain::outage::{BoxError, Outage};
use domain::port::content_packer::ContentPacker;
use domain::script::content::{PackedContent, Sha256, SourceText};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use tokio::sync::Semaphore;

/// A text up to this size is packed where the request runs: it takes less than half a millisecond, and moving it to another
/// thread takes its time, too.
const SMALL_BYTES: usize = 16 * 1024;

/// Packs and unpacks. A megabyte takes milliseconds, so what is not small goes to the blocking threads of the runtime, a few
/// at a time: each thread that has compressed keeps its memory.
#[derive(Debug, Clone)]
pub struct GzipPacker {
    turns: Arc<Semaphore>,
}

impl GzipPacker {
    /// Works on at most this many larger texts at once.
    #[must_use]
    pub fn new(at_once: NonZeroUsize) -> Self {
        Self {
            turns: Arc::new(Semaphore::new(at_once.get())),
        }
    }

    async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, BoxError> + Send + 'static,
    ) -> Result<T, Outage> {
        let turn = Arc::clone(&self.turns).acquire_owned();
        let turn = turn.await.map_err(|error| inconsistent(&error))?;
        let work = move || {
            // Work goes on when its request is given up, so it is the work that holds the turn.
            let _turn = turn;
            work()
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| inconsistent(&error))?
            .map_err(|error| inconsistent(&*error))
    }
}

#[async_trait]
impl ContentPacker for GzipPacker {
    async fn pack(&self, text: SourceText) -> Result<PackedContent, Outage> {
        if text.as_str().len() <= SMALL_BYTES {
            return pack(text.as_str().as_bytes()).map_err(|error| inconsistent(&*error));
        }
        self.aside(move || pack(text.as_str().as_bytes())).await
    }

    async fn unpack(&self, content: &PackedContent) -> Result<Vec<u8>, Outage> {
        if usize::try_from(content.size).is_ok_and(|size| size <= SMALL_BYTES) {
            return unpack(content).map_err(|error| inconsistent(&*error));
        }
        let content = content.clone();
        self.aside(move || unpack(&content)).await
    }
}

fn inconsistent(error: &(impl std::fmt::Display + ?Sized)) -> Outage {
    Outage::Inconsistent {
        what: "script_blobs.gzip",
        detail: error.to_string(),
    }
}

fn pack(text: &[u8]) -> Result<PackedContent, BoxError> {
    // Level 6 is the knee of the curve for source code; the header holds no time, so equal texts pack equally.
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 3 + 64), Compression::new(6));
    encoder.write_all(text)?;
    let gzip = encoder.finish()?;
    Ok(PackedContent {
        sha256: sha256(text),
        size: u32::try_from(text.len())?,
        gzip_sha256: sha256(&gzip),
        gzip,
    })
}

fn unpack(content: &PackedContent) -> Result<Vec<u8>, BoxError> {
    let mut text = Vec::with_capacity(usize::try_from(content.size)?);
    // One byte more than it should be shows a longer one; what is longer still is not unpacked.
    GzDecoder::new(content.gzip.as_slice())
        .take(u64::from(content.size) + 1)
        .read_to_end(&mut text)?;
    if sha256(&text) != content.sha256 {
        return Err(format!("{} is not what it was", content.sha256).into());
    }
    Ok(text)
}

fn sha256(bytes: &[u8]) -> Sha256 {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    Sha256::new(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> SourceText {
        SourceText::parse(text.to_owned(), 1 << 20).unwrap()
    }

    fn packer() -> GzipPacker {
        GzipPacker::new(NonZeroUsize::MIN)
    }

    #[tokio::test]
    async fn a_text_comes_back_byte_for_byte() {
        for original in [
            "print(1)",
            "\u{feff}é\r\n\ttab",
            &"local x = 1\n".repeat(9_000),
        ] {
            let packed = packer().pack(text(original)).await.unwrap();
            assert_eq!(packer().unpack(&packed).await.unwrap(), original.as_bytes());
            assert_eq!(usize::try_from(packed.size).unwrap(), original.len());
        }
    }

    #[tokio::test]
    async fn equal_texts_pack_equally() {
        let (one, two) = (
            packer().pack(text("a")).await,
            packer().pack(text("a")).await,
        );
        assert_eq!(one.unwrap(), two.unwrap());
    }

    #[tokio::test]
    async fn damaged_content_is_an_inconsistency_and_never_served() {
        let mut packed = packer().pack(text("print(1)")).await.unwrap();
        packed.sha256 = Sha256::new([0; 32]);
        let outcome = packer().unpack(&packed).await;
        assert!(matches!(outcome, Err(Outage::Inconsistent { .. })));
        packed.gzip.truncate(5);
        assert!(packer().unpack(&packed).await.is_err());
    }

    #[tokio::test]
    async fn a_bomb_is_not_unpacked_beyond_its_size() {
        let mut bomb = packer().pack(text(&"0".repeat(1 << 20))).await.unwrap();
        bomb.size = 10;
        assert!(packer().unpack(&bomb).await.is_err());
    }
}
