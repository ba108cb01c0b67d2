//! The tables whose rows change, as the audit log knows them.

use std::str::FromStr;

use chrono::SecondsFormat;
use entity::{account, content, grant, media_item, membership, organization, purchase, session, user};
use sea_orm::{
    DbErr, EntityTrait, IdenStatic, IntoActiveModel, Iterable, ModelTrait,
    prelude::{DateTimeUtc, Uuid},
    sea_query::{Value, sea_value_to_json_value},
};
use serde_json::Map;

use crate::store::Key;

/// A table whose rows change. What the audit log calls it, and whose a row is.
pub trait Subject: EntityTrait<Model: IntoActiveModel<Self::ActiveModel> + Sync, Column: FromStr> {
    /// What the audit log calls such a row.
    const NAME: &'static str;
    /// The columns whose values the audit log leaves out: secrets.
    const SECRET: &'static [&'static str] = &[];
    /// The columns of long texts that may be missing: where many rows change at once, they are not read.
    const LONG: &'static [&'static str] = &[];

    /// The row's key.
    fn key(row: &Self::Model) -> Key;

    /// The organization whose managers may read about it.
    fn tenant(row: &Self::Model) -> Option<Uuid>;
}

/// The columns of which the audit log does not speak: they say no more than that something changed, and when.
const UNSPOKEN: [&str; 2] = ["created_at", "updated_at"];
/// What stands in the audit log for a secret.
const HIDDEN: &str = "[hidden]";

/// The columns whose values differ, but for the time of the change.
pub(super) fn changed<S: Subject>(before: &S::Model, after: &S::Model) -> Vec<S::Column> {
    S::Column::iter()
        .filter(|column| !is_unspoken(*column) && before.get(*column) != after.get(*column))
        .collect()
}

/// What the audit log says of these columns of a row.
pub(super) fn spoken<S: Subject>(row: &S::Model, columns: &[S::Column]) -> serde_json::Value {
    let mut spoken = Map::new();
    for column in columns.iter().filter(|column| !is_unspoken(**column)) {
        let value = match row.get(*column) {
            value if S::SECRET.contains(&column.as_str()) && value != value.as_null() => HIDDEN.into(),
            Value::ChronoDateTimeUtc(Some(time)) => time.to_rfc3339_opts(SecondsFormat::Micros, true).into(),
            value => sea_value_to_json_value(&value),
        };
        spoken.insert(name(*column), value);
    }
    spoken.into()
}

/// The column in which a row says when it was last changed.
pub(super) fn updated_at<S: Subject>() -> Result<S::Column, DbErr> {
    S::Column::from_str("updated_at").map_err(|_| DbErr::Custom(format!("{} has no updated_at", S::NAME)))
}

/// When a row was last changed.
pub(super) fn last_changed<S: Subject>(row: &S::Model) -> Result<DateTimeUtc, DbErr> {
    match row.get(updated_at::<S>()?) {
        Value::ChronoDateTimeUtc(Some(time)) => Ok(time),
        _ => Err(DbErr::Custom(format!("{} has no time in updated_at", S::NAME))),
    }
}

fn is_unspoken<C: sea_orm::ColumnTrait>(column: C) -> bool {
    UNSPOKEN.contains(&column.as_str())
}

fn name<C: sea_orm::ColumnTrait>(column: C) -> String {
    column.as_str().to_owned()
}

impl Subject for user::Entity {
    const NAME: &'static str = "user";

    fn key(row: &user::Model) -> Key {
        Key::Text(row.id.clone())
    }

    fn tenant(_row: &user::Model) -> Option<Uuid> {
        None
    }
}

impl Subject for account::Entity {
    const NAME: &'static str = "account";
    const SECRET: &'static [&'static str] = &["password", "access_token", "refresh_token", "id_token"];

    fn key(row: &account::Model) -> Key {
        Key::Text(row.id.clone())
    }

    fn tenant(_row: &account::Model) -> Option<Uuid> {
        None
    }
}

impl Subject for session::Entity {
    const NAME: &'static str = "session";
    const SECRET: &'static [&'static str] = &["token"];

    fn key(row: &session::Model) -> Key {
        Key::Text(row.id.clone())
    }

    fn tenant(_row: &session::Model) -> Option<Uuid> {
        None
    }
}

impl Subject for organization::Entity {
    const NAME: &'static str = "organization";

    fn key(row: &organization::Model) -> Key {
        Key::Uuid(row.id)
    }

    fn tenant(row: &organization::Model) -> Option<Uuid> {
        Some(row.id)
    }
}

impl Subject for membership::Entity {
    const NAME: &'static str = "membership";

    fn key(row: &membership::Model) -> Key {
        Key::Uuid(row.id)
    }

    fn tenant(row: &membership::Model) -> Option<Uuid> {
        Some(row.organization_id)
    }
}

impl Subject for media_item::Entity {
    const NAME: &'static str = "media_item";

    fn key(row: &media_item::Model) -> Key {
        Key::Uuid(row.id)
    }

    fn tenant(_row: &media_item::Model) -> Option<Uuid> {
        None
    }
}

impl Subject for content::Entity {
    const NAME: &'static str = "content";
    const LONG: &'static [&'static str] = &["content_body", "description"];

    fn key(row: &content::Model) -> Key {
        Key::Uuid(row.id)
    }

    fn tenant(row: &content::Model) -> Option<Uuid> {
        row.organization_id
    }
}

/// A grant belongs to its content's organization, which the change has to say: [`super::Transaction::insert_in`].
impl Subject for grant::Entity {
    const NAME: &'static str = "grant";

    fn key(row: &grant::Model) -> Key {
        Key::Uuid(row.id)
    }

    fn tenant(_row: &grant::Model) -> Option<Uuid> {
        None
    }
}

/// Managers see totals, never who bought: what is said of a purchase is for the platform owner alone.
impl Subject for purchase::Entity {
    const NAME: &'static str = "purchase";

    fn key(row: &purchase::Model) -> Key {
        Key::Uuid(row.id)
    }

    fn tenant(_row: &purchase::Model) -> Option<Uuid> {
        None
    }
}
