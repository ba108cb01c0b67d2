//! Organizations.

use std::sync::Arc;

use async_graphql::{Context, Enum, InputObject, Object, SelectionField};

use super::{
    audit_entry::{AuditEntry, AuditEntryFilter, entries_by},
    connection::{Connection, Listed, Which, shown},
    content::{Content, ContentFilter, ContentOrder, contents_by},
    error::{Result, nullable},
    id::{GlobalId, Kind},
    input,
    list::{Arguments, OrderDirection, PageArguments, newest_first},
    look_ahead::LookAhead,
    membership::{MembershipFilter, OrganizationMembership, members_by},
    scalar::Time,
    written::{Shown, ready},
};
use crate::store::{
    self, Noun, Order, Parent, audit_entry, content, membership,
    organization::{Columns, Filter, OrderField, Selection},
};

/// Which organizations a list has. Everything that is said must hold.
#[derive(Clone, Default, InputObject)]
pub struct OrganizationFilter {
    /// With one of these slugs.
    slug: Option<Vec<String>>,
    /// With these words, in this order, in the name; upper and lower case are the same.
    search: Option<String>,
}

impl OrganizationFilter {
    /// The store's filter.
    ///
    /// # Errors
    /// For a value that cannot be one, naming it.
    pub fn into_filter(self) -> Result<Filter> {
        Ok(Filter {
            slug: input::texts("filter.slug", self.slug)?,
            search: input::search("filter.search", self.search)?,
        })
    }
}

/// In which order a list of organizations comes.
#[derive(Clone, Copy, InputObject)]
pub struct OrganizationOrder {
    /// By what. Between equals the id decides.
    field: OrganizationOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

/// By what organizations can be ordered.
#[derive(Clone, Copy, Enum, PartialEq, Eq)]
#[graphql(remote = "OrderField")]
pub enum OrganizationOrderField {
    /// When it was created.
    CreatedAt,
    /// Its name.
    Name,
    /// Its slug.
    Slug,
}

/// Which organizations a list has with these arguments; if nothing is said of the order, the newest first.
///
/// # Errors
/// For a value that cannot be one, naming it.
pub fn organizations_by(
    filter: Option<OrganizationFilter>,
    order: Option<OrganizationOrder>,
) -> Result<Which<Organization>> {
    let order = order.map(|order| Order {
        field: order.field.into(),
        descending: order.direction == OrderDirection::Desc,
    });
    let filter = filter.unwrap_or_default().into_filter()?;
    Ok((filter, order.unwrap_or_else(newest_first)))
}

/// An organization: a tenant, in which creators publish together.
pub struct Organization(Arc<store::organization::Organization>);

impl From<Arc<store::organization::Organization>> for Organization {
    fn from(organization: Arc<store::organization::Organization>) -> Self {
        Self(organization)
    }
}

impl Listed for Organization {
    type Noun = store::organization::Organization;
    const NAME: &'static str = "Organization";

    ready! {
        "name" => name,
        "slug" => slug,
        "description" => description,
        "logoUrl" => logo_url,
        "websiteUrl" => website_url,
        "createdAt" => created_at,
        "updatedAt" => updated_at,
        ;
        "viewerMembership" => viewer_membership,
        ;
        "contents" => Content by content::Via::Organization,
        "members" => OrganizationMembership by membership::Via::Organization,
        "auditLog" => AuditEntry by audit_entry::Via::Organization,
    }

    fn which(arguments: &mut Arguments) -> Option<Which<Self>> {
        organizations_by(arguments.take("filter")?, arguments.take("orderBy")?).ok()
    }
}

impl LookAhead for Selection {
    fn see(&mut self, field: SelectionField<'_>) {
        match field.name() {
            "name" => self.columns |= Columns::NAME,
            "slug" => self.columns |= Columns::SLUG,
            "description" => self.columns |= Columns::DESCRIPTION,
            "logoUrl" => self.columns |= Columns::LOGO_URL,
            "websiteUrl" => self.columns |= Columns::WEBSITE_URL,
            "createdAt" => self.columns |= Columns::CREATED_AT,
            "updatedAt" => self.columns |= Columns::UPDATED_AT,
            "viewerMembership" => self.viewer_membership.get_or_insert_default().see_under(field),
            _ => (),
        }
    }
}

/// An organization: a tenant, in which creators publish together.
#[Object]
impl Organization {
    /// The global id.
    pub async fn id(&self) -> Result<GlobalId<'_>> {
        Ok(Kind::Organization.global(self.0.row.id()?))
    }

    /// What it is called.
    fn name(&self) -> Result<&str> {
        Ok(self.0.row.name()?)
    }

    /// Its name in addresses: unique on the platform.
    fn slug(&self) -> Result<&str> {
        Ok(self.0.row.slug()?)
    }

    /// What it is about.
    fn description(&self) -> Option<Result<&str>> {
        nullable(self.0.row.description())
    }

    /// The address of its logo.
    fn logo_url(&self) -> Option<Result<&str>> {
        nullable(self.0.row.logo_url())
    }

    /// The address of its web site.
    fn website_url(&self) -> Option<Result<&str>> {
        nullable(self.0.row.website_url())
    }

    /// When it was created.
    fn created_at(&self) -> Result<Time> {
        Ok(self.0.row.created_at()?.into())
    }

    /// When it was last changed.
    fn updated_at(&self) -> Result<Time> {
        Ok(self.0.row.updated_at()?.into())
    }

    /// What it publishes.
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
        let parent = Parent::row(content::Via::Organization, self.0.key()?);
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        Connection::load(context, parent, page, contents_by(filter, order_by)?).await
    }

    /// Who belongs to it or is invited, as far as the viewer sees the memberships, the newest first.
    async fn members(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 100 (20 if nothing is said).")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor; goes with `first`.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor; goes with `last`.")] before: Option<String>,
        #[graphql(desc = "Which ones to list.")] filter: Option<MembershipFilter>,
    ) -> Result<Shown<Connection<OrganizationMembership>>> {
        let parent = Parent::row(membership::Via::Organization, self.0.key()?);
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        Connection::load(context, parent, page, members_by(filter)?).await
    }

    /// What was changed in it, as far as the viewer sees the entries, the newest first.
    async fn audit_log(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 100 (20 if nothing is said).")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor; goes with `first`.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor; goes with `last`.")] before: Option<String>,
        #[graphql(desc = "Which ones to list.")] filter: Option<AuditEntryFilter>,
    ) -> Result<Shown<Connection<AuditEntry>>> {
        let parent = Parent::row(audit_entry::Via::Organization, self.0.key()?);
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        Connection::load(context, parent, page, entries_by(filter)?).await
    }

    /// The viewer's own membership, of whatever status; null if there is none.
    fn viewer_membership(&self) -> Option<Result<Shown<OrganizationMembership>>> {
        shown(self.0.viewer_membership.get("viewer_membership"))
    }
}
