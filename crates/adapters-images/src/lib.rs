//! Pictures that people upload: read with care, and drawn anew.

mod draw;
mod pool;

pub use pool::BoundedPictures;
