//! What was made at Ember Kitchen.

use entity::media_item::Status::{Failed, Transcoding, Uploaded, Uploading};

use super::{
    people::{EMBER, INES, JONAS, MARCO, NOOR, ROSA, YUKI},
    piece::{Shelf, audio, made_in, video, written},
};

pub(super) fn shelves() -> Vec<Shelf> {
    vec![fundamentals(), seafood(), bread(), spices(), preserving(), pastry()]
}

fn fundamentals() -> Shelf {
    made_in(EMBER, MARCO, "Fundamentals", vec![
        video("Knife Skills in Half an Hour", 31,
            "Grip, claw, rhythm: the three habits that make every other lesson shorter.")
            .tags("knives, beginner, technique").published(170),
        video("A Stock Pot for the Week", 44, "One pot on Sunday, and what it becomes on every day until Friday.")
            .tags("stock, meal-prep").for_sale(1200).published(160),
        written("How to Season by Ear", "Salt has a sound. So has the moment when a pan is ready for it.", &[
            "Stand close to the pan and close your eyes. Wet onions hiss, dry onions crackle, and between the two \
             lies the minute in which salt does its best work: there is still water to carry it, and already heat to \
             concentrate it. Most recipes give you a time. Your ears give you the truth.",
            "Taste before, during and after, and say aloud what changed. It feels foolish for a week. After that \
             you will notice that you no longer reach for the salt when what is missing is acid, and that you have \
             stopped measuring without deciding to.",
        ]).tags("salt, technique, essay").published(150),
        audio("The Kitchen at Five in the Morning", 27,
            "Nobody speaks before the first coffee. A recording of the hour in which the day is decided.")
            .tags("behind-the-scenes, sound").members_only().published(121),
        written("Opening Night Checklist",
            "What has to be true at six o'clock, in the order in which it goes wrong.", &[
            "Fire lit by three, and down to embers by five; nobody cooks on flames. Two people at the door who know \
             the allergies of every guest by name. The spare gas bottle is full, and it is not the one that we \
             always think is full.",
            "At half past five everything stops for ten minutes and everybody eats, standing, from the same pan. \
             Whoever skips this burns something before eight. Then lights down, music on, and nobody apologizes to a \
             guest before the guest has noticed anything.",
        ]).tags("supper-club, checklist").private().published(90),
        video("Butchering a Chicken", 22,
            "Eight pieces and a carcass for the pot, with one small knife. Free for everyone who enrolls.")
            .tags("knives, poultry").purchased_only().published(75),
        video("Fire, Smoke and Patience", 52,
            "Cooking over an open fire: wood, distance, time, and when to do nothing at all.")
            .tags("fire, barbecue, masterclass").for_sale(2400).published(20),
        written("Supper Club Menus, Winter", "The eleven menus of last winter, with what came back on the plates.", &[
            "January was beetroot, and we regret nothing. Baked whole in the ashes, peeled at the table, with \
             horseradish cream and a spoon of trout roe: forty plates went out and forty came back empty. The \
             parsnip soup that followed was a mistake of colour, beige upon beige, though nobody left any.",
            "By March we had learned to end on something cold. A hot pudding after a hot stew makes people sleepy \
             before they have paid. Blood orange granita, on the other hand, and they order another bottle.",
        ]).tags("supper-club, menus, winter").members_only().archived(175),
        video("Cast Iron from Scratch", 35, "Stripping, seasoning and never fearing soap again.")
            .tags("equipment, cast-iron").for_sale(900).archived(163),
        video("The Open Fire, Part Two", 58, "Whole animals, long nights and how to sleep in shifts.")
            .tags("fire, barbecue, masterclass").for_sale(2400).media_is(Transcoding).draft(5),
    ])
}

