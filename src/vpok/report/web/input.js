// Mouse, wheel and keyboard on the timeline.

import { AXIS } from "./layout.js";
import { pick } from "./pick.js";
import { SLOP } from "./view.js";

const STEP = 0.15; // of what is visible: a key's pan
const ZOOM = 1.3; // a key's zoom

/** Let the mouse act on the canvas. */
export class Mouse {
  constructor(canvas, view, layout, tooltip) {
    this.canvas = canvas;
    this.view = view;
    this.layout = layout;
    this.tooltip = tooltip;
    this.held = null; // where the button went down
    canvas.addEventListener("wheel", (event) => this.wheel(event), {
      passive: false,
    });
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.up(event));
    canvas.addEventListener("pointerleave", () => this.leave());
    canvas.addEventListener("dblclick", (event) => this.double(event));
  }

  wheel(event) {
    event.preventDefault();
    const { view } = this;
    const lines = event.deltaMode === 1 ? 16 : 1;
    const [dx, dy] = [event.deltaX * lines, event.deltaY * lines];
    if (event.shiftKey) view.scrollTo(view.scroll + (dy || dx));
    else if (Math.abs(dx) > Math.abs(dy)) view.pan(dx / view.width);
    else view.zoom(Math.exp(dy * 0.0022), view.time(event.offsetX));
  }

  down(event) {
    if (event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    const { view } = this;
    this.held = {
      x: event.offsetX,
      y: event.offsetY,
      from: view.from,
      to: view.to,
      scroll: view.scroll,
      time: view.time(event.offsetX),
      range: event.shiftKey,
      moved: false,
    };
  }

  move(event) {
    const { view, held } = this;
    view.cursor = view.time(event.offsetX);
    if (held) this.drag(event);
    else this.tooltip.show(this.item(event), event);
    view.changed();
  }

  drag(event) {
    const { view, held } = this;
    const [dx, dy] = [event.offsetX - held.x, event.offsetY - held.y];
    held.moved ||= Math.abs(dx) + Math.abs(dy) > SLOP;
    if (!held.moved) return;
    this.tooltip.hide();
    if (held.range) {
      view.range = [held.time, view.time(event.offsetX)];
      return;
    }
    const by = (dx / view.width) * (held.to - held.from);
    view.show(held.from - by, held.to - by);
    view.scrollTo(held.scroll - dy);
  }

  up(event) {
    const { held, view } = this;
    this.held = null;
    if (!held || held.moved) return;
    view.range = null;
    view.select(this.item(event));
  }

  leave() {
    this.view.cursor = null;
    this.tooltip.hide();
    this.view.changed();
  }

  double(event) {
    const item = this.item(event);
    if (item?.span) {
      const { track, at } = item;
      const length = track.end[at] - track.start[at];
      this.view.show(
        track.start[at] - length * 0.5,
        track.end[at] + length * 0.5,
      );
    } else this.view.zoom(1 / 3, this.view.time(event.offsetX));
  }

  /** What is under the pointer. */
  item(event) {
    const { view, layout } = this;
    if (event.offsetY < AXIS) return null;
    const row = layout.at(event.offsetY - AXIS + view.scroll);
    return row ? pick(row.track, view.time(event.offsetX), view.scale) : null;
  }
}

/** Which key does what; *act* has the things that are not the view's. */
export function keys(view, act) {
  const pan = (share) => () => view.pan(share);
  const zoom = (factor) => () => view.zoom(factor, view.cursor ?? undefined);
  const scroll = (by) => () => view.scrollTo(view.scroll + by);
  const table = {
    arrowleft: pan(-STEP),
    a: pan(-STEP),
    arrowright: pan(STEP),
    d: pan(STEP),
    arrowup: scroll(-44),
    arrowdown: scroll(44),
    w: zoom(1 / ZOOM),
    "+": zoom(1 / ZOOM),
    "=": zoom(1 / ZOOM),
    s: zoom(ZOOM),
    "-": zoom(ZOOM),
    0: () => view.fit(),
    z: () => act.zoomToRange(),
    n: () => act.jump("miss", true),
    N: () => act.jump("miss", false),
    e: () => act.jump("error", true),
    E: () => act.jump("error", false),
    "/": () => act.search(),
    t: () => act.theme(),
    "?": () => act.help(),
    escape: () => act.clear(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, dialog")) return;
    const action = table[event.key] ?? table[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
