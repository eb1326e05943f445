"""Ready queries: the one table of them.  To add one: its entry."""

from typing import Final, NamedTuple


class Question(NamedTuple):
    """A query with a name."""

    name: str
    help: str
    sql: str


QUESTIONS: Final = (
    Question(
        "who-ran",
        "how long each virtual CPU had each processor",
        """
SELECT r.processor, v.name AS vcpu, count(*) AS runs,
  sum(r."end" - r.start) AS time, max(r."end" - r.start) AS longest
FROM runs r JOIN vcpus v USING (partition, vcpu)
GROUP BY r.processor, r.partition, r.vcpu ORDER BY 1, time DESC, vcpu""",
    ),
    Question(
        "states",
        "how long each virtual CPU was in each runstate",
        """
SELECT v.name AS vcpu, s.state, count(*) AS times,
  sum(s."end" - s.start) AS time, max(s."end" - s.start) AS longest
FROM runstates s JOIN vcpus v USING (partition, vcpu)
GROUP BY s.partition, s.vcpu, s.state ORDER BY vcpu, time DESC""",
    ),
    Question(
        "windows",
        "what partitions had of the processors, and what they used",
        """
SELECT p.name AS partition, w.processor, count(*) AS windows,
  sum(w."end" - w.start) AS time, (SELECT sum(r."end" - r.start) FROM runs r
    WHERE r.partition = w.partition AND r.processor = w.processor) AS used
FROM windows w JOIN partitions p USING (partition)
GROUP BY w.partition, w.processor ORDER BY w.partition, w.processor""",
    ),
    Question(
        "jobs",
        "response times of each task",
        """
SELECT t.name AS task, count(*) AS jobs, count(j."end") AS done,
  sum(j.missed) AS missed, sum(j.preemptions) AS preempted,
  min(j.response) AS least, sum(j.response) / count(j."end") AS mean,
  max(j.response) AS greatest
FROM jobs j JOIN tasks t USING (partition, task)
GROUP BY j.partition, j.task ORDER BY j.partition, j.task""",
    ),
    Question(
        "misses",
        "jobs that missed their deadlines",
        """
SELECT t.name AS task, j.job, j.arrival, j.deadline, j."end",
  j."end" - j.deadline AS late
FROM jobs j JOIN tasks t USING (partition, task)
WHERE j.missed ORDER BY j.deadline, task""",
    ),
    Question(
        "latency",
        "latencies of interrupts, from raise to delivery",
        """
SELECT v.name AS vcpu, i.number, count(*) AS delivered,
  min(i.latency) AS least, sum(i.latency) / count(*) AS mean,
  max(i.latency) AS greatest, max(i.completed - i.delivered) AS handler
FROM interrupts i JOIN vcpus v USING (partition, vcpu)
GROUP BY i.partition, i.vcpu, i.number ORDER BY greatest DESC, vcpu""",
    ),
    Question(
        "worst",
        "the ten worst latencies, by occurrence",
        """
SELECT v.name AS vcpu, i.number, i.raised, i.delivered, i.latency
FROM interrupts i JOIN vcpus v USING (partition, vcpu)
ORDER BY i.latency DESC, i.raised LIMIT 10""",
    ),
    Question(
        "messages",
        "messages between ports, and how old they became",
        """
SELECT s.name AS source, d.name AS destination, count(*) AS messages,
  max(m.arrived - m.sent) AS waited, max(m.received - m.sent) AS oldest
FROM messages m JOIN ports s ON s.port = m.source
  JOIN ports d ON d.port = m.destination
GROUP BY m.source, m.destination ORDER BY 1, 2""",
    ),
    Question(
        "kinds",
        "how many events of each kind each partition has",
        """
SELECT coalesce(p.name, '-') AS partition, e.kind, count(*) AS events
FROM events e LEFT JOIN partitions p USING (partition)
GROUP BY e.partition, e.kind ORDER BY e.partition, events DESC, e.kind""",
    ),
    Question(
        "console",
        "what was printed",
        """
SELECT c.time, coalesce(p.name, 'kernel') AS partition, c.vcpu, c.text
FROM console c LEFT JOIN partitions p USING (partition)
ORDER BY c.rowid""",
    ),
)


def question(text: str) -> str:
    """Return the SQL of a ready query, or the text itself."""
    return next((each.sql for each in QUESTIONS if each.name == text), text)
