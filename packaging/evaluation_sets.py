"""Writes the sets of `sotto evaluate` into assets/evaluation: `python packaging/evaluation_sets.py`.

The sentences are our own. The phones around each word come from the CMU pronouncing dictionary (BSD licence) that
pocketsphinx brings, those of the words in question from the tables here.
"""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path

import pocketsphinx

HERE = Path(__file__).resolve().parents[1] / "assets" / "evaluation"
LICENCE = "Apache-2.0"
LEFT_OUT = {"Zoe": "Z OW IY"}  # words that the dictionary lacks

# word: (sense, phones as ARPAbet, phones as espeak-ng writes them, sentences) twice
HOMOGRAPHS: dict[str, tuple[tuple[str, str, str, str], tuple[str, str, str, str]]] = {
    "lead": (
        ("metal", "L EH D", "l'Ed",
         "The old pipes were made of lead. | They tested the paint for lead. | A roof of lead keeps out the rain. | "
         "The box was as heavy as lead. | Drinking from lead cups made people ill. | He melted the lead in a pan. | "
         "The divers wear belts of lead. | There is too much lead in the water."),
        ("guide", "L IY D", "l'i:d",
         "She will lead the team this year. | Let me lead you to your seat. | The guide can lead us up the hill. | "
         "I want you to lead the meeting. | This road should lead to the sea. | Who is going to lead the song? | "
         "He was asked to lead the parade. | They lead a quiet life in the village."),
    ),
    "bass": (
        ("fish", "B AE S", "b'as",
         "He caught a bass in the lake. | We fried the bass for dinner. | The bass swam under the boat. | "
         "A large bass took the hook. | The river is full of bass and trout. | My uncle goes fishing for bass. | "
         "The cook cleaned the bass with a knife. | She let the little bass go back into the water."),
        ("music", "B EY S", "b'eIs",
         "He plays the bass in a band. | Turn down the bass on the stereo. | The bass and the drums came in late. | "
         "She sings soprano and he sings bass. | The song has a deep bass line. | I learned to play bass at school. | "
         "The bass was too loud at the concert. | The choir needs another bass voice."),
    ),
    "tear": (
        ("eye", "T IH R", "t'i@3",
         "A tear ran down her cheek. | He wiped a tear from his eye. | I saw a tear fall on the letter. | "
         "She shed a tear at the wedding. | There was a tear in the eye of the old man. | "
         "The sad film brought a tear to my eye. | Not a single tear was wept. | Every tear she cried was real."),
        ("rip", "T EH R", "t'e@",
         "Please do not tear the paper. | There is a tear in my shirt. | He had to tear up the contract. | "
         "The nail made a tear in the curtain. | Careful, or you will tear your dress. | "
         "They will tear down the old house. | Tear the bread into small pieces. | I can mend the tear in your coat."),
    ),
    "wound": (
        ("injury", "W UW N D", "w'u:nd",
         "The nurse cleaned the wound. | The wound on his leg is deep. | A soldier died of his wound. | "
         "Keep the wound clean and dry. | The doctor closed the wound with stitches. | "
         "It took weeks for the wound to heal. | She put a bandage on the wound. | The knife left a bad wound."),
        ("turned", "W AW N D", "w'aUnd",
         "He wound the clock last night. | The path wound up the hill. | She wound the scarf around her neck. | "
         "I wound the rope around the post. | The river wound through the valley. | "
         "They wound the wool into a ball. | We wound up in the wrong town. | He wound the string on a stick."),
    ),
    "row": (
        ("line", "R OW", "r'oU",
         "We sat in the front row. | Plant the beans in a row. | She won three games in a row. | "
         "There is a row of trees along the road. | Our seats are in the last row. | "
         "He read the first row of numbers. | A row of houses faced the park. | Row the boat across the lake."),
        ("quarrel", "R AW", "r'aU",
         "The couple had a terrible row. | They had a loud row about money. | The row woke the neighbors up. | "
         "There was a row in the kitchen and plates flew. | After the angry row he slammed the door. | "
         "I do not want to have a row with you. | Their shouting row went on all night. | "
         "The two brothers had a bitter row."),
    ),
    "bow": (
        ("weapon", "B OW", "b'oU",
         "He shot an arrow with his bow. | She tied the ribbon in a bow. | The hunter carried a bow and arrows. | "
         "Her hair was held by a red bow. | Put a bow on the present. | The violin needs a new bow. | "
         "He bent the wood to make a bow. | The archer pulled the bow."),
        ("bend", "B AW", "b'aU",
         "The actors took a bow. | He made a deep bow before the king. | You should bow to the queen. | "
         "The singer gave a bow at the end. | Bow your head and be silent. | The waves broke over the bow. | "
         "We stood at the bow of the boat. | They bow when they greet each other."),
    ),
    "dove": (
        ("bird", "D AH V", "d'Vv",
         "A white dove sat on the roof. | The dove is a bird of peace. | I heard a dove in the tree. | "
         "The dove flew out of its cage. | She fed the dove some corn. | A dove built a nest by the window. | "
         "The gray dove cooed all morning. | He drew a dove with a branch."),
        ("jumped", "D OW V", "d'oUv",
         "He dove into the pool. | She dove from the high rock. | The boys dove into the cold lake. | "
         "The plane dove toward the ground. | I dove for the ball and missed. | We dove under the wave. | "
         "The goalkeeper dove to the left. | The seal dove to catch a fish."),
    ),
    "wind": (
        ("air", "W IH N D", "w'Ind",
         "The wind blew my hat away. | A cold wind came from the north. | The wind and the rain are strong. | "
         "The sails filled with wind. | There is no wind today. | The wind shook the old tree. | "
         "I like the wind in my hair. | The leaves danced in the wind."),
        ("turn", "W AY N D", "w'aInd",
         "Please wind the clock. | You have to wind up the toy. | I will wind the wool into a ball. | "
         "The stairs wind up to the tower. | She began to wind the rope. | Do not forget to wind your watch. | "
         "The roads wind through the hills. | Wind the bandage around his arm."),
    ),
    "live": (
        ("dwell", "L IH V", "l'Iv",
         "I live in a small house. | Where do you live now? | They live near the sea. | "
         "We live on the second floor. | My parents live in the city. | She wants to live alone. | "
         "Fish live in the water. | He hopes to live a long time."),
        ("alive", "L AY V", "l'aIv",
         "The band played live music. | We watched the live show. | The game is on live television. | "
         "They sell live lobsters here. | Do not touch the live wire. | It was a live recording. | "
         "There was a live snake in the box. | The concert was broadcast live."),
    ),
    "sow": (
        ("plant", "S OW", "s'oU",
         "The farmer will sow the seeds. | We sow wheat in the spring. | You reap what you sow. | "
         "They sow the field by hand. | It is time to sow the corn. | Sow the grass before it rains. | "
         "He went out to sow his beans. | I will sow carrots this year."),
        ("pig", "S AW", "s'aU",
         "The sow had ten little pigs. | A fat sow lay in the mud. | The piglets drank from the sow. | "
         "The farmer fed the old sow. | That sow is the biggest pig on the farm. | The boar and the sow slept. | "
         "Our sow won a prize at the fair. | The sow grunted in her pen."),
    ),
    "minute": (
        ("time", "M IH N AH T", "m'InI2t",
         "Wait a minute, please. | The bus leaves in one minute. | She was a minute late. | "
         "Boil the egg for another minute. | I will be there in a minute. | Every minute counts. | "
         "It takes a minute to warm up. | He was silent for a minute."),
        ("tiny", "M AY N UW T", "maIn'u:t",
         "There was a minute crack in the glass. | He found a minute speck of dust. | "
         "The letters were so minute that I could not read them. | A minute amount of poison was found. | "
         "The insect has minute wings. | She noticed every minute detail. | "
         "The difference is minute and hard to see. | Minute grains of sand got into the lens."),
    ),
    "read": (
        ("present", "R IY D", "r'i:d",
         "I like to read in bed. | Can you read this word? | Please read me a story. | "
         "Children learn to read at school. | I will read the book tomorrow. | Do you read the news every day? | "
         "She wants to read it again. | They read to each other every evening now."),
        ("past", "R EH D", "r'Ed",
         "I have read that book before. | He had read the letter twice. | The letter was read aloud. | "
         "She has read all his poems. | Yesterday he read a whole book. | The message was read by everyone. | "
         "We have never read the rules. | Last night she read until ten."),
    ),
    "bowed": (
        ("bent forward", "B AW D", "b'aUd",
         "He bowed to the crowd. | The servant bowed and left. | She bowed her head in prayer. | "
         "They all bowed before the queen. | The actor bowed twice. | The dancers bowed at the end. | "
         "I bowed when I met him. | The old man bowed politely."),
        ("curved", "B OW D", "b'oUd",
         "The cowboy had bowed legs. | The shelf was bowed in the middle. | The boards were bowed with age. | "
         "A bowed string makes a long tone. | The heavy books left the shelf bowed. | "
         "His legs are bowed like a rider. | The cello is a bowed instrument. | The wet wood had bowed out of shape."),
    ),
}  # fmt: skip

