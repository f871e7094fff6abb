//! Parses the command line, runs the command, prints what it returns or the chain of what went wrong.

use std::process::ExitCode;

fn main() -> ExitCode {
    ransomtrail::cli::main()
}
