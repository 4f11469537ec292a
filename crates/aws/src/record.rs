//! A record of the calls to AWS that this process makes, for the proof that a role allows these and no others.
//!
//! It is part of every build, so that the proof is about the very program that is deployed. Without
//! [`RECORD_CALLS`] there is no interceptor at all.
//!
//! A line of the file is one attempt that got an answer, as a JSON object:
//!
//! ```json
//! {"function":"ingest","service":"S3","operation":"PutObject","method":"PUT","uri":"http://...","status":200}
//! ```
//!
//! It has the URI, since that names bucket, key and the prefix of a listing; keys hold nothing that a sender wrote. It
//! has no header and no body. A presigned address is not a call: what it allows, its signer needs all the same.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept, SharedInterceptor,
            context::{BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef},
            dyn_dispatch_hint,
        },
        orchestrator::Metadata,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use serde::Serialize;

use crate::variable;

/// The variable that names the file. Lines are added to what is there; any number of processes may share it.
pub const RECORD_CALLS: &str = "TRIBUTARY_RECORD_CALLS";

/// What Lambda says of the function's name.
const FUNCTION_NAME: &str = "AWS_LAMBDA_FUNCTION_NAME";

/// The interceptor that the environment asks for, if it does.
pub(crate) fn from_environment() -> Option<SharedInterceptor> {
    let path = variable(RECORD_CALLS).filter(|path| !path.is_empty())?;
    let program = || {
        let path = std::env::current_exe().ok()?;
        Some(path.file_name()?.to_string_lossy().into_owned())
    };
    let function = variable(FUNCTION_NAME).or_else(program).unwrap_or_default();
    Some(calls_to(path.as_ref(), &function))
}

/// An interceptor that adds a line to the file for each attempt of a call of this function. Where the file cannot be
/// written, every call fails: a record with a hole would prove nothing.
pub(crate) fn calls_to(path: &Path, function: &str) -> SharedInterceptor {
    let file = OpenOptions::new().create(true).append(true).open(path);
    let file = file.map_err(|error| format!("{RECORD_CALLS}: {} cannot be written: {error}", path.display()));
    SharedInterceptor::new(RecordCalls {
        file: Arc::new(file.map(Mutex::new)),
        function: function.to_owned(),
    })
}

#[derive(Debug, Clone)]
struct RecordCalls {
    file: Arc<Result<Mutex<File>, String>>,
    function: String,
}

/// Where an attempt goes: after it, the request is gone.
#[derive(Debug)]
struct Sent {
    method: String,
    uri: String,
}

impl Storable for Sent {
    type Storer = StoreReplace<Self>;
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    function: &'a str,
    service: &'a str,
    operation: &'a str,
    method: &'a str,
    uri: &'a str,
    status: u16,
}

#[dyn_dispatch_hint]
impl Intercept for RecordCalls {
    fn name(&self) -> &'static str {
        "RecordCalls"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let sent = Sent { method: request.method().to_owned(), uri: request.uri().to_owned() };
        config.interceptor_state().store_put(sent);
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // Without an answer, nobody has judged the call.
        let (Some(answer), Some(sent), Some(called)) =
            (context.response(), config.load::<Sent>(), config.load::<Metadata>())
        else {
            return Ok(());
        };
        let line = Line {
            function: &self.function,
            service: called.service(),
            operation: called.name(),
            method: &sent.method,
            uri: &sent.uri,
            status: answer.status().as_u16(),
        };
        let mut line = serde_json::to_vec(&line)?;
        line.push(b'\n');
        let file = match &*self.file {
            Ok(file) => file,
            Err(reason) => return Err(reason.clone().into()),
        };
        // In one write: what several processes append so does not mix.
        file.lock().unwrap_or_else(PoisonError::into_inner).write_all(&line)?;
        Ok(())
    }
}
