"""The rows of the example: a magazine about the coast, with sections, authors and sixty articles."""

from __future__ import annotations

import datetime
import random
import re
from collections.abc import Iterator

SECTIONS = {
    "coast": "Coast",
    "harbours": "Harbours",
    "islands": "Islands",
    "boats": "Boats",
    "kitchen": "Kitchen",
}
AUTHORS = {
    "Ines Moreau": "walks the coast with a notebook and a flask of tea, and writes down what the tide leaves.",
    "Tomasz Wieczorek": "repaired engines before he wrote about them, and still prefers a spanner to a pen.",
    "Anneke de Vries": "grew up on an island with four streets and has looked for the fifth one since.",
    "Ruben Solheim": "sails a wooden boat that is older than he is, mostly in good weather.",
    "Mairi Campbell": "cooks on a stove with one flame, and asks every fisherman for his recipe.",
    "José Carrasco": "draws maps by hand; those of the harbours in this magazine are his.",
}
TITLES = {
    "coast": [
        "The beach that moves a mile every year",
        "Counting waders at low tide",
        "What the storm of January left behind",
        "A path along the edge of the map",
        "How dunes learn to walk",
        "Sea lavender in the last week of July",
        "The lighthouse without a keeper",
        "Forty kinds of sand",
        "A winter morning on the mudflats",
        "The cliff that returned a fishing village",
        "Reading the wrack line",
        "Salt meadows, mown by sheep",
    ],
    "harbours": [
        "Five o'clock at the fish auction",
        "The harbour that shares its quay with swans",
        "A crane called Marguerite",
        "Where the ferries sleep",
        "The last net maker of the north quay",
        "Harbour lights, explained by a pilot",
        "How to enter a harbour under sail",
        "The tide tables of Madame Lefèvre",
        "Ropes, and the people who splice them",
        "A chandler's shop with eleven thousand drawers",
        "The dredger's slow day",
        "Breakfast on the outer mole",
    ],
    "islands": [
        "An island with four streets",
        "The post boat leaves at seven, wind permitting",
        "Twelve children and one school bell",
        "How an island keeps its water",
        "The bird warden's eleventh spring",
        "No cars, nine hundred bicycles",
        "A bakery that opens with the tide",
        "The shepherd who sails to work",
        "Peat, granite and a library",
        "Learning the names of seals",
        "The causeway that is a road for six hours",
        "Letters from a rock",
    ],
    "boats": [
        "A clinker dinghy, plank by plank",
        "Why the old pilots painted their boats black",
        "The engine that starts with a candle",
        "Two weeks in a very small cabin",
        "Tar, linseed oil and patience",
        "Sails from a loft above the bakery",
        "What a keel is for",
        "The regatta of slow boats",
        "Rowing to the market and back",
        "A compass, and how to doubt it",
        "The boat that was a barn door",
        "Winter berths, and what happens in them",
    ],
    "kitchen": [
        "Mussels, three ways, one pot",
        "Bread that survives a crossing",
        "The smokehouse on the east pier",
        "Samphire, and when not to pick it",
        "A soup for eleven fishermen",
        "Herring in March",
        "What lighthouse keepers ate",
        "Oysters for people who do not like oysters",
        "Seaweed, dried on a washing line",
        "The pie with the open top",
        "Tea, as it is made on deck",
        "A cake for calm weather",
    ],
}
_OPENINGS = [
    "It begins before it is light, with the sound of a gate and a pair of boots on wet stone.",
    "Ask three people about it and you hear four stories, all of them true on some day of the year.",
    "There is a sign at the end of the road, and on the sign there is nothing any more; the wind has read it away.",
    "The first thing that a visitor learns here is to look at the clock twice: once for the time, once for the tide.",
    "For years it was a thing that one passed on the way to somewhere else.",
    "On the chart it is a thin line, drawn with a ruler. From the deck it looks like a decision that was made long ago.",
]
_PROSE = """The work is slower than it looks from the outside. Every part of it can be hurried except for the one that
matters, and that one waits for the water, which waits for the moon.

In the shed there is a wall of photographs. Most of them show the same view, taken by different hands, and
between the first and the last the land has moved by the width of a house.

What is left over is shared out, and what cannot be shared is sold, and what cannot be sold becomes a story.
It has been done like this for as long as the parish has kept books.

The numbers are kept in pencil, in a school notebook with squared paper. It is the fourteenth of its kind. The
other thirteen are on the shelf above the stove, and they are consulted more often than one would think.

A newcomer needs about two winters. In the first one learns what to wear, in the second what to leave at home.

Nothing here is kept for its looks, and that may be why all of it looks right: the tarred planks, the blue
door, the row of buckets in the order of their size.

When the wind is from the north-west one can hear the bell of the other shore. It is a quarter of an hour
ahead, and no one has ever asked them to set it right."""
_MIDDLES = [" ".join(paragraph.split()) for paragraph in _PROSE.split("\n\n")]
_QUOTES = [
    "You do not fight the tide. You make an appointment with it.",
    "My grandfather said that it would not last. He said so for sixty years.",
    "If it is easy to reach, it is already a holiday.",
    "A good knot is one that you can undo in the dark.",
    "The sea gives everything back. It only takes its time.",
]
_ENDINGS = [
    "By noon the water is back, and there is nothing to see but a line of foam where an hour ago people were walking.",
    "Then the lamp is put out, the door is closed without being locked, and the day can begin for everybody else.",
    "We left with wet feet, a paper bag that smelled of smoke, and the promise to come again when something is really on.",
    "Whether it will be here in ten years is a question that gets a shrug. It was asked ten years ago, too.",
]
#: What an editor should not have pasted: a site that shows rich text as it is would run it.
UNSAFE = (
    '<script>document.title = "This page runs the scripts of its articles"; document.body.innerHTML = "";</script>'
    "<p onpointerover=\"document.title = 'This page runs the scripts of its articles'\">"
    '<a href="javascript:alert(1)">An embedded map</a></p>'
    "<svg onload=\"document.title = 'This page runs the scripts of its articles'\"></svg>"
)


