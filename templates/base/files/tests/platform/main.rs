//! What libraries and listener promise together: handshakes and frames, byte by
//! byte.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends at the first surprise"
)]
#![allow(dead_code, reason = "the other test binary uses the rest of what is shared")]

#[path = "../security/client.rs"]
mod client;
#[path = "../security/harness.rs"]
mod harness;

mod frames;
mod handshakes;
