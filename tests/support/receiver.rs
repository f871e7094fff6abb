//! Those who are told when coins move, on loopback: a webhook that may be down, and a mail server.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::IntoResponse;
use serde_json::Value;
use tokio::runtime::Runtime;

/// A webhook that keeps what it is sent.
pub struct FakeReceiver {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    _runtime: Runtime,
}

#[derive(Default)]
struct State {
    down: bool,
    moved: bool,
    refused: usize,
    told: Vec<Told>,
    /// What it refuses for good: bodies that hold this text.
    refusing: Option<String>,
}

/// What came in.
#[derive(Clone, Debug)]
pub struct Told {
    pub method: String,
    /// As it was sent, percent signs and all.
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

impl FakeReceiver {
    pub fn start() -> Self {
        let state: Arc<Mutex<State>> = Arc::default();
        let (listener, runtime) = (TcpListener::bind("127.0.0.1:0").unwrap(), Runtime::new().unwrap());
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let kept = state.clone();
        let app = Router::new().fallback(move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let kept = kept.clone();
            async move {
                let mut state = kept.lock().unwrap();
                if state.down {
                    state.refused += 1;
                    // Servers like to repeat what they were sent.
                    let known = uri.path().contains("s3cr3tpath").then(|| "s3cr3tpath".to_owned());
                    let sent =
                        || format!("{uri} {:?} {}", headers.get("authorization"), String::from_utf8_lossy(&body));
                    let said = format!("out to lunch, {}", known.unwrap_or_else(sent));
                    return (StatusCode::BAD_GATEWAY, said).into_response();
                }
                if method == Method::GET {
                    return "a page for people".into_response();
                }
                if state.moved {
                    return (StatusCode::FOUND, [(LOCATION, "/login")], "over there").into_response();
                }
                if state.refusing.as_ref().is_some_and(|text| String::from_utf8_lossy(&body).contains(text)) {
                    state.refused += 1;
                    return (StatusCode::BAD_REQUEST, "not this one, s3cr3tpath").into_response();
                }
                let (method, path) = (method.to_string(), uri.path().to_owned());
                state.told.push(Told { method, path, headers, body: serde_json::from_slice(&body).unwrap() });
                "ok".into_response()
            }
        });
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, app).await.unwrap();
        });
        Self { address, state, _runtime: runtime }
    }

    /// Its URL, the path of which is a secret.
    pub fn url(&self) -> String {
        format!("http://{}/hooks/s3cr3tpath", self.address)
    }

    /// Its server alone.
    pub fn server(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on it refuses for good whatever holds this text, or nothing.
    pub fn refuse(&self, text: Option<&str>) {
        self.state.lock().unwrap().refusing = text.map(str::to_owned);
    }

    /// From now on it takes nothing, or everything.
    pub fn down(&self, down: bool) {
        self.state.lock().unwrap().down = down;
    }

    /// From now on it sends everybody to a page for people, or takes what comes.
    pub fn moved(&self, moved: bool) {
        self.state.lock().unwrap().moved = moved;
    }

    /// How often it was asked while it was down, or to take what it refuses.
    pub fn refused(&self) -> usize {
        self.state.lock().unwrap().refused
    }

    /// What it took so far.
    pub fn told(&self) -> Vec<Told> {
        self.state.lock().unwrap().told.clone()
    }
}

/// A mail server that keeps the letters, and the lines that were spoken with it.
pub struct FakeMailServer {
    pub port: u16,
    spoken: Arc<Mutex<Vec<String>>>,
}

impl FakeMailServer {
    pub fn start() -> Self {
        Self::greeting("250-mail.example\r\n250 AUTH PLAIN LOGIN")
    }

    /// One that answers EHLO with these lines, to the byte.
    pub fn greeting(ehlo: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let spoken: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = spoken.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let _ = converse(stream.unwrap(), &kept, ehlo);
            }
        });
        Self { port, spoken }
    }

    pub fn spoken(&self) -> String {
        self.spoken.lock().unwrap().join("\n")
    }
}

/// RFC 5321, as far as a client that behaves needs it.
fn converse(stream: TcpStream, kept: &Mutex<Vec<String>>, ehlo: &str) -> std::io::Result<()> {
    let mut out = stream.try_clone()?;
    out.write_all(b"220 mail.example\r\n")?;
    let mut in_letter = false;
    for line in BufReader::new(stream).lines() {
        let line = line?;
        kept.lock().unwrap().push(line.clone());
        let answer = match line.split_whitespace().next().unwrap_or_default() {
            "." if in_letter => {
                in_letter = false;
                "250 taken"
            }
            _ if in_letter => continue,
            "EHLO" => ehlo,
            "AUTH" if line.contains("AGRlc2sAd3Jvbmc=") => "535 wrong password: wrong, in AUTH PLAIN AGRlc2sAd3Jvbmc=",
            "AUTH" => "235 welcome",
            "DATA" => {
                in_letter = true;
                "354 go on"
            }
            "QUIT" => "221 bye",
            _ => "250 fine",
        };
        out.write_all(answer.as_bytes())?;
        out.write_all(b"\r\n")?;
    }
    Ok(())
}