def slug(title: str) -> str:
    """Return the part of a URL that names an article.

    >>> slug("Five o'clock at the fish auction")
    'five-o-clock-at-the-fish-auction'
    """
    return re.sub(r"[^a-z0-9]+", "-", title.lower().replace("è", "e")).strip("-")


def articles() -> Iterator[dict[str, object]]:
    """Yield the articles, the newest first; `cover` is the number of an image, `author` that of an author."""
    choose = random.Random(20)
    first = datetime.date(2026, 11, 20)
    titles = [
        (section, title)
        for group in zip(*[[(s, t) for t in TITLES[s]] for s in SECTIONS], strict=True)
        for section, title in group
    ]
    for number, (section, title) in enumerate(titles):
        opening, ending = choose.choice(_OPENINGS), choose.choice(_ENDINGS)
        middles, quote = choose.sample(_MIDDLES, 3), choose.choice(_QUOTES)
        body = [f"<p>{opening} {middles[0]}</p>", f"<h2>{_heading(title)}</h2>", f"<p>{middles[1]}</p>"]
        body += [f"<blockquote><p>{quote}</p></blockquote>", f"<p>{middles[2]}</p>", f"<p>{ending}</p>"]
        if number % 7 == 0:
            body.insert(1, UNSAFE)
        yield {
            "title": title,
            "slug": slug(title),
            "status": "published",
            "section": section,
            "summary": opening,
            "body": "\n".join(body),
            "author": number % len(AUTHORS),
            "cover": number,
            "published_on": (first - datetime.timedelta(days=3 * number)).isoformat(),
        }


def _heading(title: str) -> str:
    return "What one sees from here" if len(title) % 2 else "How it is done"
