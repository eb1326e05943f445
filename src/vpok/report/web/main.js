// The page: reads the payload and puts the parts together.

import { decode } from "./decode.js";
import { Painter } from "./draw.js";
import { following, matches, problems } from "./find.js";
import { endOf, showTime, startOf } from "./format.js";
import { keys, Mouse } from "./input.js";
import { showLabels } from "./labels.js";
import { AXIS, Layout } from "./layout.js";
import { Overview } from "./overview.js";
import {
  showConfig,
  showHistograms,
  showSelection,
  showTables,
} from "./panels.js";
import { readColours, theme, toggleTheme } from "./theme.js";
import { Tooltip } from "./tooltip.js";
import { View } from "./view.js";

const $ = (id) => document.getElementById(id);

class Page {
  constructor(data) {
    this.data = data;
    this.view = new View(data.begin, data.end);
    this.layout = new Layout(data);
    this.painter = new Painter($("plot"), data, this.view, this.layout);
    this.found = [];
    readColours();
    this.head();
    this.labels();
    this.panels();
    this.controls();
    this.resize();
    this.overview = new Overview($("overview"), data, this.view);
    this.view.listen(() => this.draw());
    new ResizeObserver(() => this.resized()).observe($("timeline"));
    this.draw();
  }

  draw() {
    this.painter.draw();
    this.overview.follow();
    $("rows").style.transform = `translateY(${-this.view.scroll}px)`;
    if ($("bar").scrollTop !== this.view.scroll)
      $("bar").scrollTop = this.view.scroll;
    if (this.shown !== this.view.selected) {
      this.shown = this.view.selected;
      showSelection($("selection"), this.data, this.shown);
      if (this.shown) this.tab("selection");
    }
  }

  // --- parts ----------------------------------------------------------------

  head() {
    const { data } = this;
    const facts = [
      showTime(data.end - data.begin),
      data.reason,
      `${data.events.toLocaleString("en")} events`,
    ];
    facts.push(...data.notes);
    if (data.cut !== null) facts.push(`drawn up to ${showTime(data.cut)}`);
    $("facts").textContent = facts.join(" · ");
    $("digest").textContent = data.digest ? `digest ${data.digest}` : "";
    $("digest").title = data.digest;
    for (const sort of ["miss", "error"]) {
      const count = problems(data, sort).length;
      const word =
        sort === "miss" ? "missed" : count === 1 ? "error" : "errors";
      $(sort).textContent = `${count.toLocaleString("en")} ${word}`;
      $(sort).disabled = count === 0;
    }
  }

  labels() {
    showLabels($("rows"), this.data, this.layout, (group) => {
      this.layout.toggle(group);
      this.relayout();
    });
    $("spacer").style.height = `${this.layout.height + AXIS}px`;
  }

  relayout() {
    this.labels();
    this.view.rows = this.layout.height;
    this.view.scrollTo(this.view.scroll);
  }

  panels() {
    const { data } = this;
    showSelection($("selection"), data, null);
    showTables($("summary"), data);
    showConfig($("configuration"), data);
    for (const button of document.querySelectorAll("#tabs button")) {
      button.addEventListener("click", () => this.tab(button.dataset.for));
    }
    this.tab("summary");
  }

  tab(name) {
    for (const button of document.querySelectorAll("#tabs button")) {
      button.setAttribute(
        "aria-selected",
        String(button.dataset.for === name),
      );
    }
    for (const panel of document.querySelectorAll("#panels > *")) {
      panel.hidden = panel.id !== name;
    }
    // Drawn when they are first looked at.
    if (name === "latency" && !$("latency").childNodes.length) {
      showHistograms($("latency"), this.data);
    }
  }

  // --- controls -------------------------------------------------------------

