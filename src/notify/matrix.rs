use reqwest::Method;
use serde_json::json;

use super::markup::quiet;
use super::{Channel, Key, Request, Telling, hook};
use crate::config::{ConfigError, SecretSource, Section};
use crate::http::Credentials;

/// <https://spec.matrix.org/v1.14/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid>
pub(super) const CHANNEL: Channel = Channel {
    name: "matrix",
    about: "a message in a room of Matrix, which is not encrypted",
    keys: &[
        hook::SERVER,
        Key {
            name: "room",
            example: "\"!AbCdEf:matrix.example\"",
            without: None,
            about: "the internal id of the room, which begins with an exclamation mark; the account has to be in it",
        },
        Key {
            name: "token",
            example: "\"env:MATRIX_TOKEN\"",
            without: None,
            about: "where the account's access token is found",
        },
        hook::ALLOW_HTTP,
    ],
    asks: true,
    read,
};

fn read(section: &Section<'_>) -> Result<Telling, ConfigError> {
    let token = section.required("token", SecretSource::parse)?;
    let room = section.required("room", |text| match text.strip_prefix('!') {
        Some(rest) if !rest.is_empty() => Ok(text.to_owned()),
        _ => Err(format!(
            "\"{text}\" is not the id of a room; its settings show it under advanced, like !AbCdEf:matrix.example"
        )),
    })?;
    let server = hook::read_server(section, None)?;
    Ok(Telling::by_request(move |message, means| {
        // The server takes what comes under the same id, with the same token, once.
        let path = ["_matrix", "client", "v3", "rooms", &room, "send", "m.room.message", &message.delivery];
        let (url, text) = (hook::below(&server, &path)?, quiet(message.text().trim_end()));
        let body = json!({ "msgtype": "m.notice", "body": text, "m.mentions": {} });
        let credentials =
            Credentials { headers: vec![hook::bearer(&means.secret(&token, "token")?)], query: Vec::new() };
        Ok(Request { method: Method::PUT, credentials, ..Request::post(url, body) })
    }))
}
