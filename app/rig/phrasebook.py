"""What the virtual people say: sentences that the pocket pack was made for, so that all of it can be understood."""

from __future__ import annotations

from itertools import product

QUESTIONS = (
    "How are you today?",
    "Tell me a joke.",
    "What is your name?",
    "What can you do?",
    "Tell me a story.",
    "What is the weather today?",
    "Do you like music?",
    "Can you count?",
    "What is your favorite color?",
    "I am a little tired.",
    "I had a hard day.",
    "Good morning.",
    "Thank you very much.",
    "What time is it?",
    "Are you real?",
    "Tell me something new.",
    "I like chocolate.",
    "Do you sleep?",
    "Can you help me?",
    "What should I do today?",
    "I talked to my sister.",
    "I have a dog.",
    "What color is the sky?",
    "Do you know another joke?",
    "Where do you live?",
    "I am going to the beach.",
    "Today is my birthday.",
    "What is two plus three?",
    "Please count to five.",
    "I am drinking coffee.",
)

HESITANT = (  # no listener would take the heads for whole
    *product(("My name is",), ("Emma.", "Oliver.", "Grace.", "Felix.")),
    *product(("I want to call",), ("my sister.", "my father.", "my neighbor.")),
    *product(("I am going to",), ("the beach.", "the library.", "the mountains.")),
    *product(("My favorite color is",), ("blue.", "yellow.", "orange.")),
    *product(("I like",), ("painting.", "chocolate.", "swimming.")),
    *product(("What is the opposite of",), ("happy?", "small?", "cold?")),
    *product(("What is two plus",), ("three?", "seven?")),
    *product(("I talked to",), ("my mother today.", "my teacher today.")),
    *product(("What day comes after",), ("Monday?", "Friday?")),
    ("I had a hard day at", "work."),
    ("Tell me something", "interesting."),
    ("I am learning to", "cook."),
    ("I do not know what to", "do today."),
    ("What should I do in the", "evening?"),
)

LONG = (  # typed, these get replies of three seconds and more
    "count to ten",
    "tell me the days",
    "tell me a story",
    "how can I get the full model",
    "what can you do",
    "what is the full model",
)

INTERRUPTIONS = (
    "Stop, what is your name?",
    "Wait, tell me a joke.",
    "No, what is two plus three?",
    "Sorry, do you like music?",
    "Tell me something new.",
    "What color is the sky?",
    "I do not like you.",
    "Can you help me?",
    "What time is it now?",
    "I am going to the beach today.",
)