fn seafood() -> Shelf {
    made_in(EMBER, INES, "Seafood", vec![
        video("Whole Fish, No Fear", 38, "Scale, gut, score, roast: a bream from the market to the table in one take.")
            .tags("fish, technique").for_sale(1500).published(140),
        written("What the Fishmonger Knows", "Six questions to ask at the counter, and how to hear the answers.", &[
            "Never ask whether the fish is fresh; nobody has ever said no. Ask what came in this morning, and watch \
             where the hand points before the mouth answers. Ask what they are taking home tonight. If they laugh, \
             wait: the answer that follows is the one you came for.",
            "Then ask for the bones. A fishmonger who gives them away has sold you a fish worth making stock from, \
             and one who asks for money knows it too. Either way you have learned what the fillet next to it is \
             worth.",
        ]).tags("fish, shopping").published(118),
        written("Bacalhau Three Ways",
            "Salt cod soaked, shredded and baked, as three households in Porto swear by it.", &[
            "Two days in cold water, changed morning and evening, skin side up so that the salt can fall. My \
             grandmother tasted the water, not the fish: when the water is no saltier than soup, the cod is ready. \
             She was never wrong, and she never told anybody why.",
            "With potatoes and eggs for a weekday, with cream for guests, and with nothing but oil and burnt garlic \
             for yourself. The third is the best one. It is also the only one in which you cannot hide a cod that \
             was soaked in a hurry.",
        ]).tags("fish, portugal, classics").members_only().price(600).published(66),
        audio("Letters from the Harbour Market", 33,
            "Eight stallholders read out what they would write to their customers if anybody still wrote.")
            .tags("fish, interviews, sound").price(300).published(41),
        written("Supplier Prices, Spring", "What we pay, and whom we should call back.", &[
            "Sea bass is up a fifth since autumn, mussels are where they were. The trout farm will deliver on \
             Thursdays if we take thirty, which is eight more than we sell, so the smoked trout stays on the menu.",
            "To do: call the oyster people in April and not in May, when everybody calls them.",
        ]).tags("internal").private().draft(33),
        video("Oysters at Home", 18, "A towel, a blunt knife, and no trip to the hospital.")
            .tags("shellfish, technique").archived(155),
        audio("Harbour Market, Second Series", 30, "The market moved across the water. So did the arguments.")
            .tags("fish, interviews, sound").members_only().media_is(Uploading).draft(1),
    ])
}

fn bread() -> Shelf {
    made_in(EMBER, YUKI, "Bread", vec![
        video("The First Loaf", 47,
            "Flour, water, salt and a long afternoon. Everything a first sourdough needs, and nothing else.")
            .tags("sourdough, beginner").for_sale(1800).published(165),
        video("The First Loaf, Uncut", 47, "The same afternoon for our members, with nothing to pay.")
            .tags("sourdough, beginner").media_of("the-first-loaf").members_only().published(164),
        written("A Starter That Survives Holidays",
            "Dry it, freeze it, or leave it with a neighbour: what works, by experiment.", &[
            "I took one starter, divided it into six jars, and went away for three weeks. The jar in the fridge was \
             grey and cross and came back in two days. The dried flakes took four. The frozen one never did, though \
             it smelled hopeful until the end.",
            "The neighbour's jar was the liveliest of all, because she had fed it every morning and talked to it, \
             she said, about her knees. If you have such a neighbour, bring her bread. If you have not, spread the \
             starter thin on paper, let it dry, and crumble it into an envelope: it keeps for a year.",
        ]).tags("sourdough, experiment").published(130),
        video("Milk Bread by Hand", 36, "Soft as a pillow, without a machine: scalding, slapping, waiting.")
            .tags("enriched, japan").members_only().published(88),
        written("Reading a Crumb", "Holes, tunnels, gum lines: what the cut loaf says about yesterday.", &[
            "Large holes at the top and a dense band below: the loaf went into the oven too early, and what rose \
             there was the last of its strength. Fine and even throughout, but flat: too late. The picture that \
             everybody wants, open and irregular, is a matter of an hour, and of a dough that was handled as if it \
             were asleep.",
            "A gum line along the bottom means that somebody could not wait. Bread goes on baking for two hours \
             after it has left the oven. Cut it warm, by all means, once; then you know what you paid for the \
             smell.",
        ]).tags("sourdough, troubleshooting").for_sale(400).published(52),
        audio("Proofing: a Bedtime Story", 41, "A calm voice, a bowl, and eight hours in which nothing happens.")
            .tags("sound, calm").published(30),
        video("Rye for Beginners", 39, "No gluten to speak of, no kneading to speak of, and a week of breakfasts.")
            .tags("rye, beginner").media_is(Uploaded).draft(8),
        written("Flour Trials", "Twelve mills, one recipe. Results to follow.", &[])
            .tags("experiment").private().price(500).draft(19),
        video("Focaccia Live from the Oven", 25,
            "The recording of a class in which everything stuck, and what we did about it.")
            .tags("italy, live").members_only().price(700).archived(149),
        written("Reading a Crumb", "A first attempt, without the pictures.", &[
            "The loaf tells you everything, if you know where to look. Start at the crust and work inwards.",
            "More in the next version of this text.",
        ]).tags("sourdough").for_sale(400).published(60).deleted(55),
    ])
}

