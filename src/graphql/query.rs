//! Where a query begins.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, OneofObject};
use futures_util::future::try_join_all;

use super::{
    audit_entry::{AuditEntry, AuditEntryFilter, entries_by},
    connection::{Connection, Listed, scope},
    content::{Content, ContentFilter, ContentOrder, contents_by},
    error::{ClientError, Result},
    id::{self, Kind},
    input,
    limits::Limits,
    list::PageArguments,
    look_ahead::LookAhead,
    media_item::{MediaItem, MediaItemFilter, media_items_by},
    node::{Node, find, find_any},
    organization::{Organization, OrganizationFilter, OrganizationOrder, organizations_by},
    user::User,
    written::Shown,
};
use crate::store::{self, Noun, PageRequest, Parent, Window};

/// The most ids that `nodes` takes.
const MOST_IDS: usize = 100;

/// By what an organization is found.
#[derive(OneofObject)]
pub enum OrganizationBy {
    /// Its global id.
    Id(ID),
    /// Its slug.
    Slug(String),
}

/// By what content is found.
#[derive(OneofObject)]
pub enum ContentBy {
    /// Its global id.
    Id(ID),
    /// Its slug, within an organization.
    OrganizationSlug(ContentByOrganizationSlug),
    /// Its slug, within a creator's profile: their personal content.
    CreatorSlug(ContentByCreatorSlug),
}

/// The address of an organization's content.
#[derive(InputObject)]
pub struct ContentByOrganizationSlug {
    /// The organization's slug.
    organization: String,
    /// The content's slug.
    slug: String,
}

/// The address of personal content.
#[derive(InputObject)]
pub struct ContentByCreatorSlug {
    /// The creator's id.
    creator: ID,
    /// The content's slug.
    slug: String,
}

/// Where a query begins.
pub struct Query {
    limits: Limits,
}

impl Query {
    /// Under these limits.
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits }
    }
}

/// Where a query begins. Reading what one may not see gives the same answer as reading what is not there: null, or a shorter
/// list.
#[Object]
impl Query {
    /// The row with this global id.
    async fn node(&self, context: &Context<'_>, #[graphql(desc = "The global id.")] id: ID) -> Option<Result<Node>> {
        let found = async { find_any(context, id::decode("id", &id)?).await };
        found.await.transpose()
    }

    /// The rows with these global ids, in their order, with null for each that is not to be seen.
    async fn nodes(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The global ids, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > MOST_IDS {
            return Err(ClientError::argument(
                "ids",
                format!("must not have more than {MOST_IDS} values"),
            ));
        }
        let decode = |(place, id)| id::decode(&format!("ids.{place}"), id);
        let ids = ids.iter().enumerate().map(decode).collect::<Result<Vec<_>>>()?;
        try_join_all(ids.into_iter().map(|id| find_any(context, id))).await
    }

    /// Who asks; null for the anonymous.
    async fn viewer(&self, context: &Context<'_>) -> Option<Result<Shown<User>>> {
        let found = async {
            match scope(context)?.viewer().user_id() {
                Some(id) => find(context, id.into(), context.field()).await,
                None => Ok(None),
            }
        };
        found.await.map(Shown::maybe).transpose()
    }

