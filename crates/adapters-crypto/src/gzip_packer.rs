//! Content as it is stored: digested and compressed.

use std::io::{Read, Write};

use async_trait::async_trait;
use aws_lc_rs::digest;
use domain::outage::{BoxError, Outage};
use domain::port::content_packer::ContentPacker;
use domain::script::content::{PackedContent, Sha256, SourceText};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// Packs on the blocking threads of the runtime, since a megabyte takes milliseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct GzipPacker;

#[async_trait]
impl ContentPacker for GzipPacker {
    async fn pack(&self, text: SourceText) -> Result<PackedContent, Outage> {
        tokio::task::spawn_blocking(move || pack(text.as_str().as_bytes()))
            .await
            .map_err(|error| inconsistent(&error))?
            .map_err(|error| inconsistent(&*error))
    }

    async fn unpack(&self, content: &PackedContent) -> Result<Vec<u8>, Outage> {
        let content = content.clone();
        tokio::task::spawn_blocking(move || unpack(&content))
            .await
            .map_err(|error| inconsistent(&error))?
            .map_err(|error| inconsistent(&*error))
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

    #[tokio::test]
    async fn a_text_comes_back_byte_for_byte() {
        for original in [
            "print(1)",
            "\u{feff}é\r\n\ttab",
            &"local x = 1\n".repeat(9_000),
        ] {
            let packed = GzipPacker.pack(text(original)).await.unwrap();
            assert_eq!(
                GzipPacker.unpack(&packed).await.unwrap(),
                original.as_bytes()
            );
            assert_eq!(usize::try_from(packed.size).unwrap(), original.len());
        }
    }

    #[tokio::test]
    async fn equal_texts_pack_equally() {
        let (one, two) = (
            GzipPacker.pack(text("a")).await,
            GzipPacker.pack(text("a")).await,
        );
        assert_eq!(one.unwrap(), two.unwrap());
    }

    #[tokio::test]
    async fn damaged_content_is_an_inconsistency_and_never_served() {
        let mut packed = GzipPacker.pack(text("print(1)")).await.unwrap();
        packed.sha256 = Sha256::new([0; 32]);
        let outcome = GzipPacker.unpack(&packed).await;
        assert!(matches!(outcome, Err(Outage::Inconsistent { .. })));
        packed.gzip.truncate(5);
        assert!(GzipPacker.unpack(&packed).await.is_err());
    }

    #[tokio::test]
    async fn a_bomb_is_not_unpacked_beyond_its_size() {
        let mut bomb = GzipPacker.pack(text(&"0".repeat(1 << 20))).await.unwrap();
        bomb.size = 10;
        assert!(GzipPacker.unpack(&bomb).await.is_err());
    }
}
