"""Numbers as people read them."""

from vpok.units import NS_PER_MS, NS_PER_S, NS_PER_US

UNITS = ((NS_PER_S, "s"), (NS_PER_MS, "ms"), (NS_PER_US, "us"))


def show_time(time: int) -> str:
    """Return a span of ns with four digits that matter: `15.01 ms`."""
    for unit, name in UNITS:
        if time >= unit:
            whole = time // unit
            digits = max(0, 4 - len(str(whole)))
            scaled = time * 10**digits // unit  # exact, rounded down
            text = str(scaled)
            if digits:
                text = f"{text[:-digits]}.{text[-digits:]}"
            return f"{text} {name}"
    return f"{time} ns"


def exact_time(time: int) -> str:
    """Return ns in the largest unit that needs no fraction: `1500 us`."""
    for unit, name in UNITS:
        if time and time % unit == 0:
            return f"{time // unit} {name}"
    return f"{time} ns"


def show_share(part: int, whole: int) -> str:
    """Return a percentage with one digit behind the point."""
    if whole <= 0:
        return "-"
    return f"{100 * part / whole:.1f}%"


def show_count(count: int) -> str:
    """Return a count: exact up to 99 999, then with k, M or G."""
    if count < 100_000:
        return str(count)
    for scale, name in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if count >= scale:
            return f"{count / scale:.1f}{name}"
    raise AssertionError("a count above 1000")


def show_processors(numbers: tuple[int, ...]) -> str:
    """Return ascending numbers as ranges: `0-2,5`; `-` if there are none."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return (
        ",".join(
            str(first) if first == last else f"{first}-{last}"
            for first, last in ranges
        )
        or "-"
    )


def plural(count: int, noun: str) -> str:
    """Return `1 window`, `2 windows`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
