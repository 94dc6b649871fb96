//! Exact decimal numbers.

pub use rust_decimal::Decimal;
