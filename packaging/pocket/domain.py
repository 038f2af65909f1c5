"""What the pocket pack can talk about: its phrases, its questions and answers, its dialogues.

One grammar feeds all four models, so that the recogniser hears what the chat model understands and the
voice can say what the chat model writes. A line may hold `[a|b]` choices and `{slot}` fillers.
A sentence whose hash falls into `is_held_out` never appears in any training set.
"""

from __future__ import annotations

import hashlib
import itertools
import random
import re
from dataclasses import dataclass

SLOTS: dict[str, list[str]] = {
    "name": [
        "Anna",
        "Ben",
        "Clara",
        "Daniel",
        "Emma",
        "Felix",
        "Grace",
        "Henry",
        "Julia",
        "Kevin",
        "Laura",
        "Martin",
        "Nina",
        "Oliver",
        "Paul",
        "Rosa",
        "Simon",
        "Tara",
        "Victor",
        "Wendy",
    ],
    "color": ["red", "blue", "green", "yellow", "white", "black", "orange", "brown"],
    "animal": ["dog", "cat", "horse", "bird", "fish", "rabbit", "bear", "elephant"],
    "food": ["soup", "bread", "rice", "apples", "cheese", "chocolate", "pasta", "cake"],
    "drink": ["tea", "coffee", "water", "milk", "juice"],
    "number": ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"],
    "day": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "place": ["the park", "the beach", "the city", "the garden", "the library", "the mountains", "the kitchen"],
    "hobby": ["reading", "music", "cooking", "walking", "painting", "swimming", "dancing", "running"],
    "person": ["my sister", "my brother", "my mother", "my father", "my friend", "my neighbor", "my teacher"],
    "time": [
        "in the morning",
        "in the evening",
        "after dinner",
        "before breakfast",
        "every day",
        "at night",
        "this week",
        "last night",
        "tomorrow",
        "at home",
        "in the summer",
        "in the winter",
    ],
    "thing": [
        "the book",
        "the letter",
        "the window",
        "the door",
        "the clock",
        "the song",
        "the picture",
        "the phone",
        "the lamp",
        "the chair",
        "the table",
        "the story",
    ],
}

UNKNOWN = [
    "I am only the pocket model, so I do not know that. You can get the full model in the settings.",
    "That is too much for the pocket model. The full model in the settings knows more.",
    "Sorry, I do not know that. I am the small pocket model, and the full one is in the settings.",
]


@dataclass(frozen=True)
class Intent:
    """One thing a user may want: ways to ask it, and ways to answer it."""

    name: str
    asks: tuple[str, ...]
    answers: tuple[str, ...]


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";"))


