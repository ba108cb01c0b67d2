//! The tables: what goes in comes out again, and what nobody says has a value. What they refuse, and what becomes of rows
//! when others go, is below.

mod constraints;
mod purge;

use std::{collections::HashSet, fmt::Debug};

use chrono::{DateTime, Duration, Utc};
use codex_gateway::database::now;
use entity::{
    account, audit_entry, content, content_view, grant, idempotency_key, media_item, membership, organization,
    purchase, session, sign_in_attempt, user, verification_token,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbBackend,
    EntityTrait, IntoActiveModel, Iterable, ModelTrait, QueryFilter, QueryOrder, Schema, Statement, TransactionTrait,
    prelude::Uuid,
};
use serde_json::json;

use crate::support::{App, Database, texts};

/// A row in each table, with the least that its writer must say.
const LEAST: &str = "
    INSERT INTO users (id, name, email) VALUES ('ann', 'Ann', 'ann@example.com');
    INSERT INTO accounts (id, account_id, provider_id, user_id) VALUES ('account', 'ann', 'credential', 'ann');
    INSERT INTO sessions (id, user_id, token, expires_at)
        VALUES ('session', 'ann', 'token', '2040-01-01T00:00:00+00:00');
    INSERT INTO verification_tokens (id, identifier, value, expires_at)
        VALUES ('verification', 'ann@example.com', 'secret', '2040-01-01T00:00:00+00:00');
    INSERT INTO organizations (name, slug) VALUES ('House', 'house');
    INSERT INTO organization_memberships (organization_id, user_id) SELECT id, 'ann' FROM organizations;
    INSERT INTO media_items (creator_id, title, media_type, r2_key) VALUES ('ann', 'Take', 'audio', 'take');
    INSERT INTO content (creator_id, title, slug, content_type) VALUES ('ann', 'Piece', 'piece', 'audio');
    INSERT INTO purchases (customer_id, content_id, amount_paid_cents, creator_payout_cents, payment_reference)
        SELECT 'ann', id, 5, 5, 'payment' FROM content;
    INSERT INTO content_access (user_id, content_id, access_type) SELECT 'ann', id, 'preview' FROM content;
    INSERT INTO audit_entries (action, subject_type, subject_id) VALUES ('user.update', 'user', 'ann');
    INSERT INTO idempotency_keys (user_id, key, request, expires_at)
        VALUES ('ann', 'key', 'request', '2040-01-01T00:00:00+00:00');
    INSERT INTO sign_in_attempts (subject, attempts, expires_at)
        VALUES ('account:ann@example.com', 1, '2040-01-01T00:00:00+00:00');
    INSERT INTO content_views (content_id) SELECT id FROM content;
";

/// The tables, in an order in which they can be filled.
const TABLES: [&str; 14] = [
    "users",
    "accounts",
    "sessions",
    "verification_tokens",
    "organizations",
    "organization_memberships",
    "media_items",
    "content",
    "purchases",
    "content_access",
    "audit_entries",
    "sign_in_attempts",
    "idempotency_keys",
    "content_views",
];

/// A moment with microseconds, so many seconds after a fixed one.
fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_760_000_000 + seconds, 123_456_000).unwrap()
}

/// Writes a row with all its columns, and finds it again, by what the database gives back and by each column's value.
async fn comes_back<E: EntityTrait>(app: &App, row: E::Model) -> E::Model
where
    E::Model: IntoActiveModel<E::ActiveModel> + Clone + Debug + PartialEq,
{
    let written = E::insert(row.clone().into_active_model().reset_all());
    assert_eq!(written.exec_with_returning(&app.db).await.unwrap(), row);
    let all = E::Column::iter().map(|column| column.eq(row.get(column)));
    let found = E::find().filter(all.fold(Condition::all(), Condition::add));
    assert_eq!(found.all(&app.db).await.unwrap(), std::slice::from_ref(&row));
    row
}

fn somebody(id: &str) -> user::Model {
    user::Model {
        id: id.to_owned(),
        name: "Ann Ö'Brien \"\\".to_owned(),
        email: format!("{id}@example.com"),
        email_verified: true,
        image: Some("https://example.com/ann.png".to_owned()),
        role: user::Role::PlatformOwner,
        created_at: at(1),
        updated_at: at(2),
    }
}

