//! What the tables refuse, and what becomes of a row when the one it points to goes.

use std::collections::BTreeSet;

use entity::{
    account, content, content_view, grant, idempotency_key, media_item, membership, organization, purchase, session,
    sign_in_attempt, user, verification_token,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, IdenStatic, Iterable,
    RuntimeErr,
};

use super::{LEAST, undone};
use crate::support::{App, Database, texts};

/// Why the database refuses a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Check,
    ForeignKey,
    NotNull,
    TooLong,
    Unique,
}

impl Refusal {
    fn of(error: &DbErr) -> Self {
        let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) = error else {
            panic!("{error}");
        };
        let code = cause.as_database_error().and_then(|error| error.code());
        match code.as_deref() {
            // PostgreSQL's code, and SQLite's.
            Some("23514" | "275") => Self::Check,
            Some("23503" | "787" | "1811") => Self::ForeignKey,
            Some("23502" | "1299") => Self::NotNull,
            Some("22001") => Self::TooLong,
            Some("23505" | "1555" | "2067") => Self::Unique,
            _ => panic!("{code:?} {error}"),
        }
    }

    /// What a constraint of this name is for.
    fn by(constraint: &str) -> Self {
        match constraint.rsplit('_').next() {
            Some("check") => Self::Check,
            Some("fkey") => Self::ForeignKey,
            Some("key" | "pkey") => Self::Unique,
            _ => panic!("{constraint}"),
        }
    }
}

/// Tries one or several statements, which then have not happened.
async fn tried(app: &App, sql: &str) -> Result<(), DbErr> {
    undone(app, async |db| db.execute_unprepared(sql).await.map(|_| ())).await
}

async fn refused(app: &App, sql: &str) -> Refusal {
    match tried(app, sql).await {
        Ok(()) => panic!("not refused: {sql}"),
        Err(error) => Refusal::of(&error),
    }
}