def _intents() -> list[Intent]:
    table: list[tuple[str, str, str]] = [
        (
            "greet",
            "[hello|hi|hey]; [hello|hi] there; good [morning|evening|afternoon]; [hello|hi|hey] Sotto",
            "Hello! It is good to hear you.; Hi there! How are you today?; Hello! What would you like to talk about?",
        ),
        (
            "how are you",
            "how are you; how are you [today|doing]; [hello|hi], how are you; how do you feel",
            "I am very well, thank you. How are you?; I feel good today. And you?; I am fine, and happy to talk with you.",
        ),
        (
            "user good",
            "I am [fine|good|happy|great]; I feel [good|great|happy]; I am [very|really] [happy|good] today",
            "That is lovely to hear.; I am glad. What made your day good?; Wonderful! Tell me more about it.",
        ),
        (
            "user tired",
            "I am [so|very|really|a little] tired; I did not sleep well; I feel tired today",
            "Then take it slowly today.; I am sorry. A little rest may help.; Maybe a warm drink and an early night will help.",
        ),
        (
            "user sad",
            "I am [sad|lonely|not happy]; I feel [sad|lonely|bad]; I had a [bad|hard|long] day; today was [hard|bad]",
            "I am sorry to hear that. I am here for you.; That sounds hard. Do you want to talk about it?; "
            "Thank you for telling me. Take your time.",
        ),
        (
            "user nervous",
            "I am [nervous|worried|afraid]; I feel [nervous|worried]; I am worried about tomorrow",
            "Take a slow breath. One step at a time.; It is all right to be nervous. What worries you most?; "
            "You can do this. Start with something small.",
        ),
        (
            "bored",
            "I am bored; I do not know what to do; what should I do [today|now]",
            "How about a walk in the park?; You could read a book or call a friend.; Let us play a game. Ask me for a number.",
        ),
        (
            "your name",
            "what is your name; who are you; tell me your name; what are you called",
            "My name is Sotto.; I am Sotto, your voice companion.; I am Sotto. What is your name?",
        ),
        (
            "what are you",
            "what are you; are you [real|human|a person]; are you a [robot|computer]",
            "I am a voice that lives on your computer.; I am not a person. I am a small computer voice.; "
            "I am a program that listens and talks with you.",
        ),
        (
            "what can you do",
            "what can you do; what can you [help|do for] me with; how can you help me; what do you know",
            "I can talk with you, count, tell a joke, and remember your name.; "
            "I know colors, days, numbers and a few stories. Try me!",
        ),
        (
            "full model",
            "how [do|can] I get the full model; where is the full model; what is the full model; "
            "are you the full model; what is the pocket model",
            "I am the pocket model. You can get the full model in the settings.; "
            "Open the settings and choose models. There you can get the full model.",
        ),
        (
            "private",
            "is this private; who can hear [us|me]; do you keep my words; does this leave my computer",
            "Everything stays on your computer.; Nobody else can hear us. Nothing leaves this machine.",
        ),
        (
            "joke",
            "tell me a joke; do you know a joke; make me laugh; tell me something funny",
            "Why did the clock go home? It had no more time.; What is brown and sticky? A stick.; "
            "Why do birds fly south? It is too far to walk.; Why was the book sad? It had too many problems.",
        ),
        (
            "another",
            "[tell me|do you know] another [joke|one]; one more joke; another one please",
            "What has four legs and cannot walk? A table.; What gets wet while it dries? A towel.; "
            "Why was the music so loud? It had no one to listen.",
        ),
        (
            "story",
            "tell me a story; do you know a story; tell me a short story; read me a story",
            "A small bird found a red apple, and shared it with a friend.; "
            "An old bear lost his hat. The wind gave it back in the summer.; "
            "A girl walked to the beach and taught a fish to sing.",
        ),
        (
            "fact",
            "tell me a fact; tell me something [new|interesting]; did you know something new",
            "A day on the moon is almost one month long.; Elephants can hear with their feet.; "
            "Honey can stay good for a very long time.",
        ),
        (
            "weather",
            "[what is|how is] the weather [today|]; will it rain [today|tomorrow]; is it cold outside",
            "I cannot see the weather, but you can look out of the window.; I do not know the weather. Is it nice outside?",
        ),
        (
            "time",
            "what time is it; what is the time; what day is it [today|]",
            "I have no clock here, I am sorry.; I cannot see a clock. Your computer can show it.",
        ),
        (
            "thanks",
            "[thanks|thank you]; thank you [very much|so much|Sotto]; that is [kind|nice] of you",
            "You are welcome.; My pleasure.; Any time. I like to help.",
        ),
        (
            "bye",
            "[bye|goodbye|good night]; see you [later|tomorrow|soon]; I have to go; good night Sotto",
            "Goodbye! Talk to you soon.; Good night, and sleep well.; See you later. Take care.",
        ),
        (
            "sorry",
            "[sorry|I am sorry]; [sorry|oh], that was my mistake",
            "No problem at all.; That is all right.; Do not worry about it.",
        ),
        (
            "love",
            "I [like|love] you; you are [nice|great|funny|sweet]; I like your voice; you have a nice voice",
            "That is very kind. Thank you.; You make me happy.; Thank you! I like talking with you too.",
        ),
        (
            "angry",
            "you are [bad|stupid|wrong]; that is [wrong|not right]; I do not like you",
            "I am sorry. I am small and still learning.; I am sorry. Please tell me what I should do better.",
        ),
        (
            "help",
            "[help|help me]; can you help me; I need [help|your help]; I have a question",
            "Of course. What do you need?; I am here. What can I do for you?; Yes, please ask me.",
        ),
        (
            "yes",
            "[yes|yes please|sure|okay|of course]",
            "Good. Tell me more.; All right, go on.; Great. What comes next?",
        ),
        (
            "no",
            "[no|no thank you|not now|not really]",
            "All right. Maybe later.; That is fine. What else is on your mind?",
        ),
        (
            "wait",
            "[wait|stop|one moment|wait a minute]; give me a [minute|moment]; let me think",
            "Of course. I will wait.; Take your time.; I am listening when you are ready.",
        ),
        (
            "sing",
            "can you sing; sing [me|] a song; do you like music",
            "I cannot sing well, but I love music.; I only speak, but I like to hear songs.",
        ),
        (
            "sleep",
            "do you sleep; are you tired; do you dream",
            "I do not sleep. I rest when you are quiet.; I never get tired, but I like the quiet.",
        ),
        (
            "old",
            "how old are you; when were you born; where are you from; where do you live",
            "I am very young. I was made this year.; I live here, on your computer.",
        ),
        (
            "favorite color",
            "what is your favorite color; which color do you like",
            "I like blue, like the sea.; Green, because of the trees. And yours?",
        ),
        (
            "user color",
            "my favorite color is {color}; I like {color}; I love the color {color}",
            "{color} is a beautiful color.; Oh, {color}! I like that too.",
        ),
        (
            "favorite animal",
            "what is your favorite animal; which animal do you like; do you like animals",
            "I like birds, because they sing.; I love cats. They are quiet and kind.",
        ),
        (
            "user animal",
            "I have a {animal}; my favorite animal is the {animal}; I like the {animal}; I saw a {animal} today",
            "A {animal} is a wonderful animal.; I would love to meet a {animal}.; The {animal} is one of my favorites too.",
        ),
        (
            "user food",
            "I like {food}; I am eating {food}; I had {food} for dinner; my favorite food is {food}; I want {food}",
            "{food} sounds very good.; I cannot eat, but {food} sounds nice.; Enjoy it. Is there {food} every day?",
        ),
        (
            "user drink",
            "I am drinking {drink}; I like {drink}; I want some {drink}; I need {drink} now",
            "A cup of {drink} is always nice.; Some {drink} is a good idea.; Enjoy your {drink}.",
        ),
        (
            "user hobby",
            "I like {hobby}; my hobby is {hobby}; I love {hobby}; I was {hobby} today; do you like {hobby}",
            "{hobby} is good for you.; How often do you go {hobby}?; {hobby} sounds like fun.",
        ),
        (
            "user place",
            "I am going to {place}; I was at {place}; I want to see {place}; I like {place}",
            "I hope {place} is nice today.; What do you like about {place}?; Say hello to {place} from me.",
        ),
        (
            "user person",
            "I talked to {person}; I miss {person}; I want to call {person}; I saw {person} today",
            "How is [she|he|everybody] doing?; It is good to have people you love.; Maybe you can call and say hello.",
        ),
        (
            "hungry",
            "I am [hungry|very hungry]; what should I eat; what can I cook",
            "How about some soup and bread?; Pasta with cheese is quick and good.; Maybe some rice and apples.",
        ),
        ("thirsty", "I am thirsty; what should I drink", "A glass of water is best.; How about a cup of tea?"),
        ("sky", "what color is the sky; what color is the sea", "It is blue on a good day."),
        ("grass", "what color is the [grass|tree]; what color are the trees", "It is green, most of the year."),
        ("snow", "what color is snow; what color is milk", "It is white."),
        ("sun", "what color is the sun", "It is yellow, and very bright."),
        ("count", "can you count; count to five; please count", "One, two, three, four, five."),
        ("count ten", "count to ten", "One, two, three, four, five, six, seven, eight, nine, ten."),
        (
            "days",
            "what are the days of the week; tell me the days",
            "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday and Sunday.",
        ),
        (
            "repeat",
            "I did not hear you; speak [louder|slowly] please",
            "I will try to speak better.; Sorry, I will try again.",
        ),
        (
            "plan",
            "what should I do {time}; I have no plan for {day}; what are you doing {time}",
            "You could rest and read a good book.; How about a long walk with a friend?; I will be here, if you want to talk.",
        ),
        (
            "work",
            "I am going to work; I [am|was] at work; I have to work {time}; I do not like my work",
            "I hope your work goes well.; Work can be hard. Do not forget to rest.; Tell me about your work.",
        ),
        (
            "learn",
            "I am learning [something new|to cook|to dance|to read music]; I want to learn something",
            "Learning takes time. You will get there.; That is great. A little every day helps.",
        ),
        (
            "birthday",
            "today is my birthday; it is my birthday; I am [older|one year older] today",
            "Happy birthday! I hope your day is wonderful.; Happy birthday to you!",
        ),
        (
            "good news",
            "I have good news; I have something to tell you; guess what; something [good|great] happened",
            "Oh, please tell me!; I am listening. What happened?; I love good news. Go on.",
        ),
        (
            "ready",
            "are you there; are you ready; can you hear me; are you listening",
            "Yes, I am here.; I can hear you well.; Yes, I am listening.",
        ),
        ("unsure", "maybe; I do not know; I am not sure", "That is all right. There is no hurry.; Take your time."),
        (
            "why",
            "why; why is that; how come; what do you mean",
            "That is a good question. I am not sure.; I cannot say it better, I am sorry.",
        ),
    ]
    intents = [Intent(name, _parts(asks), _parts(answers)) for name, asks, answers in table]
    numbers, days = SLOTS["number"], SLOTS["day"]
    for a, one in enumerate(numbers, 1):
        for b, other in enumerate(numbers[: 10 - a], 1):
            total = numbers[a + b - 1]
            asks = (f"what is {one} plus {other}", f"how much is {one} plus {other}")
            intents.append(Intent(f"sum {a} {b}", asks, (f"That is {total}.", f"{one} plus {other} is {total}.")))
    for i, day in enumerate(days):
        intents.append(
            Intent(
                f"after {day}",
                (f"what day comes after {day}", f"which day is after {day}"),
                (f"After {day} comes {days[(i + 1) % 7]}.",),
            )
        )
        intents.append(
            Intent(
                f"before {day}",
                (f"what day comes before {day}", f"which day is before {day}"),
                (f"Before {day} comes {days[(i - 1) % 7]}.",),
            )
        )
    pairs = (
        "hot cold; big small; day night; good bad; happy sad; old young; fast slow; black white; long short; left right"
    )
    for pair in pairs.split(";"):
        one, other = pair.split()
        for x, y in ((one, other), (other, one)):
            intents.append(
                Intent(f"opposite {x}", (f"what is the opposite of {x}",), (f"The opposite of {x} is {y}.",))
            )
    for animal, sound in {"dog": "woof", "cat": "meow", "bird": "tweet", "bear": "growl"}.items():
        intents.append(
            Intent(
                f"sound {animal}",
                (f"what does the {animal} say", f"what sound does a {animal} make"),
                (f"The {animal} says {sound}.",),
            )
        )
    return intents