    /// One organization.
    async fn organization(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "By what it is found.")] by: OrganizationBy,
    ) -> Option<Result<Shown<Organization>>> {
        let found = async {
            match by {
                OrganizationBy::Id(id) => {
                    find(
                        context,
                        id::decode_as("by.id", &id, Kind::Organization)?,
                        context.field(),
                    )
                    .await
                }
                OrganizationBy::Slug(slug) => {
                    let filter = store::organization::Filter {
                        slug: Some(vec![input::text("by.slug", slug)?]),
                        ..store::organization::Filter::default()
                    };
                    only(context, Parent::ROOT, filter).await
                }
            }
        };
        found.await.map(Shown::maybe).transpose()
    }

    /// The organizations of the platform; pinned to one, that one alone.
    async fn organizations(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 100 (20 if nothing is said).")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor; goes with `first`.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor; goes with `last`.")] before: Option<String>,
        #[graphql(desc = "Which ones to list.")] filter: Option<OrganizationFilter>,
        #[graphql(desc = "In which order; if nothing is said, the newest created first.")] order_by: Option<
            OrganizationOrder,
        >,
    ) -> Result<Shown<Connection<Organization>>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        Connection::load(context, Parent::ROOT, page, organizations_by(filter, order_by)?).await
    }

    /// One piece of content.
    async fn content(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "By what it is found.")] by: ContentBy,
    ) -> Option<Result<Shown<Content>>> {
        let found = async {
            match by {
                ContentBy::Id(id) => find(context, id::decode_as("by.id", &id, Kind::Content)?, context.field()).await,
                ContentBy::OrganizationSlug(address) => {
                    let filter = store::content::Filter {
                        slug: Some(vec![input::text("by.organizationSlug.slug", address.slug)?]),
                        organization_slug: Some(input::text("by.organizationSlug.organization", address.organization)?),
                        ..store::content::Filter::default()
                    };
                    only(context, Parent::ROOT, filter).await
                }
                ContentBy::CreatorSlug(address) => {
                    let creator = input::text_key("by.creatorSlug.creator", &address.creator, Kind::User)?;
                    let filter = store::content::Filter {
                        slug: Some(vec![input::text("by.creatorSlug.slug", address.slug)?]),
                        creator: Some(vec![creator]),
                        personal: Some(true),
                        ..store::content::Filter::default()
                    };
                    only(context, Parent::ROOT, filter).await
                }
            }
        };
        found.await.map(Shown::maybe).transpose()
    }

    /// The content of the whole platform that the viewer may see.
    async fn contents(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 100 (20 if nothing is said).")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor; goes with `first`.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor; goes with `last`.")] before: Option<String>,
        #[graphql(desc = "Which ones to list.")] filter: Option<ContentFilter>,
        #[graphql(desc = "In which order; if nothing is said, the newest created first.")] order_by: Option<
            ContentOrder,
        >,
    ) -> Result<Shown<Connection<Content>>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        Connection::load(context, Parent::ROOT, page, contents_by(filter, order_by)?).await
    }

    /// The most that a request may ask for.
    async fn limits(&self) -> Limits {
        self.limits
    }

    /// One media item.
    async fn media_item(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Option<Result<Shown<MediaItem>>> {
        let found = async { find(context, id::decode_as("id", &id, Kind::MediaItem)?, context.field()).await };
        found.await.map(Shown::maybe).transpose()
    }

    /// The media items of the whole platform that the viewer may see, the newest first.
    async fn media_items(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 100 (20 if nothing is said).")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor; goes with `first`.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor; goes with `last`.")] before: Option<String>,
        #[graphql(desc = "Which ones to list.")] filter: Option<MediaItemFilter>,
    ) -> Result<Shown<Connection<MediaItem>>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        Connection::load(context, Parent::ROOT, page, media_items_by(filter)?).await
    }

    /// What was changed on the whole platform, as far as the viewer sees the entries, the newest first. What no organization owns
    /// is here alone.
    async fn audit_log(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 100 (20 if nothing is said).")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor; goes with `first`.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor; goes with `last`.")] before: Option<String>,
        #[graphql(desc = "Which ones to list.")] filter: Option<AuditEntryFilter>,
    ) -> Result<Shown<Connection<AuditEntry>>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        Connection::load(context, Parent::ROOT, page, entries_by(filter)?).await
    }
}

/// The one row that the filter lets through, if the viewer may see it.
async fn only<T: Listed>(
    context: &Context<'_>,
    parent: Parent<T::Noun>,
    filter: <T::Noun as Noun>::Filter,
) -> Result<Option<T>>
where
    <T::Noun as Noun>::Selection: LookAhead,
{
    let request = PageRequest {
        filter,
        window: Window {
            size: 1,
            ..Window::default()
        },
        selection: <T::Noun as Noun>::Selection::under(context.field()),
        is_only: true,
        ..PageRequest::default()
    };
    let page = scope(context)?.page(parent, Arc::new(request)).await?;
    Ok(page.rows().first().map(|row| T::from(Arc::clone(row))))
}
