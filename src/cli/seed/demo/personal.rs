//! What people made for themselves, without an organization.

use entity::media_item::Status::Uploaded;

use super::{
    people::{ELIAS, JONAS, LENA, MILA, NOOR},
    piece::{Shelf, audio, personal, video, written},
};

pub(super) fn shelves() -> Vec<Shelf> {
    vec![wheel(), kiln(), ferments(), essays(), vegetables(), contacts()]
}

fn wheel() -> Shelf {
    personal(MILA, "Ceramics", vec![
        video("Centering without Force", 32,
            "Lean, do not push. The clay is heavier than your arms and lighter than you.")
            .tags("wheel, beginner").published(152),
        video("Pulling a Handle", 21, "A carrot of clay, wet hands, and gravity as an assistant.")
            .tags("handles, technique").for_sale(700).published(120),
        video("Throwing off the Hump", 44, "Twenty cups from one lump, and where to cut. Free for whoever asks.")
            .tags("wheel, production").purchased_only().published(39),
        video("Raku in the Garden", 58, "A dustbin, a burner, sawdust, and a bucket of water within reach.")
            .tags("raku, firing, masterclass").for_sale(2200).published(9),
        video("Porcelain, Patiently", 46,
            "It remembers everything that you did to it. Filmed, and waiting for its turn.")
            .tags("porcelain, wheel").for_sale(1500).media_is(Uploaded).draft(4),
        video("A Mug a Day", 14, "The month of mugs, before I knew about handles.")
            .tags("wheel, diary").archived(166),
        video("Slip Trailing", 23, "Lines of cream on leather: steady breath, steady bulb.")
            .tags("decoration").for_sale(600).archived(157),
        video("Wheel Repair", 27, "Belt, bearing, pedal. My new wheel has none of these.")
            .tags("equipment").for_sale(400).published(115).deleted(68),
        written("Open Studio Day Plan", "For former students, once there is a date.", &[])
            .tags("studio").members_only().draft(16),
    ])
}

fn kiln() -> Shelf {
    personal(MILA, "Glazes", vec![
        written("Ten Glazes I Trust", "Recipes for cone six, tested in three kilns and one accident.", &[
            "A glaze that you trust is one that you have seen fail. Every recipe here comes with its worst tile: \
             too thick, too hot, over the wrong clay. If you can live with the worst tile, mix a bucket.",
            "Begin with the clear one. It is dull to mix and dull to look at, and it will teach you more about \
             thickness in an afternoon than any celadon. Dip, count to three, and write the number on the foot.",
        ]).tags("glaze, recipes").for_sale(350).published(98),
        audio("Kiln Nights", 40, "What one talks about between midnight and cone six. There is a cat in it.")
            .tags("firing, sound").price(200).published(80),
        written("Glaze Notebook", "My own notes, unsorted, and with the mistakes left in.", &[
            "Test 114: as 113 with two parts less of whiting. Crawls on the rim, lovely in the foot ring. Do again \
             thinner. Test 115: forgot which is which. Both are now called 115.",
            "Note to self: the blue that everybody wants is 87 over 41, and not the other way round, and it only \
             happens on the top shelf.",
        ]).tags("glaze, notes").private().published(64),
        written("Letters to Former Students", "One a season. Whoever was here longer than a summer gets a key.", &[
            "Dear all, the old wheel is gone, the new one hums in B flat, and I have taken to humming along. \
             Somebody left a green scarf in March. I have worn it since, so please do not come for it before it is \
             warm.",
            "You ask whether one can make a living of this. I made a living of teaching you, and a life of this, \
             and for most years that came to the same rent.",
        ]).tags("letters, studio").members_only().published(28),
        written("Why I Left the Studio", "A draft, and perhaps it stays one.", &[
            "Eleven people, two sinks.",
        ]).tags("essay").private().draft(88),
        audio("Kiln Nights: Firing Three", 35, "The one with the power cut.")
            .tags("firing, sound").media_is(Uploaded).draft(6),
        written("Price List, Last Year", "Kept, so that I can see what I was afraid to ask.", &[
            "Cup 18, bowl 24, large bowl 45, teapot on request, which meant that I hoped nobody would.",
            "From this year on the teapot has a price, and it is twice what I thought.",
        ]).tags("studio").private().archived(172),
        audio("Clay Radio", 31, "Six mornings on local radio, for those who were there.")
            .tags("interviews, sound").members_only().archived(153),
    ])
}

