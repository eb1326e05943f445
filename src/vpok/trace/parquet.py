"""
Traces as Parquet: a row per event, for data frames and databases.

The columns are the fields of `Event`; head and end are JSON in the metadata
of the file (docs/reference/trace.md).
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from vpok.trace.checks import Checks
from vpok.trace.head import FORMAT, Head, as_dict, from_dict, shaped
from vpok.trace.jsonl import KINDS, MARK, NAMES, TraceError
from vpok.trace.record import End, Event
from vpok.trace.storage import Storage
from vpok.trace.writer import BlockWriter, Row

GROUP: Final = 1 << 16  # events in a group of rows
END: Final = "vpok-end"
COLUMNS: Final = pa.schema(
    [
        ("time", pa.int64()),
        ("kind", pa.dictionary(pa.int8(), pa.string())),
        ("processor", pa.int32()),
        ("partition", pa.int32()),
        ("vcpu", pa.int32()),
        ("thread", pa.int32()),
        ("a", pa.int64()),
        ("b", pa.int64()),
        ("text", pa.binary()),
    ]
)
_NAMES: Final = pa.array([NAMES.get(n, "") for n in range(max(NAMES) + 1)])


class Parquet(BlockWriter):
    """Writes them."""

    def __init__(self, path: Path, head: Head) -> None:
        """Begin a file; raises OSError."""
        super().__init__(path, head)
        self._file = Storage(path)
        told = json.dumps({MARK: FORMAT, **as_dict(head)})
        self._writer = pq.ParquetWriter(
            pa.PythonFile(self._file, "w"),
            COLUMNS.with_metadata({MARK: told}),
            compression="zstd",
        )
        self._blocks: list[Any] = []
        self._rows = 0

    def write(self, rows: list[Row]) -> None:
        """Hold a block of events, and write a group when it is full."""
        *numbers, texts = zip(*rows, strict=True)
        kinds = pa.array(numbers[1], pa.int8())
        numbers[1] = pa.DictionaryArray.from_arrays(kinds, _NAMES)
        columns = [
            *(
                column if isinstance(column, pa.Array) else pa.array(column, t)
                for column, t in zip(numbers, COLUMNS.types, strict=False)
            ),
            pa.array([text or None for text in texts], pa.binary()),
        ]
        self._blocks.append(pa.record_batch(columns, schema=COLUMNS))
        self._rows += len(rows)
        if self._rows >= GROUP:
            self._group()

    def _group(self) -> None:
        table = pa.Table.from_batches(self._blocks, COLUMNS)
        self._writer.write_table(table, row_group_size=GROUP)
        self._blocks.clear()
        self._rows = 0

    def close(self, end: End) -> None:
        """Write the last group and the end; raises OSError."""
        if self._held:
            self.flush()
        if self._rows:
            self._group()
        told = json.dumps(end._replace(events=self.events)._asdict())
        self._writer.add_key_value_metadata({END: told})
        self._writer.close()
        self._file.close()

    def abandon(self) -> None:
        """Let the file go as it is."""
        self._writer.is_open = False  # or it would write once more
        self._file.abandon()


class ParquetReader:
    """Reads them."""

    def __init__(self, path: Path) -> None:
        """Read head and end; raises OSError or TraceError."""
        self.path = path
        if path.stat().st_size == 0:
            raise TraceError(f"{path}: empty: record a trace anew")
        try:
            self._file = pq.ParquetFile(path)
        except pa.ArrowInvalid:
            raise TraceError(
                f"{path}: no Parquet, or truncated: record it anew"
            ) from None
        told = self._file.metadata.metadata or {}
        if MARK.encode() not in told:
            raise TraceError(f"{path}: no trace of vpok: it has no '{MARK}'")
        if self._file.schema_arrow.names != COLUMNS.names:
            raise TraceError(f"{path}: damaged: its columns are others")
        try:
            self.head, self.end = _told(path, told)
        except (ValueError, KeyError, TypeError) as error:
            raise TraceError(f"{path}: the head is damaged: {error}") from None

    def __iter__(self) -> Iterator[Event]:
        """Yield the events; raises TraceError where the file is damaged."""
        checks = Checks(self.head)
        count = 0
        for event in self._events():
            count += 1
            if not checks.passes(event):
                raise TraceError(
                    f"{self.path}: event {count} is one that this system "
                    "cannot have: the file is damaged"
                )
            yield event
        if not checks.ends(self.end) or self.end.events != count:
            raise TraceError(f"{self.path}: the end is damaged")

    def _events(self) -> Iterator[Event]:
        try:
            for batch in self._file.iter_batches(GROUP):
                columns = [column.to_pylist() for column in batch.columns]
                columns[1] = map(KINDS.__getitem__, columns[1])
                columns[8] = [text or b"" for text in columns[8]]
                yield from map(Event._make, zip(*columns, strict=True))
        except (pa.ArrowException, OSError, KeyError, TypeError) as error:
            raise TraceError(f"{self.path}: damaged: {error}") from None

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


def _told(path: Path, told: dict[bytes, bytes]) -> tuple[Head, End]:
    """Read what the metadata has."""
    data = json.loads(told[MARK.encode()])
    number = data.pop(MARK)
    if number != FORMAT:
        raise TraceError(
            f"{path}: format {number}, this vpok reads {FORMAT}: read it with "
            "the vpok that wrote it"
        )
    return from_dict(data), shaped(End, json.loads(told[END.encode()]))
