//! What everyone sees is remembered as long as something shows it, and no longer.

use std::time::Duration;

use futures_util::future::join;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, IsolationLevel, TransactionTrait, prelude::Uuid,
};
use tokio::time::timeout;

use super::app;
use crate::support::{App, Organization, Person, content, media, texts};

/// Ann's piece with a video of hers, for everyone.
struct World {
    app: App,
    ann: Person,
    video: Uuid,
}

async fn world(house: Option<&str>) -> Option<(World, Option<Organization>)> {
    let app = app().await?;
    let ann = app.person("ann").await;
    let video = media(&ann, "video").save(&app).await;
    let mut piece = content(&ann, "piece").showing(video);
    let house = match house {
        Some(slug) => Some(app.organization(slug).await),
        None => None,
    };
    if let Some(house) = &house {
        piece = piece.in_(house);
    }
    piece.save(&app).await;
    Some((World { app, ann, video }, house))
}

/// Whoever and whatever is remembered to be seen by everyone.
async fn remembered(db: &impl ConnectionTrait) -> Vec<String> {
    let sql = "SELECT id FROM users WHERE seen_by_everyone UNION ALL SELECT title FROM media_items WHERE seen_by_everyone ORDER BY 1";
    texts(db, sql).await
}

/// Changes the one piece there is.
async fn change(db: &impl ConnectionTrait, set: &str) {
    let changed = db
        .execute_unprepared(&format!("UPDATE content SET {set} WHERE slug = 'piece'"))
        .await;
    assert_eq!(changed.unwrap().rows_affected(), 1, "{set}");
}

/// Ends a transaction when another waits for it, which it has to.
async fn commit_once_waited_for(transaction: DatabaseTransaction, db: &DatabaseConnection) {
    let waiting =
        "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let waited_for = async { while texts(db, waiting).await.is_empty() {} };
    timeout(Duration::from_secs(20), waited_for).await.unwrap();
    transaction.commit().await.unwrap();
}

#[tokio::test]
async fn what_content_shows_is_remembered() {
    let [both, creator, nobody] = [&["user-ann", "video"][..], &["user-ann"], &[]];
    for (becomes, shown) in [
        ("status = 'published'", both),
        ("status = 'published', price_cents = 900", both),
        ("status = 'published', visibility = 'purchased_only'", both),
        (
            "status = 'published', visibility = 'purchased_only', price_cents = 900",
            creator,
        ),
        ("status = 'published', visibility = 'members_only'", nobody),
        ("status = 'published', visibility = 'private'", nobody),
        ("status = 'published', deleted_at = now()", nobody),
        ("status = 'archived'", nobody),
        ("title = 'Another'", nobody),
    ] {
        for house in [None, Some("house"), Some("closed")] {
            let Some((world, house)) = world(house).await else {
                return;
            };
            let db = &world.app.db;
            change(db, "status = 'draft'").await;
            let mut shown = shown;
            if let Some(closed) = house.filter(|house| house.slug == "closed") {
                world.app.delete_organization(&closed).await;
                shown = nobody;
            }
            assert_eq!(remembered(db).await, nobody);
            change(db, becomes).await;
            assert_eq!(remembered(db).await, shown, "{becomes}");
        }
    }
}

#[tokio::test]
async fn whatever_hides_it_has_it_forgotten() {
    let other_maker = "INSERT INTO users (id, name, email) VALUES ('bob', 'Bob', 'bob@example.com');
        UPDATE content SET creator_id = 'bob'";
    let other_video = "INSERT INTO media_items (creator_id, title, media_type, status, r2_key)
            VALUES ('user-ann', 'another', 'video', 'ready', 'another');
        UPDATE content SET media_item_id = (SELECT id FROM media_items WHERE title = 'another')";
    for (hides, left) in [
        ("UPDATE content SET status = 'draft'", &[][..]),
        ("UPDATE content SET status = 'archived'", &[]),
        ("UPDATE content SET visibility = 'private'", &[]),
        ("UPDATE content SET visibility = 'members_only'", &[]),
        ("UPDATE content SET deleted_at = now()", &[]),
        ("DELETE FROM content", &[]),
        ("TRUNCATE content CASCADE", &[]),
        (
            "UPDATE content SET visibility = 'purchased_only', price_cents = 900",
            &["user-ann"],
        ),
        (
            "UPDATE content SET media_item_id = NULL, content_type = 'written'",
            &["user-ann"],
        ),
        (other_video, &["another", "user-ann"]),
        (other_maker, &["bob", "video"]),
        ("UPDATE organizations SET deleted_at = now()", &[]),
        ("DELETE FROM organizations", &[]),
        // And what is none of it leaves it as it is.
        (
            "UPDATE content SET title = 'Another', price_cents = 900, view_count = 8",
            &["user-ann", "video"],
        ),
        ("UPDATE organizations SET name = 'Another'", &["user-ann", "video"]),
        ("UPDATE content SET organization_id = NULL", &["user-ann", "video"]),
    ] {
        let Some((world, _)) = world(Some("house")).await else {
            return;
        };
        assert_eq!(remembered(&world.app.db).await, ["user-ann", "video"]);
        world.app.db.execute_unprepared(hides).await.unwrap();
        assert_eq!(remembered(&world.app.db).await, left, "{hides}");
    }
}