/// Every constraint's name, and what it forbids where each table has the one row of `LEAST`.
const FORBIDDEN: &[(&str, &str)] = &[
    ("users_pkey", "INSERT INTO users (id, name, email) VALUES ('ann', 'Bob', 'bob')"),
    ("users_email_key", "INSERT INTO users (id, name, email) VALUES ('bob', 'Bob', 'ann@example.com')"),
    ("users_role_check", "UPDATE users SET role = 'admin'"),
    ("accounts_pkey", "INSERT INTO accounts (id, account_id, provider_id, user_id) VALUES ('account', 'a', 'p', 'ann')"),
    (
        "accounts_provider_id_account_id_key",
        "INSERT INTO accounts (id, account_id, provider_id, user_id) VALUES ('other', 'ann', 'credential', 'ann')",
    ),
    ("accounts_user_id_fkey", "UPDATE accounts SET user_id = 'nobody'"),
    (
        "sessions_pkey",
        "INSERT INTO sessions (id, user_id, token, expires_at) SELECT id, user_id, 'other', expires_at FROM sessions",
    ),
    (
        "sessions_token_key",
        "INSERT INTO sessions (id, user_id, token, expires_at) SELECT 'other', user_id, token, expires_at FROM sessions",
    ),
    ("sessions_user_id_fkey", "UPDATE sessions SET user_id = 'nobody'"),
    ("verification_tokens_pkey", "INSERT INTO verification_tokens SELECT * FROM verification_tokens"),
    ("organizations_pkey", "INSERT INTO organizations (id, name, slug) SELECT id, 'Other', 'other' FROM organizations"),
    (
        "organizations_slug_key",
        // A deleted organization keeps its slug.
        "UPDATE organizations SET deleted_at = created_at; INSERT INTO organizations (name, slug) VALUES ('Other', 'house')",
    ),
    (
        "organization_memberships_pkey",
        "INSERT INTO users (id, name, email) VALUES ('bob', 'Bob', 'bob');
         INSERT INTO organization_memberships (id, organization_id, user_id)
            SELECT id, organization_id, 'bob' FROM organization_memberships",
    ),
    (
        "organization_memberships_organization_id_user_id_key",
        "INSERT INTO organization_memberships (organization_id, user_id) SELECT id, 'ann' FROM organizations",
    ),
    (
        // Whatever the status: an owner who rests is still the owner.
        "organization_memberships_owner_key",
        "UPDATE organization_memberships SET role = 'owner';
         INSERT INTO users (id, name, email) VALUES ('bob', 'Bob', 'bob');
         INSERT INTO organization_memberships (organization_id, user_id, role, status)
            SELECT id, 'bob', 'owner', 'inactive' FROM organizations",
    ),
    ("organization_memberships_organization_id_fkey", "UPDATE organization_memberships SET organization_id = id"),
    ("organization_memberships_user_id_fkey", "UPDATE organization_memberships SET user_id = 'nobody'"),
    ("organization_memberships_invited_by_fkey", "UPDATE organization_memberships SET invited_by = 'nobody'"),
    ("organization_memberships_role_check", "UPDATE organization_memberships SET role = 'king'"),
    ("organization_memberships_status_check", "UPDATE organization_memberships SET status = 'gone'"),
    (
        "media_items_pkey",
        "INSERT INTO media_items (id, creator_id, title, media_type, r2_key)
            SELECT id, creator_id, title, media_type, r2_key FROM media_items",
    ),
    ("media_items_creator_id_fkey", "UPDATE media_items SET creator_id = 'nobody'"),
    ("media_items_media_type_check", "UPDATE media_items SET media_type = 'written'"),
    ("media_items_status_check", "UPDATE media_items SET status = 'lost'"),
    (
        "content_pkey",
        "INSERT INTO content (id, creator_id, title, slug, content_type)
            SELECT id, creator_id, title, 'other', content_type FROM content",
    ),
    (
        "content_creator_id_slug_key",
        "INSERT INTO content (creator_id, title, slug, content_type) VALUES ('ann', 'Other', 'piece', 'written')",
    ),
    (
        "content_organization_id_slug_key",
        "INSERT INTO users (id, name, email) VALUES ('bob', 'Bob', 'bob');
         INSERT INTO content (creator_id, organization_id, title, slug, content_type)
            SELECT users.id, organizations.id, 'Other', 'piece', 'written' FROM users, organizations",
    ),
    ("content_creator_id_fkey", "UPDATE content SET creator_id = 'nobody'"),
    ("content_organization_id_fkey", "UPDATE content SET organization_id = id"),
    ("content_media_item_id_fkey", "UPDATE content SET media_item_id = id"),
    ("content_content_type_check", "UPDATE content SET content_type = 'book'"),
    ("content_visibility_check", "UPDATE content SET visibility = 'hidden'"),
    ("content_status_check", "UPDATE content SET status = 'gone'"),
    ("content_price_cents_check", "UPDATE content SET price_cents = -1"),
    (
        "purchases_pkey",
        "INSERT INTO purchases (id, customer_id, content_id, amount_paid_cents, creator_payout_cents, payment_reference)
            SELECT id, customer_id, content_id, 0, 0, 'other' FROM purchases",
    ),
    (
        "purchases_payment_reference_key",
        "INSERT INTO purchases (customer_id, content_id, amount_paid_cents, creator_payout_cents, payment_reference)
            SELECT customer_id, content_id, 0, 0, 'payment' FROM purchases",
    ),
    (
        "purchases_customer_id_content_id_key",
        "UPDATE purchases SET status = 'completed';
         INSERT INTO purchases
            (customer_id, content_id, amount_paid_cents, creator_payout_cents, payment_reference, status)
            SELECT customer_id, content_id, 0, 0, 'other', 'completed' FROM purchases",
    ),
    ("purchases_customer_id_fkey", "UPDATE purchases SET customer_id = 'nobody'"),
    ("purchases_content_id_fkey", "UPDATE purchases SET content_id = id"),
    ("purchases_amount_paid_cents_check", "UPDATE purchases SET amount_paid_cents = -1"),
    ("purchases_platform_fee_cents_check", "UPDATE purchases SET platform_fee_cents = -1, creator_payout_cents = 6"),
    ("purchases_organization_fee_cents_check", "UPDATE purchases SET organization_fee_cents = -1, creator_payout_cents = 6"),
    ("purchases_creator_payout_cents_check", "UPDATE purchases SET creator_payout_cents = -1, platform_fee_cents = 6"),
    ("purchases_sum_check", "UPDATE purchases SET amount_paid_cents = 6"),
    ("purchases_status_check", "UPDATE purchases SET status = 'paid'"),
    (
        "content_access_pkey",
        "INSERT INTO users (id, name, email) VALUES ('bob', 'Bob', 'bob');
         INSERT INTO content_access (id, user_id, content_id, access_type)
            SELECT id, 'bob', content_id, 'preview' FROM content_access",
    ),
    (
        "content_access_user_id_content_id_key",
        "INSERT INTO content_access (user_id, content_id, access_type)
            SELECT user_id, content_id, 'purchased' FROM content_access",
    ),
    ("content_access_user_id_fkey", "UPDATE content_access SET user_id = 'nobody'"),
    ("content_access_content_id_fkey", "UPDATE content_access SET content_id = id"),
    ("content_access_access_type_check", "UPDATE content_access SET access_type = 'rented'"),
    (
        "audit_entries_pkey",
        "INSERT INTO audit_entries (id, action, subject_type, subject_id) SELECT id, 'user.update', 'user', 'ann' FROM audit_entries",
    ),
    ("audit_entries_actor_id_fkey", "UPDATE audit_entries SET actor_id = 'nobody'"),
    ("audit_entries_organization_id_fkey", "UPDATE audit_entries SET organization_id = id"),
    (
        "idempotency_keys_pkey",
        "INSERT INTO idempotency_keys (id, user_id, key, request, expires_at)
            SELECT id, user_id, 'other', request, expires_at FROM idempotency_keys",
    ),
    (
        "idempotency_keys_user_id_key_key",
        "INSERT INTO idempotency_keys (user_id, key, request, expires_at)
            SELECT user_id, key, request, expires_at FROM idempotency_keys",
    ),
    ("idempotency_keys_user_id_fkey", "UPDATE idempotency_keys SET user_id = 'nobody'"),
    ("sign_in_attempts_pkey", "INSERT INTO sign_in_attempts SELECT * FROM sign_in_attempts"),
    ("sign_in_attempts_attempts_check", "UPDATE sign_in_attempts SET attempts = -1"),
    ("content_views_pkey", "INSERT INTO content_views SELECT * FROM content_views"),
];

