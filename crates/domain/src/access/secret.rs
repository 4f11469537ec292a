//! A key as its owner has it: `trib_<id>_<secret><check>`, 70 characters, of which a scanner for leaked secrets
//! knows `trib_[0-9a-z]{8}_[0-9a-z]{56}`.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{
    base32,
    key_id::{self, KeyId},
    port::{Entropy, Source},
};

const PREFIX: &str = "trib_";
/// In bytes: 52 digits.
const SECRET: usize = 32;
const SECRET_DIGITS: usize = 52;
/// 20 bits: of a million typing errors one is not seen.
const CHECK_DIGITS: usize = 4;

/// A key with its secret. It is not shown but by [`Secret::reveal`], and not kept.
#[derive(Clone)]
pub struct Secret {
    id: KeyId,
    bytes: [u8; SECRET],
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The text is no key. It follows from the text alone, so to say it tells nobody anything. The text is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MalformedSecret {
    /// It has another form.
    #[error("it is no API key of this lake: those begin with trib_ and have 70 characters")]
    Form,
    /// It has the form, and a character that is not what it was.
    #[error("there is a typing error in the API key: copy the whole of it again")]
    Check,
}

/// The id that a text of the form of a key claims, be it a key or not. `None` for a text of another form, whose parts
/// may be anything. The log may name it: it is no secret.
pub fn claimed_id(text: &str) -> Option<KeyId> {
    KeyId::new(parts(text)?.0).ok()
}

/// The id, and the secret with its check, of a text of the form of a key.
fn parts(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix(PREFIX)
        .and_then(|rest| rest.split_once('_'))
        .filter(|(id, rest)| id.len() == key_id::DIGITS && rest.len() == SECRET_DIGITS + CHECK_DIGITS)
        .filter(|(id, rest)| base32::is_digits(id) && base32::is_digits(rest))
}

impl Secret {
    /// A new key, of as much randomness as it has bits.
    pub fn new(entropy: &impl Entropy) -> Result<Self, Source> {
        let mut random = [0; key_id::BYTES + SECRET];
        entropy.fill(&mut random)?;
        let (id, secret) = random.split_at(key_id::BYTES);
        let (mut own, mut bytes) = ([0; key_id::BYTES], [0; SECRET]);
        own.copy_from_slice(id);
        bytes.copy_from_slice(secret);
        Ok(Self { id: KeyId::of(own), bytes })
    }

    /// Reads a key as its owner sends it. Of a text of any length, only as much is looked at as a key has.
    pub fn parse(text: &str) -> Result<Self, MalformedSecret> {
        let (id, rest) = parts(text).ok_or(MalformedSecret::Form)?;
        let (secret, check) = rest.split_at(SECRET_DIGITS);
        let bytes = base32::decode(secret).ok_or(MalformedSecret::Check)?;
        let id = KeyId::new(id).map_err(|_| MalformedSecret::Form)?;
        let parsed = Self { id, bytes };
        if parsed.check() == check { Ok(parsed) } else { Err(MalformedSecret::Check) }
    }

    /// The whole key, for its owner: to be shown once.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}_{}{}", self.id, base32::encode(&self.bytes), self.check())
    }

    /// Its public part.
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// What is stored of it: the hash holds the id too, so that no key is another one's under a changed id.
    pub fn hash(&self) -> SecretHash {
        SecretHash(self.digest("tributary api key"))
    }

    fn check(&self) -> String {
        let mut text = base32::encode(&self.digest("tributary api key check")[..3]);
        text.truncate(CHECK_DIGITS);
        text
    }

    /// Of a purpose, so that the check says nothing of the hash.
    fn digest(&self, purpose: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(purpose);
        hash.update([0]);
        hash.update(self.id.as_str());
        hash.update(self.bytes);
        hash.finalize().into()
    }
}

/// The SHA-256 of a key, in hexadecimal where it is stored. Compared in constant time only.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SecretHash([u8; 32]);

impl PartialEq for SecretHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretHash {}

impl SecretHash {
    /// The hash of nothing: what a key that does not exist is compared with, so that it takes as long.
    pub fn none() -> Self {
        Self([0; 32])
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash")
    }
}

/// The text is no hash.
#[derive(Debug, thiserror::Error)]
#[error("the hash of a key has 64 hexadecimal digits, in lower case")]
pub struct InvalidHash;

impl TryFrom<String> for SecretHash {
    type Error = InvalidHash;
    fn try_from(text: String) -> Result<Self, InvalidHash> {
        let nibble = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(InvalidHash),
        };
        let digits: &[u8; 64] = text.as_bytes().try_into().map_err(|_| InvalidHash)?;
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

impl From<SecretHash> for String {
    fn from(hash: SecretHash) -> Self {
        hash.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
