//! What names and titles are put together from.

/// The headings that content comes under, and what it is about.
pub(super) const SUBJECTS: [(&str, &str); 24] = [
    ("Cooking", "Sourdough"), ("Cooking", "Slow Roasts"), ("Cooking", "Street Food"),
    ("Yoga", "Sun Salutations"), ("Yoga", "Breathing"), ("Yoga", "Restorative Poses"),
    ("Music", "Fingerstyle Guitar"), ("Music", "Jazz Harmony"), ("Music", "Home Recording"),
    ("Photography", "Street Portraits"), ("Photography", "Darkroom Printing"), ("Photography", "Night Skies"),
    ("Gardening", "Raised Beds"), ("Gardening", "Pruning Roses"), ("Gardening", "Seed Saving"),
    ("Ceramics", "Wheel Throwing"), ("Ceramics", "Glazing"), ("Ceramics", "Raku"),
    ("Writing", "Short Stories"), ("Writing", "Memoir"), ("Writing", "Editing"),
    ("Woodwork", "Dovetail Joints"), ("Woodwork", "Spoon Carving"), ("Woodwork", "Hand Planes"),
];

/// What a title says of its subject.
pub(super) const APPROACHES: [&str; 12] = [
    "An Introduction to", "Notes on", "The Patience of", "A Year of", "Common Mistakes in", "The Tools of",
    "Ten Minutes of", "A Beginner's Guide to", "Beyond", "Questions about", "The Joy of", "A Masterclass in",
];

/// Tags; as many as three, which content counts on in steps of seven, never meet themselves.
pub(super) const TAGS: [&str; 30] = [
    "advanced", "analog", "beginner", "budget", "calm", "classic", "community", "craft", "daily", "essentials",
    "evening", "family", "field-notes", "handmade", "history", "home", "interview", "journal", "live", "materials",
    "morning", "outdoors", "practice", "quick", "seasonal", "studio", "technique", "theory", "tools", "weekend",
];

/// First names.
pub(super) const FIRST_NAMES: [&str; 24] = [
    "Aiko", "Amina", "Anders", "Beatriz", "Bruno", "Carmen", "Chidi", "Dana", "Emil", "Farah", "Gustav", "Hanna",
    "Ilya", "Joana", "Kemal", "Leila", "Magnus", "Nadia", "Omar", "Paula", "Rafael", "Sana", "Teodor", "Wanjiru",
];

/// Last names.
pub(super) const LAST_NAMES: [&str; 24] = [
    "Abebe", "Andersson", "Baptiste", "Castillo", "Demir", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad",
    "Ivanova", "Jansen", "Kowalski", "Lindgren", "Moreau", "Nakamura", "Okonkwo", "Pereira", "Quinn", "Rossi",
    "Silva", "Tanaka", "Usman", "Weber",
];

/// Where organizations are.
pub(super) const PLACES: [&str; 16] = [
    "Riverside", "Northgate", "Old Harbour", "Hillcrest", "Lakeside", "Market Street", "Copper Lane", "Willow Park",
    "Southbank", "Foundry", "Orchard", "Bridge Street", "Lighthouse", "Mill Road", "Station", "Castle Hill",
];

/// What every written text goes on with.
pub(super) const PARAGRAPH: &str = "\
    Most of what there is to learn here is learned by doing it badly a few times, with attention. Set out everything \
    before you begin, work slowly, and stop while it is still a pleasure. What looks like talent in others is mostly \
    the memory of many small mistakes.\n\n\
    Keep a notebook beside you. Write down what you changed and what came of it, and change one thing at a time. After \
    a month the notebook is worth more than any teacher, because it is about your hands, your tools and your light.";
