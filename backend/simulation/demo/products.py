"""What the demo network sells: some 270 products made from a table of lines. Data and its expansion, pure."""

from __future__ import annotations

from dataclasses import dataclass

#: line | weight in grams | price in cents | variants; one product per variant.
_LINES = """
Merino Crew Sweater|420|6900|Navy S;Navy M;Navy L;Oat S;Oat M;Oat L;Forest M;Forest L
Everyday T-Shirt|180|1900|White S;White M;White L;Black S;Black M;Black L;Grey M;Grey L
Slim Denim Jeans|610|5900|30x30;30x32;32x30;32x32;34x32;34x34;36x32;36x34
Puffer Jacket|780|12900|Black S;Black M;Black L;Olive M;Olive L;Rust M
Fleece Hoodie|540|4900|Charcoal S;Charcoal M;Charcoal L;Sand M;Sand L
Wool Socks 3-Pack|150|1800|S/M;L/XL
Trail Running Shoes|640|11900|US 7;US 8;US 9;US 10;US 11;US 12
Leather Ankle Boots|980|15900|US 6;US 7;US 8;US 9;US 10
Kids Rain Boots|520|3400|Yellow 10;Yellow 11;Yellow 12;Blue 11;Blue 12
Canvas Backpack|690|5400|Slate;Moss;Sunset
Carry-On Suitcase|2900|17900|Graphite;Silver;Coral
Polarised Sunglasses|110|7900|Tortoise;Black;Clear
Wireless Earbuds|95|8900|White;Black;Mint
Noise-Cancelling Headphones|310|24900|Black;Sand
Bluetooth Speaker|560|6900|Red;Blue;Black
Smart Watch|120|22900|41 mm;45 mm
E-Reader|210|13900|8 GB;32 GB
10-inch Tablet|480|29900|64 GB;128 GB
USB-C Charger|140|2900|30 W;65 W;100 W
Power Bank|340|3900|10,000 mAh;20,000 mAh
HDMI Cable|120|1400|2 m;3 m;5 m
Mechanical Keyboard|920|10900|Linear;Tactile
Wireless Mouse|110|3900|Black;White
27-inch Monitor|5400|27900|QHD;4K
Wi-Fi Router|680|14900|AX3000;AX6000
Video Doorbell|380|12900|Wired;Battery
Game Controller|280|5900|Black;White;Red
Board Game Catan Nights|1300|4400|English;Spanish
1000-Piece Puzzle|750|1900|Harbor;Mountains;Market;Night Sky
Building Bricks Set|1600|5900|Space Port;Fire Station;Old Town
Plush Bear|320|2400|Small;Large
Balance Bike|3900|8900|Green;Pink
Espresso Machine|6800|34900|Steel;Black
Pour-Over Kettle|1100|7900|Matte Black;Copper
Coffee Beans 1 kg|1000|2400|House;Dark;Decaf
Non-Stick Frying Pan|1200|4400|8 in;10 in;12 in
Chef's Knife|230|8900|6 in;8 in
Stand Mixer|10800|37900|Cream;Red;Slate
Air Fryer|5200|11900|4 qt;6 qt
Robot Vacuum|3700|32900|R5;R7
Cordless Drill|1900|12900|12 V;20 V
LED Bulb 4-Pack|260|1600|Warm;Neutral;Daylight
Queen Duvet|2400|12900|Light;All Season;Winter
Bath Towel|560|1900|White;Sage;Clay;Navy
Scented Candle|410|2200|Cedar;Fig;Citrus;Linen
Indoor Planter|1500|2900|Small;Medium;Large
Yoga Mat|1200|4900|Plum;Ocean;Charcoal
Adjustable Dumbbell|11300|14900|25 lb;50 lb
Insulated Bottle|360|3200|500 ml Steel;500 ml Blue;1 l Steel;1 l Black
Camping Lantern|420|3600|Classic;Mini
2-Person Tent|2300|17900|Green;Orange
Sleeping Bag|1300|11900|Regular;Long
Bike Helmet|330|6900|S;M;L
Hydrating Face Cream|140|2900|50 ml;100 ml
Shampoo Bar|90|1200|Oat;Mint;Rose
Electric Toothbrush|240|8900|White;Black
Beard Trimmer|310|5400|Basic;Pro
Dog Bed|1900|5900|S;M;L
Cat Scratching Post|2600|4400|60 cm;90 cm
Dry Dog Food|5000|3400|Chicken;Salmon;Lamb
Baby Car Seat|7400|19900|Grey;Black
Diapers Box|4300|3900|Size 1;Size 2;Size 3;Size 4
Cotton Bodysuit 5-Pack|350|2600|0-3 m;3-6 m;6-12 m
Wall Calendar|280|1500|Cities;Gardens
Notebook A5|310|1400|Dotted;Lined;Plain
Gel Pen 10-Pack|120|1100|Black;Assorted
Board Shorts|210|3900|S;M;L
Linen Shirt|240|5900|White S;White M;White L;Sky M;Sky L
Silk Scarf|80|6400|Indigo;Saffron
Leather Belt|260|4400|32;34;36;38
Knit Beanie|90|2200|Black;Mustard;Grey
Touchscreen Gloves|110|2900|M;L
Umbrella|390|3400|Compact;Full Size
Picture Frame|620|2400|5x7;8x10;A3
Table Lamp|1700|6900|Brass;White
Throw Blanket|980|4900|Ivory;Rust;Teal
Storage Basket|700|2900|Small;Large
Wine Glass Set|1400|3900|Red;White
Cast Iron Dutch Oven|5600|14900|5 qt;7 qt
Lunch Box|340|2700|Blue;Green;Pink
Digital Kitchen Scale|480|2900|Steel;Black
Desk Fan|1900|4400|White;Black
Extension Cord|420|1900|6 ft;10 ft
Tool Set 108-Piece|4700|8900|Standard
Car Phone Mount|150|2400|Vent;Dash
"""

