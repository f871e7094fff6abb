//! An explorer on loopback over a [`FakeChain`]. It has a thread of its own, so that also the built binary and
//! synchronous tests can ask it.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::Response;
use http_body::Frame;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::chain::FakeChain;
use super::esplora::{self, Style};
use super::tamper;

/// What a server answers.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// How a server misbehaves.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// It does not: for a place in a script.
    None,
    /// This answer instead of the right one.
    Answer(Answer),
    /// The right answer, but the connection is cut in the middle of the body.
    CutBody,
    /// The right answer with one bit turned over at this place.
    FlippedByte(usize),
    /// The right answer, an array, without its last row.
    MissingRow,
    /// One output of the right answer is a satoshi too large.
    TamperedAmount,
    /// One output of the right answer pays another script, and so another address.
    TamperedScript,
    /// The right page without its rows.
    EmptyPage,
    /// The right page with every row twice.
    DuplicatedRows,
    /// The right page with its rows turned around.
    Reordered,
    /// Totals by which more was spent than received.
    NegativeBalance,
    /// A small body that unfolds to more than this many bytes.
    GzipBomb(usize),
    /// The connection is closed without an answer.
    Close,
    /// No answer, and the connection stays open.
    Hang,
}

/// What a test wants to happen before a request is answered.
type Event = Box<dyn FnOnce(&mut FakeChain) + Send>;

/// Answers a path below the base URL: the dialect.
type Speaker = dyn Fn(&FakeChain, &str) -> Answer + Send + Sync;

/// The explorer; it stops when dropped.
pub struct FakeExplorer {
    /// The chain that it shows; change it while it runs.
    pub chain: Arc<Mutex<FakeChain>>,
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    runtime: Option<Runtime>,
}

#[derive(Default)]
struct State {
    requests: Vec<String>,
    headers: Vec<HeaderMap>,
    next: VecDeque<Trouble>,
    at: BTreeMap<usize, Trouble>,
    on: Vec<(String, usize, Trouble)>,
    events: BTreeMap<usize, Event>,
}

impl FakeExplorer {
    /// An Esplora server with Blockstream's habits.
    pub fn start(chain: FakeChain) -> Self {
        Self::start_styled(chain, Style::Blockstream)
    }

    /// An Esplora server with the habits of `style`.
    pub fn start_styled(chain: FakeChain, style: Style) -> Self {
        Self::speaking(chain, move |chain, path| esplora::answer(chain, path, style))
    }

    /// A server of any dialect: `speaker` answers paths below the base URL, without a leading slash.
    pub fn speaking(chain: FakeChain, speaker: impl Fn(&FakeChain, &str) -> Answer + Send + Sync + 'static) -> Self {
        Self::sharing(Arc::new(Mutex::new(chain)), speaker)
    }

