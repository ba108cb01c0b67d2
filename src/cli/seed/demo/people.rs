//! Who lives in the demo world, and who belongs where.

use entity::membership::{Role::{self, *}, Status::{self, *}};

pub(super) const ADA: &str = "demo-ada";
pub(super) const MARCO: &str = "demo-marco";
pub(super) const INES: &str = "demo-ines";
pub(super) const NOOR: &str = "demo-noor";
pub(super) const TOM: &str = "demo-tom";
pub(super) const LENA: &str = "demo-lena";
pub(super) const JONAS: &str = "demo-jonas";
pub(super) const GRACE: &str = "demo-grace";
pub(super) const VICTOR: &str = "demo-victor";
pub(super) const SAM: &str = "demo-sam";
pub(super) const YUKI: &str = "demo-yuki";
pub(super) const ROSA: &str = "demo-rosa";
pub(super) const HANA: &str = "demo-hana";
pub(super) const FELIX: &str = "demo-felix";
pub(super) const NADIA: &str = "demo-nadia";
pub(super) const PRIYA: &str = "demo-priya";
pub(super) const DANIEL: &str = "demo-daniel";
pub(super) const AMARA: &str = "demo-amara";
pub(super) const KOFI: &str = "demo-kofi";
pub(super) const GRETA: &str = "demo-greta";
pub(super) const OSKAR: &str = "demo-oskar";
pub(super) const ELIAS: &str = "demo-elias";
pub(super) const MILA: &str = "demo-mila";

/// Everybody: id, name, how many days ago they signed up.
pub(super) const USERS: [(&str, &str, i64); 23] = [
    (ADA, "Ada Lindqvist", 400),
    (MARCO, "Marco Bellini", 390),
    (INES, "Inês Carvalho", 372),
    (NOOR, "Noor Haddad", 318),
    (TOM, "Tom Whitaker", 204),
    (LENA, "Lena Hoffmann", 47),
    (JONAS, "Jonas Eklund", 301),
    (GRACE, "Grace Mbeki", 188),
    (VICTOR, "Victor Dragan", 176),
    (SAM, "Sam Turner", 3),
    (YUKI, "Yuki Tanaka", 344),
    (ROSA, "Rosa Delgado", 297),
    (HANA, "Hana Kim", 165),
    (FELIX, "Felix Braun", 131),
    (NADIA, "Nadia Petrova", 242),
    (PRIYA, "Priya Raman", 385),
    (DANIEL, "Daniel Okafor", 351),
    (AMARA, "Amara Diallo", 280),
    (KOFI, "Kofi Mensah", 266),
    (GRETA, "Greta Nyström", 122),
    (OSKAR, "Oskar Lund", 96),
    (ELIAS, "Elias Berg", 310),
    (MILA, "Mila Novak", 333),
];

/// The people to act as, in the order of the table, and what each of them shows.
pub(super) const PEOPLE: [(&str, &str); 10] = [
    (ADA, "platform owner: sees everything"),
    (MARCO, "owner of Ember Kitchen: all of its content"),
    (INES, "admin of Ember Kitchen: the same, but not its owner"),
    (NOOR, "creator in Ember Kitchen and in Stillwater Yoga"),
    (TOM, "subscriber of Ember Kitchen: what is for members"),
    (LENA, "invited to Ember Kitchen, which gives nothing yet"),
    (JONAS, "left Ember Kitchen: keeps only what he made there"),
    (GRACE, "customer: opens what she bought and was given"),
    (VICTOR, "customer: everything he had has expired"),
    (SAM, "stranger: signed in, and sees what everyone sees"),
];

pub(super) const EMBER: &str = "ember-kitchen";
pub(super) const STILLWATER: &str = "stillwater-yoga";
pub(super) const DARKROOM: &str = "harbour-darkroom";

/// The organizations: slug, name, what they are about, how many days ago they were founded, and deleted.
pub(super) const ORGANIZATIONS: [(&str, &str, &str, i64, Option<i64>); 3] = [
    (EMBER, "Ember Kitchen",
        "A cooking school around one open fire: bread, fish, spices and the patience they need.", 380, None),
    (STILLWATER, "Stillwater Yoga",
        "A studio by the lake. Slow classes, sound anatomy, and evenings without a goal.", 362, None),
    (DARKROOM, "Harbour Darkroom",
        "Film, chemistry and red light, until the lease ran out.", 305, Some(40)),
];

/// Who belongs where: organization, user, role, status, how many days ago they joined or were invited. Jonas is missing
/// from Ember Kitchen: he left.
pub(super) const MEMBERSHIPS: [(&str, &str, Role, Status, i64); 22] = [
    (EMBER, MARCO, Owner, Active, 380),
    (EMBER, INES, Admin, Active, 371),
    (EMBER, YUKI, Creator, Active, 340),
    (EMBER, NOOR, Creator, Active, 312),
    (EMBER, LENA, Creator, Invited, 6),
    (EMBER, ROSA, Creator, Inactive, 290),
    (EMBER, TOM, Subscriber, Active, 200),
    (EMBER, HANA, Subscriber, Active, 160),
    (EMBER, NADIA, Subscriber, Inactive, 240),
    (EMBER, FELIX, Member, Active, 130),
    (EMBER, OSKAR, Member, Invited, 4),
    (STILLWATER, PRIYA, Owner, Active, 362),
    (STILLWATER, DANIEL, Admin, Active, 350),
    (STILLWATER, NOOR, Creator, Active, 250),
    (STILLWATER, AMARA, Creator, Active, 275),
    (STILLWATER, KOFI, Creator, Inactive, 262),
    (STILLWATER, YUKI, Creator, Invited, 9),
    (STILLWATER, HANA, Subscriber, Active, 150),
    (STILLWATER, GRETA, Subscriber, Active, 118),
    (STILLWATER, OSKAR, Member, Active, 90),
    (STILLWATER, FELIX, Member, Invited, 2),
    (DARKROOM, ELIAS, Owner, Active, 305),
];
