//! What people publish, watch, hear, read and buy.

use sea_orm::entity::prelude::*;

/// What kind of content it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(50))", rename_all = "snake_case")]
pub enum ContentType {
    /// Shows a media item that is a video.
    Video,
    /// Plays a media item that is audio.
    Audio,
    /// Has a text of its own, and no media item.
    Written,
}

/// Whom published content is for. The access rules say what each may see of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(50))", rename_all = "snake_case")]
pub enum Visibility {
    /// Everyone.
    Public,
    /// Its creator, its organization's managers, and whoever was given a grant.
    Private,
    /// Members of its organization.
    MembersOnly,
    /// Everyone sees that it is there; its buyers may open it.
    PurchasedOnly,
}

/// How far it is: draft → published ⇄ draft, published → archived → draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(50))", rename_all = "snake_case")]
pub enum Status {
    /// Being worked on.
    Draft,
    /// Out.
    Published,
    /// Out no longer, except for those who hold a grant.
    Archived,
}

/// A piece of content: video, audio or text, personal or an organization's.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "content")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who made it.
    #[sea_orm(column_type = "Text")]
    pub creator_id: String,
    /// The organization it was made in. Null: personal.
    pub organization_id: Option<Uuid>,
    /// What it shows. Null: written, or not yet attached.
    pub media_item_id: Option<Uuid>,
    /// What it is called.
    #[sea_orm(column_type = "String(StringLen::N(500))")]
    pub title: String,
    /// Its name in addresses; one of its kind in its organization, or among its creator's personal content.
    #[sea_orm(column_type = "String(StringLen::N(500))")]
    pub slug: String,
    /// What it is about.
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    /// Video, audio or written.
    pub content_type: ContentType,
    /// URL of its picture.
    #[sea_orm(column_type = "Text", nullable)]
    pub thumbnail_url: Option<String>,
    /// The text of written content.
    #[sea_orm(column_type = "Text", nullable)]
    pub content_body: Option<String>,
    /// The one heading it is listed under.
    #[sea_orm(column_type = "String(StringLen::N(100))", nullable)]
    pub category: Option<String>,
    /// A JSON array of strings, without doubles.
    #[sea_orm(column_type = "JsonBinary")]
    pub tags: Json,
    /// Whom it is for.
    pub visibility: Visibility,
    /// What it costs, in cents. Null: free.
    pub price_cents: Option<i32>,
    /// How far it is.
    pub status: Status,
    /// When it was first published; cleared when it goes back to draft.
    pub published_at: Option<DateTimeUtc>,
    /// How often it was opened.
    pub view_count: i32,
    /// How often it was bought.
    pub purchase_count: i32,
    /// When it was deleted; from then on nobody sees it. Null: it lives.
    pub deleted_at: Option<DateTimeUtc>,
    /// When the row was written.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Who made it; they cannot be deleted while it is there.
    #[sea_orm(belongs_to, from = "creator_id", to = "id", on_delete = "Restrict")]
    pub creator: BelongsTo<super::user::Entity>,
    /// Its organization. When that is purged, the content becomes its creator's personal draft.
    #[sea_orm(belongs_to, from = "organization_id", to = "id", on_delete = "SetNull")]
    pub organization: BelongsTo<Option<super::organization::Entity>>,
    /// What it shows.
    #[sea_orm(belongs_to, from = "media_item_id", to = "id", on_delete = "SetNull")]
    pub media_item: BelongsTo<Option<super::media_item::Entity>>,
    /// Who bought it.
    #[sea_orm(has_many)]
    pub purchases: HasMany<super::purchase::Entity>,
    /// Who was given access to it.
    #[sea_orm(has_many)]
    pub grants: HasMany<super::grant::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
