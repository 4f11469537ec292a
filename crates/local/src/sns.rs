//! SNS, Query protocol, version 2010-03-31: publishing to the lake's one topic.
//!
//! A publish answers when its message is delivered, and not before: what "delivered" means is [`Delivery`]'s.

mod delivery;
mod entry;
mod limits;
mod message;
mod request;
mod service;
mod subscriptions;

pub use delivery::{Delivery, DeliveryError};
pub use message::{AttributeValue, SnsMessage};
pub(crate) use service::{NAMESPACE, Sns, VERSION};
