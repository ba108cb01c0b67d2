//! Changes of organizations and their members that meet: whatever the order, the rules hold afterwards.

use std::time::Duration;

use entity::{
    content::{self, Status},
    membership::{self, Role},
};
use futures_util::future::{join, join_all};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, TransactionTrait};
use serde_json::json;
use tokio::time::timeout;

use super::{code, house, rows, transfer};
use crate::support::{App, Database, Organization, content, global_id, texts};

on_both! {
    async fn of_many_who_want_a_slug_one_gets_it(app) {
        let ann = app.person("ann").await;
        let client = app.as_(&ann);
        let houses = join_all((0..10).map(|n| { let slug = format!("house-{n}"); let (app, ann) = (&app, &ann); async move { house(app, ann, &slug).await } })).await;
        let create = |n: usize| client.change("createOrganization", json!({ "name": format!("New {n}"), "slug": "new" }), "organization { name }");
        let payloads = join_all((0..50).map(create)).await;
        let update = |house: &Organization| { let input = json!({ "id": house.global_id(), "slug": "newer" }); let client = &client; async move { client.change("updateOrganization", input, "organization { name }").await } };
        let updated = join_all(houses.iter().map(update)).await;
        for payloads in [payloads, updated] {
            let (made, taken): (Vec<_>, Vec<_>) = payloads.iter().partition(|payload| payload["userErrors"] == json!([]));
            assert_eq!(made.len(), 1, "{payloads:?}");
            for payload in taken {
                assert_eq!((&payload["userErrors"][0]["code"], &payload["userErrors"][0]["field"]), (&json!("TAKEN"), &json!("slug")));
            }
        }
        assert_eq!(membership::Entity::find().count(&app.db).await.unwrap(), 11, "and one owner was made");
    }

    async fn handed_over_to_two_at_once_it_is_one_persons(app) {
        let [ann, bob, eve] = [app.person("ann").await, app.person("bob").await, app.person("eve").await];
        for round in 0..10 {
            let house = house(&app, &ann, &format!("house-{round}")).await;
            app.member(&house, &bob, Role::Admin).await;
            app.member(&house, &eve, Role::Creator).await;
            let client = app.as_(&ann);
            let (to_bob, to_eve) = join(transfer(&client, &house, &bob), transfer(&client, &house, &eve)).await;
            let heir = match (to_bob.as_str(), to_eve.as_str()) {
                ("ok", "FORBIDDEN") => &bob,
                ("FORBIDDEN", "ok") => &eve,
                outcomes => panic!("{outcomes:?}"),
            };
            assert_eq!(rows::owner(&app, &house).await, heir.id);
        }
    }

    async fn who_leaves_while_it_is_handed_over_leaves_it_an_owner(app) {
        let [ann, bob] = [app.person("ann").await, app.person("bob").await];
        let (of_ann, of_bob) = (app.as_(&ann), app.as_(&bob));
        for round in 0..10 {
            let house = house(&app, &ann, &format!("house-{round}")).await;
            app.member(&house, &bob, Role::Member).await;
            // The owner leaves while handing over in odd rounds, the heir while being handed it in even ones.
            let leaver = if round % 2 == 1 { &of_ann } else { &of_bob };
            let leaving = async {
                let input = json!({ "organizationId": house.global_id() });
                code(&leaver.try_change("leaveOrganization", input, "__typename").await, "leaveOrganization")
            };
            let (handed, left) = join(transfer(&of_ann, &house, &bob), leaving).await;
            let owner = rows::owner(&app, &house).await;
            let (expected, gone) = match (round % 2, handed.as_str(), left.as_str()) {
                (1, "ok", "ok") => (&bob, Some(&ann)),
                (1, "ok", "WRONG_STATE") | (0, "ok", "WRONG_STATE") => (&bob, None),
                (0, "NOT_FOUND", "ok") => (&ann, Some(&bob)),
                outcomes => panic!("{outcomes:?}"),
            };
            assert_eq!(owner, expected.id);
            if let Some(gone) = gone {
                assert!(rows::membership(&app, &house, gone).await.is_none());
            }
        }
    }

    async fn nothing_stays_published_in_what_is_being_deleted(app) {
        let [ann, bob] = [app.person("ann").await, app.person("bob").await];
        for round in 0..5 {
            let house = house(&app, &ann, &format!("house-{round}")).await;
            app.member(&house, &bob, Role::Creator).await;
            let mut drafts = Vec::new();
            for number in 0..10 {
                drafts.push(content(&bob, &format!("piece-{number}")).in_(&house).status(Status::Draft).save(&app).await);
            }
            let client = app.as_(&bob);
            let publishing = join_all(drafts.iter().map(|id| client.try_change("publishContent", json!({ "id": global_id("Content", *id) }), "__typename")));
            let owner = app.as_(&ann);
            let deleting = owner.changed("deleteOrganization", json!({ "id": house.global_id() }), "__typename");
            let (answers, _) = join(publishing, deleting).await;
            for answer in answers {
                let code = code(&answer, "publishContent");
                assert!(["ok", "WRONG_STATE", "FORBIDDEN"].contains(&code.as_str()), "{answer}");
            }
            let published = content::Entity::find()
                .filter(content::Column::OrganizationId.eq(house.id))
                .filter(content::Column::Status.eq(Status::Published))
                .count(&app.db).await.unwrap();
            assert_eq!(published, 0);
        }
    }

    async fn of_two_invitations_of_one_person_one_is_made(app) {
        let [ann, sue] = [app.person("ann").await, app.person("sue").await];
        for round in 0..10 {
            let house = house(&app, &ann, &format!("house-{round}")).await;
            app.member(&house, &sue, Role::Admin).await;
            let guest = app.person(&format!("guest{round}")).await;
            let input = json!({ "organizationId": house.global_id(), "email": format!("guest{round}@example.com"), "role": "MEMBER" });
            let clients = [app.as_(&ann), app.as_(&sue)];
            let answers = join_all(clients.iter().map(|client| client.try_change("inviteMember", input.clone(), "__typename"))).await;
            let mut codes: Vec<_> = answers.iter().map(|answer| code(answer, "inviteMember")).collect();
            codes.sort();
            assert_eq!(codes, ["TAKEN", "ok"]);
            assert!(rows::membership(&app, &house, &guest).await.is_some());
        }
    }

    async fn who_accepts_while_being_removed_is_no_member(app) {
        let [ann, guest] = [app.person("ann").await, app.person("guest").await];
        let (owner, invited) = (app.as_(&ann), app.as_(&guest));
        for round in 0..10 {
            let house = house(&app, &ann, &format!("house-{round}")).await;
            let id = app.membership(&house, &guest, Role::Member, membership::Status::Invited).await;
            let input = json!({ "membershipId": global_id("OrganizationMembership", id) });
            let accepting = invited.try_change("acceptInvitation", input.clone(), "__typename");
            let removing = owner.changed("removeMember", input.clone(), "__typename");
            let (accepted, _) = join(accepting, removing).await;
            let accepted = code(&accepted, "acceptInvitation");
            assert!(["ok", "NOT_FOUND"].contains(&accepted.as_str()), "{accepted}");
            assert!(rows::membership(&app, &house, &guest).await.is_none());
            let said: Vec<_> = rows::log(&app).await.into_iter().filter(|entry| entry.subject_id == id.to_string()).map(|entry| entry.action).collect();
            let expected: &[&str] = if accepted == "ok" { &["membership.accept", "membership.remove"] } else { &["membership.remove"] };
            assert_eq!(said, expected);
        }
    }

    async fn of_two_answers_to_an_invitation_one_counts(app) {
        let [ann, guest] = [app.person("ann").await, app.person("guest").await];
        let client = app.as_(&guest);
        for round in 0..10 {
            let house = house(&app, &ann, &format!("house-{round}")).await;
            let id = app.membership(&house, &guest, Role::Member, membership::Status::Invited).await;
            let input = json!({ "membershipId": global_id("OrganizationMembership", id) });
            let (accepted, declined) = join(
                client.try_change("acceptInvitation", input.clone(), "__typename"),
                client.try_change("declineInvitation", input.clone(), "__typename"),
            ).await;
            let member = rows::membership(&app, &house, &guest).await;
            match (code(&accepted, "acceptInvitation").as_str(), code(&declined, "declineInvitation").as_str()) {
                ("ok", "WRONG_STATE") => assert_eq!(member.unwrap().status, membership::Status::Active),
                ("NOT_FOUND", "ok") => assert!(member.is_none()),
                outcomes => panic!("{outcomes:?}"),
            }
        }
    }

    async fn who_has_handed_over_touches_no_admin_any_more(app) {
        let [ann, bob, sue] = [app.person("ann").await, app.person("bob").await, app.person("sue").await];
        let client = app.as_(&ann);
        for round in 0..10 {
            let house = house(&app, &ann, &format!("house-{round}")).await;
            app.member(&house, &bob, Role::Admin).await;
            let admin = app.member(&house, &sue, Role::Admin).await;
            let input = json!({ "membershipId": global_id("OrganizationMembership", admin) });
            let removing = client.try_change("removeMember", input, "__typename");
            let (handed, removed) = join(transfer(&client, &house, &bob), removing).await;
            assert_eq!(handed, "ok");
            let log = rows::log(&app).await;
            let of_house: Vec<_> = log.iter().filter(|entry| entry.organization_id == Some(house.id)).map(|entry| entry.action.as_str()).collect();
            match code(&removed, "removeMember").as_str() {
                "ok" => assert_eq!(of_house, ["membership.remove", "organization.transfer", "organization.transfer"]),
                "FORBIDDEN" => assert_eq!(of_house, ["organization.transfer", "organization.transfer"]),
                code => panic!("{code}"),
            }
        }
    }
}

