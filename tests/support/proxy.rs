//! A SOCKS5 proxy on loopback (RFC 1928, RFC 1929): it remembers whom it was asked for and by which user, and leads everybody to one server.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// The proxy; its threads end with the process.
pub struct FakeProxy {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    users: Arc<Mutex<Vec<String>>>,
}

impl FakeProxy {
    /// A proxy that leads to `target`, whatever it is asked for.
    pub fn start(target: SocketAddr) -> Self {
        Self::of_kind(target, true)
    }

    /// One that takes no user names, like `ssh -D`.
    pub fn without_users(target: SocketAddr) -> Self {
        Self::of_kind(target, false)
    }

    fn of_kind(target: SocketAddr, takes_users: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (asked, users) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<Mutex<Vec<String>>>::default());
        let (log, names) = (asked.clone(), users.clone());
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (log, names) = (log.clone(), takes_users.then(|| names.clone()));
                // A client that breaks off is the client's business.
                thread::spawn(move || drop(serve(client, target, &log, names.as_deref())));
            }
        });
        Self { address, asked, users }
    }

    /// For the options; names go to the proxy as they are.
    pub fn url(&self) -> String {
        format!("socks5h://{}", self.address)
    }

    /// `name:port` of each connection asked for by name, `ip IP:port` of one asked for by address.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("the proxy has not panicked").clone()
    }

    /// `name:password` of each connection that had one.
    pub fn users(&self) -> Vec<String> {
        self.users.lock().expect("the proxy has not panicked").clone()
    }
}

/// A text behind its length.
fn text(client: &mut TcpStream) -> io::Result<String> {
    let [length] = read(client)?;
    let mut text = vec![0; usize::from(length)];
    client.read_exact(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn serve(
    mut client: TcpStream,
    target: SocketAddr,
    log: &Mutex<Vec<String>>,
    users: Option<&Mutex<Vec<String>>>,
) -> io::Result<()> {
    let [_, count] = read(&mut client)?;
    let mut methods = vec![0; usize::from(count)];
    client.read_exact(&mut methods)?;
    match users {
        Some(users) if methods.contains(&2) => {
            client.write_all(&[5, 2])?;
            let [_version] = read(&mut client)?;
            let (user, password) = (text(&mut client)?, text(&mut client)?);
            users.lock().expect("no test panicked with the lock").push(format!("{user}:{password}"));
            client.write_all(&[1, 0])?; // welcome
        }
        _ if methods.contains(&0) => client.write_all(&[5, 0])?, // no password
        _ => return client.write_all(&[5, 0xff]),
    }
    let [_version, _connect, _reserved, kind] = read(&mut client)?;
    let name = match kind {
        1 => format!("ip {}", std::net::Ipv4Addr::from(read::<4>(&mut client)?)),
        4 => format!("ip {}", std::net::Ipv6Addr::from(read::<16>(&mut client)?)),
        _ => text(&mut client)?,
    };
    let port = u16::from_be_bytes(read(&mut client)?);
    log.lock().expect("no test panicked with the lock").push(format!("{name}:{port}"));
    let server = TcpStream::connect(target)?;
    client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0])?; // granted
    let back = (server.try_clone()?, client.try_clone()?);
    thread::spawn(move || relay(back.0, back.1));
    relay(client, server);
    Ok(())
}

fn read<const N: usize>(stream: &mut TcpStream) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn relay(mut from: TcpStream, mut to: TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}
