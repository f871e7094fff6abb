//! GraphSense TagPacks: YAML whose header holds what all tags share, and whose tags overrule it.
//!
//! Format: <https://github.com/graphsense/graphsense-tagpacks/wiki/GraphSense-TagPacks>.

mod read;
mod write;

use serde::{Deserialize, Serialize};

use super::form::{Form, ends};

pub(super) const FORM: Form = Form {
    name: "tagpack",
    about: "GraphSense TagPack, YAML",
    is_named: |path| ends(path, &["yaml", "yml"]),
    read: |from| read::read(from.text, from.network, from.origin, from.file),
    write: Some(|labels, head| write::write(labels, head.title, head.creator)),
};

/// What a TagPack has no field for goes into a tag's `context`, as JSON under this program's name.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Context {
    ransomtrail: Extra,
}

/// Our category where TagPacks have no word for it, and the note.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Extra {
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}
