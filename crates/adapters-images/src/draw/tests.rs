use super::*;
use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::{Frame, GenericImageView, ImageEncoder, Rgba};
use std::time::{Duration, Instant};

/// Red on the left, blue on the right.
fn flag(width: u32, height: u32) -> RgbaImage {
    RgbaImage::from_fn(width, height, |x, _| {
        if x < width / 2 {
            Rgba([255, 0, 0, 255])
        } else {
            Rgba([0, 0, 255, 255])
        }
    })
}

fn written(kind: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = DynamicImage::from(flag(300, 200)).into_rgb8();
    picture.write_to(&mut bytes, kind).unwrap();
    bytes.into_inner()
}

/// What Exif says, in a JPEG: a quarter turn, and where the picture was taken.
fn with_exif(orientation: u8) -> Vec<u8> {
    let gps = b"GPS 51.5007 N 0.1246 W";
    let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x02".to_vec();
    tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    let (length, place) = (u32::try_from(gps.len()).unwrap(), 8 + 2 + 24 + 4_u32);
    tiff.extend([0x01, 0x0e, 0, 2]);
    tiff.extend(length.to_be_bytes());
    tiff.extend(place.to_be_bytes());
    tiff.extend([0; 4]);
    tiff.extend(gps);
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 100);
    encoder.set_exif_metadata(tiff).unwrap();
    let picture = DynamicImage::from(flag(300, 200)).into_rgb8();
    encoder.encode_image(&picture).unwrap();
    assert!(contains(&bytes, gps));
    bytes
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The header of a PNG of so many pixels, and some of its data.
fn png_of(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgba);
    let mut writer = encoder.write_header().unwrap();
    let data = vec![0_u8; 30_000];
    writer.write_chunk(png::chunk::IDAT, &data).unwrap();
    drop(writer);
    bytes
}

fn gif_of(frames: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, 30);
    for _ in 0..frames {
        encoder.encode_frame(Frame::new(flag(4, 4))).unwrap();
    }
    drop(encoder);
    bytes
}

fn read(webp: &[u8]) -> DynamicImage {
    assert_eq!(image::guess_format(webp).unwrap(), ImageFormat::WebP);
    image::load_from_memory_with_format(webp, ImageFormat::WebP).unwrap()
}

fn is_red(picture: &DynamicImage, x: u32, y: u32) -> bool {
    let Rgba([red, _, blue, _]) = picture.get_pixel(x, y);
    red > 200 && blue < 60
}

#[test]
fn every_kind_is_drawn_as_two_squares() {
    for kind in KINDS {
        let drawn = draw(&written(kind)).unwrap();
        for (bytes, side) in [(&drawn.large, 256), (&drawn.small, 64)] {
            let picture = read(bytes);
            assert_eq!(picture.dimensions(), (side, side), "{kind:?}");
            assert!(is_red(&picture, 1, side / 2), "{kind:?}");
            assert!(!is_red(&picture, side - 2, side / 2), "{kind:?}");
        }
    }
}

#[test]
fn a_picture_stands_upright_and_tells_no_more_than_what_is_seen() {
    for (orientation, red) in [
        (1, (1, 128)),
        (3, (254, 128)),
        (6, (128, 1)),
        (8, (128, 254)),
    ] {
        let drawn = draw(&with_exif(orientation)).unwrap();
        let picture = read(&drawn.large);
        assert!(is_red(&picture, red.0, red.1), "{orientation}");
        for bytes in [&drawn.large, &drawn.small] {
            for part in [&b"GPS"[..], b"Exif", b"EXIF", b"XMP "] {
                assert!(!contains(bytes, part), "{orientation}");
            }
        }
    }
}

#[test]
fn what_is_behind_a_picture_is_gone() {
    let mut bytes = written(ImageFormat::Png);
    bytes.extend(b"PK\x03\x04 evil.js <script>alert(1)</script>");
    let drawn = draw(&bytes).unwrap();
    assert!(!contains(&drawn.large, b"PK\x03\x04") && !contains(&drawn.large, b"<script>"));
}

#[test]
fn what_is_no_picture_is_refused_whatever_it_says() {
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    let mut cut = written(ImageFormat::Jpeg);
    cut.truncate(60);
    let mut bmp = b"BM".to_vec();
    bmp.extend([0; 100]);
    for bytes in [
        &b""[..],
        svg,
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"PK\x03\x04",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"RIFF\0\0\0\0WEBP",
        b"RIFF\0\0\0\0WEBPVP8 ",
        &cut,
        &bmp,
    ] {
        assert_eq!(draw(bytes), Err(UnfitPicture::Unreadable), "{bytes:?}");
    }
}

#[test]
fn a_bomb_is_known_by_its_header() {
    let begun = Instant::now();
    for (width, height) in [(50_000, 50_000), (4097, 1), (1, 4097), (u32::MAX >> 1, 1)] {
        let refused = draw(&png_of(width, height));
        assert!(
            matches!(
                refused,
                Err(UnfitPicture::TooLarge | UnfitPicture::Unreadable)
            ),
            "{width} × {height}"
        );
    }
    assert_eq!(draw(&png_of(50_000, 50_000)), Err(UnfitPicture::TooLarge));
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[test]
fn of_an_animation_the_first_picture_is_kept_and_a_film_is_refused() {
    assert!(draw(&gif_of(3)).is_ok());
    let film = gif_of(2000);
    let begun = Instant::now();
    assert_eq!(draw(&film), Err(UnfitPicture::TooManyFrames));
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[test]
fn the_largest_picture_fits() {
    let mut bytes = Cursor::new(Vec::new());
    let picture = RgbaImage::from_pixel(MAX_SIDE, MAX_SIDE, Rgba([255, 0, 0, 255]));
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    let drawn = draw(&bytes.into_inner()).unwrap();
    assert!(is_red(&read(&drawn.large), 128, 128));
}

#[test]
fn noise_is_refused_or_drawn_and_breaks_nothing() {
    let original = written(ImageFormat::Jpeg);
    for kind in KINDS {
        let bytes = written(kind);
        for place in (0..bytes.len()).step_by(bytes.len() / 40 + 1) {
            let mut noisy = bytes.clone();
            noisy[place] ^= 0xff;
            drop(draw(&noisy));
            drop(draw(&noisy[..place]));
        }
    }
    assert!(draw(&original).is_ok());
}
