"""The screen of `vpok top`; what its keys do is in `top_session`."""

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.coordinate import Coordinate
from textual.screen import ModalScreen
from textual.widgets import (
    DataTable,
    Footer,
    Input,
    RichLog,
    Static,
    TabbedContent,
    TabPane,
)

from vpok.cli.top_session import WITHIN, Session
from vpok.kernel.errors import VpokError
from vpok.report.table import Table
from vpok.report.top import NAMES, ORDERS, in_order, top_tables
from vpok.report.words import exact_time
from vpok.system import Loaded

TICK = 1 / 20  # s of the host
DRAW = 1 / 5
STATES = {
    "running": "bold green",
    "runnable": "yellow",
    "blocked": "dim",
    "offline": "red",
}
LINES = 2000  # of the console that can be scrolled back to


class Ask(ModalScreen[str | None]):
    """Asks for one word."""

    CSS = "Ask {align: center middle} Ask Input {width: 50}"
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss", "no")]

    def __init__(self, question: str) -> None:
        """Ask *question*."""
        super().__init__()
        self.question = question

    def compose(self) -> ComposeResult:
        """Show a line to write on."""
        answer = Input(placeholder=self.question)
        answer.border_title = self.question
        yield answer

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was written."""
        self.dismiss(event.value)


class TopApp(App[None]):
    """A session on the screen."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "vpok top"
    CSS = """
    #head {height: 1; background: $primary; color: $text; padding: 0 1}
    #vcpus {height: auto; max-height: 50%}
    #below {height: 1fr}
    #tables {width: 1fr}
    #logs {width: 1fr}
    #console {height: 2fr}
    #health {height: 1fr}
    RichLog {border-top: solid $primary}
    DataTable {height: 1fr}
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "pause", priority=True),
        Binding("w", "step('window')", "window"),
        Binding("e", "step('event')", "event"),
        Binding("l", "step('slice')", "slice"),
        Binding("plus,equals_sign", "faster(1)", "faster", key_display="+"),
        Binding("minus", "faster(-1)", "slower", key_display="-"),
        Binding("p", "hold", "pause vCPU"),
        Binding("i", "inject", "interrupt"),
        Binding("o", "sort", "sort"),
        Binding("r", "restart", "restart"),
        Binding("q", "quit", "quit"),
    ]

    def __init__(self, session: Session, order: str = "configured") -> None:
        """Show *session*; vCPUs in one of ORDERS."""
        super().__init__()
        self.session = session
        self.order = order
        # (partition, vCPU) of each row on the screen.
        self.shown: list[tuple[int, int]] = []
        self.head = Static(id="head")
        self.tabs = TabbedContent(id="tables")
        self.tables: dict[str, DataTable[Text]] = {
            name: DataTable(id=name, cursor_type="none", zebra_stripes=True)
            for name in NAMES
        }
        self.tables["vcpus"].cursor_type = "row"
        self.console_log = _log("console")
        self.health_log = _log("health")

    def compose(self) -> ComposeResult:
        """Lay out: vCPUs above; other tables, console and health below."""
        yield self.head
        yield self.tables["vcpus"]
        with Horizontal(id="below"):
            with self.tabs:
                for name in NAMES[1:]:
                    with TabPane(name, id=f"{name}-tab"):
                        yield self.tables[name]
            with Vertical(id="logs"):
                yield self.console_log
                yield self.health_log
        yield Footer()

    def on_mount(self) -> None:
        """Begin to go on, and to draw."""
        self.tables["vcpus"].focus()
        self.set_interval(TICK, self.session.tick)
        self.set_interval(DRAW, self.draw)
        self.draw()

    # --- drawing -----------------------------------------------------------

    def draw(self) -> None:
        """Show how the system is now."""
        if not self.is_running:
            return  # the screen is being taken down
        session = self.session
        look = session.look()
        self.head.update(Text(f"{session.headline()}  sorted: {self.order}"))
        chosen = self.chosen()
        tables = top_tables(look, self.order)
        for name, table in tables.items():
            _fill(self.tables[name], table)
        for name in NAMES[1:]:
            show = self.tabs.show_tab if name in tables else self.tabs.hide_tab
            show(f"{name}-tab")
        self.shown = [
            (partition.index, vcpu.index)
            for partition, vcpu in in_order(look, self.order)
        ]
        if chosen in self.shown:
            self.tables["vcpus"].move_cursor(row=self.shown.index(chosen))
        for line in session.console.take().splitlines():
            self.console_log.write(Text(line))
        for line in session.news():
            self.health_log.write(Text(line))

    def chosen(self) -> tuple[int, int] | None:
        """Return the partition and vCPU of the cursor's row."""
        row = self.tables["vcpus"].cursor_row
        return self.shown[row] if 0 <= row < len(self.shown) else None

    # --- keys --------------------------------------------------------------

    def action_pause(self) -> None:
        """Stop, or go on."""
        self.session.pause()
        self.draw()

    def action_step(self, by: str) -> None:
        """Do the next thing."""
        if not self.session.step(by):
            ended = self.session.system.ended
            when = "any more" if ended else f"within {exact_time(WITHIN)}"
            self.notify(f"no {by} {when}")
        self.draw()

    def action_faster(self, steps: int) -> None:
        """Change the speed."""
        self.session.faster(steps)
        self.draw()

    def action_sort(self) -> None:
        """Take the next order."""
        orders = list(ORDERS)
        place = orders.index(self.order) + 1
        self.order = orders[place % len(orders)]
        self.draw()

    def action_restart(self) -> None:
        """Begin again at time 0."""
        self.session.restart()
        self.console_log.clear()
        self.health_log.clear()
        self.draw()

    def action_hold(self) -> None:
        """Pause the chosen vCPU, or let it go on."""
        chosen = self.chosen()
        if chosen is not None:
            self._do(lambda: self._toggle(*chosen))

    def _toggle(self, partition: int, vcpu: int) -> None:
        paused = self.session.toggle(partition, vcpu)
        name = self.session.loaded.spec.partitions[partition].name
        self.notify(f"{name}/{vcpu}: {'paused' if paused else 'goes on'}")

    def action_inject(self) -> None:
        """Ask for a number, and raise that interrupt of the chosen vCPU."""
        chosen = self.chosen()
        if chosen is None:
            return

        def inject(number: str | None) -> None:
            if number:
                self._do(lambda: self.session.inject(*chosen, number))

        self.push_screen(Ask("interrupt (number)"), inject)

    def _do(self, deed: Callable[[], None]) -> None:
        """Do something that may be refused; say why it is."""
        try:
            deed()
        except VpokError as error:
            self.notify(str(error), severity="error")
        self.draw()


