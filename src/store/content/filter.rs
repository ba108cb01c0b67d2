//! Which content is wanted.

use entity::{content, is_one_of, organization as organizations};
use sea_orm::{
    ColumnTrait, Condition, DbBackend,
    prelude::Uuid,
    sea_query::{Expr, ExprTrait, Query, SubQueryStatement},
};

use super::{ContentType, Status, Visibility};
use crate::{
    database::{Slots, contains_text, has_any_tag},
    store::{Noun, TimeRange, organization::Organization},
};

/// Which content is wanted. Everything that is said must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// With one of these slugs.
    pub slug: Option<Vec<String>>,
    /// In one of these states.
    pub status: Option<Vec<Status>>,
    /// Of one of these kinds.
    pub content_type: Option<Vec<ContentType>>,
    /// For one of these audiences.
    pub visibility: Option<Vec<Visibility>>,
    /// In one of these categories.
    pub category: Option<Vec<String>>,
    /// With at least one of these tags.
    pub any_tag: Option<Vec<String>>,
    /// With all of these tags.
    pub all_tags: Option<Vec<String>>,
    /// Published then.
    pub published: TimeRange,
    /// Created then.
    pub created: TimeRange,
    /// At this price or more, in cents.
    pub price_from: Option<i32>,
    /// At this price or less, in cents.
    pub price_to: Option<i32>,
    /// Whether it costs nothing.
    pub free: Option<bool>,
    /// Made by one of these users.
    pub creator: Option<Vec<String>>,
    /// Of one of these organizations.
    pub organization: Option<Vec<Uuid>>,
    /// Of the organization with this slug.
    pub organization_slug: Option<String>,
    /// Whether it is personal.
    pub personal: Option<bool>,
    /// With these words in the title or the description.
    pub search: Option<String>,
}

impl Filter {
    /// Shows what only ever becomes a value of [`Self::condition`]. (Words to search for become patterns, and tags are asked for in
    /// ways of their own.)
    pub(super) fn slots(&mut self, slots: &mut dyn Slots) {
        let texts = [&mut self.slug, &mut self.category, &mut self.creator];
        let texts = texts.into_iter().flatten().flatten();
        texts
            .chain(&mut self.organization_slug)
            .for_each(|text| slots.text(text));
        self.organization.iter_mut().flatten().for_each(|key| slots.uuid(key));
        self.published.slots(slots);
        self.created.slots(slots);
        let prices = self.price_from.iter_mut().chain(&mut self.price_to);
        prices.for_each(|price| slots.number(price));
    }

    /// The rows that it lets through.
    pub(super) fn condition(&self, backend: DbBackend) -> Condition {
        let tagged = |tags: &[String]| {
            let (key, column) = (content::Column::Id, content::Column::Tags);
            has_any_tag(backend, key.as_column_ref(), column.as_column_ref(), tags)
        };
        let free = || {
            Condition::any()
                .add(content::Column::PriceCents.is_null())
                .add(content::Column::PriceCents.eq(0))
        };
        let words = |words: &String| {
            Condition::any()
                .add(contains_text(backend, content::Column::Title.as_column_ref(), words))
                .add(contains_text(
                    backend,
                    content::Column::Description.as_column_ref(),
                    words,
                ))
        };
        let of_slug = |slug: &String| {
            let organization = Query::select()
                .column(organizations::Column::Id)
                .from(organizations::Entity)
                .and_where(organizations::Column::Slug.eq(slug))
                .cond_where(Organization::alive())
                .take();
            // One key and not a list of them, so that the index on organization and slug finds the row.
            Expr::col(content::Column::OrganizationId.as_column_ref())
                .eq(Expr::from(SubQueryStatement::from(organization)))
        };
        Condition::all()
            .add_option(self.slug.clone().map(|one_of| content::Column::Slug.is_in(one_of)))
            .add_option(
                self.status
                    .clone()
                    .map(|one_of| is_one_of(content::Column::Status, one_of)),
            )
            .add_option(
                self.content_type
                    .clone()
                    .map(|one_of| is_one_of(content::Column::ContentType, one_of)),
            )
            .add_option(
                self.visibility
                    .clone()
                    .map(|one_of| is_one_of(content::Column::Visibility, one_of)),
            )
            .add_option(
                self.category
                    .clone()
                    .map(|one_of| content::Column::Category.is_in(one_of)),
            )
            .add_option(self.any_tag.as_deref().map(tagged))
            .add_option(self.all_tags.as_ref().map(|tags| {
                let each = tags.iter().map(|tag| tagged(std::slice::from_ref(tag)));
                each.fold(Condition::all(), Condition::add)
            }))
            .add(self.published.holds(content::Column::PublishedAt))
            .add(self.created.holds(content::Column::CreatedAt))
            .add_option(self.price_from.map(|price| content::Column::PriceCents.gte(price)))
            .add_option(self.price_to.map(|price| content::Column::PriceCents.lte(price)))
            .add_option(self.free.map(|is_free| if is_free { free() } else { free().not() }))
            .add_option(
                self.creator
                    .clone()
                    .map(|one_of| content::Column::CreatorId.is_in(one_of)),
            )
            .add_option(
                self.organization
                    .clone()
                    .map(|one_of| content::Column::OrganizationId.is_in(one_of)),
            )
            .add_option(self.organization_slug.as_ref().map(of_slug))
            .add_option(self.personal.map(|personal| match personal {
                true => content::Column::OrganizationId.is_null(),
                false => content::Column::OrganizationId.is_not_null(),
            }))
            .add_option(self.search.as_ref().map(words))
    }
}
