//! The API as a standing process.

use std::process::ExitCode;

use server::{Request, ServerError};

#[tokio::main]
async fn main() -> ExitCode {
    match Request::parse(std::env::args().skip(1)) {
        Ok(Request::Version) => {
            println!("{} server {}", domain::version::PRODUCT, domain::version::described());
            ExitCode::SUCCESS
        }
        Ok(Request::Help) => {
            println!("{}", server::USAGE);
            ExitCode::SUCCESS
        }
        Ok(Request::Serve) => match server::run().await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&error),
        },
        Err(error) => failed(&error),
    }
}

fn failed(error: &ServerError) -> ExitCode {
    // Logging is set up by the settings, so this may be before there is any.
    eprintln!("server cannot start: {}", domain::chain(error));
    error.exit_code()
}