def _log(name: str) -> RichLog:
    log = RichLog(id=name, max_lines=LINES, wrap=True, min_width=10)
    log.border_title = name
    return log


def _fill(widget: "DataTable[Text]", table: Table) -> None:
    """Show a table; cells that are there are changed in their places."""
    heads = [column[1:] for column in table.columns]
    labels = [str(column.label) for column in widget.ordered_columns]
    if labels != heads or widget.row_count != len(table.rows):
        widget.clear(columns=True)
        for column in table.columns:
            widget.add_column(_cell(column, column[1:]))
        for row in table.rows:
            widget.add_row(*map(_cell, table.columns, row))
        return
    for place, row in enumerate(table.rows):
        cells = map(_cell, table.columns, row)
        for number, cell in enumerate(cells):
            at = Coordinate(place, number)
            if widget.get_cell_at(at) != cell:
                widget.update_cell_at(at, cell, update_width=True)


def _cell(column: str, text: str) -> Text:
    return Text(
        text,
        style=STATES.get(text, "") if column == "<state" else "",
        justify="right" if column[0] == ">" else "left",
    )


def watch(
    loaded: Loaded, *, speed: float, until: int | None, order: str
) -> None:
    """Show a system until the user has seen enough."""
    session = Session(loaded, speed=speed, until=until)
    try:
        TopApp(session, order).run()
    finally:
        session.close()