# word: two variants (name, ARPAbet, espeak-ng), sentences that prompt with it, sentences that must follow suit
VARIANTS: dict[str, tuple[tuple[str, str, str], tuple[str, str, str], str, str]] = {
    "aunt": (("ant", "AE N T", "'ant"), ("ahnt", "AA N T", "'A:nt"),
             "My aunt is coming to visit. | I wrote to my aunt last week. | Did you meet my aunt? | "
             "We stayed with my aunt. | My aunt lives by the sea.",
             "Your aunt must be very kind. | Say hello to your aunt. | How old is your aunt? | "
             "Call your aunt on Sunday. | An aunt like that is a treasure."),
    "data": (("dayta", "D EY T AH", "d'eIt@"), ("datta", "D AE T AH", "d'at@"),
             "I lost all my data. | The data came in late. | Can we trust the data? | "
             "They sent us new data. | We need more data.",
             "Keep a copy of your data. | Where is the data now? | Good data takes time. | "
             "The data may still be there. | Check the data again."),
    "envelope": (("en", "EH N V AH L OW P", "'Env@loUp"), ("on", "AA N V AH L OW P", "'A:nv@loUp"),
                 "I need an envelope. | The envelope was empty. | She opened the envelope. | "
                 "There is an envelope on the table. | Who sent this envelope?",
                 "Put a stamp on the envelope. | The envelope is in the drawer. | Is the envelope big enough? | "
                 "Write the name on the envelope. | A brown envelope will do."),
    "mobile": (("bul", "M OW B AH L", "m'oUb@l"), ("bile", "M OW B AY L", "m'oUbaIl"),
               "My mobile is broken. | I left my mobile at home. | Is that your mobile? | "
               "She bought a new mobile. | My mobile has no signal.",
               "A mobile can be repaired. | Where did you buy the mobile? | Charge your mobile first. | "
               "The mobile may just be off. | You can use my mobile."),
    "route": (("root", "R UW T", "r'u:t"), ("rout", "R AW T", "r'aUt"),
              "Which route should we take? | The route was closed. | I know a shorter route. | "
              "They changed the bus route. | This route is beautiful.",
              "The route by the river is best. | Take the old route home. | Is that route safe at night? | "
              "The route goes over the hill. | Every route has its charm."),
    "vase": (("vace", "V EY S", "v'eIs"), ("vahz", "V AA Z", "v'A:z"),
             "I broke the vase. | She gave me a vase. | The vase is very old. | "
             "Put the roses in a vase. | Where did the vase go?",
             "A new vase is not expensive. | The vase can be glued. | Was the vase a gift? | "
             "I would put the vase by the window. | That vase needs fresh water."),
    "either": (("ee", "IY DH ER", "'i:D3"), ("eye", "AY DH ER", "'aID3"),
               "I do not like it either. | You can have either one. | Either day is fine. | "
               "She has not called either. | Take either the bus or the train.",
               "Either way, I will help you. | I would not mind either. | Either of them will do. | "
               "We could meet on either day. | I do not know either."),
    "neither": (("nee", "N IY DH ER", "n'i:D3"), ("nye", "N AY DH ER", "n'aID3"),
                "Neither of us was there. | I like neither color. | Neither answer is right. | "
                "Neither shoe fits me. | He is neither old nor young.",
                "Neither would be my choice. | Then neither of you knows. | Neither one is bad. | "
                "Neither of them told me. | That is neither here nor there."),
    "often": (("offen", "AO F AH N", "'O:f@n"), ("off-ten", "AO F T AH N", "'O:ft@n"),
              "I often walk here. | Do you often travel? | We often eat late. | "
              "It often rains in spring. | They often call us.",
              "How often do you go? | I often think so too. | Not very often, I hope. | "
              "She often says that. | It often helps to talk."),
    "caramel": (("three", "K AE R AH M EH L", "k'ar@mEl"), ("two", "K AA R M AH L", "k'A@m@l"),
                "I love caramel on ice cream. | The caramel is too hot. | Do you like caramel? | "
                "She made a caramel sauce. | The cake has caramel in it.",
                "Warm caramel is the best. | Let the caramel cool down. | A little caramel goes far. | "
                "With caramel and nuts, please. | That caramel smells good."),
    "tomato": (("may", "T AH M EY T OW", "t@m'eItoU"), ("mah", "T AH M AA T OW", "t@m'A:toU"),
               "I ate a tomato. | The tomato is not ripe. | Cut the tomato in half. | "
               "There is one tomato left. | She grew this tomato.",
               "A tomato needs a lot of sun. | Put some salt on the tomato. | Is the tomato sweet? | "
               "I would slice the tomato. | A red tomato is a good sign."),
    "progress": (("praw", "P R AA G R EH S", "pr'A:gr@s"), ("proe", "P R OW G R EH S", "pr'oUgr@s"),
                 "I made some progress today. | Are you happy with your progress? | The progress is slow. | "
                 "We see no progress. | They praised my progress.",
                 "Slow progress is still good. | Tell me about your progress. | That progress took work. | "
                 "Every day brings progress. | Your progress is real."),
}  # fmt: skip


