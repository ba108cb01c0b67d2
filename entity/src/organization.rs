//! Organizations: the platform's tenants.

use sea_orm::entity::prelude::*;

/// A tenant: it has members, and content is made in it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organizations")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The name that people read.
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub name: String,
    /// The name in addresses. A deleted organization keeps its slug.
    #[sea_orm(unique, column_type = "String(StringLen::N(255))")]
    pub slug: String,
    /// What it is about.
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    /// URL of its logo.
    #[sea_orm(column_type = "Text", nullable)]
    pub logo_url: Option<String>,
    /// URL of its own site.
    #[sea_orm(column_type = "Text", nullable)]
    pub website_url: Option<String>,
    /// When it was deleted; from then on nobody sees it. Null: it lives.
    pub deleted_at: Option<DateTimeUtc>,
    /// When the row was written.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Who belongs to it.
    #[sea_orm(has_many)]
    pub memberships: HasMany<super::membership::Entity>,
    /// What was made in it.
    #[sea_orm(has_many)]
    pub content: HasMany<super::content::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