    /// The same over a chain that other servers show, too.
    pub fn sharing(
        chain: Arc<Mutex<FakeChain>>,
        speaker: impl Fn(&FakeChain, &str) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(Mutex::new(State::default()));
        let speaker: Arc<Speaker> = Arc::new(speaker);
        let handler = {
            let (chain, state) = (chain.clone(), state.clone());
            move |request: Request| handle(chain, state, speaker, request)
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("fake-explorer")
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
            axum::serve(listener, Router::new().fallback(handler)).await
        });
        Self { chain, address, state, runtime: Some(runtime) }
    }

    /// Base URL of its API.
    pub fn url(&self) -> String {
        format!("http://{}/api", self.address)
    }

    /// Host and port, as messages name it.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// Every path asked so far, below the base URL, in order.
    pub fn requests(&self) -> Vec<String> {
        self.state().requests.clone()
    }

    /// How many requests came so far.
    pub fn asked(&self) -> usize {
        self.state().requests.len()
    }

    /// Forgets every trouble and event that has not come yet.
    pub fn calm(&self) {
        let mut state = self.state();
        state.next.clear();
        state.at.clear();
        state.on.clear();
        state.events.clear();
    }

    /// How often each path was asked.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        self.requests().into_iter().fold(BTreeMap::new(), |mut counts, path| {
            *counts.entry(path).or_default() += 1;
            counts
        })
    }

    /// The headers of request number `n`.
    pub fn headers(&self, n: usize) -> HeaderMap {
        self.state().headers[n].clone()
    }

    /// Misbehaves at the next requests, one after the other.
    pub fn script(&self, troubles: impl IntoIterator<Item = Trouble>) {
        self.state().next.extend(troubles);
    }

    /// Misbehaves at request number `n`, counted from 0 over its life.
    pub fn script_at(&self, n: usize, trouble: Trouble) {
        self.state().at.insert(n, trouble);
    }

    /// Misbehaves at the next `times` requests whose path contains `part`.
    pub fn script_on(&self, part: &str, times: usize, trouble: Trouble) {
        self.state().on.push((part.to_owned(), times, trouble));
    }

    /// Changes the chain just before request number `n` is answered: blocks come and go under the pages.
    pub fn before(&self, n: usize, event: impl FnOnce(&mut FakeChain) + Send + 'static) {
        self.state().events.insert(n, Box::new(event));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the server has not panicked")
    }
}