/// What the constraints above do not forbid, though it looks like it.
const ALLOWED: &[(&str, &str)] = &[
    (
        "deleted content shares its slug",
        "UPDATE content SET deleted_at = created_at;
         INSERT INTO content (creator_id, title, slug, content_type, deleted_at)
            SELECT creator_id, title, slug, content_type, deleted_at FROM content;
         INSERT INTO content (creator_id, title, slug, content_type) VALUES ('ann', 'Piece', 'piece', 'written')",
    ),
    (
        "an organization's deleted content shares its slug",
        "UPDATE content SET deleted_at = created_at, organization_id = (SELECT id FROM organizations);
         INSERT INTO content (creator_id, organization_id, title, slug, content_type, deleted_at)
            SELECT creator_id, organization_id, title, slug, content_type, deleted_at FROM content;
         INSERT INTO content (creator_id, organization_id, title, slug, content_type)
            SELECT 'ann', id, 'Piece', 'piece', 'written' FROM organizations",
    ),
    (
        "each creator, and each organization, has slugs of its own",
        "INSERT INTO users (id, name, email) VALUES ('bob', 'Bob', 'bob');
         INSERT INTO organizations (name, slug) VALUES ('Other', 'other');
         INSERT INTO content (creator_id, title, slug, content_type) VALUES ('bob', 'Piece', 'piece', 'written');
         INSERT INTO content (creator_id, organization_id, title, slug, content_type)
            SELECT 'ann', id, 'Piece', 'piece', 'written' FROM organizations",
    ),
    (
        "one person owns several organizations",
        "UPDATE organization_memberships SET role = 'owner';
         INSERT INTO organizations (name, slug) VALUES ('Other', 'other');
         INSERT INTO organization_memberships (organization_id, user_id, role)
            SELECT id, 'ann', 'owner' FROM organizations WHERE slug = 'other'",
    ),
    (
        "an organization has several admins",
        "UPDATE organization_memberships SET role = 'admin';
         INSERT INTO users (id, name, email) VALUES ('bob', 'Bob', 'bob');
         INSERT INTO organization_memberships (organization_id, user_id, role)
            SELECT id, 'bob', 'admin' FROM organizations",
    ),
    (
        "what was given back, or never paid, can be bought again",
        "UPDATE purchases SET status = 'completed', refunded_at = created_at;
         INSERT INTO purchases
            (customer_id, content_id, amount_paid_cents, creator_payout_cents, payment_reference, status)
            SELECT customer_id, content_id, 0, 0, statuses.status, statuses.status FROM purchases, (
                SELECT 'pending' AS status UNION ALL SELECT 'failed' UNION ALL SELECT 'refunded'
                UNION ALL SELECT 'completed'
            ) AS statuses",
    ),
    (
        "a price of nothing",
        "UPDATE content SET price_cents = 0; UPDATE content SET price_cents = NULL",
    ),
    (
        "an account at another provider",
        "INSERT INTO accounts (id, account_id, provider_id, user_id) VALUES ('other', 'ann', 'elsewhere', 'ann')",
    ),
];

