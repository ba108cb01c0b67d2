//! Entries in the audit log.

use std::sync::Arc;

use async_graphql::{ID, InputObject, Object, SelectionField};

use super::{
    connection::{Listed, Which, shown},
    error::{Result, nullable},
    id::{self, GlobalId, Kind},
    input::{self, DateTimeRange},
    list::{Arguments, newest_first},
    look_ahead::LookAhead,
    organization::Organization,
    scalar::{Json, Time},
    user::User,
    written::{Shown, ready},
};
use crate::store::{
    self,
    audit_entry::{Columns, Filter, Selection},
};

/// Which entries of the audit log a list has. Everything that is said must hold.
#[derive(Clone, Default, InputObject)]
pub struct AuditEntryFilter {
    /// Of one of these changes, such as `content.publish`.
    action: Option<Vec<String>>,
    /// By one of these users (their ids).
    actor: Option<Vec<ID>>,
    /// About rows of one of these kinds, such as `content`.
    subject_type: Option<Vec<String>>,
    /// About one of these rows (their ids), which may be gone.
    subject: Option<Vec<ID>>,
    /// Made in this stretch of time.
    created_at: Option<DateTimeRange>,
}

impl AuditEntryFilter {
    /// The store's filter.
    ///
    /// # Errors
    /// For a value that cannot be one, naming it.
    pub fn into_filter(self) -> Result<Filter> {
        Ok(Filter {
            action: input::texts("filter.action", self.action)?,
            actor: input::user_ids("filter.actor", self.actor)?,
            subject_type: input::texts("filter.subjectType", self.subject_type)?,
            subject: input::subjects("filter.subject", self.subject)?,
            created: input::time_range(self.created_at),
        })
    }
}

/// An entry in the audit log: one row that somebody has changed.
pub struct AuditEntry(Arc<store::audit_entry::AuditEntry>);

impl From<Arc<store::audit_entry::AuditEntry>> for AuditEntry {
    fn from(entry: Arc<store::audit_entry::AuditEntry>) -> Self {
        Self(entry)
    }
}

/// Which entries a list has with this argument, the newest first.
///
/// # Errors
/// For a value that cannot be one, naming it.
pub fn entries_by(filter: Option<AuditEntryFilter>) -> Result<Which<AuditEntry>> {
    Ok((filter.unwrap_or_default().into_filter()?, newest_first()))
}

impl Listed for AuditEntry {
    type Noun = store::audit_entry::AuditEntry;
    const NAME: &'static str = "AuditEntry";

    ready! {
        "createdAt" => created_at,
        "action" => action,
        "subjectType" => subject_type,
        "subjectId" => subject_id,
        "before" => before,
        "after" => after,
        ;
        "actor" => actor,
        "organization" => organization,
    }

    fn which(arguments: &mut Arguments) -> Option<Which<Self>> {
        entries_by(arguments.take("filter")?).ok()
    }
}

impl LookAhead for Selection {
    fn see(&mut self, field: SelectionField<'_>) {
        match field.name() {
            "createdAt" => self.columns |= Columns::CREATED_AT,
            "action" => self.columns |= Columns::ACTION,
            "actor" => self.actor.get_or_insert_default().see_under(field),
            "organization" => self.organization.get_or_insert_default().see_under(field),
            "subjectType" => self.columns |= Columns::SUBJECT_TYPE,
            "subjectId" => self.columns |= Columns::SUBJECT_TYPE | Columns::SUBJECT_ID,
            "before" => self.columns |= Columns::BEFORE,
            "after" => self.columns |= Columns::AFTER,
            _ => (),
        }
    }
}

/// What the log says of a row's columns, if anything.
fn columns(said: std::result::Result<Option<serde_json::Value>, store::Error>) -> Option<Result<Json>> {
    nullable(said).map(|said| said.and_then(Json::new))
}

/// An entry in the audit log: one row that somebody has changed. Entries are made with the change itself, and never again
/// touched.
#[Object]
impl AuditEntry {
    /// The global id.
    pub async fn id(&self) -> Result<GlobalId<'_>> {
        Ok(Kind::AuditEntry.global(self.0.row.id()?))
    }

    /// When it was done.
    fn created_at(&self) -> Result<Time> {
        Ok(self.0.row.created_at()?.into())
    }

    /// What was done: the kind of row that the change is about, and a verb, such as `content.publish`. One change may make
    /// several entries, about rows of other kinds as well.
    fn action(&self) -> Result<&str> {
        Ok(self.0.row.action()?)
    }

    /// Who did it; null if the account is gone, or nobody was signed in.
    fn actor(&self) -> Option<Result<Shown<User>>> {
        shown(self.0.actor.get("actor"))
    }

    /// The organization whose row it is; null if it is nobody's, or the organization has been deleted.
    fn organization(&self) -> Option<Result<Shown<Organization>>> {
        shown(self.0.organization.get("organization"))
    }

    /// The kind of row that was changed, such as `content` or `media_item`.
    fn subject_type(&self) -> Result<&str> {
        Ok(self.0.row.subject_type()?)
    }

    /// The global id of the row that was changed, which may be gone; null if rows of its kind have none, such as an `account`, by
    /// which a person signs in.
    fn subject_id(&self) -> Option<Result<ID>> {
        let row = &self.0.row;
        let subject = row.subject_type().and_then(|kind| Ok((kind, row.subject_id()?)));
        nullable(subject.map(|(kind, key)| id::of_subject(kind, key)))
    }

    /// The changed columns as they were, by their names in the database; null if the row is new. Secrets are left out: they
    /// say `[hidden]`.
    fn before(&self) -> Option<Result<Json>> {
        columns(self.0.row.before())
    }

    /// The changed columns as they are since; null if the row is gone. Secrets are left out: they say `[hidden]`.
    fn after(&self) -> Option<Result<Json>> {
        columns(self.0.row.after())
    }
}