/// What is forgotten although something else shows it is seen all the same, and remembered when next it is shown.
#[tokio::test]
async fn what_is_forgotten_is_looked_for() {
    let Some((world, _)) = world(None).await else { return };
    let World { app, ann, video, .. } = &world;
    content(ann, "other").showing(*video).save(app).await;
    change(&app.db, "status = 'draft'").await;
    assert!(remembered(&app.db).await.is_empty());
    let query = "{ contents(first: 5) { nodes { slug creator { name } mediaItem { title } } } }";
    let data = app.anonymous().data(query).await;
    let node = &data["contents"]["nodes"][0];
    assert_eq!(node["slug"], "other");
    assert!(node["creator"]["name"].is_string());
    assert_eq!(node["mediaItem"]["title"], "video");
    change(&app.db, "status = 'published'").await;
    assert_eq!(remembered(&app.db).await, ["user-ann", "video"]);
}

/// A policy looks for content only where nothing is remembered, or for somebody pinned to an organization: what is remembered may have
/// been another's.
#[tokio::test]
async fn what_is_remembered_is_not_looked_for() {
    let Some((world, house)) = world(Some("house")).await else {
        return;
    };
    let (db, house) = (&world.app.db, house.unwrap());
    let reader = |tenant: &str| {
        format!("SET LOCAL ROLE codex_reader; SET LOCAL app.viewer = 'anonymous'; SET LOCAL app.tenant = '{tenant}'")
    };
    for (who, is_asked) in [
        ("SET LOCAL ROLE codex_visitor".to_owned(), true),
        (reader("none"), true),
        (reader(&house.id.to_string()), false),
    ] {
        for (table, seen) in [
            ("users", true),
            ("users", false),
            ("media_items", true),
            ("media_items", false),
        ] {
            let transaction = db.begin().await.unwrap();
            // Looking finds nothing any more, and nobody has it forgotten.
            let unseen = format!(
                "ALTER TABLE content DISABLE TRIGGER USER; UPDATE content SET status = 'draft';
                 UPDATE users SET seen_by_everyone = false; UPDATE media_items SET seen_by_everyone = false;
                 UPDATE {table} SET seen_by_everyone = {seen}; {who}"
            );
            transaction.execute_unprepared(&unseen).await.unwrap();
            let rows = texts(&transaction, &format!("SELECT id::text FROM {table}")).await;
            transaction.rollback().await.unwrap();
            assert_eq!(rows.len(), usize::from(seen && is_asked), "{who}, {table}, {seen}");
        }
    }
}

#[tokio::test]
async fn two_who_hide_the_last_two_at_once_leave_nothing_behind() {
    let Some((world, _)) = world(None).await else { return };
    let World { app, ann, video, .. } = &world;
    content(ann, "other").showing(*video).save(app).await;
    let [one, two] = [app.db.begin().await.unwrap(), app.db.begin().await.unwrap()];
    change(&one, "status = 'draft'").await;
    let hide_other = async {
        two.execute_unprepared("UPDATE content SET status = 'draft' WHERE slug = 'other'")
            .await
            .unwrap();
        two.commit().await.unwrap();
    };
    join(hide_other, commit_once_waited_for(one, &app.db)).await;
    assert!(remembered(&app.db).await.is_empty());
}