fn ferments() -> Shelf {
    personal(JONAS, "Preserving", vec![
        written("Leaving, and Taking the Jars", "What one may take along from a kitchen, and what has to stay.", &[
            "The recipes stay, that was agreed on the first day. The jars were mine, and so were the cultures in \
             them, if it makes any sense to own something that is older than the lease. I packed them in towels and \
             drove slowly.",
            "On the third day in the new place the plum vinegar began to work again, by itself, on a windowsill \
             that it had never seen. I took that as a reference.",
        ]).tags("fermentation, essay").published(44),
        video("Kimchi on a Boat", 28, "No fridge, no space, and a cabbage that had to be eaten either way.")
            .tags("fermentation, korea").for_sale(950).published(18),
        written("A Year of Ferments", "Fifty-two jars, one for each week. At jar nine.", &[
            "Week nine: celery. Nobody has ever been disappointed by fermented celery, because nobody has ever \
             expected anything of it.",
        ]).tags("fermentation, diary").purchased_only().draft(26),
        video("Vinegar from Leftover Wine", 17, "There was some left. It happens.")
            .tags("vinegar").purchased_only().archived(146),
        audio("Jam Session", 34, "Strawberries, and a clarinet in the next room.")
            .tags("jam, sound").price(250).archived(134),
        written("Koji Journal", "Temperatures, times and doubts, hour by hour.", &[
            "Hour 22: the rice smells of chestnuts, and has begun to hold together. Thirty-four degrees in the \
             middle. Broke it up by hand and covered it again.",
            "Hour 38: white all over, like frost. I had meant to sleep. Instead I sat beside it and ate some, warm, \
             and thought that I would not mind if the rest of this failed.",
        ]).tags("fermentation, koji, diary").private().price(800).published(23),
    ])
}

fn essays() -> Shelf {
    personal(NOOR, "Essays", vec![
        written("Two Aprons", "On mornings at the stove and evenings on the mat.", &[
            "I have two aprons, and one of them is a yoga mat. Both are for getting dirty in a place where that is \
             expected. In the kitchen nobody asks how I feel; in the studio nobody asks whether it is ready. I need \
             both kinds of silence.",
            "What I carried across is small. From the kitchen: clean as you go. From the studio: stop a little \
             before you have to. I have not found a day that these two do not improve.",
        ]).tags("essay, work").published(12),
        audio("Walking Home from the Studio", 19, "Nineteen minutes, wet leaves, and what the class was really about.")
            .tags("sound, diary").members_only().price(200).published(50),
        written("A Proposal for a Book", "For one publisher, when I dare.", &[
            "Working title: Salt and Breath. Twelve chapters, each with a dish and a practice that take the same \
             time.",
        ]).tags("book").private().price(1000).draft(37),
        written("Notes from a Pop-Up", "Nine evenings in a bicycle shop, for the people who washed up.", &[
            "We had one burner, four chairs, and eighteen guests who had been told that there would be tables. By \
             the third evening they brought their own.",
            "Thank you. The knives are clean, the shop smells of chain oil again, and I still find coriander in my \
             shoes.",
        ]).tags("pop-up, diary").members_only().price(150).archived(141),
    ])
}

/// Lena has published nothing, so that not even her name is public.
fn vegetables() -> Shelf {
    personal(LENA, "Vegetables", vec![
        written("Artichokes, an Argument", "Against everybody who says that they are not worth the trouble.", &[
            "They are nothing but trouble, and that is the argument.",
        ]).tags("vegetables, essay").price(300).draft(21),
        video("Bitter Leaves", 25, "Chicory, dandelion, radicchio: how to like what is good for you.")
            .tags("vegetables, winter").members_only().price(500).draft(11),
    ])
}

fn contacts() -> Shelf {
    personal(ELIAS, "Photography", vec![
        written("Contact Sheets", "Thirty-six small pictures a week, and the one with the circle around it.", &[
            "Never circle on the first evening. On the first evening you circle what was difficult. Wait until you \
             have forgotten which one that was.",
            "The frame before the good one is nearly always better composed. The good one is good because something \
             in it had already begun to move.",
        ]).tags("film, editing").private().price(450).archived(159),
        video("Film Rescue", 13,
            "A roll from 1981. The upload has been deleted, and comes again when the scans are back.")
            .tags("film").media_deleted().draft(31),
        audio("Shutter Sounds", 9, "Eleven cameras, eyes closed. To be recorded again without the tram.")
            .tags("film, sound").media_deleted().draft(29),
    ])
}
