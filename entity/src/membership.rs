//! Who belongs to which organization, and as what.

use sea_orm::entity::prelude::*;

/// What a member may do in the organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(50))", rename_all = "snake_case")]
pub enum Role {
    /// Everything; at most one an organization.
    Owner,
    /// Manages the organization and its content, but neither the owner nor other admins.
    Admin,
    /// Makes content.
    Creator,
    /// Reads what is for members, as a paying one.
    Subscriber,
    /// Reads what is for members.
    Member,
}

/// Whether a membership counts. Only an active one gives anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(50))", rename_all = "snake_case")]
pub enum Status {
    /// It counts.
    Active,
    /// It rests.
    Inactive,
    /// The user was invited and has not answered.
    Invited,
}

/// One user in one organization.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organization_memberships")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organization.
    #[sea_orm(unique_key = "organization_user")]
    pub organization_id: Uuid,
    /// The member.
    #[sea_orm(unique_key = "organization_user", column_type = "Text")]
    pub user_id: String,
    /// What they may do there.
    pub role: Role,
    /// Whether it counts.
    pub status: Status,
    /// Who invited them, if anybody did and is still there.
    #[sea_orm(column_type = "Text", nullable)]
    pub invited_by: Option<String>,
    /// When they were invited.
    pub invited_at: Option<DateTimeUtc>,
    /// When they joined.
    pub joined_at: Option<DateTimeUtc>,
    /// When the row was written.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The organization; the membership goes with it.
    #[sea_orm(belongs_to, from = "organization_id", to = "id", on_delete = "Cascade")]
    pub organization: BelongsTo<super::organization::Entity>,
    /// The member; the membership goes with them.
    #[sea_orm(
        belongs_to,
        relation_enum = "User",
        from = "user_id",
        to = "id",
        on_delete = "Cascade"
    )]
    pub user: BelongsTo<super::user::Entity>,
    /// Who invited them; the membership outlives the inviter.
    #[sea_orm(
        belongs_to,
        relation_enum = "Inviter",
        from = "invited_by",
        to = "id",
        on_delete = "SetNull"
    )]
    pub inviter: BelongsTo<Option<super::user::Entity>>,
}

/// Of the two users that a membership names, the one it is about: with two relations to one entity SeaORM picks neither. Nor
/// does its entity loader: there, `with(user::Entity)` loads nothing, and `with((Relation::User, user::Entity))` the member.
impl Related<super::user::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::User.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
