//! A purge: what becomes of an organization's content when the organization is deleted for good.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use codex_gateway::database::now;
use entity::content::{self, Status};
use entity::organization;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, SqlErr,
    TransactionTrait, prelude::Uuid,
};
use tokio::time::timeout;

use super::undone;
use crate::support::{App, Database, Organization, content, media, texts};

/// Some time ago, at which nothing here happens.
fn long_ago() -> DateTime<Utc> {
    DateTime::from_timestamp(1_500_000_000, 0).unwrap()
}

async fn purge(app: &App, organization: &Organization) {
    let deleted = organization::Entity::delete_by_id(organization.id).exec(&app.db);
    assert_eq!(deleted.await.unwrap().rows_affected, 1);
}

async fn row(app: &App, id: Uuid) -> content::Model {
    content::Entity::find_by_id(id).one(&app.db).await.unwrap().unwrap()
}

async fn slug(app: &App, id: Uuid) -> String {
    row(app, id).await.slug
}

/// Moves content out of its organization.
async fn release(db: &impl ConnectionTrait, id: Uuid) -> Result<content::Model, DbErr> {
    let moved = content::ActiveModel {
        id: Set(id),
        organization_id: Set(None),
        ..Default::default()
    };
    moved.update(db).await
}

on_both! {
    async fn content_becomes_drafts_of_its_creators(app) {
        let (ann, bob) = (app.person("ann").await, app.person("bob").await);
        let house = app.organization("house").await;
        let take = media(&ann, "take").save(&app).await;
        for (creator, slug, status) in [
            (&ann, "published", Status::Published),
            (&ann, "archived", Status::Archived),
            (&bob, "draft", Status::Draft),
        ] {
            let piece = content(creator, slug).in_(&house).showing(take).price(900).status(status);
            piece.created_at(long_ago()).with(|row| row.updated_at = Set(long_ago())).save(&app).await;
        }
        let before = content::Entity::find().all(&app.db).await.unwrap();
        let began = now() - chrono::Duration::milliseconds(1);
        purge(&app, &house).await;
        for row in before {
            let became = self::row(&app, row.id).await;
            assert!((began..=now()).contains(&became.updated_at), "{}", became.updated_at);
            let updated_at = became.updated_at;
            let draft = content::Model { organization_id: None, status: Status::Draft, published_at: None, updated_at, ..row };
            assert_eq!(became, draft, "the rest stays as it was");
        }
    }

    async fn nothing_else_is_touched(app) {
        let ann = app.person("ann").await;
        let (house, other) = (app.organization("house").await, app.organization("other").await);
        let elsewhere = content(&ann, "piece").in_(&other).save(&app).await;
        let personal = content(&ann, "piece").save(&app).await;
        let before = [row(&app, elsewhere).await, row(&app, personal).await];
        content(&ann, "piece").in_(&house).save(&app).await;
        purge(&app, &house).await;
        assert_eq!([row(&app, elsewhere).await, row(&app, personal).await], before);
    }

    async fn what_was_sold_and_granted_stays_so(app) {
        let ann = app.person("ann").await;
        let house = app.organization("house").await;
        let piece = content(&ann, "piece").in_(&house).save(&app).await;
        let (purchase, grant) = (app.purchase(&ann, piece).await, app.grant(&ann, piece, None).await);
        purge(&app, &house).await;
        assert!(entity::purchase::Entity::find_by_id(purchase).one(&app.db).await.unwrap().is_some());
        assert!(entity::grant::Entity::find_by_id(grant).one(&app.db).await.unwrap().is_some());
    }

    async fn a_slug_that_is_taken_gets_the_first_number_that_is_free(app) {
        let (ann, bob) = (app.person("ann").await, app.person("bob").await);
        let house = app.organization("house").await;
        for slug in ["piece", "tale", "tale-2"] {
            content(&ann, slug).save(&app).await;
        }
        let piece = content(&ann, "piece").in_(&house).save(&app).await;
        let tale = content(&ann, "tale").in_(&house).save(&app).await;
        let song = content(&ann, "song").in_(&house).save(&app).await;
        // The other's slugs are not in the way.
        let bobs = content(&bob, "tale-2").in_(&house).save(&app).await;
        purge(&app, &house).await;
        assert_eq!([slug(&app, piece).await, slug(&app, tale).await], ["piece-2", "tale-3"]);
        assert_eq!([slug(&app, song).await, slug(&app, bobs).await], ["song", "tale-2"]);
    }

    async fn siblings_keep_the_slugs_that_they_can_keep(app) {
        let ann = app.person("ann").await;
        let house = app.organization("house").await;
        content(&ann, "piece").save(&app).await;
        content(&ann, "piece-2").save(&app).await;
        // The numbers of the first two lead to the others, whichever is looked at first.
        let mut arrived = Vec::new();
        for slug in ["piece", "piece-2", "piece-3", "piece-2-2"] {
            arrived.push(content(&ann, slug).in_(&house).save(&app).await);
        }
        purge(&app, &house).await;
        let mut slugs = Vec::new();
        for id in arrived {
            slugs.push(slug(&app, id).await);
        }
        assert_eq!(slugs, ["piece-4", "piece-2-3", "piece-3", "piece-2-2"]);
    }

    async fn deleted_rows_keep_their_slugs_and_take_none(app) {
        let ann = app.person("ann").await;
        let house = app.organization("house").await;
        content(&ann, "piece").save(&app).await;
        content(&ann, "tale").deleted().save(&app).await;
        let mut deleted = Vec::new();
        for slug in ["piece", "piece", "piece-2", "tale"] {
            deleted.push(content(&ann, slug).in_(&house).deleted().save(&app).await);
        }
        let piece = content(&ann, "piece").in_(&house).save(&app).await;
        let tale = content(&ann, "tale").in_(&house).save(&app).await;
        purge(&app, &house).await;
        for (id, kept) in deleted.into_iter().zip(["piece", "piece", "piece-2", "tale"]) {
            let row = row(&app, id).await;
            assert_eq!((row.slug.as_str(), row.status, row.organization_id), (kept, Status::Draft, None));
        }
        assert_eq!([slug(&app, piece).await, slug(&app, tale).await], ["piece-2", "tale"]);
    }

    async fn the_longest_slugs_find_room_for_a_number(app) {
        let ann = app.person("ann").await;
        let house = app.organization("house").await;
        let slugs = [
            "x".repeat(500),
            // Siblings that are the same but for what makes room.
            format!("{}-a", "y".repeat(498)),
            format!("{}-b", "y".repeat(498)),
            // What makes room would leave a hyphen at the end.
            format!("{}-zz", "z".repeat(497)),
        ];
        let mut arrived = Vec::new();
        for slug in &slugs {
            let piece = || content(&ann, slug).with(|row| row.title = Set("Piece".to_owned()));
            piece().save(&app).await;
            arrived.push(piece().in_(&house).save(&app).await);
        }
        purge(&app, &house).await;
        let mut became = Vec::new();
        for id in arrived {
            became.push(slug(&app, id).await);
        }
        // Either of the siblings may come first.
        became[1..3].sort();
        let expected = [
            format!("{}-2", "x".repeat(498)),
            format!("{}-2", "y".repeat(498)),
            format!("{}-3", "y".repeat(498)),
            format!("{}-2", "z".repeat(497)),
        ];
        assert_eq!(became, expected);
    }

    async fn many_at_once_get_along(app) {
        let (ann, bob) = (app.person("ann").await, app.person("bob").await);
        let mut arrived = 0;
        for number in 0..12 {
            let organization = app.organization(&format!("organization-{number}")).await;
            for slug in ["piece", "piece-2", "piece-2-2"] {
                let creator = if number % 3 == 0 { &bob } else { &ann };
                content(creator, slug).in_(&organization).save(&app).await;
                arrived += 1;
            }
        }
        organization::Entity::delete_many().exec(&app.db).await.unwrap();
        let rows = content::Entity::find().all(&app.db).await.unwrap();
        let addresses: HashSet<_> = rows.iter().map(|row| (&row.creator_id, &row.slug)).collect();
        assert_eq!(addresses.len(), arrived);
        assert!(rows.iter().all(|row| row.organization_id.is_none() && row.status == Status::Draft));
    }

    async fn leaving_a_living_organization_is_no_purge(app) {
        let ann = app.person("ann").await;
        let (house, purged) = (app.organization("house").await, app.organization("purged").await);
        let piece = content(&ann, "piece").in_(&house).save(&app).await;
        let left = release(&app.db, piece).await.unwrap();
        assert_eq!((left.status, left.published_at.is_some()), (Status::Published, true));

        // Not even beside a purge.
        let tale = content(&ann, "tale").in_(&house).save(&app).await;
        let song = content(&ann, "song").in_(&purged).save(&app).await;
        let transaction = app.db.begin().await.unwrap();
        organization::Entity::delete_by_id(purged.id).exec(&transaction).await.unwrap();
        release(&transaction, tale).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(row(&app, tale).await.status, Status::Published);
        assert_eq!(row(&app, song).await.status, Status::Draft);

        // Nor does anybody get a slug in this way.
        let second = content(&ann, "piece").in_(&house).save(&app).await;
        let refused = release(&app.db, second).await.unwrap_err();
        assert!(matches!(refused.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))), "{refused}");
    }

    async fn a_soft_deletion_is_no_purge(app) {
        let ann = app.person("ann").await;
        let house = app.organization("house").await;
        let piece = content(&ann, "piece").in_(&house).save(&app).await;
        let before = row(&app, piece).await;
        app.delete_organization(&house).await;
        assert_eq!(row(&app, piece).await, before, "what becomes of it is up to the gateway");
        purge(&app, &house).await;
        assert_eq!(row(&app, piece).await.status, Status::Draft);
    }
}

