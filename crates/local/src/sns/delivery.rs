use futures::future::BoxFuture;

use super::SnsMessage;

/// Takes the messages of the topic to whoever is subscribed.
pub trait Delivery: Send + Sync + 'static {
    /// Comes back with `Ok` only when everything in the message is durable. Called concurrently, so that many
    /// messages may share a batch.
    fn deliver(&self, message: SnsMessage) -> BoxFuture<'static, Result<(), DeliveryError>>;
}

/// The message is not, or not surely, delivered: its publisher gets an error and publishes again.
#[derive(Debug, thiserror::Error)]
#[error("the message could not be delivered")]
pub struct DeliveryError(#[source] pub Box<dyn std::error::Error + Send + Sync + 'static>);
