/// A mistake in what the user asked or configured, as against something that went wrong.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);
