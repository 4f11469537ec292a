use super::Source;

/// Randomness for secrets, injected as time and ids are.
///
/// Apart from [`super::Ids`], whose randomness only has to be even: these bytes must be beyond anybody's guess, as
/// those of the operating system's generator are.
pub trait Entropy: Send + Sync + 'static {
    /// Fills all of `bytes`, or says why it cannot. There is no weaker way out.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Source>;
}
