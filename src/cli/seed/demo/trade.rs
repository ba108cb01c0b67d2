//! Who bought what, who was given what, and what was uploaded and not used yet.

use entity::{
    grant::AccessType::{self, Complimentary, Preview, Purchased, Subscription},
    media_item::{MediaType, Status},
    purchase::Status as Payment,
};

use super::people::{GRACE, GRETA, HANA, LENA, MARCO, MILA, NOOR, OSKAR, TOM, VICTOR, YUKI};

/// Customer, content, what became of the payment, how many days ago it was begun.
pub(super) const PURCHASES: [(&str, &str, Payment, i64); 22] = [
    (GRACE, "fire-smoke-and-patience", Payment::Completed, 17),
    (GRACE, "foundations-standing", Payment::Completed, 92),
    (GRACE, "pulling-a-handle", Payment::Completed, 101),
    (GRACE, "raku-in-the-garden", Payment::Pending, 0),
    // The card was declined; the next one was not.
    (GRACE, "lentils-properly", Payment::Failed, 83),
    (GRACE, "lentils-properly", Payment::Completed, 83),
    // Archived since, and its organization deleted: it stays bought.
    (GRACE, "portraits-by-one-window", Payment::Completed, 111),
    (VICTOR, "whole-fish-no-fear", Payment::Refunded, 97),
    (VICTOR, "tart-shells-that-hold", Payment::Failed, 70),
    (TOM, "the-first-loaf", Payment::Completed, 156),
    (TOM, "cast-iron-from-scratch", Payment::Completed, 145),
    (TOM, "fire-smoke-and-patience", Payment::Completed, 15),
    (HANA, "foundations-seated", Payment::Completed, 62),
    (HANA, "ten-glazes-i-trust", Payment::Completed, 57),
    // Deleted since: the purchase stays, and shows nothing.
    (HANA, "wheel-repair", Payment::Completed, 99),
    // Paid back, and bought again after all.
    (OSKAR, "kimchi-on-a-boat", Payment::Refunded, 16),
    (OSKAR, "kimchi-on-a-boat", Payment::Completed, 8),
    (GRETA, "hips-for-runners", Payment::Pending, 1),
    (GRETA, "market-day-in-amman", Payment::Completed, 20),
    (GRETA, "restorative-with-two-blankets", Payment::Completed, 2),
    (MARCO, "raku-in-the-garden", Payment::Completed, 6),
    (MARCO, "ten-glazes-i-trust", Payment::Completed, 40),
];

/// Until when a grant is good.
#[derive(Clone, Copy)]
pub(super) enum Until {
    Forever,
    NextYear,
    DaysAgo(i64),
}

/// User, content, why they have it, how many days ago they were given it, and until when. What was bought and paid for
/// is not among them: every completed purchase brings its own grant.
pub(super) const GRANTS: [(&str, &str, AccessType, i64, Until); 16] = [
    // To what she would not see without.
    (GRACE, "opening-night-checklist", Complimentary, 60, Until::Forever),
    (GRACE, "moon-salutations", Subscription, 13, Until::NextYear),
    (GRACE, "yoga-nidra-for-restless-nights", Preview, 10, Until::NextYear),
    // To an archived one: she may still open it.
    (GRACE, "the-marmalade-diaries", Complimentary, 130, Until::Forever),
    // To a draft and to a deleted one: nothing to see, and nothing yet.
    (GRACE, "foundations-inversions", Preview, 1, Until::NextYear),
    (GRACE, "croissants-in-a-heatwave", Complimentary, 90, Until::Forever),
    // One of each kind, over.
    (VICTOR, "whole-fish-no-fear", Purchased, 97, Until::DaysAgo(94)),
    (
        VICTOR,
        "yoga-nidra-for-restless-nights",
        Subscription,
        100,
        Until::DaysAgo(9),
    ),
    (VICTOR, "glaze-notebook", Complimentary, 50, Until::DaysAgo(20)),
    (VICTOR, "hips-for-runners", Preview, 30, Until::DaysAgo(16)),
    (VICTOR, "ramadan-tables", Complimentary, 140, Until::DaysAgo(110)),
    // What his subscription includes beyond what is for members.
    (TOM, "whole-fish-no-fear", Subscription, 120, Until::NextYear),
    (HANA, "foundations-standing", Subscription, 100, Until::NextYear),
    (HANA, "raku-in-the-garden", Preview, 7, Until::NextYear),
    // Personal content for members has none: a grant is the only key.
    (GRETA, "letters-to-former-students", Complimentary, 27, Until::Forever),
    (OSKAR, "koji-journal", Complimentary, 11, Until::Forever),
];

/// Creator, title, what it is, how far it is, minutes, how many days ago it was begun, and deleted.
type Unused = (&'static str, &'static str, MediaType, Status, i32, i64, Option<i64>);

/// What was uploaded, and is in no content.
#[rustfmt::skip]
pub(super) const UPLOADS: [Unused; 8] = [
    (YUKI, "Steam, close up", MediaType::Video, Status::Ready, 3, 74, None),
    (NOOR, "Rain on the studio roof", MediaType::Audio, Status::Ready, 11, 53, None),
    (MARCO, "Walk around the cellar", MediaType::Video, Status::Failed, 6, 22, None),
    (LENA, "Radicchio at the market", MediaType::Video, Status::Uploading, 8, 1, None),
    (MILA, "Belt change, second camera", MediaType::Video, Status::Ready, 12, 116, Some(67)),
    (MILA, "Cat on the kiln", MediaType::Audio, Status::Ready, 2, 81, Some(79)),
    (NOOR, "Flatbreads, broken take", MediaType::Video, Status::Failed, 21, 14, Some(13)),
    (NOOR, "Microphone test", MediaType::Audio, Status::Uploaded, 1, 55, Some(54)),
];
