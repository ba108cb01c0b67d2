//! What was bought is bought once, however often it is told.

use std::cell::RefCell;

use chrono::Duration;
use codex_gateway::database::now;
use entity::{
    audit_entry,
    content::{self, Status as ContentStatus, Visibility},
    grant::{self, AccessType},
    membership::Role,
    purchase::{self, Status},
};
use futures_util::future::join_all;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, prelude::Uuid,
};
use serde_json::{Value, json};

use super::{
    content::row,
    limits::{edges, long},
};
use crate::support::{App, Person, content, global_id, open};

/// A payment of 9.99 for content.
fn sale(customer: &Person, content_id: Uuid, reference: &str) -> Value {
    json!({
        "customerId": customer.global_id(), "contentId": global_id("Content", content_id), "amountPaidCents": 999,
        "platformFeeCents": 100, "organizationFeeCents": 200, "creatorPayoutCents": 699, "currency": "USD",
        "paymentReference": reference,
    })
}

/// The same, with something else in one field.
fn but(mut input: Value, field: &str, value: impl Into<Value>) -> Value {
    input[field] = value.into();
    input
}

async fn purchases(app: &App) -> Vec<purchase::Model> {
    purchase::Entity::find().all(&app.db).await.unwrap()
}

async fn grants(app: &App) -> Vec<grant::Model> {
    grant::Entity::find().all(&app.db).await.unwrap()
}

/// Everything that a purchase leaves behind.
async fn all(app: &App) -> (Vec<purchase::Model>, Vec<grant::Model>, Vec<content::Model>, u64) {
    let pieces = content::Entity::find().all(&app.db).await.unwrap();
    let entries = audit_entry::Entity::find().count(&app.db).await.unwrap();
    (purchases(app).await, grants(app).await, pieces, entries)
}