/// Sets a column to each of the values that it can have.
async fn takes_every<E: EntityTrait, V: ActiveEnum<Value = String> + Iterable>(app: &App, column: E::Column) {
    for value in V::iter().map(|value| value.to_value()) {
        let set = format!(
            "UPDATE {} SET {} = '{value}'",
            E::default().table_name(),
            column.as_str()
        );
        tried(app, &set).await.unwrap_or_else(|error| panic!("{set}: {error}"));
    }
}

/// Columns and whether they may hold nothing.
fn columns<E: EntityTrait>(_: E) -> Vec<(String, &'static str, bool)> {
    let table = E::default().table_name().to_owned();
    let columns = E::Column::iter().map(|column| (table.clone(), column.as_str(), column.def().is_null()));
    columns.collect()
}

on_both! {
    async fn what_is_forbidden_is_refused(app) {
        app.db.execute_unprepared(LEAST).await.unwrap();
        let backend = app.db.get_database_backend();
        for (constraint, sql) in FORBIDDEN {
            let error = tried(&app, sql).await.expect_err(constraint);
            assert_eq!(Refusal::of(&error), Refusal::by(constraint), "{constraint}: {error}");
            // SQLite tells the names of checks only.
            if backend == DbBackend::Postgres || Refusal::by(constraint) == Refusal::Check {
                assert!(error.to_string().contains(constraint), "{constraint}: {error}");
            }
        }
    }

    async fn what_is_not_forbidden_is_taken(app) {
        app.db.execute_unprepared(LEAST).await.unwrap();
        for (what, sql) in ALLOWED {
            tried(&app, sql).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        }
    }

    async fn what_is_deleted_comes_back_only_if_its_slug_is_free(app) {
        app.db.execute_unprepared(LEAST).await.unwrap();
        let back = "UPDATE content SET deleted_at = created_at;
            INSERT INTO content (creator_id, title, slug, content_type) VALUES ('ann', 'Piece', 'piece', 'written');
            UPDATE content SET deleted_at = NULL";
        assert_eq!(refused(&app, back).await, Refusal::Unique);
    }

    async fn every_value_of_an_enum_is_taken(app) {
        app.db.execute_unprepared(LEAST).await.unwrap();
        takes_every::<user::Entity, user::Role>(&app, user::Column::Role).await;
        takes_every::<membership::Entity, membership::Role>(&app, membership::Column::Role).await;
        takes_every::<membership::Entity, membership::Status>(&app, membership::Column::Status).await;
        takes_every::<media_item::Entity, media_item::MediaType>(&app, media_item::Column::MediaType).await;
        takes_every::<media_item::Entity, media_item::Status>(&app, media_item::Column::Status).await;
        takes_every::<content::Entity, content::ContentType>(&app, content::Column::ContentType).await;
        takes_every::<content::Entity, content::Visibility>(&app, content::Column::Visibility).await;
        takes_every::<content::Entity, content::Status>(&app, content::Column::Status).await;
        takes_every::<purchase::Entity, purchase::Status>(&app, purchase::Column::Status).await;
        takes_every::<grant::Entity, grant::AccessType>(&app, grant::Column::AccessType).await;
    }

    async fn only_what_may_be_null_can_be(app) {
        app.db.execute_unprepared(LEAST).await.unwrap();
        let columns = [
            columns(user::Entity),
            columns(account::Entity),
            columns(session::Entity),
            columns(verification_token::Entity),
            columns(organization::Entity),
            columns(membership::Entity),
            columns(media_item::Entity),
            columns(content::Entity),
            columns(purchase::Entity),
            columns(grant::Entity),
            columns(sign_in_attempt::Entity),
            columns(idempotency_key::Entity),
            columns(content_view::Entity),
        ];
        for (table, column, may_be) in columns.concat() {
            let set = format!("UPDATE {table} SET {column} = NULL");
            match may_be {
                true => tried(&app, &set).await.unwrap_or_else(|error| panic!("{set}: {error}")),
                false => assert_eq!(refused(&app, &set).await, Refusal::NotNull, "{set}"),
            }
        }
    }
}

