//! Entries in the audit log. They are written by changes alone: [`super::change`].

use entity::audit_entry;
use sea_orm::{
    ColumnTrait, Condition, DbBackend, DbErr,
    prelude::{DateTimeUtc, Json, Uuid},
};

use super::{
    Error, Key, Noun, Relation, TimeRange,
    columns::ColumnSet,
    cursor::Mark,
    fields::Fields,
    noun::{Named, width},
    organization::{self, Organization},
    relation::{Along, Door},
    scope::{Loads, NounLoads},
    user::{self, User},
};
use crate::{database::Slots, policy, viewer::Viewer};

columns! {
    audit_entry::Entity {
        ID id: Uuid = Id;
        ACTOR_ID actor_id: Option<String> = ActorId;
        ORGANIZATION_ID organization_id: Option<Uuid> = OrganizationId;
        ACTION action: String = Action;
        SUBJECT_TYPE subject_type: String = SubjectType;
        SUBJECT_ID subject_id: String = SubjectId;
        BEFORE before: Option<Json> = Before;
        AFTER after: Option<Json> = After;
        CREATED_AT created_at: DateTimeUtc = CreatedAt;
    }
}

/// What is wanted of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selection {
    /// Columns of its own.
    pub columns: Columns,
    /// Who did it.
    pub actor: Option<user::Selection>,
    /// The organization whose row it is.
    pub organization: Option<organization::Selection>,
}

/// Which entries are wanted. Everything that is said must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Of one of these changes.
    pub action: Option<Vec<String>>,
    /// By one of these users.
    pub actor: Option<Vec<String>>,
    /// About rows of one of these kinds.
    pub subject_type: Option<Vec<String>>,
    /// About one of these rows.
    pub subject: Option<Vec<AboutRow>>,
    /// Made then.
    pub created: TimeRange,
}

/// A row as the log names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AboutRow {
    /// The kind of row.
    pub kind: &'static str,
    /// Its key, as a text.
    pub key: String,
}

/// Whose entries a page is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Via {
    /// An organization's.
    Organization,
}

/// One entry that the viewer may see.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    /// What was read of it.
    pub row: Row,
    /// Who did it, if the account is still there.
    pub actor: Relation<User>,
    /// The organization whose row it is, if that is not deleted.
    pub organization: Relation<Organization>,
}

impl Noun for AuditEntry {
    type Entity = audit_entry::Entity;
    const KEY: Named = Named::uuid("id");
    const RULE: &'static str = policy::audit_entry::RULE;
    type Columns = Columns;
    type Selection = Selection;
    type Filter = Filter;
    type OrderField = ();
    type Via = Via;

    fn visible(viewer: &Viewer) -> Condition {
        policy::audit_entry::visible(viewer)
    }

    fn matching(filter: &Filter, _backend: DbBackend) -> Condition {
        let is_about = |row: &AboutRow| {
            Condition::all()
                .add(audit_entry::Column::SubjectType.eq(row.kind))
                .add(audit_entry::Column::SubjectId.eq(row.key.as_str()))
        };
        let about = |rows: &Vec<AboutRow>| rows.iter().map(is_about).fold(Condition::any(), Condition::add);
        Condition::all()
            .add_option(
                filter
                    .action
                    .clone()
                    .map(|one_of| audit_entry::Column::Action.is_in(one_of)),
            )
            .add_option(
                filter
                    .actor
                    .clone()
                    .map(|one_of| audit_entry::Column::ActorId.is_in(one_of)),
            )
            .add_option(
                filter
                    .subject_type
                    .clone()
                    .map(|one_of| audit_entry::Column::SubjectType.is_in(one_of)),
            )
            .add_option(filter.subject.as_ref().map(about))
            .add(filter.created.holds(audit_entry::Column::CreatedAt))
    }

    fn slots(filter: &mut Filter, slots: &mut dyn Slots) {
        filter.created.slots(slots);
        filter.actor.iter_mut().flatten().for_each(|key| slots.text(key));
    }

    fn order_column(_field: ()) -> Named {
        Named::time("created_at")
    }

    fn via_column(via: Via) -> Named {
        match via {
            Via::Organization => Named::uuid("organization_id"),
        }
    }

    fn columns(selection: &Selection, order: Option<()>, via: Option<Via>) -> Columns {
        let mut columns = selection.columns | Columns::ID;
        if selection.actor.is_some() {
            columns |= Columns::ACTOR_ID;
        }
        if selection.organization.is_some() || via == Some(Via::Organization) {
            columns |= Columns::ORGANIZATION_ID;
        }
        if order.is_some() {
            columns |= Columns::CREATED_AT;
        }
        columns
    }

    fn relations(selection: &Selection, mut along: Along<'_>) {
        along.one::<User>(selection.actor.as_ref(), "actor_id", "id", Door::Open);
        along.one::<Organization>(selection.organization.as_ref(), "organization_id", "id", Door::Closed);
    }

    fn width(selection: &Selection) -> usize {
        Self::columns(selection, None, None).count()
            + width::<User>(selection.actor.as_ref())
            + width::<Organization>(selection.organization.as_ref())
    }

    fn decode(fields: &mut Fields<'_>, columns: Columns, selection: &Selection) -> Result<Self, DbErr> {
        let row = Row::take(fields, columns);
        Ok(Self {
            row,
            actor: fields.relation(selection.actor.as_ref())?,
            organization: fields.relation(selection.organization.as_ref())?,
        })
    }

    fn key(&self) -> Result<Key, Error> {
        Ok(Key::Uuid(self.row.id()?))
    }

    fn mark(&self, _field: ()) -> Result<Mark, Error> {
        Ok(Mark::Time(Some(self.row.created_at()?)))
    }

    fn parent(&self, via: Via) -> Result<Option<Key>, Error> {
        Ok(match via {
            Via::Organization => self.row.organization_id()?.map(Key::Uuid),
        })
    }

    fn loads(loads: &Loads) -> &NounLoads<Self> {
        &loads.audit_entry
    }
}
