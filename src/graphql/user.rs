//! Users.

use std::sync::Arc;

use async_graphql::{Context, Object, SelectionField};

use super::{
    connection::{Connection, Listed, PageInfo, all, scope, told, total},
    content::{Content, ContentFilter, ContentOrder, contents_by},
    error::{ClientError, Result, nullable},
    grant::Grant,
    guard::{EMAIL, EMAIL_VERIFIED, Guard, PROFILE_CHANGED, PURCHASES, SESSIONS, SIGNED_UP},
    id::{GlobalId, Kind},
    json::Json,
    list::{List, PageArguments, newest_first},
    look_ahead::LookAhead,
    media_item::{MediaItem, MediaItemFilter, media_items_by},
    membership::{MembershipRole, MembershipStatus},
    organization::Organization,
    purchase::Purchase,
    scalar::Time,
    session::Session,
    written::{Asked, Shown, ShownList, Write, Written, ready},
};
use crate::store::{
    self, Key, Noun, Page, Parent, content, grant, media_item,
    membership::{self, Membership},
    purchase, session,
    user::{Columns, Selection},
};

/// A person.
pub struct User(Arc<store::user::User>);

impl From<Arc<store::user::User>> for User {
    fn from(user: Arc<store::user::User>) -> Self {
        Self(user)
    }
}

impl Listed for User {
    type Noun = store::user::User;
    const NAME: &'static str = "User";

    ready! {
        "name" => name,
        "image" => image,
        "email" => email,
        "emailVerified" => email_verified,
        "createdAt" => created_at,
        "updatedAt" => updated_at,
        ; ;
        "contents" => Content by content::Via::Creator,
        "mediaItems" => MediaItem by media_item::Via::Creator,
        "grants" => Grant by grant::Via::User,
    }
}

impl LookAhead for Selection {
    fn see(&mut self, field: SelectionField<'_>) {
        match field.name() {
            "name" => self.columns |= Columns::NAME,
            "image" => self.columns |= Columns::IMAGE,
            "email" => self.columns |= Columns::EMAIL,
            "emailVerified" => self.columns |= Columns::EMAIL_VERIFIED,
            "createdAt" => self.columns |= Columns::CREATED_AT,
            "updatedAt" => self.columns |= Columns::UPDATED_AT,
            _ => (),
        }
    }
}

impl User {
    /// A list of what is the user's own, if the viewer may have that.
    async fn private_list<T: Listed>(
        &self,
        context: &Context<'_>,
        guard: &Guard,
        via: <T::Noun as Noun>::Via,
        page: PageArguments,
    ) -> Option<Result<Shown<Connection<T>>>>
    where
        T::Noun: Noun<Filter = (), OrderField = (), Selection: LookAhead>,
    {
        let list = async {
            let parent = Parent::row(via, self.0.key()?);
            Connection::load(context, parent, page, all::<T>()).await
        };
        match guard.lets(context, |viewer| self.0.is_private_to(viewer)) {
            Ok(true) => Some(list.await),
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        }
    }
}

/// A person.
#[Object]
impl User {
    /// The global id.
    pub async fn id(&self) -> Result<GlobalId<'_>> {
        Ok(Kind::User.global(self.0.row.id()?))
    }

    /// The name that everyone sees.
    fn name(&self) -> Result<&str> {
        Ok(self.0.row.name()?)
    }

    /// The address of their picture.
    fn image(&self) -> Option<Result<&str>> {
        nullable(self.0.row.image())
    }

    /// The email address.
    fn email(&self, context: &Context<'_>) -> Option<Result<&str>> {
        let email = || Ok(Some(self.0.row.email()?));
        EMAIL.open(context, |viewer| self.0.is_private_to(viewer), email)
    }

    /// Whether the email address is known to be theirs.
    fn email_verified(&self, context: &Context<'_>) -> Option<Result<bool>> {
        let verified = || Ok(Some(self.0.row.email_verified()?));
        EMAIL_VERIFIED.open(context, |viewer| self.0.is_private_to(viewer), verified)
    }

    /// When the account was made.
    fn created_at(&self, context: &Context<'_>) -> Option<Result<Time>> {
        let time = || Ok(Some(Time(self.0.row.created_at()?)));
        SIGNED_UP.open(context, |viewer| self.0.is_private_to(viewer), time)
    }

    /// When they last changed what they say of themselves.
    fn updated_at(&self, context: &Context<'_>) -> Option<Result<Time>> {
        let time = || Ok(Some(Time(self.0.row.updated_at()?)));
        PROFILE_CHANGED.open(context, |viewer| self.0.is_private_to(viewer), time)
    }

    /// What they made, personally and in organizations.
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
        let parent = Parent::row(content::Via::Creator, self.0.key()?);
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        Connection::load(context, parent, page, contents_by(filter, order_by)?).await
    }

    /// The media items that they made, the newest first.
    async fn media_items(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 100 (20 if nothing is said).")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor; goes with `first`.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor; goes with `last`.")] before: Option<String>,
        #[graphql(desc = "Which ones to list.")] filter: Option<MediaItemFilter>,
    ) -> Result<Shown<Connection<MediaItem>>> {
        let parent = Parent::row(media_item::Via::Creator, self.0.key()?);
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        Connection::load(context, parent, page, media_items_by(filter)?).await
    }

    /// The organizations that they belong to or are invited to, as far as the viewer sees the memberships, the newest first.
    async fn organizations(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 100 (20 if nothing is said).")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor; goes with `first`.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor; goes with `last`.")] before: Option<String>,
    ) -> Result<Shown<UserOrganizationConnection>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        UserOrganizationConnection::load(context, self.0.key()?, page).await
    }

    /// Where they are signed in, the newest first.
    async fn sessions(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 100 (20 if nothing is said).")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor; goes with `first`.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor; goes with `last`.")] before: Option<String>,
    ) -> Option<Result<Shown<Connection<Session>>>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        self.private_list(context, &SESSIONS, session::Via::User, page).await
    }

    /// What they bought, the newest first.
    async fn purchases(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 100 (20 if nothing is said).")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor; goes with `first`.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor; goes with `last`.")] before: Option<String>,
    ) -> Option<Result<Shown<Connection<Purchase>>>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        self.private_list(context, &PURCHASES, purchase::Via::Customer, page)
            .await
    }

    /// The grants that they hold and the viewer sees, the newest first.
    async fn grants(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many from the start, at most 100 (20 if nothing is said).")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor; goes with `first`.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor; goes with `last`.")] before: Option<String>,
    ) -> Result<Shown<Connection<Grant>>> {
        let parent = Parent::row(grant::Via::User, self.0.key()?);
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        Connection::load(context, parent, page, all::<Grant>()).await
    }
}