/// A constraint that no test breaks would show here.
#[tokio::test]
async fn every_constraint_is_tried() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let constraints = "SELECT conname::text FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND conrelid <> 'seaql_migrations'::regclass
        UNION SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
            WHERE indisunique AND relnamespace = 'public'::regnamespace AND indrelid <> 'seaql_migrations'::regclass";
    let there = texts(&database.connect().await, constraints).await;
    let tried = FORBIDDEN.iter().map(|(constraint, _)| (*constraint).to_owned());
    assert_eq!(tried.collect::<BTreeSet<_>>(), BTreeSet::from_iter(there));
}

/// SQLite has no lengths to keep to: there, the gateway's own limits are all there is.
#[tokio::test]
async fn postgresql_keeps_to_lengths() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let app = App::on(database).await;
    app.db.execute_unprepared(LEAST).await.unwrap();
    for (table, column, length) in [
        ("organizations", "name", 255),
        ("organizations", "slug", 255),
        ("media_items", "title", 255),
        ("media_items", "r2_key", 500),
        ("media_items", "mime_type", 100),
        ("media_items", "hls_master_playlist_key", 500),
        ("media_items", "thumbnail_key", 500),
        ("content", "title", 500),
        ("content", "slug", 500),
        ("content", "category", 100),
        ("purchases", "currency", 3),
        ("purchases", "payment_reference", 255),
    ] {
        // Letters count, not bytes.
        let set = |length| format!("UPDATE {table} SET {column} = repeat('ü', {length})");
        tried(&app, &set(length))
            .await
            .unwrap_or_else(|error| panic!("{table}.{column}: {error}"));
        assert_eq!(
            refused(&app, &set(length + 1)).await,
            Refusal::TooLong,
            "{table}.{column}"
        );
    }
}

