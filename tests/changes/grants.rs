//! Access that is given for nothing, and taken away again.

use chrono::{Duration, SubsecRound};
use codex_gateway::database::now;
use entity::{
    audit_entry,
    content::Visibility,
    grant::{self, AccessType},
    membership::Role,
};
use futures_util::future::{join, join_all};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    prelude::{DateTimeUtc, Uuid},
};
use serde_json::{Value, json};

use crate::support::{App, Person, content, global_id};

/// All grants.
async fn grants(app: &App) -> Vec<grant::Model> {
    grant::Entity::find().all(&app.db).await.unwrap()
}

/// A grant of this kind.
async fn holds(app: &App, person: &Person, content_id: Uuid, kind: AccessType, end: Option<DateTimeUtc>) -> Uuid {
    let id = app.grant(person, content_id, end).await;
    let row = grant::ActiveModel {
        id: Set(id),
        access_type: Set(kind),
        granted_at: Set(now() - Duration::days(2)),
        ..Default::default()
    };
    row.update(&app.db).await.unwrap();
    id
}

fn give(content_id: Uuid, person: &Person, end: Option<DateTimeUtc>) -> Value {
    json!({ "contentId": global_id("Content", content_id), "userId": person.global_id(), "expiresAt": end })
}

fn revoke(id: Uuid) -> Value {
    json!({ "grantId": global_id("Grant", id) })
}

/// The organizations whose managers may read of changes of grants, in order.
async fn tenants(app: &App) -> Vec<Option<Uuid>> {
    let entries = audit_entry::Entity::find()
        .filter(audit_entry::Column::SubjectType.eq("grant"))
        .order_by_asc(audit_entry::Column::Id);
    let entries = entries.all(&app.db).await.unwrap();
    entries.iter().map(|entry| entry.organization_id).collect()
}