#: What only the drop shippers send, by their location's code.
_DROPSHIPPED = {
    "DS-NASH": "Acoustic Guitar|3200|32900|Natural;Sunburst\nStudio Microphone|690|18900|Black;Silver",
    "DS-HPT": "Oak Side Table|9800|21900|Natural;Walnut\nReading Armchair|19500|48900|Linen;Leather",
    "DS-PROV": "Inflatable Kayak|14200|39900|Solo;Tandem\nTrekking Poles|520|9900|Aluminium;Carbon",
    "DS-MINN": "Work Boots|1500|21900|US 8;US 9;US 10;US 11\nWinter Pac Boots|1700|18900|US 8;US 9;US 10",
}


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """One product; weight in grams, price in cents; `only_at` is the drop shipper that alone has it."""

    sku: str
    name: str
    barcode: str
    weight_g: int
    price_minor: int
    only_at: str | None = None


def barcode(number: int) -> str:
    """Return a valid EAN-13 in the 200 range, which GS1 leaves to a shop's own use; the last digit checks the rest."""
    digits = f"200{number:09d}"
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighed % 10}"


def demo_products() -> list[DemoProduct]:
    """Return the catalog, best sellers first."""
    products = _expand(_LINES.strip(), None, 1)
    for code, lines in _DROPSHIPPED.items():
        products += _expand(lines, code, len(products) + 1)
    return products


def _expand(lines: str, only_at: str | None, first: int) -> list[DemoProduct]:
    products: list[DemoProduct] = []
    for line in lines.splitlines():
        name, weight, price, variants = line.split("|")
        initials = "".join(word[0] for word in name.split() if word[0].isalpha()).upper()
        for variant in variants.split(";"):
            number = first + len(products)
            sku = f"{initials}-{number:04d}"
            full = f"{name}, {variant}"
            products.append(DemoProduct(sku, full, barcode(number), int(weight), int(price), only_at))
    return products