# Plain sentences: what the pocket pack's voice can say (two of three are its answers, the others it never learnt),
# and what people say in talk, for voices that know more.
SENTENCES = {
    "pocket": (
        "I am very well, thank you. How are you? | I feel good today. And you? | My name is Sotto. | "
        "I am fine, and happy to talk with you. | It is good to have people you love. | Sorry, I will try again. | "
        "I am the pocket model. You can get the full model in the settings. | The opposite of fast is slow. | "
        "I never get tired, but I like the quiet. | Four plus three is seven. | A glass of water is best. | "
        "I am very young. I was made this year. | The opposite of big is small. | "
        "I am glad. What made your day good? | "
        "A day on the moon is almost one month long. | Oh, please tell me! | It is blue on a good day. | "
        "I live here, on your computer. | I am Sotto, your voice companion. | Before Friday comes Thursday. | "
        "How about a walk in the park? | Two plus eight is ten. | Maybe you can call and say hello. | "
        "Do not worry about it. | After Friday comes Saturday. | Tell me about your work. | No problem at all. | "
        "An old bear lost his hat. The wind gave it back in the summer. | What gets wet while it dries? A towel. | "
        "Why was the book sad? It had too many problems. | Happy birthday to you! | It is yellow, and very bright. | "
        "That sounds hard. Do you want to talk about it? | How about a cup of tea? | Maybe some rice and apples. | "
        "I can talk with you, count, tell a joke, and remember your name. | I am here. What can I do for you? | "
        "Good night, and sleep well. | Then take it slowly today. | You could read a book or call a friend. | "
        "Blue is a beautiful color. | You are Kevin, of course. | There are nine black fish in the mountains. | "
        "I remember. You are Daniel. | Emma is a lovely name. | Can you hear the book at night? | "
        "Some juice is a good idea. | It is so cold at night. | A cup of water is always nice. | "
        "The story is small, but the picture is dark. | Enjoy your coffee. | Say hello to the mountains from me. | "
        "I hope the library is nice today. | They showed eight yellow birds to my neighbor. | Your name is Tara. | "
        "Did you like the table in the summer? | When did I find the window? | "
        "I cannot eat, but pasta sounds nice. | My mother moved the picture at night. | "
        "Martin and Nina talk in the city at night."
    ),
    "general": (
        "I slept until nine, and I still feel tired. | Do you want the window open or closed? | "
        "We could take the early train and have breakfast there. | I think I left my keys at your place. | "
        "She told me the whole story twice. | That is the best news I have heard all week! | "
        "Honestly, I have no idea what he meant. | Could you say that again, a little slower? | "
        "The soup needs more salt, but it smells wonderful. | My brother moved to Canada last spring. | "
        "If it rains, we stay home and watch a film. | I used to play the piano when I was a child. | "
        "Nobody told me that the meeting was cancelled. | What would you do in my place? | "
        "The cat jumped off the shelf and broke a glass. | I am sorry, I did not mean to wake you. | "
        "It took us three hours to find the hotel. | You look happy today. Did something happen? | "
        "They are building a new bridge over the river. | I would rather walk than wait for the bus. | "
        "Please remind me to call the dentist tomorrow. | Well, that depends on how you look at it. | "
        "He laughed so hard that he started to cry. | There is a small bakery behind the church. | "
        "I keep forgetting the name of that song. | Are you sure that this is the right way? | "
        "The children built a house out of old boxes. | I will be ready in about ten minutes. | "
        "Let me think about it for a moment. | Thank you for listening to me. | "
        "We met at a friend's wedding, many years ago. | The doctor said that I should drink more water. | "
        "I do not like to talk on the phone. | Have you ever been to the mountains in winter? | "
        "My neighbor grows tomatoes on her balcony. | That was not funny at all. | "
        "You should have seen his face! | The lights went out, and everybody screamed. | "
        "I have read this page four times now. | Maybe it is time for a change. | "
        "She paints every morning before work. | How long have you known each other? | "
        "The coffee here is better than it was. | I promised my mother to visit her on Sunday. | "
        "It is not far; you can see it from here. | We ran out of milk again. | "
        "He never asks for help, even when he needs it. | Tell me one thing that made you smile today. | "
        "The dog would not stop barking at the moon. | I found this picture under my bed. | "
        "Some people like the heat, but I do not. | Did you hear that noise just now? | "
        "Everything was quiet until the phone rang. | I could eat this cake every day. | "
        "You were right, and I was wrong. | The museum is closed on Mondays. | "
        "Her voice sounds just like her sister's. | I would love to learn how to sail. | "
        "Take your coat, it is getting cold outside. | Good night. Sleep well, and dream of something nice."
    ),
}


