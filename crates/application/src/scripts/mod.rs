//! Scripts: publishing, reading, changing.
