//! Inviting, answering, giving roles, removing and leaving.

use entity::{
    content::Visibility,
    membership::{Role, Status},
};
use sea_orm::prelude::Uuid;
use serde_json::{Value, json};

use super::{house, rows};
use crate::support::{App, Organization, Person, content, global_id};

fn invite(house: &Organization, email: &str, role: &str) -> Value {
    json!({ "organizationId": house.global_id(), "email": email, "role": role })
}

fn member(id: Uuid) -> Value {
    json!({ "membershipId": global_id("OrganizationMembership", id) })
}

fn role(id: Uuid, role: &str) -> Value {
    json!({ "membershipId": global_id("OrganizationMembership", id), "role": role })
}

fn mend(code: &str, field: &str) -> Vec<(String, String)> {
    vec![(code.to_owned(), field.to_owned())]
}

/// A house with an owner, an admin, and somebody for each other role.
struct Full {
    house: Organization,
    owner: Person,
    admin: Person,
}

impl Full {
    async fn of(app: &App) -> Self {
        let [owner, admin] = [app.person("owner").await, app.person("admin").await];
        let house = house(app, &owner, "house").await;
        app.member(&house, &admin, Role::Admin).await;
        Self { house, owner, admin }
    }

    /// One more member.
    async fn member(&self, app: &App, name: &str, role: Role, status: Status) -> (Person, Uuid) {
        let person = app.person(name).await;
        let id = app.membership(&self.house, &person, role, status).await;
        (person, id)
    }
}