impl Drop for FakeExplorer {
    fn drop(&mut self) {
        // Also inside an async test, where waiting for the threads would panic.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Answer {
    /// Plain text.
    pub fn text(status: u16, text: &str) -> Self {
        Self { status, headers: vec![("content-type", "text/plain".into())], body: text.into() }
    }

    /// Bytes with status 200.
    pub fn bytes(body: Vec<u8>) -> Self {
        Self { status: 200, headers: vec![("content-type", "application/octet-stream".into())], body }
    }

    /// JSON with status 200.
    pub fn json(value: &Value) -> Self {
        let body = value.to_string().into_bytes();
        Self { status: 200, headers: vec![("content-type", "application/json".into())], body }
    }

    /// A web page.
    pub fn html(status: u16, title: &str) -> Self {
        let body =
            format!("<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>");
        Self { status, headers: vec![("content-type", "text/html".into())], body: body.into_bytes() }
    }

    /// The same with one more header.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

impl Trouble {
    /// 429 without a word about how long, as a web page.
    pub fn too_many() -> Self {
        Self::Answer(Answer::html(429, "429 Too Many Requests"))
    }

    /// 429 with `Retry-After`, as JSON.
    pub fn too_many_for(retry_after: &str) -> Self {
        let answer = Answer::json(&serde_json::json!({ "error": "Too many requests" }));
        Self::Answer(Answer { status: 429, ..answer }.with("retry-after", retry_after))
    }

    /// 500.
    pub fn server_error() -> Self {
        Self::Answer(Answer::text(500, "internal server error"))
    }

    /// A landing page where an answer should be.
    pub fn html() -> Self {
        Self::Answer(Answer::html(200, "Just a moment..."))
    }

    /// JSON that ends too early, in a body that does not.
    pub fn garbage() -> Self {
        Self::Answer(Answer { body: b"[{\"txid\": \"00".to_vec(), ..Answer::json(&Value::Null) })
    }
}

/// A value of a query, as it stands there.
pub fn query<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

/// A gzip stream of at least `length` zero bytes (RFC 1951 and 1952): one literal, then copies of 258 bytes each in 13
/// bits.
pub fn gzip_of_zeros(length: usize) -> Vec<u8> {
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let (mut buffer, mut filled) = (0_u32, 0);
    let mut put = |code: u32, bits: u32| {
        buffer |= code << filled;
        filled += bits;
        while filled >= 8 {
            bytes.push(buffer as u8);
            buffer >>= 8;
            filled -= 8;
        }
    };
    put(0b011, 3); // last block, fixed Huffman codes
    put(0b0000_1100, 8); // literal 0: 00110000, first bit first
    for _ in 0..length.div_ceil(258) {
        put(0b1010_0011, 8); // length 258: 11000101
        put(0, 5); // distance 1
    }
    put(0, 7); // end of block
    put(0, 7); // fills the last byte
    bytes.extend_from_slice(&[0; 8]); // checksum and length, which nobody gets to see
    bytes
}

async fn handle(
    chain: Arc<Mutex<FakeChain>>,
    state: Arc<Mutex<State>>,
    speaker: Arc<Speaker>,
    request: Request,
) -> Response {
    let path = request.uri().path_and_query().map_or("", |path| path.as_str());
    let path = path.trim_start_matches("/api").trim_start_matches('/').to_owned();
    let (trouble, right) = {
        let mut state = state.lock().expect("no test panicked with the lock");
        let n = state.requests.len();
        state.requests.push(path.clone());
        state.headers.push(request.headers().clone());
        let mut chain = chain.lock().expect("no test panicked with the lock");
        if let Some(event) = state.events.remove(&n) {
            event(&mut chain);
        }
        (state.trouble(n, &path), speaker(&chain, &path))
    };
    let tampered = |tamper: fn(&mut Answer)| {
        let mut answer = right.clone();
        if answer.status == 200 {
            tamper(&mut answer);
        }
        respond(answer, false)
    };
    match trouble {
        Trouble::None => respond(right, false),
        Trouble::Answer(answer) => respond(answer, false),
        Trouble::CutBody => respond(right, true),
        Trouble::MissingRow => {
            let mut answer = right;
            if let Ok(Value::Array(mut rows)) = serde_json::from_slice(&answer.body) {
                rows.pop();
                answer.body = Value::from(rows).to_string().into_bytes();
            }
            respond(answer, false)
        }
        Trouble::FlippedByte(at) => {
            let mut answer = right;
            answer.body[at] ^= 1;
            respond(answer, false)
        }
        Trouble::TamperedAmount => tampered(tamper::amount),
        Trouble::TamperedScript => tampered(tamper::script),
        Trouble::EmptyPage => tampered(tamper::empty_page),
        Trouble::DuplicatedRows => tampered(tamper::duplicate_rows),
        Trouble::Reordered => tampered(tamper::reorder),
        Trouble::NegativeBalance => tampered(tamper::negative_balance),
        Trouble::GzipBomb(length) => {
            let bomb = Answer { body: gzip_of_zeros(length), ..Answer::text(200, "") };
            respond(bomb.with("content-encoding", "gzip"), false)
        }
        // Unwinds the task of this connection, and says nothing on stderr.
        Trouble::Close => std::panic::resume_unwind(Box::new("closed as the test wants it")),
        Trouble::Hang => std::future::pending().await,
    }
}

impl State {
    fn trouble(&mut self, n: usize, path: &str) -> Trouble {
        if let Some(trouble) = self.at.remove(&n) {
            return trouble;
        }
        if let Some((_, times, trouble)) =
            self.on.iter_mut().find(|(part, times, _)| *times > 0 && path.contains(part.as_str()))
        {
            *times -= 1;
            return trouble.clone();
        }
        self.next.pop_front().unwrap_or(Trouble::None)
    }
}

fn respond(answer: Answer, cut: bool) -> Response {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(*name, value);
    }
    if !cut {
        return response.body(Body::from(answer.body)).expect("a response");
    }
    // More is promised than is sent.
    let half = answer.body[..answer.body.len() / 2].to_vec();
    let body = Body::new(Cut { half: Some(half.into()), flushed: false });
    response.header("content-length", answer.body.len()).body(body).expect("a response")
}

/// A body that ends too early, once its beginning is on its way.
struct Cut {
    half: Option<Bytes>,
    flushed: bool,
}

impl HttpBody for Cut {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(half) = self.half.take() {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        if !self.flushed {
            // The server sends what it has when there is no more at the moment.
            self.flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(None)
    }
}