/// Waits until somebody waits for a lock.
async fn somebody_waits(db: &DatabaseConnection) {
    let waiting = "SELECT pid::text FROM pg_locks WHERE NOT granted
        AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())";
    while texts(db, waiting).await.is_empty() {
        tokio::task::yield_now().await;
    }
}

/// Nobody can see the row that takes the slug when the purge begins; that it is there shows in the index alone.
#[tokio::test]
async fn a_slug_that_is_just_being_taken_is_met() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let app = App::on(database).await;
    let ann = app.person("ann").await;
    let house = app.organization("house").await;
    let piece = content(&ann, "piece").in_(&house).save(&app).await;
    let tale = content(&ann, "tale").in_(&house).save(&app).await;

    let writer = app.db.begin().await.unwrap();
    let taking =
        "INSERT INTO content (creator_id, title, slug, content_type) VALUES ('user-ann', 'P', 'piece', 'written')";
    writer.execute_unprepared(taking).await.unwrap();
    let db = app.db.clone();
    let purging = tokio::spawn(async move { organization::Entity::delete_by_id(house.id).exec(&db).await });
    let limit = std::time::Duration::from_secs(60);
    timeout(limit, somebody_waits(&app.db)).await.unwrap();
    writer.commit().await.unwrap();
    timeout(limit, purging).await.unwrap().unwrap().unwrap();
    assert_eq!([slug(&app, piece).await, slug(&app, tale).await], ["piece-2", "tale"]);
}

/// Whoever may delete an organization need not be allowed to see its content, and cannot have the purge look elsewhere.
#[tokio::test]
async fn a_purge_reaches_what_the_purger_does_not_see() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let app = App::on(database).await;
    let ann = app.person("ann").await;
    let house = app.organization("house").await;
    let piece = content(&ann, "piece").in_(&house).save(&app).await;
    // Roles belong to all databases: this one is undone with all it did.
    undone(&app, async |db| {
        db.execute_unprepared(
            "CREATE ROLE codex_test_purger;
             GRANT SELECT, DELETE ON organizations TO codex_test_purger;
             ALTER TABLE content ENABLE ROW LEVEL SECURITY;
             CREATE TEMPORARY TABLE content (LIKE public.content);
             GRANT ALL ON pg_temp.content TO codex_test_purger;
             SET LOCAL ROLE codex_test_purger;
             DELETE FROM organizations;
             RESET ROLE",
        )
        .await
        .unwrap();
        let became = format!("SELECT concat(status, ' ', organization_id) FROM public.content WHERE id = '{piece}'");
        assert_eq!(texts(db, &became).await, ["draft "]);
    })
    .await;
}
