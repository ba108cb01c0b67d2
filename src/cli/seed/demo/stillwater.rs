//! What was made at Stillwater Yoga, and at Harbour Darkroom before it closed.

use entity::media_item::Status::{Failed, Transcoding, Uploading};

use super::{
    people::{AMARA, DANIEL, DARKROOM, ELIAS, KOFI, NOOR, PRIYA, STILLWATER},
    piece::{Shelf, audio, made_in, video, written},
};

pub(super) fn shelves() -> Vec<Shelf> {
    vec![foundations(), anatomy(), breath(), evening(), strength(), photography()]
}

fn foundations() -> Shelf {
    made_in(STILLWATER, PRIYA, "Foundations", vec![
        video("Ten Minutes to Arrive", 10,
            "The shortest class we teach, and the one that we take most often ourselves.")
            .tags("beginner, short, morning").published(168),
        video("Sun Salutations, Slowly", 24, "One breath for each movement, and long breaths at that.")
            .tags("beginner, morning, flow").published(145),
        written("What a Teacher Sees", "From the front of the room it is not your legs that give you away.", &[
            "People think that we look at hamstrings. We look at jaws. A jaw that is set says that the pose has \
             become an examination, and then it hardly matters how deep the fold is; the breath left the room a \
             minute ago. So when I say soften your face, I am not being poetic. It is the most technical thing that \
             I say all day.",
            "The second thing we see is who looks at whom. In every class there is somebody whom the others copy, \
             and it is rarely the most flexible one. It is whoever seems to have all the time in the world. You \
             could be that person on Thursday.",
        ]).tags("teaching, essay").members_only().published(112),
        video("Foundations: Standing", 48,
            "Mountain, warrior, triangle, and the half of every pose that is below the knee.")
            .tags("course, standing").for_sale(1900).published(105),
        video("Foundations: Seated", 51, "Sitting is a pose. Here is how to stay in it without hating it.")
            .tags("course, seated").for_sale(1900).published(77),
        video("Foundations: Inversions", 54, "Upside down, by a wall, with a plan for coming back.")
            .tags("course, inversions").for_sale(1900).media_is(Uploading).draft(2),
        written("Studio Rota and House Rules",
            "Who opens, who closes, and where the spare key has not been since June.", &[
            "Whoever opens airs the room for ten minutes, whatever the weather, and lays out the blocks along the \
             window. Whoever closes counts the blankets. There are forty-two. If there are forty-one, look in the \
             sauna.",
            "Late arrivals wait outside until the first rest. This is not a punishment, and it is not open to \
             discussion with people who have just run from the tram; smile, point at the bench, and bring them in \
             yourself.",
        ]).tags("internal").private().published(60),
        video("Lockdown Mornings", 20, "Forty days of classes from a kitchen floor, in one reel.")
            .tags("archive, morning").price(300).archived(162),
        written("Retreat Budget", "Numbers for the board.", &[
            "Twenty places at four nights. We break even at fourteen.",
            "The boat is the expensive part.",
        ]).tags("internal").private().draft(70).deleted(50),
    ])
}

fn anatomy() -> Shelf {
    made_in(STILLWATER, DANIEL, "Anatomy", vec![
        written("Knees Are Not Hinges", "A little rotation, a lot of patience, and why lotus comes from the hip.", &[
            "A hinge moves one way and is the same on both sides. Your knee does neither. Bent, it turns by some \
             thirty degrees; straight, it locks, and the lock is a small screwing motion at the very end that you \
             can feel if you sit on a table and straighten your leg with a hand upon the shin.",
            "So when somebody forces lotus, the rotation that the hip would not give is taken from the knee, which \
             has little to spare and no way to complain until it tears. Turn the thigh first. If the foot does not \
             arrive, it was not invited today.",
        ]).tags("knees, safety").published(125),
        audio("The Shoulder in Four Parts", 36,
            "Listen with your arms free: there is something to do in every chapter.")
            .tags("shoulders, course").members_only().published(93),
        video("Hips for Runners", 39, "For people who can do ten miles, and cannot sit on the floor afterwards.")
            .tags("hips, runners").for_sale(1400).published(47),
        written("Teacher Training Reader", "Last year's reader. The new one is with the printer.", &[
            "Part one: bones that you can touch. Begin at the collarbone and walk outwards with two fingers. Name \
             what you find before you look it up; being wrong with your hands is worth more than being right with \
             your eyes.",
            "Part two: what you may say in a class, and what you may not. You are not a doctor. You may say: does \
             this hurt, and where. You may say: then let us not.",
        ]).tags("training, internal").private().price(2500).archived(150),
        audio("Breath and the Vagus Nerve", 29,
            "What is known, what is hoped, and what is sold. The upload broke off; once more tomorrow.")
            .tags("breath, science").members_only().media_is(Failed).draft(7),
    ])
}

