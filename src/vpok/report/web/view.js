// What is visible: an interval of time, and how far the rows are scrolled.

export const SLOP = 4; // px that a click may move
const SHORTEST = 20; // ns
const MARGIN = 0.02; // of the run, before and after it

export class View {
  /** @param {number} begin - of what is known, ns @param {number} end */
  constructor(begin, end) {
    this.begin = begin;
    this.end = Math.max(end, begin + SHORTEST);
    this.margin = (this.end - begin) * MARGIN;
    this.least = begin - this.margin;
    this.most = this.end + this.margin;
    this.width = 1; // px of the plot
    this.height = 1;
    this.rows = 0; // px of all rows
    this.scroll = 0;
    this.cursor = null; // ns, where the pointer is
    this.selected = null; // an item
    this.range = null; // [from, to] that was marked, ns
    this.listeners = [];
    this.asked = false;
    this.fit();
  }

  /** Call *listener* before the next frame after each change. */
  listen(listener) {
    this.listeners.push(listener);
  }

  /** Say that something has changed; many changes are one frame. */
  changed() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      for (const listener of this.listeners) listener();
    });
  }

  /** Show all of the run. */
  fit() {
    this.show(this.least, this.most);
  }

  /** Show an interval, as near as it may be. */
  show(from, to) {
    const { least, most } = this;
    const span = Math.min(Math.max(to - from, SHORTEST), most - least);
    const wanted = (from + to) / 2 - span / 2;
    const start = Math.min(Math.max(wanted, least), most - span);
    this.from = start;
    this.to = start + span;
    this.changed();
  }

  /** Zoom about an instant; *factor* > 1 shows more. */
  zoom(factor, about = (this.from + this.to) / 2) {
    const share = (about - this.from) / (this.to - this.from);
    const span = Math.max((this.to - this.from) * factor, SHORTEST);
    this.show(about - share * span, about + (1 - share) * span);
  }

  /** Move by a share of what is visible. */
  pan(share) {
    const by = (this.to - this.from) * share;
    this.show(this.from + by, this.to + by);
  }

  /** Scroll the rows. @param {number} px */
  scrollTo(px) {
    const most = Math.max(0, this.rows - this.height);
    this.scroll = Math.min(Math.max(px, 0), most);
    this.changed();
  }

  /** Where an instant is. @param {number} time */
  x(time) {
    return ((time - this.from) / (this.to - this.from)) * this.width;
  }

  /** Which instant is there. @param {number} x */
  time(x) {
    return this.from + (x / this.width) * (this.to - this.from);
  }

  /** ns per px. */
  get scale() {
    return (this.to - this.from) / this.width;
  }

  /** Bring an interval into view; zoom in if it could not be seen. */
  reveal(from, to) {
    const span = this.to - this.from;
    const length = to - from;
    if (length > span) this.show(from - length * 0.1, to + length * 0.1);
    else if (length > 0 && length < span / 400) {
      this.show(from - length * 20, to + length * 20);
    } else if (from < this.from + span * 0.05 || to > this.to - span * 0.05) {
      const centre = (from + to) / 2;
      this.show(centre - span / 2, centre + span / 2);
    }
  }

  /** Select an item, or nothing. */
  select(item) {
    this.selected = item;
    this.changed();
  }
}