def dictionary() -> dict[str, str]:
    """Return the first pronunciation of every word."""
    path = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))
    known = dict(LEFT_OUT)
    for line in path.read_text().splitlines():
        word, _, phones = line.partition(" ")
        if "(" not in word:
            known[word] = phones.strip()
    return known


def spoken(sentence: str, word: str, phones: str, known: dict[str, str]) -> str:
    """Return a sentence's phones with the word in question said as given."""
    words = re.findall(r"[a-z']+", sentence.lower())
    if words.count(word) != 1:
        raise ValueError(f"{sentence!r} holds {word!r} {words.count(word)} times")
    return " ".join(phones if each == word else known[each] for each in words)


def homographs(known: dict[str, str]) -> list[dict[str, object]]:
    """Return the items: a text, and its phones as they should be and as they should not."""
    items: list[dict[str, object]] = []
    for word, senses in HOMOGRAPHS.items():
        for right, (sense, _, espeak, sentences) in enumerate(senses):
            for at, text in enumerate(map(str.strip, sentences.split("|"))):
                phones = [spoken(text, word, senses[which][1], known) for which in (right, 1 - right)]
                items.append({
                    "id": f"{word}-{sense.replace(' ', '-')}-{at}", "word": word, "sense": sense, "text": text,
                    "expected": phones[0], "other": phones[1], "espeak": [espeak, senses[1 - right][2]],
                })  # fmt: skip
    return items