on_both! {
    async fn what_is_given_opens_until_it_ends(app) {
        let house = app.organization("house").await;
        let [ann, bob, boss] = [app.person("ann").await, app.person("bob").await, app.person("boss").await];
        app.member(&house, &boss, Role::Admin).await;
        let piece = content(&ann, "piece").in_(&house).visibility(Visibility::Private).save(&app).await;
        let query = "query ($id: ID!) { content(by: { id: $id }) { contentBody } }";
        let look = || app.as_(&bob).clone();
        let variables = json!({ "id": global_id("Content", piece) });
        assert_eq!(look().data_with(query, variables.clone()).await["content"], Value::Null);

        let end = (now() + Duration::days(1)).trunc_subsecs(6);
        let fields = "grant { id accessType expiresAt user { name } content { title } }";
        let payload = app.as_(&ann).changed("grantAccess", give(piece, &bob, Some(end)), fields).await;
        let given = grants(&app).await.pop().unwrap();
        assert_eq!(payload["grant"], json!({
            "id": global_id("Grant", given.id), "accessType": "COMPLIMENTARY", "expiresAt": end, "user": { "name": "bob" },
            "content": { "title": "About piece" },
        }));
        assert_eq!(look().data_with(query, variables.clone()).await["content"]["contentBody"], "The body of piece");

        // Once more: it is the same, until another time, and for good.
        app.as_(&boss).changed("grantAccess", give(piece, &bob, Some(end)), fields).await;
        assert_eq!(grants(&app).await.pop(), Some(given.clone()), "nothing has changed");
        let payload = app.as_(&boss).changed("grantAccess", give(piece, &bob, None), fields).await;
        assert_eq!((&payload["grant"]["id"], &payload["grant"]["expiresAt"]), (&json!(global_id("Grant", given.id)), &Value::Null));
        let after = grants(&app).await;
        assert_eq!((after.len(), after[0].granted_at), (1, given.granted_at));

        let payload = app.as_(&boss).changed("revokeAccess", revoke(given.id), "revokedGrantId").await;
        assert_eq!(payload["revokedGrantId"], global_id("Grant", given.id));
        assert_eq!(look().data_with(query, variables).await["content"], Value::Null);
        assert_eq!(app.as_(&boss).refused("revokeAccess", revoke(given.id)).await, "NOT_FOUND", "it is gone");

        let entries = audit_entry::Entity::find().order_by_asc(audit_entry::Column::Id).all(&app.db).await.unwrap();
        let told: Vec<_> = entries.iter().map(|entry| (entry.action.as_str(), entry.actor_id.as_deref(), entry.organization_id)).collect();
        let (ann, boss, house) = (Some(ann.id.as_str()), Some(boss.id.as_str()), Some(house.id));
        assert_eq!(told, [("grant.give", ann, house), ("grant.give", boss, house), ("grant.revoke", boss, house)]);
        assert_eq!(entries[1].after, Some(json!({ "expires_at": null })));
        assert_eq!(entries[2].after, None);
    }

    async fn what_has_ended_is_given_anew(app) {
        let [ann, bob] = [app.person("ann").await, app.person("bob").await];
        let house = app.organization("house").await;
        let past = Some(now() - Duration::hours(1));
        let future = Some(now() + Duration::hours(1));
        for (number, (kind, end, taken)) in [
            (AccessType::Complimentary, past, false), (AccessType::Complimentary, future, false), (AccessType::Complimentary, None, false),
            (AccessType::Preview, past, false), (AccessType::Preview, future, false), (AccessType::Preview, None, false),
            (AccessType::Subscription, past, false), (AccessType::Subscription, future, true), (AccessType::Subscription, None, true),
            (AccessType::Purchased, past, false), (AccessType::Purchased, future, true), (AccessType::Purchased, None, true),
        ].into_iter().enumerate() {
            let piece = content(&ann, &format!("piece-{number}")).in_(&house).save(&app).await;
            let id = holds(&app, &bob, piece, kind, end).await;
            let find = || grant::Entity::find_by_id(id).one(&app.db);
            let before = find().await.unwrap().unwrap();
            let told = tenants(&app).await.len();
            let until = Some(now() + Duration::days(9));
            if taken {
                let errors = app.as_(&ann).to_mend("grantAccess", give(piece, &bob, until)).await;
                assert_eq!(errors, [("TAKEN".to_owned(), "userId".to_owned())], "{kind:?}, {end:?}");
                assert_eq!(find().await.unwrap().unwrap(), before);
                continue;
            }
            app.as_(&ann).changed("grantAccess", give(piece, &bob, until), "grant { id }").await;
            let after = find().await.unwrap().unwrap();
            assert_eq!((after.access_type, after.expires_at), (AccessType::Complimentary, until), "{kind:?}, {end:?}");
            let goes_on = kind == AccessType::Complimentary && end != past;
            assert_eq!(after.granted_at == before.granted_at, goes_on, "{kind:?}, {end:?}");
            // Who bought is nothing for managers, though it be long ago.
            let tenant = (kind != AccessType::Purchased).then_some(house.id);
            assert_eq!(tenants(&app).await[told..], [tenant], "{kind:?}, {end:?}");
        }
    }

    async fn what_was_given_for_nothing_is_all_that_can_be_taken(app) {
        let [ann, bob, stranger] = [app.person("ann").await, app.person("bob").await, app.person("stranger").await];
        for (number, (kind, refusal)) in [
            (AccessType::Complimentary, None), (AccessType::Preview, None),
            (AccessType::Purchased, Some("WRONG_STATE")), (AccessType::Subscription, Some("WRONG_STATE")),
        ].into_iter().enumerate() {
            // Of deleted content, too, which nobody sees.
            for deleted in [false, true] {
                let mut piece = content(&ann, &format!("piece-{number}"));
                if deleted {
                    piece = piece.deleted();
                }
                let piece = piece.save(&app).await;
                let id = holds(&app, &bob, piece, kind, None).await;
                assert_eq!(app.as_(&bob).refused("revokeAccess", revoke(id)).await, "FORBIDDEN", "their own");
                assert_eq!(app.as_(&stranger).refused("revokeAccess", revoke(id)).await, "NOT_FOUND");
                assert_eq!(app.anonymous().refused("revokeAccess", revoke(id)).await, "UNAUTHENTICATED");
                let before = grants(&app).await.len();
                let payload = app.as_(&ann).change("revokeAccess", revoke(id), "revokedGrantId").await;
                assert_eq!(payload["userErrors"][0]["code"].as_str(), refusal, "{kind:?}");
                assert_eq!(before - grants(&app).await.len(), usize::from(refusal.is_none()), "{kind:?}");
            }
        }
    }

    async fn what_is_wrong_is_told_all_at_once(app) {
        let ann = app.person("ann").await;
        let piece = content(&ann, "piece").save(&app).await;
        let nobody = Person { id: "nobody".to_owned(), token: String::new() };
        let errors = app.as_(&ann).to_mend("grantAccess", give(piece, &nobody, Some(now()))).await;
        let expected = [("OUT_OF_RANGE", "expiresAt"), ("NOT_FOUND", "userId")];
        assert_eq!(errors, expected.map(|(code, field)| (code.to_owned(), field.to_owned())));
        assert!(grants(&app).await.is_empty());
        assert_eq!(audit_entry::Entity::find().count(&app.db).await.unwrap(), 0);
    }

    async fn its_creator_gives_access_though_they_have_left(app) {
        let house = app.organization("house").await;
        let [ann, member, bob] = [app.person("ann").await, app.person("member").await, app.person("bob").await];
        app.member(&house, &member, Role::Creator).await;
        let piece = content(&ann, "piece").in_(&house).save(&app).await;
        assert_eq!(app.as_(&member).refused("grantAccess", give(piece, &bob, None)).await, "FORBIDDEN");
        assert!(grants(&app).await.is_empty());
        app.as_(&ann).changed("grantAccess", give(piece, &bob, None), "grant { id }").await;
        // They see the user by that: the grant names them.
        let data = app.as_(&ann).data_with("query ($id: ID!) { node(id: $id) { ... on User { name email } } }", json!({ "id": bob.global_id() })).await;
        assert_eq!(data["node"], json!({ "name": "bob", "email": null }));
    }

    async fn of_many_who_give_at_once_there_is_one_grant(app) {
        let [ann, bob] = [app.person("ann").await, app.person("bob").await];
        let piece = content(&ann, "piece").save(&app).await;
        let client = app.as_(&ann);
        let end = |n: i64| Some(now() + Duration::days(1 + n));
        let payloads = join_all((0..30).map(|n| client.changed("grantAccess", give(piece, &bob, end(n)), "grant { id }"))).await;
        let held = grants(&app).await;
        assert_eq!(held.len(), 1);
        assert!(payloads.iter().all(|payload| payload["grant"]["id"] == global_id("Grant", held[0].id)), "{payloads:?}");
    }

    async fn giving_and_taking_at_once_comes_to_one_of_them(app) {
        let [ann, bob] = [app.person("ann").await, app.person("bob").await];
        let client = app.as_(&ann);
        for round in 0..15 {
            let piece = content(&ann, &format!("piece-{round}")).save(&app).await;
            let id = app.grant(&bob, piece, None).await;
            let gives = join_all((0..3).map(|n| client.changed("grantAccess", give(piece, &bob, Some(now() + Duration::days(1 + n))), "grant { expiresAt }")));
            let revokes = join_all((0..3).map(|_| client.try_change("revokeAccess", revoke(id), "revokedGrantId")));
            let (_, revokes) = join(gives, revokes).await;
            let mut taken = 0;
            for answer in &revokes {
                match answer["errors"][0]["extensions"]["code"].as_str() {
                    None => taken += 1,
                    Some(code) => assert_eq!(code, "NOT_FOUND", "{answer}"),
                }
            }
            assert_eq!(taken, 1, "a grant is taken away once: {revokes:?}");
            let left: Vec<_> = grants(&app).await.into_iter().filter(|grant| grant.content_id == piece).collect();
            assert!(left.len() <= 1 && left.iter().all(|grant| grant.id != id), "{left:?}");
            // The log tells of just that: what was there went, and what is there came.
            let entries = audit_entry::Entity::find().filter(audit_entry::Column::SubjectType.eq("grant"));
            let entries = entries.order_by_desc(audit_entry::Column::Id).all(&app.db).await.unwrap();
            let came = entries.iter().filter(|entry| entry.before.is_none() && left.iter().any(|grant| grant.id.to_string() == entry.subject_id));
            assert_eq!(came.count(), left.len());
            assert!(entries.iter().any(|entry| entry.after.is_none() && entry.subject_id == id.to_string()));
        }
    }

    async fn sizes_do_not_show_in_the_number_of_statements(app) {
        let [ann, bob] = [app.person("ann").await, app.person("bob").await];
        let piece = content(&ann, "piece").save(&app).await;
        let fields = "grant { user { name } content { title grants(first: 100) { totalCount nodes { user { name } content { title } } } } }";
        let mut counts = Vec::new();
        for size in [1, 10, 80] {
            for n in 0..size {
                let fan = app.person(&format!("fan{size}x{n}")).await;
                app.grant(&fan, piece, None).await;
            }
            let before = app.statements();
            app.as_(&ann).changed("grantAccess", give(piece, &bob, None), fields).await;
            counts.push(app.statements() - before);
            let held = grants(&app).await.into_iter().find(|grant| grant.user_id == bob.id).unwrap();
            app.as_(&ann).changed("revokeAccess", revoke(held.id), "revokedGrantId").await;
        }
        assert!(counts.windows(2).all(|pair| pair[0] == pair[1]), "{counts:?}");
    }
}