/// Whatever is written meanwhile names the organization, in the audit log at the least, and must not wait for its deletion: the
/// two could come to wait for each other.
#[tokio::test]
async fn content_changes_while_its_organization_is_being_deleted() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let app = App::on(database).await;
    let [ann, bob] = [app.person("ann").await, app.person("bob").await];
    let house = house(&app, &ann, "house").await;
    app.member(&house, &bob, Role::Creator).await;
    let piece = content(&bob, "piece").in_(&house).save(&app).await;
    let draft = content(&bob, "draft")
        .in_(&house)
        .status(Status::Draft)
        .save(&app)
        .await;

    // Somebody holds the piece, so that the deletion gets as far as that.
    let held = app.db.begin().await.unwrap();
    let piece = content::Entity::find_by_id(piece).lock_exclusive();
    piece.one(&held).await.unwrap().unwrap();
    let (owner, creator) = (app.as_(&ann), app.as_(&bob));
    let deleting = owner.changed("deleteOrganization", json!({ "id": house.global_id() }), "__typename");
    let changing = async {
        let waiting =
            "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while texts(&app.db, waiting).await.is_empty() {}
        let input = json!({ "id": global_id("Content", draft), "title": "Changed" });
        let changed = creator.changed("updateContent", input, "__typename");
        let changed = timeout(Duration::from_secs(10), changed).await;
        held.commit().await.unwrap();
        changed.expect("it waits for the deletion");
    };
    join(deleting, changing).await;
}