/// What becomes of a row when the one it points to goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// It goes too.
    Cascade,
    /// It keeps the other there.
    Restrict,
    /// It points to nothing.
    SetNull,
}

/// Rows to point to, and of whom nobody else is.
const PARENTS: &str = "
    INSERT INTO users (id, name, email) VALUES ('parent', 'Parent', 'parent'), ('other', 'Other', 'other');
    INSERT INTO organizations (name, slug) VALUES ('Parent', 'parent'), ('Other', 'other');
    INSERT INTO media_items (creator_id, title, media_type, r2_key) VALUES ('other', 'Parent', 'audio', 'parent');
    INSERT INTO content (creator_id, title, slug, content_type) VALUES ('other', 'Parent', 'parent', 'written');
";

const USER: &str = "users WHERE id = 'parent'";
const ORGANIZATION: &str = "organizations WHERE slug = 'parent'";
const MEDIA_ITEM: &str = "media_items WHERE r2_key = 'parent'";
const CONTENT: &str = "content WHERE slug = 'parent'";

/// Every column that points to another table's row, the row it points to, what becomes of its own, and how to make one.
const POINTERS: &[(&str, &str, &str, Rule, &str)] = &[
    (
        "accounts",
        "user_id",
        USER,
        Rule::Cascade,
        "INSERT INTO accounts (id, account_id, provider_id, user_id) VALUES ('child', 'child', 'credential', 'parent')",
    ),
    (
        "sessions",
        "user_id",
        USER,
        Rule::Cascade,
        "INSERT INTO sessions (id, user_id, token, expires_at)
            SELECT 'child', 'parent', 'child', created_at FROM users WHERE id = 'parent'",
    ),
    (
        "organization_memberships",
        "organization_id",
        ORGANIZATION,
        Rule::Cascade,
        "INSERT INTO organization_memberships (organization_id, user_id)
            SELECT id, 'other' FROM organizations WHERE slug = 'parent'",
    ),
    (
        "organization_memberships",
        "user_id",
        USER,
        Rule::Cascade,
        "INSERT INTO organization_memberships (organization_id, user_id)
            SELECT id, 'parent' FROM organizations WHERE slug = 'other'",
    ),
    (
        "organization_memberships",
        "invited_by",
        USER,
        Rule::SetNull,
        "INSERT INTO organization_memberships (organization_id, user_id, invited_by)
            SELECT id, 'other', 'parent' FROM organizations WHERE slug = 'other'",
    ),
    (
        "media_items",
        "creator_id",
        USER,
        Rule::Restrict,
        "INSERT INTO media_items (creator_id, title, media_type, r2_key) VALUES ('parent', 'Child', 'audio', 'child')",
    ),
    (
        "content",
        "creator_id",
        USER,
        Rule::Restrict,
        "INSERT INTO content (creator_id, title, slug, content_type) VALUES ('parent', 'Child', 'child', 'written')",
    ),
    (
        "content",
        "organization_id",
        ORGANIZATION,
        Rule::SetNull,
        "INSERT INTO content (creator_id, organization_id, title, slug, content_type)
            SELECT 'other', id, 'Child', 'child', 'written' FROM organizations WHERE slug = 'parent'",
    ),
    (
        "content",
        "media_item_id",
        MEDIA_ITEM,
        Rule::SetNull,
        "INSERT INTO content (creator_id, media_item_id, title, slug, content_type)
            SELECT 'other', id, 'Child', 'child', 'audio' FROM media_items WHERE r2_key = 'parent'",
    ),
    (
        "purchases",
        "customer_id",
        USER,
        Rule::Restrict,
        "INSERT INTO purchases (customer_id, content_id, amount_paid_cents, creator_payout_cents, payment_reference)
            SELECT 'parent', id, 0, 0, 'child' FROM content WHERE slug = 'parent'",
    ),
    (
        "purchases",
        "content_id",
        CONTENT,
        Rule::Restrict,
        "INSERT INTO purchases (customer_id, content_id, amount_paid_cents, creator_payout_cents, payment_reference)
            SELECT 'other', id, 0, 0, 'child' FROM content WHERE slug = 'parent'",
    ),
    (
        "content_access",
        "user_id",
        USER,
        Rule::Cascade,
        "INSERT INTO content_access (user_id, content_id, access_type)
            SELECT 'parent', id, 'preview' FROM content WHERE slug = 'parent'",
    ),
    (
        "content_access",
        "content_id",
        CONTENT,
        Rule::Cascade,
        "INSERT INTO content_access (user_id, content_id, access_type)
            SELECT 'other', id, 'preview' FROM content WHERE slug = 'parent'",
    ),
    (
        "idempotency_keys",
        "user_id",
        USER,
        Rule::Cascade,
        "INSERT INTO idempotency_keys (user_id, key, request, expires_at) VALUES ('parent', 'key', 'request', '2040-01-01T00:00:00+00:00')",
    ),
    (
        "audit_entries",
        "actor_id",
        USER,
        Rule::SetNull,
        "INSERT INTO audit_entries (actor_id, action, subject_type, subject_id) VALUES ('parent', 'user.update', 'user', 'parent')",
    ),
    (
        "audit_entries",
        "organization_id",
        ORGANIZATION,
        Rule::SetNull,
        "INSERT INTO audit_entries (organization_id, action, subject_type, subject_id)
            SELECT id, 'organization.update', 'organization', 'parent' FROM organizations WHERE slug = 'parent'",
    ),
];