INTENTS = _intents()
TELL_NAME = (
    "my name is {name}",
    "I am {name}",
    "call me {name}",
    "[hello|hi], my name is {name}",
    "[hello|hi], I am {name}",
)
NAME_TOLD = ("Nice to meet you, {name}.", "Hello {name}! I will remember your name.", "{name} is a lovely name.")
ASK_NAME = ("what is my name", "do you know my name", "do you remember my name", "who am I")
NAME_KNOWN = ("Your name is {name}.", "You are {name}, of course.", "I remember. You are {name}.")
NAME_UNKNOWN = ("I do not know your name yet. What is it?", "You have not told me your name.")
STRANGE_ASKS = (
    "what is the capital of {odd}",
    "who wrote {odd}",
    "how does {odd} work",
    "explain {odd} to me",
    "what is {odd}",
    "tell me about {odd}",
    "translate {odd}",
    "write a program about {odd}",
    "how far is {odd}",
    "who is {odd}",
    "why is {odd} so important",
    "what do you think about {odd}",
    "can you buy {odd}",
    "give me a recipe for {odd}",
)

# Free recombinations: what the voice says and the recogniser hears outside of any fixed answer.
SUBJECTS = ("I", "we", "you", "they", "{person}", "the {animal}", "{name}", "the old man", "the young girl", "a friend")
FREE = (
    "{s} [saw|found|lost|like|love|want|remember|bought|made|moved] {thing} {time}.",
    "{s} [walked|went|talked|moved] to {place} {time}.",
    "{s} [like|want|made|had|bought] [some|more|] {food} [and|with] {drink} {time}.",
    "{s} [gave|showed|took] {number} {color} [books|birds|apples|letters|chairs] to {person}.",
    "There are {number} {color} [books|birds|apples|letters|chairs|fish|cats|dogs] in {place}.",
    "[On|Before|After] {day} {s} [can|will|must|should] [rest|sleep|work|read|sing|dance|swim|cook] {time}.",
    "[Please|Can you|Will you] [open|close|bring|find|show] {thing} [and|or] {thing}.",
    "[Do you|Did you|Can you] [see|hear|remember|like] {thing} {time}?",
    "[What|Where|When] did {s} [see|find|buy|lose] {thing}?",
    "The {color} {animal} is [bigger|smaller|older|faster|slower] than the {color} {animal}.",
    "{thing} is [new|old|big|small|good|bad|quiet|loud|warm|cold], [but|and] {thing} is [new|old|big|small|beautiful|dark|bright].",
    "{s} [think|know|say|hope] that {hobby} is [good|hard|fun|easy] {time}.",
    "It is [very|too|a little|so] [warm|cold|dark|quiet|late|early] {time}.",
    "{name} and {name} [play|talk|sit|eat] in {place} {time}.",
)