#[tokio::test]
async fn whoever_publishes_waits_for_nobody() {
    let Some((world, house)) = world(Some("house")).await else {
        return;
    };
    let World { app, ann, .. } = &world;
    let house = house.unwrap();
    for at in [
        format!("UPDATE organizations SET deleted_at = now() WHERE id = '{}'", house.id),
        format!("UPDATE users SET name = 'Ann B.' WHERE id = '{}'", ann.id),
    ] {
        change(&app.db, "status = 'draft'").await;
        let busy = app.db.begin().await.unwrap();
        busy.execute_unprepared(&at).await.unwrap();
        // Far longer than it takes: whoever waited would wait for ever.
        timeout(Duration::from_secs(20), change(&app.db, "status = 'published'"))
            .await
            .unwrap();
        let seen = remembered(&app.db).await;
        assert!(!seen.contains(&ann.id), "{at}: {seen:?}");
        busy.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn an_organization_is_not_deleted_while_something_in_it_is_being_published() {
    let Some((world, house)) = world(Some("house")).await else {
        return;
    };
    let (app, house) = (&world.app, house.unwrap());
    change(&app.db, "status = 'draft'").await;
    let publishing = app.db.begin().await.unwrap();
    change(&publishing, "status = 'published'").await;
    assert_eq!(remembered(&publishing).await, ["user-ann", "video"]);
    join(
        app.delete_organization(&house),
        commit_once_waited_for(publishing, &app.db),
    )
    .await;
    assert!(remembered(&app.db).await.is_empty());
}

/// What an organization's content has shown is not to be missed by whoever deletes it: in a transaction that sees an old state nobody
/// does.
#[tokio::test]
async fn nothing_is_hidden_as_of_the_past() {
    let Some((world, house)) = world(Some("house")).await else {
        return;
    };
    let (app, house) = (&world.app, house.unwrap());
    change(&app.db, "status = 'draft'").await;
    for hides in [
        format!("UPDATE organizations SET deleted_at = now() WHERE id = '{}'", house.id),
        "TRUNCATE content CASCADE".to_owned(),
    ] {
        let level = Some(IsolationLevel::RepeatableRead);
        let past = app.db.begin_with_config(level, None).await.unwrap();
        assert!(remembered(&past).await.is_empty());
        change(&app.db, "status = 'published'").await;
        let error = past.execute_unprepared(&hides).await.unwrap_err().to_string();
        assert!(error.contains("READ COMMITTED"), "{hides}: {error}");
        past.rollback().await.unwrap();
        change(&app.db, "status = 'draft'").await;
    }
}

/// What has been hidden within the statement that shows it is not seen.
#[tokio::test]
async fn what_a_statement_takes_back_is_forgotten() {
    let Some((world, _)) = world(None).await else { return };
    let db = &world.app.db;
    change(db, "status = 'draft'").await;
    let takes_back = "
        CREATE FUNCTION take_back(of_content uuid) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN UPDATE content SET status = 'draft' WHERE id = of_content; END $$;
        WITH shown AS (UPDATE content SET status = 'published' RETURNING id) SELECT take_back(id) FROM shown";
    db.execute_unprepared(takes_back).await.unwrap();
    assert_eq!(texts(db, "SELECT status FROM content").await, ["draft"]);
    assert!(remembered(db).await.is_empty());
}

/// A trigger has its owner's rights, and so is nobody's to put on a table of their own.
#[tokio::test]
async fn readers_make_no_triggers_of_these() {
    let Some(app) = app().await else { return };
    for function in [
        "content_shows",
        "content_shows_no_longer",
        "content_emptied",
        "organizations_show_no_longer",
        "organizations_release_content",
    ] {
        for role in ["codex_reader", "codex_visitor"] {
            let transaction = app.db.begin().await.unwrap();
            let own = format!(
                "SET LOCAL ROLE {role}; CREATE TEMPORARY TABLE own (id uuid);
                 CREATE TRIGGER own AFTER INSERT ON own FOR EACH ROW EXECUTE FUNCTION {function}()"
            );
            let error = transaction.execute_unprepared(&own).await.unwrap_err().to_string();
            assert!(error.contains("permission denied for function"), "{own}: {error}");
            transaction.rollback().await.unwrap();
        }
    }
}