/// Deletes a row, and tells what has become of the one that pointed to it.
async fn outcome(db: &DatabaseTransaction, table: &str, column: &str, parent: &str) -> Rule {
    let count = async |rows: &str| {
        let count = format!("SELECT CAST(count(*) AS text) FROM {table} WHERE {rows}");
        texts(db, &count).await.concat().parse::<u32>().unwrap()
    };
    let points = format!("{column} = (SELECT id FROM {parent})");
    assert_eq!(count(&points).await, 1, "{table}.{column}");
    let (all, nowhere) = (count("TRUE").await, format!("{column} IS NULL"));
    let to_nothing = count(&nowhere).await;
    if let Err(error) = db.execute_unprepared(&format!("DELETE FROM {parent}")).await {
        assert_eq!(Refusal::of(&error), Refusal::ForeignKey, "{table}.{column}: {error}");
        return Rule::Restrict;
    }
    match (all - count("TRUE").await, count(&nowhere).await - to_nothing) {
        (1, 0) => Rule::Cascade,
        (0, 1) => Rule::SetNull,
        changed => panic!("{table}.{column}: {changed:?}"),
    }
}

on_both! {
    async fn rows_that_point_to_others_follow_their_rule(app) {
        for (table, column, parent, rule, child) in POINTERS {
            let became = undone(&app, async |db| {
                db.execute_unprepared(PARENTS).await.unwrap();
                db.execute_unprepared(child).await.unwrap();
                outcome(db, table, column, parent).await
            }).await;
            assert_eq!(became, *rule, "{table}.{column}");
        }
    }

    async fn every_column_that_points_to_others_has_its_rule(app) {
        let pointers = match app.db.get_database_backend() {
            DbBackend::Postgres => "SELECT format('%s.%s', conrelid::regclass, attname)
                FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY(conkey) WHERE contype = 'f'",
            _ => "SELECT sqlite_master.name || '.' || pointers.\"from\"
                FROM sqlite_master JOIN pragma_foreign_key_list(sqlite_master.name) AS pointers",
        };
        let there = texts(&app.db, pointers).await;
        let tried = POINTERS.iter().map(|(table, column, ..)| format!("{table}.{column}"));
        assert_eq!(tried.collect::<BTreeSet<_>>(), BTreeSet::from_iter(there));
    }
}