fn house() -> organization::Model {
    organization::Model {
        id: Uuid::now_v7(),
        name: "House".to_owned(),
        slug: "house".to_owned(),
        description: Some("About it".to_owned()),
        logo_url: Some("https://example.com/logo.png".to_owned()),
        website_url: Some("https://example.com".to_owned()),
        deleted_at: Some(at(3)),
        created_at: at(1),
        updated_at: at(2),
    }
}

fn video(creator: &user::Model) -> media_item::Model {
    media_item::Model {
        id: Uuid::now_v7(),
        creator_id: creator.id.clone(),
        title: "Take".to_owned(),
        description: Some("The first".to_owned()),
        media_type: media_item::MediaType::Video,
        status: media_item::Status::Ready,
        r2_key: "originals/take.mp4".to_owned(),
        // More than 32 bits hold.
        file_size_bytes: Some(5 << 30),
        mime_type: Some("video/mp4".to_owned()),
        duration_seconds: Some(60),
        width: Some(1920),
        height: Some(1080),
        hls_master_playlist_key: Some("hls/take.m3u8".to_owned()),
        thumbnail_key: Some("stills/take.jpg".to_owned()),
        uploaded_at: Some(at(3)),
        deleted_at: Some(at(4)),
        created_at: at(1),
        updated_at: at(2),
    }
}

fn piece(creator: &user::Model, organization: &organization::Model, shown: &media_item::Model) -> content::Model {
    content::Model {
        id: Uuid::now_v7(),
        creator_id: creator.id.clone(),
        organization_id: Some(organization.id),
        media_item_id: Some(shown.id),
        title: "Piece".to_owned(),
        slug: "piece".to_owned(),
        description: Some("About it".to_owned()),
        content_type: content::ContentType::Video,
        thumbnail_url: Some("https://example.com/piece.png".to_owned()),
        content_body: Some("Once upon\na time".to_owned()),
        category: Some("tales".to_owned()),
        tags: json!(["old", "ü\"'\\"]),
        visibility: content::Visibility::MembersOnly,
        price_cents: Some(999),
        status: content::Status::Published,
        published_at: Some(at(3)),
        view_count: 7,
        purchase_count: 3,
        deleted_at: Some(at(4)),
        created_at: at(1),
        updated_at: at(2),
    }
}

