//! From the bytes of a stranger to pixels, and from pixels to bytes of ours.
//!
//! The order matters: what kind it is, how many frames, how many pixels, and only then anything that takes memory or time.

use std::io::Cursor;

use domain::account::avatar::{AvatarSize, DrawnAvatar, MAX_FRAMES, MAX_SIDE, UnfitPicture};
use image::codecs::webp::WebPEncoder;
use image::imageops::{FilterType, crop_imm, resize};
use image::metadata::Orientation;
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageFormat, ImageReader, Limits, RgbaImage,
};

/// What a decoder may take: 4096² pixels of four 16-bit channels, and some room to work in.
const MEMORY: u64 = 160 * 1024 * 1024;

/// The kinds that are read.
const KINDS: [ImageFormat; 4] = [
    ImageFormat::Png,
    ImageFormat::Jpeg,
    ImageFormat::WebP,
    ImageFormat::Gif,
];

/// Draws an upload in every size.
pub(crate) fn draw(upload: &[u8]) -> Result<DrawnAvatar, UnfitPicture> {
    let (picture, orientation) = decode(upload)?;
    let square = square(&picture, AvatarSize::Large);
    drop(picture);
    let mut upright = DynamicImage::from(square);
    upright.apply_orientation(orientation);
    let large = upright.into_rgba8();
    let small = resize(
        &large,
        AvatarSize::Small.side(),
        AvatarSize::Small.side(),
        FilterType::CatmullRom,
    );
    Ok(DrawnAvatar {
        large: encode(&large)?,
        small: encode(&small)?,
    })
}

fn unreadable<E>(_: E) -> UnfitPicture {
    UnfitPicture::Unreadable
}

fn decode(upload: &[u8]) -> Result<(RgbaImage, Orientation), UnfitPicture> {
    let kind = image::guess_format(upload).map_err(unreadable)?;
    if !KINDS.contains(&kind) {
        return Err(UnfitPicture::Unreadable);
    }
    if kind == ImageFormat::Gif {
        expect_few_frames(upload)?;
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(upload), kind);
    reader.limits(limits);
    // Reads no further than the header, which says how large the picture is.
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > MAX_SIDE {
        return Err(UnfitPicture::TooLarge);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    // Of an animation, the first picture.
    let picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    Ok((picture.into_rgba8(), orientation))
}

/// Walks over the frames of a GIF without unpacking any.
fn expect_few_frames(upload: &[u8]) -> Result<(), UnfitPicture> {
    let mut options = gif::DecodeOptions::new();
    options.skip_frame_decoding(true);
    let mut frames = options.read_info(upload).map_err(unreadable)?;
    let (width, height) = (u32::from(frames.width()), u32::from(frames.height()));
    if width.max(height) > MAX_SIDE {
        return Err(UnfitPicture::TooLarge);
    }
    let mut count = 0;
    while frames.next_frame_info().map_err(unreadable)?.is_some() {
        count += 1;
        if count > MAX_FRAMES {
            return Err(UnfitPicture::TooManyFrames);
        }
    }
    Ok(())
}

/// The middle of a picture, as a square of this size.
fn square(picture: &RgbaImage, size: AvatarSize) -> RgbaImage {
    let (width, height) = picture.dimensions();
    let edge = width.min(height);
    let (left, top) = ((width - edge) / 2, (height - edge) / 2);
    let middle = crop_imm(picture, left, top, edge, edge);
    resize(&*middle, size.side(), size.side(), FilterType::CatmullRom)
}

/// Nothing but the pixels goes in, so nothing but the pixels comes out.
fn encode(picture: &RgbaImage) -> Result<Vec<u8>, UnfitPicture> {
    let mut bytes = Vec::new();
    WebPEncoder::new_lossless(&mut bytes)
        .encode(
            picture.as_raw(),
            picture.width(),
            picture.height(),
            ExtendedColorType::Rgba8,
        )
        .map_err(unreadable)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
