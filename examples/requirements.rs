//! Writes docs/requirements.md: each requirement, and what proves it.
//!
//!     cargo run --example requirements

use std::process::ExitCode;

#[path = "../tests/requirements/page.rs"]
mod page;

fn main() -> ExitCode {
    let written = page::Report::gather().and_then(|report| {
        std::fs::write(page::PATH, report.page()).map_err(|error| error.to_string())
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", page::PATH);
            ExitCode::FAILURE
        }
    }
}
