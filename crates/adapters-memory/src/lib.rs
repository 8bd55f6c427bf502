//! adapters-memory