def consistency(known: dict[str, str]) -> list[dict[str, object]]:
    """Return the items: a prompt in one variant, and the text whose word should follow it."""
    items: list[dict[str, object]] = []
    for word, (one, other, prompts, replies) in VARIANTS.items():
        asked, answers = ([text.strip() for text in texts.split("|")] for texts in (prompts, replies))
        pairs = [(i, (i + shift) % len(answers)) for shift in (0, 2) for i in range(len(asked))]
        for (variant, rival), (at, then) in product(((one, other), (other, one)), pairs):
            items.append({
                "id": f"{word}-{variant[0]}-{at}{then}", "word": word, "variant": variant[0],
                "prompt": asked[at], "text": answers[then],
                "expected": spoken(answers[then], word, variant[1], known),
                "other": spoken(answers[then], word, rival[1], known), "espeak": [variant[2], rival[2]],
            })  # fmt: skip
    return items


def main() -> None:
    """Write both sets."""
    known = dictionary()
    HERE.mkdir(parents=True, exist_ok=True)
    for name, items in (("homographs", homographs(known)), ("consistency", consistency(known))):
        lines = ",\n".join(json.dumps(item, ensure_ascii=False) for item in items)
        head = f'"schema": 1, "name": "{name}", "language": "en", "licence": "{LICENCE}"'
        (HERE / f"{name}.json").write_text(f'{{{head}, "items": [\n{lines}\n]}}\n', encoding="utf-8")
        print(name, len(items))
    texts = {name: [text.strip() for text in many.split("|")] for name, many in SENTENCES.items()}
    head = {"schema": 1, "name": "sentences", "language": "en", "licence": LICENCE, "items": texts}
    (HERE / "sentences.json").write_text(json.dumps(head, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