on_both! {
    async fn every_row_comes_back_as_it_went(app) {
        let ann = comes_back::<user::Entity>(&app, somebody("ann")).await;
        let bob = comes_back::<user::Entity>(&app, somebody("bob")).await;
        comes_back::<account::Entity>(&app, account::Model {
            id: "account".to_owned(),
            account_id: "ann".to_owned(),
            provider_id: "elsewhere".to_owned(),
            user_id: ann.id.clone(),
            access_token: Some("access".to_owned()),
            refresh_token: Some("refresh".to_owned()),
            id_token: Some("id".to_owned()),
            scope: Some("email".to_owned()),
            password: Some("salt:hash".to_owned()),
            access_token_expires_at: Some(at(3)),
            refresh_token_expires_at: Some(at(4)),
            created_at: at(1),
            updated_at: at(2),
        }).await;
        comes_back::<session::Entity>(&app, session::Model {
            id: "session".to_owned(),
            user_id: ann.id.clone(),
            token: "token".to_owned(),
            expires_at: at(3),
            ip_address: Some("2001:db8::7".to_owned()),
            user_agent: Some("A browser".to_owned()),
            created_at: at(1),
            updated_at: at(2),
        }).await;
        comes_back::<verification_token::Entity>(&app, verification_token::Model {
            id: "verification".to_owned(),
            identifier: "ann@example.com".to_owned(),
            value: "secret".to_owned(),
            expires_at: at(3),
            created_at: at(1),
            updated_at: at(2),
        }).await;
        let house = comes_back::<organization::Entity>(&app, house()).await;
        comes_back::<membership::Entity>(&app, membership::Model {
            id: Uuid::now_v7(),
            organization_id: house.id,
            user_id: bob.id.clone(),
            role: membership::Role::Creator,
            status: membership::Status::Invited,
            invited_by: Some(ann.id.clone()),
            invited_at: Some(at(3)),
            joined_at: Some(at(4)),
            created_at: at(1),
            updated_at: at(2),
        }).await;
        let take = comes_back::<media_item::Entity>(&app, video(&ann)).await;
        let piece = comes_back::<content::Entity>(&app, piece(&ann, &house, &take)).await;
        comes_back::<purchase::Entity>(&app, purchase::Model {
            id: Uuid::now_v7(),
            customer_id: bob.id.clone(),
            content_id: piece.id,
            amount_paid_cents: 10,
            platform_fee_cents: 1,
            organization_fee_cents: 2,
            creator_payout_cents: 7,
            currency: "eur".to_owned(),
            payment_reference: "payment".to_owned(),
            status: purchase::Status::Refunded,
            purchased_at: Some(at(3)),
            refunded_at: Some(at(4)),
            created_at: at(1),
            updated_at: at(2),
        }).await;
        comes_back::<grant::Entity>(&app, grant::Model {
            id: Uuid::now_v7(),
            user_id: bob.id,
            content_id: piece.id,
            access_type: grant::AccessType::Subscription,
            granted_at: at(3),
            expires_at: Some(at(4)),
            created_at: at(1),
            updated_at: at(2),
        }).await;
        comes_back::<audit_entry::Entity>(&app, audit_entry::Model {
            id: Uuid::now_v7(),
            actor_id: Some(ann.id),
            organization_id: Some(house.id),
            action: "content.update".to_owned(),
            subject_type: "content".to_owned(),
            subject_id: piece.id.to_string(),
            before: Some(json!({ "title": "Piece" })),
            after: Some(json!({ "title": null })),
            created_at: at(1),
            updated_at: at(2),
        }).await;
        comes_back::<idempotency_key::Entity>(&app, idempotency_key::Model {
            id: Uuid::now_v7(),
            user_id: "ann".to_owned(),
            key: "key".to_owned(),
            request: "digest".to_owned(),
            outcomes: json!({ "createContent": { "made": "key" } }),
            answer: Some("{}".to_owned()),
            expires_at: at(3),
            created_at: at(1),
            updated_at: at(2),
        }).await;
        comes_back::<sign_in_attempt::Entity>(&app, sign_in_attempt::Model {
            subject: "account:ann@example.com".to_owned(),
            attempts: 7,
            expires_at: at(3),
            created_at: at(1),
            updated_at: at(2),
        }).await;
        comes_back::<content_view::Entity>(&app, content_view::Model {
            id: Uuid::now_v7(),
            content_id: piece.id,
            created_at: at(1),
            updated_at: at(2),
        }).await;
    }

    async fn entities_and_tables_have_the_same_columns(app) {
        let backend = app.db.get_database_backend();
        let schema = Schema::new(backend);
        let mut twins = [
            schema.create_table_from_entity(user::Entity),
            schema.create_table_from_entity(account::Entity),
            schema.create_table_from_entity(session::Entity),
            schema.create_table_from_entity(verification_token::Entity),
            schema.create_table_from_entity(organization::Entity),
            schema.create_table_from_entity(membership::Entity),
            schema.create_table_from_entity(media_item::Entity),
            schema.create_table_from_entity(content::Entity),
            schema.create_table_from_entity(purchase::Entity),
            schema.create_table_from_entity(grant::Entity),
            schema.create_table_from_entity(audit_entry::Entity),
            schema.create_table_from_entity(sign_in_attempt::Entity),
            schema.create_table_from_entity(idempotency_key::Entity),
            schema.create_table_from_entity(content_view::Entity),
        ];
        for (twin, table) in twins.iter_mut().zip(TABLES) {
            // Beside each table, the one that the entity would have made.
            app.db.execute(twin.table(format!("twin_of_{table}"))).await.unwrap();
            let mut said = columns(&app, &format!("twin_of_{table}")).await;
            // What PostgreSQL remembers for its policies is nobody else's to read or write.
            if backend == DbBackend::Postgres && ["users", "media_items"].contains(&table) {
                said.push("seen_by_everyone boolean, not null t".to_owned());
                said.sort();
            }
            assert_eq!(said, columns(&app, table).await, "{table}: what the entity says, and what is there");
        }
    }

    async fn what_nobody_says_has_a_value(app) {
        let before = now();
        app.db.execute_unprepared(LEAST).await.unwrap();

        let ann = user::Entity::find().one(&app.db).await.unwrap().unwrap();
        assert_eq!((ann.role, ann.email_verified), (user::Role::User, false));

        let house = organization::Entity::find().one(&app.db).await.unwrap().unwrap();
        let membership = membership::Entity::find().one(&app.db).await.unwrap().unwrap();
        assert_eq!(membership.organization_id, house.id);
        assert_eq!((membership.role, membership.status), (membership::Role::Member, membership::Status::Active));

        let take = media_item::Entity::find().one(&app.db).await.unwrap().unwrap();
        assert_eq!(take.status, media_item::Status::Uploading);

        let piece = content::Entity::find().one(&app.db).await.unwrap().unwrap();
        assert_eq!((piece.status, piece.visibility), (content::Status::Draft, content::Visibility::PurchasedOnly));
        assert_eq!((piece.tags, piece.view_count, piece.purchase_count), (json!([]), 0, 0));
        assert_eq!((piece.organization_id, piece.price_cents, piece.deleted_at), (None, None, None));

        let purchase = purchase::Entity::find().one(&app.db).await.unwrap().unwrap();
        assert_eq!((purchase.currency.as_str(), purchase.status), ("usd", purchase::Status::Pending));
        assert_eq!((purchase.platform_fee_cents, purchase.organization_fee_cents), (0, 0));

        let grant = grant::Entity::find().one(&app.db).await.unwrap().unwrap();
        // SQLite's clock has milliseconds, and cuts the rest off.
        assert!((before - Duration::milliseconds(1)..=now()).contains(&grant.granted_at), "{}", grant.granted_at);
        for table in TABLES {
            let times = format!("SELECT DISTINCT CAST(created_at AS text) FROM {table}
                UNION SELECT CAST(updated_at AS text) FROM {table}");
            assert_eq!(texts(&app.db, &times).await.len(), 1, "{table}: made and changed at one moment");
        }
    }

    async fn keys_that_the_database_makes_are_random_uuids(app) {
        let rows: Vec<String> = (0..1000).map(|n| format!("('Organization', 'organization-{n}')")).collect();
        let rows = format!("INSERT INTO organizations (name, slug) VALUES {}", rows.join(", "));
        app.db.execute_unprepared(&rows).await.unwrap();
        let rows = organization::Entity::find().all(&app.db).await.unwrap();
        for row in &rows {
            assert_eq!((row.id.get_version_num(), row.id.get_variant()), (4, uuid::Variant::RFC4122), "{}", row.id);
        }
        let keys: HashSet<Uuid> = rows.iter().map(|row| row.id).collect();
        assert_eq!(keys.len(), 1000);
        // Every bit but the six that say what they are is now this and now that.
        let (ever, always) = keys.iter().fold((0, u128::MAX), |(ever, always), key| (ever | key.as_u128(), always & key.as_u128()));
        assert_eq!((ever ^ always).count_ones(), 122);
        let by_key = organization::Entity::find_by_id(rows[0].id).one(&app.db).await.unwrap();
        assert_eq!(by_key.as_ref(), Some(&rows[0]), "found by the key as the entity binds it");
    }

    async fn times_sort_whoever_wrote_them(app) {
        // Whole seconds, milliseconds and microseconds, close together, and the database's own time among them.
        let start = now() - Duration::milliseconds(20);
        let offsets = [0, 1, 999, 1_000, 1_001, 20_000, 500_000, 999_999, 1_000_000, 1_000_001, 2_000_000, 2_100_000];
        for (n, offset) in offsets.into_iter().enumerate() {
            for (kind, whole) in [("exact", 1), ("milliseconds", 1_000), ("seconds", 1_000_000)] {
                let time = (start + Duration::microseconds(offset)).timestamp_micros() / whole * whole;
                let mut row = somebody(&format!("{kind}-{n}"));
                row.created_at = DateTime::from_timestamp_micros(time).unwrap();
                row.into_active_model().insert(&app.db).await.unwrap();
            }
            let own = format!("INSERT INTO users (id, name, email) VALUES ('own-{n}', 'Own', 'own-{n}')");
            app.db.execute_unprepared(&own).await.unwrap();
        }
        let by_database = user::Entity::find().order_by_asc(user::Column::CreatedAt).all(&app.db).await.unwrap();
        assert!(by_database.is_sorted_by_key(|row| row.created_at));

        for row in &by_database {
            let same = user::Entity::find_by_id(&row.id).filter(user::Column::CreatedAt.eq(row.created_at));
            assert!(same.one(&app.db).await.unwrap().is_some(), "{} {} meets its row again", row.id, row.created_at);
            let mut later = row.clone().into_active_model();
            later.updated_at = Set(row.created_at);
            later.update(&app.db).await.unwrap();
        }
        let differ = "SELECT id FROM users WHERE created_at <> updated_at";
        assert_eq!(texts(&app.db, differ).await, Vec::<String>::new(), "one moment has one text");
    }
}

/// A table's columns and where its foreign keys lead.
async fn columns(app: &App, table: &str) -> Vec<String> {
    let columns = match app.db.get_database_backend() {
        DbBackend::Postgres => format!(
            "SELECT format('%s %s, not null %s', attname, format_type(atttypid, atttypmod), attnotnull)
             FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0
             UNION ALL
             SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype = 'f'
             ORDER BY 1"
        ),
        _ => format!(
            "SELECT name || ' ' || type || ', not null ' || \"notnull\" FROM pragma_table_info('{table}')
             UNION ALL
             SELECT \"from\" || ' to ' || \"table\" || '.' || \"to\" || ' on delete ' || on_delete
             FROM pragma_foreign_key_list('{table}')
             ORDER BY 1"
        ),
    };
    texts(&app.db, &columns).await
}

/// What SQLite writes for now, at another time: as the gateway would write that time.
#[tokio::test]
async fn sqlite_writes_times_as_the_gateway_does() {
    let database = Database::sqlite().await;
    let db = database.connect().await;
    let defaults = "SELECT DISTINCT dflt_value FROM sqlite_master JOIN pragma_table_info(sqlite_master.name) AS columns
        WHERE columns.type LIKE 'timestamp%' AND dflt_value IS NOT NULL";
    let defaults = texts(&db, defaults).await;
    assert_eq!(defaults.len(), 1, "{defaults:?}");
    for (time, text) in [
        ("2026-01-01 10:00:00", "2026-01-01T10:00:00+00:00"),
        ("2026-01-01 10:00:00.001", "2026-01-01T10:00:00.001+00:00"),
        ("2026-01-01 10:00:00.120", "2026-01-01T10:00:00.120+00:00"),
        ("2026-12-31 23:59:59.999", "2026-12-31T23:59:59.999+00:00"),
    ] {
        let written = format!("SELECT {}", defaults[0].replace("'now'", &format!("'{time}'")));
        assert_eq!(texts(&db, &written).await, [text]);
        let bound = [DateTime::parse_from_rfc3339(text).unwrap().to_utc().into()];
        let bound = Statement::from_sql_and_values(DbBackend::Sqlite, "SELECT ?", bound);
        let bound: String = db
            .query_one_raw(bound)
            .await
            .unwrap()
            .unwrap()
            .try_get_by_index(0)
            .unwrap();
        assert_eq!(bound, text);
    }
}

/// Does this, and then undoes it.
async fn undone<T>(app: &App, work: impl AsyncFnOnce(&DatabaseTransaction) -> T) -> T {
    let transaction = app.db.begin().await.unwrap();
    let done = work(&transaction).await;
    transaction.rollback().await.unwrap();
    done
}
