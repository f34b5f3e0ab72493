"""The images of the example: seascapes, drawn by this program, so that the repository has no photographs to license."""

from __future__ import annotations

import colorsys
import io
import math
import random

from PIL import Image, ImageDraw, ImageFilter

SIZE = (1200, 800)
#: Hue of the sky, hue of the sea, and how light it is.
_PALETTES = [
    (0.58, 0.56, 0.8),
    (0.08, 0.60, 0.85),
    (0.95, 0.64, 0.75),
    (0.53, 0.50, 0.9),
    (0.12, 0.55, 0.9),
    (0.68, 0.62, 0.55),
]


def seascape(number: int) -> bytes:
    """Return a JPEG of 1200 x 800 pixels; the same number draws the same image."""
    choose = random.Random(number)
    sky, sea, light = _PALETTES[number % len(_PALETTES)]
    height = SIZE[1]
    horizon = int(height * choose.uniform(0.42, 0.6))
    # The sky is drawn as a column of pixels, and stretched.
    column = Image.new("RGB", (1, height))
    for y in range(height):
        part = min(y / horizon, 1)
        column.putpixel((0, y), _colour(sky + 0.04 * part, 0.45 - 0.3 * part, light + (1 - light) * part * 0.8))
    image = column.resize(SIZE)
    draw = ImageDraw.Draw(image)
    x, y, radius = choose.randint(200, 1000), horizon - choose.randint(40, 220), choose.randint(45, 80)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_colour(0.12, 0.2, 1))
    image = image.filter(ImageFilter.GaussianBlur(3))
    draw = ImageDraw.Draw(image)
    for layer in range(3):
        _hills(draw, choose, horizon, layer, _colour(sea, 0.25 + 0.12 * layer, light * (0.75 - 0.16 * layer)))
    for layer in range(9):
        top = horizon + (height - horizon) * layer / 9
        _waves(draw, choose, top, layer, _colour(sea, 0.35 + 0.05 * layer, light * (0.78 - 0.055 * layer)))
    _boat(draw, choose, horizon + (height - horizon) // 3)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=82)
    return file.getvalue()


def _colour(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, min(saturation, 1), min(value, 1))
    return round(red * 255), round(green * 255), round(blue * 255)


def _hills(draw: ImageDraw.ImageDraw, choose: random.Random, horizon: int, layer: int, colour: tuple[int, int, int]) -> None:
    phase, length, tall = choose.uniform(0, 6), choose.uniform(150, 320), choose.uniform(20, 90) / (layer + 1)
    tops = [(x, horizon + 6 - max(0, tall * (math.sin(x / length + phase) + 0.4))) for x in range(0, SIZE[0] + 8, 8)]
    draw.polygon([(0, horizon + 10), *tops, (SIZE[0], horizon + 10)], fill=colour)


def _waves(draw: ImageDraw.ImageDraw, choose: random.Random, top: float, layer: int, colour: tuple[int, int, int]) -> None:
    phase, length, tall = choose.uniform(0, 6), 14.0 + 11 * layer, 1 + 1.6 * layer
    crest = [
        (x, top + tall * math.sin(x / length + phase) + tall * math.sin(x / (length * 2.7))) for x in range(0, SIZE[0] + 6, 6)
    ]
    draw.polygon([(0, SIZE[1]), *crest, (SIZE[0], SIZE[1])], fill=colour)


def _boat(draw: ImageDraw.ImageDraw, choose: random.Random, y: float) -> None:
    x, size = choose.randint(200, 1000), choose.randint(50, 90)
    draw.polygon(
        [(x - size, y), (x + size, y), (x + size * 0.7, y + size * 0.32), (x - size * 0.75, y + size * 0.32)], fill="#33312e"
    )
    draw.polygon([(x - 4, y - 6), (x - 4, y - size * 2), (x - size * 0.9, y - 6)], fill="#f7f1e3")
    draw.polygon([(x + 4, y - 6), (x + 4, y - size * 1.7), (x + size * 0.75, y - 6)], fill="#e9dfc9")
