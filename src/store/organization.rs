//! Organizations.

mod create;
mod delete;
mod transfer;
mod update;

use std::sync::Arc;

pub use create::Create;
pub use delete::Delete;
use entity::organization;
use sea_orm::{
    ColumnTrait, Condition, DbBackend, DbErr,
    prelude::{DateTimeUtc, Uuid},
};

pub use transfer::Transfer;
pub use update::Update;

use super::{
    Error, Key, Noun, Relation,
    columns::ColumnSet,
    cursor::Mark,
    fields::Fields,
    membership::{self, Membership},
    noun::{Named, width},
    relation::{Along, Door},
    scope::{Loads, NounLoads},
};
use crate::{
    database::{Slots, contains_text},
    policy,
    viewer::Viewer,
};

columns! {
    organization::Entity {
        ID id: Uuid = Id;
        NAME name: String = Name;
        SLUG slug: String = Slug;
        DESCRIPTION description: Option<String> = Description;
        LOGO_URL logo_url: Option<String> = LogoUrl;
        WEBSITE_URL website_url: Option<String> = WebsiteUrl;
        CREATED_AT created_at: DateTimeUtc = CreatedAt;
        UPDATED_AT updated_at: DateTimeUtc = UpdatedAt;
    }
}

/// What is wanted of an organization.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selection {
    /// Columns of its own.
    pub columns: Columns,
    /// The viewer's own membership.
    pub viewer_membership: Option<Box<membership::Selection>>,
}

/// Which organizations are wanted. Everything that is said must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// With one of these slugs.
    pub slug: Option<Vec<String>>,
    /// With these words in the name.
    pub search: Option<String>,
}

/// By what organizations can be ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OrderField {
    /// When it was made.
    #[default]
    CreatedAt,
    /// Its name.
    Name,
    /// Its slug.
    Slug,
}

/// One organization that the viewer may see.
#[derive(Clone, Debug)]
pub struct Organization {
    /// What was read of it.
    pub row: Row,
    /// The viewer's own membership, if there is one.
    pub viewer_membership: Relation<Membership>,
}

impl Noun for Organization {
    type Entity = organization::Entity;
    const KEY: Named = Named::uuid("id");
    const RULE: &'static str = policy::organization::RULE;
    type Columns = Columns;
    type Selection = Selection;
    type Filter = Filter;
    type OrderField = OrderField;
    type Via = ();

    fn visible(viewer: &Viewer) -> Condition {
        policy::organization::visible(viewer)
    }

    fn alive() -> Condition {
        Condition::all().add(organization::Column::DeletedAt.is_null())
    }

    fn matching(filter: &Filter, backend: DbBackend) -> Condition {
        let words = |words: &String| contains_text(backend, organization::Column::Name.as_column_ref(), words);
        Condition::all()
            .add_option(
                filter
                    .slug
                    .clone()
                    .map(|one_of| organization::Column::Slug.is_in(one_of)),
            )
            .add_option(filter.search.as_ref().map(words))
    }

    fn slots(filter: &mut Filter, slots: &mut dyn Slots) {
        filter.slug.iter_mut().flatten().for_each(|slug| slots.text(slug));
    }

    fn order_column(field: OrderField) -> Named {
        match field {
            OrderField::CreatedAt => Named::time("created_at"),
            OrderField::Name => Named::text("name"),
            OrderField::Slug => Named::text("slug"),
        }
    }

    fn via_column(_via: ()) -> Named {
        Self::KEY
    }

    fn columns(selection: &Selection, order: Option<OrderField>, _via: Option<()>) -> Columns {
        let columns = selection.columns | Columns::ID;
        match order {
            Some(OrderField::CreatedAt) => columns | Columns::CREATED_AT,
            Some(OrderField::Name) => columns | Columns::NAME,
            Some(OrderField::Slug) => columns | Columns::SLUG,
            None => columns,
        }
    }

    fn relations(selection: &Selection, mut along: Along<'_>) {
        along.one::<Membership>(
            selection.viewer_membership.as_deref(),
            "id",
            "organization_id",
            Door::ClosedTo(policy::membership::of_viewer(along.viewer())),
        );
    }

    fn width(selection: &Selection) -> usize {
        Self::columns(selection, None, None).count() + width::<Membership>(selection.viewer_membership.as_deref())
    }

    fn decode(fields: &mut Fields<'_>, columns: Columns, selection: &Selection) -> Result<Self, DbErr> {
        let row = Row::take(fields, columns);
        Ok(Self {
            row,
            viewer_membership: fields.relation(selection.viewer_membership.as_deref())?,
        })
    }

    fn alone(row: Arc<organization::Model>, selection: &Selection) -> Option<Self> {
        selection.viewer_membership.is_none().then(|| Self {
            row: Row::of(row),
            viewer_membership: Relation::NotRead,
        })
    }

    fn key(&self) -> Result<Key, Error> {
        Ok(Key::Uuid(self.row.id()?))
    }

    fn mark(&self, field: OrderField) -> Result<Mark, Error> {
        Ok(match field {
            OrderField::CreatedAt => Mark::Time(Some(self.row.created_at()?)),
            OrderField::Name => Mark::Text(self.row.name()?.to_owned()),
            OrderField::Slug => Mark::Text(self.row.slug()?.to_owned()),
        })
    }

    fn parent(&self, _via: ()) -> Result<Option<Key>, Error> {
        self.key().map(Some)
    }

    fn loads(loads: &Loads) -> &NounLoads<Self> {
        &loads.organization
    }
}
