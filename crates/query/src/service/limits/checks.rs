//! Where statements and patterns of callers are checked: on threads that may be blocked, so that a costly check delays
//! neither another request nor `/healthz`.
//!
//! A check that has begun goes on after its client has left. Its own bounds end it (`sql::gate`, `plan::pattern`), and it keeps its
//! place until then, so that clients that come and leave make no more than [`PLACES`] of them.

use std::{pin::pin, sync::Arc, time::Duration};

use domain::port::Clock;
use futures::future::{Either, select};
use tokio::sync::Semaphore;

use super::key_shares::Shares;
use crate::{
    access::Caller,
    problem::{Problem, ProblemKind},
    service::failures,
};

/// Checks at once. They compute all the time: more of them would be slower each, and take more memory together.
const PLACES: usize = 4;

/// How long a request waits for a place.
const WAIT: Duration = Duration::from_secs(5);

/// Places for what is checked at once in this process. One API key takes half of them at the most.
#[derive(Debug)]
pub(in crate::service) struct Checks(Arc<Semaphore>, Shares);

impl Checks {
    pub(in crate::service) fn new() -> Self {
        Self(Arc::new(Semaphore::new(PLACES)), Shares::of(PLACES))
    }

    /// What comes of the check; 429 `busy` if there is no place for one of this caller's for some seconds.
    pub(in crate::service) async fn run<K: Clock, T: Send + 'static>(
        &self,
        caller: &Caller,
        clock: &K,
        check: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let place = pin!(async {
            let own = self.1.take(caller).await?;
            Some((own, Arc::clone(&self.0).acquire_owned().await.ok()?))
        });
        let late = pin!(clock.sleep(WAIT));
        let place = match select(place, late).await {
            Either::Left((Some(place), _)) => place,
            Either::Left((None, _)) | Either::Right(_) => return Err(failures::too_many_checks()),
        };
        let checked = tokio::task::spawn_blocking(move || {
            let checked = check();
            drop(place);
            checked
        });
        checked.await.unwrap_or_else(|error| {
            tracing::error!(error = domain::chain(&error), "a request could not be checked");
            Err(Problem::new(ProblemKind::Internal, "the request could not be checked: a defect of ours"))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use axum::extract::Request;
    use futures::poll;
    use serde_json::json;
    use tower::ServiceExt;

    use super::*;
    use crate::http::routes::tests::World;

    /// A test that fails does not wait for ever.
    const PATIENCE: Duration = Duration::from_secs(30);

    fn request(method: &str, uri: &str, sql: &str) -> Request {
        let request = Request::builder().method(method).uri(uri).header("content-type", "application/json");
        request.body(axum::body::Body::from(json!({"sql": sql}).to_string())).unwrap()
    }

    /// The runtime has one thread: if the check ran on it, nobody would answer, and the check would not end.
    #[tokio::test]
    async fn a_check_that_takes_long_delays_no_other_request() {
        let served = World::new().await.serve();
        let (answered, answers) = mpsc::channel();
        let caller = Caller::anybody();
        let check = served.api.checks.run(&caller, served.api.clock(), move || {
            answers
                .recv_timeout(PATIENCE)
                .map_err(|_| Problem::new(ProblemKind::Internal, "the other request was not answered"))
        });
        let other = async {
            let status = served.get("/healthz").await.status;
            answered.send(status).unwrap();
        };
        let (status, ()) = futures::join!(check, other);
        assert_eq!(status, Ok(200));
        assert_eq!(served.api.checks.0.available_permits(), PLACES);
    }

    /// Each of these has something to check; what has nothing needs no place.
    #[tokio::test(start_paused = true)]
    async fn statements_and_patterns_wait_for_a_place_and_are_then_turned_away() {
        let world = World::new().await;
        let definition = json!({
            "name": "matching",
            "parameters": [{"name": "pattern", "type": "string"}],
            "sql": "SELECT name FROM passengers WHERE regexp_like(name, :pattern) LIMIT 5",
        });
        let create = domain::port::PutMode::Create;
        let body = definition.to_string().into();
        domain::port::ObjectStore::put(&world.store, "queries/matching.json", body, create).await.unwrap();
        let served = world.serve();
        // Definitions of named queries are the operator's: to read them takes no place.
        let places = u32::try_from(PLACES).unwrap();
        let taken = Arc::clone(&served.api.checks.0).acquire_many_owned(places).await.unwrap();
        for (method, uri) in [
            ("POST", "/v1/queries"),
            ("GET", "/v1/named-queries/matching/rows?pattern=a"),
            ("GET", "/v1/datasets/passengers/rows?name=match.a"),
            ("GET", "/v1/datasets/passengers/rows?or=(name.imatch.a,name.eq.b)"),
        ] {
            let asked = request(method, uri, "SELECT name FROM passengers");
            let answer = served.router.clone().oneshot(asked).await.unwrap();
            let retry = answer.headers()["retry-after"].to_str().unwrap();
            assert_eq!((answer.status().as_u16(), retry), (429, "2"), "{uri}");
        }
        for uri in ["/healthz", "/v1/datasets", "/v1/datasets/passengers/rows?limit=20"] {
            assert_eq!(served.get(uri).await.status, 200, "{uri}");
        }
        drop(taken);
        let refused = served.router.clone().oneshot(request("POST", "/v1/queries", "DROP TABLE x")).await;
        assert_eq!(refused.unwrap().status(), 400);
    }

    #[tokio::test]
    async fn a_check_whose_client_has_left_keeps_its_place_until_it_ends() {
        let checks = Checks::new();
        let clock = crate::testing::RuntimeClock::new();
        let caller = Caller::anybody();
        let (end, ends) = mpsc::channel::<()>();
        let (begun, begins) = mpsc::channel();
        {
            let mut check = pin!(checks.run(&caller, &clock, move || {
                begun.send(()).unwrap();
                ends.recv_timeout(PATIENCE).unwrap();
                Ok(())
            }));
            assert!(poll!(check.as_mut()).is_pending());
            begins.recv_timeout(PATIENCE).unwrap();
        }
        assert_eq!(checks.0.available_permits(), PLACES - 1);
        end.send(()).unwrap();
        let all = checks.0.acquire_many(u32::try_from(PLACES).unwrap());
        let _all = tokio::time::timeout(PATIENCE, all).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_check_that_panics_is_a_defect_and_gives_its_place_back() {
        let checks = Checks::new();
        let clock = crate::testing::RuntimeClock::new();
        let caller = Caller::anybody();
        let broken = |is_broken: bool| assert!(!is_broken, "a defect");
        let problem = checks.run(&caller, &clock, move || {
            broken(true);
            Ok(())
        });
        assert_eq!(problem.await.unwrap_err().status(), 500);
        assert_eq!(checks.0.available_permits(), PLACES);
    }

    /// One key sends statements that take long to check: those of another key are checked all the same.
    #[tokio::test]
    async fn one_key_leaves_places_to_the_others() {
        let (checks, clock) = (Checks::new(), crate::testing::RuntimeClock::new());
        let (greedy, other) = (Caller::named("greedy"), Caller::named("other"));
        let (begun, begins) = mpsc::channel();
        let mut ends = Vec::new();
        let mut long = Vec::new();
        for _ in 0..PLACES {
            let (end, ended) = mpsc::channel::<()>();
            let begun = begun.clone();
            let check = Box::pin(checks.run(&greedy, &clock, move || {
                begun.send(()).unwrap();
                ended.recv_timeout(PATIENCE).unwrap();
                Ok(())
            }));
            ends.push(end);
            long.push(check);
        }
        for check in &mut long {
            assert!(poll!(check.as_mut()).is_pending());
        }
        for _ in 0..PLACES / 2 {
            begins.recv_timeout(PATIENCE).unwrap();
        }
        assert_eq!(checks.0.available_permits(), PLACES - PLACES / 2);
        assert_eq!(checks.run(&other, &clock, || Ok(7)).await, Ok(7));
        for end in ends {
            // Of a check that never begins, nobody hears it.
            let _sent = end.send(());
        }
        for check in long.into_iter().take(PLACES / 2) {
            check.await.unwrap();
        }
    }
}
