"""Whose turn it is: the processor with the lowest (time, rank, number)."""

from vpok.kernel.pcpu import Pcpu


class Turns:
    """
    A tournament of processors.

    What one does next is compared again only on its way to the final, so that
    a turn costs the logarithm of the number of processors.
    """

    def __init__(self, pcpus: list[Pcpu]) -> None:
        """Let all of them take part, as they stand."""
        self.several = len(pcpus) > 1
        # Of the matches 2n and 2n + 1 the winners meet in match n; the
        # processors themselves come last, and match 1 is the final.
        self.winners = [pcpus[0]] * len(pcpus) + pcpus
        self.next = pcpus[0]  # who won it
        for cpu in pcpus:
            self.moved(cpu)

    def moved(self, cpu: Pcpu) -> None:
        """Hear that what *cpu* does next, or when, has changed."""
        winners = self.winners
        match = len(winners) // 2 + cpu.number
        while match > 1:
            match //= 2
            one = winners[2 * match]
            two = winners[2 * match + 1]
            if two.when < one.when or (
                two.when == one.when
                and (
                    two.rank < one.rank
                    or (two.rank == one.rank and two.number < one.number)
                )
            ):
                one = two
            winners[match] = one
        self.next = winners[1]