fn breath() -> Shelf {
    made_in(STILLWATER, NOOR, "Breath", vec![
        audio("Box Breathing on the Bus", 12,
            "Four in, four held, four out, four held: with your eyes open, between two stops.")
            .tags("breath, short, beginner").published(133),
        audio("A Long Exhale", 21,
            "Make the way out twice as long as the way in, and wait for the shoulders to notice.")
            .tags("breath, calm").members_only().published(84),
        video("Breath for Cooks", 17, "For everyone who holds it while the onions brown. Free, with an account.")
            .tags("breath, kitchen").purchased_only().published(36),
        written("Breathwork and Asthma", "Being checked by a physician before anybody reads it.", &[
            "Nothing here replaces an inhaler. That sentence goes first, and it stays first.",
            "What can help on a good day: slow breathing through the nose, sitting upright, with the exhale relaxed \
             and never forced.",
        ]).tags("breath, health").private().draft(15),
    ])
}

fn evening() -> Shelf {
    made_in(STILLWATER, AMARA, "Evening", vec![
        audio("Yoga Nidra for Restless Nights", 45, "Lie down, do nothing, and let somebody else count.")
            .tags("sleep, nidra, calm").for_sale(600).published(116),
        video("Unwind in Bed", 15, "Six poses that need a mattress, and forgive a duvet.")
            .tags("sleep, short, beginner").published(58),
        written("An Evening without Screens", "A proposal for the hours between nine and eleven.", &[
            "Put the telephone to bed first: in another room, on its charger, with a good night if you like. Then \
             make something hot that takes longer than a kettle. Ginger, sliced thin, ten minutes; the point is the \
             ten minutes.",
            "You will be bored by half past nine. Stay. Boredom is the hallway to being tired, and we have all been \
             climbing in through the window. By ten you will have stretched without meaning to.",
        ]).tags("sleep, essay").published(33),
        video("Moon Salutations", 28, "The sun's quieter sister. Sideways, low, and best by candlelight.")
            .tags("flow, calm").members_only().published(14),
        video("Restorative with Two Blankets", 55, "Five shapes, ten minutes each, and permission to fall asleep.")
            .tags("restorative, calm").for_sale(1300).published(5),
        audio("Nidra for Children", 18, "A journey on the back of a very slow whale.")
            .tags("sleep, nidra, family").media_is(Transcoding).draft(3),
    ])
}

fn strength() -> Shelf {
    made_in(STILLWATER, KOFI, "Strength", vec![
        video("Crow, at Last", 19, "It is not the arms. It is where you look.")
            .tags("arm-balance, technique").for_sale(800).published(137),
        video("Handstand Clinic", 42, "Two hours by the wall, cut down to the falls.")
            .tags("arm-balance, workshop").members_only().archived(151),
    ])
}

/// When the darkroom was deleted, what it had published became drafts. What was archived by then can still be opened by
/// those who bought it.
fn photography() -> Shelf {
    made_in(DARKROOM, ELIAS, "Photography", vec![
        video("Loading Film in the Dark", 16,
            "With the lights on, so that you can see what your hands will do without you.")
            .tags("film, beginner").draft(180),
        written("Fixer, Stop, Developer",
            "The three trays from right to left, for those who have only ever heard it the other way.", &[
            "Begin at the end. If you know what the fixer has to take away, you know what the stop bath has to \
             prevent, and then the developer is only the beginning of a sentence that you can already finish.",
            "Twenty degrees, all three of them. A degree more in the developer is a minute less, and a minute is \
             the difference between a face and a mask.",
        ]).tags("chemistry, film").for_sale(500).draft(171),
        video("Portraits by One Window", 37,
            "A north window, a white sheet, and somebody who would rather be elsewhere.")
            .tags("portrait, light").for_sale(1600).archived(144),
    ])
}