/// The organizations that a user belongs to or is invited to.
pub struct UserOrganizationConnection {
    page: Arc<Page<Membership>>,
    parent: Parent<Membership>,
    filter: Arc<membership::Filter>,
}

/// An organization, and what the user is there.
pub struct UserOrganizationEdge {
    page: Arc<Page<Membership>>,
    membership: Arc<Membership>,
}

impl UserOrganizationConnection {
    async fn load(context: &Context<'_>, user: Key, arguments: PageArguments) -> Result<Shown<Self>> {
        let parent = Parent::row(membership::Via::User, user);
        let filter = membership::Filter {
            visible_organization: true,
            ..membership::Filter::default()
        };
        let list = List::asked(context.field(), arguments, filter, newest_first(), see)?;
        let page = Box::pin(list.page(scope(context)?, parent.clone())).await?;
        let filter = Arc::clone(list.filter());
        Ok(Shown(Self { page, parent, filter }))
    }

    fn edge(&self, membership: &Arc<Membership>) -> UserOrganizationEdge {
        UserOrganizationEdge {
            page: Arc::clone(&self.page),
            membership: Arc::clone(membership),
        }
    }
}

impl Written for UserOrganizationConnection {
    fn writer<'a>(field: Asked<'a>) -> Option<Write<'a, Self>> {
        match field.name() {
            "edges" => field.list(
                |this: &Self| this.page.rows(),
                |this, membership| Ok(this.edge(membership)),
            ),
            "nodes" => field.list(|this: &Self| this.page.rows(), |_, membership| organization(membership)),
            "pageInfo" => field.object(|this: &Self| PageInfo::of(&this.page)),
            "totalCount" => Some(Box::new(|this, text| told(&this.page)?.write(text))),
            _ => None,
        }
    }
}

impl Written for UserOrganizationEdge {
    fn writer<'a>(field: Asked<'a>) -> Option<Write<'a, Self>> {
        match field.name() {
            "cursor" => field.value(Self::cursor),
            "node" => field.object(|edge: &Self| organization(&edge.membership)),
            "role" => field.value(Self::role),
            "status" => field.value(Self::status),
            _ => None,
        }
    }
}

/// What one field of the connection needs of a membership: a node is its organization.
fn see(selection: &mut membership::Selection, field: SelectionField<'_>) {
    match field.name() {
        "nodes" => selection.organization.get_or_insert_default().see_under(field),
        "edges" => {
            for field in field.selection_set() {
                match field.name() {
                    "node" => selection.organization.get_or_insert_default().see_under(field),
                    _ => selection.see(field),
                }
            }
        }
        _ => (),
    }
}

fn organization(membership: &Membership) -> Result<Organization> {
    let organization = membership.organization.get("organization")?;
    // The list has only memberships in organizations that are there.
    let organization = organization.ok_or_else(|| ClientError::internal("a membership without its organization"))?;
    Ok(Organization::from(Arc::clone(organization)))
}

/// The organizations that a user belongs to or is invited to.
#[Object]
impl UserOrganizationConnection {
    /// The page's organizations, each with what the user is there.
    async fn edges(&self) -> ShownList<UserOrganizationEdge> {
        ShownList(
            self.page
                .rows()
                .iter()
                .map(|membership| self.edge(membership))
                .collect(),
        )
    }

    /// The page's organizations.
    async fn nodes(&self) -> Result<ShownList<Organization>> {
        let organizations = self.page.rows().iter().map(|membership| organization(membership));
        organizations.collect::<Result<_>>().map(ShownList)
    }

    /// Where the page stands in the list.
    async fn page_info(&self) -> Result<Shown<PageInfo>> {
        Ok(Shown(PageInfo::of(&self.page)?))
    }

    /// How many organizations the whole list has: those of the memberships that the viewer may see.
    async fn total_count(&self, context: &Context<'_>) -> Result<i32> {
        total(context, &self.page, &self.parent, &self.filter).await
    }
}

/// An organization, and what the user is there.
#[Object]
impl UserOrganizationEdge {
    /// The organization's place, for `after` and `before`.
    fn cursor(&self) -> Result<String> {
        Ok(self.page.cursor(&self.membership)?.encode())
    }

    /// The organization.
    async fn node(&self) -> Result<Shown<Organization>> {
        organization(&self.membership).map(Shown)
    }

    /// What the user is there.
    fn role(&self) -> Result<MembershipRole> {
        Ok(self.membership.row.role()?.into())
    }

    /// Whether the user is there already.
    fn status(&self) -> Result<MembershipStatus> {
        Ok(self.membership.row.status()?.into())
    }
}
