//! The `palisade` command.

#[cfg(not(unix))]
compile_error!("palisade runs on Linux and macOS; on Windows use it inside WSL");

use std::process::ExitCode;

fn main() -> ExitCode {
    palisade::cli::run(std::env::args_os())
}