  controls() {
    const { view } = this;
    new Mouse(
      $("plot"),
      view,
      this.layout,
      new Tooltip($("tooltip"), this.data),
    );
    keys(view, this);
    $("bar").addEventListener("scroll", () => {
      if (Math.abs($("bar").scrollTop - view.scroll) >= 1)
        view.scrollTo($("bar").scrollTop);
    });
    $("labels").addEventListener(
      "wheel",
      (event) => view.scrollTo(view.scroll + event.deltaY),
      { passive: true },
    );
    $("query").addEventListener("input", () => this.query());
    $("query").addEventListener("keydown", (event) => this.typed(event));
    $("next").addEventListener("click", () => this.step(true));
    $("previous").addEventListener("click", () => this.step(false));
    $("miss").addEventListener("click", () => this.jump("miss", true));
    $("error").addEventListener("click", () => this.jump("error", true));
    $("theme").addEventListener("click", () => this.theme());
    $("help").addEventListener("click", () => this.help());
    $("fit").addEventListener("click", () => view.fit());
    $("close").addEventListener("click", () => $("keys").close());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
      this.recolour(),
    );
    this.divider();
  }

  /** Let the border above the panels be moved. */
  divider() {
    const bar = $("divider");
    bar.addEventListener("pointerdown", (event) =>
      bar.setPointerCapture(event.pointerId),
    );
    bar.addEventListener("pointermove", (event) => {
      if (!bar.hasPointerCapture(event.pointerId)) return;
      const height = Math.min(
        Math.max(innerHeight - event.clientY, 60),
        innerHeight - 260,
      );
      document.body.style.setProperty("--panel", `${height}px`);
    });
  }

  typed(event) {
    if (event.key === "Enter") this.step(!event.shiftKey);
    else if (event.key === "Escape") $("query").blur();
    else return;
    event.preventDefault();
  }

  query() {
    this.found = matches(this.data, $("query").value);
    this.count(-1);
  }

  count(at) {
    const { length } = this.found;
    const text =
      at < 0
        ? length.toLocaleString("en")
        : `${(at + 1).toLocaleString("en")}/${length.toLocaleString("en")}`;
    $("count").textContent = $("query").value.trim() ? text : "";
  }

  /** Go to the next or previous found item. */
  step(forward) {
    this.count(this.go(this.found, forward));
  }

  /** Go to the next or previous deadline miss or error, and near it. */
  jump(sort, forward) {
    const { view } = this;
    const at = this.go(problems(this.data, sort), forward);
    if (at < 0) return;
    const half = Math.min(view.to - view.from, this.near()) / 2;
    const time = startOf(view.selected);
    view.show(time - half, time + half);
  }

  /** How much time to show about a problem: a few major frames. */
  near() {
    const { start, end } = this.data.groups[0].tracks.at(-1);
    if (!start.length) return (this.view.end - this.view.begin) / 40;
    const middle = start.length >> 1;
    return Math.max(
      8 * (end[middle] - start[middle]),
      (this.view.end - this.view.begin) / 1000,
    );
  }

  go(items, forward) {
    const { view } = this;
    const time = view.selected
      ? startOf(view.selected)
      : forward
        ? view.from
        : view.to;
    const at = following(items, view.selected, time, forward);
    if (at >= 0) this.reveal(items[at]);
    return at;
  }

  reveal(item) {
    const { view, layout } = this;
    if (layout.folded.has(item.track.group)) {
      layout.unfold(item.track);
      this.relayout();
    }
    const row = layout.row(item.track);
    if (
      row.y < view.scroll ||
      row.y + row.height > view.scroll + view.height
    ) {
      view.scrollTo(row.y - view.height / 2);
    }
    view.reveal(startOf(item), endOf(item));
    view.select(item);
  }

  search() {
    $("query").focus();
    $("query").select();
  }

  theme() {
    toggleTheme();
    this.recolour();
  }

  recolour() {
    readColours();
    this.labels();
    this.overview.make();
    if ($("latency").childNodes.length)
      showHistograms($("latency"), this.data);
    $("theme").title = theme() === "dark" ? "light (T)" : "dark (T)";
    this.view.changed();
  }

  help() {
    $("keys").showModal();
  }

  zoomToRange() {
    const { view } = this;
    if (!view.range) return;
    view.show(Math.min(...view.range), Math.max(...view.range));
    view.range = null;
  }

  clear() {
    this.view.range = null;
    this.view.select(null);
  }

  // --- size -----------------------------------------------------------------

  resize() {
    this.painter.resize();
    this.view.rows = this.layout.height;
    this.view.scrollTo(this.view.scroll);
  }

  resized() {
    this.resize();
    this.overview.make();
    this.draw();
  }
}

async function start() {
  try {
    const page = new Page(await decode($("payload").textContent));
    performance.mark("vpok-ready");
    document.body.dataset.state = "ready";
    window.vpok = page; // for the console, and for tests
  } catch (error) {
    $("facts").textContent = `This page cannot be read: ${error}`;
    document.body.dataset.state = "failed";
    throw error;
  }
}

start();