def is_held_out(sentence: str) -> bool:
    """Say whether a sentence is kept from every training set (one in twelve, by its hash)."""
    return hashlib.sha256(plain(sentence).encode()).digest()[0] % 12 == 0


def plain(sentence: str) -> str:
    """Return the words alone, in lower case: the form in which transcripts are compared."""
    return " ".join(re.sub(r"[^a-z' ]", " ", sentence.lower()).split())


def expand(pattern: str, random_: random.Random, **fixed: str) -> str:
    """Fill one pattern's choices and slots; `fixed` pins a slot to a value."""
    text = re.sub(r"\[([^\]]*)\]", lambda m: random_.choice(m[1].split("|")), pattern)
    text = text.replace("{s}", "{s}" if "s" in fixed else random_.choice(SUBJECTS))
    text = re.sub(r"\{(\w+)\}", lambda m: fixed.get(m[1]) or random_.choice(SLOTS[m[1]]), text)
    text = " ".join(text.split())
    return text[0].upper() + text[1:]


def stock_replies() -> list[str]:
    """List the closed set: every answer without a slot, and those that admit ignorance."""
    fixed = {a for i in INTENTS for a in i.answers if "{" not in a and "[" not in a}
    return sorted({a[0].upper() + a[1:] for a in fixed} | set(UNKNOWN) | set(NAME_UNKNOWN))


