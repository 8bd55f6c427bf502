//! adapters-smtp