on_both! {
    async fn a_purchase_opens_what_was_bought(app) {
        let house = app.organization("house").await;
        let [webhook, ann, bob] = [app.platform_owner("webhook").await, app.person("ann").await, app.person("bob").await];
        app.member(&house, &ann, Role::Owner).await;
        let piece = content(&ann, "piece").in_(&house).visibility(Visibility::PurchasedOnly).price(999).save(&app).await;
        let before = row(&app, piece).await;
        let start = now();
        let fields = "purchase { id status amountPaidCents currency paymentReference purchasedAt customer { name } content { title } }";
        let payload = app.as_(&webhook).changed("recordPurchase", sale(&bob, piece, " pay-1 "), fields).await;
        let bought = purchases(&app).await.pop().unwrap();
        assert_eq!(payload["purchase"], json!({
            "id": global_id("Purchase", bought.id), "status": "COMPLETED", "amountPaidCents": 999, "currency": "usd", "paymentReference": "pay-1",
            "purchasedAt": bought.purchased_at, "customer": { "name": "bob" }, "content": { "title": "About piece" },
        }));
        assert!(bought.purchased_at >= Some(start) && bought.purchased_at <= Some(now()));
        assert_eq!((bought.platform_fee_cents, bought.organization_fee_cents, bought.creator_payout_cents), (100, 200, 699));

        let data = app.as_(&bob).data("{ contents { nodes { contentBody } } viewer { purchases { nodes { amountPaidCents } } } }").await;
        assert_eq!(data["contents"]["nodes"][0]["contentBody"], "The body of piece");
        assert_eq!(data["viewer"]["purchases"]["nodes"], json!([{ "amountPaidCents": 999 }]));
        let opened = grants(&app).await.pop().unwrap();
        assert_eq!((opened.access_type, opened.expires_at), (AccessType::Purchased, None));
        assert_eq!(row(&app, piece).await, content::Model { purchase_count: before.purchase_count + 1, ..before }, "it is no edit");

        // Managers see totals, never who bought.
        let entries = audit_entry::Entity::find().all(&app.db).await.unwrap();
        assert_eq!(entries.len(), 2);
        for entry in entries {
            assert_eq!((entry.action.as_str(), entry.organization_id), ("purchase.record", None), "{}", entry.subject_type);
        }
    }

    async fn the_same_payment_is_the_same_purchase(app) {
        let [webhook, ann, bob] = [app.platform_owner("webhook").await, app.person("ann").await, app.person("bob").await];
        let [piece, other] = [content(&ann, "piece").save(&app).await, content(&ann, "other").save(&app).await];
        let at = now() - Duration::hours(1);
        let told = but(sale(&bob, piece, "pay-1"), "purchasedAt", json!(at));
        let first = app.as_(&webhook).changed("recordPurchase", told.clone(), "purchase { id purchasedAt }").await;
        let before = all(&app).await;
        assert_eq!(before.0[0].purchased_at, Some(at));
        for again in [told.clone(), but(told.clone(), "currency", " usd "), but(told.clone(), "purchasedAt", Value::Null)] {
            assert_eq!(app.as_(&webhook).changed("recordPurchase", again, "purchase { id purchasedAt }").await, first);
        }
        for changed in [
            but(told.clone(), "customerId", ann.global_id()),
            but(told.clone(), "contentId", global_id("Content", other)),
            but(but(told.clone(), "amountPaidCents", 1_000), "creatorPayoutCents", 700),
            but(but(told.clone(), "platformFeeCents", 101), "organizationFeeCents", 199),
            but(but(told.clone(), "platformFeeCents", 101), "creatorPayoutCents", 698),
            but(told.clone(), "currency", "eur"),
            but(told.clone(), "purchasedAt", json!(at + Duration::microseconds(1))),
        ] {
            let errors = app.as_(&webhook).to_mend("recordPurchase", changed.clone()).await;
            assert_eq!(errors, [("TAKEN".to_owned(), "paymentReference".to_owned())], "{changed}");
        }
        let errors = app.as_(&webhook).to_mend("recordPurchase", sale(&bob, piece, "pay-2")).await;
        assert_eq!(errors, [("TAKEN".to_owned(), "contentId".to_owned())], "bought already");
        assert_eq!(all(&app).await, before);
    }

    async fn fifty_who_tell_of_one_payment_make_one_purchase(app) {
        let [webhook, ann, bob] = [app.platform_owner("webhook").await, app.person("ann").await, app.person("bob").await];
        let piece = content(&ann, "piece").save(&app).await;
        let gateways = [app.as_(&webhook), app.beside(open()).await.bearer(&webhook.token)];
        let told = sale(&bob, piece, "pay-1");
        let payloads = join_all((0..50).map(|n| gateways[n % 2].changed("recordPurchase", told.clone(), "purchase { id }"))).await;
        assert!(payloads.windows(2).all(|pair| pair[0] == pair[1]), "{payloads:?}");
        let (purchases, grants, pieces, entries) = all(&app).await;
        assert_eq!((purchases.len(), grants.len(), pieces[0].purchase_count, entries), (1, 1, 1, 2));
    }

    async fn content_is_bought_once_by_whomever(app) {
        let [webhook, ann, bob] = [app.platform_owner("webhook").await, app.person("ann").await, app.person("bob").await];
        let piece = content(&ann, "piece").save(&app).await;
        let client = app.as_(&webhook);
        let inputs = (0..20).map(|n| sale(&bob, piece, &format!("pay-{n}")));
        let payloads = join_all(inputs.map(|input| client.change("recordPurchase", input, "purchase { id }"))).await;
        let (made, taken): (Vec<_>, Vec<_>) = payloads.iter().partition(|payload| payload["userErrors"] == json!([]));
        assert_eq!(made.len(), 1, "{payloads:?}");
        assert!(taken.iter().all(|payload| payload["userErrors"][0]["code"] == "TAKEN"), "{payloads:?}");
        assert_eq!((purchases(&app).await.len(), row(&app, piece).await.purchase_count), (1, 1));

        let customers = join_all((0..40).map(|n| { let app = &app; async move { app.person(&format!("customer{n}")).await } })).await;
        let sales = customers.iter().enumerate().map(|(n, customer)| sale(customer, piece, &format!("theirs-{n}")));
        join_all(sales.map(|input| client.changed("recordPurchase", input, "purchase { id }"))).await;
        assert_eq!(row(&app, piece).await.purchase_count, 41, "none is lost");
    }

    async fn one_payment_is_not_for_two_things_at_once(app) {
        let [webhook, ann, bob] = [app.platform_owner("webhook").await, app.person("ann").await, app.person("bob").await];
        let client = app.as_(&webhook);
        for round in 0..10 {
            let pieces = join_all((0..3).map(|n| content(&ann, &format!("piece-{round}-{n}")).save(&app))).await;
            let inputs = pieces.iter().map(|id| sale(&bob, *id, &format!("pay-{round}")));
            let payloads = join_all(inputs.map(|input| client.change("recordPurchase", input, "purchase { id }"))).await;
            let (made, taken): (Vec<_>, Vec<_>) = payloads.iter().partition(|payload| payload["userErrors"] == json!([]));
            assert_eq!(made.len(), 1, "{payloads:?}");
            for payload in taken {
                let error = &payload["userErrors"][0];
                assert_eq!((&error["code"], &error["field"]), (&json!("TAKEN"), &json!("paymentReference")), "{payload}");
            }
            assert_eq!((purchases(&app).await.len(), grants(&app).await.len()), (round + 1, round + 1));
        }
    }

    async fn whatever_access_there_was_is_for_good_now(app) {
        let [webhook, ann, bob] = [app.platform_owner("webhook").await, app.person("ann").await, app.person("bob").await];
        let future = Some(now() + Duration::hours(1));
        for (number, (kind, end)) in [
            (AccessType::Complimentary, future), (AccessType::Complimentary, Some(now() - Duration::hours(1))), (AccessType::Preview, future),
            (AccessType::Subscription, future), (AccessType::Purchased, None),
        ].into_iter().enumerate() {
            let piece = content(&ann, &format!("piece-{number}")).save(&app).await;
            let id = app.grant(&bob, piece, end).await;
            let row = grant::ActiveModel { id: Set(id), access_type: Set(kind), ..Default::default() };
            row.update(&app.db).await.unwrap();
            app.as_(&webhook).changed("recordPurchase", sale(&bob, piece, &format!("pay-{number}")), "purchase { id }").await;
            let after = grant::Entity::find_by_id(id).one(&app.db).await.unwrap().unwrap();
            assert_eq!((after.access_type, after.expires_at), (AccessType::Purchased, None), "{kind:?}");
        }
        assert_eq!(grants(&app).await.len(), 5);
    }

    async fn what_went_back_can_be_bought_again(app) {
        let [webhook, ann, bob] = [app.platform_owner("webhook").await, app.person("ann").await, app.person("bob").await];
        let piece = content(&ann, "piece").save(&app).await;
        let client = app.as_(&webhook);
        let first = client.changed("recordPurchase", sale(&bob, piece, "pay-1"), "purchase { id }").await;
        let bought = purchases(&app).await.pop().unwrap();
        let refund = purchase::ActiveModel { id: Set(bought.id), status: Set(Status::Refunded), refunded_at: Set(Some(now())), ..Default::default() };
        refund.update(&app.db).await.unwrap();
        let before = all(&app).await;
        assert_eq!(client.changed("recordPurchase", sale(&bob, piece, "pay-1"), "purchase { id }").await, first, "told late");
        assert_eq!(all(&app).await, before, "and still refunded");
        client.changed("recordPurchase", sale(&bob, piece, "pay-2"), "purchase { id }").await;
        assert_eq!((purchases(&app).await.len(), row(&app, piece).await.purchase_count), (2, 2));
    }

    async fn what_another_program_began_is_completed(app) {
        let [webhook, ann, bob] = [app.platform_owner("webhook").await, app.person("ann").await, app.person("bob").await];
        for status in [Status::Pending, Status::Failed] {
            let piece = content(&ann, &format!("{status:?}").to_lowercase()).save(&app).await;
            let id = app.purchase(&bob, piece).await;
            let begun = purchase::ActiveModel { id: Set(id), status: Set(status), purchased_at: Set(None), ..Default::default() };
            let begun = begun.update(&app.db).await.unwrap();
            let told = but(sale(&bob, piece, &begun.payment_reference), "platformFeeCents", 0);
            let told = but(but(told, "organizationFeeCents", 0), "creatorPayoutCents", 999);
            let errors = app.as_(&webhook).to_mend("recordPurchase", but(told.clone(), "currency", "eur")).await;
            assert_eq!(errors, [("TAKEN".to_owned(), "paymentReference".to_owned())]);
            for _ in 0..2 {
                app.as_(&webhook).changed("recordPurchase", told.clone(), "purchase { id }").await;
            }
            let after = purchase::Entity::find_by_id(id).one(&app.db).await.unwrap().unwrap();
            assert_eq!((after.status, after.purchased_at.is_some()), (Status::Completed, true));
            assert_eq!(row(&app, piece).await.purchase_count, 1);
        }
        assert_eq!((purchases(&app).await.len(), grants(&app).await.len()), (2, 2));
    }

    async fn whatever_the_platform_owner_sees_can_have_been_bought(app) {
        let [webhook, ann, bob] = [app.platform_owner("webhook").await, app.person("ann").await, app.person("bob").await];
        let house = app.organization("house").await;
        app.member(&house, &bob, Role::Owner).await;
        for status in [ContentStatus::Draft, ContentStatus::Published, ContentStatus::Archived] {
            let piece = content(&ann, &format!("{status:?}").to_lowercase()).in_(&house).status(status).save(&app).await;
            let told = sale(&bob, piece, &format!("{status:?}"));
            for person in [&ann, &bob] {
                assert_eq!(app.as_(person).refused("recordPurchase", told.clone()).await, "FORBIDDEN");
            }
            app.as_(&webhook).changed("recordPurchase", told, "purchase { id }").await;
        }
        let before = all(&app).await;
        let gone = content(&ann, "gone").deleted().save(&app).await;
        assert_eq!(app.as_(&webhook).refused("recordPurchase", sale(&bob, gone, "gone")).await, "NOT_FOUND");
        assert_eq!(all(&app).await.0, before.0);
    }

    async fn all_of_it_is_done_or_nothing(app) {
        let [webhook, ann, bob] = [app.platform_owner("webhook").await, app.person("ann").await, app.person("bob").await];
        let piece = content(&ann, "piece").save(&app).await;
        let before = all(&app).await;
        // The last that is written of it.
        let fails = match app.db.get_database_backend() {
            DbBackend::Postgres => "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''fails''; END';
                CREATE TRIGGER fails BEFORE INSERT ON audit_entries EXECUTE FUNCTION fail();",
            _ => "CREATE TRIGGER fails BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'fails'); END;",
        };
        app.db.execute_unprepared(fails).await.unwrap();
        assert_eq!(app.as_(&webhook).refused("recordPurchase", sale(&bob, piece, "pay-1")).await, "INTERNAL");
        assert_eq!(all(&app).await, before);
    }

    async fn what_may_be_told_of_a_purchase(app) {
        let [webhook, ann, bob] = [app.platform_owner("webhook").await, app.person("ann").await, app.person("bob").await];
        let pieces = join_all((0..60).map(|n| content(&ann, &format!("piece-{n}")).save(&app))).await;
        let pieces = RefCell::new(pieces);
        // Each about another piece.
        let anew = || {
            let piece = pieces.borrow_mut().pop().unwrap();
            sale(&bob, piece, &format!("pay-{piece}"))
        };
        edges(&app, &webhook, "recordPurchase", |value| but(anew(), "currency", value), "currency",
            &[json!("usd"), json!("EUR"), json!(" chf ")],
            &[
                (json!("us"), "MALFORMED", "currency"), (json!("usdx"), "MALFORMED", "currency"), (json!("u$d"), "MALFORMED", "currency"),
                (json!("üs"), "MALFORMED", "currency"), (json!("us\u{0}"), "MALFORMED", "currency"), (json!(" "), "REQUIRED", "currency"),
            ]).await;
        edges(&app, &webhook, "recordPurchase", |value| but(anew(), "paymentReference", value), "paymentReference",
            &[json!("x"), long(255)],
            &[
                (long(256), "TOO_LONG", "paymentReference"), (json!(" "), "REQUIRED", "paymentReference"),
                (json!("a\u{0}"), "MALFORMED", "paymentReference"),
            ]).await;
        edges(&app, &webhook, "recordPurchase", |value| but(anew(), "customerId", value), "customerId",
            &[bob.global_id().into()],
            &[(crate::support::global("User", "nobody").into(), "NOT_FOUND", "customerId")]).await;
        // Paid, to the platform, to the organization, to the creator.
        let amounts = |value: Value| {
            let fields = ["amountPaidCents", "platformFeeCents", "organizationFeeCents", "creatorPayoutCents"];
            fields.into_iter().zip(value.as_array().unwrap()).fold(anew(), |input, (field, cents)| but(input, field, cents.clone()))
        };
        const MOST: i32 = i32::MAX;
        edges(&app, &webhook, "recordPurchase", amounts, "amounts",
            &[json!([0, 0, 0, 0]), json!([6, 1, 2, 3]), json!([MOST, MOST, 0, 0]), json!([MOST, 0, MOST, 0]), json!([MOST, 0, 0, MOST])],
            &[
                (json!([6, 1, 2, 4]), "MISMATCH", "amountPaidCents"), (json!([6, 1, 2, 2]), "MISMATCH", "amountPaidCents"),
                // Not even where 32 bits end.
                (json!([0, MOST, MOST, 2]), "MISMATCH", "amountPaidCents"),
            ]).await;
        for (value, fields) in [
            (json!([-1, -1, 0, 0]), ["amountPaidCents", "platformFeeCents"].as_slice()),
            (json!([0, -1, 1, 0]), &["platformFeeCents"]),
            (json!([0, 1, -1, 0]), &["organizationFeeCents"]),
            (json!([0, 0, 1, -1]), &["creatorPayoutCents"]),
        ] {
            let errors = app.as_(&webhook).to_mend("recordPurchase", amounts(value)).await;
            let expected: Vec<_> = fields.iter().map(|field| ("OUT_OF_RANGE".to_owned(), (*field).to_owned())).collect();
            assert_eq!(errors, expected);
        }
        let wrong = but(but(but(anew(), "amountPaidCents", 1), "currency", ""), "paymentReference", "");
        let errors = app.as_(&webhook).to_mend("recordPurchase", but(wrong, "customerId", crate::support::global("User", "nobody"))).await;
        let expected = [("MISMATCH", "amountPaidCents"), ("REQUIRED", "currency"), ("REQUIRED", "paymentReference"), ("NOT_FOUND", "customerId")];
        assert_eq!(errors, expected.map(|(code, field)| (code.to_owned(), field.to_owned())), "all at once");
    }

    async fn sizes_do_not_show_in_the_number_of_statements(app) {
        let [webhook, ann] = [app.platform_owner("webhook").await, app.person("ann").await];
        let piece = content(&ann, "piece").save(&app).await;
        let fields = "purchase { customer { name } content { title grants(first: 100) { totalCount nodes { user { name } } } } }";
        let mut counts = Vec::new();
        for size in [1, 10, 80] {
            for n in 0..size {
                let fan = app.person(&format!("fan{size}x{n}")).await;
                app.grant(&fan, piece, None).await;
                app.purchase(&fan, piece).await;
            }
            let customer = app.person(&format!("customer{size}")).await;
            let before = app.statements();
            app.as_(&webhook).changed("recordPurchase", sale(&customer, piece, &format!("pay-{size}")), fields).await;
            counts.push(app.statements() - before);
        }
        assert!(counts.windows(2).all(|pair| pair[0] == pair[1]), "{counts:?}");
    }
}
