use std::io::Cursor;

use anyhow::Context;
use bitcoin::hashes::{Hash, sha256};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg;

use super::text;

/// The PNG's text chunk that holds the SHA-256 of the SVG it was rendered from.
pub const STAMP: &str = "ransomtrail:svg-sha256";
/// PNG pixels for one nominal pixel.
const ZOOM: f32 = 2.0;

/// Renders an SVG of this room at twice its nominal size, with the built-in fonts. The PNG is stamped with the hash of
/// the SVG, so that a picture that no longer fits its SVG is noticed without comparing pixels ([`stamp_of`]).
pub fn render_png(svg: &str) -> anyhow::Result<Vec<u8>> {
    let options = usvg::Options { fontdb: text::fonts(), font_family: "DejaVu Sans".to_owned(), ..Default::default() };
    let tree = usvg::Tree::from_str(svg, &options).context("the chart's SVG cannot be read back")?;
    let size = tree.size().to_int_size().scale_by(ZOOM).context("the chart has no size")?;
    let mut pixels = Pixmap::new(size.width(), size.height()).context("the chart is too large to render")?;
    resvg::render(&tree, Transform::from_scale(ZOOM, ZOOM), &mut pixels.as_mut());

    // The paper is opaque, so that the fourth byte says nothing.
    let mut rgb = Vec::with_capacity(pixels.data().len() / 4 * 3);
    for pixel in pixels.data().chunks_exact(4) {
        rgb.extend_from_slice(&pixel[..3]);
    }
    let mut out = Vec::with_capacity(256 * 1024);
    let mut encoder = png::Encoder::new(&mut out, size.width(), size.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.add_text_chunk(STAMP.to_owned(), hash(svg))?;
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&rgb)?;
    writer.finish()?;
    Ok(out)
}

/// The SHA-256 of the SVG that a PNG says it was rendered from.
pub fn stamp_of(png: &[u8]) -> Option<String> {
    let reader = png::Decoder::new(Cursor::new(png)).read_info().ok()?;
    let chunk = reader.info().uncompressed_latin1_text.iter().find(|chunk| chunk.keyword == STAMP)?;
    Some(chunk.text.clone())
}

/// Whether a PNG was rendered from exactly this SVG.
pub fn is_of(png: &[u8], svg: &str) -> bool {
    stamp_of(png).is_some_and(|stamp| stamp == hash(svg))
}

fn hash(svg: &str) -> String {
    sha256::Hash::hash(svg.as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_png_knows_its_svg() {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"10\"><rect width=\"20\" height=\"10\"/></svg>";
        let png = render_png(svg).unwrap();
        assert!(is_of(&png, svg));
        assert!(!is_of(&png, &svg.replace("20", "21")));
        assert_eq!(stamp_of(b"no picture"), None);
        assert!(render_png("<p>").is_err());
    }
}