def stock_asks() -> list[str]:
    """List what a user may say that has no slot, with every choice made: the recogniser must know these by heart."""
    patterns = (p for p in (*(a for i in INTENTS for a in i.asks), *ASK_NAME) if "{" not in p)
    return sorted({expand(made, random.Random(0)) for pattern in patterns for made in _choices(pattern)})


def _choices(pattern: str) -> list[str]:
    parts = [part[1:-1].split("|") if part.startswith("[") else [part] for part in re.split(r"(\[[^\]]*\])", pattern)]
    return ["".join(made) for made in itertools.product(*parts)]


def ask(random_: random.Random) -> str:
    """Draw something a user may say."""
    kind = random_.random()
    if kind < 0.12:
        return expand(random_.choice(TELL_NAME + ASK_NAME), random_)
    return expand(random_.choice(_draw_intent(random_).asks), random_)


def answer(random_: random.Random) -> str:
    """Draw something the companion may say, slots filled."""
    if random_.random() < 0.15:
        return expand(random_.choice(NAME_TOLD + NAME_KNOWN + NAME_UNKNOWN), random_)
    return expand(random_.choice(_draw_intent(random_).answers), random_)


def free(random_: random.Random) -> str:
    """Draw a free recombination of the vocabulary."""
    return expand(random_.choice(FREE), random_)


DRILLS = tuple(i for i in INTENTS if i.name.split()[0] in {"sum", "after", "before", "opposite", "sound"})
TALK = tuple(i for i in INTENTS if i not in DRILLS)


def _draw_intent(random_: random.Random) -> Intent:
    """Draw an intent, the many little sums and opposites less often than the talk."""
    return random_.choice(DRILLS if random_.random() < 0.2 else TALK)


def vocabulary() -> list[str]:
    """List every word the grammar can produce."""
    random_ = random.Random(0)
    drawn = (make(random_) for make in (ask, answer, free) for _ in range(20_000))
    return sorted({word for text in (*drawn, *stock_replies()) for word in plain(text).split()})
