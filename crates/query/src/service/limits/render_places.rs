//! How many results are rendered at once in this process. To render takes memory, and a result that is there can be asked
//! for without a query, so that the bound on queries does not hold here.

use std::{pin::pin, time::Duration};

use domain::port::Clock;
use futures::future::{Either, select};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use super::key_shares::Shares;
use crate::{access::Caller, problem::Problem, service::failures};

/// Whole results as files, at once. One takes up to three times `TRIBUTARY_MAX_RENDERED` in `parquet` and `arrow`.
const FILES: usize = 4;

/// Pages, at once. One takes some 16 MiB.
const PAGES: usize = 32;

/// How long a request waits for a place.
const WAIT: Duration = Duration::from_secs(5);

/// Places for what is rendered at once. One API key takes half of them at the most.
#[derive(Debug)]
pub(in crate::service) struct RenderPlaces(Semaphore, Shares);

/// A place that is taken.
#[derive(Debug)]
pub(in crate::service) struct RenderPermit<'a> {
    _own: OwnedSemaphorePermit,
    _place: SemaphorePermit<'a>,
}

impl RenderPlaces {
    pub(in crate::service) fn of_files() -> Self {
        Self(Semaphore::new(FILES), Shares::of(FILES))
    }

    pub(in crate::service) fn of_pages() -> Self {
        Self(Semaphore::new(PAGES), Shares::of(PAGES))
    }

    /// A place, once there is one for this caller; 429 `busy` if there is none for some seconds.
    pub(in crate::service) async fn take<K: Clock>(
        &self,
        caller: &Caller,
        clock: &K,
    ) -> Result<RenderPermit<'_>, Problem> {
        let place = pin!(async {
            let own = self.1.take(caller).await?;
            Some(RenderPermit { _own: own, _place: self.0.acquire().await.ok()? })
        });
        let late = pin!(clock.sleep(WAIT));
        let first = select(place, late).await;
        match first {
            Either::Left((Some(taken), _)) => Ok(taken),
            Either::Left((None, _)) | Either::Right(_) => Err(failures::too_many_renders()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::routes::tests::World;

    const URI: &str = "/v1/datasets/passengers/rows?limit=20&format=csv";

    #[tokio::test(start_paused = true)]
    #[allow(clippy::disallowed_methods, reason = "the wait is on tokio's paused clock")]
    async fn a_file_waits_for_a_place_and_is_then_turned_away() {
        let mut world = World::new().await;
        world.settings.max_body = 300;
        let served = world.serve();
        let all = u32::try_from(FILES).unwrap();
        let places = served.api.files.0.acquire_many(all).await.unwrap();
        let busy = served.get(URI).await;
        busy.is_problem(429, "too many results are being rendered");
        assert_eq!(busy.header("retry-after"), "2");
        // One place becomes free during the wait.
        let leave = async {
            tokio::time::sleep(WAIT / 2).await;
            drop(places);
        };
        let (waited, ()) = futures::join!(served.get(URI), leave);
        assert_eq!(waited.status, 303);
        assert_eq!(served.api.files.0.available_permits(), FILES);
    }

    #[tokio::test(start_paused = true)]
    async fn one_key_leaves_places_to_the_others() {
        let served = World::new().await.serve();
        let (clock, places) = (served.api.clock(), &served.api.files);
        let (greedy, other) = (Caller::named("greedy"), Caller::named("other"));
        let mut held = Vec::new();
        for _ in 0..FILES / 2 {
            held.push(places.take(&greedy, clock).await.unwrap());
        }
        let begun = clock.now();
        assert_eq!(places.take(&greedy, clock).await.unwrap_err().status(), 429);
        assert!((clock.now() - begun).to_std().unwrap() >= WAIT);
        for _ in 0..FILES / 2 {
            held.push(places.take(&other, clock).await.unwrap());
        }
        assert!(places.take(&Caller::anybody(), clock).await.is_err(), "all are taken");
        drop(held);
        places.take(&greedy, clock).await.unwrap();
    }

    /// To find that out again would take as long as to render the largest file.
    #[tokio::test(start_paused = true)]
    async fn a_file_that_was_found_to_be_too_large_takes_no_place() {
        let mut world = World::new().await;
        (world.settings.max_body, world.settings.limits.max_rendered) = (300, 400);
        let served = world.serve();
        let first = served.get(URI).await.is_problem(413, "longer than 400 bytes");
        let rows = first["rows"].as_str().unwrap().split('?').next().unwrap().to_owned();
        let places = served.api.files.0.acquire_many(u32::try_from(FILES).unwrap()).await.unwrap();
        let again = served.get(&format!("{rows}?format=csv")).await;
        assert_eq!(again.is_problem(413, "longer than 400 bytes")["rows"], first["rows"]);
        // Another form of it was not looked at.
        let other = served.get(&format!("{rows}?format=csv&_csv=spreadsheet")).await;
        other.is_problem(429, "too many results are being rendered");
        drop(places);
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_waits_for_a_place_and_is_then_turned_away() {
        let served = World::new().await.serve();
        let places = served.api.pages.0.acquire_many(u32::try_from(PAGES).unwrap()).await.unwrap();
        served.get(URI).await.is_problem(429, "too many results are being rendered");
        drop(places);
        assert_eq!(served.get(URI).await.status, 200);
        assert_eq!(served.api.pages.0.available_permits(), PAGES);
    }
}
