"""How long the jobs of a task took: each response time, and how often."""

from typing import Final

from mypy_extensions import i64

MOST_DISTINCT: Final = 4096  # response times that are counted one by one


class Responses:
    """The response times (ns) of the jobs that are done."""

    def __init__(self) -> None:
        """Have none."""
        self.worst: i64 = -1
        self.worst_arrival: i64 = 0
        # How often each one was; of classes, if not `exact`.
        self.counts: dict[int, int] = {}
        self.exact = True
        self.blurred_done = 0  # these three only if not `exact`
        self.blurred_total = 0
        self.blurred_best = 0

    def add(self, response: i64, arrival: i64) -> None:
        """Account a job that is done, *response* ns after it arrived."""
        if response > self.worst:
            self.worst = response
            self.worst_arrival = arrival
        counts = self.counts
        if self.exact:
            counts[response] = counts.get(response, 0) + 1
            if len(counts) > MOST_DISTINCT:
                self.blur()
            return
        self.blurred_done += 1
        self.blurred_total += response
        self.blurred_best = min(self.blurred_best, int(response))
        key = coarse(int(response))
        counts[key] = counts.get(key, 0) + 1

    def blur(self) -> None:
        """Count response times in classes of 1/256 from now on."""
        self.blurred_done = self.done
        self.blurred_total = self.total
        self.blurred_best = self.best
        self.exact = False
        blurred: dict[int, int] = {}
        for response, count in self.counts.items():
            key = coarse(response)
            blurred[key] = blurred.get(key, 0) + count
        self.counts = blurred

    @property
    def done(self) -> int:
        """How many jobs are done."""
        if not self.exact:
            return self.blurred_done
        return sum(self.counts.values())

    @property
    def total(self) -> int:
        """The sum of their response times, ns."""
        if not self.exact:
            return self.blurred_total
        return sum(time * count for time, count in self.counts.items())

    @property
    def best(self) -> int:
        """The shortest response time, ns; 0 if there is none."""
        if not self.exact:
            return self.blurred_best
        return min(self.counts, default=0)


def coarse(response: int) -> int:
    """Return the highest response time of its class."""
    shift = max(response.bit_length() - 9, 0)
    return (response >> shift) + 1 << shift if shift else response
