//! The schema, step by step, forward and backward, on PostgreSQL (15 and later) and SQLite (3.40 and later).
//!
//! Every step runs in a transaction of its own, so that a failing one leaves nothing behind. A step that has been released is
//! never edited, and names tables and values in its own text: the entities move on, the steps do not.

use sea_orm_migration::prelude::*;

pub use sea_orm_migration::{MigrationStatus, MigratorTrait};

mod m20260101_000001_create_users;
mod m20260101_000002_create_accounts;
mod m20260101_000003_create_sessions;
mod m20260101_000004_create_verification_tokens;
mod m20260101_000005_create_organizations;
mod m20260101_000006_create_organization_memberships;
mod m20260101_000007_create_media_items;
mod m20260101_000008_create_content;
mod m20260101_000009_create_purchases;
mod m20260101_000010_create_content_access;
mod m20260101_000011_release_purged_content;
mod m20260101_000012_secure_rows;
mod m20260101_000013_create_audit_entries;
mod m20260101_000014_create_sign_in_attempts;
mod m20260101_000015_secure_audit_entries;
mod m20260101_000016_create_idempotency_keys;
mod m20260101_000017_create_content_views;
mod m20260101_000018_secure_rows_for_visitors;
mod m20260101_000019_count_own_content;
mod m20260101_000020_list_content_of_organizations;
mod m20260101_000021_find_users_by_bytes;
mod m20260101_000022_list_content_for_everyone;
mod m20260101_000023_find_a_user_by_hash;
mod m20260101_000024_look_users_up_by_hash_alone;
mod m20260101_000025_remember_what_everyone_sees;
mod m20260101_000026_show_own_content;
mod shared;

/// Runs the steps.
#[derive(Clone, Copy, Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20260101_000001_create_users::Migration),
            Box::new(m20260101_000002_create_accounts::Migration),
            Box::new(m20260101_000003_create_sessions::Migration),
            Box::new(m20260101_000004_create_verification_tokens::Migration),
            Box::new(m20260101_000005_create_organizations::Migration),
            Box::new(m20260101_000006_create_organization_memberships::Migration),
            Box::new(m20260101_000007_create_media_items::Migration),
            Box::new(m20260101_000008_create_content::Migration),
            Box::new(m20260101_000009_create_purchases::Migration),
            Box::new(m20260101_000010_create_content_access::Migration),
            Box::new(m20260101_000011_release_purged_content::Migration),
            Box::new(m20260101_000012_secure_rows::Migration),
            Box::new(m20260101_000013_create_audit_entries::Migration),
            Box::new(m20260101_000014_create_sign_in_attempts::Migration),
            Box::new(m20260101_000015_secure_audit_entries::Migration),
            Box::new(m20260101_000016_create_idempotency_keys::Migration),
            Box::new(m20260101_000017_create_content_views::Migration),
            Box::new(m20260101_000018_secure_rows_for_visitors::Migration),
            Box::new(m20260101_000019_count_own_content::Migration),
            Box::new(m20260101_000020_list_content_of_organizations::Migration),
            Box::new(m20260101_000021_find_users_by_bytes::Migration),
            Box::new(m20260101_000022_list_content_for_everyone::Migration),
            Box::new(m20260101_000023_find_a_user_by_hash::Migration),
            Box::new(m20260101_000024_look_users_up_by_hash_alone::Migration),
            Box::new(m20260101_000025_remember_what_everyone_sees::Migration),
            Box::new(m20260101_000026_show_own_content::Migration),
        ]
    }
}