fn spices() -> Shelf {
    made_in(EMBER, NOOR, "Spices", vec![
        video("Seven Spices", 29, "Baharat, from whole seeds to a jar that will not see the end of the month.")
            .tags("spices, levant").published(135),
        video("Lentils, Properly", 34, "Mujaddara with onions so dark that you will think I have ruined them.")
            .tags("pulses, levant, weeknight").for_sale(900).published(100),
        written("Toasting, Blooming, Tempering", "Three words for waking a spice, and three different things to do.", &[
            "Toasting is dry and for whole seeds: a heavy pan, low heat, and your nose over it. Blooming is for \
             powders, in fat, and takes twenty seconds, after which it is called burning. Tempering is the loud one, \
             seeds and leaves in very hot oil, poured over a dish that is already finished.",
            "They are not three ways to the same place. Toasted cumin is round and brown and belongs in the pot \
             early; tempered cumin is bright and sits on top like a hat. When a recipe just says to fry the spices, \
             ask yourself whether it is the beginning of the dish or the end.",
        ]).tags("spices, technique").members_only().published(71),
        audio("Market Day in Amman", 38, "Sage, sumac, bargaining: one Friday morning with my aunt and her trolley.")
            .tags("travel, sound").for_sale(500).published(25),
        video("Flatbreads on a Hot Stone", 21,
            "Saj without a saj. The camera got too close to the fire, so we film it again.")
            .tags("bread, fire").purchased_only().media_is(Failed).draft(12),
        audio("Ramadan Tables", 44,
            "Five families, five evenings, recorded with their leave for as long as they liked.")
            .tags("family, sound").private().archived(148),
    ])
}

fn preserving() -> Shelf {
    made_in(EMBER, JONAS, "Preserving", vec![
        video("Pickles Before Noon", 26, "A quick brine, a slow brine, and which vegetable wants which.")
            .tags("pickles, quick").published(158),
        written("Salt, Sugar, Time", "The only three preservatives in our cellar, and how much of each.", &[
            "Two parts of salt to a hundred of cabbage, by weight, and then you may forget everything else that you \
             have read. Sugar needs more: below half of the fruit's weight you have made a compote, which is a fine \
             thing, and a thing with a short life.",
            "Time is the one that people skimp on. Sauerkraut at two weeks is a salad with ambitions. At six it is \
             food, and at twelve it is a reason to invite somebody.",
        ]).tags("fermentation, cellar").for_sale(700).published(142),
        video("Smoked Trout on the Balcony", 32, "A flower pot, a handful of alder, and neighbours who will want some.")
            .tags("fish, smoke").members_only().price(800).draft(61),
        written("The Marmalade Diaries", "Four winters of bitter oranges, and the one batch that was right.", &[
            "The first year I cut the peel by hand, evenly, like a jeweller, and boiled it to toffee. The second \
             year I used a machine and got marmalade that spread beautifully and tasted of nothing in particular.",
            "The fourth year I read my own notes, all of them, before I began. Soak overnight; simmer until the \
             peel gives way between two fingers; only then the sugar. It set at once, and I stood there with nothing \
             left to worry about.",
        ]).tags("citrus, winter, diary").purchased_only().archived(139),
    ])
}

fn pastry() -> Shelf {
    made_in(EMBER, ROSA, "Pastry", vec![
        video("Tart Shells That Hold", 33, "Straight sides, no shrinking, no weights: it is all in the resting.")
            .tags("tarts, technique").for_sale(1100).published(128),
        written("Cold Butter", "A chapter from the book that I am perhaps writing.", &[
            "All pastry is an argument between butter and warmth, and you are on the side of the butter. Chill the \
             flour. Chill the bowl. Wash your hands in cold water and think of somebody who left you.",
            "Work fast until it looks unfinished, and stop. The lumps that trouble you are the layers that they \
             will praise.",
        ]).tags("essay, butter").private().price(400).published(110),
        video("Croissants in a Heatwave", 49, "Thirty-four degrees, no air conditioning, and a great deal of swearing.")
            .tags("lamination, summer").published(95).deleted(80),
        video("Choux, Explained", 24, "Why it puffs, why it falls, and what the pinhole is for.")
            .tags("choux").price(500).without_media().draft(57),
    ])
}
