//! People who can sign in.

use sea_orm::entity::prelude::*;

/// What a user may do on the platform as a whole. What they may do in an organization is their membership's role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Role {
    /// Nothing beyond what their rows, memberships and grants give them.
    User,
    /// Sees and changes everything.
    PlatformOwner,
}

/// A person.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    /// Minted by the authentication library.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub id: String,
    /// The name that others see.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// In lower case; one account an address.
    #[sea_orm(unique, column_type = "Text")]
    pub email: String,
    /// Whether the address was proven to be theirs.
    pub email_verified: bool,
    /// URL of a portrait.
    #[sea_orm(column_type = "Text", nullable)]
    pub image: Option<String>,
    /// What they may do on the platform.
    pub role: Role,
    /// When the row was written.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Their ways to sign in.
    #[sea_orm(has_many)]
    pub accounts: HasMany<super::account::Entity>,
    /// Where they are signed in.
    #[sea_orm(has_many)]
    pub sessions: HasMany<super::session::Entity>,
    /// The organizations they belong to; not those they invited others to.
    #[sea_orm(has_many, relation_enum = "Membership", via_rel = "User")]
    pub memberships: HasMany<super::membership::Entity>,
    /// The media they uploaded.
    #[sea_orm(has_many)]
    pub media_items: HasMany<super::media_item::Entity>,
    /// The content they made.
    #[sea_orm(has_many)]
    pub content: HasMany<super::content::Entity>,
    /// What they bought.
    #[sea_orm(has_many)]
    pub purchases: HasMany<super::purchase::Entity>,
    /// What they were given access to.
    #[sea_orm(has_many)]
    pub grants: HasMany<super::grant::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