on_both! {
    async fn an_invitation_is_accepted(app) {
        let Full { house, owner, .. } = Full::of(&app).await;
        let guest = app.person("guest").await;
        let fields = "membership { id role status invitedAt joinedAt user { name } organization { slug } }";
        let payload = app.as_(&owner).changed("inviteMember", invite(&house, "  Guest@Example.COM ", "CREATOR"), fields).await;
        let invitation = &payload["membership"];
        assert_eq!((&invitation["role"], &invitation["status"], &invitation["joinedAt"]), (&json!("CREATOR"), &json!("INVITED"), &Value::Null));
        assert_eq!((&invitation["user"]["name"], &invitation["organization"]["slug"]), (&json!("guest"), &json!("house")));
        let row = rows::membership(&app, &house, &guest).await.unwrap();
        assert_eq!((row.status, row.invited_by.as_ref(), row.joined_at), (Status::Invited, Some(&owner.id), None));
        assert!(row.invited_at.is_some());

        // Members' content, and colleagues, are theirs to see in the very answer.
        content(&owner, "inside").in_(&house).visibility(Visibility::MembersOnly).save(&app).await;
        let client = app.as_(&guest);
        let seen = "organization { contents { nodes { title } } members { nodes { role } } }";
        let outside = client.data(r#"{ organizations { nodes { contents { nodes { title } } members { nodes { role } } } } }"#).await;
        assert_eq!(outside["organizations"]["nodes"][0], json!({ "contents": { "nodes": [] }, "members": { "nodes": [{ "role": "CREATOR" }] } }));
        let payload = client.changed("acceptInvitation", json!({ "membershipId": invitation["id"] }), &format!("membership {{ status joinedAt {seen} }}")).await;
        assert_eq!(payload["membership"]["status"], "ACTIVE");
        assert_eq!(payload["membership"]["organization"], json!({
            "contents": { "nodes": [{ "title": "About inside" }] },
            "members": { "nodes": [{ "role": "CREATOR" }, { "role": "ADMIN" }, { "role": "OWNER" }] },
        }));
        let accepted = rows::membership(&app, &house, &guest).await.unwrap();
        assert_eq!((accepted.status, accepted.role, accepted.invited_at), (Status::Active, Role::Creator, row.invited_at));
        assert!(accepted.joined_at.is_some());

        let log = rows::log(&app).await;
        let [invited, joined] = log.as_slice() else { panic!("{log:?}") };
        assert_eq!((invited.action.as_str(), invited.actor_id.as_ref(), invited.organization_id), ("membership.invite", Some(&owner.id), Some(house.id)));
        assert_eq!((invited.before.as_ref(), &invited.after.as_ref().unwrap()["user_id"]), (None, &json!(guest.id)));
        assert_eq!((joined.action.as_str(), joined.actor_id.as_ref(), joined.organization_id), ("membership.accept", Some(&guest.id), Some(house.id)));
        assert_eq!(joined.before, Some(json!({ "status": "invited", "joined_at": null })));
        assert_eq!(joined.after.as_ref().unwrap()["status"], "active");

        for change in ["acceptInvitation", "declineInvitation"] {
            assert_eq!(client.to_mend(change, json!({ "membershipId": invitation["id"] })).await, mend("WRONG_STATE", ""));
        }
        assert_eq!(rows::membership(&app, &house, &guest).await, Some(accepted));
    }

    async fn an_invitation_is_declined_and_made_again(app) {
        let Full { house, admin, .. } = Full::of(&app).await;
        let guest = app.person("guest").await;
        let [manager, client] = [app.as_(&admin), app.as_(&guest)];
        let again = || invite(&house, "guest@example.com", "MEMBER");
        manager.changed("inviteMember", again(), "__typename").await;
        let id = rows::membership(&app, &house, &guest).await.unwrap().id;
        let payload = client.changed("declineInvitation", member(id), "removedMembershipId organization { slug viewerMembership { id } }").await;
        assert_eq!(payload["removedMembershipId"], json!(global_id("OrganizationMembership", id)));
        assert_eq!(payload["organization"], json!({ "slug": "house", "viewerMembership": null }));
        assert!(rows::membership(&app, &house, &guest).await.is_none());
        let log = rows::log(&app).await;
        assert_eq!((log[1].action.as_str(), log[1].organization_id, &log[1].after), ("membership.decline", Some(house.id), &None));
        let before = log[1].before.as_ref().unwrap();
        assert_eq!((&before["user_id"], &before["invited_by"], &before["status"]), (&json!(guest.id), &json!(admin.id), &json!("invited")));
        assert_eq!(client.refused("acceptInvitation", member(id)).await, "NOT_FOUND");
        manager.changed("inviteMember", again(), "__typename").await;
        assert_ne!(rows::membership(&app, &house, &guest).await.unwrap().id, id);
    }

    async fn only_who_is_invited_answers(app) {
        let full = Full::of(&app).await;
        let (guest, id) = full.member(&app, "guest", Role::Member, Status::Invited).await;
        let (creator, _) = full.member(&app, "creator", Role::Creator, Status::Active).await;
        for change in ["acceptInvitation", "declineInvitation"] {
            for (person, code) in [(&full.owner, "FORBIDDEN"), (&full.admin, "FORBIDDEN"), (&creator, "NOT_FOUND")] {
                assert_eq!(app.as_(person).refused(change, member(id)).await, code);
            }
            assert_eq!(app.anonymous().refused(change, member(id)).await, "UNAUTHENTICATED");
        }
        assert_eq!(rows::membership(&app, &full.house, &guest).await.unwrap().status, Status::Invited);
        assert!(rows::log(&app).await.is_empty());
    }

    async fn whom_one_cannot_invite(app) {
        let full = Full::of(&app).await;
        let client = app.as_(&full.owner);
        for (name, role, status) in [("here", Role::Member, Status::Active), ("resting", Role::Creator, Status::Inactive), ("asked", Role::Member, Status::Invited)] {
            full.member(&app, name, role, status).await;
        }
        let before = rows::members(&app, &full.house).await;
        // An address that nobody has, as long as one may be, and one longer.
        let long = |length: usize| format!("{}@example.com", "x".repeat(length - 12));
        for (email, code) in [
            ("nobody@example.com".to_owned(), "NOT_FOUND"),
            ("no address".to_owned(), "NOT_FOUND"),
            (long(254), "NOT_FOUND"),
            (long(255), "TOO_LONG"),
            (" ".to_owned(), "REQUIRED"),
            ("a\0b@example.com".to_owned(), "MALFORMED"),
            ("here@example.com".to_owned(), "TAKEN"),
            ("HERE@example.com".to_owned(), "TAKEN"),
            ("resting@example.com".to_owned(), "TAKEN"),
            ("asked@example.com".to_owned(), "TAKEN"),
            ("owner@example.com".to_owned(), "TAKEN"),
        ] {
            assert_eq!(client.to_mend("inviteMember", invite(&full.house, &email, "MEMBER")).await, mend(code, "email"), "{email}");
        }
        let both = [mend("NOT_FOUND", "email"), mend("OUT_OF_RANGE", "role")].concat();
        assert_eq!(client.to_mend("inviteMember", invite(&full.house, "nobody@example.com", "OWNER")).await, both);
        assert_eq!(rows::members(&app, &full.house).await, before);
        assert!(rows::log(&app).await.is_empty());
    }

    async fn an_admin_touches_neither_owner_nor_admins(app) {
        let full = Full::of(&app).await;
        app.person("guest").await;
        let (_, other) = full.member(&app, "other", Role::Admin, Status::Active).await;
        let (_, asked) = full.member(&app, "asked", Role::Admin, Status::Invited).await;
        let (_, resting) = full.member(&app, "resting", Role::Admin, Status::Inactive).await;
        let (_, plain) = full.member(&app, "plain", Role::Member, Status::Active).await;
        let client = app.as_(&full.admin);
        let [owner, own] = [&full.owner, &full.admin].map(|person| rows::membership(&app, &full.house, person));
        let [owner, own] = [owner.await.unwrap().id, own.await.unwrap().id];
        let before = rows::members(&app, &full.house).await;
        for id in [owner, own, other, asked, resting] {
            assert_eq!(client.refused("removeMember", member(id)).await, "FORBIDDEN");
            assert_eq!(client.refused("changeMemberRole", role(id, "MEMBER")).await, "FORBIDDEN");
        }
        for given in ["ADMIN", "OWNER"] {
            assert_eq!(client.refused("changeMemberRole", role(plain, given)).await, "FORBIDDEN");
            assert_eq!(client.refused("inviteMember", invite(&full.house, "guest@example.com", given)).await, "FORBIDDEN");
        }
        assert_eq!(rows::members(&app, &full.house).await, before);
        for given in ["CREATOR", "SUBSCRIBER", "MEMBER"] {
            client.changed("changeMemberRole", role(plain, given), "__typename").await;
        }
        client.changed("removeMember", member(plain), "__typename").await;
        client.changed("inviteMember", invite(&full.house, "guest@example.com", "CREATOR"), "__typename").await;
    }

    async fn a_role_is_given(app) {
        let full = Full::of(&app).await;
        let client = app.as_(&full.owner);
        for (name, status) in [("here", Status::Active), ("resting", Status::Inactive), ("asked", Status::Invited)] {
            let (person, id) = full.member(&app, name, Role::Member, status).await;
            for (given, expected) in [("ADMIN", Role::Admin), ("CREATOR", Role::Creator), ("SUBSCRIBER", Role::Subscriber), ("MEMBER", Role::Member)] {
                let payload = client.changed("changeMemberRole", role(id, given), "membership { role }").await;
                assert_eq!(payload["membership"]["role"], given);
                let row = rows::membership(&app, &full.house, &person).await.unwrap();
                assert_eq!((row.role, row.status), (expected, status));
            }
            let row = rows::membership(&app, &full.house, &person).await;
            client.changed("changeMemberRole", role(id, "MEMBER"), "__typename").await;
            assert_eq!(rows::membership(&app, &full.house, &person).await, row, "what it is already changes nothing");
            assert_eq!(client.to_mend("changeMemberRole", role(id, "OWNER")).await, mend("OUT_OF_RANGE", "role"));
        }
        let log = rows::log(&app).await;
        assert_eq!(log.len(), 3 * 4);
        let entry = &log[0];
        assert_eq!((entry.action.as_str(), entry.organization_id, entry.actor_id.as_ref()), ("membership.change_role", Some(full.house.id), Some(&full.owner.id)));
        assert_eq!((&entry.before, &entry.after), (&Some(json!({ "role": "member" })), &Some(json!({ "role": "admin" }))));
    }

    async fn the_owner_stays_until_handing_over(app) {
        let full = Full::of(&app).await;
        let boss = app.platform_owner("boss").await;
        let own = rows::membership(&app, &full.house, &full.owner).await.unwrap();
        for person in [&full.owner, &boss] {
            let client = app.as_(person);
            assert_eq!(client.to_mend("removeMember", member(own.id)).await, mend("WRONG_STATE", ""));
            for given in ["ADMIN", "OWNER"] {
                assert_eq!(client.to_mend("changeMemberRole", role(own.id, given)).await, mend("WRONG_STATE", ""));
            }
        }
        let leave = json!({ "organizationId": full.house.global_id() });
        assert_eq!(app.as_(&full.owner).to_mend("leaveOrganization", leave).await, mend("WRONG_STATE", ""));
        assert_eq!(rows::membership(&app, &full.house, &full.owner).await, Some(own));
        assert!(rows::log(&app).await.is_empty());
    }

    async fn who_is_removed_is_out_at_once(app) {
        let full = Full::of(&app).await;
        let (bob, id) = full.member(&app, "bob", Role::Creator, Status::Active).await;
        content(&bob, "piece").in_(&full.house).visibility(Visibility::MembersOnly).save(&app).await;
        content(&full.owner, "other").in_(&full.house).visibility(Visibility::MembersOnly).save(&app).await;
        let client = app.as_(&bob);
        let count = async || client.data("{ contents { totalCount } }").await["contents"]["totalCount"].clone();
        assert_eq!(count().await, json!(2));
        let payload = app.as_(&full.admin).changed("removeMember", member(id), "removedMembershipId organization { members { totalCount } }").await;
        assert_eq!(payload["removedMembershipId"], json!(global_id("OrganizationMembership", id)));
        assert_eq!(payload["organization"]["members"]["totalCount"], json!(2));
        assert_eq!(count().await, json!(1), "what they made is theirs to see, and stays");
        assert!(rows::membership(&app, &full.house, &bob).await.is_none());
        let log = rows::log(&app).await;
        assert_eq!((log[0].action.as_str(), log[0].organization_id, &log[0].after), ("membership.remove", Some(full.house.id), &None));
        assert_eq!(log[0].before.as_ref().unwrap()["role"], "creator");
        for (name, role, status) in [("resting", Role::Admin, Status::Inactive), ("asked", Role::Admin, Status::Invited)] {
            let (person, id) = full.member(&app, name, role, status).await;
            app.as_(&full.owner).changed("removeMember", member(id), "__typename").await;
            assert!(rows::membership(&app, &full.house, &person).await.is_none());
        }
        assert_eq!(app.as_(&full.owner).refused("removeMember", member(id)).await, "NOT_FOUND", "again");
    }

    async fn who_leaves_is_out_at_once(app) {
        let full = Full::of(&app).await;
        let leave = || json!({ "organizationId": full.house.global_id() });
        let (asked, _) = full.member(&app, "asked", Role::Creator, Status::Invited).await;
        assert_eq!(app.as_(&asked).to_mend("leaveOrganization", leave()).await, mend("WRONG_STATE", ""));
        let boss = app.platform_owner("boss").await;
        let stranger = app.person("stranger").await;
        for person in [&boss, &stranger] {
            assert_eq!(app.as_(person).refused("leaveOrganization", leave()).await, "FORBIDDEN");
        }
        assert_eq!(app.anonymous().refused("leaveOrganization", leave()).await, "UNAUTHENTICATED");
        assert!(rows::log(&app).await.is_empty());

        let (resting, _) = full.member(&app, "resting", Role::Creator, Status::Inactive).await;
        let (plain, _) = full.member(&app, "plain", Role::Subscriber, Status::Active).await;
        for person in [&resting, &plain, &full.admin] {
            let payload = app.as_(person).changed("leaveOrganization", leave(), "removedMembershipId organization { slug viewerMembership { id } members { totalCount } }").await;
            assert_eq!(payload["organization"], json!({ "slug": "house", "viewerMembership": null, "members": { "totalCount": 0 } }));
            assert!(rows::membership(&app, &full.house, person).await.is_none());
        }
        let log = rows::log(&app).await;
        assert_eq!((log.len(), log[0].action.as_str(), log[0].organization_id, &log[0].after), (3, "membership.leave", Some(full.house.id), &None));
        assert_eq!(log[2].actor_id.as_ref(), Some(&full.admin.id));
    }

    async fn the_platform_owner_may_all_of_it(app) {
        let full = Full::of(&app).await;
        let boss = app.platform_owner("boss").await;
        let client = app.as_(&boss);
        let admin = rows::membership(&app, &full.house, &full.admin).await.unwrap().id;
        client.changed("changeMemberRole", role(admin, "CREATOR"), "__typename").await;
        client.changed("removeMember", member(admin), "__typename").await;
        client.changed("inviteMember", invite(&full.house, "boss@example.com", "ADMIN"), "__typename").await;
        let own = rows::membership(&app, &full.house, &boss).await.unwrap().id;
        client.changed("acceptInvitation", member(own), "__typename").await;
        client.changed("changeMemberRole", role(own, "MEMBER"), "__typename").await;
        client.changed("removeMember", member(own), "__typename").await;
    }

    async fn pinned_elsewhere_there_is_nothing_to_answer(app) {
        let full = Full::of(&app).await;
        let (guest, id) = full.member(&app, "guest", Role::Member, Status::Invited).await;
        app.organization("elsewhere").await;
        let client = app.as_(&guest).pinned("elsewhere");
        assert_eq!(client.refused("acceptInvitation", member(id)).await, "NOT_FOUND");
        let manager = app.as_(&full.owner).pinned("elsewhere");
        assert_eq!(manager.refused("removeMember", member(id)).await, "NOT_FOUND");
        assert_eq!(manager.refused("inviteMember", invite(&full.house, "guest@example.com", "MEMBER")).await, "NOT_FOUND");
        app.as_(&guest).pinned("house").changed("acceptInvitation", member(id), "membership { id }").await;
    }

    async fn the_number_of_statements_is_a_matter_of_the_shape(app) {
        let full = Full::of(&app).await;
        let client = app.as_(&full.owner);
        let organization = "organization { name members(first: 100) { nodes { role user { name } } } }";
        let shown = format!("membership {{ user {{ name }} {organization} }}");
        let gone = format!("removedMembershipId {organization}");
        let mut taken = Vec::new();
        for size in [1, 40] {
            for number in 0..size {
                full.member(&app, &format!("member-{size}-{number}"), Role::Member, Status::Active).await;
            }
            let guest = app.person(&format!("guest{size}")).await;
            let count = async |person: &Person, change: &str, input: Value, fields: &str| {
                let before = app.statements();
                app.as_(person).changed(change, input, fields).await;
                app.statements() - before
            };
            let email = format!("guest{size}@example.com");
            let invited = count(&full.owner, "inviteMember", invite(&full.house, &email, "MEMBER"), &shown).await;
            let id = rows::membership(&app, &full.house, &guest).await.unwrap().id;
            let accepted = count(&guest, "acceptInvitation", member(id), &shown).await;
            let given = count(&full.owner, "changeMemberRole", role(id, "CREATOR"), &shown).await;
            let left = count(&guest, "leaveOrganization", json!({ "organizationId": full.house.global_id() }), &gone).await;
            client.changed("inviteMember", invite(&full.house, &email, "MEMBER"), "__typename").await;
            let id = rows::membership(&app, &full.house, &guest).await.unwrap().id;
            let removed = count(&full.owner, "removeMember", member(id), &gone).await;
            taken.push([invited, accepted, given, left, removed]);
        }
        assert_eq!(taken[0], taken[1], "with 1 more, and with 41 more");
    }
}
